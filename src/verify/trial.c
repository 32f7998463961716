/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches of hostile conversations; the one that differs is made small. */
#include "verify/trial.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "verify/engine_side.h"
#include "verify/lab.h"
#include "verify/limits.h"
#include "verify/random.h"

/*
 * A phase of sending lasts at most SEND, a pause lasts PAUSE. With timeouts of 2 s, 6 s and 200 s or more, an entry of
 * any phase has its deadline at least a second away from the sending times of all phases, on any machine: who is too
 * slow sends fewer packets.
 */
enum { SEND_MS = 850, PAUSE_MS = 3200, BATCH_CONVERSATIONS = 260, SHRINK_TRIALS = 200 };

typedef struct batch {
  const verify_hostile *hostile;
  GStrv sysctls;
  guint64 order_seed;
} batch;

typedef struct trial {
  verify_lab *lab;
  verify_engine *run;
  verify_compare *compare;
  verify_line line, got;
  verify_table table; /* the entry concerned, as the kernel has it */
  GArray *entries;    /* as the engine has it */
  GArray *none;
  guint64 sent;
  guint32 conversation; /* under way */
} trial;

static void sleep_ms(guint ms)
{
  const struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

  nanosleep(&wait, NULL);
}

/* --- a batch's settings --- */

static GStrv sysctls_choose(verify_random *random)
{
  /* clang-format off */
  static const char *const timeouts[] = { "generic_timeout", "icmp_timeout", "icmpv6_timeout", "gre_timeout",
    "gre_timeout_stream", "udp_timeout", "udp_timeout_stream", "tcp_timeout_syn_sent", "tcp_timeout_syn_recv",
    "tcp_timeout_established", "tcp_timeout_fin_wait", "tcp_timeout_close_wait", "tcp_timeout_last_ack",
    "tcp_timeout_time_wait", "tcp_timeout_close", "tcp_timeout_max_retrans", "tcp_timeout_unacknowledged",
    "sctp_timeout_closed", "sctp_timeout_cookie_wait", "sctp_timeout_cookie_echoed", "sctp_timeout_established",
    "sctp_timeout_shutdown_sent", "sctp_timeout_shutdown_recd", "sctp_timeout_shutdown_ack_sent",
    "sctp_timeout_heartbeat_sent"};
  /* clang-format on */
  static const guint seconds[] = { 2, 6, 6, 200, 3600, 432000 };
  GPtrArray *list = g_ptr_array_new();

  for (guint i = 0; i < G_N_ELEMENTS(timeouts); i++)
    g_ptr_array_add(list, g_strdup_printf("net.netfilter.nf_conntrack_%s=%u", timeouts[i],
                                          seconds[verify_random_below(random, G_N_ELEMENTS(seconds))]));
  g_ptr_array_add(list, g_strdup_printf("net.netfilter.nf_conntrack_tcp_loose=%d", !verify_random_percent(random, 20)));
  g_ptr_array_add(list,
                  g_strdup_printf("net.netfilter.nf_conntrack_tcp_be_liberal=%d", verify_random_percent(random, 15)));
  g_ptr_array_add(
    list, g_strdup_printf("net.netfilter.nf_conntrack_tcp_ignore_invalid_rst=%d", verify_random_percent(random, 20)));
  g_ptr_array_add(list,
                  g_strdup_printf("net.netfilter.nf_conntrack_tcp_max_retrans=%u", verify_random_below(random, 4)));
  g_ptr_array_add(list, g_strdup_printf("net.netfilter.nf_conntrack_checksum=%d", !verify_random_percent(random, 10)));
  g_ptr_array_add(list, NULL);
  return (GStrv)g_ptr_array_free(list, FALSE);
}

static verify_header header_for(GStrv sysctls)
{
  struct utsname machine;

  uname(&machine);
  return (verify_header){ .kernel = g_intern_string(machine.release), .capture = "hostile", .sysctls = sysctls };
}

/* --- a packet --- */

/* When an expired entry is found, and by whom, is the kernel's business: it may send the DESTROY minutes later. */
static void expired_forget(GArray *events)
{
  for (guint i = 0; i < events->len;)
    if (g_array_index(events, verify_event, i).expired)
      g_array_remove_index(events, i);
    else
      i++;
}

static gboolean entry_look_up(trial *t, GError **error)
{
  const ct_packet *packet = verify_engine_packet(t->run);
  verify_entry entry;
  gboolean found = FALSE;

  g_hash_table_remove_all(t->table.entries);
  g_array_set_size(t->entries, 0);
  if (packet->kind != CT_PACKET_TRACK && packet->kind != CT_PACKET_ICMP_ERROR)
    return TRUE;
  if (!verify_lab_find(t->lab, &packet->tuple, &t->line, &entry, &found, error))
    return FALSE;
  if (found)
    g_array_append_val(t->line.listed, entry);
  verify_table_apply(&t->table, &t->line);
  if (verify_engine_find(t->run, &packet->tuple, &entry))
    g_array_append_val(t->entries, entry);
  return TRUE;
}

