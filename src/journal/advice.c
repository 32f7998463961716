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
  case CT_REASON_ICMP_REDIRECT_SHORT:
  case CT_REASON_ICMP_REDIRECT_HOPS:
  case CT_REASON_ICMP_REDIRECT_SOURCE:
  case CT_REASON_ICMP_REDIRECT_OPTION:
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
  case CT_REASON_DCCP_LENGTH:
  case CT_REASON_DCCP_COVERAGE:
  case CT_REASON_DCCP_TYPE:
  case CT_REASON_DCCP_SHORT:
  case CT_REASON_SCTP_SHORT: return TRUE;
  default: return FALSE;
  }
}

static gboolean rules_out_all(const journal *j, const whatif *w, const ct_packet *packet, const ct_result *result)
{
  if (is_of_the_packet((ct_reason)result->reason) && !(packet->flags & CT_PACKET_CSUM_BAD))
    return TRUE;
  /* Whose tuple it would have had may end sooner by another timeout: that of a translated connection is not its own. */
  if (result->reason == CT_REASON_CLASH)
    return FALSE;
  /* Nothing of its tuple has ever been there, in this world or in any other. */
  return (packet->kind == CT_PACKET_TRACK || result->reason == CT_REASON_ICMP_ERROR_UNKNOWN) &&
         packet->reason == CT_REASON_NONE && result->conn == 0 &&
         *ct_reason_sysctl((ct_reason)result->reason, NULL) == '\0' && journal_forgotten(j) == 0 &&
         !whatif_is_full(w) && journal_find(j, &packet->tuple) == NULL;
}

/* What a world beside the replay has shown: that of the reason's own setting before others. */
static gboolean from_worlds(const whatif *w, ct_reason reason, journal_advice *advice)
{
  whatif_world own = whatif_own_world(reason);
  gboolean found = FALSE;
  whatif_answer answer;
  guint32 value;
  guint i;

  for (i = 0; whatif_answer_get(w, i, &answer); i++) {
    gboolean timeout = (guint)answer.world < CT_TIMEOUT_COUNT;

    if (!answer.passes || (timeout && answer.seconds == 0) || (found && answer.world != own))
      continue;
    found = TRUE;
    advice->world = answer.world;
    advice->setting.sysctl = whatif_sysctl(w, answer.world, &value);
    advice->setting.value = timeout ? answer.seconds : value;
  }
  return found;
}

/* What a world has shown, tried and, of a timeout, made as short as it may be. => FALSE where it does not hold. */
static gboolean is_confirmed(trials *t, const ct_packet *packet, const ct_result *result, journal_advice *advice)
{
  trials_found found;

  if (t == NULL || advice->world == WHATIF_MAX)
    return TRUE;
  if ((guint)advice->world < CT_TIMEOUT_COUNT) {
    found = trials_shortest(t, packet, result, TRIALS_PASSES, (ct_timeout)advice->world, &advice->setting, NULL);
    if (found != TRIALS_UNKNOWN)
      return found == TRIALS_SETTING;
  }
  return trials_try(t, packet, result, &advice->setting) != TRIALS_NONE;
}

journal_advice journal_advise(const journal *j, const whatif *w, trials *t, const ct_packet *packet,
                              const ct_result *result)
{
  journal_advice advice = { .helps = JOURNAL_HELPS_UNKNOWN, .world = WHATIF_WORLDS };
  whatif_answer answer;

  if (from_worlds(w, (ct_reason)result->reason, &advice)) {
    if (is_confirmed(t, packet, result, &advice)) {
      advice.helps = JOURNAL_HELPS_SETTING;
      return advice;
    }
  } else if (!whatif_answer_get(w, 0, &answer) && rules_out_all(j, w, packet, result)) {
    advice.helps = JOURNAL_HELPS_NOTHING;
    return advice;
  }
  advice.world = WHATIF_WORLDS;
  if (t == NULL || result->cls != CT_CLASS_INVALID)
    return advice;
  switch (trials_find(t, packet, result, &advice.setting)) {
  case TRIALS_SETTING: advice.helps = JOURNAL_HELPS_SETTING; break;
  case TRIALS_NONE: advice.helps = JOURNAL_HELPS_NONE_TRIED; break;
  case TRIALS_UNADVISABLE: advice.helps = JOURNAL_HELPS_UNADVISABLE; break;
  case TRIALS_UNKNOWN: break;
  }
  return advice;
}
