/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two saved outputs, line by line: which members differ, and what they hold on either side. */
#include "diff.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MOST = 16 };

static gboolean starts_as_saved(const char *path)
{
  FILE *file = fopen(path, "re");
  int c = file != NULL ? getc(file) : EOF;

  if (file != NULL)
    fclose(file);
  return c == '{';
}

/* The second is not opened but where there is no first: what is a pipe can be read only once. */
gboolean cli_diff_is_saved(const char *path_a, const char *path_b)
{
  return starts_as_saved(path_a) || (strcmp(path_a, "-") != 0 && access(path_a, F_OK) != 0 && starts_as_saved(path_b));
}

static char *text_of(JsonNode *node)
{
  return node != NULL ? json_to_string(node, FALSE) : g_strdup("nothing");
}

static gboolean same_text(JsonNode *a, JsonNode *b)
{
  char *x = text_of(a), *y = text_of(b);
  gboolean same = strcmp(x, y) == 0;

  g_free(x);
  g_free(y);
  return same;
}

static void name_difference(GString *into, const char *path, JsonNode *a, JsonNode *b)
{
  char *x = text_of(a), *y = text_of(b);

  g_string_append_printf(into, "  %-24s A %s  B %s\n", path, x, y);
  g_free(x);
  g_free(y);
}

/* Members of objects one by one; everything else as a whole. */
static void find_differences(GString *into, const char *path, JsonNode *a, JsonNode *b, guint depth)
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
    char *inner = *path != '\0' ? g_strdup_printf("%s.%s", path, (char *)l->data) : g_strdup(l->data);

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

static gboolean compare_lines(emit_text *out, const saved *a, const saved *b, guint64 number, gboolean show,
                              cli_exit *code)
{
  JsonNode *x = parse(a->path, number, a->line), *y = parse(b->path, number, b->line);
  GString *text = g_string_new(NULL);
  gboolean differ;

  if (x == NULL || y == NULL)
    *code = CLI_EXIT_INPUT;
  else
    find_differences(text, "", x, y, 0);
  differ = text->len > 0;
  if (differ && show) {
    put_place(out, number, x);
    emit_text_bytes(out, text->str, text->len);
  }
  g_string_free(text, TRUE);
  if (x != NULL)
    json_node_unref(x);
  if (y != NULL)
    json_node_unref(y);
  return differ;
}

static cli_exit compare(saved *a, saved *b, guint64 lines_most)
{
  guint64 number = 0, differing = 0;
  cli_exit code = CLI_EXIT_OK;
  cli_output output;
  emit_text *out = &output.text;

  cli_output_open(&output, "", NULL);
  /* Both are asked, always: the short one must not hide behind the other. */
  while (code == CLI_EXIT_OK && (saved_next(a) & saved_next(b)) != 0) {
    number++;
    if (strcmp(a->line, b->line) != 0 && compare_lines(out, a, b, number, differing < lines_most, &code))
      differing++;
  }
  emit_text_u64_grouped(out, number);
  emit_text_literal(out, " lines compared, ");
  emit_text_u64_grouped(out, differing);
  emit_text_literal(out, " differ\n");
  if (a->more != b->more) {
    emit_text_string(out, a->more ? a->path : b->path);
    emit_text_literal(out, " goes on after the other's end\n");
  }
  if (differing > 0 || a->more != b->more)
    code = cli_exit_graver(code, CLI_EXIT_DIFFERENT);
  return cli_output_close(&output, code);
}

static gboolean saved_open(saved *s, const char *path)
{
  *s = (saved){ .path = path, .file = fopen(path, "re") };
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

cli_exit cli_diff_saved(const char *path_a, const char *path_b, guint64 lines_most, gboolean fence)
{
  saved a = { .path = path_a }, b = { .path = path_b };
  cli_exit code = CLI_EXIT_INPUT;

  if (saved_open(&a, path_a) && saved_open(&b, path_b)) {
    if (fence)
      cli_sandbox_enter();
    code = compare(&a, &b, lines_most);
  }
  saved_close(&a);
  saved_close(&b);
  return code;
}
