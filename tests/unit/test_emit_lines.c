/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The formats that exist elsewhere: what is expected here was printed by conntrack and by /proc of a live kernel for
 * such entries.
 */
#include "emit_views.h"
#include "unit.h"

static emit_text text;
static emit_options options;
static emit_output output;

static void setup(void)
{
  emit_text_init(&text, -1);
  memset(&options, 0, sizeof(options));
  options.profile = ct_profile_find("linux-6.18");
  options.show_mark = TRUE;
}

static void teardown(void) { output_end(&output, &text); }

static emit_output *in(const char *format, guint what) { return output_in(&output, format, what, &options, &text); }

static const char *entry_in(const char *format, const ct_view *view)
{
  emit_output_entry(in(format, EMIT_CAN_LIST), view);
  return text_taken(&text);
}

static const char *event_in(const char *format, const ct_event *event)
{
  emit_output_event(in(format, EMIT_CAN_EVENTS), event);
  return text_taken(&text);
}

static const char *expect_in(const char *format, const ct_expect_view *expect)
{
  emit_output_expect(in(format, EMIT_CAN_EXPECT), expect);
  return text_taken(&text);
}

/* Lines that people know from manuals and forums. */
START_TEST(well_known)
{
  ct_view view = view_make(view_tuple(CT_PROTO_TCP, "192.168.1.5", "192.168.1.35", 1031, 23), CT_TCP_SYN_SENT, 0, 117);

  options.profile = ct_profile_find("linux-2.6");
  options.show_mark = FALSE;
  ck_assert_str_eq(entry_in("ip_conntrack", &view),
                   "tcp      6 117 SYN_SENT src=192.168.1.5 dst=192.168.1.35 sport=1031 dport=23 [UNREPLIED] "
                   "src=192.168.1.35 dst=192.168.1.5 sport=23 dport=1031 use=1\n");

  view = view_make(view_tuple(CT_PROTO_TCP, "192.168.1.11", "192.168.1.12", 59302, 10050), CT_TCP_TIME_WAIT,
                   CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED, 89);
  view = view_counted(view, 5, 291, 5, 289);
  options.show_mark = options.show_secmark = TRUE;
  ck_assert_str_eq(
    entry_in("ip_conntrack", &view),
    "tcp      6 89 TIME_WAIT src=192.168.1.11 dst=192.168.1.12 sport=59302 dport=10050 packets=5 bytes=291 "
    "src=192.168.1.12 dst=192.168.1.11 sport=10050 dport=59302 packets=5 bytes=289 [ASSURED] mark=0 "
    "secmark=0 use=1\n");

  view = view_make(view_tuple(CT_PROTO_TCP, "127.0.0.1", "127.0.0.1", 49236, 53191), CT_TCP_ESTABLISHED,
                   CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED, 431899);
  options.profile = ct_profile_find("linux-6.18");
  options.show_secmark = FALSE;
  ck_assert_str_eq(entry_in("conntrack", &view),
                   "tcp      6 431899 ESTABLISHED src=127.0.0.1 dst=127.0.0.1 sport=49236 dport=53191 src=127.0.0.1 "
                   "dst=127.0.0.1 sport=53191 dport=49236 [ASSURED] mark=0 use=1\n");

  view =
    view_make(view_tuple(CT_PROTO_TCP, "10.0.0.11", "10.0.0.19", 36892, 9093), CT_TCP_CLOSE, CT_STATUS_SEEN_REPLY, 7);
  ck_assert_str_eq(entry_in("conntrack", &view),
                   "tcp      6 7 CLOSE src=10.0.0.11 dst=10.0.0.19 sport=36892 dport=9093 src=10.0.0.19 dst=10.0.0.11 "
                   "sport=9093 dport=36892 mark=0 use=1\n");
}
END_TEST

