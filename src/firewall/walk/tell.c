/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/tell.h"

#include <arpa/inet.h>
#include <string.h>

#include "conntrack/nat/nat.h"
#include "firewall/nft/run.h"
#include "firewall/save.h"
#include "firewall/walk/pieces.h"

enum { TCP_HEADER = 20 };

/* ---- pieces ---- */

static void put_string(GString *out, const char *text)
{
  g_string_append_c(out, '"');
  for (; *text != '\0'; text++) {
    guchar c = (guchar)*text;

    if (c == '"' || c == '\\')
      g_string_append_printf(out, "\\%c", c);
    else if (c < 0x20 || c >= 0x7f)
      g_string_append_printf(out, "\\u%04x", c); /* names are bytes; each is the character of its number */
    else
      g_string_append_c(out, (gchar)c);
  }
  g_string_append_c(out, '"');
}

/* Zip's CRC-32, over the packet as it left with what a router changes set to zero. */
static guint32 crc32_byte(guint32 crc, guint8 byte)
{
  guint i;

  crc ^= byte;
  for (i = 0; i < 8; i++)
    crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  return crc;
}

static guint32 crc_of(const fw_packet *p)
{
  guint32 crc = G_MAXUINT32, i;
  gboolean six = p->family == FW_IPV6, fragment = six && p->raw->data[6] == 44;
  guint8 scratch[1];

  for (i = 0; i < p->raw->length; i++) {
    guint8 byte = *fw_packet_at(p, i, 1, scratch);

    if (six ? i == 7 || (fragment && i >= 44 && i < 48) : i == 8 || i == 10 || i == 11)
      byte = 0;
    crc = crc32_byte(crc, byte);
  }
  return ~crc;
}

static void put_address(GString *out, guint8 family, const guint8 *bytes)
{
  char text[INET6_ADDRSTRLEN];

  inet_ntop(family == 6 ? AF_INET6 : AF_INET, bytes, text, sizeof text);
  g_string_append_printf(out, "\"%s\"", text);
}

/* ---- what a packet's headers say, as the referee writes it ---- */

typedef struct wire {
  const guint8 *b; /* as it left, whole */
  guint32 n;
  guint32 l4, end; /* offsets */
  guint8 proto, version;
  gboolean inner, full;    /* full: with what equals the packet sent in */
  const ct_packet *was;    /* the packet sent in; NULL: with `full`, or it had no such header */
  const struct wire *sent; /* the last fragment sent in, of a datagram that leaves in fragments; NULL: it does not */
  guint32 payload;         /* offset of what put_payload is asked for first; of `sent` alone */
} wire;

static void put_hex(GString *out, const char *name, const guint8 *b, gsize n)
{
  gsize i;

  if (n == 0)
    return;
  g_string_append_printf(out, ",\"%s\":\"", name);
  for (i = 0; i < n; i++)
    g_string_append_printf(out, "%02x", b[i]);
  g_string_append_c(out, '"');
}

/* Whether n bytes at an offset of layer 4 are not those that were sent in. */
static gboolean differs(const wire *w, guint32 offset, guint32 n)
{
  guint8 scratch[64];
  const guint8 *was =
    w->was != NULL && n <= sizeof scratch ? ct_packet_at(w->was, w->was->l4_offset + offset, n, scratch) : NULL;

  return was != NULL && memcmp(was, w->b + w->l4 + offset, n) != 0;
}

static gboolean payload_differs(const wire *w, guint32 offset)
{
  guint32 was = w->was != NULL ? w->was->l4_offset + (offset - w->l4) : 0;

  return w->was != NULL && w->was->captured == w->was->length && was <= w->was->length &&
         (w->end - offset != w->was->length - was || memcmp(w->b + offset, w->was->data + was, w->end - offset) != 0);
}

/* The same of one fragment and another, wherever their payloads stand. */
static gboolean sent_differs(const wire *w, guint32 offset)
{
  const wire *s = w->sent;

  return s != NULL &&
         (s->end - s->payload != w->end - offset || memcmp(s->b + s->payload, w->b + offset, w->end - offset) != 0);
}

