/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/decompile.h"

#include <string.h>

#include "scenario/notation.h"
#include "scenario/runner.h"
#include "scenario/unbuild.h"

/* A flow as it goes through the capture. */
typedef struct flow_log {
  scn_flow flow; /* isn: as its declaration says */
  scn_flow_state state;
  gboolean told[2];   /* a number relative to this side's ISN has been printed */
  gboolean announced; /* SCTP: a chunk has told a tag */
  gboolean restated;  /* an isn statement was printed: the declaration no longer holds */
} flow_log;

/* A packet as its frame shows it. */
typedef struct seen {
  scn_bytes bytes;
  guint cut;        /* bytes that the capture keeps of the frame that is built of it */
  guint8 direction; /* cap_direction */
  ct_dir from;      /* whom the link layer shows as the sender: the builder's made-up addresses tell */
} seen;

struct scn_decompiler {
  scn_runner runner;
  GString *body;
  GHashTable *by_tuple; /* ct_tuple of the first packet => flow_log */
  GPtrArray *flows;     /* flow_log, in order */
  scn_link link;
  gint64 last_ns, start_ns;
  gboolean started;
  guint64 frames, left_out, raw;
};

static guint tuple_hash(gconstpointer p) { return ct_tuple_hash(p); }

static gboolean tuple_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }

static void flow_log_free(gpointer p)
{
  g_free(((flow_log *)p)->flow.name);
  g_free(p);
}

scn_decompiler *scn_decompiler_new(const ct_params *params, ct_checksums checksums, const scn_firewall *firewall)
{
  scn_decompiler *d = g_new0(scn_decompiler, 1);

  scn_runner_init(&d->runner, params, checksums);
  d->runner.firewall = firewall;
  d->body = g_string_new(NULL);
  d->by_tuple = g_hash_table_new_full(tuple_hash, tuple_equal, g_free, NULL);
  d->flows = g_ptr_array_new_with_free_func(flow_log_free);
  d->link = (scn_link){ .dlt = 1, .ifindex = 1 };
  return d;
}

void scn_decompiler_free(scn_decompiler *d)
{
  if (d == NULL)
    return;
  scn_runner_clear(&d->runner);
  g_string_free(d->body, TRUE);
  g_hash_table_unref(d->by_tuple);
  g_ptr_array_unref(d->flows);
  g_free(d);
}

/* What the link layer was, as far as the language has it; everything else is "raw". */
static void link_of(const cap_frame *frame, guint l3_offset, scn_link *link)
{
  static const guint16 known[] = { 9, 101, 104, 105, 108, 113, 127, 0, 276 };
  guint at = 12;

  *link = (scn_link){ .dlt = 101, .ifindex = 1 };
  for (guint i = 0; i < G_N_ELEMENTS(known); i++)
    if (known[i] == frame->link)
      link->dlt = known[i];
  if (frame->link == 276)
    link->ifindex = (guint16)(frame->data[6] << 8 | frame->data[7]);
  if (frame->link != 1)
    return;
  link->dlt = 1;
  while (at + 2 < l3_offset && link->layers < G_N_ELEMENTS(link->layer)) {
    guint type = (guint)(frame->data[at] << 8 | frame->data[at + 1]);
    scn_layer *layer = &link->layer[link->layers];

    at += 2;
    if ((type == 0x8100 || type == 0x88a8) && at + 2 < l3_offset) {
      *layer = (scn_layer){ type == 0x8100 ? SCN_LAYER_VLAN : SCN_LAYER_QINQ,
                            (frame->data[at] << 8 | frame->data[at + 1]) & 0xfffu };
      at += 2;
    } else if (type == 0x8864 && at + 8 <= l3_offset) {
      *layer = (scn_layer){ SCN_LAYER_PPPOE, (guint32)(frame->data[at + 2] << 8 | frame->data[at + 3]) };
      at = l3_offset;
    } else if (type == 0x8847) {
      for (; at + 4 <= l3_offset && link->layers < G_N_ELEMENTS(link->layer); at += 4)
        link->layer[link->layers++] =
          (scn_layer){ SCN_LAYER_MPLS,
                       (guint32)(frame->data[at] << 12 | frame->data[at + 1] << 4 | frame->data[at + 2] >> 4) };
      return;
    } else
      return;
    link->layers++;
  }
}

