/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIP of a translated connection: what a message says of addresses is written anew (NAT 11). */
#ifndef CT_HELPER_SIP_NAT_H
#define CT_HELPER_SIP_NAT_H

#include "conntrack/helper/helping.h"
#include "conntrack/helper/sip.h"

/* A message while it is written anew: text follows the payload that it is in, which begins there with `base`. */
typedef struct ct_sip_edit {
  ct_helping *h;
  ct_sip_text *t;
  size_t base;
} ct_sip_edit;

/* Some bytes of the message become others. => false: the packet would grow too long. */
bool ct_sip_mangle(ct_sip_edit *edit, size_t at, size_t removed, const char *text, size_t n);
/* Request line, topmost Via, Contact, From and To. => false: dropped. */
bool ct_sip_translate_message(ct_sip_edit *edit);
/* The streams of a session description, each expected at its public side, and the description's addresses. */
ct_verdict ct_sip_translate_session(ct_sip_edit *edit, const char *made_by);
/* The contact of a registration, which is expected at its public side. => false: dropped. */
bool ct_sip_translate_contact(ct_sip_edit *edit, ct_expect_spec *spec, const ct_sip_contact *contact);

#endif
