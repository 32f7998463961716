/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What helpers say announced an expectation (ct_expect_spec.made_by). A helper that comes to say something else adds it
 * here, in any place: states know these words by number, and a state of another list is refused by its head.
 */
#include "conntrack/state/parts.h"

/* clang-format off */
static const char *const words[] = {
  "PORT", "EPRT", "227", "229",                                              /* ftp */
  "RRQ", "WRQ",                                                              /* tftp; RRQ is RAS's as well */
  "DCC SEND", "DCC CHAT", "DCC MOVE", "DCC TSEND", "DCC SCHAT",              /* irc */
  "INVITE", "UPDATE", "ACK", "PRACK", "REGISTER",                            /* sip */
  "INVITE response", "UPDATE response", "PRACK response",
  "DATA", "MESG", "INDEX", "STATE",                                          /* amanda */
  "NET_START",                                                               /* sane */
  "call reply",                                                              /* pptp */
  "broadcast",                                                               /* netbios-ns, snmp */
  "GCF", "RCF", "URQ", "ACF", "LCF",                                         /* ras */
  "Setup", "CallProceeding", "Connect", "Alerting", "Facility", "Progress",  /* q931 */
  "OpenLogicalChannel", "OpenLogicalChannelAck", "H.323",                    /* h245 */
  CT_EXPECT_BY_RULE,                                                         /* a rule */
};
/* clang-format on */

const char *ct_state_word(unsigned number) { return number < G_N_ELEMENTS(words) ? words[number] : NULL; }

static uint64_t number_of(ct_state_io *io, const char *word)
{
  uint64_t i;

  if (word == NULL)
    return 0;
  for (i = 0; i < G_N_ELEMENTS(words); i++)
    if (strcmp(words[i], word) == 0)
      return i + 1;
  ct_state_fail(io, "\"%s\" announced a connection, a word that the format does not have", word);
  return 0;
}

void ct_state_io_word(ct_state_io *io, const char **word)
{
  uint64_t number = io->writing ? number_of(io, *word) : 0;

  io_varint(io, &number, G_N_ELEMENTS(words));
  if (!io->writing)
    *word = number != 0 ? words[number - 1] : NULL;
}
