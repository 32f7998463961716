/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two saved outputs, line by line: which members differ, and what they hold on either side. */
#include "diff.h"
#include "say.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MOST = 16 };

/* What differs in a line, and in the whole file. */
typedef struct found {
  GString *text;  /* a line for each member */
  GString *names; /* of the members */
} found;

static char *text_of(JsonNode *node) { return node != NULL ? json_to_string(node, FALSE) : g_strdup("nothing"); }

static gboolean same_text(JsonNode *a, JsonNode *b)
{
  char *x = text_of(a), *y = text_of(b);
  gboolean same = strcmp(x, y) == 0;

  g_free(x);
  g_free(y);
  return same;
}

static void name_difference(found *into, const char *path, JsonNode *a, JsonNode *b)
{
  char *x = text_of(a), *y = text_of(b);

  g_string_append_printf(into->text, "  %-24s A %s  B %s\n", path, x, y);
  g_string_append_printf(into->names, "%s%s", into->names->len > 0 ? ", " : "", path);
  g_free(x);
  g_free(y);
}

/* Members of objects one by one; everything else as a whole. What the form is called says nothing of what it holds. */
static void find_differences(found *into, const char *path, JsonNode *a, JsonNode *b, guint depth)
{
  GList *names, *others, *l;
  JsonObject *x, *y;

  if (a == NULL || b == NULL || !JSON_NODE_HOLDS_OBJECT(a) || !JSON_NODE_HOLDS_OBJECT(b) || depth >= DEPTH_MOST) {
    if (!same_text(a, b))
      name_difference(into, path, a, b);
    return;
  }
  x = json_node_get_object(a);
  y = json_node_get_object(b);
  names = json_object_get_members(x);
  others = json_object_get_members(y);
  for (l = others; l != NULL; l = l->next)
    if (!json_object_has_member(x, l->data))
      names = g_list_append(names, l->data);
  for (l = names; l != NULL; l = l->next) {
    char *inner;

    if (depth == 0 && strcmp(l->data, "schema") == 0)
      continue;
    inner = *path != '\0' ? g_strdup_printf("%s.%s", path, (char *)l->data) : g_strdup(l->data);
    find_differences(into, inner, json_object_get_member(x, l->data), json_object_get_member(y, l->data), depth + 1);
    g_free(inner);
  }
  g_list_free(names);
  g_list_free(others);
}

/* json-glib's parser recurses: a line of brackets only must not reach it. */
static gboolean is_sane(const char *line)
{
  int depth = 0;

  for (; *line != '\0'; line++)
    if (*line == '{' || *line == '[') {
      if (++depth > DEPTH_MOST * 2)
        return FALSE;
    } else if (*line == '}' || *line == ']') {
      depth--;
    }
  return TRUE;
}

/* => the line's object, or NULL and the reason said. */
static JsonNode *parse(const char *path, guint64 number, const char *line)
{
  GError *error = NULL;
  JsonNode *node = is_sane(line) ? json_from_string(line, &error) : NULL;

  if (node == NULL)
    cli_say("%s:%" G_GUINT64_FORMAT ": no line of -o json%s%s", path, number, error != NULL ? ": " : "",
            error != NULL ? error->message : "");
  g_clear_error(&error);
  return node;
}

typedef struct saved {
  const char *path;
  FILE *file;
  char *line;
  size_t size;
  gboolean more;
} saved;

static gboolean saved_next(saved *s)
{
  ssize_t n = getline(&s->line, &s->size, s->file);

  if (n > 0 && s->line[n - 1] == '\n')
    s->line[n - 1] = '\0';
  return s->more = n > 0;
}

/* "line 3, packet 3 at 1.0:" => which packet it is about, where the line says so. */
static void put_place(emit_text *out, guint64 number, JsonNode *line)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT(line) ? json_node_get_object(line) : NULL;
  JsonNode *n = object != NULL ? json_object_get_member(object, "n") : NULL;
  JsonNode *t = object != NULL ? json_object_get_member(object, "t") : NULL;
  char *text;

  emit_text_literal(out, "line ");
  emit_text_u64(out, number);
  if (n != NULL && t != NULL && JSON_NODE_HOLDS_VALUE(n) && JSON_NODE_HOLDS_VALUE(t)) {
    text = g_strdup_printf(", packet %" G_GINT64_FORMAT " at %.6f s", json_node_get_int(n), json_node_get_double(t));
    emit_text_string(out, text);
    g_free(text);
  }
  emit_text_literal(out, ":\n");
}

/* A member's word; NULL where the line has none. */
static const char *word_of(JsonNode *line, const char *member)
{
  JsonNode *node = JSON_NODE_HOLDS_OBJECT(line) ? json_object_get_member(json_node_get_object(line), member) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
}

/* What became of the packet or of the entry. */
static const char *outcome_of(JsonNode *line)
{
  const char *class = word_of(line, "class");

  if (g_strcmp0(word_of(line, "verdict"), "drop") == 0)
    return "dropped";
  return class != NULL ? class : word_of(line, "event");
}

static void name_reason(GString *why, const char *side, JsonNode *line)
{
  const char *reason = word_of(line, "reason"), *text = word_of(line, "text");

  if (reason == NULL)
    return;
  g_string_append_printf(why, "%s%s: ", why->len > 0 ? "; " : "", side);
  g_string_append_printf(why, text != NULL ? "%s (%s)" : "%s%s", text != NULL ? text : "", reason);
}

