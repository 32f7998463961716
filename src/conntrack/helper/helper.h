/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Helpers: readers of application payloads that announce further connections (spec 8). One file each under helper/, one
 * line each in helper/list.c. A helper can only look at a payload, keep state of a fixed size per connection, and add
 * or remove expectations. Internal to src/conntrack.
 */
#ifndef CT_HELPER_H
#define CT_HELPER_H

#include "conntrack/expect/expect.h"

typedef struct ct_helper ct_helper;
typedef struct ct_helping ct_helping;

enum { CT_HELPER_CLASSES = 4 };
enum { CT_HELPER_TCP = 1, CT_HELPER_UDP = 2, CT_HELPER_V4 = 4, CT_HELPER_V6 = 8 };

typedef struct ct_helper_class {
  const char *name; /* shown after the helper's name in /proc; NULL: none */
  uint16_t max_expected;
  uint32_t timeout_s;
} ct_helper_class;

/* What a helper is. Constant data. */
struct ct_helper {
  const char *name;
  const char *help;     /* one line for people */
  uint8_t kinds;        /* CT_HELPER_*: what it can be attached to */
  uint16_t state_bytes; /* kept per connection, zeroed at first */
  const char
    *state_fields; /* what that consists of, for who writes it down: 1, 2, 4 for an unsigned of so many bytes */
  bool (*state_is_sound)(const void *state); /* whether some messages could have led to it; NULL: all could */
  bool own_host;                             /* only for what the host itself sends */
  bool once_timeless;                        /* its expectations had no timeout in 2.4 */
  ct_helper_class classes[CT_HELPER_CLASSES];
  /* Where its module was loaded with something else than what stands in classes; NULL: it cannot be. */
  void (*policy)(const ct_module_settings *modules, ct_helper_class *policy);
  /* A packet with so many bytes of payload, 0 too, which may be cut: what needs no reading. May be NULL. */
  void (*arrived)(ct_helping *helping, size_t length);
  /* payload is whole, length >= 1; of TCP only ESTABLISHED packets are shown. => CT_VERDICT_ACCEPT or CT_VERDICT_DROP
   */
  ct_verdict (*inspect)(ct_helping *helping, const uint8_t *payload, size_t length);
  void (*gone)(ct_helping *helping); /* the connection was deleted; may be NULL */
};

/* One inspection: what a helper may know and do. */
struct ct_helping {
  ct_engine *engine;
  ct_entry *entry;
  const ct_packet *packet; /* NULL in gone */
  const ct_helper *helper;
  ct_tuple tuple[2]; /* of the connection: original, reply */
  ct_dir dir;        /* of the packet */
  void *state;
  uint32_t seq;   /* TCP: of the payload's first byte */
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

/*
 * The engine's side. attach: called for each new entry that its tracker accepted and that no expectation gave a helper;
 * decides by port (params.helpers_by_port and the ports added) and sets CT_STATUS_HELPER and the extension, or counts
 * the flow among those without (stats.unhelped). The oracle attaches by rule at prerouting, so port means the original
 * destination port.
 */
void ct_helper_attach(ct_engine *engine, ct_entry *entry, const ct_tuple *original);
/*
 * As a rule names it, whatever the settings say. => false where there is no such helper, it is not for connections of
 * that kind, or the entry has one.
 */
bool ct_helper_give(ct_engine *engine, ct_entry *entry, const ct_tuple *original, const char *name);

/*
 * At the confirm hook, after tracking and before confirmation, for packets that way.h shows to the entry's helper:
 * inspects the payload. Events of the packet are delivered only after an ACCEPT.
 * => CT_VERDICT_ACCEPT, or CT_VERDICT_DROP where the helper refuses the packet (*reason HELPER_DROP).
 *    *reason is HELPER_CUT once per flow where the snap length hid the payload, the helper's note where it read an
 *    announcement and left it alone; else it stays.
 */
ct_verdict ct_helper_run(ct_engine *engine, ct_entry *entry, ct_dir dir, ct_class cls, const ct_packet *packet,
                         ct_reason *reason);

/* The entry is deleted: its helper's gone(), where it has one. Called by ct_expect_master_gone. */
void ct_helper_gone(ct_engine *engine, ct_entry *entry);

/* The i-th helper, NULL past the end; by name (case does not matter), NULL where there is none. */
const ct_helper *ct_helper_get(unsigned i);
const ct_helper *ct_helper_find(const char *name);
/* Whether it reads connections of that protocol and address family. */
bool ct_helper_suits(const ct_helper *helper, const ct_tuple *original);
/* The helper that the settings give to a new flow, or NULL. */
const ct_helper *ct_helper_for(const ct_params *params, const ct_tuple *original);
/* The number of the helper whose standard port a flow goes to, unless it is switched off; -1: none. */
int ct_helper_number_by_port(const ct_params *params, const ct_tuple *original);
/* How many of a class are expected at most, and for how long. */
ct_helper_class ct_helper_policy(const ct_params *params, const ct_helper *helper, unsigned class_number);
/* Its number in the list, from 0; -1 where no helper has that name. */
int ct_helper_number(const char *name);
/* Standard port; 0: attached by expectations only. */
uint16_t ct_helper_port(const ct_helper *helper);

#endif