static void put_payload(GString *out, wire *w, guint32 offset)
{
  w->payload = offset;
  if (offset < w->end && (w->full || payload_differs(w, offset) || sent_differs(w, offset)))
    put_hex(out, "payload", w->b + offset, w->end - offset);
}

static void put_decoded(GString *out, const guint8 *b, guint32 n, gboolean inner, const ct_packet *was, gboolean full);

static void put_tcp(GString *out, wire *w)
{
  const guint8 *t = w->b + w->l4;
  guint32 n = w->end - w->l4, header;

  g_string_append_printf(out, ",\"sport\":%u,\"dport\":%u", ct_be16(t), ct_be16(t + 2));
  if (n < TCP_HEADER)
    return;
  header = MIN((t[12] >> 4) * 4U, n);
  if (w->full || differs(w, 4, 4))
    g_string_append_printf(out, ",\"seq\":%u", ct_be32(t + 4));
  if (w->full || differs(w, 8, 4))
    g_string_append_printf(out, ",\"ack\":%u", ct_be32(t + 8));
  if (w->full)
    g_string_append_printf(out, ",\"flags\":%u,\"win\":%u", t[13], ct_be16(t + 14));
  if (header > TCP_HEADER && (w->full || differs(w, TCP_HEADER, header - TCP_HEADER)))
    put_hex(out, "opts", t + TCP_HEADER, header - TCP_HEADER);
  else if (w->full && (t[12] >> 4) * 4 > TCP_HEADER)
    g_string_append(out, ",\"opts\":\"\""); /* cut off */
  put_payload(out, w, w->l4 + header);
}

