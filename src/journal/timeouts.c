/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "timeouts.h"

#include <stdlib.h>

#include "lives.h"

typedef struct tally {
  guint64 ended, missed;
  guint64 kept; /* of those missed, by kept_s */
  guint32 kept_s;
  gint64 cut_ns;
  whatif_silences silences; /* in the replay itself */
  gboolean unsure;          /* something depended on how long it is that is not followed */
} tally;

struct timeouts {
  ct_params params;
  ct_engine *engine;
  const ct_trace *trace;
  gboolean ruled;
  journal_history history;
  GHashTable *met; /* ids of ended entries, of which the first packet that finds none has come */
  tally tallies[CT_TIMEOUT_OWNERS];
  lives *lives;
};

timeouts *timeouts_new(const ct_params *params)
{
  timeouts *t = g_new0(timeouts, 1);

  t->params = *params;
  t->met = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  t->lives = lives_new(params, TIMEOUTS_LIVES_MOST);
  return t;
}

void timeouts_free(timeouts *t)
{
  if (t == NULL)
    return;
  journal_history_end(&t->history);
  g_hash_table_unref(t->met);
  lives_free(t->lives);
  g_free(t);
}

static void on_destroy(const ct_event *event, void *user)
{
  timeouts *t = user;

  lives_ended(t->lives, LIVES_REPLAY, 0, whatif_follows(t->history.worlds, &event->view->tuple[CT_ORIGINAL]), event);
  if (event->reason == CT_REASON_END_TIMEOUT)
    t->tallies[journal_timeout_of(&t->params, event->view)].ended++;
}

static void on_world_ended(whatif_world world, const ct_event *event, gpointer user)
{
  timeouts *t = user;

  if ((guint)world < CT_TIMEOUT_COUNT)
    lives_ended(t->lives, (int)world, whatif_top_s(t->history.worlds, (ct_timeout)world), 0, event);
}

void timeouts_begin(timeouts *t, ct_engine *engine, const ct_trace *trace, gboolean ruled)
{
  t->engine = engine;
  t->trace = trace;
  journal_history_begin(&t->history, engine);
  t->ruled = ruled;
  if (ruled)
    whatif_close(t->history.worlds);
  whatif_tell_ends(t->history.worlds, on_world_ended, t);
  ct_engine_watch(engine, 1u << CT_EVENT_DESTROY, on_destroy, t);
}

/* => whether nobody has met the end so far, as somebody has from now on. */
static gboolean meet(timeouts *t, const journal_end *end)
{
  gint64 *id;

  if (g_hash_table_contains(t->met, &end->conn))
    return FALSE;
  id = g_new(gint64, 1);
  *id = (gint64)end->conn;
  g_hash_table_add(t->met, id);
  return TRUE;
}

/* An entry that a timeout ended would have been found by this packet. */
static void note_missed(timeouts *t, const journal_end *end, const ct_packet *packet)
{
  tally *of = &t->tallies[end->timeout];

  of->missed++;
  if (end->timeout >= CT_TIMEOUT_COUNT)
    return;
  of->cut_ns = MAX(of->cut_ns, packet->time_ns - end->renewed_ns);
  of->kept += t->history.past.kept_s != 0;
  of->kept_s = MAX(of->kept_s, t->history.past.kept_s);
  if (whatif_is_special(end->timeout) && end->tuple.proto == CT_PROTO_TCP)
    t->tallies[CT_TIMEOUT_TCP_NONE + end->state].silences.lost = TRUE;
}

static void note_survived(timeouts *t, const ct_packet *packet)
{
  const ct_view *before = &t->trace->before;
  gint64 silence_ns;
  guint of = before->timeout;

  if (of >= CT_TIMEOUT_COUNT)
    return;
  silence_ns = ct_engine_now(t->engine) - before->deadline_ns + ct_params_timeout_ns(&t->params, (ct_timeout)of);
  whatif_silence_note(&t->tallies[of].silences, (ct_timeout)of, silence_ns, &t->params, before, packet);
  if (whatif_is_special(of) && before->tuple[CT_ORIGINAL].proto == CT_PROTO_TCP)
    whatif_silence_note(&t->tallies[CT_TIMEOUT_TCP_NONE + before->state].silences,
                        (ct_timeout)(CT_TIMEOUT_TCP_NONE + before->state), silence_ns, &t->params, before, packet);
}

/*
 * What else asks how long a timeout is: a FIN or a reset outside the window, which makes TCP keep the entry for less.
 * And entries of GRE are found by keys that PPTP announced, not by what the packet says alone.
 */
