/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation, as far as connection tracking holds it (NAT 1-7): a mapping is an entry's reply tuple, chosen
 * between the two halves of its first packet. Which rules ask for one is the caller's business, and so are the packet's
 * bytes: this says what they become (ct_nat_target), and rewrite.h writes that into the caller's copy.
 *
 * Life: ct_engine_nat for each family that has nat hooks, then at each of them ct_passage_nat_is_done, and where it is
 * not, ct_passage_nat with what a rule asks for, or ct_passage_nat_null.
 */
#ifndef CT_NAT_H
#define CT_NAT_H

#include "conntrack/engine.h"

/* Which end is changed: SRC at POSTROUTING and INPUT, DST at PREROUTING and OUTPUT. */
typedef enum ct_nat_manip { CT_NAT_SRC, CT_NAT_DST } ct_nat_manip;

/* ct_nat_range.flags */
enum {
  CT_NAT_ADDRESSES = 1 << 0, /* min to max; else the address stays */
  CT_NAT_IDS = 1 << 1,       /* min_id to max_id; else as NAT 5 has it */
  CT_NAT_RANDOM = 1 << 2,    /* --random, --random-fully */
  CT_NAT_PERSISTENT = 1 << 3,
  CT_NAT_OFFSET = 1 << 4 /* the id's distance from base_id is kept */
};

typedef struct ct_nat_range {
  uint8_t flags;
  ct_addr min, max;
  uint16_t min_id, max_id, base_id;
} ct_nat_range;

/* From now on there are nat hooks for a family; there always will be. */
void ct_engine_nat(ct_engine *engine, uint8_t family);

/*
 * Where the kernel draws an id at random, these are asked first: of a connection by its original tuple, and which end
 * of it. => true with *id, which is then the first that is tried, and what a search that finds none free ends with;
 * false: the engine's own seed. NULL: nobody.
 */
typedef bool (*ct_nat_draw_fn)(const ct_tuple *original, ct_nat_manip manip, uint16_t *id, void *user);
void ct_engine_nat_draws(ct_engine *engine, ct_nat_draw_fn draw, void *user);

/* Between the halves, with an entry attached. */
bool ct_passage_nat_is_done(const ct_passage *passage, ct_nat_manip manip);
/*
 * Sets the mapping up. An entry that is confirmed stays what it is. => false: the packet is dropped, as this end is
 * mapped already.
 */
bool ct_passage_nat(ct_engine *engine, ct_passage *passage, ct_nat_manip manip, const ct_nat_range *range);
/* Whether nothing can refuse the entry of a first packet at the confirm hook, as far as that is known by now. */
bool ct_passage_is_sure(const ct_engine *engine, const ct_passage *passage);
/* What was set up was seen, and no rule has asked for it: views say so (ct_view.inferred). */
void ct_passage_nat_inferred(ct_passage *passage);
/* No rule has asked: the address stays, and the id too if nobody else has it. */
bool ct_passage_nat_null(ct_engine *engine, ct_passage *passage, ct_nat_manip manip);

/* How the last mapping that was set up came by its id. X(NAME, words): what there is to say of a port, with the reason.
 */
#define CT_NAT_HOW_LIST(X)                                                                                        \
  X(NONE, "")                                                                                                     \
  X(KEPT, "stays, since answers to it are nobody else's")                                                         \
  X(FOLLOWED, "is the one that another connection of the same source has: one source keeps one address and port") \
  X(ASKED, "is drawn at random, as the rule asks")                                                                \
  X(RANGE, "is one of the rule's range")                                                                          \
  X(CLASH, "is drawn at random from its class, since answers to the old one are another connection's already")    \
  X(FULL, "is another connection's, too, as are all that were tried: the packet is dropped when it is confirmed")
typedef enum ct_nat_how {
#define X(name, words) CT_NAT_HOW_##name,
  CT_NAT_HOW_LIST(X)
#undef X
} ct_nat_how;
ct_nat_how ct_engine_nat_how(const ct_engine *engine);
const char *ct_nat_how_words(ct_nat_how how);

/*
 * What a packet of the entry in that direction becomes at a hook: target's source (SRC) or destination (DST).
 * => false: it stays.
 */
bool ct_nat_target(const ct_engine *engine, const ct_entry *entry, ct_dir dir, ct_nat_manip manip, ct_tuple *target);
/* The same of a packet between the halves, and of one that has ended its own entry. */
bool ct_passage_nat_target(const ct_engine *engine, const ct_passage *passage, ct_dir dir, ct_nat_manip manip,
                           ct_tuple *target);
/*
 * Of an IPv4 packet between the halves whose connection is mapped and has seen both sides: whom it goes to once its
 * destination is what it becomes, and the entry's device, where the packet is one of the direction that has it (0:
 * none). => false: chains, or a helper, may have a word with it.
 */
bool ct_passage_nat_goes(const ct_engine *engine, const ct_passage *passage, uint32_t *to, uint32_t *device);
/* What the packet inside an ICMP error about it becomes: target's destination (SRC) or source (DST). */
void ct_nat_inner_target(const ct_engine *engine, const ct_entry *entry, ct_dir dir, ct_tuple *target);
/*
 * Whether a packet, no ICMP, is the answer of a connection whose answers arrive otherwise, as it would be if nobody had
 * translated that one.
 */
bool ct_nat_is_undone(const ct_engine *engine, const ct_packet *packet);
/* The status bits of the entry: CT_STATUS_SRC_NAT and so on. */
enum { CT_NAT_BOTH_DONE = CT_STATUS_SRC_NAT_DONE | CT_STATUS_DST_NAT_DONE };
uint16_t ct_nat_status(const ct_entry *entry);

/*
 * The device that masquerading of this entry has chosen an address of, a number of the caller's; 0: none. It stands in
 * the engine's state, so it should be the same for the same device in the next run.
 */
uint32_t ct_nat_device(const ct_engine *engine, const ct_entry *entry);
void ct_passage_nat_set_device(ct_engine *engine, ct_passage *passage, uint32_t device);
/*
 * A helper has written the payload of the packet that was concluded last anew: bytes that are good until the next
 * packet. Once. => false: it has not.
 */
bool ct_engine_take_payload(ct_engine *engine, const uint8_t **bytes, size_t *n);
/*
 * The module by which a kernel writes the payloads of a translated entry anew, and nothing here does: they stay as they
 * are. helper: the entry's. => NULL: there is none.
 */
const char *ct_nat_unwritten(const ct_engine *engine, const ct_entry *entry, const char **helper);
/*
 * How far sequence numbers of a packet in that direction have to move, way[0], and its acknowledgements back, way[1].
 * => false: its entry has none. To be asked before the packet is concluded: what moves them first does not move with
 * them.
 */
bool ct_nat_seqadj(const ct_engine *engine, const ct_entry *entry, ct_dir dir, ct_seqadj way[2]);

/* The packet leaves by another device than its entry is masqueraded for: the entry goes (NAT 13). */
void ct_passage_nat_end(ct_engine *engine, ct_passage *passage);

/*
 * Between packets: a device has lost an address (NULL: it went down). What was masqueraded for that device, with that
 * address, ends.
 */
void ct_engine_nat_address_gone(ct_engine *engine, uint32_t device, const ct_addr *address);

#endif
