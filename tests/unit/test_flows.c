/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of connections: each handed out once, with what its packets were; memory follows the table. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "database/database.h"
#include "flows/flows.h"
#include "flows/order.h"
#include "packet_kit.h"
#include "unit.h"

#define S INT64_C(1000000000)

typedef struct run {
  ct_engine *engine;
  flows *flows;
  GArray *done; /* flow_record */
  guint64 number;
} run;

static void on_done(const flow_record *record, gpointer user) { g_array_append_val((GArray *)user, *record); }

static void run_start(run *r, guint needs, gboolean at_peak)
{
  flows_options options = { .needs = needs, .at_peak = at_peak, .done = on_done };

  memset(r, 0, sizeof(*r));
  r->done = g_array_new(FALSE, FALSE, sizeof(flow_record));
  options.user = r->done;
  r->engine = ct_engine_new(kit_params(FALSE));
  r->flows = flows_new(r->engine, &options);
}

static void run_end(run *r)
{
  flows_free(r->flows);
  ct_engine_free(r->engine);
  g_array_unref(r->done);
}

static const flow_record *record_at(const run *r, guint i) { return &g_array_index(r->done, flow_record, i); }

/* UDP between 10.0.0.1 port `from` and 10.0.0.2 port 53. */
static void udp(run *r, guint16 from, gboolean reply, gint64 time_ns)
{
  flow_packet seen = { .interface = "" };
  ct_packet packet;
  ct_result result;
  kit_bytes b;

  kit_start(&b);
  kit_ipv4(&b, CT_PROTO_UDP);
  if (reply)
    kit_swap_addresses(&b);
  kit_udp(&b, reply ? 53 : from, reply ? from : 53, 10);
  kit_finish(&b);
  packet = kit_prepare(&b, CT_CHECKSUMS_IGNORE, FALSE);
  packet.number = ++r->number;
  packet.time_ns = time_ns;
  ct_engine_packet(r->engine, &packet, &result);
  seen.packet = &packet;
  seen.result = &result;
  flows_packet(r->flows, &seen);
}

START_TEST(a_record_says_what_its_packets_were)
{
  const flow_record *record;
  run r;

  run_start(&r, FLOWS_NEEDS_STEPS, FALSE);
  udp(&r, 1000, FALSE, 1 * S);
  udp(&r, 1000, TRUE, 2 * S);
  udp(&r, 1000, FALSE, 9 * S);
  ck_assert_uint_eq(r.done->len, 0);
  /* Another one's packet lets its time run out. */
  udp(&r, 1001, FALSE, 1000 * S);
  ck_assert_uint_eq(r.done->len, 1);
  record = record_at(&r, 0);
  ck_assert_uint_eq(record->conn, 1);
  ck_assert_uint_eq(record->packets[CT_ORIGINAL], 2);
  ck_assert_uint_eq(record->packets[CT_REPLY], 1);
  ck_assert_uint_eq(record->bytes[CT_REPLY], 38);
  ck_assert_uint_eq(record->first_packet, 1);
  ck_assert_uint_eq(record->last_packet, 3);
  ck_assert_int_eq(record->silence_ns, 7 * S);
  ck_assert_uint_eq(record->silence_packet, 3);
  ck_assert_uint_eq(record->reason, CT_REASON_END_TIMEOUT);
  ck_assert(!record->alive);
  ck_assert_int_eq(strncmp(record->history, "Nr", 2), 0);
  flows_end(r.flows);
  ck_assert_uint_eq(r.done->len, 2);
  ck_assert(record_at(&r, 1)->alive);
  run_end(&r);
}
END_TEST

/* Whatever comes, each connection is handed out once, and no more is kept than lives. */
START_TEST(each_once_and_memory_follows_the_table)
{
  enum { CONNECTIONS = 3000 };
  guint64 seen[CONNECTIONS + 1] = { 0 };
  guint i;
  run r;

  run_start(&r, 0, FALSE);
  for (i = 0; i < CONNECTIONS; i++)
    udp(&r, (guint16)(1000 + i), FALSE, i * S);
  ck_assert_uint_le(flows_kept_most(r.flows), 64);
  flows_end(r.flows);
  ck_assert_uint_eq(r.done->len, CONNECTIONS);
  for (i = 0; i < CONNECTIONS; i++)
    ck_assert_uint_eq(seen[record_at(&r, i)->conn]++, 0);
  run_end(&r);
}
END_TEST

static void count_one(const flow_record *record, gpointer user)
{
  (void)record;
  ++*(guint *)user;
}