static void note_unsure(timeouts *t, const ct_packet *packet, const ct_result *result)
{
  const ct_view *before = &t->trace->before;
  ct_view after;

  if (packet->flags & CT_PACKET_GRE_V1)
    t->tallies[CT_TIMEOUT_GRE].unsure = t->tallies[CT_TIMEOUT_GRE_STREAM].unsure = TRUE;
  if (result->cls != CT_CLASS_INVALID || result->entry == NULL || !t->trace->has_before)
    return;
  ct_entry_view(t->engine, result->entry, &after);
  if (after.timeout == before->timeout || before->timeout >= CT_TIMEOUT_COUNT)
    return;
  t->tallies[before->timeout].unsure = TRUE;
  t->tallies[after.timeout].unsure = TRUE;
}

void timeouts_packet(timeouts *t, const ct_packet *packet, const ct_result *result)
{
  const journal_end *end;

  if (packet->kind == CT_PACKET_NONE)
    return;
  lives_time(t->lives, packet->time_ns);
  journal_history_packet(&t->history, packet, result);
  if (packet->kind != CT_PACKET_TRACK && packet->kind != CT_PACKET_ICMP_ERROR)
    return;
  if (t->trace->has_before && t->trace->look_ups > 0)
    note_survived(t, packet);
  note_unsure(t, packet, result);
  if (packet->reason != CT_REASON_NONE || t->trace->has_before)
    return;
  end = journal_find(t->history.ends, &packet->tuple);
  if (end != NULL && end->reason == CT_REASON_END_TIMEOUT && end->conn != result->conn && meet(t, end) &&
      t->history.past.end == end)
    note_missed(t, end, packet);
}

void timeouts_end(timeouts *t)
{
  gint64 now_ns = ct_engine_now(t->engine);

  if (now_ns == INT64_MIN)
    return;
  whatif_flush(t->history.worlds, now_ns);
  ct_engine_flush(t->engine);
}

/* The longest silences of both, the replay's and the world's. */
static whatif_silences all_silences(const timeouts *t, ct_timeout timeout)
{
  whatif_silences here = t->tallies[timeout].silences, there = whatif_silences_of(t->history.worlds, timeout);

  here.own_ns = MAX(here.own_ns, there.own_ns);
  here.special_ns = MAX(here.special_ns, there.special_ns);
  here.begun_ns = MAX(here.begun_ns, there.begun_ns);
  here.lost = here.lost || there.lost;
  return here;
}

static guint32 beyond_s(gint64 silence_ns) { return (guint32)(silence_ns / 1000000000) + 1; }

/* A smaller value might do as well. Of several reasons the first is kept, but for one that is graver. */
static void may_be_less(timeouts_row *row, timeouts_doubt doubt)
{
  row->least = FALSE;
  if (row->doubt == TIMEOUTS_SURE)
    row->doubt = doubt;
}

static void is_unknown(timeouts_row *row, timeouts_doubt doubt)
{
  row->least = FALSE;
  if (row->known || row->doubt == TIMEOUTS_SURE)
    row->doubt = doubt;
  row->known = FALSE;
}

/* A state's timeout of TCP: up to the special ones it governs all silences, beyond them it leaves some to these. */
static void judge_tcp_state(const timeouts *t, const whatif_silences *s, timeouts_row *row)
{
  guint32 retrans_s = t->params.timeout_s[CT_TIMEOUT_TCP_RETRANS], unack_s = t->params.timeout_s[CT_TIMEOUT_TCP_UNACK];
  guint32 all_s = beyond_s(MAX(s->own_ns, s->special_ns)), most_s = MAX(retrans_s, unack_s);

  if (!s->lost && all_s <= MIN(retrans_s, unack_s)) {
    row->smallest_s = all_s;
    return;
  }
  row->smallest_s = MAX(beyond_s(s->own_ns), most_s + 1);
  if (row->now_s <= most_s)
    is_unknown(row, TIMEOUTS_CHOSEN);
  else if (retrans_s != unack_s)
    may_be_less(row, TIMEOUTS_CHOSEN);
}

