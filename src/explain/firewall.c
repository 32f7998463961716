/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules made of the packet, as whoever walked it through them tells it. */
#include <string.h>

#include "conntrack/proto/proto.h"
#include "explain/topics.h"

static gboolean is_dropped(const emit_rules *rules)
{
  return rules->verdict != NULL && (strcmp(rules->verdict, "drop") == 0 || strcmp(rules->verdict, "reject") == 0);
}

gboolean explain_is_dropped_by_rules(const explain_facts *f)
{
  return f->rules != NULL && !f->rules->observes && is_dropped(f->rules) && f->result->verdict == CT_VERDICT_ACCEPT;
}

gboolean explain_is_reset_by_rules(const explain_facts *f)
{
  return f->rules != NULL && f->rules->reset && !f->rules->observes && f->after != NULL &&
         f->after->state == CT_TCP_CLOSE;
}

gboolean explain_is_before_conntrack(const explain_facts *f)
{
  return f->rules != NULL && f->rules->before && !f->rules->observes;
}

/* What became famous with containers: a reset from a box that was only meant to translate. */
static void explain_untranslated(explain_teller *t)
{
  const explain_facts *f = t->facts;

  if (f->result->cls != CT_CLASS_INVALID || is_dropped(f->rules) || f->after == NULL ||
      !(f->after->status & (CT_STATUS_SRC_NAT | CT_STATUS_DST_NAT)))
    return;
  explain_say(t, EXPLAIN_RULES,
              "INVALID packets are never translated: it goes on with the addresses that it came with, though "
              "connection #%" G_GUINT64_FORMAT " is translated.",
              f->after->id);
  if (f->rules->to_box && ct_packet_has_tcp(f->packet) && !(f->packet->l4.tcp.flags & CT_TCP_RST))
    explain_say(
      t, EXPLAIN_RULES,
      "So the box's own TCP gets it, and answers with a reset unless a socket of its own has these addresses: "
      "that can end the connection at the other side. A rule in INPUT that drops INVALID packets keeps it from that.");
}

guint64 explain_answers(const explain_facts *f) { return f->rules != NULL ? f->rules->answer_to : 0; }

void explain_rules(explain_teller *t)
{
  const explain_facts *f = t->facts;
  g_auto(GStrv) lines = NULL;
  guint i;

  if (f->rules == NULL || f->rules->verdict == NULL)
    return;
  lines = g_strsplit(f->rules_told, "\n", -1);
  for (i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      explain_say(t, EXPLAIN_RULES, "%s", lines[i]);
  explain_untranslated(t);
  if (f->rules->observes && is_dropped(f->rules))
    explain_say(t, EXPLAIN_RULES, "Tracking goes on as if it had been accepted: --mode observe.");
  else if (explain_is_reset_by_rules(f))
    explain_say(t, EXPLAIN_RULES, "The reset that answers it passes conntrack with its entry, and closes that.");
  else if (explain_is_dropped_by_rules(f) && f->rules->answered)
    explain_say(
      t, EXPLAIN_RULES,
      "What conntrack did to the entry stays; no helper sees the packet, but its answer passes conntrack with "
      "its entry, and what there is to report of that is reported then.");
  else if (explain_is_dropped_by_rules(f) && f->after != NULL && f->result->cls != CT_CLASS_INVALID)
    explain_say(t, EXPLAIN_RULES,
                "What conntrack did to the entry stays; no helper sees the packet, and what there is to report of it "
                "waits for the next packet of the connection that is let through.");
}
