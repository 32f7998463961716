/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An option as a row of a table: its spellings, how its value is read, and the field that the value goes to. Each kind
 * of value has a macro below, which fills in the rest of the row; an option of another kind brings its own reader
 * (CLI_BY).
 */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include <glib.h>

typedef struct cli_option cli_option;

/*
 * Reads a value (NULL where the option takes none) into the option's field, which lies in base.
 * => FALSE and CLI_ERROR_USAGE with one line that says what is wrong and what would be right.
 */
typedef gboolean cli_reader(const cli_option *option, gpointer base, const char *value, GError **error);

/* A word and what stands in the field for it. A table of them ends with a NULL. */
typedef struct cli_choice {
  const char *word;
  guint value;
} cli_choice;

struct cli_option {
  const char *name;     /* the long spelling; NULL: none */
  char letter;          /* the short one, or 0 */
  const char *argument; /* for messages and completion: "FILE", "N", ...; NULL: takes none, "[X]": may be left out */
  guint group;          /* CLI_OWN: base is the sub-command's own; else cli_options */
  cli_reader *read;
  gsize field, bytes; /* place and size of the field in base */
  gsize before;       /* CLI_SINGLE: place of the field for the value given before */
  guint64 least, most;
  const cli_choice *choices;
  guint value;         /* a reader's own: which command, which condition */
  const char *wanted;  /* what a message says to give */
  const char *same_as; /* the option of which this is another spelling, for messages */
  const char *called;  /* for messages: "explain -o"; NULL: --NAME */
  const char *renamed; /* this spelling is no more: "--new" is the one to give; nothing else of the row counts */
  const char *absent;  /* no option here, though people will give it: what to do instead, in words; as renamed */
};

#define CLI_FIELD(type, member) .field = offsetof(type, member), .bytes = sizeof(((type *)0)->member)
#define CLI_BY(reader, type, member) .read = (reader), CLI_FIELD(type, member)

/* gboolean: TRUE where the option is there. */
#define CLI_FLAG(type, member) CLI_BY(cli_read_flag, type, member)
/* const char *: the value as it stands; of several the last. */
#define CLI_TEXT(type, member) CLI_BY(cli_read_text, type, member)
/* GPtrArray *: all values, as they stand. */
#define CLI_LIST(type, member) CLI_BY(cli_read_list, type, member)
/* Any unsigned: a number of digits. */
#define CLI_NUMBER(type, member, from, to, text) \
  CLI_BY(cli_read_number, type, member), .least = (from), .most = (to), .wanted = (text)
/* Any unsigned: "4096", "64k", "1M". */
#define CLI_SIZE(type, member, from, to, text) \
  CLI_BY(cli_read_size, type, member), .least = (from), .most = (to), .wanted = (text)
/* gint64: a size, or the word all for G_MAXINT64. */
#define CLI_SIZE_OR_ALL(type, member, to) \
  CLI_BY(cli_read_size_or_all, type, member), .most = (to), .wanted = "a number or all"
/* gint64: a span of time in nanoseconds ("60", "0.5s", "5m"), of at least so many. */
#define CLI_SPAN(type, member, from_ns, text) CLI_BY(cli_read_span, type, member), .least = (from_ns), .wanted = (text)
/* gint64: nanoseconds, from a decimal number of seconds of at most so many. */
#define CLI_SECONDS(type, member, to_s, text) CLI_BY(cli_read_seconds, type, member), .most = (to_s), .wanted = (text)
/* replay_point: a moment of the captures. */
#define CLI_POINT(type, member) CLI_BY(cli_read_point, type, member)
/* GArray * of replay_point: all of them. */
#define CLI_POINTS(type, member) CLI_BY(cli_read_points, type, member)
/* An enum or any unsigned: one of the words. */
#define CLI_CHOICE(type, member, table, text) \
  CLI_BY(cli_read_choice, type, member), .choices = (table), .wanted = (text)

cli_reader cli_read_flag, cli_read_text, cli_read_list, cli_read_number, cli_read_size, cli_read_size_or_all,
  cli_read_span, cli_read_seconds, cli_read_point, cli_read_points, cli_read_choice, cli_read_shown_number,
  cli_read_format;

/* For readers. */
static inline gpointer cli_option_field(const cli_option *option, gpointer base)
{
  return (char *)base + option->field;
}
/* Puts a number into the field, which is an unsigned one of any width. => TRUE */
gboolean cli_option_store(const cli_option *option, gpointer base, guint64 number);
/* The name in messages, without dashes. */
static inline const char *cli_option_name(const cli_option *option)
{
  return option->same_as != NULL ? option->same_as : option->name;
}
/* Whether the row is there only to say what else to give. */
static inline gboolean cli_option_is_gone(const cli_option *option)
{
  return option->renamed != NULL || option->absent != NULL;
}
/* "--count x: give a number of packets", from option->wanted. => FALSE. */
gboolean cli_option_refuse(const cli_option *option, const char *value, GError **error);

/*
 * Whether a mistyped word may have meant this one, of at most 47 letters: at most two letters apart, and of a short
 * word fewer. distance: how many.
 */
gboolean cli_word_similar(const char *word, const char *meant, guint *distance);

/* "4096", "64k" (1024), "1M" (1024²), "2G". => FALSE where text is no size of at most largest. */
gboolean cli_size_parse(const char *text, guint64 largest, guint64 *size);

#endif
