/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firewall's insides, for the files that are parts of it: answer, keep, loop, nat, where, words_nat. */
#ifndef FIREWALL_WALK_FIREWALL_INTERNAL_H
#define FIREWALL_WALK_FIREWALL_INTERNAL_H

#include "conntrack/nat/nat.h"
#include "firewall/target/data.h"
#include "firewall/walk/firewall.h"
#include "firewall/walk/memory.h"
#include "firewall/walk/settled.h"

enum { FW_ANSWER_BYTES = 1280, FW_NAMED = 8 };

/* To whom ICMP errors go, and how many more may (RULES 1.3). */
typedef struct fw_peer {
  gint64 last_ns, tokens_ns;
} fw_peer;

/* A name of the facts', at the time of so many changes, and what it was found to be. */
typedef struct fw_named {
  const char *asked;
  const fw_interface_name *found;
  guint changes;
} fw_named;

/*
 * What an IPv4 address's first byte says of it alone, at the time of so many changes of the facts: most often all.
 * Type 0, way NULL: the rest has to be asked.
 */
typedef struct fw_first_byte {
  gboolean known;
  guint changes;
  guint16 type[256];
  const fw_interface_name *way[256];
} fw_first_byte;

typedef struct fw_own_answer fw_own_answer;

/* What the box has answered of late (own.h). */
typedef struct fw_own {
  fw_own_answer *answers; /* a ring; NULL: there was none yet */
  guint64 *buckets;       /* number of the latest in each, + 1; 0: none */
  guint64 made;           /* so far */
  gint64 latest_ns;
} fw_own;

/* The one IPv4 address of the box's on a device, at the time of so many changes of the facts. */
typedef struct fw_one_address {
  const fw_interface_name *device; /* NULL: not asked yet */
  const fw_address *address;
  guint changes;
} fw_one_address;

/* How a packet is translated, and its bytes are not yet: nobody has asked for them. */
typedef struct fw_nat_pending {
  guint n;
  ct_nat_manip manip[2];
  ct_tuple target[2];
} fw_nat_pending;

/* What a packet's IPv4 options were found to be (ip_options.h); places are from the header's start, 0: there is none.
 */
typedef struct fw_ip_options {
  gboolean read; /* it has got so far */
  gboolean changed;
  guint8 record, stamp, source_route, label;
  guint8 wrong; /* what the kernel's parameter problem points to */
  gboolean record_asks, stamp_asks_address, stamp_asks_time, strict;
} fw_ip_options;

/* A packet that has gone straight through, and whose way nobody has looked at yet: all that it takes to tell it. */
typedef struct fw_straight {
  gboolean due;
  guint8 dir, cls;
  fw_arrival arrival;
  ct_entry *entry;
} fw_straight;

struct fw_firewall {
  fw_program *program;
  const fw_box_facts *facts;
  fw_firewall_options options;
  fw_outcome outcome;
  fw_tally tally;
  fw_record record;
  fw_walk_watcher watcher; /* writes the record */
  const fw_walk_watcher *listener;
  ct_template template;
  const fw_interface_name *way_out; /* of a packet that is not yet routed */
  gboolean way_seen;                /* it is one that the box sends, and the capture says by which it left */
  fw_named named[FW_NAMED];         /* by where the name stands */
  fw_first_byte first;
  gboolean nat_families[2]; /* have nat hooks */
  fw_way *ways[2][FW_WAYS]; /* by family */
  fw_one_address masquerades_as;
  gboolean bare;        /* packets of IPv4 meet nat chains, and no others */
  fw_straight straight; /* outcome.packet, where it is due */
  guint ahead;          /* chains of the packet's way behind conntrack that have said all they have to */
  ct_packet sent;       /* the packet as it is translated, once it is */
  GByteArray *sent_bytes;
  fw_nat_pending pending;   /* of outcome.packet */
  const ct_packet *arrived; /* the last packet, */
  const ct_tuple *left;     /* as it was seen to leave */
  gboolean learns;          /* the engine asks this firewall for what is drawn at random */
  gboolean answering;
  fw_memory peers;
  fw_own own;
  fw_ip_options ip_options; /* of outcome.packet */
  guint8 answer_bytes[FW_ANSWER_BYTES];
  const fw_reject *asked; /* what a rule of OUTPUT wants the answer answered with; NULL: it is the packet that is */
};

void fw_nat_write(fw_firewall *f);
/* Writes what is pending into the bytes, for who is going to look at them. */
static inline void fw_firewall_write(fw_firewall *f)
{
  if (G_UNLIKELY(f->pending.n > 0))
    fw_nat_write(f);
}

/*
 * A hook's chains before conntrack, and those behind it with what is translated there. => FALSE: dropped. While
 * `answering`, only *last is told of it.
 */
gboolean fw_firewall_before(fw_firewall *f, fw_packet *p, fw_hook hook, fw_decision *last);
gboolean fw_firewall_behind(fw_firewall *f, fw_packet *p, fw_hook hook, fw_decision *last);
/* Notes a verdict of a chain. => whether the packet goes on. */
gboolean fw_firewall_take(fw_firewall *f, const fw_decision *d, const fw_packet *p);
/* What conntrack makes of a packet that it does not see: time passes. */
void fw_firewall_pass_time(ct_engine *engine, const ct_packet *packet, ct_result *result);
/* Once more the way of a packet whose passage is over, for what the outcome says of it: nobody counts, or acts. */
void fw_firewall_pass_again(fw_firewall *f, const fw_arrival *a, ct_passage *passage);
/* What conntrack says of a packet that has arrived. */
void fw_firewall_attach(fw_packet *p, const ct_passage *passage);

#endif
