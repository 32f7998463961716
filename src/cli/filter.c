/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter.h"

#include <arpa/inet.h>
#include <string.h>

#include "conntrack/proto/proto.h"
#include "emit/emit.h"

G_DEFINE_QUARK(cli - error - quark, cli_error)

void cli_filter_init(cli_filter *filter) { memset(filter, 0, sizeof(*filter)); }

static gboolean refuse(GError **error, const char *name, const char *value, const char *wanted)
{
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s %s: give %s", name, value, wanted);
  return FALSE;
}

static gboolean parse_number(const char *name, const char *value, guint64 largest, guint64 *number, GError **error)
{
  const char *digits = value;
  guint base = 10;

  if (g_str_has_prefix(value, "0x")) {
    digits += 2;
    base = 16;
  }
  if (g_ascii_string_to_unsigned(digits, base, 0, largest, number, NULL))
    return TRUE;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s %s: give a number from 0 to %" G_GUINT64_FORMAT, name, value,
              largest);
  return FALSE;
}

/* A length of bits, or an address with the mask's bits. */
static gboolean parse_mask(cli_prefix *prefix, const char *text)
{
  guint bytes = prefix->family == CT_IPV4 ? 4 : 16, i;
  guint64 bits;

  if (g_ascii_string_to_unsigned(text, 10, 0, bytes * 8, &bits, NULL)) {
    memset(&prefix->mask, 0, sizeof(prefix->mask));
    for (i = 0; i < bits; i++)
      prefix->mask.bytes[i / 8] |= (guint8)(0x80 >> i % 8);
    return TRUE;
  }
  return inet_pton(prefix->family == CT_IPV4 ? AF_INET : AF_INET6, text, prefix->mask.bytes) == 1;
}

static gboolean parse_prefix(cli_prefix *prefix, const char *name, const char *value, GError **error)
{
  char **parts = g_strsplit(value, "/", 2);
  ct_addr mask = prefix->mask;
  gboolean fine = TRUE;

  memset(&prefix->addr, 0, sizeof(prefix->addr));
  if (parts[0] != NULL && inet_pton(AF_INET, parts[0], prefix->addr.bytes) == 1)
    prefix->family = CT_IPV4;
  else if (parts[0] != NULL && inet_pton(AF_INET6, parts[0], prefix->addr.bytes) == 1)
    prefix->family = CT_IPV6;
  else
    fine = FALSE;
  /* --mask-src may stand before or after the address; a mask behind a slash wins. */
  if (fine && parts[1] != NULL)
    fine = parse_mask(prefix, parts[1]);
  else if (fine && (mask.halves[0] | mask.halves[1]) == 0)
    fine = parse_mask(prefix, prefix->family == CT_IPV4 ? "32" : "128");
  g_strfreev(parts);
  prefix->given = TRUE;
  return fine || refuse(error, name, value, "an IPv4 or IPv6 address, with /LENGTH or /MASK if need be");
}

static gboolean set_status(cli_filter *filter, const char *value, GError **error)
{
  char **words = g_strsplit(value, ",", -1);
  gboolean fine = TRUE;
  guint i, bit;

  for (i = 0; fine && words[i] != NULL; i++) {
    if (g_ascii_strcasecmp(words[i], "UNSET") == 0 || g_ascii_strcasecmp(words[i], "UNREPLIED") == 0) {
      filter->given |= CLI_FILTER_UNREPLIED;
      continue;
    }
    for (bit = 0; bit < 16 && g_ascii_strcasecmp(words[i], ct_status_name(bit)) != 0; bit++)
      ;
    if ((fine = bit < 16))
      filter->status |= 1u << bit;
  }
  g_strfreev(words);
  return fine ||
         refuse(error, "status", value, "ASSURED, SEEN_REPLY, EXPECTED, HELPER, ... or UNREPLIED, joined by commas");
}

static gboolean set_state(cli_filter *filter, const char *value, GError **error)
{
  const ct_proto *proto;
  guint i, state;

  for (i = 0; (proto = ct_proto_get(filter->profile, i)) != NULL; i++)
    for (state = 0; state < proto->n_states; state++)
      if (proto->states[state] != NULL && g_ascii_strcasecmp(proto->states[state], value) == 0) {
        filter->state = proto->states[state];
        filter->given |= CLI_FILTER_STATE;
        return TRUE;
      }
  return refuse(error, "state", value, "a state as it is printed: SYN_SENT, ESTABLISHED, TIME_WAIT, ...");
}

