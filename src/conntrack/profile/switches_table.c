/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KERNELS K0 in words. */
#include "conntrack/profile/switches.h"

#include <string.h>

#include "conntrack/profile/sizes.h"
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"
#include "conntrack/words.h"

#define FIELD(field) offsetof(ct_profile, field), sizeof(((ct_profile *)NULL)->field)
#define VALUES(...) ((const ct_switch_value[]){ __VA_ARGS__, { NULL, 0, NULL } })
#define IS(number, says) \
  {                      \
    NULL, number, says   \
  }
#define AT(pointer, says) \
  {                       \
    pointer, 0, says      \
  }

/* What is so or not; what holds some of several; what is one of several tables; a number. */
#define YES_NO(field, rule, topic, no, yes)                                                     \
  {                                                                                             \
#field, rule, topic, FIELD(field), false, false, VALUES(IS(false, no), IS(true, yes)), NULL \
  }
#define ONE_OF(field, rule, topic, ...)                                        \
  {                                                                            \
#field, rule, topic, FIELD(field), false, false, VALUES(__VA_ARGS__), NULL \
  }
#define TABLE(field, rule, topic, ...)                                        \
  {                                                                           \
#field, rule, topic, FIELD(field), true, false, VALUES(__VA_ARGS__), NULL \
  }
#define COUNT(field, rule, topic, text)                         \
  {                                                             \
#field, rule, topic, FIELD(field), false, false, NULL, text \
  }
#define START(field, rule, topic, text)                        \
  {                                                            \
#field, rule, topic, FIELD(field), false, true, NULL, text \
  }

