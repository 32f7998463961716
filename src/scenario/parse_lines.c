/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From text to lines: continuation, repetition, files. */
#include "scenario/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FILE_BYTES = 256 << 20, MAX_REPEAT = 100000, FILE_NAME_BYTES = 1024 };

/* The lines of the text, with those that end in a backslash joined; the parser's input, so that repeat can go over some
 * of them again. What stands between "rules" and "end" is another language's and stays as it is. */
typedef struct text_line {
  guint number;
  char *text;
} text_line;

/* A line of this word alone, but for blanks and a comment. */
static gboolean is_alone(const char *line, gsize n, const char *word)
{
  scn_cursor c;

  scn_cursor_init(&c, "", 0, line, line + n);
  return scn_accept_word(&c, word) && scn_at_end(&c);
}

static void text_line_clear(gpointer p) { g_free(((text_line *)p)->text); }

static GArray *split_lines(const char *text, gsize length)
{
  GArray *lines = g_array_new(FALSE, FALSE, sizeof(text_line));
  GString *joined = g_string_new(NULL);
  guint number = 0, first = 1;
  const char *at = text, *end = text + length;
  gboolean rules = FALSE;

  g_array_set_clear_func(lines, text_line_clear);
  while (at < end) {
    const char *newline = memchr(at, '\n', (gsize)(end - at));
    const char *stop = newline != NULL ? newline : end;
    gboolean goes_on;

    number++;
    if (joined->len == 0)
      first = number;
    if (stop > at && stop[-1] == '\r')
      stop--;
    goes_on = !rules && stop > at && stop[-1] == '\\' && newline != NULL;
    g_string_append_len(joined, at, stop - at - (goes_on ? 1 : 0));
    if (goes_on)
      g_string_append_c(joined, ' ');
    else {
      text_line line = { first, g_strndup(joined->str, joined->len) };

      rules = is_alone(joined->str, joined->len, rules ? "end" : "rules") ? !rules : rules;
      g_array_append_val(lines, line);
      g_string_truncate(joined, 0);
    }
    at = newline != NULL ? newline + 1 : end;
  }
  if (joined->len > 0) {
    text_line line = { first, g_strdup(joined->str) };

    g_array_append_val(lines, line);
  }
  g_string_free(joined, TRUE);
  return lines;
}

/* $i is the round's number from 0; ${i+1000} and ${i*3} compute with it. */
static gboolean substitute(GString *out, const text_line *line, guint round, const char *file, GError **error)
{
  const char *at = line->text;

  g_string_truncate(out, 0);
  while (*at) {
    char operator= 0;
    guint64 operand = 0;
    char *end = NULL;

    if (strncmp(at, "$i", 2) == 0) {
      g_string_append_printf(out, "%u", round);
      at += 2;
      continue;
    }
    if (strncmp(at, "${i", 3) != 0) {
      g_string_append_c(out, *at++);
      continue;
    }
    operator= at[3];
    if (operator== '+' || operator== '*')
      operand = g_ascii_strtoull(at + 4, &end, 10);
    if (end == NULL || end == at + 4 || *end != '}' || operand > G_MAXUINT32) {
      g_set_error(error, SCN_ERROR, SCN_ERROR_SYNTAX, "%s:%u:%u: expected ${i+NUMBER} or ${i*NUMBER}", file,
                  line->number, (guint)(at - line->text) + 1);
      return FALSE;
    }
    g_string_append_printf(out, "%" G_GUINT64_FORMAT, operator== '+' ? round + operand : round * operand);
    at = end + 1;
  }
  return TRUE;
}

static gboolean is_statement(const text_line *line, const char *word, scn_cursor *c, const char *file)
{
  scn_cursor_init(c, file, line->number, line->text, line->text + strlen(line->text));
  return scn_accept_word(c, word);
}