static gboolean set_mark(cli_filter *filter, const char *value, GError **error)
{
  char **parts = g_strsplit(value, "/", 2);
  guint64 mark = 0, mask = G_MAXUINT32;
  gboolean fine;

  fine = parse_number("mark", parts[0] != NULL ? parts[0] : "", G_MAXUINT32, &mark, error) &&
         (parts[0] == NULL || parts[1] == NULL || parse_number("mark", parts[1], G_MAXUINT32, &mask, error));
  g_strfreev(parts);
  filter->mark = (guint32)mark;
  filter->mark_mask = (guint32)mask;
  filter->given |= CLI_FILTER_MARK;
  return fine;
}

static gboolean set_family(cli_filter *filter, const char *value, GError **error)
{
  if (g_ascii_strcasecmp(value, "ipv4") == 0 || strcmp(value, "4") == 0)
    filter->family = CT_IPV4;
  else if (g_ascii_strcasecmp(value, "ipv6") == 0 || strcmp(value, "6") == 0)
    filter->family = CT_IPV6;
  else
    return refuse(error, "family", value, "ipv4 or ipv6");
  filter->given |= CLI_FILTER_FAMILY;
  return TRUE;
}

static gboolean refuse_proto(const cli_filter *filter, const char *value, GError **error)
{
  GString *wanted = g_string_new(NULL);
  const ct_proto *proto;
  guint i;

  for (i = 0; (proto = ct_proto_get(filter->profile, i)) != NULL; i++)
    g_string_append_printf(wanted, "%s, ", proto->name);
  g_string_append(wanted, "esp, ah or a number");
  refuse(error, "proto", value, wanted->str);
  g_string_free(wanted, TRUE);
  return FALSE;
}

static gboolean set_proto(cli_filter *filter, const char *value, GError **error)
{
  int proto = ct_proto_number(filter->profile, value);
  guint64 number;

  if (proto < 0 && !g_ascii_string_to_unsigned(value, 10, 0, 255, &number, NULL))
    return refuse_proto(filter, value, error);
  filter->proto = (guint8)(proto >= 0 ? (guint64)proto : number);
  filter->given |= CLI_FILTER_PROTO;
  return TRUE;
}

static gboolean set_mask(cli_prefix *prefix, const char *name, const char *value, GError **error)
{
  prefix->family = strchr(value, ':') != NULL ? CT_IPV6 : CT_IPV4;
  return (strpbrk(value, ".:") != NULL && parse_mask(prefix, value)) ||
         refuse(error, name, value, "a mask written as an address");
}

gboolean cli_filter_number(const char *name, const char *value, guint64 largest, guint64 *number, GError **error)
{
  return parse_number(name, value, largest, number, error);
}

gboolean cli_filter_set_address(cli_prefix *prefix, const char *name, const char *value, GError **error)
{
  return parse_prefix(prefix, name, value, error);
}

gboolean cli_filter_set_mask(cli_prefix *prefix, const char *name, const char *value, GError **error)
{
  return set_mask(prefix, name, value, error);
}

/* "ADDRESS", "ADDRESS:PORT", "[ADDRESS]:PORT". => FALSE: it is none of these. */
static gboolean split_address(const char *word, char **address, guint16 *port, gboolean *has_port)
{
  const char *close = word[0] == '[' ? strchr(word, ']') : NULL, *colon = close != NULL ? close + 1 : strchr(word, ':');
  guint64 number = 0;
  ct_addr addr;

  *has_port = FALSE;
  if (word[0] == '[') {
    if (close == NULL || (*colon != ':' && *colon != '\0'))
      return FALSE;
    *address = g_strndup(word + 1, (gsize)(close - word - 1));
    *has_port = *colon == ':';
  } else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
    *address = g_strndup(word, (gsize)(colon - word));
    *has_port = TRUE;
  } else {
    *address = g_strdup(word);
  }
  if ((inet_pton(AF_INET, *address, addr.bytes) == 1 || inet_pton(AF_INET6, *address, addr.bytes) == 1) &&
      (!*has_port || g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &number, NULL))) {
    *port = (guint16)number;
    return TRUE;
  }
  g_free(*address);
  return FALSE;
}

