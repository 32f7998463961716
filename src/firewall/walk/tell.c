/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/tell.h"

#include <string.h>

#include "conntrack/nat/nat.h"
#include "firewall/nft/run.h"
#include "firewall/save.h"
#include "firewall/walk/pieces.h"
#include "firewall/walk/put.h"
#include "firewall/walk/tell_wire.h"

/* ---- pieces ---- */

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
  const fw_wire *sent; /* the last fragment that was sent in */
  gboolean any;
} pieces;

static void put_piece(const guint8 *bytes, guint32 n, gpointer user)
{
  pieces *p = user;
  fw_wire w = { .b = bytes, .n = n, .sent = p->sent, .full = p->sent == NULL };

  g_string_append(p->out, p->any ? ",{\"side\":" : "{\"side\":");
  fw_put_string(p->out, p->side);
  g_string_append_c(p->out, ',');
  fw_wire_put(p->out, &w);
  g_string_append_printf(p->out, ",\"crc\":\"%08x\"}", fw_wire_crc(bytes, n));
  p->any = TRUE;
}

static fw_wire last_fragment(const fw_sides *sides)
{
  fw_wire sent = { .b = sides != NULL ? sides->sent : NULL, .n = sides != NULL ? sides->n_sent : 0, .full = TRUE };

  if (sent.b != NULL) {
    g_autoptr(GString) scratch = g_string_new(NULL);

    fw_wire_put(scratch, &sent);
  }
  return sent;
}

/* The list of what left. => FALSE: it left whole. */
static gboolean put_pieces(GString *out, const fw_firewall *f, const fw_sides *sides, const char *side)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  fw_wire sent = last_fragment(sides);
  pieces p = { .out = out, .side = side, .sent = sent.b != NULL ? &sent : NULL };
  guint32 mtu_bytes = fw_firewall_mtu(f);
  g_autofree guint8 *bytes = NULL;

  if (o->pieces == NULL && (mtu_bytes == 0 || o->packet.raw->length <= mtu_bytes))
    return FALSE;
  bytes = bytes_of(&o->packet);
  return fw_pieces_each(bytes, o->packet.raw->length, o->pieces, mtu_bytes, put_piece, &p);
}

static void put_frame(GString *out, const fw_packet *p, const char *side, const ct_packet *was, gboolean full)
{
  g_autofree guint8 *bytes = bytes_of(p);
  fw_wire w = { .b = bytes, .n = p->raw->length, .full = full, .was = was };

  g_string_append(out, "{\"side\":");
  fw_put_string(out, side);
  g_string_append_c(out, ',');
  fw_wire_put(out, &w);
  if (!full)
    g_string_append_printf(out, ",\"crc\":\"%08x\"",
                           fw_wire_crc(bytes, p->raw->length)); /* g_autofree: NOLINT(clang-analyzer-unix.Malloc) */
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

/*
 * Which line is whose. The referee tells packets apart by the device that they came in by: what came in by lo is the
 * frame's. The end of a packet of the box that was rejected on its way out follows what its answer went through.
 */
static gboolean is_of_answer(const fw_outcome *o, const fw_record *record, guint i)
{
  const fw_recorded *line = &g_array_index(record->lines, fw_recorded, i);

  if (line->answer)
    return !line->looped;
  return o->path == FW_PATH_OUTPUT && !o->looped && i + 1 < record->lines->len &&
         g_array_index(record->lines, fw_recorded, i + 1).answer;
}

static void put_trace_line(GString *out, const fw_recorded *line)
{
  gsize from = out->len + 2;

  fw_put_literal(out, "[\"");
  put_said(out, &line->said);
  fw_put_string_end(out, from);
  from = out->len + 2;
  fw_put_literal(out, ",\"");
  fw_recorded_verdict(out, &line->said);
  fw_put_string_end(out, from);
  fw_put_literal(out, "]");
}

static void put_trace(GString *out, const fw_firewall *f, const char *name, gboolean answer)
{
  const fw_record *record = fw_firewall_record(f);
  const fw_outcome *o = fw_firewall_outcome(f);
  const fw_recorded *last = NULL;
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < record->lines->len; i++) {
    const fw_recorded *line = &g_array_index(record->lines, fw_recorded, i);

    /* nft's trace has no line for the implicit end of a chain. */
    if (is_of_answer(o, record, i) != answer || line->said.event == FW_WALK_RETURN ||
        line->said.event == FW_WALK_PASSED)
      continue;
    if (answer && !line->answer) {
      last = line;
      continue;
    }
    g_string_append_printf(out, any ? "," : ",\"%s\":%s", name, answer ? "[[" : "[");
    put_trace_line(out, line);
    any = TRUE;
  }
  if (last != NULL) {
    g_string_append_printf(out, any ? "," : ",\"%s\":[[", name);
    put_trace_line(out, last);
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

    if (is_of_answer(fw_firewall_outcome(f), record, i))
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
  fw_put_string(out, text->str);
  g_string_free(text, TRUE);
}

static void put_answer(GString *out, const fw_answer *a, const fw_sides *sides)
{
  static const char *const dirs = "or";

  if (!a->sent || a->looped)
    return;
  g_string_append(out, ",\"self\":[");
  put_frame(out, &a->seen, side_of(sides, a->seen.out), NULL, TRUE);
  g_string_append_printf(out, ",\"cls\":\"%s\",\"dir\":\"%c\"", ct_class_name(a->cls),
                         a->cls == CT_CLASS_INVALID || a->cls == CT_CLASS_UNTRACKED ? '-' : dirs[a->dir]);
  if (a->seen.mark != 0)
    g_string_append_printf(out, ",\"mark\":%u", a->seen.mark);
  g_string_append(out, "}]");
}

/* A datagram that came in fragments is delivered whole, and compared with the last of them. */
static void put_delivered(GString *out, const fw_firewall *f, const fw_sides *sides, const ct_packet *was)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  const fw_packet *p = &o->packet;
  fw_wire sent = last_fragment(sides);
  pieces one = { .out = out, .side = side_of(sides, p->in), .sent = &sent };

  if (o->pieces != NULL && sent.b != NULL) {
    g_autofree guint8 *bytes = bytes_of(p);

    put_piece(bytes, p->raw->length, &one);
    return;
  }
  put_frame(out, p, side_of(sides, p->in), was, FALSE);
  g_string_append_c(out, '}');
}