/* repeat N ... end; *at is the index of its first line, then of its last. */
static gboolean parse_repeat(scn_parser *p, const GArray *lines, guint *at, scn_cursor *head, GError **error)
{
  const char *file = p->scenario->file;
  GString *text = g_string_new(NULL);
  guint64 rounds = 0;
  guint begin = *at + 1, end = begin;
  gboolean fine;
  scn_cursor c;

  fine = scn_take_u64(head, "a number of rounds", MAX_REPEAT, &rounds) && scn_need_end(head);
  while (fine && end < lines->len && !is_statement(&g_array_index(lines, text_line, end), "end", &c, file)) {
    if (is_statement(&g_array_index(lines, text_line, end), "repeat", &c, file))
      fine = scn_fail(head, "expected \"end\" before the \"repeat\" in line %u", c.line);
    end++;
  }
  if (fine && end == lines->len)
    fine = scn_fail(head, "expected \"end\" after \"repeat\", found the end of the file");
  if (fine && rounds * (end - begin) > SCN_MAX_STEPS)
    fine = scn_fail(head, "expected at most %d lines after repeating, found %" G_GUINT64_FORMAT, SCN_MAX_STEPS,
                    rounds * (end - begin));
  if (head->error != NULL)
    g_propagate_error(error, head->error);
  for (guint round = 0; fine && round < rounds; round++)
    for (guint i = begin; fine && i < end; i++) {
      const text_line *line = &g_array_index(lines, text_line, i);

      fine = substitute(text, line, round, file, error) && scn_parse_line(p, line->number, text->str, text->len, error);
    }
  g_string_free(text, TRUE);
  *at = end;
  return fine;
}

/* A file's name, in quotes where it holds blanks. => to be freed; NULL and the cursor's error. */
static char *take_file(scn_cursor *c)
{
  static const char what[] = "a file of rules, in double quotes where its name holds blanks";
  char name[FILE_NAME_BYTES];
  GByteArray *bytes;
  char *file;

  if (scn_peek(c) != '"')
    return scn_take_rest_of_word(c, what, name, sizeof(name)) && scn_need_end(c) ? g_strdup(name) : NULL;
  if (!scn_take_string(c, what, &bytes))
    return NULL;
  file = bytes->len > 0 ? g_strndup((const char *)bytes->data, bytes->len) : g_strdup("");
  g_byte_array_unref(bytes);
  if (*file != '\0' && scn_need_end(c))
    return file;
  g_free(file);
  scn_wanted(c, what);
  return NULL;
}

/* The lines up to "end"; *at is the index of the first line, then of the last. => NULL where there is no end. */
static char *take_block(const GArray *lines, guint *at)
{
  guint first = g_array_index(lines, text_line, *at).number, i;
  GString *text = g_string_new(NULL);

  for (i = 0; i < first; i++)
    g_string_append_c(text, '\n');
  for (i = *at + 1; i < lines->len; i++) {
    const text_line *line = &g_array_index(lines, text_line, i);

    if (is_alone(line->text, strlen(line->text), "end")) {
      *at = i;
      return g_string_free(text, FALSE);
    }
    g_string_append_printf(text, "%s\n", line->text);
  }
  g_string_free(text, TRUE);
  return NULL;
}

/* rules FILE, or rules ... end; *at as above. */
static gboolean parse_rules(scn_parser *p, const GArray *lines, guint *at, scn_cursor *head, GError **error)
{
  scn_rules *rules = g_new0(scn_rules, 1);

  rules->line = head->line;
  g_ptr_array_add(p->scenario->rules, rules);
  if (p->scenario->steps->len > 0)
    scn_fail(head, "rules stand before the first packet");
  else if (!scn_at_end(head))
    rules->file = take_file(head);
  else if ((rules->text = take_block(lines, at)) == NULL)
    scn_fail(head, "expected \"end\" after \"rules\", found the end of the file");
  if (head->error == NULL)
    return TRUE;
  g_propagate_error(error, head->error);
  return FALSE;
}

