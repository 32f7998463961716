/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of options, and what each of them sets. */
#include "options.h"

#include "box/box.h"
#include "emit/zone.h"

#include "firewall/walk/firewall.h"

#include <fnmatch.h>
#include <string.h>

/* ---- options with a reader of their own ---- */

/* "-L", or the eviction log's name: its letter is only ours. */
static const char *command_name(char letter)
{
  static const char *const names[] = {
    ['C'] = "-C", ['E'] = "-E", ['L'] = "-L", ['P'] = "-P", ['S'] = "-S", ['V'] = "--evictions"
  };

  return names[(guint)letter];
}

/* Said once for all: times are shown in many places, and none of them is told the options. */
static gboolean read_time_zone(const cli_option *option, gpointer base, const char *value, GError **error)
{
  (void)base;
  if (!emit_zone_set(value))
    return cli_option_refuse(option, value, error);
  replay_points_zone(emit_zone_east_s);
  return TRUE;
}

static gboolean read_command(const cli_option *option, gpointer base, const char *value, GError **error)
{
  static const char *const tables[] = { "conntrack", "expect", "dying", "unconfirmed" };
  char letter = (char)option->value;
  cli_options *o = base;
  guint i, n = letter == 'L' ? G_N_ELEMENTS(tables) : CLI_TABLE_EXPECT + 1;

  if (o->command != 0 && o->command != letter) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s and %s: one command at a time", command_name(o->command),
                command_name(letter));
    return FALSE;
  }
  o->command = letter;
  if (value == NULL)
    return TRUE;
  for (i = 0; i < n; i++)
    if (strcmp(value, tables[i]) == 0) {
      o->table = (cli_table)i;
      return TRUE;
    }
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "-%c %s: give %s", letter, value,
              letter == 'L' ? "conntrack, expect, dying or unconfirmed" : "conntrack or expect");
  return FALSE;
}

/* Only noted here: what the values mean depends on the profile, which may come later on the line (kernel.c). */
static gboolean read_single(const cli_option *option, gpointer base, const char *value, GError **error)
{
  const char **field = cli_option_field(option, base), **before = (gpointer)((char *)base + option->before);

  (void)error;
  if (*before != NULL)
    ((cli_options *)base)->thrice = option->name;
  *before = *field;
  *field = value;
  return TRUE;
}

/* The last of several would win without a word. */
static gboolean read_interface(const cli_option *option, gpointer base, const char *value, GError **error)
{
  const char **field = cli_option_field(option, base);

  if (*field != NULL && strcmp(*field, value) != 0) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "-i %s -i %s: one interface can be chosen; without -i all are read, and --bpf chooses among packets",
                *field, value);
    return FALSE;
  }
  *field = value;
  return TRUE;
}

static gboolean read_helpers(const cli_option *option, gpointer base, const char *value, GError **error)
{
  (void)value;
  (void)error;
  *(cli_helpers *)cli_option_field(option, base) = (cli_helpers)option->value;
  return TRUE;
}

static gboolean read_address(const cli_option *option, gpointer base, const char *value, GError **error)
{
  ((cli_options *)base)->filter.any = TRUE;
  return cli_filter_set_address(cli_option_field(option, base), cli_option_name(option), value, error);
}

static gboolean read_mask(const cli_option *option, gpointer base, const char *value, GError **error)
{
  ((cli_options *)base)->filter.any = TRUE;
  return cli_filter_set_mask(cli_option_field(option, base), cli_option_name(option), value, error);
}

static gboolean read_condition(const cli_option *option, gpointer base, const char *value, GError **error)
{
  return cli_filter_set(cli_option_field(option, base), option->value, value, error);
}

/* A number that the filter compares with: decimal, or hexadecimal behind 0x. */
static gboolean read_filter_number(const cli_option *option, gpointer base, const char *value, GError **error)
{
  cli_filter *filter = &((cli_options *)base)->filter;
  guint64 number;

  if (!cli_filter_number(cli_option_name(option), value, option->most, &number, error))
    return FALSE;
  filter->any = TRUE;
  filter->given |= option->value;
  return cli_option_store(option, base, number);
}

static gboolean read_nat(const cli_option *option, gpointer base, const char *value, GError **error)
{
  return cli_filter_set_nat(cli_option_field(option, base), option->value, cli_option_name(option), value, error);
}

