/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule behind every refusal, and the function of the kernel it stands in. */
#include "explain/explain.h"
#include "explain/words.h"

#include <string.h>

static const char *const rules[CT_REASON_COUNT] = {
  /* Before the look-up. */
  [CT_REASON_IP_FRAGMENT] = "only whole datagrams are tracked (get_l4proto: fragment offset 0)",
  [CT_REASON_IPV6_HEADERS] = "the chain of IPv6 extension headers must lead to a protocol (ipv6_skip_exthdr)",
  [CT_REASON_ICMP_SHORT] = "an ICMP header has 8 bytes (nf_conntrack_icmpv4_error, nf_conntrack_icmpv6_error)",
  [CT_REASON_ICMP_CHECKSUM] =
    "the checksum over the ICMP message must be right (nf_conntrack_icmpv4_error, nf_conntrack_icmpv6_error)",
  [CT_REASON_ICMP_TYPE] = "ICMP types end at 18 (nf_conntrack_icmpv4_error)",
  [CT_REASON_ICMP_ERROR_SHORT] = "the packet inside an ICMP error must be long enough to be named (nf_ct_get_tuplepr)",
  [CT_REASON_ICMP_ERROR_UNKNOWN] = "an ICMP error must be about a connection in the table (nf_conntrack_inet_error)",
  [CT_REASON_ICMP_ERROR_ADDRESS] =
    "an ICMP error must go to the address the packet inside it came from (nf_conntrack_inet_error)",
  [CT_REASON_ICMP_REDIRECT_SHORT] = "a redirect has 40 bytes before its options (nf_conntrack_icmpv6_redirect)",
  [CT_REASON_ICMP_REDIRECT_HOPS] =
    "a redirect comes from a neighbour, so no router has lowered its hop limit of 255 (nf_conntrack_icmpv6_redirect)",
  [CT_REASON_ICMP_REDIRECT_SOURCE] =
    "a redirect comes from a router's link-local address (nf_conntrack_icmpv6_redirect)",
  [CT_REASON_ICMP_REDIRECT_OPTION] =
    "a redirect has an option, and an option a length that is not 0 (nf_conntrack_icmpv6_redirect)",
  [CT_REASON_ICMP_REDIRECT_HEADER] = ("of a redirect's options only the first is read, and it must be the redirected "
                                      "header (nf_conntrack_icmpv6_redirect)"),
  [CT_REASON_TUPLE_SHORT] = "the ports or ids must be there to be read (nf_ct_get_tuple)",
  [CT_REASON_TUPLE_NO_INVERSE] = "a message must have an answer that can be looked for (nf_ct_invert_tuple)",
  [CT_REASON_GRE_VERSION] = "GRE version 1 carries PPP (gre_pkt_to_tuple)",
  /* TCP. */
  [CT_REASON_TCP_SHORT] = "a TCP header has 20 bytes at least and lies within the segment (tcp_error)",
  [CT_REASON_TCP_CHECKSUM] = "the checksum over the segment must be right (tcp_error)",
  [CT_REASON_TCP_FLAGS] =
    "the flags must be one of the combinations of the kernel's table (tcp_error, tcp_valid_flags)",
  [CT_REASON_TCP_NEW] = "a connection starts with a SYN, or is picked up with a bare ACK (tcp_new)",
  [CT_REASON_TCP_NOT_LOOSE] = "with nf_conntrack_tcp_loose=0 a connection starts with a SYN only (tcp_new)",
  [CT_REASON_TCP_STATE] = "the state table's cell for it is INVALID (tcp_conntracks)",
  [CT_REASON_TCP_SEQ_OVER] =
    "bound I: the sequence number may not lie beyond what the receiver's window allows (tcp_in_window)",
  [CT_REASON_TCP_ACK_OVER] =
    "bound III: nothing may be acknowledged beyond the end of what was accepted of the other side (tcp_in_window)",
  [CT_REASON_TCP_RST_SEQ] =
    "a reset's sequence number may not lie before what its receiver has acknowledged (nf_conntrack_tcp_packet)",
  [CT_REASON_TCP_SEQ_LOW] =
    "bound II: data may not be older than the receiver's largest window; let through since 6.1 (tcp_in_window)",
  [CT_REASON_TCP_ACK_LOW] = "bound IV: an acknowledgement may not be that old; let through since 6.1 (tcp_in_window)",
  [CT_REASON_TCP_REOPEN_INVALID] =
    "a SYN reopens what its side closed, or goes on behind the old end (tcp_packet of 2.6)",
  /* Other protocols. */
  [CT_REASON_UDP_SHORT] = "a UDP header has 8 bytes (udp_error)",
  [CT_REASON_UDP_LENGTH] = "UDP's length field counts its header and fits the packet (udp_error)",
  [CT_REASON_UDP_CHECKSUM] = "the checksum over the datagram must be right where there is one (udp_error)",
  [CT_REASON_UDPLITE_COVERAGE] = "UDP-Lite's coverage is 0 or covers the header, and fits the packet (udplite_error)",
  [CT_REASON_UDPLITE_NO_CHECKSUM] = "UDP-Lite must have a checksum, whether it is verified or not (udplite_error)",
  [CT_REASON_UDPLITE_CHECKSUM] = "the checksum over what UDP-Lite covers must be right (udplite_error)",
  [CT_REASON_ICMP_NEW] =
    "an entry starts with a request: echo, timestamp, information, address mask (nf_conntrack_icmp_packet)",
  [CT_REASON_ICMP_FAMILY] = "ICMP belongs to IPv4, ICMPv6 to IPv6 (nf_conntrack_handle_packet)",
  [CT_REASON_DCCP_LENGTH] = "the data offset covers the header of 12 bytes, and fits the packet (dccp_error)",
  [CT_REASON_DCCP_COVERAGE] = "the checksum may not cover more than there is (dccp_error)",
  [CT_REASON_DCCP_CHECKSUM] = "the checksum over what it covers must be right (dccp_error)",
  [CT_REASON_DCCP_TYPE] = "DCCP's packet types end at 9 (dccp_error)",
  [CT_REASON_DCCP_SEQUENCE] =
    "only DATA, ACK and DATAACK may have a sequence number of 24 bits (nf_conntrack_dccp_packet; RFC 4340, 5.1)",
  [CT_REASON_DCCP_NEW] =
    "a connection starts with a request, or is picked up where the state table lets the type begin one (dccp_new)",
  [CT_REASON_DCCP_NOT_LOOSE] = "with nf_conntrack_dccp_loose=0 a connection starts with a request only (dccp_new)",
  [CT_REASON_DCCP_STATE] = "the state table's cell for the packet type is INVALID (dccp_state_table)",
  [CT_REASON_DCCP_SHORT] = "a DCCP header must be whole (dccp_error)",
  [CT_REASON_SCTP_SHORT] = "an SCTP header has 12 bytes (sctp_error)",
  [CT_REASON_SCTP_CHECKSUM] = "the CRC32c over the packet must be right (sctp_error)",
  [CT_REASON_SCTP_CHUNKS] =
    "there is a chunk, and every chunk has a length; COOKIE ECHO and COOKIE ACK stand first, and "
    "INIT, INIT ACK and SHUTDOWN COMPLETE alone (do_basic_checks)",
  [CT_REASON_SCTP_NEW] = "an association does not start with a packet that has an ABORT, a COOKIE ACK or a SHUTDOWN "
                         "COMPLETE, nor with chunks that lead nowhere from NONE, such as DATA and SACK (sctp_new)",
  [CT_REASON_SCTP_VTAG] =
    "the verification tag must be the one known for its direction, 0 where none is; of ABORT and "
    "SHUTDOWN COMPLETE with the T bit, the other direction's (nf_conntrack_sctp_packet; RFC 9260, 8.5)",
  [CT_REASON_SCTP_INIT_TAG] =
    "a packet with an INIT carries verification tag 0 (sctp_new, nf_conntrack_sctp_packet; RFC 9260, 8.5.1)",
  [CT_REASON_SCTP_INIT_SHORT] =
    "an INIT or INIT ACK has 16 bytes behind its chunk header (sctp_new, nf_conntrack_sctp_packet)",
  [CT_REASON_SCTP_INIT_ACK_TAG] = "an INIT ACK may announce another tag than is known of its sender only where the "
                                  "other side has sent an INIT, and its sender none (nf_conntrack_sctp_packet)",
  [CT_REASON_SCTP_STATE] = "the state table's cell for the chunk is INVALID (sctp_conntracks)",
};

