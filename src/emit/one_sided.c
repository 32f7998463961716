/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "one_sided.h"

#include "emit.h"

gboolean emit_one_sided_may_be(const ct_packet *packet, const ct_result *result)
{
  return ct_packet_has_tcp(packet) && packet->l4.tcp.flags & CT_TCP_ACK && result->conn != 0 &&
         !(result->changes & CT_CHANGE_CREATED) &&
         (result->cls == CT_CLASS_NEW || (result->cls == CT_CLASS_INVALID && result->reason == CT_REASON_TCP_STATE));
}

/* Its other side speaks, but not with what the state table waits for. */
static gboolean waits_for_synack(const ct_result *result, const ct_view *view)
{
  return result->cls == CT_CLASS_INVALID && view->status & CT_STATUS_SEEN_REPLY && view->state == CT_TCP_SYN_SENT;
}

gboolean emit_one_sided(const ct_packet *packet, const ct_result *result, const ct_view *view)
{
  if (!emit_one_sided_may_be(packet, result) || view == NULL)
    return FALSE;
  return waits_for_synack(result, view) ||
         (!(view->status & CT_STATUS_SEEN_REPLY) && ct_tuple_equal(&packet->tuple, &view->tuple[CT_ORIGINAL]));
}

static void one_sided_words(emit_text *out, const ct_view *view, guint64 other_side)
{
  gboolean waits = view->status & CT_STATUS_SEEN_REPLY; /* nothing else does, where that was seen */

  emit_text_string(out, waits ? "no SYN/ACK was accepted for #"
                              : "nothing of its other side, which it acknowledges, was accepted for #");
  emit_text_u64(out, view->id);
  emit_text_literal(out, " so far: ");
  if (other_side != 0)
    emit_text_format(out, "packet %" G_GUINT64_FORMAT "%s was refused before, so packets may be out of order",
                     other_side, waits ? "" : " of it");
  else
    emit_text_string(out, waits ? "lost while capturing, gone another way, or later in the capture"
                                : "one direction only, out of order, or translated on the way");
}

static void unopened_words(emit_text *out, const journal_sides *sides)
{
  if (sides->syn != 0) {
    emit_text_format(out, "packet %" G_GUINT64_FORMAT " is the SYN that it answers: packets are out of order",
                     sides->syn);
    return;
  }
  emit_text_literal(out, "nothing of its other side, which it acknowledges, was accepted so far: ");
  if (sides->other_side != 0)
    emit_text_format(
      out, "packet %" G_GUINT64_FORMAT " of it was refused before; its SYN is missing, or later in the capture",
      sides->other_side);
  else
    emit_text_literal(out, "one direction only, begun before the capture, out of order, or translated on the way");
}

static void answered_words(emit_text *out, const journal_sides *sides)
{
  emit_text_format(
    out, "packet %" G_GUINT64_FORMAT ", which answers it, came before and was refused: packets are out of order",
    sides->synack);
}

gboolean emit_sides_tell(const ct_packet *packet, const ct_result *result, const ct_view *view,
                         const journal_sides *sides)
{
  return (sides != NULL && (sides->unopened || sides->synack != 0 || sides->untranslated != 0)) ||
         emit_one_sided(packet, result, view);
}

static void untranslated_words(emit_text *out, const ct_profile *profile, const journal_sides *sides)
{
  emit_text_format(out, "#%" G_GUINT64_FORMAT " is translated, so this is no answer to it: that would be ",
                   sides->untranslated);
  emit_flow(out, profile, &sides->answer);
}

void emit_sides_words(emit_text *out, const ct_profile *profile, const ct_view *view, const journal_sides *sides)
{
  if (sides != NULL && sides->untranslated != 0)
    untranslated_words(out, profile, sides);
  else if (sides != NULL && sides->unopened)
    unopened_words(out, sides);
  else if (sides != NULL && sides->synack != 0)
    answered_words(out, sides);
  else
    one_sided_words(out, view, sides != NULL ? sides->other_side : 0);
}