/* clang-format off */
static const ct_switch switches[] = {
  YES_NO(tcp_window_three_way, "K1.4", "TCP windows",
    "A segment that is older than the window (data or an acknowledgement from long ago) is INVALID",
    "A segment that is older than the window passes as ESTABLISHED, and changes nothing"),
  YES_NO(tcp_lower_seq_skipped_without_receiver_window, "K1.5", "TCP windows",
    "Data are held to the lower bound even where the receiver's window is not known yet",
    "Data are held to the lower bound only where the receiver's window is known"),
  ONE_OF(tcp_overshoot, "K1.6", "TCP windows",
    IS(CT_OVERSHOOT_INVALID, "A segment that runs a little past the receiver's window is INVALID, and forgotten"),
    IS(CT_OVERSHOOT_NOTED, "A segment that runs a little past the receiver's window is INVALID, but its data are known to be under way"),
    IS(CT_OVERSHOOT_ACCEPTED, "A segment that runs a little past the receiver's window passes as ESTABLISHED")),
  YES_NO(tcp_reinit_on_syn_only, "K1.7", "TCP windows",
    "Before the handshake is over any later segment of a side sets its window anew",
    "Before the handshake is over only another SYN sets a side's window anew"),
  YES_NO(tcp_scales_cleared_by_reply_only, "K1.8", "TCP windows",
    "Window scaling is given up at the first SYN of either side that comes without the option",
    "Window scaling is given up only where the answering side's SYN comes without the option"),
  YES_NO(tcp_keepalive_ack_bumps_end, "K1.9", "TCP windows",
    "The answer to a keep-alive of a connection met in the middle is INVALID, as if it acknowledged what was never sent",
    "The answer to a keep-alive of a connection met in the middle is understood"),
  YES_NO(tcp_options_keep_liberal, "K1.10", "TCP windows",
    "A SYN on a connection that is treated liberally makes its window count again",
    "A connection that is treated liberally stays so whatever SYN comes"),
  TABLE(tcp_table, "K1.1", "TCP states",
    AT(ct_tcp_table_linux_3_10, "A SYN from the answering side does not reopen a connection in TIME_WAIT: INVALID"),
    AT(ct_tcp_table_linux_6_18, "A SYN from the answering side reopens a connection in TIME_WAIT")),
  YES_NO(tcp_simultaneous_open, "K1.11", "TCP states",
    "Two SYNs that cross never become an established connection",
    "Two SYNs that cross (simultaneous open) become an established connection"),
  YES_NO(tcp_challenge_ack_after_last_ack, "K1.12", "TCP states",
    "The ACK that challenges a SYN on a connection in LAST_ACK ends that connection",
    "The ACK that challenges a SYN on a connection in LAST_ACK leaves that connection as it is"),
  YES_NO(tcp_rst_exact_match, "K1.14", "TCP resets",
    "A RST within the window closes an established connection",
    "A RST closes an established connection only with the very sequence number that is expected next"),
  YES_NO(tcp_rst_close_timeout, "K1.15", "TCP resets",
    "After a RST that left the state alone, the connection keeps its long timeout",
    "After any RST that was let through, the connection has the ten seconds of CLOSE, whatever its state"),
  YES_NO(tcp_rst_unchecked_when_closing, "K1.16", "TCP resets",
    "A RST on a connection that is closing has to fit its window",
    "A RST on a connection that is closing is always believed"),
  YES_NO(tcp_rst_unchecked_after_syn, "K1.17", "TCP resets",
    "After a SYN was let through on a running connection, a RST still has to lie behind what was acknowledged",
    "After a SYN was let through on a running connection, a RST need not lie behind what was acknowledged"),
  YES_NO(tcp_rst_seq_zero_to_window, "K1.18", "TCP resets",
    "A RST with sequence number 0 is refused where something was acknowledged already",
    "A RST with sequence number 0 is left to the window check until the connection is established"),
  YES_NO(tcp_rst_needs_turn, "K1.19", "TCP resets",
    "A RST that answers a SYN on a running connection is believed from either side",
    "A RST that answers a SYN on a running connection is believed from the other side only"),
  YES_NO(tcp_rst_answers_challenge_ack, "K1.20", "TCP resets",
    "The RST that answers a challenge ACK is not recognised",
    "The RST that answers a challenge ACK closes the half-open connection"),
  YES_NO(reset_closes, "K1.24", "TCP resets",
    "Where a rule rejects with a TCP reset, the connection keeps its state and its timeout",
    "Where a rule rejects with a TCP reset, the connection is closed (ten seconds left)"),
  YES_NO(postrouting_has_input, "K17", "Rules",
    "Rules of POSTROUTING know no input interface",
    "Rules of POSTROUTING know by which interface a packet came in"),
  YES_NO(reject_spares_other_sums, "K17", "Rules",
    "REJECT answers AH, ESP and GRE with an ICMP error only where their bytes happen to have a right sum",
    "REJECT answers AH, ESP and GRE with an ICMP error whatever their bytes"),
  YES_NO(reject_spares_udp_without_sum, "K17", "Rules",
    "REJECT does not answer UDP that has no checksum with an ICMP error",
    "REJECT answers UDP that has no checksum, too"),
  YES_NO(tcp_zero_window_timeout, "K1.21", "TCP timeouts",
    "A connection whose receiver has closed its window keeps its five days",
    "A connection whose receiver has closed its window has 300 seconds left"),
  YES_NO(tcp_syn_repeat_renews, "K1.22", "TCP timeouts",
    "A SYN that is sent again without an answer is not counted and renews nothing: 120 seconds from the first",
    "A SYN that is sent again without an answer is counted, and has its 120 seconds anew"),
  YES_NO(tcp_out_of_window_fin_rst_shorten, "K1.23", "TCP timeouts",
    "FINs and RSTs outside the window leave an established connection its five days",
    "FINs or RSTs outside the window from both sides leave an established connection 300 seconds"),
  YES_NO(udp_stream_two_seconds, "K2", "UDP",
    "A UDP flow is a stream (ASSURED, long timeout) with the first packet after its answer",
    "A UDP flow is a stream (ASSURED, long timeout) only once it has lasted over two seconds"),
  START(udp_stream_timeout_s, "K2", "UDP", "A UDP stream may be silent for %u s"),
  YES_NO(udplite_own_timeouts, "K2", "UDP",
    "UDP-Lite has the timeouts of UDP", "UDP-Lite has timeouts of its own, 30 and 180 s"),
  TABLE(trackers, "K2", "Protocols", { NULL, 0, NULL }),
  YES_NO(trackers_by_l3, "K2", "Protocols",
    "ICMP inside IPv6 and ICMPv6 inside IPv4 are INVALID, GRE is tracked over both",
    "ICMP inside IPv6, ICMPv6 inside IPv4 and GRE over IPv6 are tracked like any unknown protocol, for 600 s"),
  YES_NO(pptp_gre_child_long, "K2", "Protocols",
    "A PPTP tunnel may be silent for 30 s, or 180 s once both sides have sent",
    "A PPTP tunnel may be silent for 10 minutes, or 5 hours once both sides have sent"),
  TABLE(dccp_table, "K2", "Protocols",
    AT(ct_dccp_table_linux_3_10, "A DCCP SYNC without a connection passes as NEW"),
    AT(ct_dccp_table_linux_6_1, "A DCCP SYNC without a connection is INVALID")),
  YES_NO(dccp_needs_48_bit_sequence, "K2", "Protocols",
    "DCCP's opening and closing packets may have short sequence numbers",
    "DCCP's opening and closing packets with short sequence numbers are INVALID"),
  ONE_OF(dccp_short_header, "K2", "Protocols",
    IS(CT_SHORT_INVALID, "A DCCP packet that is too short for its header is INVALID"),
    IS(CT_SHORT_DROPPED, "A DCCP packet that is too short for its header is dropped by conntrack itself")),
  YES_NO(icmp_error_to_sender, "K3", "ICMP",
    "An ICMP error about a known connection is RELATED wherever it goes",
    "An ICMP error is RELATED only on its way to the host that sent the packet in question; else INVALID"),
  YES_NO(icmpv6_redirect, "K3", "ICMP",
    "An ICMPv6 redirect is INVALID", "An ICMPv6 redirect is RELATED where the packet in it is of a known connection"),
  YES_NO(icmpv6_mld2_untracked, "K3", "ICMP",
    "ICMPv6 multicast router discovery (types 151, 152) is INVALID",
    "ICMPv6 multicast router discovery (types 151, 152) is UNTRACKED"),
  TABLE(sctp_table, "K4", "SCTP",
    AT(ct_sctp_table_linux_3_10, "SCTP heartbeats change no state, and cannot begin an association; an INIT leads to COOKIE_WAIT"),
    AT(ct_sctp_table_linux_4_19, "An answered SCTP heartbeat of an unknown association leads to HEARTBEAT_ACKED; an INIT leads to COOKIE_WAIT"),
    AT(ct_sctp_table_linux_6_18, "An answered SCTP heartbeat of an unknown association leads to ESTABLISHED; an INIT leads to CLOSED until it is answered")),
  START(sctp_established_s, "K4", "SCTP", "An SCTP association may be silent for %u s"),
  START(sctp_shutdown_ms, "K4", "SCTP", "An SCTP association that is shut down has %u ms"),
  ONE_OF(sctp_tag_rules, "K4", "SCTP",
    IS(CT_SCTP_TAGS_EITHER, "An SCTP ABORT counts with the tag of either side, a SHUTDOWN COMPLETE with nearly any"),
    IS(CT_SCTP_TAGS_T_BIT, "An SCTP ABORT or SHUTDOWN COMPLETE counts only with the tag of the side that its T bit names")),
  YES_NO(sctp_heartbeats, "K4", "SCTP",
    "SCTP heartbeats are chunks like any other", "SCTP heartbeats teach and prove the tags of an association"),
  YES_NO(sctp_init_collision_marks, "K4", "SCTP",
    "An SCTP INIT ACK is believed whatever tag it brings",
    "An SCTP INIT ACK is believed only where an INIT was sent, or the tag is known"),
  YES_NO(sctp_init_exemption, "K4", "SCTP",
    "The same SCTP INIT again counts as another start", "The same SCTP INIT again is no new start"),
  YES_NO(sctp_heartbeat_mismatch_tolerated, "K4", "SCTP",
    "An SCTP heartbeat with an unknown tag is INVALID",
    "An SCTP heartbeat with an unknown tag passes; answered, it tells that the association was restarted"),
  YES_NO(sctp_any_first_chunk_sets_reply_tag, "K4", "SCTP",
    "Only a SHUTDOWN ACK that comes first teaches the other side's SCTP tag",
    "Any SCTP chunk that comes first teaches the other side's tag"),
  YES_NO(sctp_assured_on_any_established, "K4", "SCTP",
    "An SCTP association is ASSURED only by the server's COOKIE ACK that ends a packet",
    "An SCTP association is ASSURED whenever it becomes established"),
  YES_NO(sctp_repeated_init_renews, "K4", "SCTP",
    "An SCTP INIT that is sent again renews nothing", "An SCTP INIT that is sent again has its time anew"),
  YES_NO(sctp_first_state_counts, "K4", "SCTP",
    "The chunks of a first SCTP packet are judged from no state, and its NEW event tells the state they lead to",
    "The chunks of a first SCTP packet are judged twice, and its NEW event tells no state"),
  YES_NO(sctp_checksum, "K4", "SCTP",
    "SCTP checksums are not verified", "SCTP packets with a wrong checksum are INVALID"),
  YES_NO(refuses_before_look_up, "K5", "Order",
    "A packet whose header is wrong can make room in a full table, and uses up an expectation, before it is INVALID",
    "A packet whose header is wrong is INVALID at once, and takes no room"),
  YES_NO(new_judged, "K5", "Order",
    "A first packet that is INVALID uses up the expectation that it met",
    "A first packet that is INVALID leaves the expectation that it would have met"),
  YES_NO(refusals_count_error, "K5", "Statistics",
    "`conntrack -S` counts what cannot be read as error or invalid, not as both",
    "`conntrack -S` counts what cannot be read as error and as invalid"),
  YES_NO(reopen_counts_invalid, "K5", "Statistics",
    "`conntrack -S` does not count a SYN that reopens a connection",
    "`conntrack -S` counts a SYN that reopens a connection as invalid"),
  ONE_OF(statistics, "K5", "Statistics",
    IS(CT_STATISTICS_3_10, "`conntrack -S` counts look-ups, new and deleted connections, and those inserted (searched found new delete delete_list insert)"),
    IS(CT_STATISTICS_4_19, "`conntrack -S` counts no look-ups and no new or deleted connections; it has ignore, and neither clash_resolve nor chaintoolong"),
    IS(CT_STATISTICS_5_10, "`conntrack -S` has clash_resolve, and neither ignore nor chaintoolong"),
    IS(CT_STATISTICS_5_15, "`conntrack -S` has clash_resolve and chaintoolong, and no ignore")),
  YES_NO(entry_timers, "K6", "Full tables and expiry",
    "A connection whose time is over still counts until it is come by or collected",
    "A connection ends by a timer of its own, at its very time"),
  YES_NO(refresh_skips_a_second, "K6", "Full tables and expiry",
    "Every packet renews its connection's timeout to the tick",
    "A packet renews its connection's timeout only where that gains a second or more"),
  ONE_OF(collecting, "K6", "Full tables and expiry",
    IS(CT_COLLECT_NONE, "There is no collector"),
    IS(CT_COLLECT_EVERY_120, "The collector walks the whole table every 120 seconds"),
    IS(CT_COLLECT_SHARES, "The collector walks a 128th of the table at a time, all of it in 16 seconds at most"),
    IS(CT_COLLECT_BY_MEAN, "The collector walks the whole table every 1 to 60 seconds, as the connections' mean rest says")),
  ONE_OF(eviction, "K6", "Full tables and expiry",
    IS(CT_EVICT_OWN, "A full table makes room by the oldest unassured connection of the packet's own bucket"),
    IS(CT_EVICT_ROUND, "A full table makes room by the oldest unassured connection of one bucket after the other"),
    IS(CT_EVICT_OLDEST8, "A full table makes room by one unassured connection, the oldest of about eight"),
    IS(CT_EVICT_BUCKETS, "A full table makes room by all unassured connections of the first of eight buckets that has any")),
  YES_NO(gc_drops_closing, "K6", "Full tables and expiry",
    "A full table keeps connections that are closing",
    "After a packet was dropped for a full table, the collector also takes connections that are closing, down to 95 %"),
  TABLE(buckets_for_ram, "K6", "Full tables and expiry", { NULL, 0, NULL }),
  COUNT(buckets_least, "K6", "Full tables and expiry", "The hash table has at least %u buckets"),
  COUNT(auto_max_per_bucket, "K6", "Full tables and expiry", "Unless it is set, nf_conntrack_max is the number of buckets times %u"),
  YES_NO(chain_limit, "K6", "Full tables and expiry",
    "A hash chain may be of any length",
    "A connection is dropped where its hash chain has grown too long"),
  ONE_OF(fragment_overlap, "K13", "Fragments",
    IS(CT_FRAGMENTS_SPARE_REPEATED, "Fragments that overlap discard their datagram; one that is here already is dropped alone"),
    IS(CT_FRAGMENTS_DISCARDED, "Fragments that overlap discard their datagram, even the very same fragment sent twice"),
    IS(CT_FRAGMENTS_CUT_V4, "IPv4 fragments that overlap are cut to fit, and the datagram can still complete; IPv6 discards it, even for the same fragment twice")),
  YES_NO(helpers_by_port, "K7", "Helpers",
         "A helper is attached only by a rule that names it (CT target, nft ct helper)",
         "A helper is attached to every connection to its standard port"),
  YES_NO(child_gets_masters_helper, "K7", "Helpers",
    "A connection that a helper announced has no helper of its own but in SIP and H.323",
    "A connection that a helper announced has that helper too, which reads its data as well"),
  YES_NO(helper_bit_on_every_helped_entry, "K7", "Helpers",
    "The HELPER bit is on connections whose helper a rule gave",
    "The HELPER bit is on every connection that has a helper"),
  ONE_OF(expectation_end, "K8", "Helpers",
    IS(CT_EXPECTATION_TIMER, "An expectation ends by a timer, which may be late, and is met until then"),
    IS(CT_EXPECTATION_STAMP, "An expectation is over at its time, whenever it is found and told of")),
  YES_NO(expectations_by_class, "K8", "Helpers",
    "The same expectation for another kind of media is refused",
    "The same expectation for another kind of media is one more"),
  YES_NO(expectation_same_of_any_master, "K8", "Helpers",
    "A SIP call whose media are expected for another call already is dropped",
    "A SIP call whose media are expected for another call already passes"),
  ONE_OF(irc_start, "K9", "Helpers",
    IS(CT_IRC_ANYWHERE, "An IRC offer (DCC) counts wherever it stands in a packet"),
    IS(CT_IRC_PRIVMSG, "An IRC offer (DCC) counts only as the text of a PRIVMSG that begins the packet")),
  ONE_OF(irc_after_failed, "K9", "Helpers",
    IS(CT_IRC_GOES_ON, "Behind an IRC offer that is broken or forged, the next one is looked for"),
    IS(CT_IRC_STOPS, "An IRC offer that is broken or forged ends the search in that packet")),
  COUNT(irc_bytes, "K9", "Helpers", "The first %u bytes of an IRC packet are searched"),
  ONE_OF(ftp_227, "K9", "Helpers",
    IS(CT_FTP_227_PARENTHESES, "FTP's 227 has to have its numbers in parentheses"),
    IS(CT_FTP_227_DIGIT, "FTP's 227 is read from its first digit, with or without parentheses")),
  YES_NO(amanda_state, "K9", "Helpers",
    "Amanda's STATE connections are not expected", "Amanda's STATE connections are expected"),
  YES_NO(sip_strict_numbers, "K9", "Helpers",
    "Numbers and ports in SIP are read however long they are",
    "A SIP message with overlong numbers or an impossible port is dropped or not understood"),
  YES_NO(sip_multi_header_walk_mended, "K9", "Helpers",
    "Behind a SIP Contact that cannot be read, the next may be missed",
    "Behind a SIP Contact that cannot be read, the next is found"),
  YES_NO(sip_expires_needs_number, "K9", "Helpers",
    "A SIP registration whose expires= has no number passes",
    "A SIP registration whose expires= has no number is dropped"),
  START(events_default, "K10", "Events", "nf_conntrack_events is %u"),
  YES_NO(destroy_event_has_state, "K10", "Events",
    "A DESTROY event tells neither the state nor the seconds left",
    "A DESTROY event tells the state that the connection was in"),
};
/* clang-format on */

