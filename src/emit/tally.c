/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tally.h"

#include <string.h>

#include "conntrack/proto/proto.h"
#include "one_sided.h"

void emit_tally_init(emit_tally *tally)
{
  memset(tally, 0, sizeof(*tally));
  tally->first_ns = G_MAXINT64;
  tally->last_ns = G_MININT64;
}

/* => NULL: there are too many. */
static emit_one_sided_conn *conn_of(emit_tally *tally, guint64 conn)
{
  emit_one_sided_conn *c;

  if (tally->one_sided_conns == NULL) /* a connection begins with its number, which is its key */
    tally->one_sided_conns = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
  c = g_hash_table_lookup(tally->one_sided_conns, &conn);
  if (c == NULL && g_hash_table_size(tally->one_sided_conns) < EMIT_ONE_SIDED_MOST) {
    c = g_new0(emit_one_sided_conn, 1);
    c->conn = conn;
    g_hash_table_insert(tally->one_sided_conns, &c->conn, c);
  }
  return c;
}

static void acknowledges_beyond(emit_tally *tally, guint64 conn)
{
  emit_one_sided_conn *c = conn_of(tally, conn);

  if (c != NULL)
    c->beyond++;
}

static void other_side_came(emit_tally *tally, guint64 conn)
{
  emit_one_sided_conn *c = g_hash_table_lookup(tally->one_sided_conns, &conn);

  if (c != NULL)
    c->came = TRUE;
}

void emit_tally_packet(emit_tally *tally, const ct_packet *packet, const ct_result *result)
{
  tally->first_ns = MIN(tally->first_ns, packet->time_ns);
  tally->last_ns = MAX(tally->last_ns, packet->time_ns);
  if (packet->flags & (CT_PACKET_CUT | CT_PACKET_CSUM_BAD | CT_PACKET_CSUM_OFFLOAD | CT_PACKET_CSUM_SKIPPED)) {
    tally->cut += (packet->flags & CT_PACKET_CUT) != 0;
    tally->checksums_bad += (packet->flags & CT_PACKET_CSUM_BAD) != 0;
    tally->checksums_offload += (packet->flags & CT_PACKET_CSUM_OFFLOAD) != 0;
    tally->checksums_skipped += (packet->flags & CT_PACKET_CSUM_SKIPPED) != 0;
  }
  if (result == NULL || packet->kind == CT_PACKET_NONE) {
    tally->not_tracked++;
    tally->not_tracked_by_reason[packet->reason]++;
    return;
  }
  tally->packets[ct_packet_proto(packet)][result->cls]++;
  if (result->reason == CT_REASON_TCP_ACK_OVER && result->cls == CT_CLASS_INVALID && result->conn != 0)
    acknowledges_beyond(tally, result->conn);
  if (tally->one_sided_conns != NULL && result->cls == CT_CLASS_ESTABLISHED && result->dir == CT_REPLY)
    other_side_came(tally, result->conn);
}

void emit_tally_helped(emit_tally *tally, ct_reason reason, gboolean helped)
{
  tally->helped_known = TRUE;
  tally->helped[reason] += helped;
}

/* --- packets without an entry --- */

static guint tuple_hash(gconstpointer key) { return ct_tuple_hash(key); }
static gboolean tuple_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }

static emit_unopened *unopened_of(const emit_tally *tally, const ct_packet *packet)
{
  ct_tuple key;

  if (tally->unopened == NULL || !ct_packet_has_tcp(packet))
    return NULL;
  key = journal_key(&packet->tuple);
  return g_hash_table_lookup(tally->unopened, &key);
}

