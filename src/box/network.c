/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ip(8) prints of addresses, links, routes and rules: its text, one-line text (-o), and its JSON. */
#include "internal.h"

#include <string.h>

enum { NAME_MOST = 15, WORD_MOST = 64, LISTED_MOST = 4096, MASTERS_MOST = 4 };

/* ---- words ---- */

/* The next word of a line, which it is taken from. => FALSE: there is none. */
static gboolean next(const char **at, char word[WORD_MOST])
{
  gsize n;

  *at += strspn(*at, " \t\\");
  n = strcspn(*at, " \t\\\n\r");
  box_copy(word, WORD_MOST, *at, n);
  *at += n;
  return n > 0;
}

static gboolean is_name(const char *name)
{
  gsize n = strlen(name);

  return n <= NAME_MOST && box_is_word(name) && strpbrk(name, "=@/\"'") == NULL;
}

/* "2: eth0@if5:" => its index and name. */
static gboolean read_head(const char **at, guint32 *index, char name[WORD_MOST])
{
  const char *p = *at;
  char word[WORD_MOST];
  guint64 number;
  gsize n;

  if (!next(&p, word) || !g_str_has_suffix(word, ":"))
    return FALSE;
  word[strlen(word) - 1] = '\0';
  if (!g_ascii_string_to_unsigned(word, 10, 1, G_MAXUINT32, &number, NULL) || !next(&p, name))
    return FALSE;
  n = strcspn(name, "@:");
  name[n] = '\0';
  *index = (guint32)number;
  *at = p;
  return is_name(name);
}

static void add_interface(box *b, guint32 index, const char *name)
{
  if (g_hash_table_size(b->interfaces) < LISTED_MOST || g_hash_table_contains(b->interfaces, GUINT_TO_POINTER(index)))
    g_hash_table_replace(b->interfaces, GUINT_TO_POINTER(index), g_strdup(name));
  else
    b->left_out++;
}

/*
 * Frames that come by a port of a bridge, or of a bond, are their master's where IP's hooks see them. Devices of VRF
 * are masters too, but see packets a second time; they have no ARP, by which they are told from the others. Open
 * vSwitch takes frames to devices of its own.
 */
static void add_master(box *b, const char *name, const char *master)
{
  if (!is_name(name) || !is_name(master) || strcmp(master, "ovs-system") == 0 || strcmp(name, master) == 0)
    return;
  if (g_hash_table_size(b->masters) < LISTED_MOST && !g_hash_table_contains(b->masters, name))
    g_hash_table_insert(b->masters, g_strdup(name), g_strdup(master));
}

static void add_without_arp(box *b, const char *name)
{
  if (is_name(name) && g_hash_table_size(b->masters) < LISTED_MOST)
    g_hash_table_replace(b->masters, g_strdup(name), g_strdup(""));
}

static const char *master_of(const box *b, const char *name)
{
  const char *master = g_hash_table_lookup(b->masters, name);
  const char *of_master = master != NULL && *master != '\0' ? g_hash_table_lookup(b->masters, master) : NULL;

  return of_master != NULL && *of_master == '\0' ? NULL : master;
}

void box_settle_ports(box *b)
{
  GHashTableIter iter;
  gpointer key, value;
  guint i;

  g_hash_table_iter_init(&iter, b->interfaces);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    const char *name = value, *master;

    for (i = 0; i < MASTERS_MOST && (master = master_of(b, name)) != NULL && *master != '\0'; i++)
      name = master;
    if (name != value)
      g_hash_table_iter_replace(&iter, g_strdup(name));
  }
}

static gboolean is_single(const char *length) { return strcmp(length, "32") == 0 || strcmp(length, "128") == 0; }

/* An address with a network says more than a single one of thousands, of which the last goes. => FALSE: none is left.
 */
static gboolean make_room(box *b)
{
  while (b->single_before > 0) {
    const char *text = g_ptr_array_index(b->locals, --b->single_before), *slash = strchr(text, '/');
    char length[8];

    box_copy(length, sizeof length, slash + 1, strcspn(slash + 1, "@"));
    if (!is_single(length))
      continue;
    g_ptr_array_remove_index(b->locals, b->single_before);
    b->left_out++;
    return TRUE;
  }
  return FALSE;
}

