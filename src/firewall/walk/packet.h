/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet as rules see it at a hook: what its headers say there (TTL already one less once it was routed, what targets
 * have changed), where it comes from and goes to, its mark, and what connection tracking thinks of it. Values; the
 * bytes stay the capture's, and what rules change lies beside them.
 */
#ifndef FIREWALL_WALK_PACKET_H
#define FIREWALL_WALK_PACKET_H

#include "conntrack/engine.h"
#include "firewall/ruleset.h"

/* What a route does with a packet that is to be forwarded (RULES 1.6). */
typedef enum fw_route_end {
  FW_ROUTE_GOES, /* it leads somewhere, or nobody knows */
  FW_ROUTE_NONE, /* there is no route, or a `throw`, behind which no other table is asked */
  FW_ROUTE_UNREACHABLE,
  FW_ROUTE_PROHIBIT,
  FW_ROUTE_BLACKHOLE,
  FW_ROUTE_HOST, /* the box is no router: wherever it leads, it is not taken */
  FW_ROUTE_ENDS
} fw_route_end;

/*
 * An interface's name, with what the ruleset's patterns say of it: holds[pattern] of fw_program.patterns. One struct
 * for each name that packets come with. known FALSE: nobody knows which interface it is, and holds says what may hold.
 * Name "": there is none.
 */
typedef struct fw_interface_name {
  const char *name;
  gboolean known;
  guint16 quick_in, quick_out; /* of quick.h: what may be asked of the packet that it is the input, or output, of */
  guint8 *holds;
  guint32 exact;  /* the pattern that is this very name; G_MAXUINT32: there is none */
  guint32 device; /* what masquerading remembers it by: fw_device_number */
  guint8 ended;   /* fw_route_end: there is none, as the way ends */
} fw_interface_name;

/* fw_packet.l4: what there is of the header of layer 4. */
enum {
  FW_L4_PORTS = 1 << 0, /* its first four bytes */
  FW_L4_WHOLE = 1 << 1  /* TCP's 20, UDP's 8 */
};

typedef struct fw_packet {
  const ct_packet *raw;
  fw_address source, destination;
  fw_family family;
  guint8 protocol; /* IPv6: behind all extension headers */
  guint8 ttl, tos; /* as they are at this hook */
  fw_hook hook;
  guint32 l4_offset; /* from raw->data */
  guint16 quick;     /* of quick.h: what may be asked of its headers */
  guint16 state;     /* FW_STATE_ of match/data.h: one bit */
  /* All that follows is 0 at first. */
  guint8 l4, tcp_flags;
  guint16 fragment; /* offset in units of eight bytes */
  guint16 source_port, destination_port;
  const guint8 *link; /* of Ethernet: destination, source, type; NULL: there is none */
  const fw_interface_name *in, *out;
  const fw_interface_name *bridge_in, *bridge_out; /* ports of the bridge; NULL: not bridged */
  const ct_entry *entry;                 /* NULL with has_entry: a template, or an entry that this packet has ended */
  guint32 mark, mark_unknown;            /* mark_unknown: bits of which nobody knows */
  guint32 connmark;                      /* where `quick` says that it is known */
  guint16 source_type, destination_type; /* FW_ADDRTYPE_, likewise */
  guint8 type;                           /* pkttype */
  guint8 readings;                       /* how often addresses and ports were read again, since they had changed */
  guint8 direction;                      /* ct_dir; of those with an entry */
  guint16 sum_error;                     /* by how much rules have put TCP's sum wrong, in one's complement */
  /* TRUE or FALSE: */
  guint8 broken;       /* IPv6: an extension header is cut: whoever asks for the protocol drops the packet */
  guint8 protocolless; /* IPv6: no protocol can be told (a later fragment) */
  guint8 edited;       /* ttl or tos differ from the bytes */
  guint8 own;          /* the box sends it */
  guint8 made;         /* own, and made by the kernel itself: no process has a socket for it */
  guint8 routed;       /* its TTL is one less already */
  guint8 has_entry;    /* something is attached: an entry or a template */
  guint8 class_only;   /* no entry is attached, but a class: CT and NOTRACK pass it by */
  guint8 gone;         /* an entry that this packet has ended */
  guint8 translated;   /* raw is a copy, whose addresses or ports are no longer those that arrived */
  guint8 seen;         /* conntrack has seen it: the hooks behind it */
} fw_packet;

/* Whether rules have changed TCP's bytes other than its sum (options.h). */
static inline gboolean fw_packet_is_spoilt(const fw_packet *p) { return p->sum_error != 0 && p->sum_error != 0xffff; }

/* Reads the headers of a packet that has reached the IP layer. Everything else is as of the box's first hook. */
void fw_packet_read(fw_packet *p, const ct_packet *raw);
/* n bytes at an offset from the IP header, as they are at this hook. As ct_packet_at. n <= 64. */
const guint8 *fw_packet_at(const fw_packet *p, guint32 offset, guint32 n, guint8 *scratch);
/* Appends its first n bytes, as they are at this hook; what the capture cut is zeros. n <= raw->length. */
void fw_packet_append(const fw_packet *p, guint32 n, GByteArray *to);

#endif
