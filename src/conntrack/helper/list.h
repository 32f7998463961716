/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All helpers, one line each: identifier (of ct_helper_<identifier>) and standard port (0: by expectation only).
 * Helpers by number, name and port.
 */
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

/* The i-th helper, NULL past the end; by name (case does not matter), NULL where there is none. */
const ct_helper *ct_helper_get(unsigned i);
const ct_helper *ct_helper_find(const char *name);
/* Whether it reads connections of that protocol and address family. */
bool ct_helper_suits(const ct_helper *helper, const ct_tuple *original);
/* The helper that the settings give to a new flow, or NULL. */
const ct_helper *ct_helper_for(const ct_params *params, const ct_tuple *original);
/* Whether it is the standard port of any: asked of every new flow, nearly always in vain. */
static inline bool ct_helper_is_standard_port(uint16_t port)
{
  switch (port) {
#define X(id, number) case number:
    CT_HELPER_LIST(X)
#undef X
    return true;
  default: return false;
  }
}
/* The number of the helper whose standard port a flow goes to, unless it is switched off; -1: none. */
int ct_helper_number_by_port(const ct_params *params, const ct_tuple *original);
/* Its number in the list, from 0; -1 where no helper has that name. */
int ct_helper_number(const char *name);
/* Standard port; 0: attached by expectations only. */
uint16_t ct_helper_port(const ct_helper *helper);

/* => the number of the helper whose name these n bytes are, in any case of letters; -1: none. */
int ct_helper_number_of(const char *name, size_t n);

#endif
