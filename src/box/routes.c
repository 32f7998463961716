/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ip(8) prints of routes: its text and its JSON. */
#include "internal.h"

#include <string.h>

/* ---- routes ---- */

typedef struct route {
  char destination[BOX_WORD_MOST], device[BOX_WORD_MOST], table[BOX_WORD_MOST], type[BOX_WORD_MOST];
  char hop[BOX_WORD_MOST]; /* a device, till it is known whether it is dead */
  gboolean local;          /* local, broadcast, multicast: the kernel's own */
  gboolean six, hops, dead;
} route;

/* A file of them. */
typedef struct route_file {
  gboolean six;
  gboolean other;   /* routes of IPv6 stand in a file of their own */
  guint ends, more; /* that are not used */
  guint chosen;     /* of other tables, which rules choose */
  guint unplaced;   /* whose interface is not known */
  guint dead;       /* by a link that was down */
  guint strange;    /* lines that are no routes */
} route_file;

static gboolean is_of_main(const route *r) { return *r->table == '\0' || strcmp(r->table, "main") == 0; }

static gboolean is_ending_type(const char *word)
{
  return strcmp(word, "unreachable") == 0 || strcmp(word, "blackhole") == 0 || strcmp(word, "prohibit") == 0 ||
         strcmp(word, "throw") == 0;
}

static void put_route(box *b, const route *r, const char *to, const char *way)
{
  if (is_of_main(r) && b->routes->len < BOX_LISTED_MOST) {
    g_ptr_array_add(b->routes, g_strdup_printf("%s=%s", to, way));
    return;
  }
  if (!is_of_main(r) && b->tables->len < BOX_LISTED_MOST) {
    g_ptr_array_add(b->tables, g_strdup_printf("%s %s=%s", r->table, to, way));
    return;
  }
  b->left_out++;
  b->whole[r->six] = FALSE;
}

/* Of several ways the device counts where all have the same. */
static void add_device(route *r, const char *device)
{
  if (*r->device == '\0')
    g_strlcpy(r->device, device, sizeof r->device);
  else if (strcmp(r->device, device) != 0)
    r->hops = TRUE;
}

/* The one before has not been told to be dead. "": it was the last. */
static void add_hop(route *r, const char *device)
{
  if (*r->hop != '\0')
    add_device(r, r->hop);
  g_strlcpy(r->hop, device, sizeof r->hop);
}

/* The kernel passes over a way whose link is down (net.ipv4.conf.*.ignore_routes_with_linkdown). */
static void drop_hop(route *r)
{
  r->dead |= *r->hop != '\0';
  *r->hop = '\0';
}

/* Another table's is followed where rules choose that. => FALSE: it is not, which the file's sums say. */
static gboolean is_followed(const box *b, const route *r, route_file *file)
{
  const gboolean ends = is_ending_type(r->type);

  if (!is_of_main(r) && b->rules[r->six]->len > 0 && box_is_word(r->table)) {
    file->chosen++;
    return TRUE;
  }
  if (is_of_main(r) && (!ends || b->decided[r->six]))
    return TRUE;
  file->more += !ends;
  file->ends += ends;
  return FALSE;
}

/* "default", "10.0.0.0/8", "fe80::/64"; whether it is one in earnest is found out where it is asked for. */
static gboolean is_prefix(const char *text)
{
  return strcmp(text, "default") == 0 || ((strpbrk(text, ".:") != NULL || g_ascii_isdigit(*text)) &&
                                          text[strspn(text, "0123456789abcdefABCDEF.:/")] == '\0');
}

static void add_route(box *b, route *r, route_file *file)
{
  const gboolean ends = is_ending_type(r->type);
  const char *to = r->destination;

  add_hop(r, "");
  r->six |= file->six || strchr(to, ':') != NULL;
  if (!r->local && !is_prefix(to)) {
    file->strange++;
    b->whole[r->six] = FALSE;
    return;
  }
  if (r->local || (r->six && file->other))
    return;
  /* The kernel's own, at the end of all tables, are nobody's doing. */
  if (ends && strcmp(r->table, "unspec") == 0)
    return;
  if (!is_followed(b, r, file))
    return;
  if (r->dead && *r->device == '\0') {
    file->dead++;
    return;
  }
  if (strcmp(to, "default") == 0)
    to = r->six ? "::/0" : "0.0.0.0/0";
  if (ends || (box_is_name(r->device) && !r->hops)) {
    put_route(b, r, to, ends ? r->type : r->device);
    return;
  }
  file->unplaced++;
  put_route(b, r, to, "?");
}