static gboolean same_link(const scn_link *a, const scn_link *b)
{
  if (a->dlt != b->dlt || a->ifindex != b->ifindex || a->layers != b->layers)
    return FALSE;
  for (guint i = 0; i < a->layers; i++)
    if (a->layer[i].kind != b->layer[i].kind || a->layer[i].value != b->layer[i].value)
      return FALSE;
  return TRUE;
}

static guint link_header_bytes(const scn_link *link, guint8 family)
{
  static const scn_ip none;
  GByteArray *frame = g_byte_array_new(), *packet = g_byte_array_new();
  guint n;

  scn_link_wrap(link, CT_ORIGINAL, &none, family, packet, frame);
  n = frame->len;
  g_byte_array_unref(frame);
  g_byte_array_unref(packet);
  return n;
}

/* => TRUE where the frame begins as the builder would begin it for this direction. */
static gboolean begins_as(const cap_frame *frame, guint l3_offset, const scn_link *link, const scn_bytes *b,
                          guint8 direction, ct_dir dir)
{
  const scn_ip ip = { .direction = direction };
  GByteArray *built = g_byte_array_new(), *packet = g_byte_array_new();
  gboolean same;

  g_byte_array_set_size(packet, b->length);
  memset(packet->data, 0, b->length);
  scn_link_wrap(link, dir, &ip, b->family, packet, built);
  same = built->len == l3_offset + b->length && memcmp(built->data, frame->data, l3_offset) == 0;
  g_byte_array_unref(built);
  g_byte_array_unref(packet);
  return same;
}

/* The direction that a link layer tells: a capture file's flags, else a cooked header. */
static guint8 direction_of(const cap_frame *frame, const pkt_link_info *info, const scn_link *link)
{
  if (frame->direction == CAP_DIR_UNKNOWN && info->direction == CAP_DIR_OUT && (link->dlt == 113 || link->dlt == 276))
    return CAP_DIR_OUT;
  return (guint8)frame->direction;
}

/* => FALSE where no IP header is known. */
static gboolean packet_of(const cap_frame *frame, guint l3_offset, scn_bytes *bytes)
{
  guint wire, claimed, least;

  if (l3_offset > frame->captured || (l3_offset == 0 && frame->link != 101 && frame->link != 12 && frame->link != 14 &&
                                      frame->link != 228 && frame->link != 229))
    return FALSE;
  bytes->data = frame->data + l3_offset;
  bytes->captured = frame->captured - l3_offset;
  wire = frame->wire - l3_offset;
  if (bytes->captured < 20)
    return FALSE;
  bytes->family = bytes->data[0] >> 4 == 6 ? CT_IPV6 : CT_IPV4;
  claimed = bytes->family == CT_IPV4 ? (guint)(bytes->data[2] << 8 | bytes->data[3])
                                     : 40u + (guint)(bytes->data[4] << 8 | bytes->data[5]);
  if (bytes->family == CT_IPV6 && claimed == 40 && bytes->data[6] == 0)
    claimed = 0; /* its hop-by-hop header may say that it is a jumbogram (RFC 2675) */
  /* Bytes behind the packet are padding; a packet that claims more than there was, or nothing, is left so. */
  least = bytes->family == CT_IPV4 ? MAX((bytes->data[0] & 15) * 4u, 20u) : 40;
  bytes->length = claimed >= least && claimed < wire ? claimed : wire;
  bytes->length = MIN(bytes->length, 65535 + 40);
  bytes->captured = MIN(bytes->captured, bytes->length);
  return TRUE;
}

