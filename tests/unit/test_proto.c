/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The descriptions of protocols: that they and the lists agree, and that a protocol is added by describing it. The toy
 * below is no protocol of this program: nothing but its description and its profile says what it is.
 */
#include <string.h>

#include "cli/filter.h"
#include "conntrack/engine_internal.h"
#include "conntrack/proto/proto.h"
#include "conntrack/state/io.h"
#include "emit/emit.h"
#include "emit/summary.h"
#include "explain/explain.h"
#include "states/states.h"
#include "unit.h"

#define S INT64_C(1000000000)

enum { TOY = 200, TOY_HEADER = 8, TOY_HELLO = 1, IP_HEADER = 20, WORKS = 1 };

/* --- the toy: two ports, a byte that must not be 0, and two states --- */

static ct_reason toy_read_ids(ct_packet *packet, uint32_t at, const ct_profile *profile, ct_tuple *tuple)
{
  uint8_t scratch[4];
  const uint8_t *bytes = ct_packet_at(packet, at, sizeof(scratch), scratch);

  (void)profile;
  if (bytes == NULL)
    return CT_REASON_TUPLE_SHORT;
  tuple->src_id = ct_be16(bytes);
  tuple->dst_id = ct_be16(bytes + 2);
  return CT_REASON_NONE;
}

static ct_reason toy_check(ct_packet *packet, uint32_t at, const struct ct_judge *judge)
{
  uint8_t scratch[TOY_HEADER];
  const uint8_t *bytes = ct_packet_at(packet, at, TOY_HEADER, scratch);

  (void)judge;
  return bytes == NULL ? CT_REASON_UDP_SHORT : bytes[7] == 0 ? CT_REASON_UDP_LENGTH : CT_REASON_NONE;
}

static ct_track toy_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  if (dir == CT_REPLY && entry->state != WORKS) {
    entry->state = WORKS;
    result->events |= CT_EV_PROTOINFO;
  }
  entry->l4.icmp_requests++;
  ct_core_refresh_acct(engine, entry, dir, packet, ct_core_timeout(engine, CT_TIMEOUT_ICMP), result);
  return CT_TRACK_ACCEPT;
}

static void toy_keep(ct_state_io *io, const ct_engine *engine, ct_entry *entry)
{
  (void)engine;
  io_var32(io, &entry->l4.icmp_requests);
}

static bool toy_sound(const ct_entry *entry) { return entry->l4.icmp_requests < 100; }

static ct_timeout toy_timeout(const ct_entry *entry)
{
  (void)entry;
  return CT_TIMEOUT_ICMP;
}

static const char *const toy_states[] = { "GREETS", "WORKS" };

static const ct_proto toy = { .name = "toy",
                              .number = TOY,
                              .ids = CT_IDS_PORTS,
                              .read_ids = toy_read_ids,
                              .check = toy_check,
                              .states = toy_states,
                              .n_states = 2,
                              .packet = toy_packet,
                              .timeout = toy_timeout,
                              .keep = toy_keep,
                              .sound = toy_sound };

/* Which of its two timeouts is the longer decides. */
static bool choosy_alike(const int64_t *a, const int64_t *b)
{
  return (a[CT_TIMEOUT_GRE] > a[CT_TIMEOUT_GRE_STREAM]) == (b[CT_TIMEOUT_GRE] > b[CT_TIMEOUT_GRE_STREAM]);
}

static const ct_timing choosy_timing = { .choices = UINT64_C(1) << CT_TIMEOUT_GRE | UINT64_C(1)
                                                                                      << CT_TIMEOUT_GRE_STREAM,
                                         .chooses_alike = choosy_alike };
static const ct_proto choosy = {
  .name = "choosy", .number = TOY + 1, .packet = toy_packet, .timeout = toy_timeout, .timing = &choosy_timing
};

static const ct_proto *trackers[256] = { [TOY] = &toy, [TOY + 1] = &choosy };
static ct_profile profile;
static ct_params params;
static ct_engine *engine;
static emit_options options;
static emit_text text;
static cli_filter filter;

static void setup(void)
{
  guint i;

  profile = *ct_profile_get(0);
  for (i = 0; i < 256; i++)
    if (i != TOY && i != TOY + 1)
      trackers[i] = profile.trackers[i];
  profile.trackers = trackers;
  ct_params_init(&params, &profile);
  engine = ct_engine_new(&params);
  memset(&options, 0, sizeof(options));
  options.profile = &profile;
  emit_text_init(&text, -1);
  cli_filter_init(&filter);
  filter.profile = &profile;
}

