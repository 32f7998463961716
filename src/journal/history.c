/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history.h"

#include <string.h>

void journal_history_begin(journal_history *h, ct_engine *engine)
{
  const ct_params *params = ct_engine_params(engine);

  memset(h, 0, sizeof(*h));
  h->engine = engine;
  h->ends = journal_new(params, JOURNAL_ENDS_MOST);
  h->worlds = whatif_new(params);
  h->refused = journal_refused_new();
  journal_watch(h->ends, engine);
  whatif_watch(h->worlds, engine);
}

void journal_history_try(journal_history *h, const ct_engine *engine)
{
  h->trials = trials_new(ct_engine_params(engine));
}

void journal_history_remember(journal_history *h, const ct_engine *engine)
{
  journal_history_try(h, engine);
  h->when_asked = TRUE;
}

static void shorten_past(journal_history *h, const ct_packet *packet, const ct_result *result)
{
  journal_past *past = &h->past;
  trials_setting setting;
  ct_result there;

  if (past->end == NULL || past->end->reason != CT_REASON_END_TIMEOUT || past->end->timeout >= CT_TIMEOUT_COUNT)
    return;
  switch (trials_shortest(h->trials, packet, result, TRIALS_FINDS, (ct_timeout)past->end->timeout, &setting, &there)) {
  case TRIALS_SETTING:
    past->kept_s = setting.value;
    past->refused = there.cls == CT_CLASS_INVALID || there.verdict != CT_VERDICT_ACCEPT;
    past->refused_why = (ct_reason)there.reason;
    break;
  case TRIALS_NONE: past->kept_s = 0; break;
  default: break;
  }
}

void journal_history_shorten(journal_history *h, const ct_packet *packet, const ct_result *result)
{
  if (!h->when_asked)
    return;
  shorten_past(h, packet, result);
  if (h->advice.helps == JOURNAL_HELPS_SETTING && (guint)h->advice.world < CT_TIMEOUT_COUNT &&
      trials_shortest(h->trials, packet, result, TRIALS_PASSES, (ct_timeout)h->advice.world, &h->advice.setting,
                      NULL) == TRIALS_NONE)
    h->advice.helps = JOURNAL_HELPS_UNKNOWN;
}

/* To a trial a translated connection's two directions are strangers, all zones are one, and rules give no timeouts. */
static void set_apart(journal_history *h, const ct_result *result)
{
  ct_view view;

  if (h->trials == NULL || result->entry == NULL || !(result->changes & CT_CHANGE_CREATED) ||
      ct_entry_is_plain(result->entry))
    return;
  ct_entry_view(h->engine, result->entry, &view);
  if (view.timeout == CT_TIMEOUT_OF_POLICY || view.status & (CT_STATUS_SRC_NAT | CT_STATUS_DST_NAT) ||
      view.tuple[CT_ORIGINAL].zone != 0 || view.tuple[CT_REPLY].zone != 0) {
    trials_set_apart(h->trials, &view.tuple[CT_ORIGINAL]);
    trials_set_apart(h->trials, &view.tuple[CT_REPLY]);
  }
}

static guint64 other_side_of(const journal_history *h, const ct_packet *packet, const ct_result *result)
{
  ct_view view;
  ct_dir dir;

  if (result->reason == CT_REASON_TCP_STATE && ct_engine_lookup(h->engine, &packet->tuple, &view, &dir))
    return journal_refused_other_side(h->refused, packet, &view);
  return journal_refused_other_side(h->refused, packet, NULL);
}

static gboolean is_unopened(const journal_history *h, const ct_packet *packet, const ct_result *result)
{
  return (result->reason == CT_REASON_TCP_NEW || result->reason == CT_REASON_TCP_NOT_LOOSE) &&
         result->cls == CT_CLASS_INVALID && result->conn == 0 && ct_packet_has_tcp(packet) &&
         packet->l4.tcp.flags & CT_TCP_ACK && !h->blind && journal_forgotten(h->ends) == 0 &&
         journal_find(h->ends, &packet->tuple) == NULL && !journal_refused_began(h->refused, packet);
}