static gboolean is_icmp_error(const wire *w)
{
  guint8 type = w->b[w->l4];

  if (w->proto == CT_PROTO_ICMPV6)
    return type < 128;
  return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static void put_icmp(GString *out, wire *w)
{
  const guint8 *t = w->b + w->l4;

  g_string_append_printf(out, ",\"type\":%u,\"code\":%u", t[0], t[1]);
  if (!is_icmp_error(w)) {
    g_string_append_printf(out, ",\"id\":%u", ct_be16(t + 4));
    put_payload(out, w, w->l4 + 8);
  } else if (w->end > w->l4 + 8) {
    g_string_append(out, ",\"inner\":{");
    put_decoded(out, w->b + w->l4 + 8, w->end - w->l4 - 8, TRUE, NULL, TRUE);
    g_string_append_c(out, '}');
  }
}

static void put_l4(GString *out, wire *w)
{
  const guint8 *t = w->b + w->l4;
  guint32 n = w->end > w->l4 ? w->end - w->l4 : 0;

  if (w->proto == CT_PROTO_TCP && n >= 4) {
    put_tcp(out, w);
  } else if ((w->proto == CT_PROTO_UDP || w->proto == CT_PROTO_UDPLITE) && n >= 8) {
    g_string_append_printf(out, ",\"sport\":%u,\"dport\":%u", ct_be16(t), ct_be16(t + 2));
    put_payload(out, w, w->l4 + 8);
    if (w->full && w->proto == CT_PROTO_UDP && ct_be16(t + 6) == 0)
      g_string_append(out, ",\"csum\":\"none\"");
  } else if (w->proto == CT_PROTO_SCTP && n >= 12) {
    g_string_append_printf(out, ",\"sport\":%u,\"dport\":%u,\"vtag\":%u", ct_be16(t), ct_be16(t + 2), ct_be32(t + 4));
    put_payload(out, w, w->l4 + 12);
  } else if ((w->proto == CT_PROTO_SCTP || w->proto == CT_PROTO_DCCP) && n >= 4) {
    g_string_append_printf(out, ",\"sport\":%u,\"dport\":%u", ct_be16(t), ct_be16(t + 2));
    put_payload(out, w, w->l4 + 4);
  } else if ((w->proto == CT_PROTO_ICMP || w->proto == CT_PROTO_ICMPV6) && n >= 8) {
    put_icmp(out, w);
  } else if (w->proto == CT_PROTO_GRE && n >= 8 && (t[1] & 7) == 1) {
    g_string_append_printf(out, ",\"callid\":%u", ct_be16(t + 6));
    put_payload(out, w, w->l4 + 8);
  } else if (n > 0) {
    put_payload(out, w, w->l4);
  }
}

static gboolean header_sum_bad(const guint8 *b, guint32 n)
{
  guint32 sum = 0, i;

  for (i = 0; i + 1 < n; i += 2)
    sum += ct_be16(b + i);
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return sum != 0xffff;
}

/* => FALSE: a later fragment. */
static gboolean put_ipv4(GString *out, wire *w)
{
  const guint8 *b = w->b;
  guint16 fragment = ct_be16(b + 6);

  w->l4 = MIN((b[0] & 15U) * 4, w->n);
  w->proto = b[9];
  w->end = w->inner ? w->n : MIN(ct_be16(b + 2), w->n);
  g_string_append_printf(out, ",\"proto\":%u,\"len\":%u", w->proto, ct_be16(b + 2));
  if (fragment & 0x3fff)
    g_string_append_printf(out, ",\"frag\":[%u,%u]", (fragment & 0x1fffU) * 8, (fragment & 0x2000U) != 0);
  if (w->full && header_sum_bad(b, w->l4))
    g_string_append(out, ",\"ipcsum\":\"bad\"");
  return (fragment & 0x1fff) == 0;
}

static gboolean put_ipv6(GString *out, wire *w)
{
  const guint8 *b = w->b;
  gboolean first = TRUE;

  w->proto = b[6];
  w->l4 = 40;
  w->end = w->inner ? w->n : MIN(40U + ct_be16(b + 4), w->n);
  g_string_append_printf(out, ",\"len\":%u", 40U + ct_be16(b + 4));
  while ((w->proto == 0 || w->proto == 43 || w->proto == 44 || w->proto == 60) && w->n >= w->l4 + 8) {
    const guint8 *h = b + w->l4;

    if (w->proto == 44) {
      g_string_append_printf(out, ",\"frag\":[%u,%u]", ct_be16(h + 2) & 0xfff8U, h[3] & 1U);
      first = (ct_be16(h + 2) & 0xfff8) == 0;
    }
    w->l4 += w->proto == 44 ? 8 : (h[1] + 1U) * 8;
    w->proto = h[0];
  }
  g_string_append_printf(out, ",\"proto\":%u", w->proto);
  return first;
}

/* w has b, n, and with what it is compared. */
static void put_wire(GString *out, wire *w)
{
  const guint8 *b = w->b;
  guint32 n = w->n;
  gboolean six = n > 0 && b[0] >> 4 != 4, first;
  guint32 i;

  if (n < (six ? 40U : 20U)) {
    g_string_append(out, "\"short\":\"");
    for (i = 0; i < n; i++)
      g_string_append_printf(out, "%02x", b[i]);
    g_string_append_c(out, '"');
    return;
  }
  w->version = six ? 6 : 4;
  g_string_append(out, "\"src\":");
  put_address(out, w->version, b + (six ? 8 : 12));
  g_string_append(out, ",\"dst\":");
  put_address(out, w->version, b + (six ? 24 : 16));
  first = six ? put_ipv6(out, w) : put_ipv4(out, w);
  if (first)
    put_l4(out, w);
  else
    put_payload(out, w, w->l4);
}

static void put_decoded(GString *out, const guint8 *b, guint32 n, gboolean inner, const ct_packet *was, gboolean full)
{
  wire w = { .b = b, .n = n, .inner = inner, .full = full, .was = was };

  put_wire(out, &w);
}

/* The packet's bytes as they left. */
static guint8 *bytes_of(const fw_packet *p)
{
  guint8 *bytes = g_malloc(p->raw->length + 1), scratch[1];
  guint32 i;

  for (i = 0; i < p->raw->length; i++)
    bytes[i] = *fw_packet_at(p, i, 1, scratch);
  return bytes;
}

/* ---- transcript ---- */

static const char *side_of(const fw_sides *sides, const fw_interface_name *name)
{
  if (sides != NULL && strcmp(name->name, sides->lan_name) == 0)
    return "lan";
  if (sides != NULL && strcmp(name->name, sides->wan_name) == 0)
    return "wan";
  return name->name;
}

/* ---- fragments ---- */

typedef struct pieces {
  GString *out;
  const char *side;
  const wire *sent; /* the last fragment that was sent in */
  gboolean any;
} pieces;

static guint32 crc_of_bytes(const guint8 *b, guint32 n)
{
  guint32 crc = G_MAXUINT32, i;
  gboolean six = b[0] >> 4 == 6, fragment = six && b[6] == 44;

  for (i = 0; i < n; i++)
    crc = crc32_byte(crc, (six ? i == 7 || (fragment && i >= 44 && i < 48) : i == 8 || i == 10 || i == 11) ? 0 : b[i]);
  return ~crc;
}

static void put_piece(const guint8 *bytes, guint32 n, gpointer user)
{
  pieces *p = user;
  wire w = { .b = bytes, .n = n, .sent = p->sent, .full = p->sent == NULL };

  g_string_append(p->out, p->any ? ",{\"side\":" : "{\"side\":");
  put_string(p->out, p->side);
  g_string_append_c(p->out, ',');
  put_wire(p->out, &w);
  g_string_append_printf(p->out, ",\"crc\":\"%08x\"}", crc_of_bytes(bytes, n));
  p->any = TRUE;
}

/* The list of what left. => FALSE: it left whole. */
static gboolean put_pieces(GString *out, const fw_firewall *f, const fw_sides *sides, const char *side)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  wire sent = { .b = sides != NULL ? sides->sent : NULL, .n = sides != NULL ? sides->n_sent : 0, .full = TRUE };
  pieces p = { .out = out, .side = side, .sent = sent.b != NULL ? &sent : NULL };
  guint32 mtu_bytes = fw_firewall_mtu(f);
  g_autofree guint8 *bytes = NULL;

  if (o->pieces == NULL && (mtu_bytes == 0 || o->packet.raw->length <= mtu_bytes))
    return FALSE;
  bytes = bytes_of(&o->packet);
  if (sent.b != NULL) {
    g_autoptr(GString) scratch = g_string_new(NULL);

    put_wire(scratch, &sent);
  }
  return fw_pieces_each(bytes, o->packet.raw->length, o->pieces, mtu_bytes, put_piece, &p);
}