/* A router keeps to itself what has a link-local sender, such as redirects: conntrack has judged it by then. */
static gboolean stays_on_link(const verify_hostile *h, const verify_hostile_packet *p)
{
  const guint8 *bytes = h->bytes->data + p->offset;

  return p->family == CT_IPV6 && p->length >= 40 && bytes[8] == 0xfe && (bytes[9] & 0xc0) == 0x80;
}

/* => FALSE only where the machine fails; differences are with t->compare. */
static gboolean packet_try(trial *t, const verify_hostile *h, const verify_hostile_packet *p, GError **error)
{
  gsize bytes;

  t->conversation = p->conversation;
  if (!verify_lab_send(t->lab, p->family, h->bytes->data + p->offset, p->length, ++t->sent, &t->line, error))
    return FALSE;
  if (t->line.why != NULL)
    return TRUE;

  const guint8 *sent = verify_lab_sent(t->lab, &bytes);
  const cap_frame frame = { .data = sent,
                            .captured = (guint32)bytes,
                            .wire = (guint32)bytes,
                            .link = 1 /* Ethernet */ };

  verify_engine_frame(t->run, &frame, t->sent, t->line.time_ns, &t->got);
  if (stays_on_link(h, p))
    t->got.forwarded = FALSE;
  if (!entry_look_up(t, error))
    return FALSE;
  expired_forget(t->line.events);
  expired_forget(t->got.events);
  verify_compare_frame(t->compare, &t->line, &t->table, &t->got, t->entries, t->none, NULL);
  return TRUE;
}

/* --- a phase --- */

/* Packets of one phase, conversations mixed at random but each in its own order. */
static GArray *phase_order(const batch *b, guint phase)
{
  GArray *order = g_array_new(FALSE, FALSE, sizeof(guint));
  const GArray *packets = b->hostile->packets;
  verify_random random = { b->order_seed + phase };

  for (guint i = 0; i < packets->len; i++)
    if (g_array_index(packets, verify_hostile_packet, i).phase == phase)
      g_array_append_val(order, i);

  GArray *slots = g_array_copy(order);

  for (guint i = slots->len; i > 1; i--) {
    guint j = verify_random_below(&random, i);
    guint kept = g_array_index(slots, guint, i - 1);

    g_array_index(slots, guint, i - 1) = g_array_index(slots, guint, j);
    g_array_index(slots, guint, j) = kept;
  }

  /* Each slot names a conversation; it takes that conversation's next packet. */
  g_autoptr(GHashTable) next = g_hash_table_new(NULL, NULL);

  for (guint i = 0; i < slots->len; i++) {
    guint32 conversation = g_array_index(packets, verify_hostile_packet, g_array_index(slots, guint, i)).conversation;
    guint at = GPOINTER_TO_UINT(g_hash_table_lookup(next, GUINT_TO_POINTER(conversation)));

    while (g_array_index(packets, verify_hostile_packet, g_array_index(order, guint, at)).conversation != conversation)
      at++;
    g_array_index(slots, guint, i) = g_array_index(order, guint, at);
    g_hash_table_insert(next, GUINT_TO_POINTER(conversation), GUINT_TO_POINTER(at + 1));
  }
  g_array_unref(order);
  return slots;
}

static gboolean phase_try(trial *t, const batch *b, guint phase, GError **error)
{
  GArray *order = phase_order(b, phase);
  gint64 end_ns = verify_lab_now(t->lab) + SEND_MS * G_GINT64_CONSTANT(1000000);
  gboolean fine = TRUE;

  for (guint i = 0;
       fine && i < order->len && verify_compare_difference(t->compare) == NULL && verify_lab_now(t->lab) < end_ns; i++)
    fine = packet_try(
      t, b->hostile, &g_array_index(b->hostile->packets, verify_hostile_packet, g_array_index(order, guint, i)), error);
  g_array_unref(order);
  return fine;
}

static guint last_phase(const verify_hostile *h)
{
  guint last = 0;

  for (guint i = 0; i < h->packets->len; i++)
    last = MAX(last, g_array_index(h->packets, verify_hostile_packet, i).phase);
  return last;
}

/* --- a batch --- */

/* The kernel's statistics go on from batch to batch: the difference. */
static void stats_subtract(GHashTable *stats, GHashTable *before)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init(&iter, stats);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    const guint64 *old = g_hash_table_lookup(before, key);

    *(guint64 *)value -= old != NULL ? *old : 0;
  }
}

static GHashTable *stats_new(void) { return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free); }