/* -w was the letter for a file once. */
static gboolean read_zone(const cli_option *option, gpointer base, const char *value, GError **error)
{
  if (read_filter_number(option, base, value, NULL))
    return TRUE;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
              "--%s %s: give a zone from 0 to 65535 (to write a file now it is --write FILE, or -W)",
              cli_option_name(option), value);
  return FALSE;
}

/* => the value of the word, whatever its case; 0 where there is none. */
static guint find_word(const cli_choice *choices, const char *word)
{
  for (; choices->word != NULL; choices++)
    if (g_ascii_strcasecmp(choices->word, word) == 0)
      return choices->value;
  return 0;
}

static gboolean read_event_mask(const cli_option *option, gpointer base, const char *value, GError **error)
{
  static const cli_choice events[] = { { "NEW", CLI_EVENT_NEW },       { "UPDATES", CLI_EVENT_UPDATE },
                                       { "UPDATE", CLI_EVENT_UPDATE }, { "DESTROY", CLI_EVENT_DESTROY },
                                       { "ALL", CLI_EVENT_ALL },       { NULL, 0 } };
  guint *mask = cli_option_field(option, base), i, bits;
  char **words = g_strsplit(value, ",", -1);
  gboolean fine = words[0] != NULL;

  *mask = 0;
  for (i = 0; fine && words[i] != NULL; i++) {
    bits = find_word(events, words[i]);
    fine = bits != 0;
    *mask |= bits;
  }
  g_strfreev(words);
  return fine || cli_option_refuse(option, value, error);
}

static gboolean read_classes(const cli_option *option, gpointer base, const char *value, GError **error)
{
  guint *classes = cli_option_field(option, base);
  char **words = g_strsplit(value, ",", -1);
  gboolean fine = words[0] != NULL;
  guint i, cls;

  for (i = 0; fine && words[i] != NULL; i++) {
    for (cls = 0; cls < CT_CLASS_COUNT && g_ascii_strcasecmp(words[i], ct_class_name((ct_class)cls)) != 0; cls++)
      ;
    if ((fine = cls < CT_CLASS_COUNT || g_ascii_strcasecmp(words[i], "dropped") == 0))
      *classes |= 1u << cls;
  }
  g_strfreev(words);
  return fine || cli_option_refuse(option, value, error);
}

static gboolean read_reasons(const cli_option *option, gpointer base, const char *value, GError **error)
{
  cli_options *o = base;
  char **words = g_strsplit(value, ",", -1);
  guint i, reason, found = 1;

  for (i = 0; found > 0 && words[i] != NULL; i++)
    for (reason = found = 0; reason < CT_REASON_COUNT; reason++)
      if (fnmatch(words[i], ct_reason_word((ct_reason)reason), 0) == 0) {
        o->reasons[reason] = 1;
        found++;
      }
  g_strfreev(words);
  o->any_reason = TRUE;
  return found > 0 || cli_option_refuse(option, value, error);
}

static gboolean read_networks(const cli_option *option, gpointer base, const char *value, GError **error)
{
  guint8 *lengths = cli_option_field(option, base);
  char **words = g_strsplit(value, ",", 3);
  guint n = g_strv_length(words), i;
  gboolean fine = n >= 1 && n <= 2;
  guint64 length;

  for (i = 0; fine && i < n; i++) {
    fine = g_ascii_string_to_unsigned(words[i], 10, 0, i == 0 ? 32 : 128, &length, NULL);
    if (fine)
      lengths[i] = (guint8)length;
  }
  g_strfreev(words);
  return fine || cli_option_refuse(option, value, error);
}

static gboolean read_verdicts(const cli_option *option, gpointer base, const char *value, GError **error)
{
  static const cli_choice verdicts[] = {
#define X(name, text) { text, 1 << FW_VERDICT_##name },
    FW_VERDICT_LIST(X)
#undef X
      { NULL, 0 }
  };
  guint *mask = cli_option_field(option, base), i, bit;
  char **words = g_strsplit(value, ",", -1);
  gboolean fine = words[0] != NULL;

  for (i = 0; fine && words[i] != NULL; i++) {
    bit = find_word(verdicts, words[i]);
    fine = bit > 1u << FW_VERDICT_NONE;
    *mask |= bit;
  }
  g_strfreev(words);
  return fine || cli_option_refuse(option, value, error);
}

