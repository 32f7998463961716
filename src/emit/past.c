/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "past.h"

#include "conntrack/profile/profile.h"
#include "formats.h"
#include "parts.h"
#include "zone.h"

static gboolean is_eviction(ct_reason reason)
{
  return reason == CT_REASON_END_EVICTED || reason == CT_REASON_END_GC_EVICTED;
}

/* Whose timeout it was: a sysctl's name, or in words where no sysctl sets it. */
static void put_timeout(emit_text *out, const ct_profile *profile, guint timeout)
{
  const char *sysctl = timeout < CT_TIMEOUT_COUNT ? ct_params_spell_timeout(profile, (ct_timeout)timeout) : NULL;

  if (sysctl != NULL)
    emit_text_string(out, sysctl);
  else if (timeout < CT_TIMEOUT_COUNT)
    emit_text_literal(out, "its state's timeout, which no sysctl sets");
  else
    emit_text_string(out, timeout == CT_TIMEOUT_OF_POLICY ? "the timeout policy that a rule gave it"
                                                          : "the timeout that its helper set");
}

void emit_end_words(emit_text *out, const ct_profile *profile, ct_reason reason, guint timeout)
{
  if (reason != CT_REASON_END_TIMEOUT) {
    emit_text_string(out, ct_reason_sentence(reason));
    return;
  }
  put_timeout(out, profile, timeout);
  emit_text_literal(out, " ran out");
}

/* Kept is not yet passed. */
static void put_refused(emit_text *out, const ct_profile *profile, const journal_past *past)
{
  char words[CT_REASON_WORDS_BYTES];

  if (!past->refused)
    return;
  emit_text_literal(out, ", yet the packet would then be refused: ");
  emit_text_string(out, ct_reason_words(past->refused_why, profile, words));
}

static void put_room(emit_text *out, const ct_profile *profile, const journal_past *past)
{
  emit_text_string(out, past->room_max != 0 ? "; " : "; a larger ");
  emit_text_string(out, ct_params_spell(profile, "nf_conntrack_max"));
  if (past->room_max != 0)
    emit_text_format(out, "=%" G_GUINT64_FORMAT ", the least with which nobody is evicted or dropped so far,",
                     past->room_max);
  emit_text_literal(out, " would have kept it");
}

gboolean emit_past_is_known(const journal_past *past)
{
  return past != NULL && (past->end != NULL || past->opener.number != 0);
}

/* Static words, but for a reason's. */
static void put_fate(emit_text *out, const ct_profile *profile, const journal_opener *opener)
{
  char words[CT_REASON_WORDS_BYTES];

  switch (opener->fate) {
  case JOURNAL_UNTRACKED: emit_text_literal(out, "rules kept it from conntrack (UNTRACKED)"); return;
  case JOURNAL_BEFORE: emit_text_literal(out, "rules dropped it before conntrack"); return;
  case JOURNAL_DROPPED_BY_RULES: emit_text_literal(out, "rules dropped it"); return;
  case JOURNAL_DROPPED: emit_text_literal(out, "it was dropped ("); break;
  case JOURNAL_REFUSED: emit_text_literal(out, "it was INVALID ("); break;
  }
  emit_text_string(out, ct_reason_words(opener->reason, profile, words));
  emit_text_char(out, ')');
}

static void put_opener(emit_text *out, const ct_profile *profile, const journal_opener *opener)
{
  emit_text_string(out, opener->is_inside ? "is about packet " : "answers packet ");
  emit_text_u64(out, opener->number);
  emit_text_literal(out, ", which made no entry: ");
  put_fate(out, profile, opener);
}

void emit_past_words(emit_text *out, const ct_profile *profile, const journal_past *past)
{
  const journal_end *end = past->end;

  if (end == NULL) {
    put_opener(out, profile, &past->opener);
    return;
  }
  emit_text_literal(out, "belonged to #");
  emit_text_u64(out, end->conn);
  emit_text_string(out, is_eviction(end->reason) ? ", which was evicted " : ", which ended ");
  emit_text_seconds(out, past->ago_ns, 0);
  emit_text_literal(out, " s before");
  if (end->reason == CT_REASON_END_TIMEOUT) {
    emit_text_literal(out, " by ");
    put_timeout(out, profile, end->timeout);
  } else if (!is_eviction(end->reason)) {
    emit_text_literal(out, ": ");
    emit_text_string(out, ct_reason_sentence(end->reason));
  } else if (end->by_packet != 0) {
    emit_text_literal(out, " for packet ");
    emit_text_u64(out, end->by_packet);
  } else {
    emit_text_literal(out, " by the collector");
  }
  if (past->kept_s != 0) {
    emit_text_literal(out, "; ");
    emit_text_u64(out, past->kept_s);
    emit_text_literal(out, " s would have kept it");
    put_refused(out, profile, past);
  } else if (past->silent_ns > 0) {
    emit_text_literal(out, "; it had been silent for ");
    emit_text_seconds(out, past->silent_ns, 0);
    emit_text_literal(out, " s");
  } else if (past->room_keeps) {
    put_room(out, profile, past);
    put_refused(out, profile, past);
  }
}