static gboolean is_own_type(const char *word)
{
  return strcmp(word, "local") == 0 || strcmp(word, "broadcast") == 0 || strcmp(word, "multicast") == 0 ||
         strcmp(word, "anycast") == 0;
}

/* => FALSE: the line is none, or belongs to the one before. */
static gboolean text_route(const char *line, route *r)
{
  char word[BOX_WORD_MOST];
  const char *at = line;

  if (g_ascii_isspace(*line) || !box_next_word(&at, word))
    return FALSE;
  *r = (route){ .local = is_own_type(word) };
  if (is_ending_type(word) || strcmp(word, "unicast") == 0) {
    g_strlcpy(r->type, word, sizeof r->type);
    if (!box_next_word(&at, word))
      return FALSE;
  }
  g_strlcpy(r->destination, word, sizeof r->destination);
  while (box_next_word(&at, word)) {
    if (strcmp(word, "dev") == 0) {
      if (box_next_word(&at, word))
        add_hop(r, word);
    } else if (strcmp(word, "dead") == 0)
      drop_hop(r);
    else if (strcmp(word, "table") == 0)
      box_next_word(&at, r->table);
    else if (strcmp(word, "pref") == 0)
      r->six = TRUE; /* of routers, which IPv6 alone has */
    else if (strcmp(word, "via") == 0 && box_next_word(&at, word))
      r->six |= strchr(word, ':') != NULL;
  }
  r->local |= strcmp(r->table, "local") == 0;
  return TRUE;
}

/* "\tnexthop via 10.0.0.1 dev eth0 weight 1", of a route whose line has no device. */
static void text_hop(const char *line, route *r)
{
  char word[BOX_WORD_MOST];
  const char *at = line;

  if (!box_next_word(&at, word) || strcmp(word, "nexthop") != 0)
    return;
  while (box_next_word(&at, word))
    if (strcmp(word, "dev") == 0 && box_next_word(&at, word))
      add_hop(r, word);
    else if (strcmp(word, "dead") == 0)
      drop_hop(r);
    else if (strcmp(word, "via") == 0 && box_next_word(&at, word))
      r->six |= strchr(word, ':') != NULL;
}

static void text_routes(box *b, const char *text, route_file *file)
{
  route r, next_one;
  gboolean any = FALSE;

  while (*text != '\0') {
    char *line = g_strndup(text, MIN(strcspn(text, "\n"), (gsize)BOX_LINE_MOST));

    if (text_route(line, &next_one)) {
      if (any)
        add_route(b, &r, file);
      r = next_one;
      any = TRUE;
    } else if (any) {
      text_hop(line, &r);
    }
    g_free(line);
    text += strcspn(text, "\n");
    text += *text == '\n';
  }
  if (any)
    add_route(b, &r, file);
}

static void json_routes(box *b, const char *at, route_file *file)
{
  char key[BOX_WORD_MOST], value[BOX_WORD_MOST];
  route r = { .local = FALSE };
  gboolean any = FALSE;

  while (box_next_member(&at, key, value)) {
    if (strcmp(key, "type") == 0 || strcmp(key, "dst") == 0) {
      /* "type" stands before "dst" where it is told (-d, table all, and of routes that end). */
      if (any && (strcmp(key, "type") == 0 || *r.destination != '\0')) {
        add_route(b, &r, file);
        r = (route){ .local = FALSE };
      }
      any = TRUE;
      if (strcmp(key, "type") == 0) {
        r.local = is_own_type(value);
        g_strlcpy(r.type, value, sizeof r.type);
      } else
        g_strlcpy(r.destination, value, sizeof r.destination);
    } else if (strcmp(key, "dev") == 0) {
      add_hop(&r, value);
    } else if (strcmp(key, "flags") == 0) {
      if (g_str_has_prefix(value, "[\"dead\""))
        drop_hop(&r);
    } else if (strcmp(key, "table") == 0) {
      g_strlcpy(r.table, value, sizeof r.table);
      r.local |= strcmp(value, "local") == 0;
    } else if (strcmp(key, "gateway") == 0) {
      r.six |= strchr(value, ':') != NULL;
    } else if (strcmp(key, "pref") == 0) {
      r.six = TRUE;
    }
  }
  if (any && *r.destination != '\0')
    add_route(b, &r, file);
}

