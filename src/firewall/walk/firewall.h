/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firewall: a ruleset around the engine's two halves. A packet meets the hooks in the kernel's order (RULES 1.1):
 * table raw, conntrack's look-up, mangle, nat, the way to where it goes, filter and security, and the confirm hook.
 * What a drop does to tracking depends on where it comes (RULES 1.2); what REJECT answers passes OUTPUT itself
 * (RULES 1.3).
 *
 * Life: fw_firewall_new over a finished ruleset, fw_firewall_packet in place of ct_engine_packet, fw_firewall_free. The
 * ruleset and the facts stay the caller's and have to outlive it.
 */
#ifndef FIREWALL_WALK_FIREWALL_H
#define FIREWALL_WALK_FIREWALL_H

#include "firewall/walk/facts.h"
#include "firewall/walk/record.h"
#include "resume/io.h"

typedef struct fw_firewall fw_firewall;

typedef enum fw_mode {
  FW_MODE_FAITHFUL, /* drops act on tracking: what the ruleset would have done */
  FW_MODE_OBSERVE   /* verdicts only; tracking goes on as if all were accepted */
} fw_mode;

/* X(NAME, text) */
#define FW_PATH_LIST(X) X(NONE, "none") X(FORWARD, "forward") X(INPUT, "input") X(OUTPUT, "output")
typedef enum fw_path {
#define X(name, text) FW_PATH_##name,
  FW_PATH_LIST(X)
#undef X
} fw_path;
const char *fw_path_name(fw_path path);

typedef struct fw_firewall_options {
  fw_backend backend; /* UNSET: by the ruleset's first file */
  fw_mode mode;
  guint hz;                 /* 0: 250 */
  guint64 seed;             /* of what the kernel draws at random */
  gboolean record;          /* keep the walk of the last packet */
  gboolean record_passed;   /* with the rules that did not hold */
  gboolean sums_stand;      /* checksums are the wire's, though conntrack does not look at them: REJECT does */
  gboolean no_answer_limit; /* ICMP errors without the kernel's limit of one a second */
  gboolean answers_apart;   /* none of the packets is an answer of the box's own, whatever it looks like */
} fw_firewall_options;

/* One packet and what is known of its way. */
typedef struct fw_arrival {
  const ct_packet *packet;
  const guint8 *link; /* the Ethernet header; NULL: there is none */
  const char *in;     /* interface; NULL or "": as the facts say */
  gboolean sent;      /* the box sends it, whatever its addresses say */
  guint8 brought;     /* a device has brought it, by what the capture says: the box has not sent it */
  guint8 outgoing;    /* `in` is the one by which it left, by what the capture says */
  /*
   * As it was seen to leave: what the kernel drew at random for its connection, and addresses of the box that nobody
   * has said, are taken from there. NULL: not seen.
   */
  const ct_tuple *left;
} fw_arrival;

/* Why a packet that rules let pass, or that met none, went no further. */
typedef enum fw_kernel_drop {
  FW_KERNEL_NOTHING,
  FW_KERNEL_CONNTRACK, /* the engine's verdict is DROP; its reason says why */
  FW_KERNEL_TTL,
  FW_KERNEL_NO_LISTENER,  /* multicast that the box neither takes nor forwards */
  FW_KERNEL_NO_ROUTE,     /* to where it goes */
  FW_KERNEL_MARTIAN,      /* from 0.0.0.0, ::, a group, everybody; to 0.0.0.0; 127.0.0.0/8 from elsewhere */
  FW_KERNEL_HOST,         /* it is not for the box, which is no router */
  FW_KERNEL_SCOPE,        /* of IPv6: a source that is one on its own link alone, and the way leads to another */
  FW_KERNEL_OPTIONS,      /* of IPv4: they are malformed */
  FW_KERNEL_SOURCE_ROUTE, /* an option that asks for one */
  FW_KERNEL_NAT           /* it cannot be translated, or its connection's way has changed (NAT 7, 8, 13) */
} fw_kernel_drop;

/* An answer that the box has sent because of a packet: REJECT's, or what OUTPUT rejects that by. */
typedef struct fw_answer {
  gboolean sent;
  ct_packet packet;   /* its bytes live until the next packet */
  fw_packet seen;     /* as it left */
  guint8 cls, dir;    /* ct_class, ct_dir */
  gboolean looped;    /* it goes to the box itself, and came in by lo */
  gboolean delivered; /* there */
  gboolean unplaced;  /* none was sent, since the box's address is not known; `seen` is it without its source */
  guint16 reason;     /* ct_reason, where it was tracked for itself */
  const fw_interface_name *left_by;
  fw_verdict verdict;
  fw_decision decision; /* the last word on its way */
  const char *why_not;  /* why none was sent; NULL: none was asked for, or one was */
} fw_answer;

