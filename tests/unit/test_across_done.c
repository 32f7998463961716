/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was done to a copy of a capture is what is said of the two: packets taken out of either, put in, doubled and
 * delayed at random; those that are left are the same, each with itself.
 */
#include <glib.h>
#include <string.h>

#include "across/across.h"
#include "packet_kit.h"
#include "unit.h"

enum { STEPS = 400, PACKETS_MOST = 8 * STEPS, CONNECTIONS = 6, MS = 1000000 };

/* What was done to one. */
typedef enum deed { LEFT, NOT_IN_A, NOT_IN_B, DOUBLED, LATE } deed;

/* How a connection speaks. */
typedef enum manner {
  TCP_ACKS,  /* one side sends data, the other acknowledges: one sequence number, one length */
  TCP_NO_ID, /* the same, and IP ids are 0 */
  UDP_TALK,  /* payloads differ, ids count */
  UDP_SAME,  /* payloads are one, ids count */
  UDP_NO_ID, /* heartbeats: all are one to the byte */
  IPV6_TCP
} manner;

typedef struct spoken {
  gint64 ns, came_ns; /* in A, in B */
  guint32 seq, ack, says;
  guint16 ip_id;
  guint8 connection, manner, back, data, deed;
} spoken;

typedef struct sent {
  gint64 ns;
  guint of;
  gboolean own; /* not in A: put in */
} sent;

typedef struct world {
  GRand *rand;
  gboolean translates, own_ids;
  spoken packets[PACKETS_MOST];
  guint n;
  sent a[PACKETS_MOST], b[PACKETS_MOST];
  guint n_a, n_b;
  /* What is said. */
  guint lost[PACKETS_MOST], added[PACKETS_MOST], pairs, wrong, changed;
} world;

static guint below(world *w, guint n) { return (guint)g_rand_int_range(w->rand, 0, (gint32)n); }

/* ---- a capture ---- */

static spoken *add(world *w, gint64 ns, guint connection, gboolean back)
{
  spoken *p = &w->packets[w->n++];

  *p = (spoken){ .ns = ns, .connection = (guint8)connection, .manner = (guint8)connection, .back = back != FALSE };
  p->came_ns = ns + 50000 + below(w, 100000);
  return p;
}

static void speak(world *w, gint64 ns, guint connection, guint32 count[CONNECTIONS])
{
  guint32 n = ++count[connection];
  guint16 ids = (guint16)(connection != TCP_NO_ID && connection != UDP_NO_ID ? n + 2000 * connection : 0);
  spoken *p;

  if (connection == TCP_ACKS || connection == TCP_NO_ID || connection == IPV6_TCP) {
    p = add(w, ns, connection, FALSE);
    p->seq = 1000 + n * 100;
    p->ack = 1;
    p->data = 100;
    p->ip_id = ids;
    p = add(w, ns + 5 * MS, connection, TRUE);
    p->seq = 1;
    p->ack = 1000 + n * 100 + 100;
    p->ip_id = (guint16)(ids > 0 ? ids + 20000 : 0);
    return;
  }
  p = add(w, ns, connection, FALSE);
  p->data = 8;
  p->says = connection == UDP_TALK ? n : 7;
  p->ip_id = ids;
}

static void make_capture(world *w)
{
  guint32 count[CONNECTIONS] = { 0 };
  gint64 ns = 1000 * (gint64)MS;
  guint i;

  for (i = 0; i < STEPS; i++) {
    speak(w, ns, below(w, CONNECTIONS), count);
    ns += 10 * MS + below(w, 20 * MS);
  }
}

/* ---- the copy ---- */

static void do_deeds(world *w, guint most)
{
  deed of_heartbeats = (deed)(1 + below(w, 4));
  guint i;

  for (i = 0; i < most; i++) {
    spoken *p = &w->packets[below(w, w->n)];

    p->deed = (guint8)(p->manner == UDP_NO_ID ? of_heartbeats : (deed)(1 + below(w, 4)));
    if (p->deed == LATE)
      p->came_ns += 1 + below(w, p->manner == UDP_NO_ID ? 5 * MS : 900 * MS);
  }
}