static gboolean has_file_of_six(const box *b)
{
  guint i;

  for (i = 0; i < b->files->len; i++) {
    const box_file *f = g_ptr_array_index(b->files, i);

    if (f->kind == BOX_ROUTE && f->text->len > 0 && strchr(box_base(f->name), '6') != NULL)
      return TRUE;
  }
  return FALSE;
}

void box_read_routes(box *b, box_file *f)
{
  const gboolean six = strchr(box_base(f->name), '6') != NULL;
  route_file file = { .six = six, .other = !six && has_file_of_six(b) };
  guint before = b->routes->len;
  GString *says = g_string_new(NULL);

  b->whole[six] = TRUE;
  if (box_is_json(f))
    json_routes(b, f->text->str, &file);
  else
    text_routes(b, f->text->str, &file);
  g_string_append_printf(says, "%u route%s", b->routes->len - before, b->routes->len - before == 1 ? "" : "s");
  if (file.unplaced > 0)
    g_string_append_printf(says, ", of which %u leave%s by what is not known: by several ways", file.unplaced,
                           file.unplaced == 1 ? "s" : "");
  if (file.dead > 0)
    g_string_append_printf(says, "; %u by a link that was down %s not used: dead", file.dead,
                           file.dead == 1 ? "is" : "are");
  if (file.chosen > 0)
    g_string_append_printf(says, "; %u of other tables, which rules of policy routing choose", file.chosen);
  if (file.strange > 0)
    g_string_append_printf(says, "; %u line%s no route", file.strange, file.strange == 1 ? " is" : "s are");
  if (file.more > 0)
    g_string_append_printf(says, "; %u other%s not used: another table's", file.more, file.more == 1 ? " is" : "s are");
  if (file.ends > 0)
    g_string_append_printf(
      says,
      "; %u that let%s nothing leave (unreachable, blackhole) %s not followed: which table decides has to be known "
      "(ip rule)",
      file.ends, file.ends == 1 ? "s" : "", file.ends == 1 ? "is" : "are");
  box_say(f, b->routes->len > before || file.chosen > 0, box_with_left_out(b, g_string_free(says, FALSE)));
}

/* More of what a file of routes says. */
static void say_more(const box *b, guint six, const char *format, const char *word)
{
  guint i;

  for (i = 0; i < b->files->len; i++) {
    box_file *f = g_ptr_array_index(b->files, i);
    char *says = f->says;

    if (f->kind != BOX_ROUTE || f->text->len == 0 || (strchr(box_base(f->name), '6') != NULL) != six)
      continue;
    f->says = g_strdup_printf(format, says, word);
    g_free(says);
  }
}

/* Without a default route there is none to wherever the others do not lead: as if one said so. */
void box_settle_routes(box *b)
{
  static const char *const all[] = { "0.0.0.0/0", "::/0" };
  guint six, i;

  for (six = 0; six < 2; six++) {
    gboolean any = !b->decided[six] || !b->whole[six];

    for (i = 0; i < b->routes->len && !any; i++) {
      const char *text = g_ptr_array_index(b->routes, i);

      any = g_str_has_prefix(text, all[six]) && text[strlen(all[six])] == '=';
    }
    if (!any) {
      g_ptr_array_add(b->routes, g_strdup_printf("%s=throw", all[six]));
      say_more(b, six, "%s; there is no default one: what they do not lead to is unreachable%s", "");
    }
    if (b->down->len > 0)
      say_more(b, six, "%s; %s was down: what was routed by it before is not among them", b->down->str);
  }
}
