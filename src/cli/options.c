/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of options, and what each of them sets. */
#include "options.h"

#include <fnmatch.h>
#include <string.h>

static gboolean refuse(GError **error, const char *name, const char *value, const char *wanted)
{
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s %s: give %s", name, value, wanted);
  return FALSE;
}

gboolean cli_size_parse(const char *text, guint64 largest, guint64 *size)
{
  char *end;
  guint64 number, unit = 1;

  if (!g_ascii_isdigit(*text))
    return FALSE;
  number = g_ascii_strtoull(text, &end, 10);
  switch (*end) {
  case 'k':
  case 'K':
    unit = 1u << 10;
    end++;
    break;
  case 'm':
  case 'M':
    unit = 1u << 20;
    end++;
    break;
  case 'g':
  case 'G':
    unit = 1u << 30;
    end++;
    break;
  default: break;
  }
  return *end == '\0' && !__builtin_mul_overflow(number, unit, size) && *size <= largest;
}

/* The eviction log's letter is only ours. */
static const char *command_name(char letter)
{
  static char name[] = "-?";

  if (letter == 'V')
    return "--evictions";
  name[1] = letter;
  return g_intern_string(name);
}

static gboolean set_command(cli_options *o, const char *name, const char *value, GError **error)
{
  static const char *const tables[] = { "conntrack", "expect", "dying", "unconfirmed" };
  char letter = *name;
  guint i;

  if (o->command != 0 && o->command != letter) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s and %s: one command at a time", command_name(o->command),
                command_name(letter));
    return FALSE;
  }
  o->command = letter;
  for (i = 0; value != NULL && i < G_N_ELEMENTS(tables); i++)
    if (strcmp(value, tables[i]) == 0) {
      o->table = (cli_table)i;
      if (letter != 'L' && i > CLI_TABLE_EXPECT)
        break;
      return TRUE;
    }
  if (value == NULL)
    return TRUE;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "-%c %s: give %s", letter, value,
              letter == 'L' ? "conntrack, expect, dying or unconfirmed" : "conntrack or expect");
  return FALSE;
}

static gboolean set_point(replay_point *point, const char *name, const char *value, GError **error)
{
  return replay_point_parse(value, point) ||
         refuse(error, name, value, "a time (2026-11-21T10:00:00), +seconds after the first packet, or '#packet'");
}

static gboolean set_input(cli_options *o, const char *name, const char *value, GError **error)
{
  guint64 number;

  if (strcmp(name, "merge") == 0)
    o->replay.merge = TRUE;
  else if (strcmp(name, "bpf") == 0)
    o->replay.bpf = value;
  else if (strcmp(name, "interface") == 0)
    o->replay.interface = value;
  else if (strcmp(name, "start") == 0)
    return set_point(&o->replay.start, name, value, error);
  else if (strcmp(name, "end") == 0)
    return set_point(&o->replay.end, name, value, error);
  else if (strcmp(name, "direction") == 0) {
    if (strcmp(value, "in") != 0 && strcmp(value, "out") != 0)
      return refuse(error, name, value, "in or out");
    o->replay.direction = *value == 'i' ? CAP_DIR_IN : CAP_DIR_OUT;
  } else if (strcmp(name, "checksums") == 0) {
    static const char *const words[] = { "auto", "verify", "ignore" };
    guint i;

    for (i = 0; i < G_N_ELEMENTS(words) && strcmp(value, words[i]) != 0; i++)
      ;
    if (i == G_N_ELEMENTS(words))
      return refuse(error, name, value, "auto, verify or ignore");
    o->replay.checksums = (ct_checksums)i;
  } else if (strcmp(name, "threads") == 0) {
    if (!g_ascii_string_to_unsigned(value, 10, 1, 2, &number, NULL))
      return refuse(error, name, value, "1 or 2");
    o->replay.threads = (guint)number;
  } else {
    g_assert(strcmp(name, "count") == 0);
    if (!cli_size_parse(value, G_MAXUINT64, &number) || number == 0)
      return refuse(error, name, value, "a number of packets");
    o->replay.count = number;
  }
  return TRUE;
}

