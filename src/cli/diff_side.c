/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One side of a comparison: a capture through a kernel of its own, packet by packet; and in what two answers differ. */
#include "diff_run.h"
#include "interrupt.h"

#include <string.h>

gboolean cli_diff_side_prepare(diff_side *s, GError **error)
{
  replay_options replay = s->o.replay;

  replay.stop = &cli_stop;
  replay.ruled = s->o.rules->len > 0;
  s->source = replay_source_prepare(&replay, &s->params, error);
  if (s->source == NULL)
    return FALSE;
  s->engine = ct_engine_new(&s->params);
  if (s->bare)
    return TRUE;
  journal_history_begin(&s->history, s->engine);
  journal_history_try(&s->history, s->engine);
  ct_engine_trace(s->engine, &s->trace);
  return TRUE;
}

void cli_diff_side_clear(diff_side *s)
{
  cli_firewall_clear(&s->firewall);
  cli_firewall_clear(&s->ruleset);
  replay_source_free(s->source);
  ct_engine_free(s->engine);
  if (!s->bare)
    journal_history_end(&s->history);
}

void cli_diff_track(ct_engine *engine, const cli_firewall *firewall, const ct_packet *packet,
                    const replay_origin *origin, replay_pairs_figures *pairs, ct_result *result)
{
  const replay_seen seen = {
    origin->frame, packet, &origin->link, origin->interface, result, origin->left, NULL, NULL
  };
  const replay_door *door = &firewall->door;

  if (firewall->firewall != NULL)
    door->packet(engine, &seen, result, door->user);
  else if (pairs != NULL)
    replay_infer_packet(engine, packet, origin, pairs, result);
  else
    ct_engine_packet(engine, packet, result);
}

gboolean cli_diff_side_read(diff_side *s)
{
  if (s->batch == NULL || s->next >= s->batch->n) {
    s->batch = replay_source_next(s->source);
    s->next = 0;
  }
  if (s->batch == NULL)
    return FALSE;
  s->first_ns = s->batch->first_ns;
  s->packet = &s->batch->packets[s->next];
  s->origin = &s->batch->origins[s->next++];
  s->frame = s->origin->frame;
  return TRUE;
}

void cli_diff_side_track(diff_side *s)
{
  memset(&s->trace, 0, sizeof(s->trace));
  cli_diff_track(s->engine, &s->firewall, s->packet, s->origin, replay_source_pairs(s->source), &s->result);
  if (!s->bare)
    journal_history_packet(&s->history, s->packet, &s->result);
  s->has_view = s->result.entry != NULL;
  if (s->has_view)
    ct_entry_view(s->engine, s->result.entry, &s->view);
}

gboolean cli_diff_side_next(diff_side *s)
{
  if (!cli_diff_side_read(s))
    return FALSE;
  cli_diff_side_track(s);
  return TRUE;
}

gboolean cli_diff_side_sent(const diff_side *s)
{
  return s->firewall.firewall != NULL && fw_firewall_has_sent(s->firewall.firewall, s->packet);
}

guint cli_diff_differences(const ct_result *a, const ct_view *x, const ct_result *b, const ct_view *y)
{
  guint found = 0;

  found |= (a->cls != b->cls || a->dir != b->dir) << DIFF_CLASS;
  found |= (a->verdict != b->verdict) << DIFF_VERDICT;
  found |= (a->reason != b->reason) << DIFF_REASON;
  /* Refused is refused, whether before the look-up or after it. */
  if (a->cls == CT_CLASS_INVALID && b->cls == CT_CLASS_INVALID && (x != NULL) != (y != NULL))
    return found;
  if ((x != NULL) != (y != NULL))
    return found | 1 << DIFF_STATE;
  if (x == NULL)
    return found;
  found |= (x->state != y->state) << DIFF_STATE;
  found |= (x->timeout_ns / 1000000000 != y->timeout_ns / 1000000000) << DIFF_TIMEOUT;
  found |= (x->mark != y->mark) << DIFF_MARK;
  found |= !ct_tuple_equal(&x->tuple[CT_REPLY], &y->tuple[CT_REPLY]) << DIFF_TRANSLATION;
  return found | (x->status != y->status) << DIFF_STATUS;
}

/* Known once a source has ended. */
gboolean cli_diff_failed(const diff_side *s) { return replay_source_problem(s->source, 0) != NULL; }
