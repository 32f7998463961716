/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ipset save`: sets and their elements (RULES 3.6). */
#include <string.h>

#include "firewall/iptables.h"
#include "firewall/iptables_lex.h"
#include "firewall/parse.h"

#define ELEMENTS_MAX (2 * 1024 * 1024)
#define DEFAULT_MAX_ELEMENTS 65536

typedef struct reading {
  fw_ruleset *ruleset;
  fw_place place;
  GError **error;
  fw_words words;
  guint at;
  guint elements;
  char line[FW_LINE_MAX + 1];
} reading;

static gboolean fail(reading *r, const char *expected)
{
  fw_place place = r->place;
  const char *found = r->at < r->words.n ? r->words.words[r->at].text : "the end of the line";

  if (r->at < r->words.n)
    place.column = r->words.words[r->at].column;
  return fw_fail(r->error, &place, "expected %s, found \"%s\"", expected, found);
}

static const char *word(const reading *r) { return r->at < r->words.n ? r->words.words[r->at].text : NULL; }

static gboolean is(const reading *r, const char *text) { return word(r) != NULL && strcmp(word(r), text) == 0; }

static void note(reading *r, fw_note_kind kind, guint from)
{
  GString *text = g_string_new(NULL);

  fw_words_join(&r->words, from, r->words.n, text);
  fw_note_add(r->ruleset, kind, &r->place, text->str);
  g_string_free(text, TRUE);
}

static gboolean take_number(reading *r, guint64 max, guint64 *value)
{
  if (word(r) == NULL || !fw_read_number(word(r), NULL, value, 0, max))
    return fail(r, "a number");
  r->at++;
  return TRUE;
}

/* -- values -- */

/* The first and the last address of a network. */
static void spread(fw_family family, fw_set_value *v, const fw_address *mask)
{
  guint i;

  for (i = 0; i < (family == FW_IPV6 ? 4 : 1); i++) {
    v->from.words[i] &= mask->words[i];
    v->to.words[i] = v->from.words[i] | ~mask->words[i];
  }
}

static gboolean read_addresses(fw_family family, const char *text, fw_set_value *v)
{
  const char *dash = strchr(text, '-');
  fw_address network[2];
  char first[64];
  int length;

  if (dash != NULL) {
    v->prefix = family == FW_IPV6 ? 128 : 32;
    g_strlcpy(first, text, MIN((gsize)(dash - text) + 1, sizeof first));
    return fw_read_address(first, family, &v->from) && fw_read_address(dash + 1, family, &v->to) &&
           memcmp(&v->from, &v->to, sizeof v->from) <= 0;
  }
  g_strlcpy(first, text, MIN(strcspn(text, "/") + 1, sizeof first));
  if (!fw_read_address(first, family, &network[0]) || !fw_read_network(text, family, network))
    return FALSE;
  length = fw_mask_length(family, &network[1]);
  if (length < 0)
    return FALSE;
  v->from = network[0];
  v->prefix = length;
  spread(family, v, &network[1]);
  return TRUE;
}

/* "8/0" or a name of ICMP's; only what save writes: numbers, and the two names of pings. */
static gboolean read_icmp(const char *text, fw_set_value *v)
{
  const char *end;
  guint64 type, code;

  if (strcmp(text, "echo-request") == 0 || strcmp(text, "ping") == 0)
    type = v->protocol == 58 ? 128 : 8, code = 0;
  else if (strcmp(text, "echo-reply") == 0 || strcmp(text, "pong") == 0)
    type = v->protocol == 58 ? 129 : 0, code = 0;
  else if (!fw_read_number(text, &end, &type, 0, 255) || *end != '/' || !fw_read_number(end + 1, NULL, &code, 0, 255))
    return FALSE;
  v->port_from = v->port_to = (guint16)(type << 8 | code);
  return TRUE;
}

/* "[PROTOCOL:]PORT[-PORT]". */
static gboolean read_ports(const fw_set *set, const char *text, fw_set_value *v)
{
  const char *colon = strchr(text, ':');
  char protocol[32];
  fw_range16 ports;
  guint n;

  v->protocol = set->bitmap ? 0 : 6;
  if (colon != NULL) {
    g_strlcpy(protocol, text, MIN((gsize)(colon - text) + 1, sizeof protocol));
    if (!fw_read_protocol(protocol, &v->protocol))
      return FALSE;
    text = colon + 1;
  }
  if (v->protocol == 1 || v->protocol == 58)
    return read_icmp(text, v);
  if (!fw_read_ports(text, '-', &ports, &n))
    return FALSE;
  v->port_from = ports.from;
  v->port_to = ports.to;
  return TRUE;
}

static gboolean read_iface(reading *r, const char *text, fw_set_value *v)
{
  v->physdev = g_str_has_prefix(text, "physdev:");
  if (v->physdev)
    text += 8;
  v->iface = fw_ruleset_word(r->ruleset, text, -1);
  return text[0] != '\0' && strlen(text) <= 15;
}

static gboolean read_value(reading *r, const fw_set *set, fw_set_part part, const char *text, fw_set_value *v)
{
  guint64 mark;

  switch (part) {
  case FW_SET_IP:
  case FW_SET_NET: return read_addresses(set->family, text, v);
  case FW_SET_PORT: return read_ports(set, text, v);
  case FW_SET_MAC: return fw_read_mac(text, v->mac);
  case FW_SET_IFACE: return read_iface(r, text, v);
  case FW_SET_MARK:
    if (!fw_read_number(text, NULL, &mark, 0, G_MAXUINT32))
      return FALSE;
    v->mark = (guint32)mark;
    return TRUE;
  case FW_SET_MEMBER:
    v->set = fw_ruleset_set(r->ruleset, text);
    return v->set != NULL && v->set != set && !v->set->list;
  default: return FALSE;
  }
}

static gboolean read_element(reading *r, const fw_set *set, fw_set_element *e)
{
  char **parts = g_strsplit(word(r), ",", FW_SET_DIMENSIONS + 1);
  guint n = g_strv_length(parts), i;
  gboolean ok = n == set->dimensions || (set->bitmap && n > 0 && n < set->dimensions);

  for (i = 0; ok && i < n; i++)
    ok = read_value(r, set, set->parts[i], parts[i], &e->values[i]);
  for (; i < set->dimensions; i++)
    e->values[i].any = TRUE;
  g_strfreev(parts);
  return ok || fail(r, set->list ? "the name of a set that stands above" : "an element of the set's type");
}

/* -- create -- */

static fw_set_part part_of(const char *name)
{
  static const struct {
    const char *name;
    fw_set_part part;
  } parts[] = { { "ip", FW_SET_IP },     { "net", FW_SET_NET },     { "port", FW_SET_PORT }, { "mac", FW_SET_MAC },
                { "mark", FW_SET_MARK }, { "iface", FW_SET_IFACE }, { "set", FW_SET_MEMBER } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(parts); i++)
    if (strcmp(parts[i].name, name) == 0)
      return parts[i].part;
  return FW_SET_NOTHING;
}

/* "hash:ip,port". => FALSE: no type of ours. */
static gboolean read_type(fw_set *set, const char *type)
{
  const char *colon = strchr(type, ':');
  char **parts;
  guint i;

  if (colon == NULL)
    return FALSE;
  set->bitmap = g_str_has_prefix(type, "bitmap:");
  set->list = g_str_has_prefix(type, "list:");
  if (!set->bitmap && !set->list && !g_str_has_prefix(type, "hash:"))
    return FALSE;
  parts = g_strsplit(colon + 1, ",", FW_SET_DIMENSIONS + 1);
  set->dimensions = MIN(g_strv_length(parts), FW_SET_DIMENSIONS);
  for (i = 0; i < set->dimensions; i++)
    set->parts[i] = part_of(parts[i]);
  i = g_strv_length(parts);
  g_strfreev(parts);
  if (i == 0 || i > FW_SET_DIMENSIONS || (set->list && set->parts[0] != FW_SET_MEMBER))
    return FALSE;
  for (i = 0; i < set->dimensions; i++)
    if (set->parts[i] == FW_SET_NOTHING || (set->parts[i] == FW_SET_MEMBER && !set->list))
      return FALSE;
  return TRUE;
}

static gboolean take_range(reading *r, fw_set *set)
{
  fw_range16 ports;
  guint n;
  gboolean ok;

  if (word(r) == NULL)
    return fail(r, "a range");
  if (set->parts[0] == FW_SET_PORT) {
    ok = fw_read_ports(word(r), '-', &ports, &n);
    set->range.port_from = ports.from;
    set->range.port_to = ports.to;
  } else {
    ok = read_addresses(set->family, word(r), &set->range);
  }
  if (!ok)
    return fail(r, "a range");
  r->at++;
  return TRUE;
}

static gboolean take_family(reading *r, fw_set *set)
{
  if (!is(r, "inet") && !is(r, "inet6"))
    return fail(r, "inet or inet6");
  set->family = is(r, "inet6") ? FW_IPV6 : FW_IPV4;
  set->netmask = set->family == FW_IPV6 ? 128 : 32;
  r->at++;
  return TRUE;
}

/* Options that change nothing here: how the table is built. */
static gboolean is_of_the_table(const char *option)
{
  static const char *const options[] = { "hashsize", "bucketsize", "initval", "probes", "resize", "gc" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(options); i++)
    if (strcmp(options[i], option) == 0)
      return TRUE;
  return FALSE;
}

static gboolean create_option(reading *r, fw_set *set)
{
  const char *option = word(r);
  guint64 n = 0;

  r->at++;
  if (strcmp(option, "family") == 0)
    return take_family(r, set);
  if (strcmp(option, "range") == 0)
    return take_range(r, set);
  if (strcmp(option, "counters") == 0) {
    set->has_counters = TRUE;
  } else if (strcmp(option, "comment") == 0) {
    set->has_comments = TRUE;
  } else if (strcmp(option, "skbinfo") == 0) {
    set->has_skb_info = TRUE;
  } else if (strcmp(option, "forceadd") == 0) {
    set->forceadd = TRUE;
  } else if (strcmp(option, "timeout") == 0) {
    if (!take_number(r, G_MAXUINT32 / 1000, &n))
      return FALSE;
    set->timeout_s = (gint64)n;
  } else if (strcmp(option, "maxelem") == 0 || strcmp(option, "size") == 0) {
    if (!take_number(r, G_MAXUINT32, &n))
      return FALSE;
    set->max_elements = (guint32)n;
  } else if (strcmp(option, "netmask") == 0) {
    if (!take_number(r, set->family == FW_IPV6 ? 128 : 32, &n))
      return FALSE;
    set->netmask = (guint8)n;
  } else if (is_of_the_table(option)) {
    if (word(r) != NULL)
      r->at++;
  } else {
    note(r, FW_NOTE_OPTION, r->at - 1);
    set->known = FALSE;
    r->at = r->words.n;
  }
  return TRUE;
}

static gboolean create(reading *r)
{
  fw_set *set;
  GString *options;

  r->at = 1;
  if (r->words.n < 3)
    return fail(r, "create NAME TYPE");
  if (fw_ruleset_set(r->ruleset, word(r)) != NULL)
    return fail(r, "the name of a new set");
  set = fw_ruleset_take(r->ruleset, sizeof *set);
  set->name = fw_ruleset_word(r->ruleset, word(r), -1);
  set->type = fw_ruleset_word(r->ruleset, r->words.words[2].text, -1);
  set->place = r->place;
  set->family = FW_IPV4;
  set->netmask = 32;
  set->timeout_s = -1;
  set->max_elements = DEFAULT_MAX_ELEMENTS;
  set->elements = g_ptr_array_new();
  g_ptr_array_add(r->ruleset->sets, set);
  g_hash_table_insert(r->ruleset->set_by_name, (gpointer)set->name, set);
  options = g_string_new(NULL);
  fw_words_join(&r->words, 3, r->words.n, options);
  set->options = fw_ruleset_word(r->ruleset, options->str, -1);
  g_string_free(options, TRUE);
  set->known = read_type(set, set->type);
  if (!set->known) {
    note(r, FW_NOTE_SET, 0);
    return TRUE;
  }
  r->at = 3;
  while (word(r) != NULL)
    if (!create_option(r, set))
      return FALSE;
  return TRUE;
}

/* -- add -- */

static gboolean take_skb_mark(reading *r, fw_set_element *e)
{
  if (word(r) == NULL || !fw_read_mark(word(r), &e->skb_mark))
    return fail(r, "a mark");
  r->at++;
  e->has_skb_mark = TRUE;
  return TRUE;
}

static gboolean take_priority(reading *r, fw_set_element *e)
{
  char *end;

  if (word(r) == NULL)
    return fail(r, "a priority MAJOR:MINOR");
  e->skb_priority_major = (guint16)g_ascii_strtoull(word(r), &end, 16);
  if (*end != ':')
    return fail(r, "a priority MAJOR:MINOR");
  e->skb_priority_minor = (guint16)g_ascii_strtoull(end + 1, NULL, 16);
  r->at++;
  e->has_skb_priority = TRUE;
  return TRUE;
}

static gboolean element_option(reading *r, fw_set *set, fw_set_element *e)
{
  const char *option = word(r);
  guint64 n = 0;

  r->at++;
  if (strcmp(option, "nomatch") == 0) {
    e->nomatch = TRUE;
  } else if (strcmp(option, "timeout") == 0) {
    if (!take_number(r, G_MAXUINT32 / 1000, &n))
      return FALSE;
    e->timeout_s = (gint64)n;
  } else if (strcmp(option, "packets") == 0) {
    return take_number(r, G_MAXUINT64, &e->counters.packets);
  } else if (strcmp(option, "bytes") == 0) {
    return take_number(r, G_MAXUINT64, &e->counters.bytes);
  } else if (strcmp(option, "comment") == 0 && word(r) != NULL) {
    e->comment = fw_ruleset_word(r->ruleset, word(r), -1);
    r->at++;
  } else if (strcmp(option, "skbmark") == 0) {
    return take_skb_mark(r, e);
  } else if (strcmp(option, "skbprio") == 0) {
    return take_priority(r, e);
  } else if (strcmp(option, "skbqueue") == 0) {
    if (!take_number(r, G_MAXUINT16, &n))
      return FALSE;
    e->skb_queue = (guint16)n;
    e->has_skb_queue = TRUE;
  } else {
    note(r, FW_NOTE_OPTION, r->at - 1);
    set->known = FALSE;
    r->at = r->words.n;
  }
  return TRUE;
}

static gboolean add_element(reading *r)
{
  fw_set *set;
  fw_set_element *e;

  r->at = 1;
  set = word(r) != NULL ? fw_ruleset_set(r->ruleset, word(r)) : NULL;
  if (set == NULL)
    return fail(r, "the name of a set that stands above");
  r->at++;
  if (word(r) == NULL)
    return fail(r, "an element");
  if (!set->known)
    return TRUE;
  if (++r->elements > ELEMENTS_MAX)
    return fw_fail(r->error, &r->place, "expected at most %d elements", ELEMENTS_MAX);
  e = fw_ruleset_take(r->ruleset, sizeof *e);
  e->line = r->place.line;
  e->timeout_s = set->timeout_s;
  if (!read_element(r, set, e))
    return FALSE;
  r->at++;
  while (word(r) != NULL)
    if (!element_option(r, set, e))
      return FALSE;
  g_ptr_array_add(set->elements, e);
  return TRUE;
}

static gboolean one_line(reading *r)
{
  if (!fw_words_split(&r->words, r->line, 0, &r->place, r->error))
    return FALSE;
  if (r->words.n == 0 || r->line[0] == '#')
    return TRUE;
  r->at = 0;
  r->place.column = r->words.words[0].column;
  if (is(r, "create") || is(r, "-N"))
    return create(r);
  if (is(r, "add") || is(r, "-A"))
    return add_element(r);
  if (is(r, "COMMIT"))
    return TRUE;
  note(r, FW_NOTE_COMMAND, 0);
  return TRUE;
}

gboolean fw_ipset_read(fw_ruleset *ruleset, const char *name, const char *text, gsize length, GError **error)
{
  fw_lines lines = { text, text + length, 0, FALSE, FALSE };
  reading *r = g_new0(reading, 1);
  fw_file *file = fw_build_file(ruleset, name);
  GError *problem = NULL;
  gboolean ok = TRUE;

  file->sets = TRUE;
  r->ruleset = ruleset;
  r->place.file = file->name;
  r->error = error;
  while (ok && fw_lines_next(&lines, file->name, r->line, &problem)) {
    r->place.line = lines.line;
    ok = one_line(r);
  }
  if (problem != NULL) {
    g_propagate_error(error, problem);
    ok = FALSE;
  }
  g_free(r);
  return ok;
}