/* A special timeout: smaller than a state's, it would govern that state too. */
static void judge_special(const timeouts *t, const whatif_silences *s, timeouts_row *row)
{
  guint32 floor_s = 0, i;

  for (i = CT_TIMEOUT_TCP_NONE; i <= CT_TIMEOUT_TCP_SYN_SENT2; i++)
    if (t->params.timeout_s[i] <= row->now_s)
      floor_s = MAX(floor_s, t->params.timeout_s[i]);
  /* Where nobody has answered, a timeout for retransmissions that is longer than that of unacknowledged data gives way.
   */
  if (row->timeout == CT_TIMEOUT_TCP_UNACK && t->params.timeout_s[CT_TIMEOUT_TCP_RETRANS] <= row->now_s)
    floor_s = MAX(floor_s, t->params.timeout_s[CT_TIMEOUT_TCP_RETRANS]);
  row->smallest_s = beyond_s(s->own_ns);
  if (row->smallest_s < floor_s) {
    row->smallest_s = floor_s;
    may_be_less(row, TIMEOUTS_CHOSEN);
  }
  if (row->smallest_s > row->now_s)
    is_unknown(row, TIMEOUTS_CHOSEN);
}

static void judge(const timeouts *t, timeouts_row *row)
{
  gboolean full = whatif_is_full(t->history.worlds);
  ct_timeout timeout = (ct_timeout)row->timeout;
  whatif_silences s;

  row->known = row->least = TRUE;
  row->complete = row->ended == 0 || journal_forgotten(t->history.ends) == 0;
  if (row->timeout >= CT_TIMEOUT_COUNT || ct_params_spell_timeout(t->params.profile, timeout) == NULL) {
    is_unknown(row, TIMEOUTS_NO_SYSCTL);
    return;
  }
  s = all_silences(t, timeout);
  /* Not followed all the way. */
  if (row->ended > 0 && (full || !row->complete))
    is_unknown(row, t->ruled ? TIMEOUTS_RULED : TIMEOUTS_FORGOTTEN);
  if (s.own_ns == 0 && s.special_ns == 0 && !s.lost)
    return;
  if (whatif_is_of_tcp_state(row->timeout))
    judge_tcp_state(t, &s, row);
  else if (whatif_is_special(row->timeout))
    judge_special(t, &s, row);
  else
    row->smallest_s = beyond_s(s.own_ns);
  /* The first packet of another connection found the entry of the one before, where it might not have. */
  if (s.begun_ns > 0 && s.begun_ns >= (row->smallest_s - G_GINT64_CONSTANT(1)) * 1000000000)
    may_be_less(row, TIMEOUTS_REUSED);
  if (t->tallies[row->timeout].unsure)
    is_unknown(row, row->timeout == CT_TIMEOUT_GRE || row->timeout == CT_TIMEOUT_GRE_STREAM ? TIMEOUTS_PPTP
                                                                                            : TIMEOUTS_COMPARED);
  if (row->smallest_s > whatif_top_s(t->history.worlds, timeout) ||
      (row->missed > 0 && s.lost && !whatif_is_of_tcp_state(row->timeout)))
    is_unknown(row, whatif_is_special(row->timeout) ? TIMEOUTS_CHOSEN : TIMEOUTS_TOO_LONG);
}

gboolean timeouts_occupancy(timeouts *t, guint64 *peak, double *mean)
{
  return lives_count(t->lives, LIVES_REPLAY, 0, FALSE, peak, mean);
}

gboolean timeouts_get(timeouts *t, guint i, timeouts_row *row)
{
  guint of;

  for (of = 0; of < CT_TIMEOUT_OWNERS; of++) {
    const tally *at = &t->tallies[of];
    guint32 special_s = MIN(t->params.timeout_s[CT_TIMEOUT_TCP_RETRANS], t->params.timeout_s[CT_TIMEOUT_TCP_UNACK]);

    if ((at->ended == 0 && at->silences.own_ns == 0) || i-- > 0)
      continue;
    *row = (timeouts_row){ .timeout = of,
                           .now_s = of < CT_TIMEOUT_COUNT ? t->params.timeout_s[of] : 0,
                           .ended = at->ended,
                           .missed = at->missed,
                           .survived_ns = at->silences.own_ns,
                           .cut_ns = at->cut_ns };
    judge(t, row);
    if (!row->known && of < CT_TIMEOUT_COUNT) {
      row->kept = at->kept;
      row->kept_s = at->kept_s;
      row->next = whatif_next_of(t->history.worlds, (ct_timeout)of);
    }
    if (row->known && row->smallest_s != 0)
      row->has_cost = lives_count(t->lives, (int)of, row->smallest_s,
                                  whatif_is_of_tcp_state(of) && row->smallest_s <= special_s, &row->peak, &row->mean);
    return TRUE;
  }
  return FALSE;
}
