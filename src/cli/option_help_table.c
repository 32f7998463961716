/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line about each option. A new option without one here is a failed test. */
#include "option_help.h"

#include <string.h>

typedef struct option_help {
  const char *command; /* NULL: wherever the option is taken, unless that sub-command has a line */
  const char *option;
  const char *text;
} option_help;

/* clang-format off */
static const option_help lines[] = {
  { NULL, "dump", "the table when the captures end, or --at a moment" },
  { NULL, "event", "every NEW, UPDATE and DESTROY, when it happens" },
  { NULL, "counter", "how many entries there are" },
  { NULL, "stats", "conntrack's counters" },
  { NULL, "packets", "a line for each packet: class, entry, states, why" },
  { NULL, "evictions", "who was evicted or dropped because the table was full" },
  { NULL, "merge", "captures merged by time, instead of one after the other" },
  { NULL, "bpf", "only frames that this pcap-filter(7) chooses" },
  { NULL, "start", "from the first packet at or after this moment on" },
  { NULL, "end", "up to this moment" },
  { NULL, "count", "so many packets at most" },
  { NULL, "interface", "only packets of this interface" },
  { NULL, "direction", "only packets that the capture says went in, or out" },
  { NULL, "checksums", "whether wrong checksums count, as the kernel has it" },
  { NULL, "zone-by", "a zone of conntrack for each VLAN, or each interface" },
  { NULL, "nat", "off: take what a router's capture shows twice as it stands" },
  { NULL, "tz", "zone of times that are shown, and typed without one; else UTC" },
  { NULL, "threads", "2: read and decode on a thread of its own" },
  { NULL, "profile", "the kernel: list profiles" },
  { NULL, "sysctl", "a setting of the kernel, or a file of them: list sysctls" },
  { NULL, "max", "nf_conntrack_max: how many entries the table takes" },
  { NULL, "hashsize", "nf_conntrack_buckets" },
  { NULL, "ram", "table and buckets as the kernel sizes them for so much memory" },
  { NULL, "features", "what the kernel was built with" },
  { NULL, "hash-seed", "of what the kernel draws at random" },
  { NULL, "gc", "expire at the deadline, or when the kernel's collector comes by" },
  { NULL, "hz", "ticks a second of the kernel's clock" },
  { NULL, "helper", "attach a helper to a port: list helpers" },
  { NULL, "no-helper", "switch a helper off" },
  { NULL, "helpers", "attach every helper to its own port" },
  { NULL, "no-helpers", "attach none" },
  { NULL, "module", "a parameter of a helper's module: list modules" },
  { NULL, "local", "an address of the box itself, with its network" },
  { NULL, "box", "what ctreplay-gather found on the box: a folder, or its tar" },
  { NULL, "table", "begin with the table that this listing tells: conntrack -L, /proc" },
  { NULL, "table-at", "the moment at which that listing was taken" },
  { NULL, "connlabels", "names of labels: the box's connlabel.conf" },
  { NULL, "timeout-policies", "what nfct timeout list says on the box" },
  { NULL, "label", "only connections with these labels" },
  { NULL, "rules", "judge packets by these rules: iptables-save, nft -j, ipset save" },
  { NULL, "backend", "which iptables the rules are meant for" },
  { NULL, "mode", "observe: tell verdicts, and track on as if all were accepted" },
  { NULL, "iface", "interface of packets whose capture names none" },
  { NULL, "route", "where packets to a prefix leave the box, or =unreachable" },
  { NULL, "bridge", "the box is a bridge of this name" },
  { NULL, "view", "the side of a translating box that was captured" },
  { NULL, "assume", "what to take a match for that nobody here can decide" },
  { NULL, "verdict", "only packets that rules judged so" },
  { NULL, "rule", "only packets that this rule judged" },
  { NULL, "src", "original source address" },
  { NULL, "orig-src", "original source address" },
  { NULL, "dst", "original destination address" },
  { NULL, "orig-dst", "original destination address" },
  { NULL, "reply-src", "the reply's source address" },
  { NULL, "reply-dst", "the reply's destination address" },
  { NULL, "host", "an address at any end" },
  { NULL, "net", "a network at any end" },
  { NULL, "port", "a port at any end" },
  { NULL, "proto", "the protocol, by name or number" },
  { NULL, "protonum", "the protocol, by name or number" },
  { NULL, "family", "IPv4 or IPv6" },
  { NULL, "sport", "original source port" },
  { NULL, "orig-port-src", "original source port" },
  { NULL, "dport", "original destination port" },
  { NULL, "orig-port-dst", "original destination port" },
  { NULL, "reply-port-src", "the reply's source port" },
  { NULL, "reply-port-dst", "the reply's destination port" },
  { NULL, "state", "the protocol's state: list states" },
  { NULL, "status", "bits of the entry's status: ASSURED, SEEN_REPLY, ..." },
  { NULL, "mark", "the connection's mark" },
  { NULL, "secmark", "the connection's security mark" },
  { NULL, "src-nat", "translated at its source" },
  { NULL, "dst-nat", "translated at its destination" },
  { NULL, "any-nat", "translated at all" },
  { NULL, "zone", "the zone of both directions" },
  { NULL, "orig-zone", "the zone of the original direction" },
  { NULL, "reply-zone", "the zone of the reply" },
  { NULL, "icmp-type", "the ICMP type" },
  { NULL, "icmp-code", "the ICMP code" },
  { NULL, "icmp-id", "the ICMP id" },
  { NULL, "mask-src", "mask of --src" },
  { NULL, "mask-dst", "mask of --dst" },
  { NULL, "tuple-src", "source that is expected (expectations)" },
  { NULL, "tuple-dst", "destination that is expected (expectations)" },
  { NULL, "event-mask", "only these events: NEW, UPDATES, DESTROY" },
  { NULL, "class", "only packets of these classes: list classes" },
  { NULL, "reason", "only packets with these reasons: list reasons" },
  { NULL, "as", "sent: -W writes packets as they left, translated" },
  { NULL, "annotate", "write a comment on every packet (--write FILE.pcapng)" },
  { NULL, "redact", "rename addresses in what -W writes, as ctreplay-gather does" },
  { NULL, "context", "so many packets before and after each chosen one, too" },
  { NULL, "display-filter", "Wireshark's filter of the packets chosen" },
  { NULL, "flow", "one connection, by its number" },
  { NULL, "show-from", "show nothing that is before this moment" },
  { NULL, "at", "as it is at this moment; several may be given" },
  { NULL, "save-state", "write the table down when the captures end" },
  { NULL, "load-state", "go on from a table that was written down" },
  { NULL, "every", "as it is every so often" },
  { NULL, "lines", "so many lines, or all" },
  { NULL, "networks", "length of the networks that addresses are counted by" },
  { NULL, "plot", "the table over time, as a drawing" },
  { NULL, "output", "the format: list formats" },
  { NULL, "fields", "these columns: list fields" },
  { NULL, "write", "into this file" },
  { NULL, "color", "colours; auto: on a terminal alone" },
  { NULL, "progress", "how far it has got, on the terminal" },
  { NULL, "no-sandbox", "read captures without fencing the process in first" },
  { NULL, "help", "this" },
  { NULL, "version", "the version, and how the process is fenced in" },

  { "diff", "iface", "interface of A's packets and of B's: lan,wan" },
  { "diff", "lines", "so many differences, or all" },
  { "diff", "output", "for people, or a JSON line for each difference" },
  { "diff", "only", "these differences alone: class, verdict, rule, mark, ..." },
  { "diff", "max", "nf_conntrack_max: A's and B's, as 64,128" },
  { "explain", "packet", "this packet alone, by its number" },
  { "explain", "flow", "the packets of one connection, up to who missed it" },
  { "explain", "invalid", "INVALID packets alone" },
  { "explain", "output", "for people, or JSON lines" },
  { "flows", "by", "count together by src, dst, net, dport, proto, state or reason" },
  { "flows", "sort", "by a field, numbers from the largest, words from A; -FIELD: reversed" },
  { "flows", "top", "so many; without --sort of most bytes, with --by of most connections" },
  { "flows", "packets", "with -o sqlite: which packets; notable: first, last, with a reason" },
  { "flows", "at", "as the table is at this moment, or at its peak" },
  { "flows", "output", "for people, rows with all columns, or a database (-W FILE)" },
  { "compile", "write", "where the capture goes; - is standard output" },
  { "decompile", "write", "where the scenario goes, instead of standard output" },
  { "report", "write", "where the page goes" },
  { "rules", "output", "how: the list, iptables-save, JSON, nft, trace or log lines" },
  { "rules", "ipv4", "what does not say its family is IPv4" },
  { "rules", "ipv6", "what does not say its family is IPv6" },
  { "rules", "counters", "with counters, as iptables-save -c" },
  { "rules", "table", "of one table alone, as iptables-save -t" },
  { "states", "output", "as text, Markdown, Graphviz or a drawing" },
  { "sweep", "max", "sizes of the table to compare, as 1k,2k,4k" },
  { "sweep", "output", "a table for people, JSON or CSV" },
  { "sweep", "load-state", "go on from the tables that a sweep has written down" },
  { "sweep", "save-state", "write the tables of all settings down at the end" },
  { "sweep", "plot", "occupancy under each setting, as a drawing" },
  { "timeouts", "output", "for people, JSON lines or CSV" },
  { "agree", "at", "the moment at which that listing was taken" },
  { "top", "at", "begin at this moment" },
  { "top", "other-rules", "rules for what if: rules=other" },
  { "top", "memory", "how much the states kept for going back may take" },
  { "verify", "against", "compare with this recording instead of the kernel" },
  { "verify", "rules", "the rules under which it was recorded" },
  { "verify", "own", "keep the engine's side in this file" },
  { "verify", "routed", "let this machine be the router: rules loaded, packets sent" },
  { "verify", "record", "keep what the kernel did in this file" },
  { "verify", "max-gap", "keep the capture's gaps up to so long" },
};
/* clang-format on */

gboolean cli_option_help_get(guint i, const char **command, const char **option)
{
  if (i >= G_N_ELEMENTS(lines))
    return FALSE;
  *command = lines[i].command;
  *option = lines[i].option;
  return TRUE;
}

const char *cli_option_help(const char *command, const cli_option *option)
{
  const char *found = NULL;
  guint i;

  for (i = 0; option->name != NULL && i < G_N_ELEMENTS(lines); i++) {
    if (strcmp(lines[i].option, option->name) != 0)
      continue;
    if (lines[i].command == NULL)
      found = lines[i].text;
    else if (command != NULL && strcmp(lines[i].command, command) == 0)
      return lines[i].text;
  }
  return found;
}
