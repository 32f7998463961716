/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extensions: what only few entries have. Kept outside the entry, which holds its extension's number (0: none), owned
 * by the engine and freed with the entry. Internal to src/conntrack.
 */
#ifndef CT_EXT_H
#define CT_EXT_H

#include "conntrack/table/entry.h"
#include "conntrack/view.h"

struct ct_helper;

typedef struct ct_ext {
  uint64_t master_id;          /* 0: none; the master may be gone already */
  ct_tuple master_tuple;       /* its original tuple, kept for listings */
  const char *expected_helper; /* of the master when it announced this child; static, as the next */
  const char *expected_by;     /* what announced it: "PORT" */
  uint64_t expected_by_packet;
  uint32_t children;              /* entries whose master this is: part of use= */
  const struct ct_helper *helper; /* attached helper, or NULL */
  void *helper_state;             /* g_malloc0'd by helping.c, of the helper's own size */
  int64_t
    helper_deadline_ns; /* as its helper last set it; 0: never. The entry's own is another once a tracker renewed it */
  bool announces;       /* a rule has announced something: while it is new, no other gives it a helper */
  bool helper_cut;      /* it was said that the snap length hides payloads of this flow */
  uint16_t pending_events; /* CT_EV_* cached by a packet that was dropped before delivery (spec 4.3) */
  uint32_t mark, secmark;
  ct_labels labels;
  /* masked: a rule has said which messages are sent (CT --ctevents, --expevents): CT_EV_* and CT_EXPECT_EVENT_*. */
  uint16_t event_mask, expect_mask;
  bool masked;
  uint8_t zone_way;          /* 1 << ct_dir: its zone is that direction's alone, and has the number 0; else 0 */
  const int64_t *timeout_ns; /* by ct_timeout, one of the engine's policies; NULL: the settings' */
  ct_seqadj seqadj[2];       /* by direction */
} ct_ext;

/* Messages are sent by these alone from now on (NAT 17). */
static inline void ct_ext_mask_events(ct_ext *ext, uint16_t events, uint16_t expect_events)
{
  ext->masked = true;
  ext->event_mask = events;
  ext->expect_mask = expect_events;
}

/*
 * For tables that are looked up by id, as a GHashFunc of a gint64: ids may come from who wants them to collide
 * (state/), so it is keyed as the tuples' is.
 */
unsigned ct_ext_id_hash(const void *id);

/* => the entry's extension, or NULL. */
ct_ext *ct_ext_get(const ct_engine *engine, const ct_entry *entry);
/* => the entry's extension, made (all zero) where there was none. */
ct_ext *ct_ext_need(ct_engine *engine, ct_entry *entry);
/* The engine's own copy of timeouts, by ct_timeout; the same one for equal ones. */
const int64_t *ct_engine_policy(ct_engine *engine, const int64_t *timeout_ns);
/* The entry was given its id after it had got an extension: from now on ct_master_find finds it. */
void ct_ext_own(ct_engine *engine, const ct_entry *entry);
/* Frees it with its helper's state; nothing happens where there is none. */
void ct_ext_drop(ct_engine *engine, ct_entry *entry);

#endif
