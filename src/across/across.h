/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two captures of one traffic, before a firewall and behind it (A and B): which packet of the one is which of the
 * other, though addresses, ports or other fields may have changed on the way, and which have no partner.
 *
 * A packet is paired at once with the one that waits on the other side and is the same, IP id and all, where there is
 * one such on each side, and it has not come out before it went in. Who is less sure waits with a mate, since somebody
 * may come who fits better: of several that are the same; the same but for the IP id; of the same ends and IP id; of
 * the same ends, TCP sequence and acknowledgement number. After two seconds of the captures' time, or at the end, it is
 * decided: first of those that are the same, then of the others, in this order. Of those that are alike the pairs are
 * chosen so that they do not cross and take as long as is usual (align.h). Where a connection's IP ids pass as they
 * are, another id is another packet. Where neither connection is known on the other side, what is the same but for one
 * address and the ports is a pair (translation); what an entry's tuples or such a pair say of that is remembered for
 * the connection.
 *
 * A packet waits at most until ACROSS_WAITING more of its own side have come, so that memory has a bound.
 *
 * Life: across_new; across_see for each packet, of both sides in the order of time; across_end; across_free. Knows
 * packets, and neither engine nor files.
 */
#ifndef ACROSS_ACROSS_H
#define ACROSS_ACROSS_H

#include "conntrack/read/packet.h"

#include <glib.h>

typedef enum across_side { ACROSS_A, ACROSS_B } across_side;

enum {
  ACROSS_WAITING = 1 << 16,
  ACROSS_CONNECTIONS_MOST = 1 << 20, /* that are remembered; of more, pairs are found by what is the same alone */
  ACROSS_HEAD_BYTES = 136,           /* kept of each packet: the longest IPv4 and TCP headers, and a little */
  ACROSS_FIELDS_MOST = 24,
  ACROSS_VALUE_BYTES = 48
};

/* What is kept for each way to be the same. */
typedef enum across_key {
  ACROSS_ALIKE,       /* ends, IP id, and all that was captured of what is in it */
  ACROSS_SAME,        /* ends, IP id, and how what is in it begins */
  ACROSS_SAME_BUT_ID, /* ends, and how what is in it begins */
  ACROSS_SAME_ID,     /* ends and IP id */
  ACROSS_SAME_SEQ,    /* ends, TCP sequence and acknowledgement number */
  ACROSS_TRANSLATED,  /* IP id, and what is in it */
  ACROSS_OF,          /* the connection: whose keys change when its translation is known */
  ACROSS_KEYS
} across_key;

/* Of a packet on its way: lost and added are read from the way that its connection's other packets took. */
typedef enum across_fate {
  ACROSS_LOST,  /* came in, and did not come out */
  ACROSS_ADDED, /* came out without having come in */
  ACROSS_STAYS  /* of addresses that no router forwards: link-local, multicast, broadcast, loopback */
} across_fate;

/* The connection of a packet, by its ends on A's side. */
typedef struct across_connection {
  gint64 votes[2];          /* by which end is the lesser: above 0 from A to B, below from B to A */
  guint64 seen[2];          /* packets, by across_side */
  guint64 paired, kept_ids; /* pairs; those of one IP id */
  guint8 first_side;        /* of its first packet */
  guint8 first_dir;
  gboolean translated;
} across_connection;

typedef struct across_sighting across_sighting;
struct across_sighting {
  guint64 number;
  gint64 time_ns;
  ct_tuple tuple; /* for people: as it stands in the packet, whatever direction of an entry that is */
  ct_tuple ends;  /* for keys: ports, or the id of an ICMP query in both places */
  guint32 length, captured;
  guint32 payload_at, payload_bytes; /* of the layer-4 header's, on the wire */
  guint64 identity, payload;         /* of what routers leave alone; of the captured payload */
  guint16 ip_id;                     /* 0: none */
  guint16 l4_offset;                 /* 0: not found */
  guint8 side, proto, ttl, dir;
  guint8 csum_bad;
  guint8 icmp_error;
  guint8 head_bytes;
  guint8 head[ACROSS_HEAD_BYTES];
  across_connection *connection; /* NULL: there were too many */
  gpointer said;                 /* the caller's own, of one that waits */
  /* private */
  guint8 keyed; /* 1 << across_key */
  guint64 key[ACROSS_KEYS];
  across_sighting *earlier[ACROSS_KEYS], *later[ACROSS_KEYS];
  across_sighting *mate; /* of the other side; NULL: none so far */
  GList *undecided;      /* of the one of two mates that came later */
  gint64 since_ns;
  guint8 mate_by; /* across_key */
  gboolean paired;
};

/* A field that two packets of a pair have differently. */
typedef struct across_field {
  const char *name; /* static */
  char a[ACROSS_VALUE_BYTES], b[ACROSS_VALUE_BYTES];
  gboolean translation; /* addresses, ports, ICMP ids */
} across_field;

typedef struct across_watcher {
  /* a is A's; both live during the call. */
  void (*paired)(const across_sighting *a, const across_sighting *b, gpointer user);
  void (*alone)(const across_sighting *s, across_fate fate, gpointer user);
  void (*forget)(gpointer said); /* before one goes that has something said; NULL: nothing to free */
  gpointer user;
} across_watcher;

typedef struct across across;

across *across_new(const across_watcher *watcher);
void across_free(across *x); /* NULL is fine */

/*
 * A packet that is IP and whole (a datagram reassembled). => NULL: it came out, as one that had come in before. Else it
 * is what came in: it may be given something said, and is valid until the next call.
 */
across_sighting *across_see(across *x, across_side side, const ct_packet *packet);
/* Somebody knows with what ends a packet that came in goes on: of the one that across_see returned last. */
void across_expect(across *x, across_sighting *s, const ct_tuple *other);
/*
 * The ends that a connection had where it began, of what has these on that side now. => FALSE: they are the same, as
 * far as one knows.
 */
gboolean across_origin(const across *x, across_side side, const ct_tuple *ends, ct_tuple *origin);
/* What still waits is alone. In the order of time. */
void across_end(across *x);

/* Above 0: from A to B; below: from B to A. 0 where nobody can know. */
int across_way(const across_sighting *s);
/* The ends of a tuple as the engine has it: ICMP ids in both places. */
ct_tuple across_ends(const ct_tuple *tuple);
/* ends and inverse may not be the same object. */
void across_invert(const ct_tuple *ends, ct_tuple *inverse);

typedef struct across_figures {
  guint64 connections, only[2], translated; /* remembered ones */
} across_figures;
across_figures across_count(const across *x);

/* What differs between the two of a pair, but for TTL or hop limit and checksums that are right. => how many fields. */
guint across_fields(const across_sighting *a, const across_sighting *b, across_field fields[ACROSS_FIELDS_MOST]);

/* For across.c: everything that does not depend on what else was seen. */
void across_read(across_sighting *s, across_side side, const ct_packet *packet);

#endif
