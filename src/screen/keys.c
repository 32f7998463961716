/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include "conntrack/proto/proto.h"

#include <string.h>

static const gint64 second_ns = 1000000000;

/* ---- prompts ---- */

static void ask(session *s, session_prompt prompt, const char *begin)
{
  s->prompt = prompt;
  s->typed_n = (guint)g_strlcpy(s->typed, begin, sizeof(s->typed));
  s->typed_n = MIN(s->typed_n, (guint)sizeof(s->typed) - 1);
}

static void set_filter(session *s, const char *text)
{
  gboolean letters = text[0] == '-';
  GError *error = NULL;

  if (letters && (s->host.choose == NULL || !s->host.choose(text, s->host.user, &error))) {
    session_say(s, g_strdup(error != NULL ? error->message : "letters are not taken here"));
    g_clear_error(&error);
    return;
  }
  g_free(s->filter);
  s->filter = *text != '\0' ? g_strdup(text) : NULL;
  s->filter_letters = letters;
  s->selected = s->top = 0;
  s->rows_old = TRUE;
  s->rows_compare = FALSE;
}

static gboolean matches(session *s, guint i)
{
  const ct_params *params = timeline_params(session_line(s));
  g_autofree char *line = NULL;

  if (s->group != ROWS_GROUP_NONE) {
    line = g_ascii_strdown(g_array_index(s->rows.counts, rows_count, i).key, -1);
  } else {
    const rows_entry *e = &g_array_index(s->rows.entries, rows_entry, g_array_index(s->rows.order, guint, i));
    g_autofree char *source = rows_end_text(params, &e->tuple, TRUE);
    g_autofree char *destination = rows_end_text(params, &e->tuple, FALSE);
    g_autofree char *text = g_strdup_printf("#%" G_GUINT64_FORMAT " %s > %s %s %s", e->id, source, destination,
                                            ct_proto_name(params->profile, e->tuple.proto), rows_state_text(params, e));

    line = g_ascii_strdown(text, -1);
  }
  return strstr(line, s->search) != NULL;
}

static gboolean search_rows(session *s, gboolean forward)
{
  guint i, n;

  session_rows(s);
  n = session_rows_count(s);
  for (i = 1; i <= n; i++) {
    guint at = (s->selected + (forward ? i : n - i)) % n;

    if (matches(s, at)) {
      s->selected = at;
      return TRUE;
    }
  }
  return FALSE;
}

static void search(session *s, gboolean forward)
{
  gboolean found;

  if (s->search == NULL) {
    session_say(s, g_strdup("/ says what to look for"));
    return;
  }
  found = session_seen(s) != VIEW_TABLE ? session_search_lines(s, forward) : search_rows(s, forward);
  if (!found)
    session_say(s, g_strdup_printf("%s is not here", s->search));
}

static void answer(session *s)
{
  session_prompt prompt = s->prompt;

  s->prompt = PROMPT_NONE;
  switch (prompt) {
  case PROMPT_GO:
    if (*s->typed != '\0')
      session_go(s, s->typed);
    break;
  case PROMPT_FILTER: set_filter(s, s->typed); break;
  case PROMPT_WHAT_IF:
    if (*s->typed != '\0')
      session_what_if(s, s->typed);
    break;
  case PROMPT_SEARCH:
    if (*s->typed == '\0')
      break;
    g_free(s->search);
    s->search = g_ascii_strdown(s->typed, -1);
    search(s, TRUE);
    break;
  default: break;
  }
}

static void type(session *s, guint32 key)
{
  if (key == SESSION_KEY_ENTER)
    answer(s);
  else if (key == SESSION_KEY_ESCAPE)
    s->prompt = PROMPT_NONE;
  else if (key == SESSION_KEY_ERASE && s->typed_n > 0)
    s->typed[--s->typed_n] = '\0';
  else if (key == SESSION_KEY_ERASE)
    s->prompt = PROMPT_NONE;
  else if (key == ('u' & 0x1f))
    s->typed[s->typed_n = 0] = '\0';
  else if (key >= ' ' && key < 0x7f && s->typed_n + 1 < sizeof(s->typed)) {
    s->typed[s->typed_n++] = (char)key;
    s->typed[s->typed_n] = '\0';
  }
}

/* ---- lists ---- */

static void scroll(session *s, gint64 by)
{
  if (session_seen(s) != VIEW_TABLE) {
    session_scroll(s, by);
    return;
  }
  session_rows(s);
  s->selected = (guint)CLAMP((gint64)s->selected + by, 0, MAX((gint64)session_rows_count(s) - 1, 0));
}