static void teardown(void)
{
  ct_engine_free(engine);
  emit_text_clear(&text);
}

/* From 10.0.0.1 port 1000 to 10.0.0.2 port 2000, or back; the packet's bytes stay until the next. */
static ct_packet make(guint dir, guint8 byte, gint64 time_ns)
{
  static guint8 bytes[IP_HEADER + TOY_HEADER];
  ct_packet packet = { .number = 1, .data = bytes, .length = sizeof(bytes), .captured = sizeof(bytes) };

  memcpy(bytes, "\x45\0\0\x1c\0\0\0\0\x40\xc8\0\0\x0a\0\0\1\x0a\0\0\2\x03\xe8\x07\xd0\0\0\0\0", sizeof(bytes));
  if (dir == CT_REPLY)
    memcpy(bytes + 12, "\x0a\0\0\2\x0a\0\0\1\x07\xd0\x03\xe8", 12);
  bytes[IP_HEADER + 7] = byte;
  packet.time_ns = time_ns;
  ct_packet_prepare(&packet, CT_CHECKSUMS_VERIFY, &params);
  return packet;
}

static ct_result track(guint dir, guint8 byte, gint64 time_ns)
{
  ct_packet packet = make(dir, byte, time_ns);
  ct_result result;

  ct_engine_packet(engine, &packet, &result);
  return result;
}

static const char *taken(void)
{
  static char copy[4096];

  g_snprintf(copy, sizeof(copy), "%.*s", (int)text.used, text.data);
  text.used = 0;
  return copy;
}

static ct_view only_entry(void)
{
  ct_view view;

  ck_assert(ct_engine_find(engine, 1, &view));
  return view;
}

START_TEST(is_tracked)
{
  ct_result result = track(CT_ORIGINAL, TOY_HELLO, 0);

  ck_assert_int_eq(result.cls, CT_CLASS_NEW);
  result = track(CT_ORIGINAL, 0, S);
  ck_assert_int_eq(result.cls, CT_CLASS_INVALID);
  ck_assert_int_eq(result.reason, CT_REASON_UDP_LENGTH);
  result = track(CT_REPLY, TOY_HELLO, 2 * S);
  ck_assert_int_eq(result.cls, CT_CLASS_ESTABLISHED);
  ck_assert_int_eq(result.new_state, WORKS);
  ck_assert_uint_eq(only_entry().tuple[CT_ORIGINAL].dst_id, 2000);
  ck_assert_int_eq(only_entry().timeout_ns, 30 * S);
  ct_engine_advance(engine, 60 * S);
  ck_assert_uint_eq(ct_engine_stats(engine)->expired_by_timeout[CT_TIMEOUT_ICMP], 1);
}
END_TEST

/* Today's kernel has no such tracker, and today's tools no such name. */
START_TEST(is_unknown_elsewhere)
{
  ck_assert_str_eq(ct_proto_name(&profile, TOY), "toy");
  ck_assert_str_eq(ct_proto_name(ct_profile_get(0), TOY), "unknown");
  ck_assert_ptr_null(ct_proto_word(NULL, TOY));
  ck_assert_int_eq(ct_proto_number(&profile, "TOY"), TOY);
  ck_assert_int_eq(ct_proto_number(NULL, "toy"), -1);
  ck_assert_int_eq(ct_proto_ids(NULL, TOY), CT_IDS_NONE);
}
END_TEST

static const char *listed(const char *format)
{
  const ct_view view = only_entry();
  emit_output output;

  ck_assert(emit_output_open(&output, emit_format_find(format), EMIT_CAN_LIST, &options, &text, NULL));
  emit_output_entry(&output, &view);
  ck_assert(emit_output_close(&output, NULL));
  return taken();
}

static void keep_line(const ct_event *event, void *user)
{
  emit_output output;

  (void)user;
  ck_assert(emit_output_open(&output, emit_format_find("conntrack"), EMIT_CAN_EVENTS, &options, &text, NULL));
  emit_output_event(&output, event);
  ck_assert(emit_output_close(&output, NULL));
}

