/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All helpers, one line each: identifier (of ct_helper_<identifier>) and standard port (0: by expectation only). */
#ifndef CT_HELPER_LIST_H
#define CT_HELPER_LIST_H

#include "conntrack/helper/helper.h"

#define CT_HELPER_LIST(X) \
  X(ftp, 21)              \
  X(tftp, 69)             \
  X(irc, 6667)            \
  X(sip, 5060)            \
  X(amanda, 10080)        \
  X(sane, 6566)           \
  X(pptp, 1723)           \
  X(netbios_ns, 137)      \
  X(snmp, 161)            \
  X(q931, 1720)           \
  X(ras, 1719)            \
  X(h245, 0)

#define X(id, port) extern const ct_helper ct_helper_##id;
CT_HELPER_LIST(X)
#undef X

/* => the number of the helper whose name these n bytes are, in any case of letters; -1: none. */
int ct_helper_number_of(const char *name, size_t n);

#endif
