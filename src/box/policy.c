/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ip(8) prints of the rules of policy routing, as text and as JSON. Where all tables that they choose are listed
 * they are followed, each as a line of words (fw_box_facts_rule).
 */
#include "internal.h"

#include <string.h>

enum { RULES_MOST = 256 };

typedef struct rule {
  GString *asks; /* " from 10.0.0.0/8 iif eth0" */
  char source[BOX_WORD_MOST], destination[BOX_WORD_MOST], mark[BOX_WORD_MOST];
  char port[BOX_WORD_MOST]; /* the first of two */
  char table[BOX_WORD_MOST];
  char does[BOX_WORD_MOST]; /* "": looks into the table */
  gboolean inverted, maybe, nothing;
} rule;

typedef struct reading {
  box *b;
  guint six;
  guint n;         /* rules of people's */
  gboolean main;   /* that every box has is there */
  const char *why; /* one cannot be followed; NULL: all can */
} reading;

/* What every box has: local, main, default. */
static gboolean is_common_table(const char *table)
{
  return strcmp(table, "local") == 0 || strcmp(table, "main") == 0 || strcmp(table, "default") == 0;
}

static void rule_begin(rule *r)
{
  GString *asks = r->asks;

  g_string_truncate(asks, 0);
  *r = (rule){ .asks = asks };
}

/* The actions of rules that are routes' ends. */
static gboolean is_ending(const char *word)
{
  return strcmp(word, "unreachable") == 0 || strcmp(word, "blackhole") == 0 || strcmp(word, "prohibit") == 0;
}

static gboolean is_common(const rule *r)
{
  return r->asks->len == 0 && !r->inverted && !r->maybe && *r->does == '\0' && is_common_table(r->table);
}

static void rule_end(reading *to, const rule *r)
{
  GString *line;

  to->main |= is_common(r) && strcmp(r->table, "main") == 0;
  if (r->nothing || (strcmp(r->table, "local") == 0 && *r->does == '\0' && is_common(r)))
    return;
  if (!is_common(r))
    to->n++;
  if (*r->does != '\0' && !is_ending(r->does))
    to->why =
      strcmp(r->does, "l3mdev") == 0 ? "a device of VRF chooses its table" : "goto, or another action, is not followed";
  else if (to->n > RULES_MOST || r->asks->len > BOX_LINE_MOST)
    to->why = "there are too many";
  else if ((*r->does == '\0' && !box_is_word(r->table)) || strcmp(r->table, "local") == 0)
    to->why = "one looks into no table that is known";
  if (to->why != NULL)
    return;
  line = g_string_new(to->six ? "6" : "4");
  g_string_append(line, r->inverted ? " not" : "");
  g_string_append(line, r->asks->str);
  g_string_append(line, r->maybe ? " maybe" : "");
  if (*r->does == '\0')
    g_string_append_printf(line, " table %s", r->table);
  else
    g_string_append_printf(line, " end %s", r->does);
  g_ptr_array_add(to->b->rules[to->six], g_string_free(line, FALSE));
}

static void ask(rule *r, const char *word, const char *value)
{
  g_string_append_printf(r->asks, " %s %s", word, value);
}

/* "tcp", "icmp", or a number: the names that ip(8) knows are those of /etc/protocols. */
static void ask_protocol(rule *r, const char *name)
{
  static const struct {
    const char *name;
    guint8 number;
  } known[] = { { "icmp", 1 }, { "tcp", 6 },   { "udp", 17 },       { "gre", 47 },   { "esp", 50 },
                { "ah", 51 },  { "ospf", 89 }, { "ipv6-icmp", 58 }, { "sctp", 132 }, { "udplite", 136 } };
  char number[8];
  guint i;

  for (i = 0; i < G_N_ELEMENTS(known); i++)
    if (strcmp(name, known[i].name) == 0) {
      g_snprintf(number, sizeof number, "%u", known[i].number);
      ask(r, "ipproto", number);
      return;
    }
  if (g_ascii_isdigit(*name))
    ask(r, "ipproto", name);
  else
    r->maybe = TRUE;
}

/* tos's names are those of /etc/iproute2/rt_dsfield. */
static void ask_tos(rule *r, const char *value)
{
  if (g_ascii_isdigit(*value))
    ask(r, "tos", value);
  else
    r->maybe = TRUE;
}

static void ask_suppress(rule *r, const char *length) { ask(r, "suppress", length); }

/* ---- text: "32764:	not from all fwmark 0x1/0xff iif eth0 lookup 100 suppress_prefixlength 0 proto static" ---- */

