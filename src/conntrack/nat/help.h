/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Helpers of translated connections (NAT 10-12): payloads that they write anew, expectations of the public side, and
 * sequence numbers that have moved. What they write lies with the engine until the caller takes it and puts it into its
 * own copy of the packet (rewrite.h).
 */
#ifndef CT_NAT_HELP_H
#define CT_NAT_HELP_H

#include "conntrack/helper/helping.h"
#include "conntrack/nat/nat.h"

/* What becomes of who was expected; ct_expect_spec.nat. X(id, name): as ctnetlink has it, "" for none. */
#define CT_NAT_FOLLOW_LIST(X) X(NONE, "") X(MASTER, "nat-follow-master") X(SIP, "sip") X(PPTP, "")
typedef enum ct_nat_follow {
#define X(id, name) CT_NAT_FOLLOW_##id,
  CT_NAT_FOLLOW_LIST(X)
#undef X
    CT_NAT_FOLLOW_COUNT
} ct_nat_follow;
const char *ct_nat_follow_name(uint8_t follow);

/* Whether the helper's connection is translated, and the helper has to translate, too. */
bool ct_helping_is_translated(const ct_helping *helping);
/* The payload as it is by now. */
const uint8_t *ct_helping_payload(const ct_helping *helping, size_t *length);
/* n bytes of text take the place of `removed` bytes at a place. => false: the packet would grow too long. */
bool ct_helping_mangle(ct_helping *helping, size_t at, size_t removed, const void *text, size_t n);
/* The same in place, of TCP without a word about sequence numbers: ct_helping_moved says that once. */
bool ct_helping_mangle_unnoted(ct_helping *helping, size_t at, size_t removed, const void *text, size_t n);
void ct_helping_moved(ct_helping *helping, int32_t by);
/*
 * Expects it at the port that it has, or another one where that is taken, which the spec has then. => the port; 0: none
 * is free.
 */
uint16_t ct_helping_expect_port(ct_helping *helping, ct_expect_spec *spec);

/* An expected connection gets its mappings (its expectfn). */
void ct_nat_follow_expectation(ct_engine *engine, ct_entry *entry, const ct_expect_spec *spec, uint64_t master_id);

/* What is to be subtracted from an acknowledgement of that direction for the tracker (NAT 12). */
uint32_t ct_nat_ack_offset(const ct_engine *engine, const ct_entry *entry, ct_dir dir, uint32_t ack);

#endif
