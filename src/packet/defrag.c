/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/defrag.h"

#include <stdlib.h>
#include <string.h>

#include "packet/arena.h"

typedef struct run {
  guint32 start, end;
} run;

typedef struct piece {
  guint32 offset, length, at; /* at: in bytes */
} piece;

static guint key_hash(gconstpointer p)
{
  const defrag_key *key = p;
  guint64 src = ct_hash_words(key->src.halves[0], key->src.halves[1]);
  guint64 dst = ct_hash_words(key->dst.halves[0], key->dst.halves[1]);

  return (guint)(ct_hash_words(ct_hash_words(src, dst), key->id ^ (guint64)key->proto << 56) >> 32);
}

static gboolean key_equal(gconstpointer a, gconstpointer b) { return memcmp(a, b, sizeof(defrag_key)) == 0; }

static guint address_hash(gconstpointer p)
{
  const ct_addr *address = p;

  return (guint)(ct_hash_words(address->halves[0], address->halves[1]) >> 32);
}

static gboolean address_equal(gconstpointer a, gconstpointer b) { return ct_addr_equal(a, b); }

/*
 * The cost to the kernel of a buffer with a fragment of this length (skb->truesize): headroom, the bytes, the shared
 * info of 320, rounded up to a power of two as its allocator does, and 256 for the buffer's own structure.
 */
static guint32 fragment_cost(guint32 length)
{
  guint32 bytes = 512;

  while (bytes < length + 78 + 320)
    bytes *= 2;
  return bytes + 256;
}

static void table_charge(defrag_table *table, defrag_queue *queue, guint32 bytes)
{
  table->charged_bytes += bytes;
  queue->charged_bytes += bytes;
}

void defrag_table_init(defrag_table *table, guint64 high_thresh_bytes, guint32 timeout_s, guint8 overlap)
{
  *table = (defrag_table){ .overlap = overlap,
                           .high_thresh = high_thresh_bytes,
                           .timeout_ns = timeout_s * G_GINT64_CONSTANT(1000000000) };
  table->queues = g_hash_table_new(key_hash, key_equal);
  table->sources = g_hash_table_new(address_hash, address_equal);
}

void defrag_table_forget(defrag_table *table)
{
  defrag_queue *queue, *newer;

  for (queue = table->oldest; queue != NULL; queue = newer) {
    newer = queue->newer;
    defrag_queue_free(table, queue);
  }
}

void defrag_table_clear(defrag_table *table)
{
  defrag_table_forget(table);
  g_hash_table_destroy(table->queues);
  g_hash_table_destroy(table->sources);
}

static void queue_link_newest(defrag_table *table, defrag_queue *queue)
{
  queue->older = table->newest;
  queue->newer = NULL;
  if (table->newest != NULL)
    table->newest->newer = queue;
  else
    table->oldest = queue;
  table->newest = queue;
}

static void queue_unlink(defrag_table *table, defrag_queue *queue)
{
  if (queue->older != NULL)
    queue->older->newer = queue->newer;
  else
    table->oldest = queue->newer;
  if (queue->newer != NULL)
    queue->newer->older = queue->older;
  else
    table->newest = queue->older;
}

/* Every queue has the same time to live and the clock never goes back: the list stays in order by itself. */
void defrag_table_expire(defrag_table *table, gint64 now_ns)
{
  defrag_queue *queue, *newer;

  for (queue = table->oldest; queue != NULL && queue->deadline_ns <= now_ns; queue = newer) {
    newer = queue->newer;
    defrag_queue_free(table, queue);
  }
}

static defrag_source *source_get(defrag_table *table, const ct_addr *address)
{
  defrag_source *source = g_hash_table_lookup(table->sources, address);

  if (source == NULL) {
    source = g_new0(defrag_source, 1);
    source->address = *address;
    g_hash_table_add(table->sources, source);
  }
  source->references++;
  return source;
}

static void source_release(defrag_table *table, defrag_source *source)
{
  if (--source->references > 0)
    return;
  g_hash_table_remove(table->sources, source);
  g_free(source);
}

static gint64 deadline_after(const defrag_table *table, gint64 now_ns)
{
  return now_ns > G_MAXINT64 - table->timeout_ns ? G_MAXINT64 : now_ns + table->timeout_ns;
}