static void add_local(box *b, const char *address, const char *length, const char *name)
{
  if (!is_name(name) || !box_is_word(address) || strpbrk(address, "@=") != NULL || !box_is_word(length))
    return;
  if (b->locals->len < LISTED_MOST)
    g_ptr_array_add(b->locals, g_strdup_printf("%s/%s@%s", address, length, name));
  else if (is_single(length) || !make_room(b))
    b->left_out++;
  else
    add_local(b, address, length, name);
}

/* What was said of a file, and how much of it there was no room for. text is taken. */
static char *with_left_out(box *b, char *text)
{
  char *all;

  if (b->left_out == 0)
    return text;
  all = g_strdup_printf("%s; %u more %s left out: %u are the most", text, b->left_out, b->left_out == 1 ? "is" : "are",
                        (guint)LISTED_MOST);
  b->left_out = 0;
  g_free(text);
  return all;
}

/* ---- JSON, as ip -j writes it: members in a fixed order, no escapes in what is asked for ---- */

/* The next "key": of the text, and its value without quotes. => FALSE: there is none. */
static gboolean next_member(const char **at, char key[WORD_MOST], char value[WORD_MOST])
{
  for (;;) {
    const char *quote = strchr(*at, '"'), *end = quote != NULL ? strchr(quote + 1, '"') : NULL;
    gsize n;

    if (end == NULL)
      return FALSE;
    *at = end + 1;
    if (**at != ':')
      continue;
    box_copy(key, WORD_MOST, quote + 1, (gsize)(end - quote) - 1);
    (*at)++;
    if (**at == '"')
      n = strcspn(++*at, "\"");
    else
      n = strcspn(*at, ",}]");
    box_copy(value, WORD_MOST, *at, n);
    *at += n;
    if (**at == '"')
      (*at)++;
    return TRUE;
  }
}

static gboolean is_json(const box_file *f)
{
  return f->text->len > 0 && f->text->str[strspn(f->text->str, " \n")] == '[';
}

static void json_addresses(box *b, const char *at)
{
  char key[WORD_MOST], value[WORD_MOST], name[WORD_MOST] = "", address[WORD_MOST] = "";
  guint64 index = 0;

  while (next_member(&at, key, value)) {
    if (strcmp(key, "ifindex") == 0 && g_ascii_string_to_unsigned(value, 10, 1, G_MAXUINT32, &index, NULL))
      continue;
    if (strcmp(key, "ifname") == 0) {
      g_strlcpy(name, value, sizeof name);
      if (index != 0 && is_name(name))
        add_interface(b, (guint32)index, name);
    } else if (strcmp(key, "flags") == 0 && g_str_has_prefix(value, "[\"NOARP\"")) {
      add_without_arp(b, name);
    } else if (strcmp(key, "master") == 0) {
      add_master(b, name, value);
    } else if (strcmp(key, "local") == 0) {
      g_strlcpy(address, value, sizeof address);
    } else if (strcmp(key, "prefixlen") == 0 && *address != '\0') {
      add_local(b, address, value, name);
      *address = '\0';
    }
  }
}

/* ---- addresses ---- */

/* "<BROADCAST,UP> mtu 1500 qdisc noqueue master br0 state UP", behind the name. */
static void text_link(box *b, const char *at, const char *name)
{
  char word[WORD_MOST];

  while (next(&at, word)) {
    if (g_str_has_prefix(word, "<NOARP"))
      add_without_arp(b, name);
    else if (strcmp(word, "master") == 0 && next(&at, word))
      add_master(b, name, word);
  }
}

static void text_line(box *b, const char *line, guint32 *index, char name[WORD_MOST], gboolean addresses)
{
  char word[WORD_MOST];
  const char *at = line;

  if (g_ascii_isdigit(*line) && read_head(&at, index, name)) {
    add_interface(b, *index, name);
    text_link(b, at, name);
  }
  if (!addresses || *index == 0)
    return;
  while (next(&at, word)) {
    char *slash;

    if (strcmp(word, "inet") != 0 && strcmp(word, "inet6") != 0)
      continue;
    if (!next(&at, word))
      return;
    slash = strchr(word, '/');
    if (slash != NULL)
      *slash = '\0';
    add_local(b, word, slash != NULL ? slash + 1 : strchr(word, ':') != NULL ? "128" : "32", name);
    return;
  }
}