static void put_frame(GString *out, const fw_packet *p, const char *side, const ct_packet *was, gboolean full)
{
  g_autofree guint8 *bytes = bytes_of(p);

  g_string_append(out, "{\"side\":");
  put_string(out, side);
  g_string_append_c(out, ',');
  put_decoded(out, bytes, p->raw->length, FALSE, was, full);
  if (!full)
    g_string_append_printf(out, ",\"crc\":\"%08x\"", crc_of(p)); /* g_autofree: NOLINT(clang-analyzer-unix.Malloc) */
}

/* "ip filter FORWARD 3", "ip filter FORWARD policy" */
static void put_said(GString *out, const fw_walk_said *said)
{
  g_string_append_printf(out, "%s ", fw_family_name(said->chain->table->family));
  g_string_append_printf(out, "%s ", said->chain->table->name);
  if (said->event == FW_WALK_POLICY)
    g_string_append_printf(out, "%s policy", said->chain->name);
  else if (said->event == FW_WALK_RETURN)
    g_string_append_printf(out, "%s return", said->chain->name);
  else
    g_string_append_printf(out, "%s %u", said->step->rule->chain->name, said->step->rule->number);
}

static void put_trace(GString *out, const fw_firewall *f, const char *name, gboolean answer)
{
  const fw_record *record = fw_firewall_record(f);
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < record->lines->len; i++) {
    const fw_recorded *line = &g_array_index(record->lines, fw_recorded, i);
    GString *text;

    /* nft's trace has no line for the implicit end of a chain. */
    if (line->answer != answer || line->said.event == FW_WALK_RETURN || line->said.event == FW_WALK_PASSED)
      continue;
    g_string_append_printf(out, any ? ",[" : ",\"%s\":%s[", name, answer ? "[[" : "[");
    text = g_string_new(NULL);
    put_said(text, &line->said);
    put_string(out, text->str);
    g_string_append_c(out, ',');
    g_string_truncate(text, 0);
    fw_recorded_verdict(text, &line->said);
    put_string(out, text->str);
    g_string_append_c(out, ']');
    g_string_free(text, TRUE);
    any = TRUE;
  }
  if (any)
    g_string_append(out, answer ? "]]" : "]");
}