START_TEST(conntrack_protocols)
{
  ct_view view = view_make(view_tuple(CT_PROTO_UDP, "fd01::2", "fd02::1", 1001, 53), 0, 0, 29);

  view = view_counted(view, 1, 60, 0, 0);
  ck_assert_str_eq(
    entry_in("conntrack", &view),
    "udp      17 29 src=fd01::2 dst=fd02::1 sport=1001 dport=53 packets=1 bytes=60 [UNREPLIED] src=fd02::1 "
    "dst=fd01::2 sport=53 dport=1001 packets=0 bytes=0 mark=0 use=1\n");
  options.options = EMIT_EXTENDED | EMIT_ID;
  view = view_make(view_tuple(CT_PROTO_ICMPV6, "fd01::2", "fd02::1", 99, 128 << 8), 0, 0, 29);
  ck_assert_str_eq(entry_in("conntrack", &view),
                   "ipv6     10 icmpv6   58 29 src=fd01::2 dst=fd02::1 type=128 code=0 id=99 [UNREPLIED] src=fd02::1 "
                   "dst=fd01::2 type=129 code=0 id=99 mark=0 use=1 id=1\n");
  options.options = 0;
  view = view_make(view_tuple(CT_PROTO_GRE, "10.1.0.2", "10.2.0.2", 0, 0x1234), 0, 0, 29);
  ck_assert_str_eq(entry_in("conntrack", &view),
                   "gre      47 29 src=10.1.0.2 dst=10.2.0.2 srckey=0x0 dstkey=0x1234 [UNREPLIED] src=10.2.0.2 "
                   "dst=10.1.0.2 srckey=0x1234 dstkey=0x0 mark=0 use=1\n");
  view = view_make(view_tuple(CT_PROTO_SCTP, "10.1.0.2", "10.2.0.2", 5, 6), CT_SCTP_COOKIE_WAIT, 0, 29);
  ck_assert_str_eq(entry_in("conntrack", &view),
                   "sctp     132 29 COOKIE_WAIT src=10.1.0.2 dst=10.2.0.2 sport=5 dport=6 [UNREPLIED] src=10.2.0.2 "
                   "dst=10.1.0.2 sport=6 dport=5 mark=0 use=1\n");
  view = view_make(view_tuple(50, "10.1.0.2", "10.2.0.2", 0, 0), 0, 0, 29);
  ck_assert_str_eq(entry_in("conntrack", &view), "unknown  50 29 src=10.1.0.2 dst=10.2.0.2 [UNREPLIED] src=10.2.0.2 "
                                                 "dst=10.1.0.2 mark=0 use=1\n");
  /* The library knows DCCP, the kernel no longer does: ports that are not there are printed as 0. */
  view = view_make(view_tuple(CT_PROTO_DCCP, "127.0.0.1", "127.0.0.1", 0, 0), 0, 0, 599);
  ck_assert_str_eq(entry_in("conntrack", &view),
                   "dccp     33 599 src=127.0.0.1 dst=127.0.0.1 sport=0 dport=0 [UNREPLIED] "
                   "src=127.0.0.1 dst=127.0.0.1 sport=0 dport=0 mark=0 use=1\n");
  view = view_tcp(CT_TCP_ESTABLISHED, CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED, 431999);
  view.helper = "ftp";
  view.use = 2;
  view.mark = 7;
  ck_assert_str_eq(entry_in("conntrack", &view),
                   "tcp      6 431999 ESTABLISHED src=10.1.0.2 dst=10.2.0.2 sport=1000 dport=80 src=10.2.0.2 "
                   "dst=10.1.0.2 sport=80 dport=1000 [ASSURED] mark=7 helper=ftp use=2\n");
}
END_TEST

/* What a message does not carry is not printed. */
START_TEST(conntrack_events)
{
  ct_view view = view_counted(view_tcp(CT_TCP_SYN_SENT, 0, 120), 1, 60, 1, 40);
  ct_event event = event_make(CT_EVENT_NEW, CT_EV_NEW | CT_EV_PROTOINFO, &view);

  ck_assert_str_eq(event_in("conntrack", &event),
                   "    [NEW] tcp      6 120 SYN_SENT src=10.1.0.2 dst=10.2.0.2 sport=1000 dport=80 [UNREPLIED] "
                   "src=10.2.0.2 dst=10.1.0.2 sport=80 dport=1000\n");
  view.status |= CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED;
  view.timeout_ns = 432000 * VIEW_SECOND_NS;
  event = event_make(CT_EVENT_UPDATE, CT_EV_ASSURED, &view);
  event.time_ns = 1112345678;
  options.options = EMIT_TIMESTAMP | EMIT_ID;
  ck_assert_str_eq(event_in("conntrack", &event),
                   "[00000001.112345]\t [UPDATE] tcp      6 432000 src=10.1.0.2 dst=10.2.0.2 sport=1000 dport=80 "
                   "src=10.2.0.2 dst=10.1.0.2 sport=80 dport=1000 [ASSURED] id=1\n");
  options.options = EMIT_TIMESTAMP | EMIT_KTIMESTAMP | EMIT_EXTENDED;
  options.show_times = TRUE;
  view.status = CT_STATUS_CONFIRMED;
  view.state = CT_TCP_CLOSE;
  view.timeout_ns = VIEW_SECOND_NS - 1;
  view.ended_ns = VIEW_NOW_NS;
  view.created_ns = VIEW_NOW_NS - VIEW_SECOND_NS - 400000000;
  view.mark = 7;
  event = event_make(CT_EVENT_DESTROY, CT_EV_DESTROY, &view);
  ck_assert_str_eq(
    event_in("conntrack", &event),
    "[1795255498.000000]\t[DESTROY] ipv4     2 tcp      6 CLOSE src=10.1.0.2 dst=10.2.0.2 sport=1000 dport=80 "
    "packets=1 bytes=60 [UNREPLIED] src=10.2.0.2 dst=10.1.0.2 sport=80 dport=1000 packets=1 bytes=40 "
    "mark=7 delta-time=2 [start=Sat Nov 21 10:04:56 2026] [stop=Sat Nov 21 10:04:58 2026]\n");
  event = event_make(CT_EVENT_DROP, 0, NULL);
  ck_assert_str_eq(event_in("conntrack", &event), "");
}
END_TEST