/* first: the direction of the first packet of a flow. */
static flow_log *flow_of(scn_decompiler *d, const ct_tuple *tuple, ct_dir first, ct_dir *dir)
{
  flow_log *log = g_hash_table_lookup(d->by_tuple, tuple);
  ct_tuple inverse = *tuple;

  *dir = CT_ORIGINAL;
  if (log != NULL)
    return log;
  inverse.src = tuple->dst;
  inverse.dst = tuple->src;
  inverse.src_id = tuple->dst_id;
  inverse.dst_id = tuple->src_id;
  *dir = CT_REPLY;
  log = g_hash_table_lookup(d->by_tuple, &inverse);
  if (log != NULL)
    return log;
  *dir = first;
  if (first == CT_REPLY)
    tuple = &inverse;
  log = g_new0(flow_log, 1);
  log->flow.index = d->flows->len;
  log->flow.name = g_strdup_printf("f%u", d->flows->len + 1);
  log->flow.family = tuple->family;
  log->flow.proto = tuple->proto;
  log->flow.addr[0] = tuple->src;
  log->flow.addr[1] = tuple->dst;
  log->flow.id = ct_tuple_is_icmp(tuple) ? tuple->src_id : 0;
  log->flow.port[0] = tuple->src_id;
  log->flow.port[1] = tuple->dst_id;
  g_ptr_array_add(d->flows, log);
  g_hash_table_insert(d->by_tuple, g_memdup2(tuple, sizeof(*tuple)), log);
  return log;
}

static guint32 get32(const guint8 *p) { return (guint32)p[0] << 24 | (guint32)p[1] << 16 | (guint32)p[2] << 8 | p[3]; }

static void set_isn(scn_decompiler *d, flow_log *log, ct_dir side, guint32 isn)
{
  if (log->state.isn[side] == isn)
    return;
  log->state.isn[side] = isn;
  if (!log->told[side] && !log->restated) {
    log->flow.isn[side] = isn;
    return;
  }
  log->restated = TRUE;
  g_string_append_printf(d->body, "isn %s %u,%u\n", log->flow.name, log->state.isn[0], log->state.isn[1]);
}

/*
 * Numbers shall begin at 0: a SYN says where, else the first packet of a side, else what the other side acknowledges.
 * The declaration of the flow says so, unless something was told already in other terms.
 */
static void learn_isn(scn_decompiler *d, flow_log *log, ct_dir dir, const scn_bytes *b)
{
  guint at = b->family == CT_IPV4 ? (b->data[0] & 15) * 4u : 40;
  guint8 flags;

  if (b->captured < at + 20)
    return;
  flags = b->data[at + 13];
  if (flags & 2)
    set_isn(d, log, dir, get32(b->data + at + 4));
  else if (!log->told[dir])
    set_isn(d, log, dir, get32(b->data + at + 4) - 1);
  log->told[dir] = TRUE;
  if (!(flags & 16) && get32(b->data + at + 8) == 0)
    return;
  if (!log->told[!dir])
    set_isn(d, log, !dir, get32(b->data + at + 8) - 1);
  log->told[!dir] = TRUE;
}

/* SCTP: the tag a packet carries is the one its receiver announced. */
static void learn_tag(flow_log *log, ct_dir dir, const scn_bytes *b)
{
  guint at = b->family == CT_IPV4 ? (b->data[0] & 15) * 4u : 40;
  guint32 vtag;

  if (b->captured < at + 12 || log->announced)
    return;
  vtag = get32(b->data + at + 4);
  if (vtag != 0 && !log->told[!dir] && log->state.isn[!dir] == 0)
    log->flow.isn[!dir] = log->state.isn[!dir] = vtag;
  log->told[!dir] |= vtag != 0;
}

static void print_time(scn_decompiler *d, gint64 ts_ns)
{
  gint64 gap = d->started ? ts_ns - d->last_ns : 0;

  if (gap >= 0)
    g_string_append_c(d->body, '+');
  scn_print_seconds(d->body, gap);
  g_string_append_c(d->body, ' ');
  if (!d->started)
    d->start_ns = ts_ns;
  d->last_ns = ts_ns;
  d->started = TRUE;
}

/* The link layer says one thing and the packet's first bytes another: only the whole frame tells. */
static gboolean is_no_packet(guint16 reason)
{
  return reason == CT_REASON_IP_VERSION || reason == CT_REASON_IP_HEADER_SHORT || reason == CT_REASON_IP_LENGTH;
}