/* Who dropped it: the last line of the trace that says so. */
static void put_by(GString *out, const fw_firewall *f)
{
  const fw_record *record = fw_firewall_record(f);
  GString *text = g_string_new(NULL);
  guint i;

  for (i = record->lines->len; i-- > 0;) {
    const fw_recorded *line = &g_array_index(record->lines, fw_recorded, i);

    if (line->answer)
      continue;
    g_string_truncate(text, 0);
    fw_recorded_verdict(text, &line->said);
    if (strcmp(text->str, "drop") != 0)
      continue;
    g_string_truncate(text, 0);
    put_said(text, &line->said);
    break;
  }
  if (i == G_MAXUINT)
    g_string_assign(text, "kernel");
  g_string_append(out, ",\"by\":");
  put_string(out, text->str);
  g_string_free(text, TRUE);
}

static void put_answer(GString *out, const fw_answer *a, const fw_sides *sides)
{
  static const char *const dirs = "or";

  if (!a->sent)
    return;
  g_string_append(out, ",\"self\":[");
  put_frame(out, &a->seen, side_of(sides, a->seen.out), NULL, TRUE);
  g_string_append_printf(out, ",\"cls\":\"%s\",\"dir\":\"%c\"", ct_class_name(a->cls),
                         a->cls == CT_CLASS_INVALID || a->cls == CT_CLASS_UNTRACKED ? '-' : dirs[a->dir]);
  if (a->seen.mark != 0)
    g_string_append_printf(out, ",\"mark\":%u", a->seen.mark);
  g_string_append(out, "}]");
}

static void put_gone_through(GString *out, const fw_firewall *f, const fw_sides *sides, const ct_packet *packet)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  const fw_packet *p = &o->packet;
  const ct_packet *was = p->translated && packet->kind == CT_PACKET_TRACK ? packet : NULL;

  if (o->path == FW_PATH_INPUT) {
    g_string_append(out, ",\"fate\":\"local\",\"local\":");
    put_frame(out, p, side_of(sides, p->in), was, FALSE);
    g_string_append_c(out, '}');
  } else {
    g_string_append(out, ",\"fate\":\"out\",\"out\":[");
    if (!put_pieces(out, f, sides, side_of(sides, p->out))) {
      put_frame(out, p, side_of(sides, p->out), was, FALSE);
      g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
  }
  if (p->mark != 0)
    g_string_append_printf(out, ",\"mark\":%u", p->mark);
}

