/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fragment reassembly by the kernel's rules and limits (spec 9). defrag.c has the parts that both families share:
 * queues by key, their deadlines, the memory account, and the rule for overlaps; defrag4.c and defrag6.c have what
 * ip_fragment.c and nf_conntrack_reasm.c decide differently. Only for src/packet.
 *
 * Memory: a fragment is charged as much as a socket buffer of its length would cost the kernel (fragment_cost), a queue
 * DEFRAG_QUEUE_BYTES; while the sum is over the high threshold, every fragment is refused, those of queues that exist
 * as well. The memory really allocated is about the memory charged. There is no eviction (the low threshold has had no
 * effect since Linux 4.17).
 *
 * Time: a queue goes at its deadline. The kernel's timer fires up to an eighth of the timeout later, by a phase that
 * depends on when the machine was started; a fragment that comes in between completes its datagram there and does not
 * here.
 */
#ifndef PKT_DEFRAG_H
#define PKT_DEFRAG_H

#include "packet/packet.h"
#include "resume/io.h"

enum { DEFRAG_QUEUE_BYTES = 208 };

typedef struct defrag_key {
  ct_addr src, dst;
  guint32 id;
  guint32 proto; /* IPv4 only */
} defrag_key;

/* How many fragments a source has sent, for ipfrag_max_dist; lives as long as a queue of that source. */
typedef struct defrag_source {
  ct_addr address;
  guint32 count;
  guint references;
} defrag_source;

typedef struct defrag_queue {
  defrag_key key;
  gint64 deadline_ns;
  struct defrag_queue *older, *newer; /* by deadline */
  guint32 end;                        /* largest end seen; the datagram's once last_in */
  guint32 received;                   /* bytes of payload here */
  guint32 tail_end;                   /* end of the fragment with the largest offset; 0: no fragment yet */
  guint32 charged_bytes;
  guint32 largest_bytes, largest_df_bytes; /* of the fragments as they came; IPv4: of those with DF */
  gboolean first_in, last_in;
  gboolean cut;           /* some fragment was cut by the snap length */
  guint8 ecn;             /* a bit for each ECN code point seen */
  GArray *runs;           /* adjacent fragments that came in order, sorted */
  GArray *pieces;         /* where each fragment's bytes are */
  GByteArray *bytes;      /* fragments' payloads as they came */
  GByteArray *header;     /* of the fragment with offset 0, as the reassembled datagram will carry it */
  guint32 next_header_at; /* IPv6: in header, the byte that leads to the fragment header */
  guint8 next_header;     /* IPv6: the header behind the fragment header */
  defrag_source *source;  /* IPv4 */
  guint32 source_count;   /* its count when this queue's latest fragment came */
} defrag_queue;

typedef struct defrag_table {
  GHashTable *queues;
  GHashTable *sources;
  defrag_queue *oldest, *newest;
  guint64 charged_bytes;
  guint64 high_thresh;
  gint64 timeout_ns;
  guint8 overlap; /* ct_fragment_overlap; cutting is what IPv4 asks for */
} defrag_table;

typedef enum { DEFRAG_INSERTED, DEFRAG_DUPLICATE, DEFRAG_OVERLAP } defrag_insert;

void defrag_table_init(defrag_table *table, guint64 high_thresh_bytes, guint32 timeout_s, guint8 overlap);
void defrag_table_clear(defrag_table *table);
/* Drops all queues. */
void defrag_table_forget(defrag_table *table);
/* Drops the queues whose time is up. */
void defrag_table_expire(defrag_table *table, gint64 now_ns);
/* => the queue of that key, a new one where there is none; NULL where memory is over the threshold. */
defrag_queue *defrag_table_get(defrag_table *table, const defrag_key *key, gint64 now_ns);

void defrag_queue_free(defrag_table *table, defrag_queue *queue);
/* Empties it and starts its time anew. */
void defrag_queue_restart(defrag_table *table, defrag_queue *queue, gint64 now_ns);
/* Keeps the datagram's end as a fragment's end tells it. => FALSE where they contradict each other. */
gboolean defrag_queue_end_set(defrag_queue *queue, guint32 end, gboolean last);
/*
 * Takes over the payload of a fragment: length bytes at payload_at in packet, which are the datagram's from offset on.
 * The rule of the kernel's inet_frag_queue_insert: a fragment that lies wholly in a run is a duplicate, any other
 * overlap is fatal; runs grow at the datagram's end only, so a duplicate that spans two of them counts as an overlap.
 * Kernels before it had no mercy with duplicates, or (IPv4, up to 3.10) cut what is there twice,
 * where what lies wholly in earlier ones is a duplicate.
 */
defrag_insert defrag_queue_insert(defrag_table *table, defrag_queue *queue, const ct_packet *packet, guint32 payload_at,
                                  guint32 offset, guint32 length);
gboolean defrag_queue_complete(const defrag_queue *queue);
/* TRUE where fragments with and without ECN are mixed (RFC 3168 5.3): not-ECT goes with nothing else. */
gboolean defrag_ecn_bad(guint8 seen);
/*
 * Makes packet the datagram: header, then the payload in order, in the arena. The queue is to be freed by the caller.
 */
void defrag_queue_assemble(const defrag_queue *queue, pkt_arena *arena, ct_packet *packet);

/*
 * A fragment in; packet->kind is not touched. => NONE where packet now is a whole datagram (or, for IPv6, is to go on
 * as it is), else why conntrack does not see it.
 */
ct_reason defrag_ipv4(defrag_table *table, guint32 max_distance, gint64 now_ns, pkt_arena *arena, ct_packet *packet);
ct_reason defrag_ipv6(defrag_table *table, gint64 now_ns, pkt_arena *arena, ct_packet *packet);

/*
 * The queues as bytes, or from them into a table that has none yet; what no table can have been in is a failure.
 * now_ns: the decoder's clock.
 */
void defrag_table_keep(defrag_table *table, guint8 family, gint64 now_ns, resume_io *io);

#endif
