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

/* One of the views that are entered into each other, and how far somebody has come in it. */
typedef struct session_frame {
  session_view view;
  guint64 number;   /* VIEW_PACKET: whose */
  rows_entry entry; /* VIEW_CONNECTION: which */
  guint top;        /* the first line that is seen */
  guint at;         /* the line that is chosen; of a page: that was found */
  gboolean found;   /* of a page: there is such a line */
} session_frame;

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
  guint64 first;                          /* packet of all, also where it is forgotten */
  gboolean ended;                         /* the first pass has come to the end */
  gboolean live;
  gboolean follows; /* the end, as it comes */

  /* Where it is to be, and the time there, which the cursor may not have come to. */
  char *wanted; /* a moment that the first pass has not come to; NULL: none */
  gboolean plays;
  guint speed;
  gint64 tick_us;

  session_frame views[VIEWS_DEEP]; /* from the first one entered to the one that is seen */
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
  guint told_columns;  /* that it was told for */
  char *search;

  session_prompt prompt;
  char typed[PROMPT_BYTES];
  guint typed_n;
  char *message; /* NULL: none */
  gboolean is_new;
};

static inline session_frame *session_frame_of(session *s) { return &s->views[s->depth]; }
static inline session_view session_seen(const session *s) { return s->views[s->depth].view; }
/* A page is read, and no line of it is chosen. */
static inline gboolean session_is_page(session_view view) { return view == VIEW_PACKET || view == VIEW_HELP; }

/* move.c: the moment. */
void session_moved(session *s, gboolean step);
void session_step_packet(session *s, gboolean forward);
void session_step_time(session *s, gint64 by_ns);
void session_step_mark(session *s, guint8 marks, gboolean forward, const char *what);
void session_go_packet(session *s, guint64 number);
void session_go_first(session *s);
void session_go_last(session *s);
/* Another kernel at the same moments. => FALSE with the message set. */
gboolean session_what_if(session *s, const char *text);
void session_no_what_if(session *s);

/* stand.c: where it stands. The cursor's timeline and engine, of the other kernel where one is asked for. */
const timeline *session_line(const session *s);
cursor *session_cursor(const session *s);
/* Once more through what was noted of the capture, with params; it belongs to who asks, or to the cursor it is given
 * to. */
replay_rewind *session_rewind(const session *s, const ct_params *params);
/* A cursor that notes whom its last packet has pushed out. */
cursor *session_stand(const timeline *line, replay_rewind *rewind, session_evicted *evicted);
/* Says something in the bottom line; takes the text. */
void session_say(session *s, char *text);
/* The rows as they are now, taken anew where they are old. */
void session_rows(session *s);
guint session_rows_count(const session *s);

/* views.c: what is seen. */
void session_enter(session *s, const session_frame *frame);
/* => FALSE: there is nothing to go back to. */
gboolean session_leave(session *s);
void session_tell_packet(session *s, guint64 number);
void session_tell_expects(session *s);
/* Of the row that is chosen. */
void session_tell_connection(session *s);
/* What is told, once more: the width, or what is to be told, has changed. */
void session_tell_again(session *s);
/* The same where a what-if has begun or ended, whose connections are others. */
void session_tell_otherwise(session *s);
/* Lines of the view that is seen, but for the table's. */
guint session_lines(const session *s);
void session_scroll(session *s, gint64 by);
/* To the next line that has what is searched. => FALSE: none has. */
gboolean session_search_lines(session *s, gboolean forward);

/* head.c, table.c, foot.c: parts of the screen. */
char *session_grouped(guint64 number);
/* The title alone where it is not the table that is seen. => the row below it. */
guint session_draw_head(const session *s, canvas *c);
/* From a row on, before another. */
void session_draw_table(session *s, canvas *c, guint row, guint end);
/* => the row that it begins at. packet: with what became of the moment's packet. */
guint session_draw_foot(const session *s, canvas *c, gboolean packet);

/* help.c */
guint help_lines(void);
const char *help_line(guint i);

#endif