static gint by_time(gconstpointer a, gconstpointer b)
{
  const sent *x = a, *y = b;

  return x->ns != y->ns ? (x->ns < y->ns ? -1 : 1) : x->of < y->of ? -1 : x->of > y->of;
}

static void make_sides(world *w)
{
  guint i;

  for (i = 0; i < w->n; i++) {
    const spoken *p = &w->packets[i];
    sent in = { p->back ? p->came_ns : p->ns, i, FALSE }, out = { p->back ? p->ns : p->came_ns, i, FALSE };

    if (p->deed != NOT_IN_A)
      w->a[w->n_a++] = in;
    if (p->deed != NOT_IN_B)
      w->b[w->n_b++] = out;
    if (p->deed == DOUBLED) {
      out.ns += 1000 + below(w, 3 * MS);
      w->b[w->n_b++] = out;
    }
  }
  qsort(w->a, w->n_a, sizeof(sent), by_time);
  qsort(w->b, w->n_b, sizeof(sent), by_time);
}

/* ---- the two compared ---- */

static void put_ids(kit_bytes *b, const world *w, const spoken *p, across_side side)
{
  guint16 id = p->ip_id;

  if (w->own_ids && side == ACROSS_B && id != 0)
    id = (guint16)(id * 7 + 11);
  if (b->at[0] >> 4 == 4) {
    kit_set16(b, 4, id);
    b->at[8] = (side == ACROSS_A) == !p->back ? 64 : 63;
    b->at[p->back ? 19 : 15] = w->translates && side == ACROSS_B ? 99 : 1;
  } else {
    b->at[7] = (side == ACROSS_A) == !p->back ? 64 : 63;
  }
}

static ct_packet build(kit_bytes *b, const world *w, guint of, across_side side, gint64 ns)
{
  const spoken *p = &w->packets[of];
  guint16 near = (guint16)(1000 + p->connection), far = 53;
  gboolean tcp = p->manner == TCP_ACKS || p->manner == TCP_NO_ID || p->manner == IPV6_TCP;
  ct_packet packet;
  guint32 l4;

  kit_start(b);
  if (p->manner == IPV6_TCP)
    kit_ipv6(b, CT_PROTO_TCP);
  else
    kit_ipv4(b, tcp ? CT_PROTO_TCP : CT_PROTO_UDP);
  if (p->back)
    kit_swap_addresses(b);
  l4 = b->n;
  if (tcp) {
    kit_tcp(b, p->back ? far : near, p->back ? near : far, 0x10, "");
    kit_set16(b, l4 + 4, p->seq >> 16);
    kit_set16(b, l4 + 6, p->seq & 0xffff);
    kit_set16(b, l4 + 8, p->ack >> 16);
    kit_set16(b, l4 + 10, p->ack & 0xffff);
    kit_fill(b, 'x', p->data);
  } else {
    kit_udp(b, p->back ? far : near, p->back ? near : far, 0);
    kit_add32(b, p->says);
  }
  put_ids(b, w, p, side);
  kit_finish(b);
  packet = kit_prepare(b, CT_CHECKSUMS_IGNORE, FALSE);
  packet.number = of;
  packet.time_ns = ns;
  return packet;
}

static gboolean are_alike(const spoken *a, const spoken *b)
{
  return a->connection == b->connection && a->back == b->back && a->seq == b->seq && a->ack == b->ack &&
         a->says == b->says && a->ip_id == b->ip_id;
}

static void on_paired(const across_sighting *a, const across_sighting *b, gpointer user)
{
  across_field fields[ACROSS_FIELDS_MOST];
  world *w = user;
  guint n = across_fields(a, b, fields), i;

  w->pairs++;
  w->wrong += !are_alike(&w->packets[a->number], &w->packets[b->number]);
  for (i = 0; i < n; i++)
    w->changed += !fields[i].translation && !(w->own_ids && strcmp(fields[i].name, "IP id") == 0);
}

