/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a session, shared by what moves, what answers keys and what draws. Internal to src/screen. */
#ifndef SCREEN_INSIDE_H
#define SCREEN_INSIDE_H

#include "cursor.h"
#include "emit/text.h"
#include "session.h"
#include "told.h"

typedef enum session_view { VIEW_TABLE, VIEW_CONNECTION, VIEW_PACKET, VIEW_EXPECTS, VIEW_HELP } session_view;
typedef enum session_prompt { PROMPT_NONE, PROMPT_GO, PROMPT_FILTER, PROMPT_SEARCH, PROMPT_WHAT_IF } session_prompt;

enum { PROMPT_BYTES = 160, VIEWS_DEEP = 4 };

/* Whom a packet has pushed out of the table. */
typedef struct session_evicted {
  guint64 packet; /* 0: none */
  guint64 id;     /* the first one's */
  ct_tuple tuple;
  guint n;
} session_evicted;

struct session {
  session_host host;
  replay_tape *tape;
  timeline *line;  /* as the capture was */
  timeline *other; /* what if; NULL: it is not asked */
  char *other_text;
  replay_rewind *other_pass;
  cursor *at, *other_at;
  session_evicted evicted, other_evicted; /* by the last packet of each that pushed somebody out */
  gboolean ended;                         /* the first pass has come to the end */
  gboolean live;
  gboolean follows; /* the end, as it comes */

  /* Where it is to be, and the time there, which the cursor may not have come to. */
  char *wanted; /* a moment that the first pass has not come to; NULL: none */
  gboolean plays;
  guint speed;
  gint64 tick_us;

  session_view views[VIEWS_DEEP]; /* from the first one entered to the one that is seen */
  guint depth;
  rows rows;
  gboolean rows_old;     /* not of this moment */
  gboolean rows_compare; /* a step has led here, no jump */
  rows_group group;
  rows_order order[ROWS_GROUPS]; /* by group NONE or another: [0], [1] */
  gboolean descending[2];
  char *filter; /* as typed; NULL: none */
  gboolean filter_letters;
  guint selected, top; /* of the table */
  guint shown;         /* rows of the screen that a list has */
  guint columns;       /* of the screen, as it was drawn last */
  told *told;          /* what the connection or packet view shows */
  guint told_top;
  char *search;

  session_prompt prompt;
  char typed[PROMPT_BYTES];
  guint typed_n;
  char *message; /* NULL: none */
  gboolean is_new;
};

static inline session_view session_seen(const session *s) { return s->views[s->depth]; }

/* move.c: the moment. */
void session_moved(session *s, gboolean step);
void session_step_packet(session *s, gboolean forward);
void session_step_time(session *s, gint64 by_ns);
void session_step_mark(session *s, guint8 marks, gboolean forward, const char *what);
void session_go_first(session *s);
void session_go_last(session *s);
/* The cursor's timeline and engine, of the other kernel where one is asked for. */
const timeline *session_line(const session *s);
cursor *session_cursor(const session *s);
/* Another kernel at the same moments. => FALSE with the message set. */
gboolean session_what_if(session *s, const char *text);
void session_no_what_if(session *s);
replay_rewind *session_rewind(const session *s, const ct_params *params);

/* session.c: a cursor that notes whom its last packet has pushed out. */
cursor *session_stand(const timeline *line, replay_rewind *rewind, session_evicted *evicted);

/* Says something in the bottom line; takes the text. */
void session_say(session *s, char *text);

/* keys.c */
/* The rows as they are now, taken anew where they are old. */
void session_rows(session *s);
guint session_rows_count(const session *s);

/* help.c */
guint help_lines(void);
const char *help_line(guint i);

#endif