gboolean cli_filter_is_address(const char *word)
{
  gboolean has_port;
  char *address;
  guint16 port;

  if (!split_address(word, &address, &port, &has_port))
    return FALSE;
  g_free(address);
  return TRUE;
}

gboolean cli_filter_set_nat(cli_filter *filter, guint condition, const char *name, const char *value, GError **error)
{
  guint which = condition == CLI_FILTER_SRC_NAT ? 0 : condition == CLI_FILTER_DST_NAT ? 1 : 2;
  char *address;
  gboolean fine;

  filter->any = TRUE;
  filter->given |= condition;
  if (value == NULL)
    return TRUE;
  if (!split_address(value, &address, &filter->nat[which].port, &filter->nat[which].has_port))
    return refuse(error, name, value,
                  which == 0
                    ? "the address that the source becomes, with :PORT if need be, or nothing (for lines it is "
                      "--lines N)"
                    : "the address that it is translated to, with :PORT if need be, or nothing");
  fine = parse_prefix(&filter->nat[which].addr, name, address, error);
  g_free(address);
  return fine;
}

gboolean cli_filter_set(cli_filter *filter, guint condition, const char *value, GError **error)
{
  filter->any = TRUE;
  switch (condition) {
  case CLI_FILTER_PROTO: return set_proto(filter, value, error);
  case CLI_FILTER_FAMILY: return set_family(filter, value, error);
  case CLI_FILTER_STATE: return set_state(filter, value, error);
  case CLI_FILTER_MARK: return set_mark(filter, value, error);
  case CLI_FILTER_LABEL:
    filter->label_words = value; /* names are known when all options are */
    filter->given |= CLI_FILTER_LABEL;
    return TRUE;
  default: g_assert(condition == CLI_FILTER_STATUS); return set_status(filter, value, error);
  }
}

static gboolean prefix_holds(const cli_prefix *prefix, guint8 family, const ct_addr *addr)
{
  guint i;

  if (!prefix->given)
    return TRUE;
  if (prefix->family != family)
    return FALSE;
  for (i = 0; i < 2; i++)
    if (((prefix->addr.halves[i] ^ addr->halves[i]) & prefix->mask.halves[i]) != 0)
      return FALSE;
  return TRUE;
}

/* --host, --net and --port ask any end. */
static gboolean either_end_holds(const cli_filter *f, const ct_tuple *t)
{
  if (f->host.given && !prefix_holds(&f->host, t->family, &t->src) && !prefix_holds(&f->host, t->family, &t->dst))
    return FALSE;
  if (f->net.given && !prefix_holds(&f->net, t->family, &t->src) && !prefix_holds(&f->net, t->family, &t->dst))
    return FALSE;
  return !(f->given & CLI_FILTER_ANY_PORT) ||
         (ct_proto_has_ports(f->profile, t) && (f->any_port == t->src_id || f->any_port == t->dst_id));
}

/* The original tuple alone: all that a packet without an entry, or an expectation's master, can answer. */
static gboolean original_holds(const cli_filter *f, const ct_tuple *t)
{
  if (!prefix_holds(&f->addr[0][0], t->family, &t->src) || !prefix_holds(&f->addr[0][1], t->family, &t->dst))
    return FALSE;
  if (((f->given & CLI_FILTER_PROTO) && f->proto != t->proto) ||
      ((f->given & CLI_FILTER_FAMILY) && f->family != t->family))
    return FALSE;
  if ((f->given & (CLI_FILTER_PORT0 | CLI_FILTER_PORT0 << 1)) != 0 && !ct_proto_has_ports(f->profile, t))
    return FALSE;
  if (((f->given & CLI_FILTER_PORT0) && f->port[0][0] != t->src_id) ||
      ((f->given & CLI_FILTER_PORT0 << 1) && f->port[0][1] != t->dst_id))
    return FALSE;
  if ((f->given & (CLI_FILTER_ICMP_TYPE | CLI_FILTER_ICMP_CODE | CLI_FILTER_ICMP_ID)) != 0 && !ct_tuple_is_icmp(t))
    return FALSE;
  return (!(f->given & CLI_FILTER_ICMP_TYPE) || f->icmp_type == ct_tuple_icmp_type(t)) &&
         (!(f->given & CLI_FILTER_ICMP_CODE) || f->icmp_code == ct_tuple_icmp_code(t)) &&
         (!(f->given & CLI_FILTER_ICMP_ID) || f->icmp_id == t->src_id);
}