/* What follows the colons, from the last one on: names of chains may hold some. */
static gboolean split_rule(cli_rule_name *rule, const char *value)
{
  const char *table_end = strchr(value, ':'), *end = strrchr(value, ':'), *kind;
  guint64 number = 0;

  if (table_end == NULL || table_end == value)
    return FALSE;
  if (strcmp(end, ":policy") != 0) {
    if (!g_ascii_string_to_unsigned(end + 1, 10, 1, G_MAXUINT32, &number, NULL))
      return FALSE;
    kind = g_strrstr_len(value, end - value, ":");
    if (kind != NULL && strncmp(kind, ":policy:", 8) == 0)
      number = 0;
    else if (kind == NULL || strncmp(kind, ":rule:", 6) != 0)
      return FALSE;
    end = kind;
  }
  if (end <= table_end + 1)
    return FALSE;
  rule->table = g_strndup(value, (gsize)(table_end - value));
  rule->chain = g_strndup(table_end + 1, (gsize)(end - table_end - 1));
  rule->number = (guint)number;
  return TRUE;
}

static void rule_name_clear(cli_rule_name *rule)
{
  g_clear_pointer(&rule->table, g_free);
  g_clear_pointer(&rule->chain, g_free);
}

static gboolean read_rule(const cli_option *option, gpointer base, const char *value, GError **error)
{
  cli_rule_name *rule = cli_option_field(option, base);

  rule_name_clear(rule);
  rule->text = value;
  return split_rule(rule, value) || cli_option_refuse(option, value, error);
}

/* => the format that a mistyped word may have meant; NULL: none. */
static const char *similar_format(const char *word)
{
  const char *nearest = NULL;
  const emit_format *format;
  guint distance, least = G_MAXUINT, i;

  for (i = 0; (format = emit_format_get(i)) != NULL; i++)
    if (cli_word_similar(word, format->name, &distance) && distance < least) {
      least = distance;
      nearest = format->name;
    }
  return nearest;
}

static gboolean refuse_format(const cli_option *option, const char *value, const char *meant, GError **error)
{
  if (meant == NULL)
    return cli_option_refuse(option, value, error);
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s %s: no such format; did you mean %s; see ctreplay list formats",
              cli_option_name(option), value, meant);
  return FALSE;
}

gboolean cli_read_format(const cli_option *option, gpointer base, const char *value, GError **error)
{
  char **words = g_strsplit(value, ",", -1);
  gboolean fine = words[0] != NULL;
  const char *meant = NULL;
  cli_options *o = base;
  guint i;

  for (i = 0; fine && words[i] != NULL; i++) {
    const emit_format *format = emit_format_find(words[i]);
    guint bit = emit_word_find(words[i]);

    if (bit != 0)
      o->format_options |= bit;
    else if (format != NULL && (o->format == NULL || o->format == format))
      o->format = format;
    else
      fine = FALSE;
    if (!fine && format == NULL)
      meant = similar_format(words[i]);
  }
  g_strfreev(words);
  return fine || refuse_format(option, value, meant, error);
}

/* ---- the table ---- */

const cli_choice cli_checksums_choices[] = {
  { "auto", CT_CHECKSUMS_AUTO }, { "verify", CT_CHECKSUMS_VERIFY }, { "ignore", CT_CHECKSUMS_IGNORE }, { NULL, 0 }
};
static const cli_choice directions[] = { { "in", CAP_DIR_IN }, { "out", CAP_DIR_OUT }, { NULL, 0 } };
static const cli_choice views[] = { { "arrived", FALSE }, { "sent", TRUE }, { NULL, 0 } };
static const cli_choice zones_by[] = { { "vlan", REPLAY_ZONE_VLAN },
                                       { "interface", REPLAY_ZONE_INTERFACE },
                                       { NULL, 0 } };
static const cli_choice nats[] = { { "infer", TRUE }, { "off", FALSE }, { NULL, 0 } };
static const cli_choice whens[] = {
  { "auto", CLI_AUTO }, { "always", CLI_ALWAYS }, { "never", CLI_NEVER }, { NULL, 0 }
};