static gboolean tables_compare(trial *t, GHashTable *before, GError **error)
{
  verify_line last;
  verify_end end = { .table = g_array_new(FALSE, FALSE, sizeof(verify_entry)),
                     .expected = g_array_new(FALSE, FALSE, sizeof(verify_expect)),
                     .stats = stats_new() };

  verify_line_init(&last);
  last.time_ns = verify_lab_now(t->lab);

  gboolean fine =
    verify_lab_table(t->lab, &last, end.table, end.expected, error) && verify_lab_stats(t->lab, end.stats, error);

  if (fine) {
    GHashTable *stats = verify_engine_stats(t->run);

    end.time_ns = last.time_ns;
    end.seen_ns = last.seen_ns;
    stats_subtract(end.stats, before);
    verify_engine_advance(t->run, last.time_ns);
    t->conversation = 0;
    verify_compare_end(t->compare, &end, last.time_ns, verify_engine_entries(t->run), t->none, stats);
    g_hash_table_unref(stats);
  }
  verify_line_clear(&last);
  g_array_unref(end.table);
  g_array_unref(end.expected);
  g_hash_table_unref(end.stats);
  return fine;
}

static gboolean phases_try(trial *t, const batch *b, GError **error)
{
  g_autoptr(GHashTable) before = stats_new();
  guint last = last_phase(b->hostile);

  if (!verify_lab_restart(t->lab, b->sysctls, error) || !verify_lab_stats(t->lab, before, error))
    return FALSE;
  for (guint phase = 0; phase <= last && verify_compare_difference(t->compare) == NULL; phase++) {
    if (phase > 0)
      sleep_ms(PAUSE_MS);
    if (!phase_try(t, b, phase, error))
      return FALSE;
  }
  return verify_compare_difference(t->compare) != NULL || tables_compare(t, before, error);
}

static void counts_add(verify_counts *sum, const verify_counts *n)
{
  sum->packets += n->packets;
  sum->fields += n->fields;
  sum->events += n->events;
  sum->entries += n->entries;
  sum->timeouts_late += n->timeouts_late;
  sum->edges += n->edges;
  sum->expects_late += n->expects_late;
  sum->streams += n->streams;
}

/* *difference is set where there was one. => FALSE where the machine fails. */
static gboolean batch_try(verify_lab *lab, const batch *b, verify_trial_report *sum, char **difference,
                          guint32 *conversation, GError **error)
{
  const verify_header header = header_for(b->sysctls);
  ct_params params;
  ct_checksums checksums;

  if (!verify_engine_params(&header, &params, &checksums, error))
    return FALSE;

  /* With checksums off a kernel still judges IPv4's own, which nobody mended here. */
  trial t = { .lab = lab, .run = verify_engine_new(&params, CT_CHECKSUMS_VERIFY) };
  g_autofree char *name = g_strdup_printf("Linux %s", header.kernel);

  t.compare = verify_compare_new(&verify_tolerance_live, name, "ctreplay");
  t.entries = g_array_new(FALSE, FALSE, sizeof(verify_entry));
  t.none = g_array_new(FALSE, FALSE, sizeof(verify_expect));
  verify_table_init(&t.table);
  verify_line_init(&t.line);
  verify_line_init(&t.got);

  gboolean fine = phases_try(&t, b, error);

  *difference = g_strdup(verify_compare_difference(t.compare));
  *conversation = t.conversation;
  if (sum != NULL) {
    sum->packets += t.sent;
    sum->batches++;
    counts_add(&sum->counts, verify_compare_counts(t.compare));
  }
  verify_engine_free(t.run);
  verify_compare_free(t.compare);
  g_array_unref(t.entries);
  g_array_unref(t.none);
  verify_table_clear(&t.table);
  verify_line_clear(&t.line);
  verify_line_clear(&t.got);
  return fine;
}

/* --- making it small --- */

/* Whether these packets alone differ, in namespaces that have seen nothing before. */
static gboolean still_differs(const verify_hostile *h, const verify_trial_report *report, char **difference)
{
  const verify_header header = header_for(report->sysctls);
  batch b = { .hostile = h, .sysctls = report->sysctls };
  guint32 conversation;
  *difference = NULL;
  verify_lab *lab = verify_lab_new(&header, VERIFY_LAB_ROUTER, NULL);
  gboolean fine = lab != NULL && batch_try(lab, &b, NULL, difference, &conversation, NULL);

  verify_lab_free(lab);
  if (fine && *difference != NULL)
    return TRUE;
  g_clear_pointer(difference, g_free);
  return FALSE;
}

static GArray *without(const GArray *packets, guint from, guint n)
{
  GArray *rest = g_array_new(FALSE, FALSE, sizeof(verify_hostile_packet));

  g_array_append_vals(rest, packets->data, from);
  if (from + n < packets->len)
    g_array_append_vals(rest, &g_array_index(packets, verify_hostile_packet, from + n), packets->len - from - n);
  return rest;
}