START_TEST(the_peak_is_told_as_it_stood)
{
  guint64 packet;
  gint64 time_ns;
  guint n = 0, i;
  run r;

  run_start(&r, 0, TRUE);
  for (i = 0; i < 5; i++)
    udp(&r, (guint16)(1000 + i), FALSE, i * S);
  udp(&r, 2000, FALSE, 500 * S);
  flows_peak(r.flows, &time_ns, &packet);
  ck_assert_uint_eq(packet, 5);
  ck_assert_int_eq(time_ns, 4 * S);
  flows_each_at_peak(r.flows, count_one, &n);
  ck_assert_uint_eq(n, 5);
  n = 0;
  flows_each(r.flows, 500 * S, count_one, &n);
  ck_assert_uint_eq(n, 1);
  flows_end(r.flows);
  run_end(&r);
}
END_TEST

static void packets_of_first(const flow_record *record, gpointer user)
{
  if (record->conn == 1)
    *(guint64 *)user = record->packets[CT_ORIGINAL];
}

/* Told as it was at the last peak, whether it went on behind that or not: a copy of an earlier peak is none of it. */
START_TEST(each_peak_is_another)
{
  guint64 packets = 0;
  run r;

  run_start(&r, 0, TRUE);
  udp(&r, 1000, FALSE, 1 * S);
  udp(&r, 1001, FALSE, 2 * S); /* a peak */
  udp(&r, 1000, FALSE, 3 * S);
  udp(&r, 1000, FALSE, 4 * S);
  flows_each_at_peak(r.flows, packets_of_first, &packets);
  ck_assert_uint_eq(packets, 1);
  udp(&r, 1002, FALSE, 5 * S); /* a higher one */
  flows_each_at_peak(r.flows, packets_of_first, &packets);
  ck_assert_uint_eq(packets, 3);
  udp(&r, 1000, FALSE, 6 * S);
  flows_each_at_peak(r.flows, packets_of_first, &packets);
  ck_assert_uint_eq(packets, 3);
  run_end(&r);
}
END_TEST

/* Different within a protocol, or the history could not be read. */
START_TEST(letters_differ)
{
  static const guint8 protos[] = { CT_PROTO_TCP, CT_PROTO_SCTP, CT_PROTO_DCCP };
  guint i, a, b;

  for (i = 0; i < G_N_ELEMENTS(protos); i++)
    for (a = 1; a < 16; a++)
      for (b = a + 1; b < 16; b++) {
        char letter = flow_letter(protos[i], (guint8)a);

        ck_assert(letter == 'X' || letter != flow_letter(protos[i], (guint8)b));
      }
}
END_TEST

/* ---- the database ---- */

static void write_record(database *d, const run *r) { database_flow(d, record_at(r, 0)); }

START_TEST(a_database_is_whole_or_none)
{
  const gint64 first_ns = 0;
  emit_row_context context = { .profile = kit_params(FALSE)->profile, .first_ns = &first_ns };
  char head[16] = "", name[] = "test_flows-XXXXXX";
  int fd = g_mkstemp(name);
  GError *error = NULL;
  database *d;
  run r;

  ck_assert_int_ge(fd, 0);
  g_unlink(name);
  context.scratch = g_string_new(NULL);
  run_start(&r, 0, FALSE);
  udp(&r, 1000, FALSE, 1 * S);
  flows_end(r.flows);
  d = database_open(fd, &context, &error);
  if (!database_is_built()) {
    ck_assert_ptr_null(d);
    ck_assert_ptr_nonnull(error);
    g_clear_error(&error);
  } else {
    ck_assert_ptr_nonnull(d);
    write_record(d, &r);
    ck_assert(!database_failed(d));
    ck_assert(database_close(d, &error));
    ck_assert_int_eq(pread(fd, head, 15, 0), 15);
    ck_assert_str_eq(head, "SQLite format 3");
    /* The same connection twice breaks a key: it is said, and the database is none. */
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    d = database_open(fd, &context, &error);
    ck_assert_ptr_nonnull(d);
    write_record(d, &r);
    write_record(d, &r);
    ck_assert(!database_close(d, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "UNIQUE"));
    g_clear_error(&error);
  }
  run_end(&r);
  g_string_free(context.scratch, TRUE);
  close(fd);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("flows");
  TCase *tcase = tcase_create("flows");

  tcase_add_test(tcase, a_record_says_what_its_packets_were);
  tcase_add_test(tcase, each_once_and_memory_follows_the_table);
  tcase_add_test(tcase, the_peak_is_told_as_it_stood);
  tcase_add_test(tcase, each_peak_is_another);
  tcase_add_test(tcase, letters_differ);
  tcase_add_test(tcase, a_database_is_whole_or_none);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
