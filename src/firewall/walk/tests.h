/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each match of iptables asks of a packet, and what it remembers: a table by the match's id (extension.h). A match
 * that stands in no table is unknown wherever a packet meets it.
 */
#ifndef FIREWALL_WALK_TESTS_H
#define FIREWALL_WALK_TESTS_H

#include "firewall/match/data.h"
#include "firewall/walk/facts.h"
#include "firewall/walk/program.h"
#include "resume/io.h"

typedef struct fw_test_ops {
  fw_test_fn holds;
  /* What it remembers, when the rules are loaded; NULL: nothing. The program frees what free_state does. */
  void *(*state)(fw_program *program, const fw_match *match);
  void (*free_state)(void *state);
  /* That as bytes, or from them into what `state` has made; what it cannot have come to is a failure. */
  void (*keep)(void *state, resume_io *io);
  gboolean tracks; /* needs connection tracking */
} fw_test_ops;

extern const fw_test_ops fw_header_tests[FW_MATCH_COUNT]; /* test_header.c: layer 4 and the IP header */
extern const fw_test_ops fw_ipv6_tests[FW_MATCH_COUNT];
extern const fw_test_ops fw_byte_tests[FW_MATCH_COUNT];
extern const fw_test_ops fw_about_tests[FW_MATCH_COUNT]; /* test_about.c: where from, where to, when */
extern const fw_test_ops fw_track_tests[FW_MATCH_COUNT];
extern const fw_test_ops fw_rate_tests[FW_MATCH_COUNT];
extern const fw_test_ops fw_list_tests[FW_MATCH_COUNT]; /* test_list.c: recent, connlimit */
extern const fw_test_ops fw_set_tests[FW_MATCH_COUNT];

/* What rules share by name. */
void fw_recent_free(void *table);
void fw_hashlimit_free(void *table);

/*
 * The tuple that connlimit, and ct count of nft, put into their lists: the entry's original one, else the packet's own.
 * => FALSE: the packet has none. assured: of the entry that has it.
 */
gboolean fw_count_tuple(fw_program *program, const fw_packet *p, ct_tuple *tuple, gboolean *assured);
/* The zone that it is counted in: its entry's; before conntrack a template's, where a rule has given it one. */
guint16 fw_count_zone(fw_program *program, const fw_packet *p);

/* => NULL: nobody here knows. */
const fw_test_ops *fw_test_ops_of(fw_match_id id);

static inline fw_truth fw_truth_of(gboolean holds) { return holds ? FW_YES : FW_NO; }
static inline gboolean fw_in16(guint16 value, const fw_range16 *range)
{
  return value >= range->from && value <= range->to;
}
static inline gboolean fw_in32(guint32 value, const fw_range32 *range)
{
  return value >= range->from && value <= range->to;
}

/*
 * A header that is too short for its match. native: nft has tests of its own in its place, which then simply do not
 * hold (RULES 6.3).
 */
static inline fw_truth fw_short(fw_program *program, gboolean native)
{
  program->backend_decides |= native;
  return native && program->backend == FW_BACKEND_NFT ? FW_NO : FW_HOTDROP;
}

#endif
