/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The targets of iptables that are understood, beside ACCEPT, DROP, RETURN and QUEUE: each has fw_target_NAME, of type
 * fw_target_ops.
 */
#ifndef FIREWALL_TARGET_LIST_H
#define FIREWALL_TARGET_LIST_H

/* clang-format off */
#define FW_TARGET_LIST(X) \
  X(ACCOUNT) X(AUDIT) X(CHECKSUM) X(CLASSIFY) X(CONNMARK) X(CONNSECMARK) X(CT) X(DNAT) X(DNPT) X(DSCP) X(ECN) X(HL) \
  X(HMARK) \
  X(IDLETIMER) X(LED) X(LOG) X(MARK) X(MASQUERADE) X(NETMAP) X(NFLOG) X(NFQUEUE) X(NOTRACK) X(RATEEST) X(REDIRECT) \
  X(REJECT) X(SECMARK) X(SET) X(SNAT) X(SNPT) X(SYNPROXY) X(TCPMSS) X(TCPOPTSTRIP) X(TEE) X(TOS) X(TPROXY) X(TRACE) \
  X(TTL) X(ULOG)
/* clang-format on */

#endif
