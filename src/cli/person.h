/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plain command tells a person: lines as things happen, the table at the end, a summary. Internal to the plain
 * command.
 */
#ifndef CLI_PERSON_H
#define CLI_PERSON_H

#include "beside.h"
#include "conntrack/proto/proto.h"
#include "emit/past.h"
#include "emit/summary.h"
#include "emit/asked.h"
#include "journal/history.h"
#include "rules_drops.h"
#include "run.h"

/*
 * What a line is about: its word and its colour. The notable ones are shown even where the others have become too many.
 */
#define CLI_HAPPENING_LIST(X)               \
  X(NEW, "NEW", "\033[32m", FALSE)          \
  X(RELATED, "RELATED", "\033[36m", FALSE)  \
  X(REPLY, "reply", "", FALSE)              \
  X(STATE, "state", "", FALSE)              \
  X(ASSURED, "assured", "", FALSE)          \
  X(EXPECT, "expect", "\033[36m", FALSE)    \
  X(NOTE, "note", "\033[33m", FALSE)        \
  X(END, "END", "\033[2m", FALSE)           \
  X(EVICTED, "EVICTED", "\033[1;31m", TRUE) \
  X(INVALID, "INVALID", "\033[31m", TRUE)   \
  X(DROPPED, "DROPPED", "\033[1;31m", TRUE) \
  X(REJECTED, "REJECTED", "\033[1;31m", TRUE)

typedef enum cli_happening {
#define X(id, word, colour, notable) CLI_HAPPENING_##id,
  CLI_HAPPENING_LIST(X)
#undef X
    CLI_HAPPENING_COUNT
} cli_happening;

/* What lines have in common that say the same of others: which of them to show, more of them tell no more. */
typedef struct cli_alike_key {
  ct_addr dst;
  const void *rule;
  guint16 reason;
  guint8 what, family, proto, kind, before, after, has_past;
} cli_alike_key;

/* A line that is about to be shown. */
typedef struct cli_alike {
  cli_alike_key key; /* no byte of it undefined: keys are compared as bytes */
  cli_happening what;
  guint64 packet; /* 0: a timer's */
  gint64 time_ns;
  guint16 port;
} cli_alike;

enum { CLI_ALIKE_SHOWN = 3, CLI_ALIKE_KINDS = 3, CLI_ALIKE_HELD = 6 };

/* Lines that were shown of late, of a kind, and more of them that were not. */
typedef struct cli_alike_kind {
  cli_alike last;
  guint64 shown, more, begun; /* begun: when the kind was shown first, as a count of lines; the oldest goes */
  gboolean ports;             /* they go to several */
} cli_alike_kind;

enum { CLI_HOLDERS = 3 }; /* by source, by its network, by destination port */

typedef struct cli_person {
  cli_run run;
  guint64 lines_most, notable_most, table_most; /* how many lines of each are shown */
  guint64 lines, notable;                       /* how many have been */
  guint64 hidden[CLI_HAPPENING_COUNT];          /* not shown, by kind */
  gboolean shows_all;                           /* also where lines are alike */
  cli_alike_kind alike[CLI_ALIKE_KINDS];        /* of the last lines */
  guint64 alike_lines, alike_more;              /* met; of them, held or counted */
  gboolean holding;                             /* the line that is being written is to be held */
  emit_text held;
  emit_text line;               /* the one that is being written */
  gsize line_column, line_flow; /* in it: where its flow begins, and ends; 0: there is none */
  guint64 line_conn;            /* whose the line above is */
  gboolean clock_known;         /* clock_ns is the packet's before */
  gint64 clock_ns;
  guint jumps;           /* of the clock, that were told */
  gboolean said_notable; /* that only notable lines follow */
  emit_summary summary;
  journal_history history;
  emit_asked asked;
  const emit_query *query; /* that the packet at hand answers in vain; NULL: none */
  cli_beside beside;
  ct_expect_view used; /* the expectation that was used up last, by packet used_by; 0: none was */
  guint64 used_by;
  guint64 in_table, table_hidden;                         /* entries at the end, and those of them that are not shown */
  guint64 measured;                                       /* entries at the end that were met by then */
  gsize id_width, timeout_width, state_width, flow_width; /* of the entries that are shown */
  guint64 by_state[256][16];                              /* entries at the end: [protocol][state, 15 for all others] */
  cli_rules_drops *drops;                                 /* of rules; NULL: there are none */
  struct pressure_holders *holders[CLI_HOLDERS];          /* once the table may get busy; NULL before */
} cli_person;

/* person_lines.c */
void cli_person_packet(const replay_seen *seen, gpointer person);
void cli_person_event(const ct_event *event, void *person);
void cli_person_hidden(cli_person *person); /* what was not shown, at the end */

/*
 * person_alike.c. A flood is one line, many times: of lines that are alike, with at most two other kinds between them,
 * the first three are shown, and how many more there were; a few more are shown all the same.
 */
typedef enum cli_alike_fate {
  CLI_ALIKE_SHOW, /* what was held or counted before has been told */
  CLI_ALIKE_HOLD, /* to be written to person->held */
  CLI_ALIKE_COUNT /* one more of them */
} cli_alike_fate;
cli_alike_fate cli_alike_ask(cli_person *person, const cli_alike *line);
/* Tells of those that were held or counted, before something else is shown. */
void cli_alike_tell(cli_person *person);

/* person_summary.c */
void cli_person_table(cli_person *person);
void cli_person_summary(cli_person *person);

/* person_holders.c */
void cli_person_holders_packet(cli_person *person);
void cli_person_holders(cli_person *person); /* who filled the table, where it was half full or more; once */

/* person_pieces.c */
const char *cli_person_word(cli_happening what);
/* Seconds since the first packet, as in a column. */
void cli_person_time(const cli_person *person, emit_text *out, gint64 time_ns, int width);
void cli_person_heading(cli_person *person, const char *text);
/* tcp 10.0.0.1.1234 > 10.0.0.2.80 */
void cli_text_flow(const cli_run *run, emit_text *out, const ct_tuple *tuple);
void cli_text_colour(const cli_run *run, emit_text *out, const char *sequence);
void cli_text_pad_from(emit_text *out, gsize begin, gsize width);

#endif