static void print_frame(scn_decompiler *d, const cap_frame *frame)
{
  print_time(d, frame->ts_ns);
  d->raw++;
  g_string_append(d->body, "frame ");
  scn_print_hex(d->body, frame->data, frame->captured);
  if (frame->captured < frame->wire)
    g_string_append_printf(d->body, " zeros %u cut %u", frame->wire - frame->captured, frame->captured);
  scn_print_direction(d->body, frame->direction);
}

static void print_raw(scn_decompiler *d, const cap_frame *frame, const seen *s)
{
  const scn_bytes *b = &s->bytes;

  /* Raw bytes go from the original side; where the link layer says another, only the whole frame tells. */
  if (s->from == CT_REPLY) {
    print_frame(d, frame);
    return;
  }
  print_time(d, frame->ts_ns);
  d->raw++;
  g_string_append(d->body, "raw ");
  scn_print_hex(d->body, b->data, b->captured);
  if (b->captured < b->length)
    g_string_append_printf(d->body, " zeros %u cut %u", b->length - b->captured, s->cut);
  scn_print_direction(d->body, s->direction);
}

/* What rules said of it: of a packet that is accepted, the last rule that did, whatever policies it met. */
static void print_ruling(scn_decompiler *d)
{
  const scn_runner *runner = &d->runner;
  const emit_rules *r = runner->rules;
  const char *by = NULL;
  GPtrArray *held;

  if (r == NULL || r->verdict == NULL)
    return;
  held = runner->firewall->held(runner->firewall->user);
  for (guint i = 0; i < held->len; i++) {
    const scn_held *h = g_ptr_array_index(held, i);

    if (h->decided && (*h->text != '\0' || strcmp(r->verdict, "accept") != 0))
      by = h->place;
  }
  g_string_append_printf(d->body, " %s", r->verdict);
  if (by != NULL)
    g_string_append_printf(d->body, " by %s", by);
  if (r->mark != 0)
    g_string_append_printf(d->body, " nfmark 0x%x", r->mark);
  g_ptr_array_unref(held);
}

/* The engine's answer to the packet, in the words of an expectation. */
static void print_check(scn_decompiler *d)
{
  const scn_runner *runner = &d->runner;
  const ct_result *result = &runner->result;
  GString *out = d->body;

  g_string_append_printf(out, "\n   => %s", ct_class_name(result->cls));
  if (result->cls == CT_CLASS_NEW || result->cls == CT_CLASS_ESTABLISHED || result->cls == CT_CLASS_RELATED)
    g_string_append(out, result->dir == CT_ORIGINAL ? " orig" : " reply");
  if (result->verdict == CT_VERDICT_DROP)
    g_string_append(out, " dropped");
  if (runner->has_view) {
    const ct_view *view = &runner->view;
    const char *state = ct_state_name(view->tuple[0].proto, view->state);

    if (state != NULL && view->state != 0)
      g_string_append_printf(out, " %s", state);
    g_string_append_printf(out, " %" G_GINT64_FORMAT "s", view->timeout_ns / 1000000000);
    g_string_append(out, view->status & CT_STATUS_ASSURED      ? " ASSURED"
                         : view->status & CT_STATUS_SEEN_REPLY ? ""
                                                               : " UNREPLIED");
  }
  if (result->reason != CT_REASON_NONE)
    g_string_append_printf(out, " reason %s", ct_reason_word(result->reason));
  print_ruling(d);
  g_string_append_c(out, '\n');
}

static gboolean announces_tag(const scn_packet *packet)
{
  const GPtrArray *chunks = packet->proto == CT_PROTO_SCTP ? packet->l4.sctp.chunks : NULL;

  for (guint i = 0; chunks != NULL && i < chunks->len; i++)
    if (((const scn_chunk *)g_ptr_array_index(chunks, i))->has_tag)
      return TRUE;
  return FALSE;
}