/* Leaves out ever smaller runs of packets as long as the difference stays. */
static void shrink(verify_trial_report *report)
{
  verify_hostile *h = &report->minimal;
  guint trials = 0;

  for (guint n = MAX(h->packets->len / 2, 1); n > 0; n /= 2)
    for (guint from = 0; from < h->packets->len && trials < SHRINK_TRIALS;) {
      verify_hostile fewer = { .packets = without(h->packets, from, n), .bytes = h->bytes };
      char *difference;

      trials++;
      if (fewer.packets->len > 0 && still_differs(&fewer, report, &difference)) {
        g_array_unref(h->packets);
        h->packets = fewer.packets;
        g_free(report->difference);
        report->difference = difference;
      } else {
        g_array_unref(fewer.packets);
        from += n;
      }
    }
}

static void minimise(verify_trial_report *report, const verify_hostile *all)
{
  char *difference;

  for (guint i = 0; i < all->packets->len; i++) {
    const verify_hostile_packet *p = &g_array_index(all->packets, verify_hostile_packet, i);

    if (p->conversation == report->conversation)
      g_array_append_val(report->minimal.packets, *p);
  }
  g_byte_array_append(report->minimal.bytes, all->bytes->data, all->bytes->len);
  if (report->minimal.packets->len == 0 || !still_differs(&report->minimal, report, &difference)) {
    g_array_set_size(report->minimal.packets, 0);
    return;
  }
  g_free(report->difference);
  report->difference = difference;
  shrink(report);
}

/* --- the whole --- */

static gboolean next_batch(verify_lab *lab, guint64 seed, verify_random *random, verify_trial_report *report,
                           GError **error)
{
  verify_hostile hostile;
  batch b = { .hostile = &hostile, .sysctls = sysctls_choose(random), .order_seed = verify_random_next(random) };

  verify_hostile_init(&hostile);
  for (guint i = 0; i < BATCH_CONVERSATIONS; i++)
    verify_hostile_add(&hostile, seed, ++report->conversations);

  gboolean fine = batch_try(lab, &b, report, &report->difference, &report->conversation, error);

  if (fine && report->difference != NULL) {
    report->sysctls = g_strdupv(b.sysctls);
    minimise(report, &hostile);
  }
  g_strfreev(b.sysctls);
  verify_hostile_clear(&hostile);
  return fine;
}

gboolean verify_trial_run(guint64 seed, guint64 packets, void (*say)(const verify_trial_report *),
                          verify_trial_report *report, GError **error)
{
  const verify_header header = header_for(NULL);
  verify_random random = { seed };
  verify_limits before, after;

  *report = (verify_trial_report){ 0 };
  verify_limits_read(VERIFY_LIMITS_FOLDER, &before);
  verify_hostile_init(&report->minimal);

  verify_lab *lab = verify_lab_new(&header, VERIFY_LAB_ROUTER, error);
  gboolean fine = lab != NULL;

  while (fine && report->packets < packets && report->difference == NULL) {
    fine = next_batch(lab, seed, &random, report, error);
    if (fine && say != NULL)
      say(report);
  }
  verify_limits_read(VERIFY_LIMITS_FOLDER, &after);
  report->changed = verify_limits_changed(&before, &after);
  verify_lab_free(lab);
  return fine;
}

void verify_trial_report_clear(verify_trial_report *report)
{
  g_free(report->changed);
  g_free(report->difference);
  g_strfreev(report->sysctls);
  verify_hostile_clear(&report->minimal);
}

gboolean verify_trial_write(const verify_trial_report *report, const char *path, GError **error)
{
  const verify_hostile *h = &report->minimal;
  cap_writer *writer = cap_writer_open(path, CAP_WRITER_PCAP, error);
  gboolean fine = writer != NULL;

  for (guint i = 0; fine && i < h->packets->len; i++) {
    const verify_hostile_packet *p = &g_array_index(h->packets, verify_hostile_packet, i);
    GByteArray *bytes = g_byte_array_new();
    const guint8 link[] = {
      2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, p->family == CT_IPV6 ? 0x86 : 0x08, p->family == CT_IPV6 ? 0xdd : 0
    };

    g_byte_array_append(bytes, link, sizeof(link));
    g_byte_array_append(bytes, h->bytes->data + p->offset, p->length);

    const cap_frame frame = { .ts_ns = p->phase * G_GINT64_CONSTANT(4000000000) + i * G_GINT64_CONSTANT(1000000),
                              .data = bytes->data,
                              .captured = bytes->len,
                              .wire = bytes->len,
                              .link = 1 /* Ethernet */ };

    fine = cap_writer_frame(writer, &frame, "", error);
    g_byte_array_unref(bytes);
  }
  return writer != NULL && cap_writer_close(writer, fine ? error : NULL) && fine;
}