/* Only noted here: what the values mean depends on the profile, which may come later on the line (kernel.c). */
static gboolean set_single(cli_options *o, const char *name, const char *value, GError **error)
{
  (void)error;
#define X(field, option)           \
  if (strcmp(name, option) == 0) { \
    if (o->field##_before != NULL) \
      o->thrice = option;          \
    o->field##_before = o->field;  \
    o->field = value;              \
  }
  CLI_SINGLE_LIST(X)
#undef X
  return TRUE;
}

static gboolean set_kernel(cli_options *o, const char *name, const char *value, GError **error)
{
  (void)error;
  if (strcmp(name, "features") == 0)
    o->features = value;
  else if (strcmp(name, "sysctl") == 0)
    g_ptr_array_add(o->sysctls, (gpointer)value);
  else if (strcmp(name, "helper") == 0)
    g_ptr_array_add(o->helpers, (gpointer)value);
  else if (strcmp(name, "no-helper") == 0)
    g_ptr_array_add(o->no_helpers, (gpointer)value);
  else if (strcmp(name, "local") == 0)
    g_ptr_array_add(o->locals, (gpointer)value);
  else {
    g_assert(strcmp(name, "no-helpers") == 0);
    o->no_helpers_at_all = TRUE;
  }
  return TRUE;
}

static gboolean set_filter(cli_options *o, const char *name, const char *value, GError **error)
{
  return cli_filter_set(&o->filter, name, value, error);
}

static gboolean set_event_mask(cli_options *o, const char *value, GError **error)
{
  char **words = g_strsplit(value, ",", -1);
  gboolean fine = words[0] != NULL;
  guint i;

  o->event_mask = 0;
  for (i = 0; fine && words[i] != NULL; i++) {
    if (g_ascii_strcasecmp(words[i], "ALL") == 0)
      o->event_mask |= CLI_EVENT_ALL;
    else if (g_ascii_strcasecmp(words[i], "NEW") == 0)
      o->event_mask |= CLI_EVENT_NEW;
    else if (g_ascii_strcasecmp(words[i], "UPDATES") == 0 || g_ascii_strcasecmp(words[i], "UPDATE") == 0)
      o->event_mask |= CLI_EVENT_UPDATE;
    else if (g_ascii_strcasecmp(words[i], "DESTROY") == 0)
      o->event_mask |= CLI_EVENT_DESTROY;
    else
      fine = FALSE;
  }
  g_strfreev(words);
  return fine || refuse(error, "event-mask", value, "NEW, UPDATES, DESTROY or ALL, joined by commas");
}

static gboolean set_classes(cli_options *o, const char *value, GError **error)
{
  char **words = g_strsplit(value, ",", -1);
  gboolean fine = words[0] != NULL;
  guint i, cls;

  for (i = 0; fine && words[i] != NULL; i++) {
    for (cls = 0; cls < CT_CLASS_COUNT && g_ascii_strcasecmp(words[i], ct_class_name((ct_class)cls)) != 0; cls++)
      ;
    if ((fine = cls < CT_CLASS_COUNT || g_ascii_strcasecmp(words[i], "dropped") == 0))
      o->classes |= 1u << cls;
  }
  g_strfreev(words);
  return fine || refuse(error, "class", value,
                        "NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED, dropped or none, joined by commas");
}

static gboolean set_reasons(cli_options *o, const char *value, GError **error)
{
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
  return found > 0 ||
         refuse(error, "reason", value, "words of `ctreplay list reasons`, joined by commas ('tcp-*' for a family)");
}

static gboolean set_show(cli_options *o, const char *name, const char *value, GError **error)
{
  replay_point point;
  guint64 number;

  if (strcmp(name, "event-mask") == 0)
    return set_event_mask(o, value, error);
  if (strcmp(name, "class") == 0)
    return set_classes(o, value, error);
  if (strcmp(name, "reason") == 0)
    return set_reasons(o, value, error);
  if (strcmp(name, "show-from") == 0)
    return set_point(&o->show_from, name, value, error);
  if (strcmp(name, "at") == 0) {
    if (!set_point(&point, name, value, error))
      return FALSE;
    g_array_append_val(o->at, point);
    return TRUE;
  }
  if (strcmp(name, "every") == 0) {
    gint64 span_ns;

    /* A nanosecond's snapshots of a day would fill any disk; nobody means that. */
    if (!replay_duration_parse(value, &span_ns) || span_ns < 1000000)
      return refuse(error, name, value, "a span of time of 1ms or more (60, 0.5s, 5m, 1h)");
    o->every_ns = span_ns;
    return TRUE;
  }
  if (strcmp(name, "plot") == 0) {
    o->plot = value;
    return TRUE;
  }
  g_assert(strcmp(name, "lines") == 0);
  if (strcmp(value, "all") == 0)
    o->lines = G_MAXINT64;
  else if (cli_size_parse(value, G_MAXINT32, &number))
    o->lines = (gint64)number;
  else
    return refuse(error, name, value, "a number or all");
  return TRUE;
}

static gboolean set_format(cli_options *o, const char *value, GError **error)
{
  static const struct {
    const char *word;
    guint bit;
  } extras[] = {
    { "timestamp", EMIT_TIMESTAMP }, { "extended", EMIT_EXTENDED }, { "id", EMIT_ID }, { "ktimestamp", EMIT_KTIMESTAMP }
  };
  char **words = g_strsplit(value, ",", -1);
  gboolean fine = words[0] != NULL;
  guint i, j;

  for (i = 0; fine && words[i] != NULL; i++) {
    const emit_format *format = emit_format_find(words[i]);

    for (j = 0; j < G_N_ELEMENTS(extras) && strcmp(words[i], extras[j].word) != 0; j++)
      ;
    if (j < G_N_ELEMENTS(extras))
      o->format_options |= extras[j].bit;
    else if (format != NULL && (o->format == NULL || o->format == format))
      o->format = format;
    else
      fine = FALSE;
  }
  g_strfreev(words);
  return fine ||
         refuse(error, "output", value,
                "one format of `ctreplay list formats`, and timestamp, extended, id or ktimestamp, joined by commas");
}

static gboolean set_output(cli_options *o, const char *name, const char *value, GError **error)
{
  static const char *const words[] = { "auto", "always", "never" };
  guint i;

  if (strcmp(name, "output") == 0)
    return set_format(o, value, error);
  if (strcmp(name, "write") == 0) {
    o->write = value;
    return TRUE;
  }
  for (i = 0; value != NULL && i < G_N_ELEMENTS(words) && strcmp(value, words[i]) != 0; i++)
    ;
  if (i == G_N_ELEMENTS(words))
    return refuse(error, name, value, "auto, always or never");
  *(strcmp(name, "color") == 0 ? &o->colour : &o->progress) = value == NULL ? CLI_ALWAYS : (cli_when)i;
  return TRUE;
}

static gboolean set_common(cli_options *o, const char *name, const char *value, GError **error)
{
  (void)value;
  (void)error;
  *(strcmp(name, "help") == 0 ? &o->help : strcmp(name, "version") == 0 ? &o->version : &o->no_sandbox) = TRUE;
  return TRUE;
}

static const cli_option options[] = {
  { "dump", 'L', "[TABLE]", CLI_COMMAND, "L", set_command },
  { "event", 'E', "[TABLE]", CLI_COMMAND, "E", set_command },
  { "counter", 'C', "[TABLE]", CLI_COMMAND, "C", set_command },
  { "stats", 'S', NULL, CLI_COMMAND, "S", set_command },
  { "packets", 'P', NULL, CLI_COMMAND, "P", set_command },
  { "evictions", 0, NULL, CLI_COMMAND, "V", set_command },
  { "merge", 0, NULL, CLI_INPUT, "merge", set_input },
  { "bpf", 0, "EXPR", CLI_INPUT, "bpf", set_input },
  { "start", 0, "POINT", CLI_INPUT, "start", set_input },
  { "end", 0, "POINT", CLI_INPUT, "end", set_input },
  { "count", 0, "N", CLI_INPUT, "count", set_input },
  { "interface", 'i', "IF", CLI_INPUT, "interface", set_input },
  { "direction", 0, "in|out", CLI_INPUT, "direction", set_input },
  { "checksums", 0, "auto|verify|ignore", CLI_INPUT, "checksums", set_input },
  { "threads", 0, "1|2", CLI_INPUT, "threads", set_input },
  { "profile", 0, "PROFILE", CLI_KERNEL, "profile", set_single },
  { "sysctl", 0, "K=V|FILE", CLI_KERNEL, "sysctl", set_kernel },
  { "max", 0, "SIZE", CLI_KERNEL, "max", set_single },
  { "hashsize", 0, "SIZE", CLI_KERNEL, "hashsize", set_single },
  { "ram", 0, "SIZE", CLI_KERNEL, "ram", set_single },
  { "features", 0, "acct,mark,secmark", CLI_KERNEL, "features", set_kernel },
  { "hash-seed", 0, "N", CLI_KERNEL, "hash-seed", set_single },
  { "gc", 0, "exact|kernel", CLI_KERNEL, "gc", set_single },
  { "hz", 0, "N", CLI_KERNEL, "hz", set_single },
  { "helper", 0, "NAME:PORT", CLI_KERNEL, "helper", set_kernel },
  { "no-helper", 0, "NAME", CLI_KERNEL, "no-helper", set_kernel },
  { "no-helpers", 0, NULL, CLI_KERNEL, "no-helpers", set_kernel },
  { "local", 0, "ADDR/LEN", CLI_KERNEL, "local", set_kernel },
  { "src", 's', "ADDR", CLI_FILTER, "orig-src", set_filter },
  { "orig-src", 0, "ADDR", CLI_FILTER, "orig-src", set_filter },
  { "dst", 'd', "ADDR", CLI_FILTER, "orig-dst", set_filter },
  { "orig-dst", 0, "ADDR", CLI_FILTER, "orig-dst", set_filter },
  { "reply-src", 'r', "ADDR", CLI_FILTER, "reply-src", set_filter },
  { "reply-dst", 'q', "ADDR", CLI_FILTER, "reply-dst", set_filter },
  { "proto", 'p', "PROTO", CLI_FILTER, "proto", set_filter },
  { "protonum", 0, "PROTO", CLI_FILTER, "proto", set_filter },
  { "family", 'f', "ipv4|ipv6", CLI_FILTER, "family", set_filter },
  { "sport", 0, "PORT", CLI_FILTER, "orig-port-src", set_filter },
  { "orig-port-src", 0, "PORT", CLI_FILTER, "orig-port-src", set_filter },
  { "dport", 0, "PORT", CLI_FILTER, "orig-port-dst", set_filter },
  { "orig-port-dst", 0, "PORT", CLI_FILTER, "orig-port-dst", set_filter },
  { "reply-port-src", 0, "PORT", CLI_FILTER, "reply-port-src", set_filter },
  { "reply-port-dst", 0, "PORT", CLI_FILTER, "reply-port-dst", set_filter },
  { "state", 0, "STATE", CLI_FILTER, "state", set_filter },
  { "status", 'u', "STATUS", CLI_FILTER, "status", set_filter },
  { "mark", 'm', "N[/MASK]", CLI_FILTER, "mark", set_filter },
  { "secmark", 'c', "N", CLI_FILTER, "secmark", set_filter },
  { "icmp-type", 0, "N", CLI_FILTER, "icmp-type", set_filter },
  { "icmp-code", 0, "N", CLI_FILTER, "icmp-code", set_filter },
  { "icmp-id", 0, "N", CLI_FILTER, "icmp-id", set_filter },
  { "mask-src", 0, "MASK", CLI_FILTER, "mask-src", set_filter },
  { "mask-dst", 0, "MASK", CLI_FILTER, "mask-dst", set_filter },
  { "tuple-src", 0, "ADDR", CLI_FILTER, "tuple-src", set_filter },
  { "tuple-dst", 0, "ADDR", CLI_FILTER, "tuple-dst", set_filter },
  { "event-mask", 'e', "EVENTS", CLI_SHOW, "event-mask", set_show },
  { "class", 0, "CLASS", CLI_SHOW, "class", set_show },
  { "reason", 0, "REASON", CLI_SHOW, "reason", set_show },
  { "show-from", 0, "POINT", CLI_SHOW, "show-from", set_show },
  { "at", 0, "POINT", CLI_SHOW, "at", set_show },
  { "every", 0, "SPAN", CLI_SHOW, "every", set_show },
  { "lines", 'n', "N|all", CLI_SHOW, "lines", set_show },
  { "plot", 0, "FILE.svg", CLI_SHOW, "plot", set_show },
  { "output", 'o', "FORMAT", CLI_OUTPUT, "output", set_output },
  { "write", 'w', "FILE", CLI_OUTPUT, "write", set_output },
  { "color", 0, "auto|always|never", CLI_OUTPUT, "color", set_output },
  { "progress", 0, "auto|always|never", CLI_OUTPUT, "progress", set_output },
  { "no-sandbox", 0, NULL, CLI_COMMON, "no-sandbox", set_common },
  { "help", 'h', NULL, CLI_COMMON, "help", set_common },
  { "version", 'V', NULL, CLI_COMMON, "version", set_common },
};

const cli_option *cli_option_get(guint i) { return i < G_N_ELEMENTS(options) ? &options[i] : NULL; }

void cli_options_init(cli_options *o)
{
  memset(o, 0, sizeof(*o));
  replay_options_init(&o->replay);
  cli_filter_init(&o->filter);
  o->captures = g_ptr_array_new();
  o->sysctls = g_ptr_array_new();
  o->helpers = g_ptr_array_new();
  o->no_helpers = g_ptr_array_new();
  o->locals = g_ptr_array_new();
  o->at = g_array_new(FALSE, FALSE, sizeof(replay_point));
  o->notes_said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  o->event_mask = CLI_EVENT_ALL;
  o->lines = -1;
}

void cli_options_clear(cli_options *o)
{
  g_ptr_array_unref(o->captures);
  g_ptr_array_unref(o->sysctls);
  g_ptr_array_unref(o->helpers);
  g_ptr_array_unref(o->no_helpers);
  g_ptr_array_unref(o->locals);
  g_array_unref(o->at);
  g_hash_table_unref(o->notes_said);
}
