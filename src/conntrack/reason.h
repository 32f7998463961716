/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every reason ctreplay can give for what happened to a packet or an entry, in one list: the enum, the word
 * that -P, --reason and JSON use, the sentence for people, and the sysctl that would have changed the
 * outcome ("" where none would). Each line's rule stands in the spec section named beside its group.
 */
#ifndef CT_REASON_H
#define CT_REASON_H

#include <stdbool.h>

/* X(ID, word, sentence, sysctl) */
#define CT_REASON_LIST(X)                                                                                              \
  X(NONE, "none", "", "")                                                                                              \
  /* never reaches conntrack: the link or IP layer refuses or holds it (spec 0.1, 0.2, 9) */                           \
  X(LINK_TRUNCATED, "link-truncated", "the frame ends inside its link-layer header", "")                               \
  X(LINK_UNSUPPORTED, "link-unsupported", "the frame is of a link type that cannot be decoded", "")                    \
  X(NOT_IP, "not-ip", "the frame carries neither IPv4 nor IPv6", "")                                                   \
  X(NOT_IPV4, "not-ipv4", "ip_conntrack knows IPv4 only", "")                                                          \
  X(IP_VERSION, "ip-version", "the version field contradicts the link layer's protocol", "")                           \
  X(IP_HEADER_SHORT, "ip-header-short", "the IP header is cut off or claims less than its own size", "")               \
  X(IP_LENGTH, "ip-length", "the IP total length is smaller than the header", "")                                      \
  X(IP_TRUNCATED, "ip-truncated", "the packet was shorter on the wire than its IP header claims", "")                  \
  X(IP_CHECKSUM, "ip-checksum",                                                                                        \
    "the IPv4 header checksum is wrong: a kernel drops the packet before conntrack (--checksums ignore does not "      \
    "look)",                                                                                                           \
    "")                                                                                                                \
  X(IP_OPTIONS, "ip-options", "the IP layer refuses the packet's options", "")                                         \
  X(IP_ADDRESS, "ip-address", "the IP layer refuses its addresses: no packet from a link has these", "")               \
  X(FRAGMENT_HELD, "fragment-held", "held until the rest of its fragments arrive", "")                                 \
  X(FRAGMENT_DUPLICATE, "fragment-duplicate", "a fragment that is already here", "")                                   \
  X(FRAGMENT_OVERLAP, "fragment-overlap", "fragments overlap: the whole datagram is discarded", "")                    \
  X(FRAGMENT_END, "fragment-end", "fragments disagree about where the datagram ends", "")                              \
  X(FRAGMENT_EMPTY, "fragment-empty", "a fragment without payload", "")                                                \
  X(FRAGMENT_TOO_BIG, "fragment-too-big", "the reassembled datagram would pass 65535 bytes", "")                       \
  X(FRAGMENT_ECN, "fragment-ecn", "fragments with an impossible mix of ECN marks", "")                                 \
  X(FRAGMENT_MEMORY, "fragment-memory", "no room for another fragment queue", "ipfrag_high_thresh")                    \
  X(FRAGMENT_BAD, "fragment-bad", "a malformed fragment", "")                                                          \
  /* nor does what a capture shows a second time (NAT 20) */                                                           \
  X(COPY, "copy", "a packet from before once more, on its way through the box: conntrack sees it once", "")            \
  /* INVALID: before the lookup (spec 1.2, 1.3, 2) */                                                                  \
  X(IP_FRAGMENT, "ip-fragment", "a fragment that was not reassembled", "")                                             \
  X(IPV6_HEADERS, "ipv6-headers", "the IPv6 extension headers lead nowhere", "")                                       \
  X(ICMP_SHORT, "icmp-short", "the ICMP header is cut off", "")                                                        \
  X(ICMP_CHECKSUM, "icmp-checksum", "the ICMP checksum is wrong", "nf_conntrack_checksum")                             \
  X(ICMP_TYPE, "icmp-type", "an ICMP type above 18", "")                                                               \
  X(ICMP_ERROR_SHORT, "icmp-error-short", "the packet inside the ICMP error is too short to be named", "")             \
  X(ICMP_ERROR_UNKNOWN, "icmp-error-unknown", "the ICMP error is about a connection that is not in the table", "")     \
  X(ICMP_ERROR_ADDRESS, "icmp-error-address", "the ICMP error goes to somebody who did not send the packet in it", "") \
  X(ICMP_REDIRECT_SHORT, "icmp-redirect-short", "an ICMPv6 redirect that is cut off before its options", "")           \
  X(ICMP_REDIRECT_HOPS, "icmp-redirect-hops",                                                                          \
    "an ICMPv6 redirect whose hop limit is not 255, so not from a neighbour", "")                                      \
  X(ICMP_REDIRECT_SOURCE, "icmp-redirect-source", "an ICMPv6 redirect whose source is not link-local", "")             \
  X(ICMP_REDIRECT_OPTION, "icmp-redirect-option", "an ICMPv6 redirect without an option, or with one of length 0", "") \
  X(ICMP_REDIRECT_HEADER, "icmp-redirect-header",                                                                      \
    "an ICMPv6 redirect whose first option is not the redirected header: only there is the packet looked for that it " \
    "is about",                                                                                                        \
    "")                                                                                                                \
  X(TUPLE_SHORT, "tuple-short", "too few bytes to read the ports or ids", "")                                          \
  X(TUPLE_NO_INVERSE, "tuple-no-inverse", "an ICMP type that has no answer: there is nothing to track", "")            \
  X(GRE_VERSION, "gre-version", "GRE version 1 that does not carry PPP", "")                                           \
  /* INVALID: the protocol tracker (spec 1 table, 5, 6) */                                                             \
  X(TCP_SHORT, "tcp-short", "the TCP header is cut off or its data offset is wrong", "")                               \
  X(TCP_CHECKSUM, "tcp-checksum", "the TCP checksum is wrong", "nf_conntrack_checksum")                                \
  X(TCP_FLAGS, "tcp-flags", "invalid combination of TCP flags", "")                                                    \
  X(TCP_NEW, "tcp-new",                                                                                                \
    "belongs to no connection in the table, and none can start with it: no SYN was accepted before it, or the entry "  \
    "had ended",                                                                                                       \
    "")                                                                                                                \
  X(TCP_NOT_LOOSE, "tcp-not-loose",                                                                                    \
    "belongs to no connection in the table, and picking up a running one is switched off", "nf_conntrack_tcp_loose")   \
  X(TCP_STATE, "tcp-state", "the packet does not fit the connection's state", "")                                      \
  X(TCP_SEQ_OVER, "tcp-seq-over", "sequence number beyond the receiver's window", "nf_conntrack_tcp_be_liberal")       \
  X(TCP_ACK_OVER, "tcp-ack-over", "acknowledges data that was not seen so far, or was refused",                        \
    "nf_conntrack_tcp_be_liberal")                                                                                     \
  X(TCP_RST_SEQ, "tcp-rst-seq", "reset with a sequence number already acknowledged",                                   \
    "nf_conntrack_tcp_ignore_invalid_rst")                                                                             \
  X(TCP_SEQ_LOW, "tcp-seq-low", "already acknowledged data, which this kernel refuses", "nf_conntrack_tcp_be_liberal") \
  X(TCP_ACK_LOW, "tcp-ack-low", "acknowledgement from long ago, which this kernel refuses",                            \
    "nf_conntrack_tcp_be_liberal")                                                                                     \
  X(TCP_REOPEN_INVALID, "tcp-reopen-invalid", "SYN on a closed connection that its side did not close: refused", "")   \
  X(UDP_SHORT, "udp-short", "the UDP header is cut off", "")                                                           \
  X(UDP_LENGTH, "udp-length", "the UDP length field contradicts the packet", "")                                       \
  X(UDP_CHECKSUM, "udp-checksum", "the UDP checksum is wrong", "nf_conntrack_checksum")                                \
  X(UDPLITE_COVERAGE, "udplite-coverage", "the UDP-Lite coverage field is wrong", "")                                  \
  X(UDPLITE_NO_CHECKSUM, "udplite-no-checksum", "the UDP-Lite checksum is missing", "")                                \
  X(UDPLITE_CHECKSUM, "udplite-checksum", "the UDP-Lite checksum is wrong", "nf_conntrack_checksum")                   \
  X(ICMP_NEW, "icmp-new", "answers no request in the table, and no connection can start with this ICMP type", "")      \
  X(ICMP_FAMILY, "icmp-family", "ICMP inside IPv6, or ICMPv6 inside IPv4", "")                                         \
  X(DCCP_LENGTH, "dccp-length", "the DCCP data offset is shorter than a header, or longer than the packet", "")        \
  X(DCCP_COVERAGE, "dccp-coverage", "the DCCP checksum coverage is longer than the packet", "")                        \
  X(DCCP_CHECKSUM, "dccp-checksum", "the DCCP checksum is wrong", "nf_conntrack_checksum")                             \
  X(DCCP_TYPE, "dccp-type", "a reserved DCCP packet type", "")                                                         \
  X(DCCP_SEQUENCE, "dccp-sequence", "a DCCP packet type that needs a sequence number of 48 bits, with one of 24", "")  \
  X(DCCP_NEW, "dccp-new", "belongs to no connection in the table, and none can start with this DCCP packet type", "")  \
  X(DCCP_NOT_LOOSE, "dccp-not-loose",                                                                                  \
    "belongs to no connection in the table, and picking up a running one is switched off", "nf_conntrack_dccp_loose")  \
  X(DCCP_STATE, "dccp-state", "the DCCP packet type does not fit the connection's state", "")                          \
  X(SCTP_SHORT, "sctp-short", "the SCTP header is cut off", "")                                                        \
  X(SCTP_CHECKSUM, "sctp-checksum", "the SCTP CRC32c is wrong", "nf_conntrack_checksum")                               \
  X(SCTP_CHUNKS, "sctp-chunks",                                                                                        \
    "SCTP without a chunk, with one of length 0, or with chunks that may not stand together", "")                      \
  X(SCTP_NEW, "sctp-new", "belongs to no association in the table, and none can start with it", "")                    \
  X(SCTP_VTAG, "sctp-vtag", "the SCTP verification tag is not the one that its association has", "")                   \
  X(SCTP_INIT_TAG, "sctp-init-tag", "a packet with an SCTP INIT whose verification tag is not 0", "")                  \
  X(SCTP_INIT_SHORT, "sctp-init-short", "the SCTP INIT or INIT ACK is cut off", "")                                    \
  X(SCTP_INIT_ACK_TAG, "sctp-init-ack-tag", "the SCTP INIT ACK announces another tag than is known of its sender", "") \
  X(SCTP_STATE, "sctp-state", "the chunk does not fit the association's state", "")                                    \
  /* accepted, but nothing changes: not counted, timeout not renewed (spec 3.5, 5.5, 5.6) */                           \
  X(TCP_SYN_IGNORED, "tcp-syn-ignored",                                                                                \
    "SYN on a live connection (its port is used again, or the SYN sent again): let through; its numbers are kept, "    \
    "and a SYN/ACK to it starts the connection over",                                                                  \
    "")                                                                                                                \
  X(TCP_SYNACK_IGNORED, "tcp-synack-ignored",                                                                          \
    "SYN/ACK to no SYN that waits for one: let through, state and timeout kept", "")                                   \
  X(TCP_ACK_IGNORED, "tcp-ack-ignored",                                                                                \
    "ACK instead of a SYN/ACK, as of an older connection: let through, state and timeout kept; a reset to it is "      \
    "believed",                                                                                                        \
    "")                                                                                                                \
  X(TCP_IGNORED, "tcp-ignored", "the state table ignores it: let through, state and timeout kept", "")                 \
  X(TCP_REOPEN_IGNORED, "tcp-reopen-ignored",                                                                          \
    "SYN on a connection that was not closed properly: let through; its numbers are kept, and a SYN/ACK to it starts " \
    "the connection over",                                                                                             \
    "")                                                                                                                \
  X(TCP_CHALLENGE_ACK, "tcp-challenge-ack", "a challenge ACK to a SYN that was let through: state kept", "")           \
  X(TCP_SYN_RETRANSMIT, "tcp-syn-retransmit", "the same SYN again: timeout not renewed, not counted", "")              \
  X(TCP_SEQ_UNDER, "tcp-seq-under", "already acknowledged data: let through, state and timeout kept", "")              \
  X(TCP_ACK_UNDER, "tcp-ack-under", "acknowledgement from long ago: let through, state and timeout kept", "")          \
  X(TCP_OVERSHOOT, "tcp-overshoot",                                                                                    \
    "beyond the window by no more than another window: let through, state and timeout kept, and its data may be "      \
    "acknowledged",                                                                                                    \
    "")                                                                                                                \
  X(SCTP_IGNORED, "sctp-ignored",                                                                                      \
    "heartbeat with another tag than its direction's: let through, state and timeout kept", "")                        \
  X(SCTP_INIT_AGAIN, "sctp-init-again",                                                                                \
    "INIT again while the association is CLOSED: let through, state and timeout kept", "")                             \
  X(DCCP_IGNORED, "dccp-ignored", "a DCCP packet that the state table ignores: let through, state and timeout kept",   \
    "")                                                                                                                \
  X(ICMP_ERROR, "icmp-error", "an ICMP error about a connection", "")                                                  \
  X(ICMPV6_UNTRACKED, "icmpv6-untracked", "neighbour discovery is not tracked", "")                                    \
  X(MLD_UNTRACKED, "mld-untracked", "multicast listener messages are not tracked", "")                                 \
  X(MRD_UNTRACKED, "mrd-untracked", "multicast router discovery is not tracked", "")                                   \
  /* accepted, with a rule that is worth a word (spec 5.5 to 5.9) */                                                   \
  X(TCP_RESYNC, "tcp-resync", "SYN/ACK answers a SYN that was ignored: the connection starts over", "")                \
  X(TCP_REOPEN, "tcp-reopen", "SYN on a closed connection: the old entry goes, a new one starts", "")                  \
  X(TCP_PICKUP, "tcp-pickup", "picked up in the middle (nf_conntrack_tcp_loose)", "nf_conntrack_tcp_loose")            \
  X(TCP_LIBERAL, "tcp-liberal", "outside the window, but its side is not held to it: accepted",                        \
    "nf_conntrack_tcp_be_liberal")                                                                                     \
  X(TCP_RST_CHALLENGE, "tcp-rst-challenge", "reset with an inexact sequence number: state kept, timeout of CLOSE", "") \
  X(TCP_RETRANS, "tcp-retrans", "the same ACK several times: the timeout is nf_conntrack_tcp_timeout_max_retrans's",   \
    "nf_conntrack_tcp_timeout_max_retrans")                                                                            \
  X(TCP_UNACKED, "tcp-unacked",                                                                                        \
    "data that nobody has acknowledged yet: the timeout is nf_conntrack_tcp_timeout_unacknowledged's",                 \
    "nf_conntrack_tcp_timeout_unacknowledged")                                                                         \
  X(TCP_ZERO_WINDOW, "tcp-zero-window", "zero window: the timeout is nf_conntrack_tcp_timeout_max_retrans's",          \
    "nf_conntrack_tcp_timeout_max_retrans")                                                                            \
  X(TCP_RST_UNREPLIED, "tcp-rst-unreplied", "reset with no answer before it: the entry goes at once", "")              \
  X(TCP_PICKUP_ANY, "tcp-pickup-any", "opens an entry without a SYN: this kernel looks at flags alone", "")            \
  X(TCP_UNCHECKED, "tcp-unchecked", "outside the window, but picked up just before: accepted",                         \
    "nf_conntrack_tcp_loose")                                                                                          \
  X(ICMP_ANSWERED, "icmp-answered", "every request is answered: the entry goes at once", "")                           \
  X(DCCP_RESYNC, "dccp-resync", "response to a request that was let through: the connection starts over", "")          \
  X(DCCP_RESET_UNREPLIED, "dccp-reset-unreplied", "reset with no answer before it: the entry goes at once", "")        \
  X(TCP_SIMULTANEOUS, "tcp-simultaneous", "simultaneous open", "")                                                     \
  /* dropped (spec 4.1, 7.2, 7.4, 8) */                                                                                \
  X(TABLE_FULL, "table-full", "nf_conntrack: table full, dropping packet", "nf_conntrack_max")                         \
  X(CHAIN_TOO_LONG, "chain-too-long", "the hash chain is too long", "nf_conntrack_buckets")                            \
  X(CLASH, "clash", "its addresses and ports, or those of its answers, are another connection's by now", "")           \
  X(TCP_OUT_OF_SYNC, "tcp-out-of-sync",                                                                                \
    "SYN/ACK answers a SYN that was ignored: the entry goes, and the packet with it", "")                              \
  X(HELPER_DROP, "helper-drop",                                                                                        \
    "its helper drops the packet: it can make no sense of the payload, or not expect what that announces", "")         \
  X(HELPER_CUT, "helper-cut",                                                                                          \
    "the helper could not read the payload, cut by the snap length: what it announces is not expected", "")            \
  X(SIP_MEDIA, "sip-media",                                                                                            \
    "names a media address that is not its sender's: ignored, and nothing is expected there (nf_conntrack_sip: "       \
    "sip_direct_media=1)",                                                                                             \
    "")                                                                                                                \
  X(SIP_CONTACT, "sip-contact",                                                                                        \
    "registers an address that is not its sender's: ignored, and no call is expected there (nf_conntrack_sip: "        \
    "sip_direct_signalling=1)",                                                                                        \
    "")                                                                                                                \
  X(FTP_ADDRESS, "ftp-address",                                                                                        \
    "names an address that is not its sender's: ignored, and no data connection is expected (nf_conntrack_ftp: "       \
    "loose=0)",                                                                                                        \
    "")                                                                                                                \
  X(DCCP_SHORT, "dccp-short", "the DCCP header is cut off", "")                                                        \
  /* why an entry ended (spec 3.1, 5.5, 5.9, 7, 8) */                                                                  \
  X(END_TIMEOUT, "timeout", "its timeout ran out", "")                                                                 \
  X(END_EVICTED, "evicted", "early_drop: the table was full", "nf_conntrack_max")                                      \
  X(END_GC_EVICTED, "gc-evicted", "the collector's early-drop mode: the table was nearly full", "nf_conntrack_max")    \
  X(END_RST, "rst-unreplied", "reset with no answer before it", "")                                                    \
  X(END_REOPENED, "reopened", "a new SYN took its place", "")                                                          \
  X(END_OUT_OF_SYNC, "out-of-sync", "its peers had begun another connection", "")                                      \
  X(END_ANSWERED, "answered", "every request was answered", "")                                                        \
  X(END_HELPER, "helper", "its helper ended it", "")                                                                   \
  X(END_GAVE_WAY, "gave-way", "a new connection needed its translated port", "")                                       \
  X(END_DEVICE, "device", "it was masqueraded for another device than its packets leave by", "")                       \
  X(END_CAPTURE, "end", "the capture ended", "")                                                                       \
  X(END_USED, "used", "the expected connection came", "")                                                              \
  X(END_REPLACED, "replaced", "a newer expectation took its place", "")                                                \
  X(END_MASTER, "master-gone", "its master connection ended", "")                                                      \
  X(END_SIBLING, "sibling-came", "the other direction of the same call came", "")                                      \
  X(END_WITHDRAWN, "withdrawn", "the protocol withdrew it", "")                                                        \
  X(END_CLASS_FULL, "class-full", "its master expects as many as its helper allows: the oldest goes", "")