static void text_lines(box *b, const char *text, gboolean addresses)
{
  char name[WORD_MOST] = "";
  guint32 index = 0;

  while (*text != '\0') {
    char *line = g_strndup(text, MIN(strcspn(text, "\n"), (gsize)BOX_LINE_MOST));

    text_line(b, line, &index, name, addresses);
    g_free(line);
    text += strcspn(text, "\n");
    text += *text == '\n';
  }
}

void box_read_addresses(box *b, box_file *f)
{
  guint before = b->locals->len;

  b->single_before = LISTED_MOST;
  if (is_json(f))
    json_addresses(b, f->text->str);
  else
    text_lines(b, f->text->str, TRUE);
  box_say(f, b->locals->len > before,
          with_left_out(b, g_strdup_printf("%u address%s of the box's own", b->locals->len - before,
                                           b->locals->len - before == 1 ? "" : "es")));
}

void box_read_links(box *b, box_file *f)
{
  guint before = g_hash_table_size(b->interfaces);

  if (is_json(f))
    json_addresses(b, f->text->str);
  else
    text_lines(b, f->text->str, FALSE);
  box_say(f, g_hash_table_size(b->interfaces) > 0,
          with_left_out(b, g_strdup_printf(
                             "%u interface%s, %u of them from the addresses", g_hash_table_size(b->interfaces),
                             g_hash_table_size(b->interfaces) == 1 ? " by its number" : "s by their numbers", before)));
}

/* ---- routes ---- */

typedef struct route {
  char destination[WORD_MOST], device[WORD_MOST], table[WORD_MOST];
  gboolean local; /* local, broadcast, multicast: the kernel's own */
  gboolean ends;  /* unreachable, blackhole, prohibit, throw: nothing leaves by it */
  gboolean six, hops;
} route;

/* Those that are not used. */
typedef struct unused_routes {
  guint ends, more;
} unused_routes;

static void add_route(box *b, const route *r, gboolean six, unused_routes *other)
{
  const char *to = r->destination;

  if (r->local)
    return;
  if (r->ends) {
    /* The kernel's own, at the end of all tables, are nobody's doing. */
    other->ends += strcmp(r->table, "unspec") != 0;
    return;
  }
  if (!is_name(r->device) || !box_is_word(to) || (*r->table != '\0' && strcmp(r->table, "main") != 0) ||
      strchr(to, '=') != NULL) {
    other->more++;
    return;
  }
  if (strcmp(to, "default") == 0)
    to = six || r->six ? "::/0" : "0.0.0.0/0";
  if (b->routes->len < LISTED_MOST)
    g_ptr_array_add(b->routes, g_strdup_printf("%s=%s", to, r->device));
  else
    b->left_out++;
}

static gboolean is_own_type(const char *word)
{
  return strcmp(word, "local") == 0 || strcmp(word, "broadcast") == 0 || strcmp(word, "multicast") == 0 ||
         strcmp(word, "anycast") == 0;
}

static gboolean is_ending_type(const char *word)
{
  return strcmp(word, "unreachable") == 0 || strcmp(word, "blackhole") == 0 || strcmp(word, "prohibit") == 0 ||
         strcmp(word, "throw") == 0;
}

static void text_route(box *b, const char *line, gboolean six, unused_routes *other)
{
  route r = { .local = FALSE };
  char word[WORD_MOST];
  const char *at = line;

  if (!next(&at, word) || g_ascii_isspace(*line))
    return; /* a nexthop's line belongs to the one before, which has no device */
  r.local = is_own_type(word);
  r.ends = is_ending_type(word);
  if ((r.ends || strcmp(word, "unicast") == 0) && !next(&at, word))
    return;
  g_strlcpy(r.destination, word, sizeof r.destination);
  while (next(&at, word)) {
    if (strcmp(word, "dev") == 0)
      next(&at, r.device);
    else if (strcmp(word, "table") == 0)
      next(&at, r.table);
    else if (strcmp(word, "via") == 0 && next(&at, word))
      r.six = strchr(word, ':') != NULL;
  }
  r.local |= strcmp(r.table, "local") == 0;
  add_route(b, &r, six, other);
}