GPtrArray *scn_text_rules(const char *text, gsize length)
{
  GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
  GArray *lines = split_lines(text, strnlen(text, length));
  scn_cursor c;
  char *file;

  for (guint i = 0; i < lines->len; i++) {
    if (!is_statement(&g_array_index(lines, text_line, i), "rules", &c, ""))
      continue;
    if (scn_at_end(&c))
      g_free(take_block(lines, &i));
    else if ((file = take_file(&c)) != NULL)
      g_ptr_array_add(files, file);
    g_clear_error(&c.error);
  }
  g_array_unref(lines);
  return files;
}

static gboolean parse_lines(scn_parser *p, const GArray *lines, GError **error)
{
  gboolean fine = TRUE;

  for (guint i = 0; fine && i < lines->len; i++) {
    const text_line *line = &g_array_index(lines, text_line, i);
    scn_cursor c;

    if (is_statement(line, "repeat", &c, p->scenario->file))
      fine = parse_repeat(p, lines, &i, &c, error);
    else if (is_statement(line, "rules", &c, p->scenario->file))
      fine = parse_rules(p, lines, &i, &c, error);
    else
      fine = scn_parse_line(p, line->number, line->text, strlen(line->text), error);
  }
  return fine;
}

scn_scenario *scn_scenario_parse(const char *text, gssize length, const char *name, GError **error)
{
  gsize n = length < 0 ? strlen(text) : (gsize)length;
  scn_parser parser = { .scenario = scn_scenario_new(name) };
  gsize zero = strnlen(text, n);
  GArray *lines;
  gboolean fine;

  if (zero < n) {
    g_set_error(error, SCN_ERROR, SCN_ERROR_SYNTAX, "%s: expected text, found a zero byte at offset %" G_GSIZE_FORMAT,
                name, zero);
    scn_scenario_free(parser.scenario);
    return NULL;
  }
  lines = split_lines(text, n);
  fine = parse_lines(&parser, lines, error);
  g_array_unref(lines);
  if (fine)
    return parser.scenario;
  scn_scenario_free(parser.scenario);
  return NULL;
}

GString *scn_text_read_fd(int fd, const char *path, GError **error)
{
  GIOChannel *channel = g_io_channel_unix_new(fd);
  GString *text = g_string_new(NULL);
  char buffer[65536];
  gsize got;
  GIOStatus status;

  g_io_channel_set_close_on_unref(channel, fd > STDERR_FILENO);
  g_io_channel_set_encoding(channel, NULL, NULL);
  do {
    status = g_io_channel_read_chars(channel, buffer, sizeof(buffer), &got, error);
    g_string_append_len(text, buffer, (gssize)got);
  } while (status == G_IO_STATUS_NORMAL && text->len <= MAX_FILE_BYTES);
  g_io_channel_unref(channel);
  if (text->len > MAX_FILE_BYTES)
    g_set_error(error, SCN_ERROR, SCN_ERROR_READ, "%s: a scenario of over %d bytes", path, MAX_FILE_BYTES);
  else if (status == G_IO_STATUS_EOF)
    return text;
  else
    g_prefix_error(error, "%s: ", path);
  g_string_free(text, TRUE);
  return NULL;
}

scn_scenario *scn_scenario_load_fd(int fd, const char *path, GError **error)
{
  GString *text = scn_text_read_fd(fd, path, error);
  scn_scenario *scenario;

  if (text == NULL)
    return NULL;
  scenario = scn_scenario_parse(text->str, (gssize)text->len, strcmp(path, "-") == 0 ? "standard input" : path, error);
  g_string_free(text, TRUE);
  return scenario;
}

scn_scenario *scn_scenario_load(const char *path, GError **error)
{
  int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

  if (fd < 0) {
    g_set_error(error, SCN_ERROR, SCN_ERROR_READ, "%s: %s", path, g_strerror(errno));
    return NULL;
  }
  return scn_scenario_load_fd(fd, path, error);
}