static void print_packet(scn_decompiler *d, const cap_frame *frame, const seen *s)
{
  const scn_bytes *b = &s->bytes;
  ct_tuple tuple;
  ct_dir dir;
  flow_log *log;
  scn_packet *packet;

  if (!scn_unbuild_tuple(b, &tuple)) {
    print_raw(d, frame, s);
    return;
  }
  log = flow_of(d, &tuple, s->from, &dir);
  if (tuple.proto == CT_PROTO_TCP)
    learn_isn(d, log, dir, b);
  else if (tuple.proto == CT_PROTO_SCTP)
    learn_tag(log, dir, b);
  packet = scn_unbuild_packet(b, &log->flow, dir, &log->state);
  if (packet == NULL) {
    print_raw(d, frame, s);
    return;
  }
  print_time(d, frame->ts_ns);
  log->announced |= announces_tag(packet);
  packet->ip.has_cut = b->captured < b->length;
  packet->ip.cut = s->cut;
  packet->ip.direction = s->direction;
  g_string_append_printf(d->body, "%s ", log->flow.name);
  scn_print_packet(d->body, packet);
  scn_packet_free(packet);
}

void scn_decompiler_frame(scn_decompiler *d, const cap_frame *frame, const char *interface)
{
  pkt_link_info info;
  seen s;
  scn_link link;
  gboolean known;

  d->frames++;
  scn_runner_frame(&d->runner, frame, interface);
  info = d->runner.link;
  known = packet_of(frame, info.l3_offset, &s.bytes);
  if (!known && d->runner.packet.kind == CT_PACKET_NONE) {
    d->left_out++;
    return;
  }
  link_of(frame, info.l3_offset, &link);
  if (!same_link(&link, &d->link)) {
    scn_print_link(d->body, &link);
    d->link = link;
  }
  /* A frame cut inside its IP header was tracked all the same, with zeros for the rest. */
  if (!known || (is_no_packet(d->runner.packet.reason) && link.dlt == frame->link)) {
    print_frame(d, frame);
  } else {
    s.cut = link_header_bytes(&link, s.bytes.family) + s.bytes.captured;
    s.direction = direction_of(frame, &info, &link);
    s.from = !begins_as(frame, info.l3_offset, &link, &s.bytes, s.direction, CT_ORIGINAL) &&
                 begins_as(frame, info.l3_offset, &link, &s.bytes, s.direction, CT_REPLY)
               ? CT_REPLY
               : CT_ORIGINAL;
    print_packet(d, frame, &s);
  }
  if (interface != NULL && *interface != '\0')
    g_string_append_printf(d->body, " iface %s", interface);
  print_check(d);
}

static void print_start(GString *out, gint64 ns)
{
  GDateTime *date = g_date_time_new_from_unix_utc(ns / 1000000000);
  char *text = date != NULL ? g_date_time_format(date, "%Y-%m-%dT%H:%M:%S") : NULL;

  if (text != NULL)
    g_string_append_printf(out, "start %s", text);
  if (text != NULL && ns % 1000000000) {
    g_string_append_printf(out, ".%09d", (int)(ns % 1000000000));
    while (out->str[out->len - 1] == '0')
      g_string_truncate(out, out->len - 1);
  }
  if (text != NULL)
    g_string_append(out, "Z\n");
  g_free(text);
  if (date != NULL)
    g_date_time_unref(date);
}

char *scn_decompiler_text(const scn_decompiler *d, const char *head)
{
  GString *out = g_string_new(head);

  if (d->left_out > 0)
    g_string_append_printf(
      out, "# %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " frame%s %s left out: no IP packet in %s.\n", d->left_out,
      d->frames, d->frames == 1 ? "" : "s", d->left_out == 1 ? "is" : "are", d->left_out == 1 ? "it" : "them");
  if (d->raw > 0)
    g_string_append_printf(
      out,
      "# %" G_GUINT64_FORMAT
      " packets stand as raw bytes: fragments, extension headers, or headers that are not whole.\n",
      d->raw);
  if (d->started)
    print_start(out, d->start_ns);
  g_string_append_c(out, '\n');
  for (guint i = 0; i < d->flows->len; i++)
    scn_print_flow(out, &((const flow_log *)g_ptr_array_index(d->flows, i))->flow);
  g_string_append_c(out, '\n');
  g_string_append_len(out, d->body->str, (gssize)d->body->len);
  return g_string_free(out, FALSE);
}