START_TEST(is_named_by_formats)
{
  ct_engine_watch(engine, 1u << CT_EVENT_NEW, keep_line, NULL);
  track(CT_ORIGINAL, TOY_HELLO, 0);
  ck_assert_str_eq(taken(), "    [NEW] toy      200 30 src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=2000 [UNREPLIED] "
                            "src=10.0.0.2 dst=10.0.0.1 sport=2000 dport=1000\n");
  track(CT_REPLY, TOY_HELLO, 0);
  ck_assert_str_eq(listed("conntrack"),
                   "toy      200 30 WORKS src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=2000 packets=1 bytes=28 "
                   "src=10.0.0.2 dst=10.0.0.1 sport=2000 dport=1000 packets=1 bytes=28 use=1\n");
  ck_assert_str_eq(listed("proc"),
                   "ipv4     2 toy      200 30 WORKS src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=2000 packets=1 "
                   "bytes=28 src=10.0.0.2 dst=10.0.0.1 sport=2000 dport=1000 packets=1 bytes=28 zone=0 use=2\n");
  ck_assert_ptr_nonnull(strstr(listed("json"), "\"proto\":200,\"sport\":1000,\"dport\":2000}"));
  ck_assert_ptr_nonnull(strstr(listed("xml"), "<layer4 protonum=\"200\" protoname=\"toy\"><sport>1000</sport>"));
  ck_assert_ptr_nonnull(strstr(listed("save"), " -p toy --sport 1000 --dport 2000 "));
}
END_TEST

static gboolean passes(guint condition, const char *value)
{
  const ct_view view = only_entry();

  cli_filter_init(&filter);
  filter.profile = &profile;
  ck_assert(cli_filter_set(&filter, condition, value, NULL));
  return cli_filter_entry(&filter, &view);
}

/* end: 0 source, 1 destination */
static gboolean passes_port(ct_dir dir, guint end, guint16 port)
{
  const ct_view view = only_entry();

  cli_filter_init(&filter);
  filter.profile = &profile;
  filter.any = TRUE;
  filter.given = CLI_FILTER_PORT0 << (2 * dir + end);
  filter.port[dir][end] = port;
  return cli_filter_entry(&filter, &view);
}

START_TEST(is_filtered)
{
  track(CT_ORIGINAL, TOY_HELLO, 0);
  ck_assert(passes(CLI_FILTER_PROTO, "toy"));
  ck_assert(passes(CLI_FILTER_PROTO, "200"));
  ck_assert(!passes(CLI_FILTER_PROTO, "udp"));
  ck_assert(passes_port(CT_ORIGINAL, 1, 2000));
  ck_assert(!passes_port(CT_ORIGINAL, 1, 1000));
  ck_assert(passes_port(CT_REPLY, 0, 2000));
  ck_assert(passes(CLI_FILTER_STATE, "greets"));
  ck_assert(!passes(CLI_FILTER_STATE, "works"));
}
END_TEST

START_TEST(is_in_the_summary)
{
  ct_packet packet = make(CT_ORIGINAL, TOY_HELLO, 0);
  emit_summary summary;
  ct_result result;

  ct_engine_packet(engine, &packet, &result);
  emit_summary_init(&summary);
  emit_tally_packet(&summary.tally, &packet, &result);
  summary.params = &params;
  summary.stats = ct_engine_stats(engine);
  emit_summary_print(&text, &summary, FALSE);
  ck_assert_ptr_nonnull(strstr(taken(), "\n  toy                  1\n"));
}
END_TEST

START_TEST(is_explained)
{
  ct_packet packet = make(CT_ORIGINAL, TOY_HELLO, 0);
  GString *words = g_string_new(NULL);
  GPtrArray *sentences;
  ct_result result;
  ct_trace trace;
  ct_view after;
  guint i;

  ct_engine_trace(engine, &trace);
  ct_engine_packet(engine, &packet, &result);
  ct_entry_view(engine, result.entry, &after);
  sentences = explain_sentences(
    &(explain_facts){ .params = &params, .packet = &packet, .result = &result, .trace = &trace, .after = &after });
  for (i = 0; i < sentences->len; i++)
    g_string_append_printf(words, "%s\n", ((explain_sentence *)g_ptr_array_index(sentences, i))->text);
  ck_assert_ptr_nonnull(strstr(words->str, "It was looked up as toy from 10.0.0.1 port 1000 to 10.0.0.2 port 2000.\n"));
  ck_assert_ptr_nonnull(
    strstr(words->str, "30 s by nf_conntrack_icmp_timeout, because it is that of the state GREETS."));
  g_ptr_array_unref(sentences);
  g_string_free(words, TRUE);
}
END_TEST

