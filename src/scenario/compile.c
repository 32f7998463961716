/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk over a scenario's steps: time, flows' numbers, labelled packets; one frame a step at most. */
#include "scenario/build.h"
#include "scenario/scenario.h"

#include <string.h>

typedef struct labelled {
  scn_built built;
  const scn_packet *packet;
} labelled;

struct scn_compiler {
  const scn_scenario *scenario;
  gint64 now_ns;
  scn_link link;
  scn_flow_state *flows;
  GHashTable *labels; /* label => labelled; labels belong to the scenario */
  guint32 next_id;
  GByteArray *frame; /* the last one */
};

static void labelled_free(gpointer p)
{
  labelled *l = p;

  if (l->built.bytes != NULL)
    g_byte_array_unref(l->built.bytes);
  g_free(l);
}

scn_compiler *scn_compiler_new(const scn_scenario *scenario)
{
  scn_compiler *compiler = g_new0(scn_compiler, 1);

  compiler->scenario = scenario;
  compiler->now_ns = scenario->start_ns;
  compiler->link.dlt = 1;
  compiler->flows = g_new0(scn_flow_state, scenario->flows->len + 1);
  for (guint i = 0; i < scenario->flows->len; i++)
    memcpy(compiler->flows[i].isn, ((const scn_flow *)g_ptr_array_index(scenario->flows, i))->isn,
           sizeof(compiler->flows[i].isn));
  compiler->labels = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, labelled_free);
  compiler->frame = g_byte_array_new();
  return compiler;
}

void scn_compiler_free(scn_compiler *compiler)
{
  if (compiler == NULL)
    return;
  g_hash_table_unref(compiler->labels);
  g_byte_array_unref(compiler->frame);
  g_free(compiler->flows);
  g_free(compiler);
}

static gboolean cannot(const scn_compiler *compiler, const scn_step *step, GError **error, const char *what)
{
  g_set_error(error, SCN_ERROR, SCN_ERROR_BUILD, "%s:%u: %s", compiler->scenario->file, step->line, what);
  return FALSE;
}

/* Years are bounded, so that adding never passes 64 bits. */
static gboolean pass_time(scn_compiler *compiler, const scn_step *step, GError **error)
{
  const gint64 largest = G_GINT64_CONSTANT(4294967295) * 1000000000;
  gint64 now = compiler->now_ns;

  switch (step->time_kind) {
  case SCN_TIME_PLUS: now += step->time_ns; break;
  case SCN_TIME_SINCE_START: now = compiler->scenario->start_ns + step->time_ns; break;
  case SCN_TIME_ABSOLUTE: now = step->time_ns; break;
  default: break;
  }
  if (now < 0 || now > largest)
    return cannot(compiler, step, error, "expected a time between 1970 and 2106, which is what a capture can hold");
  compiler->now_ns = now;
  return TRUE;
}

static const labelled *label_of(const scn_compiler *compiler, const char *label)
{
  return label != NULL ? g_hash_table_lookup(compiler->labels, label) : NULL;
}

static void wrap(scn_compiler *compiler, ct_dir dir, const scn_ip *ip, guint8 family, const GByteArray *packet,
                 scn_frame *out)
{
  g_byte_array_set_size(compiler->frame, 0);
  scn_link_wrap(&compiler->link, dir, ip, family, packet, compiler->frame);
  out->packet_bytes = packet->len;
  out->packet =
    compiler->frame->data + compiler->frame->len - packet->len - (ip->trailer != NULL ? ip->trailer->len : 0);
  out->family = family;
}

static void finish_frame(scn_compiler *compiler, const scn_ip *ip, scn_frame *out)
{
  cap_frame *frame = &out->frame;

  frame->data = compiler->frame->data;
  frame->wire = compiler->frame->len;
  frame->captured = ip->has_cut ? MIN(ip->cut, frame->wire) : frame->wire;
  frame->link = compiler->link.dlt;
  frame->direction = ip->direction;
  out->interface = ip->iface;
}