static gboolean reply_holds(const cli_filter *f, const ct_tuple *t)
{
  if (!prefix_holds(&f->addr[1][0], t->family, &t->src) || !prefix_holds(&f->addr[1][1], t->family, &t->dst))
    return FALSE;
  if ((f->given & (CLI_FILTER_PORT0 << 2 | CLI_FILTER_PORT0 << 3)) == 0)
    return TRUE;
  return ct_proto_has_ports(f->profile, t) && (!(f->given & CLI_FILTER_PORT0 << 2) || f->port[1][0] == t->src_id) &&
         (!(f->given & CLI_FILTER_PORT0 << 3) || f->port[1][1] == t->dst_id);
}

/*
 * Whether one end of the connection is translated, and to what was asked for: what stands in the reply tuple is not
 * what the original has there. Tuples are compared, as conntrack does it, not status bits.
 */
static gboolean nat_holds(const cli_filter *f, const ct_view *view, guint which, gboolean source)
{
  const ct_tuple *o = &view->tuple[CT_ORIGINAL], *r = &view->tuple[CT_REPLY];
  const ct_addr *was = source ? &o->src : &o->dst, *is = source ? &r->dst : &r->src;
  /* Of ICMP the id stands in one place, whoever's it is. */
  gboolean icmp = ct_tuple_is_icmp(o);
  guint16 id_was = source || icmp ? o->src_id : o->dst_id, id_is = source && !icmp ? r->dst_id : r->src_id;

  if (ct_addr_equal(was, is) && (id_was == id_is || (icmp && !source)))
    return FALSE;
  return prefix_holds(&f->nat[which].addr, r->family, is) && (!f->nat[which].has_port || f->nat[which].port == id_is);
}

static gboolean labels_hold(const ct_labels *wanted, const ct_labels *labels)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(wanted->words); i++)
    if (wanted->words[i] & ~labels->words[i])
      return FALSE;
  return TRUE;
}

static gboolean translation_holds(const cli_filter *f, const ct_view *view)
{
  const guint16 original = view->tuple[CT_ORIGINAL].zone, reply = view->tuple[CT_REPLY].zone;

  if ((f->given & CLI_FILTER_SRC_NAT && !nat_holds(f, view, 0, TRUE)) ||
      (f->given & CLI_FILTER_DST_NAT && !nat_holds(f, view, 1, FALSE)) ||
      (f->given & CLI_FILTER_ANY_NAT && !nat_holds(f, view, 2, TRUE) && !nat_holds(f, view, 2, FALSE)))
    return FALSE;
  if (f->given & CLI_FILTER_LABEL && !labels_hold(f->labels, &view->labels))
    return FALSE;
  return (!(f->given & CLI_FILTER_ZONE) || (f->zone == original && f->zone == reply)) &&
         (!(f->given & CLI_FILTER_ORIG_ZONE) || f->orig_zone == original) &&
         (!(f->given & CLI_FILTER_REPLY_ZONE) || f->reply_zone == reply);
}

static gboolean entry_holds(const cli_filter *f, const ct_view *view)
{
  const char *state;

  /* Under NAT an address may stand in one of the tuples alone. */
  if (!either_end_holds(f, &view->tuple[CT_ORIGINAL]) && !either_end_holds(f, &view->tuple[CT_REPLY]))
    return FALSE;
  if (!original_holds(f, &view->tuple[CT_ORIGINAL]) || !reply_holds(f, &view->tuple[CT_REPLY]))
    return FALSE;
  if ((view->status & f->status) != f->status)
    return FALSE;
  if ((f->given & CLI_FILTER_UNREPLIED) && (view->status & CT_STATUS_SEEN_REPLY))
    return FALSE;
  if ((f->given & CLI_FILTER_MARK) && (view->mark & f->mark_mask) != f->mark)
    return FALSE;
  if ((f->given & CLI_FILTER_SECMARK) && view->secmark != f->secmark)
    return FALSE;
  if (f->given >= CLI_FILTER_SRC_NAT && !translation_holds(f, view))
    return FALSE;
  if (!(f->given & CLI_FILTER_STATE))
    return TRUE;
  state = ct_proto_state_name(f->profile, view->tuple[CT_ORIGINAL].proto, view->state);
  return state != NULL && strcmp(state, f->state) == 0;
}