static bool into_array(const void *bytes, size_t n, void *user)
{
  g_byte_array_append(user, bytes, (guint)n);
  return true;
}

/* => the engine as read from what the one here writes, or NULL and why. */
static ct_engine *written_and_read(ct_state_error *error)
{
  GByteArray *bytes = g_byte_array_new();
  ct_engine *read;

  ck_assert(ct_state_write(engine, into_array, bytes, error));
  read = ct_state_read(bytes->data, bytes->len, &params, error);
  g_byte_array_free(bytes, TRUE);
  return read;
}

START_TEST(is_written_and_read)
{
  ct_state_error error;
  ct_engine *read;

  track(CT_ORIGINAL, TOY_HELLO, 0);
  track(CT_REPLY, TOY_HELLO, S);
  read = written_and_read(&error);
  ck_assert_msg(read != NULL, "%s", error.text);
  ck_assert_uint_eq(ct_table_entry(&read->table, 1)->l4.icmp_requests, 2);
  ck_assert_uint_eq(ct_table_entry(&read->table, 1)->state, WORKS);
  ct_engine_free(read);
  ct_table_entry(&engine->table, 1)->l4.icmp_requests = 100;
  ck_assert_ptr_null(written_and_read(&error));
  ck_assert_ptr_nonnull(strstr(error.text, "in a state that its protocol does not have"));
}
END_TEST

/* A kernel's own trackers choose, not those that are listed. */
START_TEST(choices_are_the_profiles)
{
  const uint64_t gre = UINT64_C(1) << CT_TIMEOUT_GRE;
  int64_t a[CT_TIMEOUT_COUNT] = { 0 }, b[CT_TIMEOUT_COUNT] = { 0 };

  ck_assert_uint_eq(ct_proto_choices(&profile) & gre, gre);
  ck_assert_uint_eq(ct_proto_choices(ct_profile_get(0)) & gre, 0);
  ck_assert(ct_proto_choose_alike(&profile, a, b));
  a[CT_TIMEOUT_GRE] = 1;
  ck_assert(!ct_proto_choose_alike(&profile, a, b));
  ck_assert(ct_proto_choose_alike(ct_profile_get(0), a, b));
}
END_TEST

/* It has states and no table: what becomes of it is found out by trying. */
START_TEST(has_a_picture)
{
  states_machine *machine = states_machine_new("toy", &params);

  ck_assert_ptr_nonnull(machine);
  ck_assert(!machine->has_table);
  ck_assert_int_eq(machine->nodes[1].timeout_ns, 30 * S);
  states_machine_free(machine);
  ck_assert_ptr_null(states_machine_new("quic", &params));
}
END_TEST

/* --- the lists --- */

START_TEST(lists_agree)
{
  const ct_profile *each;
  const ct_proto *proto;
  guint i, n;

  for (i = 0; (proto = ct_proto_get(NULL, i)) != NULL; i++) {
    ck_assert_ptr_eq(ct_proto_by_number[proto->number], proto);
    ck_assert_int_eq(ct_proto_number(NULL, proto->name), proto->number);
  }
  ck_assert_uint_eq(i, 8);
  for (i = 0; (each = ct_profile_get(i)) != NULL; i++)
    for (n = 0; n < 256; n++) {
      proto = each->trackers[n];
      if (proto == NULL)
        continue;
      ck_assert_uint_eq(proto->number, n);
      ck_assert_str_eq(proto->name, ct_proto_by_number[n]->name);
      ck_assert(proto->packet != NULL && proto->timeout != NULL);
      ck_assert((proto->ids == CT_IDS_ICMP) == (proto->answers != NULL && proto->type_name != NULL));
      ck_assert((proto->n_inputs > 0) == (proto->table != NULL && proto->inputs != NULL));
    }
}
END_TEST