/* Where nothing moves through time, g and G are as in less(1). */
static gboolean page_key(session *s, guint32 key)
{
  switch (key) {
  case 'g':
  case SESSION_KEY_HOME: session_scroll(s, -(gint64)G_MAXUINT32); return TRUE;
  case 'G':
  case SESSION_KEY_END: session_scroll(s, G_MAXUINT32); return TRUE;
  case ' ': session_scroll(s, MAX(s->shown, 2) - 1); return TRUE;
  default: return FALSE;
  }
}

static gboolean list_key(session *s, guint32 key)
{
  guint page = MAX(s->shown, 2) - 1;

  switch (key) {
  case 'j':
  case SESSION_KEY_DOWN: scroll(s, 1); return TRUE;
  case 'k':
  case SESSION_KEY_UP: scroll(s, -1); return TRUE;
  case 'f' & 0x1f:
  case SESSION_KEY_PAGE_DOWN: scroll(s, page); return TRUE;
  case 'b' & 0x1f:
  case SESSION_KEY_PAGE_UP: scroll(s, -(gint64)page); return TRUE;
  case 'd' & 0x1f: scroll(s, page / 2); return TRUE;
  case 'u' & 0x1f: scroll(s, -(gint64)(page / 2)); return TRUE;
  case '{': scroll(s, -(gint64)G_MAXUINT32); return TRUE;
  case '}': scroll(s, G_MAXUINT32); return TRUE;
  case 'n': search(s, TRUE); return TRUE;
  case 'N': search(s, FALSE); return TRUE;
  case '/': ask(s, PROMPT_SEARCH, ""); return TRUE;
  default: return FALSE;
  }
}

static void sort_by(session *s, int step, gboolean turn)
{
  static const gboolean falls[] = {
#define X(id, heading, descending) descending,
    ROWS_ORDER_LIST(X)
#undef X
  };
  static const char *const headings[] = {
#define X(id, heading, descending) heading,
    ROWS_ORDER_LIST(X)
#undef X
  };
  guint by = s->group != ROWS_GROUP_NONE;

  if (turn) {
    s->descending[by] = !s->descending[by];
  } else {
    /* Counted together, only counts are left to sort by. */
    do
      s->order[by] = (rows_order)((s->order[by] + (guint)(ROWS_ORDERS + step)) % ROWS_ORDERS);
    while (by == 1 && s->order[by] != ROWS_BY_CONN && s->order[by] < ROWS_BY_PACKETS);
    s->descending[by] = by == 1 || falls[s->order[by]];
  }
  /* On a narrow screen its column may not be seen. */
  session_say(s, g_strdup_printf("sorted by %s, %s",
                                 by == 1 && s->order[by] == ROWS_BY_CONN ? "entries" : headings[s->order[by]],
                                 s->descending[by] ? "from the highest" : "from the lowest"));
  s->rows_old = TRUE;
}

static gboolean table_key(session *s, guint32 key)
{
  switch (key) {
  case 'o': sort_by(s, 1, FALSE); return TRUE;
  case 'O': sort_by(s, -1, FALSE); return TRUE;
  case 'r': sort_by(s, 0, TRUE); return TRUE;
  case 'a':
    s->group = (rows_group)((s->group + 1) % ROWS_GROUPS);
    s->selected = s->top = 0;
    s->rows_old = TRUE;
    s->rows_compare = FALSE;
    return TRUE;
  case 'f': ask(s, PROMPT_FILTER, s->filter != NULL ? s->filter : ""); return TRUE;
  case SESSION_KEY_ENTER: session_tell_connection(s); return TRUE;
  default: return FALSE;
  }
}

/* ---- time ---- */