enum { SWITCHES = sizeof switches / sizeof switches[0] };

const ct_switch *ct_switch_get(unsigned i) { return i < SWITCHES ? &switches[i] : NULL; }

const ct_switch *ct_switch_find(const char *name)
{
  unsigned i;

  for (i = 0; i < SWITCHES; i++)
    if (strcmp(switches[i].name, name) == 0)
      return &switches[i];
  return NULL;
}

bool ct_switch_differs(const ct_switch *sw, const ct_profile *a, const ct_profile *b)
{
  return memcmp((const char *)a + sw->offset, (const char *)b + sw->offset, sw->size) != 0;
}

static uint32_t number_of(const ct_switch *sw, const ct_profile *profile)
{
  const char *field = (const char *)profile + sw->offset;
  uint32_t number = 0;

  memcpy(&number, field, sw->size); /* little ends first, as everywhere that this runs */
  return number;
}

static bool holds(const ct_switch *sw, const ct_profile *profile, const ct_switch_value *value)
{
  const void *pointer;

  if (!sw->is_pointer)
    return number_of(sw, profile) == value->number;
  memcpy(&pointer, (const char *)profile + sw->offset, sizeof pointer);
  return pointer == value->pointer;
}

/* Two fields hold what has no name to compare with: what they come to is said. */
static const char *say_trackers(const ct_profile *profile, char *text, size_t bytes)
{
  if (profile->ip_conntrack)
    ct_words(text, bytes,
             "TCP and ICMP are judged by ip_conntrack's own rules; %sGRE, UDP-Lite and DCCP are unknown protocols: "
             "one connection for each pair of hosts, without ports, for 600 s",
             profile->trackers[CT_PROTO_SCTP] == NULL ? "SCTP, " : "");
  else
    ct_words(text, bytes, "%s",
             profile->trackers[CT_PROTO_DCCP] != NULL
               ? "DCCP is tracked: states, ports, timeouts of its own"
               : "DCCP is an unknown protocol: one connection for each pair of hosts, without ports, for 600 s");
  return text;
}