/* clang-format off */
#define COMMAND(of) CLI_BY(read_command, cli_options, command), .value = (of)
#define SINGLE(member, name, argument) \
  { name, 0, argument, CLI_KERNEL, CLI_BY(read_single, cli_options, member), \
    .before = offsetof(cli_options, member##_before) },
#define WAITS(name, letter, what) { name, letter, NULL, CLI_COMMON, .absent = what }
#define WHEN(member) CLI_CHOICE(cli_options, member, whens, "auto, always or never")
#define ADDRESS(member) CLI_BY(read_address, cli_options, filter.member)
#define MASK(member) CLI_BY(read_mask, cli_options, filter.member)
#define CONDITION(which) CLI_BY(read_condition, cli_options, filter), .value = CLI_FILTER_##which
#define NUMBER(member, bit, to) CLI_BY(read_filter_number, cli_options, filter.member), .value = (bit), .most = (to)
#define NAT(which) CLI_BY(read_nat, cli_options, filter), .value = CLI_FILTER_##which
#define ZONE(member, which) \
  CLI_BY(read_zone, cli_options, filter.member), .value = CLI_FILTER_##which, .most = G_MAXUINT16
#define PORT(dir, end) NUMBER(port[dir][end], CLI_FILTER_PORT0 << (2 * (dir) + (end)), 65535)

static const cli_choice backends[] = { { "legacy", FW_BACKEND_LEGACY }, { "nft", FW_BACKEND_NFT }, { NULL, 0 } };
static const cli_choice modes[] = {
  { "faithful", FW_MODE_FAITHFUL + 1 }, { "observe", FW_MODE_OBSERVE + 1 }, { NULL, 0 }
};

static const cli_choice sides[] = { { "inside", CLI_VIEW_INSIDE }, { "outside", CLI_VIEW_OUTSIDE }, { NULL, 0 } };

static const cli_option options[] = {
  { "dump", 'L', "[TABLE]", CLI_COMMAND, COMMAND('L') },
  { "event", 'E', "[TABLE]", CLI_COMMAND, COMMAND('E') },
  { "counter", 'C', "[TABLE]", CLI_COMMAND, COMMAND('C') },
  { "stats", 'S', NULL, CLI_COMMAND, COMMAND('S') },
  { "packets", 'P', NULL, CLI_COMMAND, COMMAND('P') },
  { "evictions", 0, NULL, CLI_COMMAND, COMMAND('V') },

  { "merge", 0, NULL, CLI_INPUT, CLI_FLAG(cli_options, replay.merge) },
  { "bpf", 0, "EXPR", CLI_INPUT, CLI_TEXT(cli_options, replay.bpf) },
  { "start", 0, "POINT", CLI_INPUT, CLI_POINT(cli_options, replay.start) },
  { "end", 0, "POINT", CLI_INPUT, CLI_POINT(cli_options, replay.end) },
  { "count", 0, "N", CLI_INPUT, CLI_SIZE(cli_options, replay.count, 1, G_MAXUINT64, "a number of packets") },
  { "interface", 'i', "IF", CLI_INPUT, CLI_BY(read_interface, cli_options, replay.interface) },
  { "direction", 0, "in|out", CLI_INPUT, CLI_CHOICE(cli_options, replay.direction, directions, "in or out") },
  { "zone-by", 0, "vlan|interface", CLI_INPUT, CLI_CHOICE(cli_options, replay.zone_by, zones_by, "vlan or interface") },
  { "nat", 0, "infer|off", CLI_INPUT, CLI_CHOICE(cli_options, replay.pairs, nats, "infer or off") },
  CLI_CHECKSUMS_OPTION,
  { "tz", 0, "ZONE", CLI_INPUT, .read = read_time_zone,
    .wanted = "UTC, local, a name such as Europe/Berlin, or +02:00" },
  { "threads", 0, "1|2", CLI_INPUT, CLI_NUMBER(cli_options, replay.threads, 1, 2, "1 or 2") },

  SINGLE(profile_name, "profile", "PROFILE")
  { "sysctl", 0, "K=V|FILE", CLI_KERNEL, CLI_LIST(cli_options, sysctls) },
  SINGLE(max, "max", "SIZE")
  SINGLE(hashsize, "hashsize", "SIZE")
  SINGLE(ram, "ram", "SIZE")
  { "features", 0, "acct,mark,secmark", CLI_KERNEL, CLI_TEXT(cli_options, features) },
  SINGLE(hash_seed, "hash-seed", "N")
  SINGLE(gc, "gc", "exact|kernel")
  SINGLE(hz, "hz", "N")
  { "helper", 0, "NAME:PORT", CLI_KERNEL, CLI_LIST(cli_options, helpers) },
  { "no-helper", 0, "NAME", CLI_KERNEL, CLI_LIST(cli_options, no_helpers) },
  { "helpers", 0, NULL, CLI_KERNEL, CLI_BY(read_helpers, cli_options, helpers_by_port), .value = CLI_HELPERS_ALL },
  { "no-helpers", 0, NULL, CLI_KERNEL, CLI_BY(read_helpers, cli_options, helpers_by_port), .value = CLI_HELPERS_NONE },
  { "module", 0, "M.P=V|FILE", CLI_KERNEL, CLI_LIST(cli_options, modules) },
  { "box", 0, "FOLDER|TAR", CLI_KERNEL, CLI_TEXT(cli_options, box_path) },
  { "local", 0, "ADDR/LEN", CLI_KERNEL, CLI_LIST(cli_options, locals) },

  { "rules", 0, "FILE", CLI_RULES, CLI_LIST(cli_options, rules) },
  { "backend", 0, "legacy|nft", CLI_RULES, CLI_CHOICE(cli_options, backend, backends, "legacy or nft") },
  { "mode", 0, "faithful|observe", CLI_RULES, CLI_CHOICE(cli_options, rules_mode, modes, "faithful or observe") },
  { "iface", 0, "NAME", CLI_RULES, CLI_TEXT(cli_options, iface) },
  { "route", 0, "PREFIX=IFACE", CLI_RULES, CLI_LIST(cli_options, routes) },
  { "bridge", 0, "NAME", CLI_RULES, CLI_TEXT(cli_options, bridge) },
  { "connlabels", 0, "FILE", CLI_RULES, CLI_TEXT(cli_options, connlabels) },
  { "timeout-policies", 0, "FILE", CLI_RULES, CLI_TEXT(cli_options, timeout_policies) },
  { "assume", 0, "MATCH=yes|no", CLI_RULES, CLI_LIST(cli_options, assumptions) },
  { "view", 0, "inside|outside", CLI_RULES, CLI_CHOICE(cli_options, view, sides, "inside or outside") },
  { "verdict", 0, "VERDICT", CLI_VERDICTS, CLI_BY(read_verdicts, cli_options, verdicts),
    .wanted = "accept, drop, reject or unknown, joined by commas" },
  { "rule", 0, "TABLE:CHAIN:rule:N", CLI_VERDICTS, CLI_BY(read_rule, cli_options, rule_wanted),
    .wanted = "TABLE:CHAIN:rule:NUMBER or TABLE:CHAIN:policy, as -P names them" },

  { "src", 's', "ADDR", CLI_FILTER, ADDRESS(addr[0][0]), .same_as = "orig-src" },
  { "orig-src", 0, "ADDR", CLI_FILTER, ADDRESS(addr[0][0]) },
  { "dst", 'd', "ADDR", CLI_FILTER, ADDRESS(addr[0][1]), .same_as = "orig-dst" },
  { "orig-dst", 0, "ADDR", CLI_FILTER, ADDRESS(addr[0][1]) },
  { "reply-src", 'r', "ADDR", CLI_FILTER, ADDRESS(addr[1][0]) },
  { "reply-dst", 'q', "ADDR", CLI_FILTER, ADDRESS(addr[1][1]) },
  { "host", 0, "ADDR", CLI_FILTER, ADDRESS(host) },
  { "net", 0, "ADDR/LEN", CLI_FILTER, ADDRESS(net) },
  { "port", 0, "PORT", CLI_FILTER, NUMBER(any_port, CLI_FILTER_ANY_PORT, 65535) },
  { "proto", 'p', "PROTO", CLI_FILTER, CONDITION(PROTO) },
  { "protonum", 0, "PROTO", CLI_FILTER, CONDITION(PROTO) },
  { "family", 'f', "ipv4|ipv6", CLI_FILTER, CONDITION(FAMILY) },
  { "sport", 0, "PORT", CLI_FILTER, PORT(0, 0), .same_as = "orig-port-src" },
  { "orig-port-src", 0, "PORT", CLI_FILTER, PORT(0, 0) },
  { "dport", 0, "PORT", CLI_FILTER, PORT(0, 1), .same_as = "orig-port-dst" },
  { "orig-port-dst", 0, "PORT", CLI_FILTER, PORT(0, 1) },
  { "reply-port-src", 0, "PORT", CLI_FILTER, PORT(1, 0) },
  { "reply-port-dst", 0, "PORT", CLI_FILTER, PORT(1, 1) },
  { "state", 0, "STATE", CLI_FILTER, CONDITION(STATE) },
  { "status", 'u', "STATUS", CLI_FILTER, CONDITION(STATUS) },
  { "mark", 'm', "N[/MASK]", CLI_FILTER, CONDITION(MARK) },
  { "secmark", 'c', "N", CLI_FILTER, NUMBER(secmark, CLI_FILTER_SECMARK, G_MAXUINT32) },
  { "src-nat", 'n', "[ADDRESS[:PORT]]", CLI_FILTER, NAT(SRC_NAT) },
  { "dst-nat", 'g', "[ADDRESS[:PORT]]", CLI_FILTER, NAT(DST_NAT) },
  { "any-nat", 'j', "[ADDRESS[:PORT]]", CLI_FILTER, NAT(ANY_NAT) },
  { "zone", 'w', "N", CLI_FILTER, ZONE(zone, ZONE) },
  { "orig-zone", 0, "N", CLI_FILTER, ZONE(orig_zone, ORIG_ZONE) },
  { "reply-zone", 0, "N", CLI_FILTER, ZONE(reply_zone, REPLY_ZONE) },
  { "label", 'l', "LABELS", CLI_FILTER, CONDITION(LABEL) },
  { "icmp-type", 0, "N", CLI_FILTER, NUMBER(icmp_type, CLI_FILTER_ICMP_TYPE, 255) },
  { "icmp-code", 0, "N", CLI_FILTER, NUMBER(icmp_code, CLI_FILTER_ICMP_CODE, 255) },
  { "icmp-id", 0, "N", CLI_FILTER, NUMBER(icmp_id, CLI_FILTER_ICMP_ID, 65535) },
  { "mask-src", 0, "MASK", CLI_FILTER, MASK(addr[0][0]) },
  { "mask-dst", 0, "MASK", CLI_FILTER, MASK(addr[0][1]) },
  { "tuple-src", 0, "ADDR", CLI_FILTER, ADDRESS(expected[0]) },
  { "tuple-dst", 0, "ADDR", CLI_FILTER, ADDRESS(expected[1]) },

  { "event-mask", 'e', "EVENTS", CLI_SHOW, CLI_BY(read_event_mask, cli_options, event_mask),
    .wanted = "NEW, UPDATES, DESTROY or ALL, joined by commas" },
  { "class", 0, "CLASS", CLI_SHOW, CLI_BY(read_classes, cli_options, classes),
    .wanted = "NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED, dropped or none, joined by commas" },
  { "reason", 0, "REASON", CLI_SHOW, CLI_BY(read_reasons, cli_options, reasons),
    .wanted = "words of `ctreplay list reasons`, joined by commas ('tcp-*' for a family)" },
  { "annotate", 0, NULL, CLI_SHOW, CLI_FLAG(cli_options, annotate) },
  { "as", 0, "arrived|sent", CLI_SHOW, CLI_CHOICE(cli_options, sent, views, "arrived or sent") },
  { "redact", 0, "KEY", CLI_SHOW, CLI_TEXT(cli_options, redact) },
  { "context", 0, "N", CLI_SHOW, CLI_NUMBER(cli_options, context, 1, CLI_CONTEXT_MOST, "packets, from 1 to 10000") },
  { "display-filter", 0, NULL, CLI_SHOW, CLI_FLAG(cli_options, display_filter) },
  { "flow", 0, "N", CLI_SHOW, CLI_BY(cli_read_shown_number, cli_options, flow), .wanted = "a number as -P shows it" },
  { "show-from", 0, "POINT", CLI_SHOW, CLI_POINT(cli_options, show_from) },
  { "at", 0, "POINT", CLI_SHOW, CLI_POINTS(cli_options, at) },
  /* A nanosecond's snapshots of a day would fill any disk; nobody means that. */
  { "every", 0, "SPAN", CLI_SHOW,
    CLI_SPAN(cli_options, every_ns, 1000000, "a span of time of 1ms or more (60, 0.5s, 5m, 1h)") },
  CLI_LINES_OPTION,
  { "networks", 0, "LEN[,LEN6]", CLI_SHOW, CLI_BY(read_networks, cli_options, networks),
    .wanted = "the length of IPv4's networks, up to 32, and after a comma of IPv6's, up to 128 (24,64)" },
  { "plot", 0, "FILE.svg", CLI_SHOW, CLI_TEXT(cli_options, plot) },

  { "table", 0, "FILE", CLI_RESUME, CLI_TEXT(cli_options, listed) },
  { "table-at", 0, "POINT", CLI_RESUME, CLI_POINT(cli_options, listed_at) },
  { "load-state", 0, "FILE", CLI_RESUME, CLI_TEXT(cli_options, load_state) },
  { "save-state", 0, "FILE", CLI_RESUME, CLI_TEXT(cli_options, save_state) },

  { "output", 'o', "FORMAT", CLI_OUTPUT, CLI_BY(cli_read_format, cli_options, format),
    .wanted = "one format of `ctreplay list formats`, and timestamp, extended, id, ktimestamp or labels, joined by "
              "commas" },
  CLI_FIELDS_OPTION,
  { "write", 'W', "FILE", CLI_OUTPUT, CLI_TEXT(cli_options, write) },
  { "color", 0, "auto|always|never", CLI_OUTPUT, WHEN(colour) },
  { "progress", 0, "auto|always|never", CLI_OUTPUT, WHEN(progress) },

  { "no-sandbox", 0, NULL, CLI_COMMON, CLI_FLAG(cli_options, no_sandbox) },
  { "help", 'h', NULL, CLI_COMMON, CLI_FLAG(cli_options, help) },
  { "version", 'V', NULL, CLI_COMMON, CLI_FLAG(cli_options, version) },

};
/* clang-format on */

const cli_option *cli_option_get(guint i) { return i < G_N_ELEMENTS(options) ? &options[i] : NULL; }

void cli_options_init(cli_options *o)
{
  memset(o, 0, sizeof(*o));
  replay_options_init(&o->replay);
  cli_filter_init(&o->filter);
  o->filter.tally = g_new0(cli_filter_tally, 1);
  o->replay.pairs = TRUE;
  o->filter.labels = g_new0(ct_labels, 1);
  o->captures = g_ptr_array_new();
  o->sysctls = g_ptr_array_new();
  o->helpers = g_ptr_array_new();
  o->no_helpers = g_ptr_array_new();
  o->locals = g_ptr_array_new();
  o->rules = g_ptr_array_new();
  o->routes = g_ptr_array_new();
  o->assumptions = g_ptr_array_new();
  o->modules = g_ptr_array_new();
  o->at = g_array_new(FALSE, FALSE, sizeof(replay_point));
  o->notes_said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  o->event_mask = CLI_EVENT_ALL;
  o->lines = -1;
  o->networks[0] = 24;
  o->networks[1] = 64;
}

void cli_options_clear(cli_options *o)
{
  g_ptr_array_unref(o->captures);
  g_ptr_array_unref(o->sysctls);
  g_ptr_array_unref(o->helpers);
  g_ptr_array_unref(o->no_helpers);
  g_ptr_array_unref(o->locals);
  g_ptr_array_unref(o->rules);
  g_ptr_array_unref(o->routes);
  g_ptr_array_unref(o->assumptions);
  rule_name_clear(&o->rule_wanted);
  g_ptr_array_unref(o->modules);
  g_array_unref(o->at);
  g_hash_table_unref(o->notes_said);
  g_free(o->filter.tally);
  g_free(o->filter.labels);
  g_free(o->box_ram);
  g_free(o->box_hashsize);
  box_free(o->box);
}