/* What answers a translated connection at the addresses that it had before is none of its packets. */
static void look_for_untranslated(journal_history *h, const ct_packet *packet, const ct_result *result)
{
  ct_tuple other;
  ct_view view;
  ct_dir dir;

  if (!ct_engine_translates(h->engine) || packet->kind != CT_PACKET_TRACK || packet->reason != CT_REASON_NONE ||
      (result->conn != 0 && !(result->changes & CT_CHANGE_CREATED)) || !ct_tuple_invert(&packet->tuple, &other) ||
      !ct_engine_lookup(h->engine, &other, &view, &dir) || view.id == result->conn || dir != CT_ORIGINAL ||
      !(view.status & (CT_STATUS_SRC_NAT | CT_STATUS_DST_NAT)))
    return;
  h->sides.untranslated = view.id;
  h->sides.answer = view.tuple[CT_REPLY];
}

/* Before the packet is remembered as refused itself. => what it answers (journal_refused_opener). */
static journal_opener look_at_sides(journal_history *h, const ct_packet *packet, const ct_result *result)
{
  const journal_opener none = { .number = 0 };

  if (result->cls != CT_CLASS_INVALID && result->cls != CT_CLASS_NEW)
    return none;
  look_for_untranslated(h, packet, result);
  if (result->cls == CT_CLASS_NEW && !journal_refused_may_know(h->refused, packet))
    return none;
  h->sides.other_side = other_side_of(h, packet, result);
  h->sides.unopened = h->sides.untranslated == 0 && is_unopened(h, packet, result);
  if (result->changes & CT_CHANGE_CREATED)
    h->sides.synack = journal_refused_synack(h->refused, packet);
  return journal_refused_opener(h->refused, packet, result);
}

void journal_history_packet(journal_history *h, const ct_packet *packet, const ct_result *result)
{
  journal_opener opener;

  h->advice.helps = JOURNAL_HELPS_UNKNOWN;
  h->past = (journal_past){ .end = NULL };
  h->sides = (journal_sides){ .other_side = 0 };
  /* Nor what a rule dropped before conntrack, or kept from it: no other setting would have changed that. */
  if (packet->kind == CT_PACKET_NONE || result->verdict == CT_VERDICT_NONE ||
      (result->cls == CT_CLASS_UNTRACKED && packet->kind != CT_PACKET_UNTRACKED)) {
    journal_refused_packet(h->refused, packet, result);
    return;
  }
  whatif_packet(h->worlds, packet, result);
  opener = look_at_sides(h, packet, result);
  journal_refused_packet(h->refused, packet, result);
  set_apart(h, result);
  if (h->trials != NULL)
    trials_packet(h->trials, packet, result);
  if (result->conn == 0 || result->changes & CT_CHANGE_CREATED)
    h->past = journal_past_of(h->ends, h->worlds, packet, result);
  if (h->past.end == NULL)
    h->past.opener = opener;
  if (h->trials != NULL && !h->when_asked)
    shorten_past(h, packet, result);
  if (result->cls == CT_CLASS_INVALID || result->verdict == CT_VERDICT_DROP)
    h->advice = journal_advise(h->ends, h->worlds, h->when_asked ? NULL : h->trials, packet, result);
}

void journal_history_keep(journal_history *h, resume_io *io)
{
  journal_keep(h->ends, io);
  journal_refused_keep(h->refused, io);
}

static void half_known(const ct_view *view, void *user)
{
  journal_history *h = user;

  trials_set_apart(h->trials, &view->tuple[CT_ORIGINAL]);
  trials_set_apart(h->trials, &view->tuple[CT_REPLY]);
}

static void half_known_tuple(const ct_tuple *tuple, gpointer user) { trials_set_apart(user, tuple); }

void journal_history_goes_on(journal_history *h, gboolean remembers)
{
  h->blind = !remembers;
  if (h->trials == NULL)
    return;
  ct_engine_each(h->engine, half_known, h);
  journal_each(h->ends, half_known_tuple, h->trials);
  journal_refused_each(h->refused, half_known_tuple, h->trials);
}

void journal_history_end(journal_history *h)
{
  journal_free(h->ends);
  whatif_free(h->worlds);
  trials_free(h->trials);
  journal_refused_free(h->refused);
  memset(h, 0, sizeof(*h));
}