static const char *say_buckets(const ct_profile *profile, char *text, size_t bytes)
{
  ct_words(text, bytes, "The hash table has %u buckets above 4 GiB of memory, %u above 1 GiB",
           profile->buckets_for_ram(8 * CT_GIB), profile->buckets_for_ram(2 * CT_GIB));
  return text;
}

const char *ct_switch_say(const ct_switch *sw, const ct_profile *profile, char *text, size_t bytes)
{
  const ct_switch_value *value;

  if (sw->offset == offsetof(ct_profile, trackers))
    return say_trackers(profile, text, bytes);
  if (sw->offset == offsetof(ct_profile, buckets_for_ram))
    return say_buckets(profile, text, bytes);
  if (sw->offset == offsetof(ct_profile, irc_bytes) && profile->irc_bytes == UINT32_MAX) {
    ct_words(text, bytes, "All of an IRC packet is searched");
    return text;
  }
  text[0] = '\0';
  /* Rules of a protocol that the kernel does not track say nothing. */
  if (strncmp(sw->name, "dccp_", 5) == 0 && profile->trackers[CT_PROTO_DCCP] == NULL)
    return text;
  if (sw->counts != NULL)
    ct_words(text, bytes, sw->counts, number_of(sw, profile));
  for (value = sw->values; value != NULL && value->says != NULL; value++)
    if (holds(sw, profile, value))
      ct_words(text, bytes, "%s", value->says);
  return text;
}

