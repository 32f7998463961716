/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule behind every refusal, and the function of the kernel it stands in. */
#include "explain/explain.h"

#include <string.h>

static const char *const rules[CT_REASON_COUNT] = {
  /* Before the look-up. */
  [CT_REASON_IP_FRAGMENT] = "only whole datagrams are tracked (get_l4proto: fragment offset 0)",
  [CT_REASON_IPV6_HEADERS] = "the chain of IPv6 extension headers must lead to a protocol (ipv6_skip_exthdr)",
  [CT_REASON_ICMP_SHORT] = "an ICMP header has 8 bytes (nf_conntrack_icmpv4_error, nf_conntrack_icmpv6_error)",
  [CT_REASON_ICMP_CHECKSUM] = "the checksum over the ICMP message must be right (nf_ip_checksum)",
  [CT_REASON_ICMP_TYPE] = "ICMP types end at 18 (nf_conntrack_icmpv4_error)",
  [CT_REASON_ICMP_ERROR_SHORT] = "the packet inside an ICMP error must be long enough to be named (nf_ct_get_tuplepr)",
  [CT_REASON_ICMP_ERROR_UNKNOWN] = "an ICMP error must be about a connection in the table (nf_conntrack_inet_error)",
  [CT_REASON_ICMP_ERROR_ADDRESS] =
    "an ICMP error must go to the address the packet inside it came from (nf_conntrack_inet_error)",
  [CT_REASON_ICMP_REDIRECT] =
    "a redirect comes from a neighbour: link-local, hop limit 255, well-formed options (nf_conntrack_icmpv6_redirect)",
  [CT_REASON_ICMP_REDIRECT_HEADER] = ("of a redirect's options only the first is read, and it must be the redirected "
                                      "header (nf_conntrack_icmpv6_redirect)"),
  [CT_REASON_TUPLE_SHORT] = "the ports or ids must be there to be read (nf_ct_get_tuple)",
  [CT_REASON_TUPLE_NO_INVERSE] = "a message must have an answer that can be looked for (nf_ct_invert_tuple)",
  [CT_REASON_GRE_VERSION] = "GRE version 1 carries PPP (gre_pkt_to_tuple)",
  /* TCP. */
  [CT_REASON_TCP_SHORT] = "a TCP header has 20 bytes at least and lies within the segment (tcp_error)",
  [CT_REASON_TCP_CHECKSUM] = "the checksum over the segment must be right (tcp_error)",
  [CT_REASON_TCP_FLAGS] = "the flags must be one of the nine combinations that TCP knows (tcp_error, tcp_valid_flags)",
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
    "bound II: data may not be older than the receiver's largest window; let through since 6.x (tcp_in_window)",
  [CT_REASON_TCP_ACK_LOW] = "bound IV: an acknowledgement may not be that old; let through since 6.x (tcp_in_window)",
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
  [CT_REASON_DCCP_HEADER] = "DCCP's lengths, checksum and type must be right (dccp_error)",
  [CT_REASON_DCCP_NEW] = "a connection starts with a request (dccp_new)",
  [CT_REASON_DCCP_NOT_LOOSE] = "with nf_conntrack_dccp_loose=0 a connection starts with a request only (dccp_new)",
  [CT_REASON_DCCP_STATE] = "the state table's cell for the packet type is INVALID (dccp_state_table)",
  [CT_REASON_DCCP_SHORT] = "a DCCP header must be whole (dccp_error)",
  [CT_REASON_SCTP_SHORT] = "an SCTP header has 12 bytes (sctp_error)",
  [CT_REASON_SCTP_CHECKSUM] = "the CRC32c over the packet must be right (sctp_error)",
  [CT_REASON_SCTP_CHUNKS] =
    "chunks have a length, and INIT, INIT ACK and SHUTDOWN COMPLETE stand alone (do_basic_checks)",
  [CT_REASON_SCTP_NEW] = "an association starts with INIT, or is met by a heartbeat or SHUTDOWN ACK (sctp_new)",
  [CT_REASON_SCTP_VTAG] =
    "the verification tag must be the one that was agreed (nf_conntrack_sctp_packet; RFC 9260, 8.5)",
  [CT_REASON_SCTP_STATE] = "the state table's cell for the chunk is INVALID (sctp_conntracks)",
};

const char *explain_rule(ct_reason reason) { return rules[reason]; }

char *explain_rule_words(ct_reason reason, const ct_profile *profile)
{
  const char *today = ct_reason_sysctl(reason, NULL), *own = ct_reason_sysctl(reason, profile), *at;

  if (rules[reason] == NULL || *own == '\0' || (at = strstr(rules[reason], today)) == NULL)
    return g_strdup(rules[reason]);
  return g_strdup_printf("%.*s%s%s", (int)(at - rules[reason]), rules[reason], own, at + strlen(today));
}