/* A word that stands alone, or is the first of two; of these the second is taken. => FALSE: it says nothing known. */
static gboolean text_word(rule *r, const char *word, const char **at)
{
  char value[BOX_WORD_MOST];

  if (strcmp(word, "not") == 0) {
    r->inverted = TRUE;
    return TRUE;
  }
  if (word[0] == '[')
    return TRUE; /* [detached]: the device is not there now */
  if (strcmp(word, "nop") == 0) {
    r->nothing = TRUE;
    return TRUE;
  }
  if (is_ending(word)) {
    g_strlcpy(r->does, word, sizeof r->does);
    return TRUE;
  }
  if (!box_next_word(at, value))
    return FALSE;
  if (strcmp(word, "from") == 0 || strcmp(word, "to") == 0) {
    if (strcmp(value, "all") != 0)
      ask(r, word, value);
  } else if (strcmp(word, "fwmark") == 0)
    ask(r, "mark", value);
  else if (strcmp(word, "iif") == 0 || strcmp(word, "sport") == 0 || strcmp(word, "dport") == 0)
    ask(r, word, value);
  else if (strcmp(word, "ipproto") == 0)
    ask_protocol(r, value);
  else if (strcmp(word, "tos") == 0)
    ask_tos(r, value);
  else if (strcmp(word, "oif") == 0 || strcmp(word, "uidrange") == 0)
    r->maybe = TRUE; /* what a process asked for */
  else if (strcmp(word, "lookup") == 0)
    g_strlcpy(r->table, value, sizeof r->table);
  else if (strcmp(word, "suppress_prefixlength") == 0)
    ask_suppress(r, value);
  else if (strcmp(word, "goto") == 0)
    g_strlcpy(r->does, word, sizeof r->does);
  else
    return strcmp(word, "proto") == 0 || strcmp(word, "realms") == 0;
  return TRUE;
}

static void text_rule(reading *to, const char *line)
{
  rule r = { .asks = g_string_new(NULL) };
  char word[BOX_WORD_MOST];

  line += strcspn(line, ":");
  line += *line == ':';
  while (box_next_word(&line, word))
    if (!text_word(&r, word, &line))
      r.maybe = TRUE;
  if (r.table[0] == '[') /* [l3mdev-table] */
    g_strlcpy(r.does, "l3mdev", sizeof r.does);
  rule_end(to, &r);
  g_string_free(r.asks, TRUE);
}

/* busybox's ip, as old ones, has blanks at the ends of lines; and it leaves out what it does not know of a rule. */
static gboolean may_lack(const box *b, const char *line)
{
  const gsize n = strcspn(line, "\r");

  return n > 0 && line[n - 1] == ' ' &&
         !(b->release != NULL && g_ascii_isdigit(b->release[0]) && b->release[0] < '4' && b->release[1] == '.');
}

static void text_rules(reading *to, const char *text)
{
  char **lines = g_strsplit(text, "\n", BOX_LINE_MOST);
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    const guint before = to->n;

    if (!g_ascii_isdigit(*lines[i]))
      continue;
    text_rule(to, lines[i]);
    if (to->why == NULL && to->n > before && may_lack(to->b, lines[i]))
      to->why = "busybox's ip leaves out what it does not know of a rule";
  }
  g_strfreev(lines);
}

/* ---- JSON: each object has "priority" first, unless it is inverted, or "not" stands behind that ---- */

static void json_address(rule *r, const char *word, const char *address, const char *length)
{
  char prefix[2 * BOX_WORD_MOST];

  if (strcmp(address, "all") == 0 || *address == '\0')
    return;
  g_snprintf(prefix, sizeof prefix, "%s%s%s", address, *length != '\0' ? "/" : "", length);
  ask(r, word, prefix);
}

/* What stands in several members waits for the last of them. */
typedef struct json_rule {
  rule r;
  char source_length[BOX_WORD_MOST], destination_length[BOX_WORD_MOST], mask[BOX_WORD_MOST];
  gboolean any;
} json_rule;

static void json_end(reading *to, json_rule *j)
{
  char mark[2 * BOX_WORD_MOST];
  rule *r = &j->r;

  if (!j->any)
    return;
  json_address(r, "from", r->source, j->source_length);
  json_address(r, "to", r->destination, j->destination_length);
  if (*r->mark != '\0') {
    g_snprintf(mark, sizeof mark, "%s%s%s", r->mark, *j->mask != '\0' ? "/" : "", j->mask);
    ask(r, "mark", mark);
  }
  rule_end(to, r);
}