static void on_alone(const across_sighting *s, across_fate fate, gpointer user)
{
  world *w = user;

  (fate == ACROSS_LOST ? w->lost : w->added)[s->number]++;
}

static void compare(world *w)
{
  const across_watcher watcher = { on_paired, on_alone, NULL, w };
  across *x = across_new(&watcher);
  guint i = 0, j = 0;
  kit_bytes b;

  while (i < w->n_a || j < w->n_b) {
    across_side side = i == w->n_a || (j < w->n_b && w->b[j].ns < w->a[i].ns) ? ACROSS_B : ACROSS_A;
    const sent *s = side == ACROSS_A ? &w->a[i++] : &w->b[j++];
    ct_packet p = build(&b, w, s->of, side, s->ns);

    across_see(x, side, &p);
  }
  across_end(x);
  across_free(x);
}

/* Which of several that are alike to the byte is gone nobody can know: they are counted together. */
static guint count_alike(const world *w, guint of, const guint *said)
{
  guint i, n = 0;

  for (i = 0; i < w->n; i++)
    if (are_alike(&w->packets[of], &w->packets[i]))
      n += said != NULL ? said[i] : 1;
  return n;
}

static guint count_done(const world *w, guint of, gboolean lost)
{
  guint i, n = 0;

  for (i = 0; i < w->n; i++) {
    const spoken *p = &w->packets[i];
    deed gone = p->back ? NOT_IN_A : NOT_IN_B, new = p->back ? NOT_IN_B : NOT_IN_A;

    if (are_alike(&w->packets[of], p))
      n +=
        lost ? p->deed == gone || (p->back && p->deed == DOUBLED) : p->deed == new || (!p->back && p->deed == DOUBLED);
  }
  return n;
}

START_TEST(what_is_said_is_what_was_done)
{
  world *w = g_new0(world, 1);
  guint i;

  w->rand = g_rand_new_with_seed((guint32)_i);
  w->translates = _i % 3 == 1;
  make_capture(w);
  do_deeds(w, (guint)_i % 40);
  make_sides(w);
  compare(w);
  ck_assert_uint_eq(w->changed, 0);
  ck_assert_uint_eq(w->wrong, 0);
  for (i = 0; i < w->n; i++) {
    ck_assert_msg(count_alike(w, i, w->lost) == count_done(w, i, TRUE), "%u, manner %u: %u lost, not %u", i,
                  w->packets[i].manner, count_alike(w, i, w->lost), count_done(w, i, TRUE));
    ck_assert_msg(count_alike(w, i, w->added) == count_done(w, i, FALSE), "%u, manner %u: %u added, not %u", i,
                  w->packets[i].manner, count_alike(w, i, w->added), count_done(w, i, FALSE));
    /* Time tells which heartbeat it was. */
    if (w->packets[i].deed == (w->packets[i].back ? NOT_IN_A : NOT_IN_B))
      ck_assert_uint_eq(w->lost[i], 1);
  }
  g_rand_free(w->rand);
  g_free(w);
}
END_TEST

/* A firewall that gives packets IP ids of its own: everything but the ids is the same. */
START_TEST(other_ids_are_no_other_packets)
{
  world *w = g_new0(world, 1);

  w->rand = g_rand_new_with_seed((guint32)_i + 1000);
  w->own_ids = TRUE;
  make_capture(w);
  make_sides(w);
  compare(w);
  ck_assert_uint_eq(w->pairs, w->n);
  ck_assert_uint_eq(w->changed, 0);
  g_rand_free(w->rand);
  g_free(w);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("across_done");
  TCase *tcase = tcase_create("across_done");

  tcase_add_loop_test(tcase, what_is_said_is_what_was_done, 0, 120);
  tcase_add_loop_test(tcase, other_ids_are_no_other_packets, 0, 10);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
