/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice.h"

/* Reasons that no sysctl has a say in: the packet's own bytes are wrong, or the kernel has no such rule. */
static gboolean is_of_the_packet(ct_reason reason)
{
  switch (reason) {
  case CT_REASON_IPV6_HEADERS:
  case CT_REASON_ICMP_SHORT:
  case CT_REASON_ICMP_TYPE:
  case CT_REASON_ICMP_ERROR_SHORT:
  case CT_REASON_ICMP_REDIRECT:
  case CT_REASON_TUPLE_SHORT:
  case CT_REASON_TUPLE_NO_INVERSE:
  case CT_REASON_GRE_VERSION:
  case CT_REASON_TCP_SHORT:
  case CT_REASON_TCP_FLAGS:
  case CT_REASON_UDP_SHORT:
  case CT_REASON_UDP_LENGTH:
  case CT_REASON_UDPLITE_COVERAGE:
  case CT_REASON_UDPLITE_NO_CHECKSUM:
  case CT_REASON_ICMP_FAMILY:
  case CT_REASON_DCCP_HEADER:
  case CT_REASON_DCCP_SHORT:
  case CT_REASON_SCTP_SHORT: return TRUE;
  default: return FALSE;
  }
}

static gboolean rules_out_all(const journal *j, const whatif *w, const ct_packet *packet, const ct_result *result)
{
  if (is_of_the_packet((ct_reason)result->reason) && !(packet->flags & CT_PACKET_CSUM_BAD))
    return TRUE;
  /* Nothing of its tuple has ever been there, in this world or in any other. */
  return (packet->kind == CT_PACKET_TRACK || result->reason == CT_REASON_ICMP_ERROR_UNKNOWN) &&
         packet->reason == CT_REASON_NONE && result->conn == 0 &&
         *ct_reason_sysctl((ct_reason)result->reason, NULL) == '\0' && journal_forgotten(j) == 0 &&
         !whatif_is_full(w) && journal_find(j, &packet->tuple) == NULL;
}

journal_advice journal_advise(const journal *j, const whatif *w, const ct_packet *packet, const ct_result *result)
{
  journal_advice advice = { JOURNAL_HELPS_UNKNOWN, WHATIF_WORLDS, 0 };
  whatif_world own = whatif_own_world((ct_reason)result->reason);
  whatif_answer answer;
  guint i;

  for (i = 0; whatif_answer_get(w, i, &answer); i++) {
    if (!answer.passes || ((guint)answer.world < CT_TIMEOUT_COUNT && answer.seconds == 0) ||
        (advice.helps == JOURNAL_HELPS_SETTING && answer.world != own))
      continue;
    advice = (journal_advice){ JOURNAL_HELPS_SETTING, answer.world, answer.seconds };
  }
  if (advice.helps == JOURNAL_HELPS_UNKNOWN && i == 0 && rules_out_all(j, w, packet, result))
    advice.helps = JOURNAL_HELPS_NOTHING;
  return advice;
}