/* Which protocols a kernel tracks is its profile's to say (spec 13). */
START_TEST(kernels_differ)
{
  static const struct {
    const char *profile;
    guint8 tracked[9], untracked[4];
  } kernels[] = {
    { "linux-6.18", { CT_PROTO_GRE, CT_PROTO_UDPLITE, CT_PROTO_SCTP }, { CT_PROTO_DCCP, 50 } },
    { "linux-6.1", { CT_PROTO_GRE, CT_PROTO_UDPLITE, CT_PROTO_SCTP, CT_PROTO_DCCP }, { 50 } },
    { "linux-2.6", { CT_PROTO_TCP, CT_PROTO_SCTP }, { CT_PROTO_GRE, CT_PROTO_UDPLITE, CT_PROTO_DCCP } },
    { "linux-2.4", { CT_PROTO_TCP, CT_PROTO_UDP }, { CT_PROTO_GRE, CT_PROTO_UDPLITE, CT_PROTO_SCTP, CT_PROTO_DCCP } },
  };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS(kernels); i++) {
    const ct_profile *kernel = ct_profile_find(kernels[i].profile);

    for (j = 0; kernels[i].tracked[j] != 0; j++)
      ck_assert_ptr_ne(ct_proto_find(kernel, kernels[i].tracked[j], CT_IPV4), &ct_proto_generic);
    for (j = 0; j < 4 && kernels[i].untracked[j] != 0; j++)
      ck_assert_ptr_eq(ct_proto_find(kernel, kernels[i].untracked[j], CT_IPV4), &ct_proto_generic);
    ck_assert_ptr_eq(ct_proto_find(kernel, CT_PROTO_ICMP, CT_IPV6), &ct_proto_generic);
  }
}
END_TEST

/* A sysctl is named as the kernel spells it, or not at all. */
START_TEST(sysctls_are_the_kernels)
{
  const ct_profile *now = ct_profile_find("linux-6.18"), *old = ct_profile_find("linux-2.6"),
                   *older = ct_profile_find("linux-2.4");

  ck_assert_str_eq(ct_reason_sysctl(CT_REASON_TABLE_FULL, now), "nf_conntrack_max");
  ck_assert_str_eq(ct_reason_sysctl(CT_REASON_TABLE_FULL, old), "ip_conntrack_max");
  ck_assert_str_eq(ct_reason_sysctl(CT_REASON_TCP_RST_SEQ, now), "nf_conntrack_tcp_ignore_invalid_rst");
  ck_assert_str_eq(ct_reason_sysctl(CT_REASON_TCP_RST_SEQ, old), "");
  ck_assert_str_eq(ct_reason_sysctl(CT_REASON_ICMP_CHECKSUM, old), "ip_conntrack_checksum");
  ck_assert_str_eq(ct_reason_sysctl(CT_REASON_ICMP_CHECKSUM, older), "");
  ck_assert_str_eq(ct_reason_sysctl(CT_REASON_FRAGMENT_MEMORY, older), "ipfrag_high_thresh");
  ck_assert_str_eq(ct_reason_sysctl(CT_REASON_DCCP_NOT_LOOSE, now), "");
  ck_assert_str_eq(ct_params_spell_timeout(old, CT_TIMEOUT_UDP), "ip_conntrack_udp_timeout");
  ck_assert_ptr_null(ct_params_spell_timeout(old, CT_TIMEOUT_ICMPV6));
  ck_assert_ptr_null(ct_params_spell_timeout(older, CT_TIMEOUT_TCP_RETRANS));
  ck_assert_ptr_null(ct_params_spell_timeout(now, CT_TIMEOUT_TCP_NONE));
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("proto");
  TCase *added = tcase_create("a protocol that is described"), *lists = tcase_create("lists");

  tcase_add_checked_fixture(added, setup, teardown);
  tcase_add_test(added, is_tracked);
  tcase_add_test(added, is_unknown_elsewhere);
  tcase_add_test(added, is_named_by_formats);
  tcase_add_test(added, is_filtered);
  tcase_add_test(added, is_in_the_summary);
  tcase_add_test(added, is_explained);
  tcase_add_test(added, has_a_picture);
  tcase_add_test(added, is_written_and_read);
  tcase_add_test(added, choices_are_the_profiles);
  suite_add_tcase(suite, added);
  tcase_add_test(lists, lists_agree);
  tcase_add_test(lists, kernels_differ);
  tcase_add_test(lists, sysctls_are_the_kernels);
  suite_add_tcase(suite, lists);
  return unit_run(suite);
}