void fw_tell_transcript(GString *out, const fw_firewall *f, const fw_sides *sides, const ct_packet *packet)
{
  const fw_outcome *o = fw_firewall_outcome(f);

  if (packet->kind == CT_PACKET_NONE) {
    g_string_append(out, packet->reason == CT_REASON_FRAGMENT_HELD ? ",\"fate\":\"held\""
                                                                   : ",\"fate\":\"drop\",\"by\":\"ip\"");
    if (o->packet.own || o->packet.in->known) {
      g_string_append(out, ",\"side\":");
      put_string(out, o->packet.own ? "local" : side_of(sides, o->packet.in));
    }
    return;
  }
  g_string_append(out, ",\"side\":");
  put_string(out, o->path == FW_PATH_OUTPUT ? "local" : side_of(sides, o->packet.in));
  switch (o->verdict) {
  case FW_VERDICT_ACCEPT: put_gone_through(out, f, sides, packet); break;
  case FW_VERDICT_UNKNOWN: g_string_append(out, ",\"fate\":\"unknown\""); break;
  default: g_string_append(out, ",\"fate\":\"drop\""); put_by(out, f);
  }
  put_trace(out, f, "trace", FALSE);
  put_answer(out, &o->answer, sides);
  put_trace(out, f, "self_trace", TRUE);
}

/* ---- the walk ---- */

static const char *kind_of(const fw_walk_said *said)
{
  return said->event == FW_WALK_POLICY ? "policy" : said->event == FW_WALK_RETURN ? "return" : "rule";
}

static void put_step(GString *out, const fw_recorded *line)
{
  const fw_walk_said *said = &line->said;
  const fw_chain *chain = said->step != NULL ? said->step->rule->chain : said->chain;
  GString *verdict = g_string_new(NULL);

  g_string_append_printf(out, "{\"hook\":\"%s\",\"family\":\"%s\",\"table\":", fw_hook_name(line->hook),
                         fw_family_name(chain->table->family));
  put_string(out, chain->table->name);
  g_string_append(out, ",\"chain\":");
  put_string(out, chain->name);
  g_string_append_printf(out, ",\"kind\":\"%s\",\"number\":%u", kind_of(said),
                         said->step != NULL ? said->step->rule->number : chain->n_rules + 1);
  if (said->step != NULL) {
    g_string_append(out, ",\"file\":");
    put_string(out, chain->table->file);
    g_string_append_printf(out, ",\"line\":%u", said->step->rule->line);
  }
  fw_recorded_verdict(verdict, said);
  g_string_append(out, ",\"verdict\":");
  put_string(out, verdict->str);
  if (line->failed != NULL) {
    g_string_append(out, ",\"why\":");
    put_string(out, line->failed);
  }
  if (line->answer)
    g_string_append(out, ",\"answer\":true");
  if (said->maybe)
    g_string_append(out, ",\"maybe\":true");
  g_string_append_c(out, '}');
  g_string_free(verdict, TRUE);
}

void fw_tell_walk(GString *out, const fw_firewall *f)
{
  const fw_record *record = fw_firewall_record(f);
  guint i;

  g_string_append_c(out, '[');
  for (i = 0; i < record->lines->len; i++) {
    if (i > 0)
      g_string_append_c(out, ',');
    put_step(out, &g_array_index(record->lines, fw_recorded, i));
  }
  g_string_append_c(out, ']');
}

/* ---- counters ---- */

static fw_counters rule_counters(const fw_rule *rule, gpointer user)
{
  return ((fw_program *)user)->hits[rule->serial].counters;
}

static fw_counters policy_counters(const fw_chain *chain, gpointer user)
{
  const fw_program *program = user;
  guint number = GPOINTER_TO_UINT(g_hash_table_lookup(program->chain_of, chain)) - 1;

  return program->chains[number].counters;
}

/* only: a table's name; NULL: all. */
static void save(GString *out, fw_firewall *f, fw_family family, const char *only)
{
  fw_program *program = fw_firewall_program(f);
  const fw_save_style style = { .counters = TRUE, .rule = rule_counters, .policy = policy_counters, .user = program };
  guint i;

  for (i = 0; i < program->ruleset->tables->len; i++) {
    const fw_table *table = g_ptr_array_index(program->ruleset->tables, i);

    if (table->family == family && (only == NULL || strcmp(table->name, only) == 0))
      fw_save_table(out, table, &style);
  }
}

void fw_tell_save(GString *out, fw_firewall *f, fw_family family) { save(out, f, family, NULL); }