static void put_opener_member(emit_text *out, const journal_opener *opener)
{
  static const char *const fates[] = { [JOURNAL_UNTRACKED] = "untracked",
                                       [JOURNAL_BEFORE] = "dropped-before",
                                       [JOURNAL_DROPPED_BY_RULES] = "dropped-by-rules",
                                       [JOURNAL_DROPPED] = "dropped",
                                       [JOURNAL_REFUSED] = "INVALID" };

  emit_text_literal(out, ",\"opener\":{\"packet\":");
  emit_text_u64(out, opener->number);
  emit_text_format(out, ",\"fate\":\"%s\"", fates[opener->fate]);
  if (opener->fate == JOURNAL_DROPPED || opener->fate == JOURNAL_REFUSED)
    emit_text_format(out, ",\"reason\":\"%s\"", ct_reason_word(opener->reason));
  emit_text_char(out, '}');
}

void emit_past_member(emit_text *out, const ct_profile *profile, const journal_past *past)
{
  const journal_end *end = past->end;
  const char *sysctl = NULL;

  if (end == NULL) {
    put_opener_member(out, &past->opener);
    return;
  }
  emit_text_literal(out, ",\"past\":{\"conn\":");
  emit_text_u64(out, end->conn);
  emit_text_literal(out, ",\"ended\":\"");
  emit_text_moment(out, end->ended_ns);
  emit_text_literal(out, "\",\"ago\":");
  emit_text_seconds(out, past->ago_ns, 0);
  emit_text_literal(out, ",\"reason\":\"");
  emit_text_string(out, ct_reason_word(end->reason));
  emit_text_char(out, '"');
  if (end->reason == CT_REASON_END_TIMEOUT && end->timeout < CT_TIMEOUT_COUNT)
    sysctl = ct_params_spell_timeout(profile, (ct_timeout)end->timeout);
  if (sysctl != NULL) {
    emit_text_literal(out, ",\"sysctl\":\"");
    emit_text_string(out, sysctl);
    emit_text_char(out, '"');
  }
  if (past->kept_s != 0) {
    emit_text_literal(out, ",\"kept_by\":");
    emit_text_u64(out, past->kept_s);
  }
  if (past->room_max != 0)
    emit_text_format(out, ",\"kept_by_max\":%" G_GUINT64_FORMAT, past->room_max);
  if (past->refused && (past->kept_s != 0 || past->room_keeps)) {
    emit_text_literal(out, ",\"refused_then\":\"");
    emit_text_string(out, ct_reason_word(past->refused_why));
    emit_text_char(out, '"');
  }
  if (is_eviction(end->reason) && end->by_packet != 0) {
    emit_text_literal(out, ",\"by\":");
    emit_text_u64(out, end->by_packet);
  }
  emit_text_char(out, '}');
}

void emit_advice_setting(emit_text *out, const journal_advice *advice)
{
  emit_text_string(out, advice->setting.sysctl);
  emit_text_char(out, '=');
  emit_text_u64(out, advice->setting.value);
}

gboolean emit_past_tells(const journal_past *past, const journal_advice *advice)
{
  if (past == NULL || past->end == NULL || advice->helps != JOURNAL_HELPS_SETTING)
    return FALSE;
  if (!past->refused && (past->kept_s != 0 || past->room_keeps))
    return TRUE;
  return past->kept_s != 0 && (guint)advice->world == past->end->timeout && advice->setting.value == past->kept_s;
}

/* Whether it is known how much larger the table would have had to be. */
static gboolean knows_max(const journal_advice *advice)
{
  return advice->world == WHATIF_MAX && advice->setting.value != 0;
}

void emit_advice_words(emit_text *out, const ct_profile *profile, ct_reason reason, const journal_advice *advice,
                       gboolean ruled)
{
  if (advice->helps != JOURNAL_HELPS_SETTING)
    return;
  if (advice->world != WHATIF_WORLDS && advice->world == whatif_own_world(reason) && !knows_max(advice) &&
      emit_reason_hint(out, profile, reason, ruled))
    return;
  if (advice->world == WHATIF_MAX && !knows_max(advice)) {
    emit_text_literal(out, "a larger ");
    emit_text_string(out, advice->setting.sysctl);
  } else {
    emit_advice_setting(out, advice);
  }
  emit_text_string(out, emit_would_pass(ruled));
}

void emit_advice_member(emit_text *out, const journal_advice *advice)
{
  emit_text_literal(out, ",\"advice\":\"");
  if (advice->world == WHATIF_MAX && !knows_max(advice))
    emit_text_string(out, advice->setting.sysctl);
  else
    emit_advice_setting(out, advice);
  emit_text_char(out, '"');
}