void ct_switch_take(const ct_switch *sw, ct_profile *profile, const ct_profile *from)
{
  memcpy((char *)profile + sw->offset, (const char *)from + sw->offset, sw->size);
}

void ct_switch_turn(const ct_switch *sw, ct_profile *profile)
{
  const ct_switch_value *value = sw->values;
  char *field = (char *)profile + sw->offset;
  uint32_t number;

  if (sw->offset == offsetof(ct_profile, trackers)) {
    profile->trackers =
      profile->trackers[CT_PROTO_DCCP] != NULL ? ct_profile_linux_6_18.trackers : ct_profile_linux_6_12.trackers;
    return;
  }
  if (sw->offset == offsetof(ct_profile, buckets_for_ram)) {
    profile->buckets_for_ram = profile->buckets_for_ram == ct_profile_linux_3_10.buckets_for_ram
                                 ? ct_profile_linux_6_18.buckets_for_ram
                                 : ct_profile_linux_3_10.buckets_for_ram;
    return;
  }
  if (value == NULL) {
    number = number_of(sw, profile);
    number = number > 1 ? number / 2 : 4;
    memcpy(field, &number, sw->size);
    return;
  }
  while (value->says != NULL && !holds(sw, profile, value))
    value++;
  if (value->says == NULL || value[1].says == NULL)
    value = sw->values;
  else
    value++;
  if (sw->is_pointer)
    memcpy(field, &value->pointer, sw->size);
  else
    memcpy(field, &value->number, sw->size);
}
