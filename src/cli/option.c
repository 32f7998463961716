/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option.h"
#include "filter.h"

#include <string.h>

#include "replay/point.h"

gboolean cli_option_refuse(const cli_option *option, const char *value, GError **error)
{
  if (option->called != NULL)
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s %s: give %s", option->called, value, option->wanted);
  else
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s %s: give %s", cli_option_name(option), value, option->wanted);
  return FALSE;
}

gboolean cli_size_parse(const char *text, guint64 largest, guint64 *size)
{
  char *end;
  guint64 number, unit = 1;

  if (!g_ascii_isdigit(*text))
    return FALSE;
  number = g_ascii_strtoull(text, &end, 10);
  switch (*end) {
  case 'k':
  case 'K':
    unit = 1u << 10;
    end++;
    break;
  case 'm':
  case 'M':
    unit = 1u << 20;
    end++;
    break;
  case 'g':
  case 'G':
    unit = 1u << 30;
    end++;
    break;
  default: break;
  }
  return *end == '\0' && !__builtin_mul_overflow(number, unit, size) && *size <= largest;
}

gboolean cli_option_store(const cli_option *option, gpointer base, guint64 number)
{
  gpointer field = cli_option_field(option, base);

  switch (option->bytes) {
  case 1: *(guint8 *)field = (guint8)number; break;
  case 2: *(guint16 *)field = (guint16)number; break;
  case 4: *(guint32 *)field = (guint32)number; break;
  default: g_assert(option->bytes == 8); *(guint64 *)field = number;
  }
  return TRUE;
}

gboolean cli_read_flag(const cli_option *option, gpointer base, const char *value, GError **error)
{
  (void)value;
  (void)error;
  return cli_option_store(option, base, TRUE);
}

gboolean cli_read_text(const cli_option *option, gpointer base, const char *value, GError **error)
{
  (void)error;
  *(const char **)cli_option_field(option, base) = value;
  return TRUE;
}

gboolean cli_read_list(const cli_option *option, gpointer base, const char *value, GError **error)
{
  (void)error;
  g_ptr_array_add(*(GPtrArray **)cli_option_field(option, base), (gpointer)value);
  return TRUE;
}

gboolean cli_read_number(const cli_option *option, gpointer base, const char *value, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned(value, 10, option->least, option->most, &number, NULL))
    return cli_option_refuse(option, value, error);
  return cli_option_store(option, base, number);
}

gboolean cli_read_size(const cli_option *option, gpointer base, const char *value, GError **error)
{
  guint64 size;

  if (!cli_size_parse(value, option->most, &size) || size < option->least)
    return cli_option_refuse(option, value, error);
  return cli_option_store(option, base, size);
}

gboolean cli_read_size_or_all(const cli_option *option, gpointer base, const char *value, GError **error)
{
  if (strcmp(value, "all") == 0)
    return cli_option_store(option, base, G_MAXINT64);
  return cli_read_size(option, base, value, error);
}

gboolean cli_read_span(const cli_option *option, gpointer base, const char *value, GError **error)
{
  gint64 span_ns;

  if (!replay_duration_parse(value, &span_ns) || span_ns < (gint64)option->least)
    return cli_option_refuse(option, value, error);
  return cli_option_store(option, base, (guint64)span_ns);
}

gboolean cli_read_seconds(const cli_option *option, gpointer base, const char *value, GError **error)
{
  char *end;
  double seconds = g_ascii_strtod(value, &end);

  if (end == value || *end != '\0' || !(seconds >= 0 && seconds <= (double)option->most))
    return cli_option_refuse(option, value, error);
  return cli_option_store(option, base, (guint64)(gint64)(seconds * 1e9));
}

static gboolean parse_point(const cli_option *option, replay_point *point, const char *value, GError **error)
{
  if (replay_point_parse(value, point))
    return TRUE;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
              "--%s %s: give a time (2026-11-21T10:00:00, 14:03:05), +seconds after the first packet, or '#packet'",
              cli_option_name(option), value);
  return FALSE;
}

gboolean cli_read_point(const cli_option *option, gpointer base, const char *value, GError **error)
{
  return parse_point(option, cli_option_field(option, base), value, error);
}

gboolean cli_read_points(const cli_option *option, gpointer base, const char *value, GError **error)
{
  GArray *points = *(GArray **)cli_option_field(option, base);
  replay_point point;

  if (!parse_point(option, &point, value, error))
    return FALSE;
  g_array_append_val(points, point);
  return TRUE;
}

gboolean cli_read_choice(const cli_option *option, gpointer base, const char *value, GError **error)
{
  const cli_choice *choice;

  for (choice = option->choices; choice->word != NULL; choice++)
    if (strcmp(value, choice->word) == 0)
      return cli_option_store(option, base, choice->value);
  return cli_option_refuse(option, value, error);
}

/* The number of a packet or a connection, as -P shows it: "12", "#12". */
gboolean cli_read_shown_number(const cli_option *option, gpointer base, const char *value, GError **error)
{
  if (g_ascii_string_to_unsigned(value[0] == '#' ? value + 1 : value, 10, 1, G_MAXINT64, cli_option_field(option, base),
                                 NULL))
    return TRUE;
  return cli_option_refuse(option, value, error);
}

enum { WORD_MOST = 47, LETTERS_APART = 2 };

/* How many letters are to be put in, taken out or changed to make one of the other (Levenshtein). */
static guint letters_apart(const char *a, const char *b)
{
  guint row[WORD_MOST + 1], n = (guint)strlen(b), i, k;

  for (k = 0; k <= n; k++)
    row[k] = k;
  for (i = 0; a[i] != '\0'; i++) {
    guint diagonal = row[0];

    row[0] = i + 1;
    for (k = 1; k <= n; k++) {
      guint above = row[k];

      row[k] = MIN(MIN(row[k - 1], above) + 1, diagonal + (a[i] != b[k - 1]));
      diagonal = above;
    }
  }
  return row[n];
}

gboolean cli_word_similar(const char *word, const char *meant, guint *distance)
{
  if (strlen(word) > WORD_MOST || strlen(meant) > WORD_MOST)
    return FALSE;
  *distance = letters_apart(word, meant);
  /* Of a short word, two letters are too much. */
  return *distance <= LETTERS_APART && *distance * 2 <= strlen(meant);
}