defrag_queue *defrag_table_get(defrag_table *table, const defrag_key *key, gint64 now_ns)
{
  defrag_queue *queue;

  if (table->high_thresh == 0 || table->charged_bytes > table->high_thresh)
    return NULL;
  queue = g_hash_table_lookup(table->queues, key);
  if (queue != NULL)
    return queue;
  queue = g_new0(defrag_queue, 1);
  queue->key = *key;
  queue->deadline_ns = deadline_after(table, now_ns);
  queue->runs = g_array_new(FALSE, FALSE, sizeof(run));
  queue->pieces = g_array_new(FALSE, FALSE, sizeof(piece));
  queue->bytes = g_byte_array_new();
  queue->header = g_byte_array_new();
  queue->source = source_get(table, &key->src);
  g_hash_table_add(table->queues, queue);
  queue_link_newest(table, queue);
  table_charge(table, queue, DEFRAG_QUEUE_BYTES);
  return queue;
}

void defrag_queue_free(defrag_table *table, defrag_queue *queue)
{
  queue_unlink(table, queue);
  g_hash_table_remove(table->queues, queue);
  source_release(table, queue->source);
  table->charged_bytes -= queue->charged_bytes;
  g_array_free(queue->runs, TRUE);
  g_array_free(queue->pieces, TRUE);
  g_byte_array_free(queue->bytes, TRUE);
  g_byte_array_free(queue->header, TRUE);
  g_free(queue);
}

void defrag_queue_restart(defrag_table *table, defrag_queue *queue, gint64 now_ns)
{
  table->charged_bytes -= queue->charged_bytes - DEFRAG_QUEUE_BYTES;
  queue->charged_bytes = DEFRAG_QUEUE_BYTES;
  g_array_set_size(queue->runs, 0);
  g_array_set_size(queue->pieces, 0);
  g_byte_array_set_size(queue->bytes, 0);
  queue->end = queue->received = queue->tail_end = 0;
  queue->largest_bytes = queue->largest_df_bytes = 0;
  queue->first_in = queue->last_in = queue->cut = FALSE;
  queue->ecn = 0;
  queue->deadline_ns = deadline_after(table, now_ns);
  queue_unlink(table, queue);
  queue_link_newest(table, queue);
}

gboolean defrag_queue_end_set(defrag_queue *queue, guint32 end, gboolean last)
{
  if (last) {
    if (end < queue->end || (queue->last_in && end != queue->end))
      return FALSE;
    queue->last_in = TRUE;
    queue->end = end;
  } else if (end > queue->end) {
    if (queue->last_in)
      return FALSE;
    queue->end = end;
  }
  return TRUE;
}

/*
 * Finds the place of [start, end) among the runs; INSERTED where it is free, and *index is where a run of its own
 * would go.
 */
static defrag_insert runs_search(const GArray *runs, guint32 start, guint32 end, guint *index)
{
  guint low = 0, high = runs->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    const run *r = &g_array_index(runs, run, middle);

    if (end <= r->start)
      high = middle;
    else if (start >= r->end)
      low = middle + 1;
    else
      return start >= r->start && end <= r->end ? DEFRAG_DUPLICATE : DEFRAG_OVERLAP;
  }
  *index = low;
  return DEFRAG_INSERTED;
}

static defrag_insert runs_insert(defrag_queue *queue, guint32 start, guint32 end)
{
  run fresh = { start, end };
  defrag_insert result;
  guint index;

  if (queue->pieces->len == 0 || queue->tail_end < end) {
    if (start < queue->tail_end)
      return DEFRAG_OVERLAP;
    if (queue->pieces->len > 0 && start == queue->tail_end)
      g_array_index(queue->runs, run, queue->runs->len - 1).end = end;
    else
      g_array_append_val(queue->runs, fresh);
    queue->tail_end = end;
    return DEFRAG_INSERTED;
  }
  result = runs_search(queue->runs, start, end, &index);
  if (result == DEFRAG_INSERTED)
    g_array_insert_val(queue->runs, index, fresh);
  return result;
}

/*
 * Makes room for the bytes from *offset to end: what an earlier fragment before it has is not taken again; those behind
 * it lose what it brings, up to all they have. => INSERTED, or DUPLICATE where nothing new is left.
 */