/* SEND and HOLD. A packet with a label is kept. */
static gboolean build(scn_compiler *compiler, const scn_step *step, scn_frame *out, GError **error)
{
  const scn_packet *packet = step->packet;
  gboolean is_icmp = packet->proto == CT_PROTO_ICMP || packet->proto == CT_PROTO_ICMPV6;
  const labelled *about = label_of(compiler, is_icmp ? packet->l4.icmp.about : NULL);
  scn_built built = { 0 };

  if (is_icmp && packet->l4.icmp.about != NULL && about == NULL)
    return cannot(compiler, step, error, "the packet it is about was not built");
  if (!scn_build_packet(packet, &compiler->flows[packet->flow->index], about != NULL ? &about->built : NULL, &built))
    return cannot(compiler, step, error, "expected a packet of at most 65535 bytes");
  built.id = packet->ip.has_id ? packet->ip.id : ++compiler->next_id;
  if (step->kind == SCN_STEP_SEND)
    wrap(compiler, packet->dir, &packet->ip, built.family, built.bytes, out);
  if (step->kind == SCN_STEP_SEND)
    finish_frame(compiler, &packet->ip, out);
  if (step->label != NULL) {
    labelled *l = g_new0(labelled, 1);

    l->built = built;
    l->packet = packet;
    g_hash_table_replace(compiler->labels, step->label, l);
  } else
    g_byte_array_unref(built.bytes);
  return TRUE;
}

static gboolean fragment(scn_compiler *compiler, const scn_step *step, scn_frame *out, GError **error)
{
  const labelled *l = label_of(compiler, step->label);
  const scn_ip *ip = &step->fragment.ip;
  scn_built built = { 0 };

  if (!scn_build_fragment(&l->built, step->fragment.begin, step->fragment.end, step->fragment.more, ip,
                          step->fragment.data, &built)) {
    char *what = g_strdup_printf("expected a range within the packet's %u bytes that begins at a multiple of 8",
                                 l->built.bytes->len - l->built.fragmentable);

    cannot(compiler, step, error, what);
    g_free(what);
    return FALSE;
  }
  wrap(compiler, l->packet->dir, ip, built.family, built.bytes, out);
  finish_frame(compiler, ip, out);
  g_byte_array_unref(built.bytes);
  return TRUE;
}

static void raw(scn_compiler *compiler, const scn_step *step, scn_frame *out)
{
  guint8 family = step->bytes->len > 0 && step->bytes->data[0] >> 4 == 6 ? CT_IPV6 : CT_IPV4;
  GByteArray *bytes;

  if (step->kind == SCN_STEP_FRAME) {
    g_byte_array_set_size(compiler->frame, 0);
    g_byte_array_append(compiler->frame, step->bytes->data, step->bytes->len);
    if (step->frame.trailer != NULL)
      g_byte_array_append(compiler->frame, step->frame.trailer->data, step->frame.trailer->len);
    out->packet = NULL;
  } else {
    bytes = g_byte_array_new();
    g_byte_array_append(bytes, step->bytes->data, step->bytes->len);
    scn_build_patch(&step->frame, bytes);
    wrap(compiler, CT_ORIGINAL, &step->frame, family, bytes, out);
    g_byte_array_unref(bytes);
  }
  finish_frame(compiler, &step->frame, out);
}

gboolean scn_compiler_step(scn_compiler *compiler, const scn_step *step, scn_frame *out, GError **error)
{
  const labelled *l;

  *out = (scn_frame){ 0 };
  if (!pass_time(compiler, step, error))
    return FALSE;
  out->frame.ts_ns = compiler->now_ns;
  switch (step->kind) {
  case SCN_STEP_SEND:
  case SCN_STEP_HOLD: return build(compiler, step, out, error);
  case SCN_STEP_FRAGMENT: return fragment(compiler, step, out, error);
  case SCN_STEP_AGAIN:
    l = label_of(compiler, step->label);
    wrap(compiler, l->packet->dir, &l->packet->ip, l->built.family, l->built.bytes, out);
    finish_frame(compiler, &l->packet->ip, out);
    return TRUE;
  case SCN_STEP_RAW:
  case SCN_STEP_FRAME: raw(compiler, step, out); return TRUE;
  case SCN_STEP_ISN:
    compiler->flows[step->flow->index] = (scn_flow_state){ .isn = { step->isn[0], step->isn[1] } };
    return TRUE;
  case SCN_STEP_LINK: compiler->link = step->link; return TRUE;
  case SCN_STEP_WAIT:
  case SCN_STEP_CHECK: break;
  }
  return TRUE;
}

gboolean scn_scenario_compile(const scn_scenario *scenario, scn_frame_fn fn, gpointer user, GError **error)
{
  scn_compiler *compiler = scn_compiler_new(scenario);
  gboolean fine = TRUE;

  for (guint i = 0; fine && i < scenario->steps->len; i++) {
    scn_frame frame;

    fine = scn_compiler_step(compiler, g_ptr_array_index(scenario->steps, i), &frame, error);
    if (fine && frame.frame.wire > 0)
      fine = fn(&frame, user, error);
  }
  scn_compiler_free(compiler);
  return fine;
}
