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

/* A connection as connlimit, and ct count of nft, put it into their lists (RULES 3.5). */
typedef struct fw_counted {
  ct_tuple tuple;     /* of its entry the original one, else the packet's own */
  guint16 reply_zone; /* that of its answers; tuple has that of the original direction */
} fw_counted;

/* What is known of the entry that has a packet's connection: whether it is confirmed, and assured. */
typedef enum fw_count_status { FW_COUNT_NEW, FW_COUNT_CONFIRMED, FW_COUNT_ASSURED } fw_count_status;

/* What a packet counts as. => FALSE: it has no tuple. */
gboolean fw_count_packet(fw_program *program, const fw_packet *p, fw_counted *counted, fw_count_status *status);
/* The zone's number, whichever directions have it. */
static inline guint16 fw_count_zone(const fw_counted *counted)
{
  return counted->tuple.zone != 0 ? counted->tuple.zone : counted->reply_zone;
}
/*
 * Whether a member of a list has to go: the table does not have it, or a TCP connection that has closed. met: it is
 * wanted's connection, which stays and ends the walk; wanted NULL: none is.
 */
gboolean fw_count_is_over(const fw_program *program, const fw_counted *member, const fw_counted *wanted, gboolean *met);
/* Whether the list is walked before a packet of that status is put in: in the jiffy of the last walk only for some. */
static inline gboolean fw_count_walks(fw_count_status status, guint64 walked, guint64 now)
{
  return status == FW_COUNT_CONFIRMED || walked != now;
}

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
