/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evicted.h"

#include "conntrack/profile/profile.h"

const char *emit_searched_words(const ct_profile *profile)
{
  switch (profile->eviction) {
  case CT_EVICT_OLDEST8: return "the first eight entries from its own bucket on hold nothing";
  case CT_EVICT_OWN: return "its own bucket holds nothing";
  case CT_EVICT_ROUND: return "neither its own bucket nor the one whose turn it was holds anything";
  default: return "the eight buckets from its own hold nothing";
  }
}

static const char *early_drop_rule(const ct_profile *profile)
{
  switch (profile->eviction) {
  case CT_EVICT_OLDEST8: return "the oldest not ASSURED of the first eight entries from the newcomer's bucket on";
  case CT_EVICT_OWN: return "the oldest not ASSURED of the newcomer's bucket";
  case CT_EVICT_ROUND: return "the oldest not ASSURED of the bucket whose turn it was, or of the newcomer's";
  default: return "not ASSURED, in the first of eight buckets from the newcomer's that had any such";
  }
}

void emit_evicted_words(emit_text *out, const ct_profile *profile, guint64 max, ct_reason reason, const ct_view *view)
{
  if (reason == CT_REASON_END_GC_EVICTED) {
    emit_text_format(
      out, "the collector's early-drop mode, from %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " entries on: %s",
      max / 100 * 95, max, view->status & CT_STATUS_ASSURED ? "closing" : "not ASSURED");
    return;
  }
  emit_text_format(out, "early_drop, the table being full at %" G_GUINT64_FORMAT ": %s", max, early_drop_rule(profile));
}