static defrag_insert cut_to_fit(defrag_queue *queue, guint32 *offset, guint32 end)
{
  guint32 asked = *offset, cut;
  guint i;

  for (i = 0; i < queue->pieces->len; i++) {
    const piece *p = &g_array_index(queue->pieces, piece, i);

    if (p->offset < asked)
      *offset = MAX(*offset, p->offset + p->length);
  }
  if (end <= *offset)
    return DEFRAG_DUPLICATE;
  for (i = queue->pieces->len; i-- > 0;) {
    piece *p = &g_array_index(queue->pieces, piece, i);

    if (p->offset < asked || p->offset >= end)
      continue;
    cut = MIN(end - p->offset, p->length);
    queue->received -= cut;
    p->offset += cut;
    p->at += cut;
    p->length -= cut;
    if (p->length == 0)
      g_array_remove_index_fast(queue->pieces, i);
  }
  return DEFRAG_INSERTED;
}

static defrag_insert make_room(const defrag_table *table, defrag_queue *queue, guint32 *offset, guint32 end)
{
  defrag_insert result;

  if (table->overlap == CT_FRAGMENTS_CUT_V4)
    return cut_to_fit(queue, offset, end);
  result = runs_insert(queue, *offset, end);
  return result == DEFRAG_DUPLICATE && table->overlap == CT_FRAGMENTS_DISCARDED ? DEFRAG_OVERLAP : result;
}

defrag_insert defrag_queue_insert(defrag_table *table, defrag_queue *queue, const ct_packet *packet, guint32 payload_at,
                                  guint32 offset, guint32 length)
{
  guint32 from = offset, here;
  defrag_insert result = make_room(table, queue, &from, offset + length);
  piece p;

  if (result != DEFRAG_INSERTED)
    return result;
  payload_at += from - offset;
  length -= from - offset;
  offset = from;
  here = packet->captured > payload_at ? MIN(packet->captured - payload_at, length) : 0;
  p = (piece){ .offset = offset, .length = length, .at = queue->bytes->len };
  g_byte_array_set_size(queue->bytes, queue->bytes->len + length);
  if (here > 0)
    memcpy(queue->bytes->data + p.at, packet->data + payload_at, here);
  memset(queue->bytes->data + p.at + here, 0, length - here);
  g_array_append_val(queue->pieces, p);
  queue->received += length;
  if (packet->captured < packet->length)
    queue->cut = TRUE;
  if (offset == 0)
    queue->first_in = TRUE;
  table_charge(table, queue, fragment_cost(packet->length));
  return DEFRAG_INSERTED;
}

gboolean defrag_queue_complete(const defrag_queue *queue)
{
  return queue->first_in && queue->last_in && queue->received == queue->end;
}

gboolean defrag_ecn_bad(guint8 seen) { return (seen & 1) != 0 && (seen & ~1) != 0; }

static int by_number(gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;

  return x < y ? -1 : x > y;
}

static void put_pieces(const defrag_queue *queue, ct_pieces *pieces)
{
  guint i;

  pieces->n = queue->pieces->len;
  pieces->largest_bytes = MAX(queue->largest_bytes, queue->largest_df_bytes);
  pieces->keeps_df = queue->largest_df_bytes > 0 && queue->largest_df_bytes == queue->largest_bytes;
  for (i = 0; i < pieces->n; i++)
    pieces->ends[i] = g_array_index(queue->pieces, piece, i).offset + g_array_index(queue->pieces, piece, i).length;
  qsort(pieces->ends, pieces->n, sizeof(guint32), by_number);
}

void defrag_queue_assemble(const defrag_queue *queue, pkt_arena *arena, ct_packet *packet)
{
  guint32 header_bytes = queue->header->len, length = header_bytes + queue->end;
  gsize pieces_at = ((gsize)length + 7) & ~(gsize)7;
  guint8 *datagram = pkt_arena_take(arena, pieces_at + sizeof(ct_pieces) + queue->pieces->len * sizeof(guint32));
  guint i;

  memcpy(datagram, queue->header->data, header_bytes);
  for (i = 0; i < queue->pieces->len; i++) {
    const piece *p = &g_array_index(queue->pieces, piece, i);

    memcpy(datagram + header_bytes + p->offset, queue->bytes->data + p->at, p->length);
  }
  packet->data = datagram;
  packet->length = packet->captured = length;
  put_pieces(queue, (ct_pieces *)(void *)(datagram + pieces_at));
  packet->flags |= CT_PACKET_REASSEMBLED;
  if (queue->cut)
    packet->flags |= CT_PACKET_CUT;
}

/* ---- kept over a resume ---- */

enum { END_MOST = 65535, HEADER_MOST = 65535 };

