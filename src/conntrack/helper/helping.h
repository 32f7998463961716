/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's side of helpers: who gets one, when it is asked, what it is shown, and what it may do. Internal to
 * src/conntrack.
 */
#ifndef CT_HELPING_H
#define CT_HELPING_H

#include "conntrack/expect/expect.h"
#include "conntrack/helper/helper.h"

/* One inspection: what a helper may know and do. */
struct ct_helping {
  ct_engine *engine;
  ct_entry *entry;
  const ct_packet *packet; /* NULL in gone */
  const ct_helper *helper;
  ct_tuple tuple[2]; /* of the connection: original, reply */
  ct_dir dir;        /* of the packet */
  void *state;
  uint32_t seq;        /* TCP: of the payload's first byte */
  uint32_t header_seq; /* TCP: as it stands in the header */
  const uint8_t *payload;
  size_t length;
  bool expected;  /* the connection is itself a child */
  ct_reason note; /* to be set where an announcement was read and left alone; NONE at first */
};

/* The tuples a packet of the direction and its answer have: T[d] and T[!d] of the spec. */
static inline const ct_tuple *ct_helping_forward(const ct_helping *h) { return &h->tuple[h->dir]; }
static inline const ct_tuple *ct_helping_backward(const ct_helping *h) { return &h->tuple[!h->dir]; }

/* An expectation of dst:port from src (NULL: anyone), source port wild; class 0, no flags. */
void ct_expect_spec_init(ct_expect_spec *spec, uint8_t family, uint8_t proto, const ct_addr *src, const ct_addr *dst,
                         uint16_t port, const char *made_by);
ct_expect_answer ct_helping_expect(ct_helping *helping, const ct_expect_spec *spec);
/* What its module was loaded with. */
const ct_module_settings *ct_helping_modules(const ct_helping *helping);
/* Sets the connection's timeout, as nf_ct_refresh does: nothing is counted, no event. */
void ct_helping_refresh(ct_helping *helping, uint32_t timeout_s);

/* --- for the engine --- */

/*
 * For each new entry that its tracker accepted and that no expectation gave a helper: decides by the original
 * destination port (params.helpers_by_port and the ports added), and sets CT_STATUS_HELPER and the extension, or counts
 * the flow among those without (stats.unhelped).
 */
void ct_helper_attach(ct_engine *engine, ct_entry *entry, const ct_tuple *original);
/*
 * As a rule names it, whatever the settings say. => false where there is no such helper, it is not for connections of
 * that kind, or the entry has one.
 */
bool ct_helper_give(ct_engine *engine, ct_entry *entry, const ct_tuple *original, const char *name);
/* The same, of an entry that ct_helper_attach has seen before: it is no longer counted among those without. */
bool ct_helper_give_later(ct_engine *engine, ct_entry *entry, const ct_tuple *original, const char *name);

/*
 * At the confirm hook, after tracking and before confirmation, for packets that way.h shows to the entry's helper:
 * inspects the payload. Events of the packet are delivered only after an ACCEPT.
 * => CT_VERDICT_ACCEPT, or CT_VERDICT_DROP where the helper refuses the packet (*reason HELPER_DROP).
 *    *reason is HELPER_CUT once per flow where the snap length hid the payload, the helper's note where it read an
 *    announcement and left it alone; else it stays.
 */
ct_verdict ct_helper_run(ct_engine *engine, ct_entry *entry, ct_dir dir, ct_class cls, const ct_packet *packet,
                         ct_reason *reason);

/* The entry is deleted: its helper's gone(), where it has one. */
void ct_helper_gone(ct_engine *engine, ct_entry *entry);

#endif