const char *explain_rule(ct_reason reason) { return rules[reason]; }

/* The flags that may be set together, from the profile's set. PSH, like ECE and CWR, matters only to old kernels. */
static char *flags_rule(const ct_profile *profile)
{
  guint64 sets = profile->tcp_flag_sets;
  gboolean push_matters = FALSE;
  GString *text = g_string_new("the flags, ");
  guint flags, n = 0;

  for (flags = 0; flags < 64; flags++)
    push_matters = push_matters || ((sets >> flags & 1) != (sets >> (flags ^ CT_TCP_PSH) & 1));
  g_string_append(text, push_matters ? "ECE and CWR aside, must be " : "PSH, ECE and CWR aside, must be ");
  for (flags = 0; flags < 64; flags++) {
    char *words;

    if (!(sets >> flags & 1) || (!push_matters && flags & CT_TCP_PSH))
      continue;
    words = explain_flag_words((guint8)flags);
    g_string_append_printf(text, "%s%s", n++ > 0 ? ", " : "", words);
    g_free(words);
  }
  g_string_append(text, " (tcp_error, tcp_valid_flags)");
  return g_string_free(text, FALSE);
}

char *explain_rule_words(ct_reason reason, const ct_profile *profile)
{
  const char *today = ct_reason_sysctl(reason, NULL), *own = ct_reason_sysctl(reason, profile), *at;

  if (reason == CT_REASON_TCP_FLAGS)
    return flags_rule(profile);
  if (reason == CT_REASON_SCTP_VTAG && profile->sctp_tag_rules != CT_SCTP_TAGS_T_BIT)
    return g_strdup("the verification tag must be the one known for its direction, 0 where none is; of ABORT, and of "
                    "SHUTDOWN COMPLETE with the T bit, either direction's (sctp_packet)");
  if (rules[reason] == NULL || *own == '\0' || (at = strstr(rules[reason], today)) == NULL)
    return g_strdup(rules[reason]);
  return g_strdup_printf("%.*s%s%s", (int)(at - rules[reason]), rules[reason], own, at + strlen(today));
}