static void count_unopened(emit_tally *tally, const ct_packet *packet)
{
  emit_unopened *u = unopened_of(tally, packet);

  if (tally->unopened == NULL)
    tally->unopened = g_hash_table_new_full(tuple_hash, tuple_equal, NULL, g_free);
  if (u == NULL && g_hash_table_size(tally->unopened) < EMIT_ONE_SIDED_MOST) {
    u = g_new0(emit_unopened, 1);
    u->key = journal_key(&packet->tuple);
    u->tuple = packet->tuple;
    g_hash_table_add(tally->unopened, u);
  }
  if (u == NULL)
    return;
  u->packets++;
  u->both = u->both || !ct_tuple_equal(&u->tuple, &packet->tuple);
}

/* A packet that begins a connection, which packets before it belong to: its SYN, or another one where there was none.
 */
static void adopt(emit_tally *tally, emit_unopened *u, const ct_packet *packet, const ct_result *result,
                  const journal_sides *sides)
{
  gboolean is_syn = (packet->l4.tcp.flags & (CT_TCP_SYN | CT_TCP_ACK)) == CT_TCP_SYN;
  emit_one_sided_conn *c;

  if ((is_syn && sides->synack == 0) || (c = conn_of(tally, result->conn)) == NULL)
    return;
  c->packets[0] += u->packets;
  c->refused = c->refused || is_syn;
  c->no_syn = !is_syn;
  c->came = c->came || u->both || !ct_tuple_equal(&u->tuple, &packet->tuple);
  g_hash_table_remove(tally->unopened, &u->key);
}

/* A SYN of theirs that came later after all. */
static void note_syn(emit_tally *tally, emit_unopened *u, const ct_result *result)
{
  emit_one_sided_conn *c = NULL;
  guint64 conn = result->conn;

  if (u != NULL)
    u->syn = TRUE;
  if (tally->one_sided_conns != NULL)
    c = g_hash_table_lookup(tally->one_sided_conns, &conn);
  if (c != NULL && c->no_syn)
    c->refused = TRUE;
}

void emit_tally_sides(emit_tally *tally, const ct_packet *packet, const ct_result *result, const ct_view *view,
                      const journal_sides *sides)
{
  emit_unopened *u = unopened_of(tally, packet);
  emit_one_sided_conn *c;

  if (sides->unopened)
    count_unopened(tally, packet);
  else if (u != NULL && result->changes & CT_CHANGE_CREATED)
    adopt(tally, u, packet, result, sides);
  else if (ct_packet_has_tcp(packet) && (packet->l4.tcp.flags & (CT_TCP_SYN | CT_TCP_ACK)) == CT_TCP_SYN)
    note_syn(tally, u, result);
  if (!emit_one_sided(packet, result, view) || (c = conn_of(tally, result->conn)) == NULL)
    return;
  c->packets[result->cls == CT_CLASS_NEW]++;
  c->refused = c->refused || (sides->other_side != 0 && !c->no_syn);
  c->waits = c->waits || view->status & CT_STATUS_SEEN_REPLY;
}

void emit_tally_clear(emit_tally *tally)
{
  g_clear_pointer(&tally->one_sided_conns, g_hash_table_unref);
  g_clear_pointer(&tally->unopened, g_hash_table_unref);
}

static void row_add(emit_tally_row *row, const guint64 *by_class)
{
  guint cls;

  for (cls = 0; cls < CT_CLASS_COUNT; cls++) {
    row->packets[cls] += by_class[cls];
    row->all += by_class[cls];
  }
}

gboolean emit_tally_row_get(const emit_tally *tally, const ct_profile *profile, guint i, emit_tally_row *row)
{
  const ct_proto *proto = ct_proto_get(profile, i);
  guint number;

  *row = (emit_tally_row){ .name = proto != NULL ? proto->name : "other" };
  if (proto != NULL) {
    row_add(row, tally->packets[proto->number]);
    return TRUE;
  }
  for (number = 0; number < G_N_ELEMENTS(tally->packets); number++)
    if (ct_proto_known(profile, (guint8)number) == NULL)
      row_add(row, tally->packets[number]);
  return i == 0 || ct_proto_get(profile, i - 1) != NULL;
}