static void put_gone_through(GString *out, const fw_firewall *f, const fw_sides *sides, const ct_packet *packet)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  const fw_packet *p = &o->packet;
  const ct_packet *was = p->raw != packet && packet->kind == CT_PACKET_TRACK ? packet : NULL;

  if (o->path == FW_PATH_INPUT || o->looped) {
    g_string_append(out, ",\"fate\":\"local\",\"local\":");
    put_delivered(out, f, sides, was);
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

static void put_class_again(GString *out, guint8 cls, guint8 dir)
{
  if (cls != CT_CLASS_NONE)
    g_string_append_printf(out, "[\"%s\",\"%c\"]", ct_class_name(cls),
                           cls == CT_CLASS_INVALID || cls == CT_CLASS_UNTRACKED ? '-' : "or"[dir]);
}

/* What came in by lo: the packet, and what answers it. */
static void put_again(GString *out, const fw_outcome *o)
{
  const gboolean first = o->looped && o->again_cls != CT_CLASS_NONE;
  const gboolean second = o->answer.looped && o->answer.cls != CT_CLASS_NONE;

  if (!first && !second)
    return;
  g_string_append(out, ",\"again\":[");
  if (first)
    put_class_again(out, o->again_cls, o->again_dir);
  if (first && second)
    g_string_append_c(out, ',');
  if (second)
    put_class_again(out, o->answer.cls, o->answer.dir);
  g_string_append_c(out, ']');
}

static gboolean has_payload(const ct_packet *packet)
{
  guint8 scratch[1];
  const guint8 *h =
    packet->tuple.proto == CT_PROTO_TCP ? ct_packet_at(packet, packet->l4_offset + 12, 1, scratch) : NULL;

  return packet->kind == CT_PACKET_TRACK &&
         packet->length > packet->l4_offset + (packet->tuple.proto == CT_PROTO_SCTP ? 12
                                               : h != NULL                          ? (h[0] >> 4) * 4U
                                                                                    : 8U);
}

/* The answer to a packet of the box has come in where the referee takes it for the frame, and compares it with that. */
static void put_answer_in(GString *out, const fw_answer *a, const ct_packet *packet)
{
  const gboolean icmp4 = a->seen.protocol == CT_PROTO_ICMP;
  const gsize start = out->len;
  const char *crc;

  g_string_append(out, ",\"fate\":\"local\",\"local\":");
  put_frame(out, &a->seen, "lo", packet, FALSE);
  crc = g_strrstr(out->str + start, ",\"crc\":");
  if (icmp4 && crc != NULL)
    g_string_truncate(out, (gsize)(crc - out->str)); /* the kernel draws its identification at random */
  if (a->seen.protocol == CT_PROTO_TCP)
    g_string_append(out, ",\"csum\":\"bad\"");
  g_string_append(out, has_payload(packet) ? ",\"payload\":\"\"}" : "}");
  if (a->seen.mark != 0)
    g_string_append_printf(out, ",\"mark\":%u", a->seen.mark);
}

/* A referee sees of a fragment that IP refuses what it sees of one that waits: that nothing came of it. */
static gboolean is_fragment(const ct_packet *packet)
{
  return (packet->reason >= CT_REASON_FRAGMENT_HELD && packet->reason <= CT_REASON_FRAGMENT_BAD) ||
         (packet->captured >= 8 && packet->data[0] >> 4 == 4 && (ct_be16(packet->data + 6) & 0x3fff) != 0);
}

void fw_tell_transcript(GString *out, const fw_firewall *f, const fw_sides *sides, const ct_packet *packet)
{
  const fw_outcome *o = fw_firewall_outcome(f);

  if (packet->kind == CT_PACKET_NONE || o->path == FW_PATH_NONE) {
    g_string_append(out, is_fragment(packet) ? ",\"fate\":\"held\"" : ",\"fate\":\"drop\",\"by\":\"ip\"");
    if (o->packet.own || o->packet.in->known) {
      g_string_append(out, ",\"side\":");
      fw_put_string(out, o->packet.own ? "local" : side_of(sides, o->packet.in));
    }
    return;
  }
  g_string_append(out, ",\"side\":");
  fw_put_string(out, o->path == FW_PATH_OUTPUT ? "local" : side_of(sides, o->packet.in));
  switch (o->verdict) {
  case FW_VERDICT_ACCEPT: put_gone_through(out, f, sides, packet); break;
  case FW_VERDICT_UNKNOWN: g_string_append(out, ",\"fate\":\"unknown\""); break;
  default:
    if (o->answer.delivered) {
      put_answer_in(out, &o->answer, packet);
    } else {
      g_string_append(out, ",\"fate\":\"drop\"");
      put_by(out, f);
    }
  }
  put_again(out, o);
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
  gsize from;

  fw_put_literal(out, "{\"hook\":\"");
  fw_put_text(out, fw_hook_name(line->hook));
  fw_put_literal(out, "\",\"family\":\"");
  fw_put_text(out, fw_family_name(chain->table->family));
  fw_put_literal(out, "\",\"table\":");
  fw_put_string(out, chain->table->name);
  fw_put_literal(out, ",\"chain\":");
  fw_put_string(out, chain->name);
  fw_put_literal(out, ",\"kind\":\"");
  fw_put_text(out, kind_of(said));
  fw_put_literal(out, "\",\"number\":");
  fw_put_u32(out, said->step != NULL ? said->step->rule->number : chain->n_rules + 1);
  if (said->step != NULL) {
    fw_put_literal(out, ",\"file\":");
    fw_put_string(out, chain->table->file);
    fw_put_literal(out, ",\"line\":");
    fw_put_u32(out, said->step->rule->line);
  }
  fw_put_literal(out, ",\"verdict\":\"");
  from = out->len;
  fw_recorded_verdict(out, said);
  fw_put_string_end(out, from);
  if (line->failed != NULL) {
    g_string_append(out, ",\"why\":");
    fw_put_string(out, line->failed);
  }
  if (line->answer)
    g_string_append(out, ",\"answer\":true");
  if (said->maybe)
    g_string_append(out, ",\"maybe\":true");
  g_string_append_c(out, '}');
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

void fw_tell_save_table(GString *out, fw_firewall *f, fw_family family, const char *only)
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

void fw_tell_save(GString *out, fw_firewall *f, fw_family family) { fw_tell_save_table(out, f, family, NULL); }

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
    fw_put_string(out, lines[i]);
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
      fw_tell_save_table(text, f, family, order_of_nft[i]);
  else
    fw_tell_save_table(text, f, family, NULL);
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
  gsize from;

  if (rule == NULL)
    return;
  fw_put_literal(out, ",\"");
  fw_put_text(out, name);
  fw_put_literal(out, "\":\"");
  from = out->len;
  fw_rule_place(out, rule);
  fw_put_string_end(out, from);
}

void fw_tell_leaves(GString *out, const fw_firewall *f)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  const fw_packet *p = &o->packet;
  guint8 scratch[8], version = p->family == FW_IPV6 ? 6 : 4;
  const guint8 *h = p->fragment == 0 ? ct_packet_at(p->raw, p->l4_offset, 8, scratch) : NULL;
  gboolean icmp = p->protocol == CT_PROTO_ICMP || p->protocol == CT_PROTO_ICMPV6;

  g_string_append(out, "{\"src\":");
  fw_wire_put_address(out, version, p->source.bytes);
  g_string_append(out, ",\"dst\":");
  fw_wire_put_address(out, version, p->destination.bytes);
  if (h != NULL && icmp && p->raw->kind == CT_PACKET_TRACK) {
    fw_put_literal(out, ",\"id\":");
    fw_put_u32(out, ct_be16(h + 4));
  } else if (h != NULL && !icmp && p->raw->tuple.src_id + p->raw->tuple.dst_id != 0 && p->protocol != CT_PROTO_GRE) {
    fw_put_literal(out, ",\"sport\":");
    fw_put_u32(out, ct_be16(h));
    fw_put_literal(out, ",\"dport\":");
    fw_put_u32(out, ct_be16(h + 2));
  }
  if (p->raw->length != o->arrived_bytes) {
    fw_put_literal(out, ",\"length\":");
    fw_put_u32(out, p->raw->length);
  }
  put_nat_rule(out, "source_rule", o->nat[CT_NAT_SRC]);
  put_nat_rule(out, "destination_rule", o->nat[CT_NAT_DST]);
  g_string_append_c(out, '}');
}