START_TEST(conntrack_expectations)
{
  ct_expect_view expect = expect_make();
  ct_event event = event_make(CT_EVENT_EXPECT_NEW, 0, NULL);

  ck_assert_str_eq(expect_in("conntrack", &expect),
                   "299 proto=6 src=10.1.0.2 dst=10.2.0.2 sport=0 dport=1234 mask-src=255.255.255.255 "
                   "mask-dst=255.255.255.255 sport=0 dport=65535 master-src=10.1.0.2 master-dst=10.2.0.2 sport=4000 "
                   "dport=21 class=0 helper=ftp\n");
  event.expect = &expect;
  expect.flags = CT_EXPECT_PERMANENT | CT_EXPECT_INACTIVE;
  expect.helper = "sip";
  expect.class_number = 1;
  ck_assert_str_eq(event_in("conntrack", &event),
                   "    [NEW] 299 proto=6 src=10.1.0.2 dst=10.2.0.2 sport=0 dport=1234 mask-src=255.255.255.255 "
                   "mask-dst=255.255.255.255 sport=0 dport=65535 master-src=10.1.0.2 master-dst=10.2.0.2 sport=4000 "
                   "dport=21 PERMANENT,INACTIVE class=1 helper=sip\n");
  event.type = CT_EVENT_EXPECT_DESTROY;
  expect.tuple = view_tuple(CT_PROTO_TCP, "::1", "::1", 0, 1234);
  expect.mask = view_tuple(CT_PROTO_TCP, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::", 0, 0);
  expect.master_tuple = view_tuple(CT_PROTO_TCP, "::1", "::1", 41386, 21);
  expect.flags = 0;
  ck_assert_str_eq(
    event_in("save", &event),
    "[DESTROY] 299 proto=6 src=::1 dst=::1 sport=0 dport=1234 mask-src=ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
    "mask-dst=ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff sport=0 dport=65535 master-src=::1 master-dst=::1 "
    "sport=41386 dport=21 class=1 helper=sip\n");
}
END_TEST

/* An attribute that was not sent: conntrack prints nothing in its place. /proc has a dash where there is no timer. */
START_TEST(expectations_without_a_timeout)
{
  ct_expect_view expect = expect_make();
  ct_event event = event_make(CT_EVENT_EXPECT_NEW, 0, NULL);
  char *until;

  expect.deadline_ns = G_MAXINT64;
  expect.timeout_ns = G_MAXINT64 - VIEW_NOW_NS;
  event.expect = &expect;
  ck_assert(g_str_has_prefix(expect_in("conntrack", &expect), "proto=6 src=10.1.0.2 "));
  ck_assert(g_str_has_prefix(event_in("conntrack", &event), "    [NEW] proto=6 src=10.1.0.2 "));
  ck_assert_str_eq(expect_in("proc", &expect),
                   "- l3proto = 2 proto=6 src=10.1.0.2 dst=10.2.0.2 sport=0 dport=1234 ftp\n");
  until = strstr(expect_in("xml", &expect), "<meta>");
  ck_assert_ptr_nonnull(until);
  ck_assert(g_str_has_prefix(until, "<meta><helper-name>ftp</helper-name><class>0</class></meta>"));
}
END_TEST

START_TEST(conntrack_statistics)
{
  ct_stats stats;
  emit_statistics statistics = { .stats = &stats, .count = 10 };

  memset(&stats, 0, sizeof(stats));
  stats.invalid = 3;
  stats.early_drop = 12;
  emit_output_stats(in("conntrack", EMIT_CAN_STATS), &statistics);
  ck_assert_str_eq(text_taken(&text),
                   "cpu=0   \tfound=0 invalid=3 insert=0 insert_failed=0 drop=0 early_drop=12 error=0 "
                   "search_restart=0 clash_resolve=0 chaintoolong=0 \n");
  options.options = EMIT_EXTENDED;
  stats.packets = 25;
  stats.created = 12;
  stats.ended[CT_REASON_END_TIMEOUT] = stats.expired_by_timeout[CT_TIMEOUT_TCP_TIME_WAIT] = 2;
  stats.invalid_by_reason[CT_REASON_TCP_FLAGS] = 3;
  stats.peak_count = 11;
  stats.peak_time_ns = VIEW_NOW_NS;
  emit_output_stats(in("conntrack", EMIT_CAN_STATS), &statistics);
  ck_assert_str_eq(strchr(text_taken(&text), '\n'), "\npackets                          25\n"
                                                    "entries                          10\n"
                                                    "created                          12\n"
                                                    "ended timeout                    2\n"
                                                    "expired tcp_time_wait            2\n"
                                                    "peak                             11\n"
                                                    "peak-time                        2026-11-21T10:04:58Z\n"
                                                    "invalid tcp-flags                3\n"
                                                    "clock-back                       0\n"
                                                    "expect-new                       0\n"
                                                    "expect-create                    0\n"
                                                    "expect-delete                    0\n"
                                                    "expect-expired                   0\n"
                                                    "expect-refused                   0\n"
                                                    "expect-peak                      0\n"
                                                    "helper-cut                       0\n");
  emit_output_count(in("conntrack", EMIT_CAN_COUNT), 10, NULL);
  ck_assert_str_eq(text_taken(&text), "10\n");
  emit_output_snapshot(in("conntrack", EMIT_CAN_LIST), VIEW_NOW_NS + 500000000, 17);
  ck_assert_str_eq(text_taken(&text), "# at 2026-11-21T10:04:58.5Z, after packet 17\n");
}
END_TEST

START_TEST(proc_listing)
{
  ct_view view = view_make(view_tuple(CT_PROTO_ICMPV6, "fd01::2", "fd02::1", 9, 128 << 8), 0, CT_STATUS_SEEN_REPLY, 29);

  ck_assert_str_eq(entry_in("proc", &view),
                   "ipv6     10 icmpv6   58 29 src=fd01:0000:0000:0000:0000:0000:0000:0002 "
                   "dst=fd02:0000:0000:0000:0000:0000:0000:0001 type=128 code=0 id=9 "
                   "src=fd02:0000:0000:0000:0000:0000:0000:0001 dst=fd01:0000:0000:0000:0000:0000:0000:0002 "
                   "type=129 code=0 id=9 mark=0 zone=0 use=2\n");
  view = view_make(view_tuple(CT_PROTO_GRE, "10.1.0.2", "10.2.0.2", 0, 0), 0, 0, 29);
  view.gre_timeout_s[0] = 30;
  view.gre_timeout_s[1] = 180;
  ck_assert_str_eq(
    entry_in("proc", &view),
    "ipv4     2 gre      47 29 timeout=30, stream_timeout=180 src=10.1.0.2 dst=10.2.0.2 srckey=0x0 dstkey=0x0 "
    "[UNREPLIED] src=10.2.0.2 dst=10.1.0.2 srckey=0x0 dstkey=0x0 mark=0 zone=0 use=2\n");
  view = view_make(view_tuple(CT_PROTO_DCCP, "10.1.0.2", "10.2.0.2", 0, 0), 0, 0, 599);
  options.show_times = TRUE;
  ck_assert_str_eq(entry_in("proc", &view),
                   "ipv4     2 unknown  33 599 src=10.1.0.2 dst=10.2.0.2 [UNREPLIED] src=10.2.0.2 "
                   "dst=10.1.0.2 mark=0 zone=0 delta-time=2 use=2\n");
}
END_TEST

static const char *stats_in(const char *format, const char *profile, const ct_stats *stats)
{
  const emit_statistics statistics = { .stats = stats, .count = 26 };

  options.profile = ct_profile_find(profile);
  emit_output_stats(in(format, EMIT_CAN_STATS), &statistics);
  return text_taken(&text);
}

/* Each kernel has the counters of its time (KERNELS K5, K11), in the file of /proc as hexadecimal columns. */
START_TEST(counters_by_kernel)
{
  ct_stats stats;

  memset(&stats, 0, sizeof(stats));
  stats.hits = 300;
  stats.begun = 40;
  stats.created = 38;
  stats.ended[CT_REASON_END_TIMEOUT] = 12;
  stats.expect_new = 3;
  stats.expect_create = 4;
  stats.expect_delete = 5;
  stats.untracked = 7;
  stats.invalid = 17;
  stats.drop = 1;
  stats.early_drop = 2;
  stats.error = 6;
  stats.chaintoolong = stats.insert_failed = 9;
  ck_assert_str_eq(stats_in("conntrack", "linux-3.10", &stats),
                   "cpu=0   \tsearched=0 found=300 new=37 invalid=17 ignore=7 delete=14 delete_list=12 insert=38 "
                   "insert_failed=9 drop=1 early_drop=2 error=6 search_restart=0 \n");
  ck_assert_str_eq(stats_in("conntrack", "rhel-8", &stats),
                   "cpu=0   \tfound=0 invalid=17 ignore=7 insert=0 insert_failed=9 drop=1 early_drop=2 error=6 "
                   "search_restart=0 \n");
  ck_assert_str_eq(stats_in("conntrack", "linux-5.10", &stats),
                   "cpu=0   \tfound=0 invalid=17 insert=0 insert_failed=9 drop=1 early_drop=2 error=6 "
                   "search_restart=0 clash_resolve=0 \n");
  ck_assert_str_eq(stats_in("conntrack", "linux-5.15", &stats),
                   "cpu=0   \tfound=0 invalid=17 insert=0 insert_failed=9 drop=1 early_drop=2 error=6 "
                   "search_restart=0 clash_resolve=0 chaintoolong=9 \n");
  ck_assert_str_eq(
    stats_in("proc", "rhel-7", &stats),
    "entries  searched found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error  "
    "expect_new expect_create expect_delete search_restart\n"
    "0000001a  00000000 0000012c 00000025 00000011 00000007 0000000e 0000000c 00000026 00000009 00000001 00000002 "
    "00000006  00000003 00000004 00000005 00000000\n");
  ck_assert_str_eq(
    stats_in("ip_conntrack", "rhel-7", &stats),
    "entries  searched found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error  "
    "expect_new expect_create expect_delete\n"
    "0000001a  00000000 0000012c 00000025 00000011 00000007 0000000e 0000000c 00000026 00000009 00000001 00000002 "
    "00000006  00000003 00000004 00000005 \n");
  ck_assert_str_eq(
    stats_in("proc", "linux-5.10", &stats),
    "entries  clashres found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error  "
    "expect_new expect_create expect_delete search_restart\n"
    "0000001a  00000000 00000000 00000000 00000011 00000000 00000000 00000000 00000000 00000009 00000001 00000002 "
    "00000006  00000003 00000004 00000005 00000000\n");
  ck_assert_str_eq(
    stats_in("proc", "linux-6.18", &stats),
    "entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  "
    "expect_new expect_create expect_delete search_restart\n"
    "0000001a  00000000 00000000 00000000 00000011 00000000 00000000 00000009 00000000 00000009 00000001 00000002 "
    "00000006  00000003 00000004 00000005 00000000\n");
}
END_TEST

/* What a kernel tracks in the one IP alone is unknown to it in the other; its old file has IPv4 alone. */
START_TEST(proc_by_l3)
{
  ct_view view = view_make(view_tuple(CT_PROTO_GRE, "fd01::2", "fd02::1", 0, 0), 0, 0, 599);

  view.gre_timeout_s[0] = 30;
  view.gre_timeout_s[1] = 180;
  options.profile = ct_profile_find("linux-4.19");
  ck_assert_str_eq(entry_in("proc", &view),
                   "ipv6     10 unknown  47 599 src=fd01:0000:0000:0000:0000:0000:0000:0002 "
                   "dst=fd02:0000:0000:0000:0000:0000:0000:0001 [UNREPLIED] "
                   "src=fd02:0000:0000:0000:0000:0000:0000:0001 dst=fd01:0000:0000:0000:0000:0000:0000:0002 "
                   "mark=0 zone=0 use=2\n");
  options.profile = ct_profile_find("rhel-8");
  ck_assert_ptr_nonnull(strstr(entry_in("proc", &view), " gre      47 599 timeout=30, stream_timeout=180 src="));
  options.profile = ct_profile_find("rhel-7");
  ck_assert_str_eq(entry_in("ip_conntrack", &view), "");
}
END_TEST

START_TEST(proc_expectations)
{
  ct_expect_view expect = expect_make();

  ck_assert_str_eq(expect_in("proc", &expect),
                   "299 l3proto = 2 proto=6 src=10.1.0.2 dst=10.2.0.2 sport=0 dport=1234 ftp\n");
  expect.flags = CT_EXPECT_PERMANENT | CT_EXPECT_INACTIVE;
  expect.helper = "sip";
  expect.class_name = "signalling";
  expect.timeout_ns = -3 * VIEW_SECOND_NS - 1;
  ck_assert_str_eq(expect_in("proc", &expect), "-3 l3proto = 2 proto=6 src=10.1.0.2 dst=10.2.0.2 sport=0 dport=1234 "
                                               "PERMANENT,INACTIVE sip/signalling\n");
}
END_TEST

START_TEST(ip_conntrack_2_4)
{
  ct_view view = view_tcp(CT_TCP_ESTABLISHED, CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED, 431999);
  ct_expect_view expect = expect_make();

  options.profile = ct_profile_find("linux-2.4");
  options.show_mark = FALSE;
  ck_assert_str_eq(
    entry_in("ip_conntrack", &view),
    "tcp      6 431999 ESTABLISHED src=10.1.0.2 dst=10.2.0.2 sport=1000 dport=80 src=10.2.0.2 dst=10.1.0.2 "
    "sport=80 dport=1000 [ASSURED] use=1 \n");
  ck_assert_str_eq(expect_in("ip_conntrack", &expect),
                   "EXPECTING: 299 use=1 proto=6 src=10.1.0.2 dst=10.2.0.2 sport=0 dport=1234 \n");
  ck_assert_uint_eq(emit_format_wants(emit_format_find("ip_conntrack"), &options, EMIT_CAN_LIST), EMIT_WANTS_EXPECTS);
  ck_assert_uint_eq(emit_format_wants(emit_format_find("proc"), &options, EMIT_CAN_LIST), 0);
  expect.deadline_ns = G_MAXINT64;
  ck_assert_str_eq(expect_in("ip_conntrack", &expect),
                   "EXPECTING: - use=1 proto=6 src=10.1.0.2 dst=10.2.0.2 sport=0 dport=1234 \n");
  view = view_make(view_tuple(CT_PROTO_SCTP, "10.1.0.2", "10.2.0.2", 0, 0), 0, 0, 599);
  ck_assert_str_eq(entry_in("ip_conntrack", &view),
                   "unknown  132 599 src=10.1.0.2 dst=10.2.0.2 [UNREPLIED] src=10.2.0.2 dst=10.1.0.2 use=1 \n");
  options.profile = ct_profile_find("linux-2.6");
  expect.deadline_ns = VIEW_NOW_NS;
  ck_assert_str_eq(expect_in("ip_conntrack", &expect), "299 proto=6 src=10.1.0.2 dst=10.2.0.2 sport=0 dport=1234 \n");
}
END_TEST

START_TEST(save_lines)
{
  ct_view view = view_make(view_tuple(CT_PROTO_GRE, "10.1.0.2", "10.2.0.2", 0, 0x1234), 0, 0, 29);
  ct_event event = event_make(CT_EVENT_UPDATE, CT_EV_REPLY, &view);

  ck_assert_str_eq(entry_in("save", &view), "-A -t 29 -u UNSET -s 10.1.0.2 -d 10.2.0.2 -r 10.2.0.2 -q 10.1.0.2 -p gre "
                                            "--srckey 0 --dstkey 4660 --reply-key-src 4660 --reply-key-dst 0\n");
  view = view_make(view_tuple(CT_PROTO_ICMPV6, "fd01::2", "fd02::1", 99, 128 << 8), 0, 0, 29);
  ck_assert_str_eq(entry_in("save", &view), "-A -t 29 -u UNSET -s fd01::2 -d fd02::1 -r fd02::1 -q fd01::2 -p icmpv6 "
                                            "--icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 99\n");
  view = view_make(view_tuple(50, "10.1.0.2", "10.2.0.2", 0, 0), 0, 0, 29);
  ck_assert_str_eq(event_in("save", &event),
                   "-U -t 29 -u UNSET -s 10.1.0.2 -d 10.2.0.2 -r 10.2.0.2 -q 10.1.0.2 -p 50\n");
  view = view_make(view_tuple(CT_PROTO_SCTP, "10.1.0.2", "10.2.0.2", 5, 6), CT_SCTP_COOKIE_WAIT, 0, 29);
  view.sctp_vtag[0] = 3530211813u;
  view.sctp_vtag[1] = 1002019910;
  ck_assert_str_eq(
    entry_in("save", &view),
    "-A -t 29 -u UNSET -s 10.1.0.2 -d 10.2.0.2 -r 10.2.0.2 -q 10.1.0.2 -p sctp --sport 5 --dport 6 "
    "--reply-port-src 6 --reply-port-dst 5 --state COOKIE_WAIT --orig-vtag 3854658258 --reply-vtag 1184676155\n");
  event = event_make(CT_EVENT_DESTROY, CT_EV_DESTROY, &view);
  view.timeout_ns = 0;
  ck_assert_str_eq(event_in("save", &event),
                   "-D -u UNSET -s 10.1.0.2 -d 10.2.0.2 -r 10.2.0.2 -q 10.1.0.2 -p sctp --sport 5 --dport 6 "
                   "--reply-port-src 6 --reply-port-dst 5 --state COOKIE_WAIT\n");
  view = view_tcp(CT_TCP_ESTABLISHED, CT_STATUS_EXPECTED | CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED, 431999);
  ck_assert_str_eq(entry_in("save", &view),
                   "-A -t 431999 -u EXPECTED,SEEN_REPLY,ASSURED -s 10.1.0.2 -d 10.2.0.2 -r 10.2.0.2 -q 10.1.0.2 -p tcp "
                   "--sport 1000 --dport 80 --reply-port-src 80 --reply-port-dst 1000 --state ESTABLISHED\n");
  view = view_make(view_tuple(CT_PROTO_DCCP, "127.0.0.1", "127.0.0.1", 0, 0), 0, 0, 599);
  ck_assert_str_eq(entry_in("save", &view),
                   "-A -t 599 -u UNSET -s 127.0.0.1 -d 127.0.0.1 -r 127.0.0.1 -q 127.0.0.1 -p dccp\n");
}
END_TEST

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"

START_TEST(xml_flows)
{
  ct_view view = view_make(view_tuple(CT_PROTO_SCTP, "10.1.0.2", "10.2.0.2", 5, 6), CT_SCTP_COOKIE_WAIT, 0, 29);
  ct_event event = event_make(CT_EVENT_DESTROY, CT_EV_DESTROY, &view);

  /* Nothing to show is nothing printed. */
  in("xml", EMIT_CAN_LIST);
  ck_assert(emit_output_close(&output, NULL));
  ck_assert_str_eq(text_taken(&text), "");
  ck_assert_str_eq(
    entry_in("xml", &view), XML_HEAD
    "<conntrack>\n"
    "<flow><meta direction=\"original\"><layer3 protonum=\"2\" "
    "protoname=\"ipv4\"><src>10.1.0.2</src><dst>10.2.0.2</dst>"
    "</layer3><layer4 protonum=\"132\" protoname=\"sctp\"><sport>5</sport><dport>6</dport></layer4></meta>"
    "<meta direction=\"reply\"><layer3 protonum=\"2\" protoname=\"ipv4\"><src>10.2.0.2</src><dst>10.1.0.2</dst>"
    "</layer3><layer4 protonum=\"132\" protoname=\"sctp\"><sport>6</sport><dport>5</dport></layer4></meta>"
    "<meta direction=\"independent\"><state>SYN_RECV</state><timeout>29</timeout><mark>0</mark><use>1</use><id>1</id>"
    "<unreplied/></meta></flow>\n");
  view = view_make(view_tuple(CT_PROTO_ICMP, "10.1.0.2", "10.2.0.2", 99, 8 << 8), 0, CT_STATUS_SEEN_REPLY, 28);
  view = view_counted(view, 1, 84, 1, 84);
  view.created_ns = VIEW_NOW_NS - VIEW_SECOND_NS - 400000000;
  view.ended_ns = VIEW_NOW_NS;
  view.helper = "x";
  options.show_times = TRUE;
  options.options = EMIT_TIMESTAMP | EMIT_KTIMESTAMP;
  ck_assert_str_eq(
    event_in("xml", &event),
    "<flow type=\"destroy\"><meta direction=\"original\"><layer3 protonum=\"2\" protoname=\"ipv4\"><src>10.1.0.2</src>"
    "<dst>10.2.0.2</dst></layer3><layer4 protonum=\"1\" protoname=\"icmp\"></layer4><counters><packets>1</packets>"
    "<bytes>84</bytes></counters></meta><meta direction=\"reply\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
    "<src>10.2.0.2</src><dst>10.1.0.2</dst></layer3><layer4 protonum=\"1\" protoname=\"icmp\"></layer4><counters>"
    "<packets>1</packets><bytes>84</bytes></counters></meta><meta "
    "direction=\"independent\"><timeout>28</timeout><id>1</id>"
    "<timestamp><start>1795255496600000000</start><stop>1795255498000000000</stop></timestamp><deltatime>1</deltatime>"
    "</meta><when><hour>10</hour><min>04</min><sec>58</sec><wday>7</wday><day>21</day><month>11</month><year>2026</"
    "year>"
    "</when></flow>\n");
  ck_assert(emit_output_close(&output, NULL));
  ck_assert_str_eq(text_taken(&text), "</conntrack>\n");
}
END_TEST

START_TEST(xml_snapshots)
{
  emit_output_snapshot(in("xml", EMIT_CAN_EXPECT), VIEW_NOW_NS, 3);
  emit_output_snapshot(&output, VIEW_NOW_NS + VIEW_SECOND_NS, 4);
  ck_assert(emit_output_close(&output, NULL));
  ck_assert_str_eq(text_taken(&text), XML_HEAD "<expect>\n<!-- at 2026-11-21T10:04:58Z, after packet 3 -->\n"
                                               "<!-- at 2026-11-21T10:04:59Z, after packet 4 -->\n</expect>\n");
}
END_TEST

START_TEST(xml_expectations)
{
  ct_expect_view expect = expect_make();
  ct_event event = event_make(CT_EVENT_EXPECT_NEW, 0, NULL);

  event.expect = &expect;
  expect.flags = CT_EXPECT_PERMANENT | CT_EXPECT_INACTIVE;
  options.options = EMIT_TIMESTAMP;
  in("xml", EMIT_CAN_EXPECT_EVENTS);
  ck_assert_str_eq(
    event_in("xml", &event), XML_HEAD
    "<expect>\n"
    "<flow type=\"new\"><layer3 protonum=\"2\" protoname=\"ipv4\"><expected><src>10.1.0.2</src><dst>10.2.0.2</dst>"
    "</expected><mask><src>255.255.255.255</src><dst>255.255.255.255</dst></mask><master><src>10.1.0.2</src>"
    "<dst>10.2.0.2</dst></master></layer3><layer4 protonum=\"6\" protoname=\"tcp\"><expected><sport>0</sport>"
    "<dport>1234</dport></expected><mask><sport>0</sport><dport>65535</dport></mask><master><sport>4000</sport>"
    "<dport>21</dport></master></layer4><meta><helper-name>ftp</helper-name><timeout>299</timeout><class>0</class>"
    "<when><hour>10</hour><min>04</min><sec>58</sec><wday>7</wday><day>21</day><month>11</month><year>2026</year>"
    "</when><permanent/><inactive/></meta></flow>\n");
  ck_assert(emit_output_close(&output, NULL));
  ck_assert_str_eq(text_taken(&text), "</expect>\n");
}
END_TEST

START_TEST(list_of_formats)
{
  const emit_format *format;
  guint i, wants;

  ck_assert_str_eq(emit_format_get(0)->name, "conntrack");
  ck_assert(emit_format_find("nonsense") == NULL);
  for (i = 0; (format = emit_format_get(i)) != NULL; i++) {
    ck_assert(emit_format_find(format->name) == format);
    ck_assert_uint_ne(strlen(format->help), 0);
    wants = emit_format_wants(format, &options, EMIT_CAN_PACKETS);
    ck_assert_int_eq(format->entry != NULL, (format->can & EMIT_CAN_LIST) != 0 || (wants & EMIT_WANTS_END) != 0);
    ck_assert_int_eq(format->expect != NULL, (format->can & EMIT_CAN_EXPECT) != 0 || (wants & EMIT_WANTS_END) != 0);
    /* As lines of its own, or as rows. */
    ck_assert_int_eq(format->event != NULL || format->row != NULL,
                     (format->can & (EMIT_CAN_EVENTS | EMIT_CAN_EXPECT_EVENTS)) != 0);
    ck_assert_int_eq(format->packet != NULL || format->row != NULL, (format->can & EMIT_CAN_PACKETS) != 0);
    ck_assert_int_eq(format->row != NULL || format->is_database, (format->can & EMIT_CAN_FLOWS) != 0);
    ck_assert_int_eq(format->stats != NULL, (format->can & EMIT_CAN_STATS) != 0 || (wants & EMIT_WANTS_END) != 0);
    ck_assert_int_eq(format->count != NULL, (format->can & EMIT_CAN_COUNT) != 0);
    ck_assert_int_eq(format->loss != NULL, (format->can & EMIT_CAN_LOSSES) != 0);
    ck_assert((format->note != NULL) == (format->skip != NULL));
    ck_assert(format->note == NULL || format->packet != NULL);
  }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("emit_lines");
  TCase *tcase = tcase_create("lines");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, well_known);
  tcase_add_test(tcase, conntrack_protocols);
  tcase_add_test(tcase, conntrack_events);
  tcase_add_test(tcase, conntrack_expectations);
  tcase_add_test(tcase, expectations_without_a_timeout);
  tcase_add_test(tcase, conntrack_statistics);
  tcase_add_test(tcase, proc_listing);
  tcase_add_test(tcase, proc_by_l3);
  tcase_add_test(tcase, counters_by_kernel);
  tcase_add_test(tcase, proc_expectations);
  tcase_add_test(tcase, ip_conntrack_2_4);
  tcase_add_test(tcase, save_lines);
  tcase_add_test(tcase, xml_flows);
  tcase_add_test(tcase, xml_snapshots);
  tcase_add_test(tcase, xml_expectations);
  tcase_add_test(tcase, list_of_formats);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