static gboolean expect_holds(const cli_filter *f, const ct_expect_view *expect)
{
  return (either_end_holds(f, &expect->master_tuple) || either_end_holds(f, &expect->tuple)) &&
         original_holds(f, &expect->master_tuple) &&
         prefix_holds(&f->expected[0], expect->tuple.family, &expect->tuple.src) &&
         prefix_holds(&f->expected[1], expect->tuple.family, &expect->tuple.dst);
}

static gboolean packet_holds(const cli_filter *f, const ct_packet *packet)
{
  if (f->status != 0 || f->given >= CLI_FILTER_SRC_NAT ||
      (f->given & (CLI_FILTER_STATE | CLI_FILTER_UNREPLIED | CLI_FILTER_MARK | CLI_FILTER_SECMARK)) != 0)
    return FALSE;
  return packet->kind != CT_PACKET_NONE && either_end_holds(f, &packet->tuple) && original_holds(f, &packet->tuple) &&
         f->addr[1][0].given == FALSE && f->addr[1][1].given == FALSE &&
         (f->given & (CLI_FILTER_PORT0 << 2 | CLI_FILTER_PORT0 << 3)) == 0;
}

static void note_seen(cli_filter_tally *tally, const ct_tuple *tuple)
{
  guint i;

  for (i = 0; i < tally->n; i++)
    if (ct_tuple_equal(&tally->seen[i], tuple))
      return;
  if (tally->n < CLI_FILTER_SEEN_MOST)
    tally->seen[tally->n++] = *tuple;
  else
    tally->more = TRUE;
}

static gboolean count(const cli_filter *f, const ct_tuple *tuple, gboolean passes)
{
  cli_filter_tally *tally = f->tally;

  if (tally == NULL)
    return passes;
  tally->asked++;
  if (passes)
    tally->passed++;
  else if (tally->passed == 0 && !tally->more)
    note_seen(tally, tuple);
  return passes;
}

gboolean cli_filter_entry(const cli_filter *f, const ct_view *view)
{
  return !f->any || count(f, &view->tuple[CT_ORIGINAL], entry_holds(f, view));
}

gboolean cli_filter_expect(const cli_filter *f, const ct_expect_view *expect)
{
  return !f->any || count(f, &expect->master_tuple, expect_holds(f, expect));
}

gboolean cli_filter_packet(const cli_filter *f, const ct_packet *packet)
{
  if (!f->any)
    return TRUE;
  return packet->kind == CT_PACKET_NONE ? packet_holds(f, packet) : count(f, &packet->tuple, packet_holds(f, packet));
}

/* As people see them; some that differ look alike. */
static GPtrArray *words_of_seen(const cli_filter *f, const cli_filter_tally *tally)
{
  GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
  emit_text text;
  guint i;

  emit_text_init(&text, -1);
  for (i = 0; i < tally->n; i++) {
    text.used = 0;
    emit_flow(&text, f->profile, &tally->seen[i]);
    emit_text_char(&text, '\0');
    if (!g_ptr_array_find_with_equal_func(all, text.data, g_str_equal, NULL))
      g_ptr_array_add(all, g_strdup(text.data));
  }
  emit_text_clear(&text);
  return all;
}

char *cli_filter_nothing(const cli_filter *f)
{
  const cli_filter_tally *tally = f->tally;
  GPtrArray *seen;
  GString *words;
  guint i;

  if (tally == NULL || tally->passed > 0)
    return NULL;
  if (tally->asked == 0)
    return g_strdup("nothing matches; there was nothing to choose from");
  seen = words_of_seen(f, tally);
  words = g_string_new("nothing matches; there was ");
  for (i = 0; i < seen->len; i++)
    g_string_append_printf(words, "%s%s",
                           i == 0                               ? ""
                           : i + 1 == seen->len && !tally->more ? " and "
                                                                : ", ",
                           (const char *)g_ptr_array_index(seen, i));
  if (tally->more)
    g_string_append(words, " and more");
  g_ptr_array_unref(seen);
  return g_string_free(words, FALSE);
}