static gboolean mark_key(session *s, guint32 key)
{
  static const struct {
    guint32 forward, back;
    guint8 marks;
    const char *what;
  } keys[] = {
    { 'i', 'I', SCREEN_MARK_INVALID, "INVALID packet" }, { 'd', 'D', SCREEN_MARK_DROPPED, "drop" },
    { 'e', 'E', SCREEN_MARK_EVICTED, "eviction" },       { 's', 'S', SCREEN_MARK_STATE, "state change" },
    { 'c', 'C', SCREEN_MARK_NEW, "new connection" },     { '.', ',', SCREEN_MARK_EVENT, "event" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(keys); i++)
    if (key == keys[i].forward || key == keys[i].back) {
      session_step_mark(s, keys[i].marks, key == keys[i].forward, keys[i].what);
      return TRUE;
    }
  return FALSE;
}

static gboolean time_key(session *s, guint32 key)
{
  switch (key) {
  case 'l':
  case SESSION_KEY_RIGHT: session_step_packet(s, TRUE); return TRUE;
  case 'h':
  case SESSION_KEY_LEFT: session_step_packet(s, FALSE); return TRUE;
  case '>': session_step_time(s, second_ns); return TRUE;
  case '<': session_step_time(s, -second_ns); return TRUE;
  case ']': session_step_time(s, 60 * second_ns); return TRUE;
  case '[': session_step_time(s, -60 * second_ns); return TRUE;
  case 'g':
  case SESSION_KEY_HOME: session_go_first(s); return TRUE;
  case 'G':
  case SESSION_KEY_END: session_go_last(s); return TRUE;
  case ':':
  case '@': ask(s, PROMPT_GO, ""); return TRUE;
  case '#': ask(s, PROMPT_GO, "#"); return TRUE;
  case '+': ask(s, PROMPT_GO, "+"); return TRUE;
  case ' ': s->plays = !s->plays; return TRUE;
  default: return mark_key(s, key);
  }
}

/* => TRUE where it is a key that leads from packet to packet. */
static gboolean is_step(guint32 key)
{
  return key == SESSION_KEY_LEFT || key == SESSION_KEY_RIGHT ||
         (key > ' ' && key < 0x7f && strchr("hlidescIDESC.,", (int)key) != NULL);
}

/* While a packet is explained: the next one is, from there. */
static gboolean packet_key(session *s, guint32 key)
{
  session_frame *frame = session_frame_of(s);

  if (!is_step(key))
    return FALSE;
  if (cursor_number(s->at) != frame->number)
    session_go_packet(s, frame->number);
  time_key(s, key);
  if (cursor_number(s->at) == 0) {
    session_go_packet(s, frame->number);
    session_say(s, g_strdup("this is the first packet"));
  } else if (cursor_number(s->at) != frame->number) {
    *frame = (session_frame){ .view = VIEW_PACKET, .number = cursor_number(s->at) };
    session_tell_again(s);
  }
  return TRUE;
}

static gboolean speed_key(session *s, guint32 key)
{
  static const guint speeds[] = { 1, 10, 60, 600 };

  if (key < '1' || key > '4')
    return FALSE;
  s->speed = speeds[key - '1'];
  s->plays = TRUE;
  return TRUE;
}

static void view_key(session *s, guint32 key)
{
  const session_frame *frame = session_frame_of(s);

  switch (key) {
  case 'p': session_tell_packet(s, cursor_number(s->at)); break;
  case 'x':
    if (frame->view == VIEW_TABLE)
      session_tell_expects(s);
    break;
  case 'w': ask(s, PROMPT_WHAT_IF, s->other_text != NULL ? s->other_text : ""); break;
  case 'W': session_no_what_if(s); break;
  case SESSION_KEY_ENTER:
    if ((frame->view == VIEW_CONNECTION || frame->view == VIEW_EXPECTS) && frame->at < told_lines(s->told))
      session_tell_packet(s, told_get(s->told, frame->at)->number);
    break;
  default: break;
  }
}

gboolean session_key(session *s, guint32 key)
{
  s->is_new = TRUE;
  if (s->prompt != PROMPT_NONE) {
    type(s, key);
    return TRUE;
  }
  g_clear_pointer(&s->message, g_free);
  if (key == 'q' || key == SESSION_KEY_ESCAPE)
    return session_leave(s) || key != 'q';
  if (key == 'c' - 0x60)
    return FALSE;
  if (key == '?') {
    if (session_seen(s) != VIEW_HELP)
      session_enter(s, &(session_frame){ .view = VIEW_HELP });
    return TRUE;
  }
  if (list_key(s, key) || (session_seen(s) != VIEW_TABLE && page_key(s, key)))
    return TRUE;
  if (s->at == NULL || session_seen(s) == VIEW_HELP)
    return TRUE;
  if (session_seen(s) == VIEW_PACKET && packet_key(s, key))
    return TRUE;
  if (session_seen(s) == VIEW_TABLE && (table_key(s, key) || time_key(s, key) || speed_key(s, key)))
    return TRUE;
  view_key(s, key);
  return TRUE;
}