static void json_member(json_rule *j, const char *key, const char *value)
{
  static const char *const told[] = { "protocol", "iif_detached", "oif_detached", "realms", "flow_from", "flow_to" };
  rule *r = &j->r;
  char *into = strcmp(key, "src") == 0      ? r->source
               : strcmp(key, "dst") == 0    ? r->destination
               : strcmp(key, "srclen") == 0 ? j->source_length
               : strcmp(key, "dstlen") == 0 ? j->destination_length
               : strcmp(key, "fwmark") == 0 ? r->mark
               : strcmp(key, "fwmask") == 0 ? j->mask
               : strcmp(key, "table") == 0  ? r->table
               : strcmp(key, "action") == 0 ? r->does
                                            : NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(told); i++)
    if (strcmp(key, told[i]) == 0)
      return;
  if (into != NULL)
    g_strlcpy(into, value, BOX_WORD_MOST);
  else if (strcmp(key, "not") == 0)
    r->inverted = TRUE;
  else if (strcmp(key, "nop") == 0)
    r->nothing = TRUE;
  else if (strcmp(key, "iif") == 0 || strcmp(key, "sport") == 0 || strcmp(key, "dport") == 0)
    ask(r, key, value);
  else if (g_str_has_suffix(key, "port_start"))
    g_strlcpy(r->port, value, sizeof r->port);
  else if (g_str_has_suffix(key, "port_end"))
    g_string_append_printf(r->asks, " %s %s-%s", *key == 's' ? "sport" : "dport", r->port, value);
  else if (strcmp(key, "ipproto") == 0)
    ask_protocol(r, value);
  else if (strcmp(key, "tos") == 0)
    ask_tos(r, value);
  else if (strcmp(key, "suppress_prefixlen") == 0)
    ask_suppress(r, value);
  else if (strcmp(key, "goto") == 0 || strcmp(key, "l3mdev") == 0)
    g_strlcpy(r->does, key, sizeof r->does);
}

static gboolean is_known_member(const char *key)
{
  static const char *const known[] = { "src",       "dst",         "srclen",       "dstlen",
                                       "fwmark",    "fwmask",      "table",        "action",
                                       "not",       "nop",         "iif",          "sport",
                                       "dport",     "sport_start", "sport_end",    "dport_start",
                                       "dport_end", "ipproto",     "tos",          "suppress_prefixlen",
                                       "goto",      "l3mdev",      "protocol",     "realms",
                                       "flow_from", "flow_to",     "iif_detached", "oif_detached" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(known); i++)
    if (strcmp(key, known[i]) == 0)
      return TRUE;
  return FALSE;
}

static void json_rules(reading *to, const char *at)
{
  json_rule j = { .r.asks = g_string_new(NULL) };
  char key[BOX_WORD_MOST], value[BOX_WORD_MOST];
  GString *asks = j.r.asks;

  while (box_next_member(&at, key, value)) {
    if (strcmp(key, "priority") == 0) {
      json_end(to, &j);
      rule_begin(&j.r);
      j = (json_rule){ .r = { .asks = asks }, .any = TRUE };
      continue;
    }
    json_member(&j, key, value);
    j.r.maybe |= !is_known_member(key);
  }
  json_end(to, &j);
  g_string_free(asks, TRUE);
}

/* ---- what is followed ---- */

/* Whether a file of routes of the family has that table, or all of them. */
static gboolean is_listed(const box *b, guint six, const char *table)
{
  g_autofree char *text = g_strdup_printf("table %s ", table), *json = g_strdup_printf("\"table\":\"%s\"", table);
  guint i;

  for (i = 0; i < b->files->len; i++) {
    const box_file *f = g_ptr_array_index(b->files, i);

    if (f->kind == BOX_ROUTE && (strchr(box_base(f->name), '6') != NULL) == (six != 0) &&
        (strstr(f->text->str, text) != NULL || strstr(f->text->str, json) != NULL ||
         strstr(f->text->str, "table local ") != NULL || strstr(f->text->str, "\"table\":\"local\"") != NULL))
      return TRUE;
  }
  return FALSE;
}

/* => the first table that a rule chooses and that is not listed; NULL: all are. */
static const char *unlisted(const box *b, guint six)
{
  guint i;

  for (i = 0; i < b->rules[six]->len; i++) {
    const char *line = g_ptr_array_index(b->rules[six], i), *table = strstr(line, " table ");

    if (table != NULL && !is_common_table(table + 7) && !is_listed(b, six, table + 7))
      return table + 7;
  }
  return NULL;
}

void box_read_policy(box *b, box_file *f)
{
  const guint six = strchr(box_base(f->name), '6') != NULL;
  reading to = { .b = b, .six = six };
  const char *table;

  g_ptr_array_set_size(b->rules[six], 0);
  if (box_is_json(f))
    json_rules(&to, f->text->str);
  else
    text_rules(&to, f->text->str);
  table = unlisted(b, six);
  if (to.why == NULL && table != NULL)
    to.why = "a table that one chooses is not listed (ip route show table all)";
  b->decided[six] = to.why == NULL && (to.n > 0 || to.main);
  if (to.n > 0 && to.why == NULL) {
    box_say(f, TRUE, g_strdup_printf("%u rule%s of policy routing", to.n, to.n == 1 ? "" : "s"));
    return;
  }
  if (to.n == 0 && !to.main)
    box_say(f, FALSE, g_strdup("not used: no rules of policy routing in it"));
  else if (to.n == 0)
    box_say(f, TRUE, g_strdup("the main table decides alone"));
  else
    box_say(
      f, FALSE,
      g_strdup_printf("not used: %u rule%s of policy routing %s not followed, the main table decides; what it has no "
                      "route for is taken for forwarded: %s",
                      to.n, to.n == 1 ? "" : "s", to.n == 1 ? "is" : "are", to.why));
  g_ptr_array_set_size(b->rules[six], 0);
}
