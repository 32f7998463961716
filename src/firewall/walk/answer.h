/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What REJECT sends back, its way out of the box (RULES 1.3), and what answers that where OUTPUT rejects it. */
#ifndef FIREWALL_WALK_ANSWER_H
#define FIREWALL_WALK_ANSWER_H

#include "firewall/walk/firewall_internal.h"
#include "firewall/walk/npt.h"

/*
 * Whether the kernel itself has dropped the packet and says so: its TTL ends here, there is no way to go for it, its
 * source is good on its own link alone, or its options are malformed. What falls into a black hole is not told.
 */
static inline gboolean fw_answer_by_kernel(const fw_firewall *f)
{
  return f->outcome.kernel == FW_KERNEL_TTL || f->outcome.kernel == FW_KERNEL_SCOPE ||
         f->outcome.kernel == FW_KERNEL_OPTIONS ||
         (f->outcome.kernel == FW_KERNEL_NO_ROUTE && f->outcome.ended != FW_ROUTE_BLACKHOLE);
}
/* Whether a rule has, and says so: REJECT, or SNPT and DNPT where they cannot do what they are asked for. */
static inline gboolean fw_answer_by_rule(const fw_firewall *f)
{
  return f->outcome.verdict == FW_VERDICT_REJECT ||
         (G_UNLIKELY(f->outcome.verdict == FW_VERDICT_DROP) && fw_npt_refusal(&f->outcome.decision) != NULL);
}
static inline gboolean fw_answer_is_due(const fw_firewall *f) { return fw_answer_by_rule(f) || fw_answer_by_kernel(f); }
/*
 * The answer to a packet that has an entry: it shares the entry, and is asked for between the engine's halves. => the
 * rejected packet's fate.
 */
ct_fate fw_answer_attached(fw_firewall *f, const fw_packet *rejected);
/* The answer to one without: tracked like any packet of the box. After the rejected one has been concluded. */
void fw_answer_alone(fw_firewall *f, ct_engine *engine, const fw_packet *rejected);

#endif