typedef enum ct_reason {
#define X(id, word, sentence, sysctl) CT_REASON_##id,
  CT_REASON_LIST(X)
#undef X
    CT_REASON_COUNT
} ct_reason;

/* true where the frame holds no IP packet that could be found: the packet's bytes are the frame's. */
static inline bool ct_reason_is_of_link(ct_reason reason)
{
  return reason == CT_REASON_LINK_TRUNCATED || reason == CT_REASON_LINK_UNSUPPORTED || reason == CT_REASON_NOT_IP;
}

/* Static strings; reason must be below CT_REASON_COUNT. */
const char *ct_reason_word(ct_reason reason);
const char *ct_reason_sentence(ct_reason reason);
struct ct_profile;
/*
 * The sentence with its sysctl as the profile's kernel spells it. => a static string, or words, which has room for
 * CT_REASON_WORDS_BYTES.
 */
enum { CT_REASON_WORDS_BYTES = 256 };
const char *ct_reason_words(ct_reason reason, const struct ct_profile *profile, char *words);
/* As the profile's kernel spells it, "" where that has none; NULL is today's. */
const char *ct_reason_sysctl(ct_reason reason, const struct ct_profile *profile);

/* => the reason of that word, or CT_REASON_COUNT where there is none. */
ct_reason ct_reason_find(const char *word);

#endif