static void json_routes(box *b, const char *at, gboolean six, unused_routes *other)
{
  char key[WORD_MOST], value[WORD_MOST];
  route r = { .local = FALSE };
  gboolean any = FALSE;

  while (next_member(&at, key, value)) {
    if (strcmp(key, "type") == 0 || strcmp(key, "dst") == 0) {
      /* "type" stands before "dst" where it is told (-d, table all). */
      if (any && (strcmp(key, "type") == 0 || *r.destination != '\0')) {
        add_route(b, &r, six, other);
        r = (route){ .local = FALSE };
      }
      any = TRUE;
      if (strcmp(key, "type") == 0) {
        r.local = is_own_type(value);
        r.ends = is_ending_type(value);
      } else
        g_strlcpy(r.destination, value, sizeof r.destination);
    } else if (strcmp(key, "dev") == 0 && *r.device == '\0') {
      g_strlcpy(r.device, value, sizeof r.device);
    } else if (strcmp(key, "table") == 0) {
      g_strlcpy(r.table, value, sizeof r.table);
      r.local |= strcmp(value, "local") == 0;
    } else if (strcmp(key, "gateway") == 0) {
      r.six = strchr(value, ':') != NULL;
    }
  }
  if (any && *r.destination != '\0')
    add_route(b, &r, six, other);
}

void box_read_routes(box *b, box_file *f)
{
  const char *text = f->text->str;
  gboolean six = strstr(box_base(f->name), "6") != NULL;
  guint before = b->routes->len;
  unused_routes other = { 0 };
  GString *says = g_string_new(NULL);

  if (is_json(f))
    json_routes(b, text, six, &other);
  else
    while (*text != '\0') {
      char *line = g_strndup(text, MIN(strcspn(text, "\n"), (gsize)BOX_LINE_MOST));

      text_route(b, line, six, &other);
      g_free(line);
      text += strcspn(text, "\n");
      text += *text == '\n';
    }
  g_string_append_printf(says, "%u route%s", b->routes->len - before, b->routes->len - before == 1 ? "" : "s");
  if (other.more > 0)
    g_string_append_printf(says, "; %u other%s not used: another table's, without a device, or of several ways",
                           other.more, other.more == 1 ? " is" : "s are");
  if (other.ends > 0)
    g_string_append_printf(says, "; %u that let%s nothing leave (unreachable, blackhole) %s not followed", other.ends,
                           other.ends == 1 ? "s" : "", other.ends == 1 ? "is" : "are");
  box_say(f, b->routes->len > before, with_left_out(b, g_string_free(says, FALSE)));
}

/* ---- rules of policy routing ---- */

/* What every box has: local, main, default. */
void box_read_policy(box *b, box_file *f)
{
  guint others = 0;

  (void)b;
  if (is_json(f)) {
    const char *at = f->text->str;
    char key[WORD_MOST], value[WORD_MOST];

    while (next_member(&at, key, value))
      others += strcmp(key, "table") == 0 && strcmp(value, "local") != 0 && strcmp(value, "main") != 0 &&
                strcmp(value, "default") != 0;
  } else {
    char **lines = g_strsplit(f->text->str, "\n", BOX_LINE_MOST);
    guint i;

    for (i = 0; lines[i] != NULL; i++)
      others += strstr(lines[i], "lookup ") != NULL && strstr(lines[i], "lookup local") == NULL &&
                strstr(lines[i], "lookup main") == NULL && strstr(lines[i], "lookup default") == NULL;
    g_strfreev(lines);
  }
  if (others == 0)
    box_say(f, TRUE, g_strdup("the main table decides alone"));
  else
    box_say(f, FALSE,
            g_strdup_printf("not used: %u rule%s of policy routing %s not followed, the main table decides", others,
                            others == 1 ? "" : "s", others == 1 ? "is" : "are"));
}
