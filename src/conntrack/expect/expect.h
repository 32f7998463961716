/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expectations: connections announced by others (spec 8.1). The engine asks at four moments: a new entry (meet), a
 * death (end_all), the passing of time (next_deadline, advance), and a helper's announcement (add). Internal to
 * src/conntrack.
 *
 * Expectations name their master by its id, so the engine gives a new entry its id before the helper hook, not only
 * at confirmation; an id whose entry is not confirmed after all (the helper drops the packet) may be given again.
 */
#ifndef CT_EXPECT_H
#define CT_EXPECT_H

#include "conntrack/ext.h"

typedef struct ct_expect ct_expect;
typedef struct ct_expect_table ct_expect_table;

ct_expect_table *ct_expect_table_new(void);
/* NULL is fine. Sends no events. */
void ct_expect_table_free(ct_expect_table *table);
/* As free and new. => the same one, where nothing was ever in it. NULL is fine. */
ct_expect_table *ct_expect_table_anew(ct_expect_table *table);

/* Fast test for the packet path: false while nobody expects anything. */
bool ct_expect_any(const ct_engine *engine);

/*
 * A new, unconfirmed entry looks for who expected it (spec 8.1 matching). A match sets EXPECTED, the master, the helper
 * and what the child inherits on the entry's extension, removes a one-shot expectation (EXPECT_DESTROY, reason
 * END_USED), counts expect_new.
 * => true where it was expected.
 */
bool ct_expect_meet(ct_engine *engine, ct_entry *entry, const ct_tuple *original);

/* The master ends: what it expects goes with it (END_MASTER), though not its children. */
void ct_expect_end_all(ct_engine *engine, const ct_entry *master);

/* The earliest moment at which an expectation may end; INT64_MAX where there is none. */
int64_t ct_expect_next_deadline(const ct_engine *engine);
/* Ends those due at or before now. */
void ct_expect_advance(ct_engine *engine, int64_t now_ns);

/*
 * PPTP's call ids (spec 2, 6.3): a GRE version 1 packet carries only the receiver's; the sender's is what the
 * helper read on the control connection.
 */
bool ct_gre_key_any(const ct_engine *engine);
/*
 * For packets with CT_PACKET_GRE_V1: => the source key for this source, destination and dst_id; 0 where unknown. Then
 * rehash.
 */
uint16_t ct_gre_key_find(const ct_engine *engine, const ct_tuple *tuple);

/* ---- for helping.c ---- */

struct ct_helper;

/* What is expected. The mask covers source address and source id; the destination is always exact. */
typedef struct ct_expect_spec {
  ct_tuple tuple;
  ct_addr mask_src;
  uint16_t mask_src_id;
  uint8_t class_number;
  uint8_t flags;    /* CT_EXPECT_PERMANENT, CT_EXPECT_INACTIVE */
  bool skip_master; /* the same expectation of another master counts as the same (SIP media) */
  bool pair;        /* meeting it removes the expectation of the inverse tuple (PPTP) */
  uint8_t nat;      /* ct_nat_follow: how the expected connection is translated; 0: it is not */
  uint8_t nat_dir;  /* ct_dir: which direction of the master's it is like */
  ct_addr saved;    /* what its destination becomes: SIP's address; zero: as the master's */
  uint16_t saved_id;
  const struct ct_helper *child; /* helper of the expected connection, or NULL */
  uint32_t timeout_s;            /* where the master has no helper; else the helper's class has the word */
  const char *made_by;           /* static: "PORT", "227", "INVITE" */
} ct_expect_spec;

/* The kernel's answers to nf_ct_expect_related, by their errno. */
typedef enum ct_expect_answer {
  CT_EXPECT_OK,
  CT_EXPECT_BUSY,    /* EBUSY: clashes with another expectation */
  CT_EXPECT_ALREADY, /* EALREADY: the same is expected for another class or master */
  CT_EXPECT_FULL,    /* EMFILE: nf_conntrack_expect_max */
  CT_EXPECT_KEPT     /* ip_conntrack: there already, and has its time anew; ct_expect_add calls it OK */
} ct_expect_answer;

/* Stands for the helper of a master that has none: a rule announced what is expected (nft's ct expectation). */
extern const struct ct_helper ct_expect_by_rule;
/* made_by of such. */
#define CT_EXPECT_BY_RULE "ct expectation"

/*
 * The timeout is that of the class of the master's helper; the announced one, and no limit of a class, where it has
 * none. Sends EXPECT_NEW, and EXPECT_DESTROY for what had to go.
 */
ct_expect_answer ct_expect_add(ct_engine *engine, ct_entry *master, const ct_expect_spec *spec, uint64_t packet);

/* The newest expectation whose mask the tuple fits, inactive ones too, or NULL. */
ct_expect *ct_expect_find(const ct_engine *engine, const ct_tuple *tuple);
/* The master's expectations, newest first; next is read before fn may remove the one it was given. fn => false stops.
 */
void ct_expect_each_of(ct_engine *engine, const ct_entry *master, bool (*fn)(ct_engine *, ct_expect *, void *),
                       void *user);
void ct_expect_remove(ct_engine *engine, ct_expect *expect, ct_reason reason);
/* Sets flags (CT_EXPECT_INACTIVE can only be cleared) and the timeout anew, without an event. */
void ct_expect_renew(ct_engine *engine, ct_expect *expect, bool activate, uint32_t timeout_s);

const ct_expect_spec *ct_expect_spec_of(const ct_expect *expect);
const ct_tuple *ct_expect_tuple(const ct_expect *expect);
uint8_t ct_expect_class(const ct_expect *expect);
uint64_t ct_expect_master(const ct_expect *expect);
const struct ct_helper *ct_expect_helper(const ct_expect *expect); /* the master's */

/* ---- for state/ ---- */

/* An expectation as it can be made again. */
typedef struct ct_expect_record {
  uint64_t id, master_id;
  ct_expect_spec spec;
  uint64_t made_by_packet;
  int64_t deadline_ns, fire_ns;
} ct_expect_record;

/* How many there are, and the number of the last that was made. */
uint32_t ct_expect_count(const ct_engine *engine);
uint64_t ct_expect_last_id(const ct_engine *engine);
/* In order of creation. */
void ct_expect_each_record(const ct_engine *engine, void (*fn)(const ct_expect_record *, void *), void *user);
/* In that order again, without event or count; the master is there and has its helper, which has the class. */
void ct_expect_restore(ct_engine *engine, const ct_entry *master, const ct_expect_record *record);
/* After the last of them. */
void ct_expect_set_last_id(ct_engine *engine, uint64_t last_id);
/* The call ids that PPTP announced. */
struct ct_gre_keys *ct_expect_gre_keys(const ct_engine *engine);
/* How many of a class the master expects. */
unsigned ct_expect_of_class(const ct_engine *engine, const ct_entry *master, unsigned class_number);

/*
 * A pair of keys for a PPTP master; gone with ct_gre_key_drop. => false where the master has other ones already
 * (EEXIST).
 */
bool ct_gre_key_add(ct_engine *engine, uint64_t master_id, ct_dir dir, const ct_tuple *tuple);
void ct_gre_key_drop(ct_engine *engine, uint64_t master_id);

#endif