/* What became of a packet. */
typedef struct fw_outcome {
  fw_path path;
  fw_verdict verdict;   /* NONE: it met no hook */
  fw_decision decision; /* the last word: of a drop the drop's, else of the last chain */
  fw_hook hook;
  fw_kernel_drop kernel;
  fw_route_end ended;         /* how its way ends, where that is FW_KERNEL_NO_ROUTE, or FW_KERNEL_HOST */
  gboolean answered;          /* and the answer has passed conntrack with the packet's entry */
  gboolean reset;             /* answered by a reset, which has closed the packet's entry */
  gboolean before_conntrack;  /* dropped there: conntrack has not seen it */
  guint32 arrived_bytes;      /* its length then; a helper may have written it anew */
  const ct_pieces *pieces;    /* a datagram that came in fragments leaves in fragments; NULL: it came whole */
  const fw_rule *nat[2];      /* the rules that have mapped its connection: source, destination; by its first packet */
  guint8 nat_how[2];          /* ct_nat_how of what this packet has mapped; NONE: nothing, or nothing changed */
  const fw_rule *nat_nowhere; /* it drops, since the device that it maps to has no address */
  const fw_rule *nat_unknown; /* a nat rule that it met, of which nobody knows what it maps to */
  const fw_rule *nat_perhaps; /* a rule of a nat chain of which nobody knows whether it holds; none behind it mapped */
  gboolean looped;            /* the box has sent it to itself: it came in again by lo, and left there */
  guint8 again_cls;           /* ct_class, ct_dir: as conntrack saw it there; NONE: not at all */
  guint8 again_dir;
  fw_packet packet; /* as it left, or was dropped */
  fw_answer answer;
  guint64 answer_to; /* it is the box's own answer to the packet of that number, which has gone its way before; 0: no */
} fw_outcome;

/* options: copied. Never fails. */
fw_firewall *fw_firewall_new(const fw_ruleset *ruleset, const fw_box_facts *facts, const fw_firewall_options *options);
/* NULL is fine. */
void fw_firewall_free(fw_firewall *firewall);

/* Tells of each step while it is walked, in place of the record. The watcher has to outlive the firewall. */
void fw_firewall_listen(fw_firewall *firewall, const fw_walk_watcher *watcher);

/* The facts' mtu_bytes. */
guint32 fw_firewall_mtu(const fw_firewall *firewall);

/* In place of ct_engine_packet. */
void fw_firewall_packet(fw_firewall *firewall, ct_engine *engine, const fw_arrival *arrival, ct_result *result);

/*
 * Of the last packet; valid until the next one. To be asked for while the packet's bytes are there, and before the
 * engine is asked for anything that changes it: how a translated packet left is told now.
 */
const fw_outcome *fw_firewall_outcome(const fw_firewall *firewall);
/* The same for who asks for nothing of `packet` but its mark: what it became may not be told yet. At any time. */
const fw_outcome *fw_firewall_said(const fw_firewall *firewall);

/*
 * Whether the packet is an answer that the box has sent within the last ten milliseconds, and that the next call with
 * it will take for that.
 */
gboolean fw_firewall_has_sent(const fw_firewall *firewall, const ct_packet *packet);

/* Packets so far of which rules do not say all. */
typedef struct fw_tally {
  guint64 unknown; /* their verdict is */
  guint64
    nat_unknown; /* a nat rule held, of which nobody knows to which address: what came behind it judged the old one */
  guint64 nat_perhaps; /* a rule of a nat chain may have held, and none behind it mapped */
  guint64 mapped;      /* connections that a nat rule has mapped */
  guint64 unwritten;   /* translated connections with a helper whose payloads a kernel writes anew: they stay here */
  const char *unwritten_helper, *unwritten_module; /* of the first of these */
  guint64 learnt;   /* ids that would have been drawn at random, or addresses of the box, taken from how packets left */
  guint64 own;      /* packets that are answers of the box's own */
  guint64 unplaced; /* that look like one, but for their source, of which nobody has said that it is the box's */
  fw_address unplaced_from; /* the first of these */
  fw_family unplaced_family;
} fw_tally;
const fw_tally *fw_firewall_tally(const fw_firewall *firewall);
/* The walk of the last packet, with options.record; else it is empty. Valid until the next one. */
const fw_record *fw_firewall_record(const fw_firewall *firewall);
/*
 * Whether what it remembers can be kept over a resume. => NULL: it can; else what cannot: "sets of nftables that ...".
 */
const char *fw_firewall_unkept(const fw_firewall *firewall);
/* What it remembers as bytes, or from them into a new firewall over the same ruleset, facts and options. */
void fw_firewall_keep(fw_firewall *firewall, resume_io *io);
/* For counters and what rules remember; the counters are those up to the last packet at the time of the call. */
fw_program *fw_firewall_program(fw_firewall *firewall);

#endif