void fw_tell_nft(GString *out, fw_firewall *f)
{
  fw_program *program = fw_firewall_program(f);

  fw_nft_now now;

  fw_nft_text_ruleset(out, program->ruleset, fw_nft_run_now(program, &now) ? &now : NULL);
}

/* The lines as a list; nothing where there are none. */
static gboolean put_lines(GString *out, const GString *text, const char *name, gboolean any)
{
  g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
  guint n = g_strv_length(lines), i;

  for (i = 0; i + 1 < n; i++) {
    if (i > 0)
      g_string_append_c(out, ',');
    else
      g_string_append_printf(out, "%s\"%s\":[", any ? "," : "", name);
    put_string(out, lines[i]);
  }
  if (i > 0)
    g_string_append_c(out, ']');
  return any || i > 0;
}

/* iptables-nft-save lists its tables in this order, whatever the file's was. */
static const char *const order_of_nft[] = { "mangle", "security", "raw", "filter", "nat" };

static gboolean put_family(GString *out, fw_firewall *f, fw_family family, const char *name, gboolean any)
{
  g_autoptr(GString) text = g_string_new(NULL);
  guint i;

  if (fw_firewall_program(f)->backend == FW_BACKEND_NFT)
    for (i = 0; i < G_N_ELEMENTS(order_of_nft); i++)
      save(text, f, family, order_of_nft[i]);
  else
    save(text, f, family, NULL);
  return put_lines(out, text, name, any);
}

static void put_nft(GString *out, fw_firewall *f, gboolean any)
{
  g_autoptr(GString) text = g_string_new(NULL);

  fw_tell_nft(text, f);
  put_lines(out, text, "nft", any);
}

void fw_tell_counters(GString *out, fw_firewall *f)
{
  gboolean any;

  g_string_append_c(out, '{');
  any = put_family(out, f, FW_IPV4, "iptables", FALSE);
  any = put_family(out, f, FW_IPV6, "ip6tables", any);
  put_nft(out, f, any);
  g_string_append_c(out, '}');
}

/* ---- what a translation has made of a packet ---- */

static void put_nat_rule(GString *out, const char *name, const fw_rule *rule)
{
  GString *place;

  if (rule == NULL)
    return;
  place = g_string_new(NULL);
  g_string_printf(place, "%s:%s:rule:%u", rule->chain->table->name, rule->chain->name, rule->number);
  g_string_append_printf(out, ",\"%s\":", name);
  put_string(out, place->str);
  g_string_free(place, TRUE);
}

void fw_tell_leaves(GString *out, const fw_firewall *f)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  const fw_packet *p = &o->packet;
  guint8 scratch[8], version = p->family == FW_IPV6 ? 6 : 4;
  const guint8 *h = p->fragment == 0 ? ct_packet_at(p->raw, p->l4_offset, 8, scratch) : NULL;
  gboolean icmp = p->protocol == CT_PROTO_ICMP || p->protocol == CT_PROTO_ICMPV6;

  g_string_append(out, "{\"src\":");
  put_address(out, version, p->source.bytes);
  g_string_append(out, ",\"dst\":");
  put_address(out, version, p->destination.bytes);
  if (h != NULL && icmp && p->raw->kind == CT_PACKET_TRACK)
    g_string_append_printf(out, ",\"id\":%u", ct_be16(h + 4));
  else if (h != NULL && !icmp && p->raw->tuple.src_id + p->raw->tuple.dst_id != 0 && p->protocol != CT_PROTO_GRE)
    g_string_append_printf(out, ",\"sport\":%u,\"dport\":%u", ct_be16(h), ct_be16(h + 2));
  if (p->raw->length != o->arrived_bytes)
    g_string_append_printf(out, ",\"length\":%u", p->raw->length);
  put_nat_rule(out, "source_rule", o->nat[CT_NAT_SRC]);
  put_nat_rule(out, "destination_rule", o->nat[CT_NAT_DST]);
  g_string_append_c(out, '}');
}