/* As diff says it of packets, as far as the lines have it. */
static void count_why(GHashTable *whys, JsonNode *a, JsonNode *b, const char *names)
{
  const char *x = outcome_of(a), *y = outcome_of(b);
  GString *why = g_string_new(NULL);

  if (g_strcmp0(x, y) != 0)
    g_string_append_printf(why, "A %s, B %s", x != NULL ? x : "nothing", y != NULL ? y : "nothing");
  if (g_strcmp0(word_of(a, "reason"), word_of(b, "reason")) != 0) {
    name_reason(why, "A", a);
    name_reason(why, "B", b);
  }
  if (why->len == 0)
    g_string_append_printf(why, "other values of %s", names);
  cli_diff_tally_count(whys, why->str);
  g_string_free(why, TRUE);
}

typedef struct saved_comparison {
  saved *a, *b;
  emit_text *out;
  GHashTable *whys;
  guint64 number, differing, lines_most;
  cli_exit code;
} saved_comparison;

/* => FALSE, said, where the first lines are of different kinds: packets against events. */
static gboolean same_kind(saved_comparison *c, JsonNode *x, JsonNode *y)
{
  const char *kind_x = word_of(x, "type"), *kind_y = word_of(y, "type");

  if (c->number > 1 || g_strcmp0(kind_x, kind_y) == 0)
    return TRUE;
  cli_say("diff: %s has lines of the kind %s, %s of the kind %s: give two of a kind", c->a->path,
          kind_x != NULL ? kind_x : "(none)", c->b->path, kind_y != NULL ? kind_y : "(none)");
  c->code = CLI_EXIT_USAGE;
  return FALSE;
}

static void compare_lines(saved_comparison *c)
{
  JsonNode *x = parse(c->a->path, c->number, c->a->line), *y = parse(c->b->path, c->number, c->b->line);
  found into = { g_string_new(NULL), g_string_new(NULL) };

  if (x == NULL || y == NULL)
    c->code = CLI_EXIT_INPUT;
  else if (same_kind(c, x, y))
    find_differences(&into, "", x, y, 0);
  if (into.text->len > 0) {
    if (c->differing++ < c->lines_most) {
      put_place(c->out, c->number, x);
      emit_text_bytes(c->out, into.text->str, into.text->len);
    }
    count_why(c->whys, x, y, into.names->str);
  }
  g_string_free(into.text, TRUE);
  g_string_free(into.names, TRUE);
  if (x != NULL)
    json_node_unref(x);
  if (y != NULL)
    json_node_unref(y);
}

static void put_saved_summary(saved_comparison *c)
{
  emit_text *out = c->out;

  if (c->code != CLI_EXIT_OK) {
    emit_text_literal(out, "compared until line ");
    emit_text_u64(out, c->number - 1);
    emit_text_literal(out, " only, ");
  } else {
    emit_text_u64_grouped(out, c->number);
    emit_text_string(out, c->number == 1 ? " line compared, " : " lines compared, ");
  }
  emit_text_u64_grouped(out, c->differing);
  emit_text_string(out, c->differing == 1 ? " differs\n" : " differ\n");
  if (c->differing > c->lines_most) {
    emit_text_literal(out, "shown: ");
    emit_text_u64_grouped(out, c->lines_most);
    emit_text_literal(out, " (--lines N shows more)\n");
  }
  cli_diff_tally_put(out, c->whys, "lines");
  if (c->code == CLI_EXIT_OK && c->a->more != c->b->more) {
    emit_text_string(out, c->a->more ? c->a->path : c->b->path);
    emit_text_literal(out, " goes on after the other's end\n");
  }
}

static cli_exit compare(saved *a, saved *b, guint64 lines_most)
{
  saved_comparison c = { .a = a, .b = b, .lines_most = lines_most };
  cli_output output;

  cli_output_open(&output, "", NULL);
  c.out = &output.text;
  c.whys = cli_diff_tally_new();
  /* Both are asked, always: the short one must not hide behind the other. */
  while (c.code == CLI_EXIT_OK && (saved_next(a) & saved_next(b)) != 0) {
    c.number++;
    if (strcmp(a->line, b->line) != 0)
      compare_lines(&c);
  }
  if (c.code != CLI_EXIT_USAGE)
    put_saved_summary(&c);
  if (c.differing > 0 || a->more != b->more)
    c.code = cli_exit_graver(c.code, CLI_EXIT_DIFFERENT);
  g_hash_table_unref(c.whys);
  return cli_output_close(&output, c.code);
}

static gboolean saved_open(saved *s, const char *path, int opened)
{
  *s = (saved){ .path = path, .file = opened >= 0 ? fdopen(opened, "r") : fopen(path, "re") };
  if (s->file == NULL)
    cli_say("%s: %s", path, g_strerror(errno));
  return s->file != NULL;
}

static void saved_close(saved *s)
{
  if (s->file != NULL)
    fclose(s->file);
  free(s->line);
}

cli_exit cli_diff_saved(const char *const path[2], const int opened[2], guint64 lines_most, gboolean fence)
{
  saved a = { .path = path[0] }, b = { .path = path[1] };
  cli_exit code = CLI_EXIT_INPUT;

  if (saved_open(&a, path[0], opened[0]) && saved_open(&b, path[1], opened[1])) {
    if (fence)
      cli_sandbox_enter();
    code = compare(&a, &b, lines_most);
  }
  saved_close(&a);
  saved_close(&b);
  return code;
}
