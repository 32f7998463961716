/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ip_conntrack did otherwise than the first nf_conntrack that is known here, in words. Spec 13.1, 13.2. */
#include "list_changes.h"

#include <stddef.h>

/* clang-format off */
const list_era list_eras[] = {
  { "Files and sysctls",
    "/proc/net/ip_conntrack, with the expectations in it; sysctls net.ipv4.netfilter.ip_conntrack_* and net.ipv4.ip_conntrack_max",
    "/proc/net/ip_conntrack and ip_conntrack_expect; sysctls net.ipv4.netfilter.ip_conntrack_* and net.ipv4.ip_conntrack_max",
    "/proc/net/nf_conntrack, and the files of ip_conntrack beside it; sysctls net.netfilter.nf_conntrack_*, and those of ip_conntrack beside them" },
  { "Events",
    "Nobody is told what happens to connections: there is nothing for conntrack -E", "conntrack -E is told what happens to connections", NULL },
  { "Protocols", "IPv6 is not tracked", NULL, "IPv6 is tracked" },
  { "Protocols",
    "SCTP is an unknown protocol: one connection for each pair of hosts, without ports, for 600 s",
    "SCTP is tracked: states, ports, tags, timeouts of its own", NULL },
  { "Protocols",
    "DCCP, UDP-Lite and GRE are unknown protocols: one connection for each pair of hosts, for 600 s", NULL,
    "DCCP and UDP-Lite are tracked, and GRE where it carries PPTP" },
  { "Checksums", "Only the checksums of ICMP errors are verified", "Checksums of TCP, UDP and ICMP are verified", NULL },
  { "ICMP", "The connection of an ICMP request ends with as many answers as there were requests", NULL,
    "The connection of an ICMP request stays for 30 seconds, answered or not" },
  { "TCP windows", "TCP is followed by its flags alone: there are no windows, and no sequence number is looked at",
    "TCP is held to its windows: what lies outside is INVALID", NULL },
  { "TCP windows", "Any flags may be set together", "Flags that make no sense together are INVALID", NULL },
  { "TCP windows", NULL, "Of a connection met in the middle the first three packets of each side go unchecked",
    "A connection met in the middle is never held to its windows" },
  { "TCP timeouts", "A connection met in the middle has its five days at once", NULL,
    "A connection met in the middle has 300 seconds until it is answered" },
  { "TCP timeouts", "Segments that are sent again and again leave a connection its five days",
    "After three times the same segment a connection has 300 seconds left", NULL },
  { "TCP timeouts", "Data that nobody acknowledges leave a connection its five days", NULL,
    "A connection whose data nobody acknowledges has 300 seconds left" },
  { "Full tables", "A full table makes room by the oldest unassured connection of one bucket after the other, or of the packet's own",
    "A full table makes room by the oldest unassured connection of the packet's own bucket, if it has any",
    "A full table makes room by one unassured connection, the oldest of about eight" },
  { "Full tables", "The hash table has 8192 buckets above 1 GiB of memory, and the table is full with eight connections a bucket", NULL,
    "The hash table has 16384 buckets above 1 GiB of memory, and the table is full with four connections a bucket" },
  { "Helpers", "There are helpers of FTP, IRC, TFTP and Amanda", "There are helpers of SIP, H.323 and NetBIOS, too",
    "There are helpers of PPTP, SANE and SNMP, too" },
  { "Helpers", "What FTP and TFTP announce is expected for ever", "What FTP and TFTP announce is expected for 300 s", NULL },
  { "Helpers", "What is announced again stays as it was, with its time anew", NULL, "What is announced again replaces what was announced before" },
  { NULL, NULL, NULL, NULL },
};
/* clang-format on */