/* Everything that defrag_queue_assemble and the next fragment rely on. */
static const char *queue_fault(const defrag_table *table, const defrag_queue *queue, guint8 family)
{
  guint32 received = 0, behind = 0, least = family == CT_IPV4 ? 20 : 40;
  const GByteArray *header = queue->header;
  guint i;

  if (queue->end > END_MOST || header->len > HEADER_MOST || queue->tail_end > queue->end)
    return "a fragment queue is longer than a datagram can be";
  if (header->len > 0 && (header->len < least || header->data[0] >> 4 != (family == CT_IPV4 ? 4 : 6) ||
                          (family == CT_IPV4 && header->len != 4u * (header->data[0] & 15u))))
    return "a fragment queue has a header that is none";
  if ((queue->first_in && header->len == 0) || (queue->next_header_at != 0 && queue->next_header_at >= header->len))
    return "a fragment queue lacks its header";
  for (i = 0; i < queue->pieces->len; i++) {
    const piece *p = &g_array_index(queue->pieces, piece, i);

    if (p->length > queue->bytes->len || p->at > queue->bytes->len - p->length || p->length > queue->end ||
        p->offset > queue->end - p->length)
      return "a fragment lies outside its queue";
    received += p->length;
  }
  if (received != queue->received)
    return "a fragment queue has not received what it says";
  for (i = 0; i < queue->runs->len; i++) {
    const run *r = &g_array_index(queue->runs, run, i);

    if (r->start < behind || r->end < r->start)
      return "a fragment queue is in disorder";
    behind = r->end;
  }
  return table->overlap != CT_FRAGMENTS_CUT_V4 && queue->pieces->len > 0 && queue->runs->len == 0
           ? "a fragment queue is in disorder"
           : NULL;
}

static void keep_queue(defrag_table *table, defrag_queue *queue, guint8 family, resume_io *io)
{
  guint32 count = queue->source->count;
  const char *fault;

  resume_i64(io, &queue->deadline_ns);
  resume_u32(io, &queue->end);
  resume_u32(io, &queue->received);
  resume_u32(io, &queue->tail_end);
  resume_u32(io, &queue->charged_bytes);
  resume_bool(io, &queue->first_in);
  resume_bool(io, &queue->last_in);
  resume_bool(io, &queue->cut);
  resume_u8(io, &queue->ecn);
  resume_array(io, queue->runs);
  resume_array(io, queue->pieces);
  resume_byte_array(io, queue->bytes);
  resume_byte_array(io, queue->header);
  resume_u32(io, &queue->next_header_at);
  resume_u8(io, &queue->next_header);
  resume_u32(io, &count);
  resume_u32(io, &queue->source_count);
  if (!resume_reads(io))
    return;
  queue->source->count = count;
  fault = queue_fault(table, queue, family);
  if (fault != NULL)
    resume_fail(io, fault);
}

/* => a queue in its place, with nothing in it yet; NULL where there is one of its key. */
static defrag_queue *read_key(defrag_table *table, resume_io *io)
{
  guint64 charged = table->charged_bytes, thresh = table->high_thresh;
  defrag_queue *queue;
  defrag_key key;

  resume_raw(io, &key, sizeof key);
  if (io->failed || g_hash_table_contains(table->queues, &key)) {
    resume_fail(io, "two fragment queues have one key");
    return NULL;
  }
  table->charged_bytes = 0;
  table->high_thresh = MAX(thresh, 1);
  queue = defrag_table_get(table, &key, 0);
  table->charged_bytes = charged;
  table->high_thresh = thresh;
  return queue;
}

void defrag_table_keep(defrag_table *table, guint8 family, gint64 now_ns, resume_io *io)
{
  guint32 n = resume_count(io, g_hash_table_size(table->queues), sizeof(defrag_key)), i;
  defrag_queue *queue = table->oldest;
  gint64 before_ns = G_MININT64;

  for (i = 0; i < n && !io->failed; i++) {
    if (!resume_reads(io)) {
      resume_raw(io, &queue->key, sizeof queue->key);
      keep_queue(table, queue, family, io);
      queue = queue->newer;
      continue;
    }
    queue = read_key(table, io);
    if (queue == NULL)
      return;
    keep_queue(table, queue, family, io);
    table->charged_bytes += queue->charged_bytes;
    if (queue->deadline_ns < before_ns || queue->deadline_ns > deadline_after(table, now_ns))
      resume_fail(io, "a fragment queue lives until an impossible moment");
    before_ns = queue->deadline_ns;
  }
}
