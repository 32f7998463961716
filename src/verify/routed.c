/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/routed.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "capture/capture.h"
#include "capture/unpack.h"
#include "conntrack/nat/rewrite.h"
#include "conntrack/profile/profile.h"
#include "firewall/iptables.h"
#include "firewall/walk/firewall.h"
#include "packet/packet.h"
#include "verify/box.h"
#include "verify/limits.h"
#include "verify/routed_end.h"

enum { RULES_MOST = 256 << 20, LINK_ETHERNET = 1, HZ = 250 };

typedef struct routed {
  const verify_routed_options *options;
  verify_routed_report *report;
  const char *names[2];
  fw_box_facts *facts;
  fw_ruleset *ruleset;
  verify_box *box;
  ct_params params;
  ct_engine *engine;
  fw_firewall *firewall;
  pkt_decoder *decoder, *stripper;
  pkt_arena *arena;
  cap_reader *reader;
  cap_batch *batch;
  GArray *listed;    /* verify_entry */
  GByteArray *frame; /* as it is sent: Ethernet and IP packet */
  gint64 epoch_ns;   /* the box's time 0 */
  gint64 last_ts_ns;
  guint64 number;
} routed;

/* ---- where the box stands ---- */

static gboolean refuse(GError **error, const char *option, const char *value, const char *wanted)
{
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "--%s %s: %s", option, value, wanted);
  return FALSE;
}

/* => FALSE: a third interface. */
static gboolean take_name(routed *r, const char *name)
{
  guint i;

  for (i = 0; name != NULL && i < 2; i++) {
    if (r->names[i] == NULL)
      r->names[i] = name;
    if (strcmp(r->names[i], name) == 0)
      return TRUE;
  }
  return name == NULL;
}

static gboolean take_names(routed *r, const GArray *networks, GError **error)
{
  guint i;

  for (i = 0; i < networks->len; i++)
    if (!take_name(r, g_array_index(networks, fw_network, i).interface))
      return refuse(error, "routed", g_array_index(networks, fw_network, i).interface,
                    "the box has two interfaces, and others were named before");
  return TRUE;
}

/* What no route says goes out by the second. */
static gboolean add_defaults(routed *r)
{
  g_autofree char *four = g_strdup_printf("0.0.0.0/0=%s", r->names[1]);
  g_autofree char *six = g_strdup_printf("::/0=%s", r->names[1]);
  const fw_address none = { { 0 } };

  return (fw_box_facts_way(r->facts, FW_IPV4, &none) != NULL || fw_box_facts_route(r->facts, four)) &&
         (fw_box_facts_way(r->facts, FW_IPV6, &none) != NULL || fw_box_facts_route(r->facts, six));
}

static gboolean take_facts(routed *r, GError **error)
{
  static const char *const otherwise[] = { "lan0", "wan0" };
  const char *const *at;
  guint i;

  for (at = r->options->locals; *at != NULL; at++)
    if (!fw_box_facts_local(r->facts, *at))
      return refuse(error, "local", *at, "give ADDRESS/LENGTH@INTERFACE");
  for (at = r->options->routes; *at != NULL; at++)
    if (!fw_box_facts_route(r->facts, *at))
      return refuse(error, "route", *at, "give PREFIX=INTERFACE");
    else if (g_array_index(r->facts->routes, fw_network, r->facts->routes->len - 1).interface == NULL)
      return refuse(error, "route", *at, "here a route leads to one of two interfaces, and does not end");
  if (!take_names(r, r->facts->routes, error) || !take_names(r, r->facts->local, error))
    return FALSE;
  for (i = 0; i < 2; i++)
    if (r->names[i] == NULL)
      r->names[i] = i > 0 && strcmp(r->names[0], otherwise[1]) == 0 ? otherwise[0] : otherwise[i];
  for (i = 0; i < 2; i++)
    r->report->names[i] = g_strdup(r->names[i]);
  return add_defaults(r);
}

/* ---- rules ---- */

/* The first thing that is no comment. */
static const char *first_of(const char *text)
{
  while (g_ascii_isspace(*text) || *text == '#')
    text += *text == '#' ? strcspn(text, "\n") : 1;
  return text;
}

static gboolean is_nft_text(const char *text)
{
  static const char *const begins[] = {
    "table ", "flush ruleset", "add table ", "create table ", "define ", "include "
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(begins); i++)
    if (g_str_has_prefix(first_of(text), begins[i]))
      return TRUE;
  return FALSE;
}

/* Of rules in nft's own language: what nft lists of them. */
static gboolean read_listed(routed *r, const char *path, GError **error)
{
  static const char *const argv[] = { "nft", "-j", "list", "ruleset", NULL };
  const fw_read_options options = { FALSE, FW_IPV4, FW_BACKEND_UNSET };
  g_autofree char *listed = verify_box_ask(r->box, argv, error), *own = NULL;

  if (listed == NULL)
    return FALSE;
  own = verify_routed_without_ours(listed);
  return fw_rules_read(r->ruleset, path, own, strlen(own), &options, error);
}

static gboolean load_one(routed *r, const char *path, const char *text, GError **error)
{
  const fw_read_options options = { g_str_has_suffix(path, ".rules6"), FW_IPV6, FW_BACKEND_UNSET };
  const fw_file *file;
  verify_box_language language;
  g_autofree char *bare = NULL;

  if (is_nft_text(text))
    return verify_box_load(r->box, VERIFY_BOX_NFT, path, text, error) && read_listed(r, path, error);
  if (!fw_rules_read(r->ruleset, path, text, strlen(text), &options, error))
    return FALSE;
  file = g_ptr_array_index(r->ruleset->files, r->ruleset->files->len - 1);
  language = file->sets                ? VERIFY_BOX_IPSET
             : file->nft               ? VERIFY_BOX_NFT_JSON
             : file->family == FW_IPV6 ? VERIFY_BOX_IP6TABLES
                                       : VERIFY_BOX_IPTABLES;
  if (language == VERIFY_BOX_NFT_JSON)
    bare = verify_routed_without_ours(text);
  return verify_box_load(r->box, language, path, bare != NULL ? bare : text, error);
}

static gboolean load_rules(routed *r, GError **error)
{
  const char *const *at;
  gboolean fine = TRUE;

  for (at = r->options->rules; fine && *at != NULL; at++) {
    GString *text = g_string_new(NULL);
    const char *reason;

    fine = fw_rules_load(*at, text, error);
    if (fine && !cap_unpack(text, RULES_MOST, &reason)) {
      g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "%s: %s", *at, reason);
      fine = FALSE;
    }
    fine = fine && load_one(r, *at, text->str, error);
    g_string_free(text, TRUE);
  }
  if (fine)
    fw_rules_finish(r->ruleset);
  return fine;
}

/* ---- packets ---- */

static guint32 claimed_length(const guint8 *packet, guint32 bytes)
{
  if (bytes >= 40 && packet[0] >> 4 == 6)
    return 40 + ((guint32)packet[4] << 8 | packet[5]);
  return bytes >= 20 && packet[0] >> 4 == 4 ? (guint32)packet[2] << 8 | packet[3] : 0;
}

/* The IP packet of a frame, without padding, behind an Ethernet header of ours. => FALSE: it carries none that is
 * whole. */
static gboolean make_frame(routed *r, const cap_frame *frame, guint8 *family)
{
  ct_packet ignored;
  pkt_link_info info = { 0 };
  guint32 bytes;

  pkt_arena_reset(r->arena);
  pkt_decode(r->stripper, frame, r->number, r->arena, &ignored, &info);
  if (info.l3_offset >= frame->captured || ct_reason_is_of_link((ct_reason)ignored.reason))
    return FALSE;
  bytes = claimed_length(frame->data + info.l3_offset, frame->captured - info.l3_offset);
  if (bytes == 0 || bytes > frame->captured - info.l3_offset)
    return FALSE;
  *family = frame->data[info.l3_offset] >> 4 == 6 ? CT_IPV6 : CT_IPV4;
  g_byte_array_set_size(r->frame, 14);
  memset(r->frame->data, 0, 12);
  r->frame->data[12] = *family == CT_IPV6 ? 0x86 : 0x08;
  r->frame->data[13] = *family == CT_IPV6 ? 0xdd : 0x00;
  g_byte_array_append(r->frame, frame->data + info.l3_offset, bytes);
  return TRUE;
}

static guint side_of(const routed *r, const char *interface)
{
  return interface != NULL && strcmp(interface, r->names[0]) == 0 ? 0 : 1;
}

static void wait_gap(routed *r, const cap_frame *frame)
{
  gint64 gap_ns = r->number == 1 ? 0 : CLAMP(frame->ts_ns - r->last_ts_ns, 0, r->options->max_gap_ns);
  const struct timespec wait = { .tv_sec = gap_ns / VERIFY_NS_PER_S, .tv_nsec = gap_ns % VERIFY_NS_PER_S };

  r->last_ts_ns = MAX(frame->ts_ns, r->last_ts_ns);
  if (gap_ns > 0)
    nanosleep(&wait, NULL);
}

static void differ(routed *r, const char *kernel, const char *own)
{
  const fw_outcome *o = fw_firewall_outcome(r->firewall);
  g_autoptr(GString) by = g_string_new(NULL);

  fw_decision_place(by, &o->decision);
  verify_routed_differ(r->report, "packet %" G_GUINT64_FORMAT ": the kernel %s, ctreplay %s%s%s", r->number, kernel,
                       own, by->len > 0 ? ": by " : "", by->str);
}

static const char *words(gboolean forwarded, gboolean arrived)
{
  return forwarded ? "forwards it" : arrived ? "takes it in" : "drops it";
}

/* Where the box's answer leaves to what came in at `side`. */
static guint answer_side(const routed *r, guint side)
{
  const fw_interface_name *out = fw_firewall_outcome(r->firewall)->answer.seen.out;

  return out != NULL && out->known ? side_of(r, out->name) : side;
}

/* own: what the engine has said of the packet just now. */
static void compare_fate(routed *r, guint side, const verify_box_fate *fate)
{
  const fw_outcome *o = fw_firewall_outcome(r->firewall);
  gboolean passes = o->verdict == FW_VERDICT_ACCEPT && o->kernel == FW_KERNEL_NOTHING;
  gboolean own_out = passes && o->path == FW_PATH_FORWARD, own_in = passes && o->path == FW_PATH_INPUT;
  guint to = o->packet.out != NULL && o->packet.out->known ? side_of(r, o->packet.out->name) : 1 - side;
  /* An answer of the box may leave there as well: it goes back to a sender that is on this side, or is translated. */
  guint answers = o->answer.sent && !o->answer.looped && answer_side(r, side) == to ? 1 : 0;
  gboolean out = fate->out[to] > answers;
  /* An answer may go to the box itself: what it is about was translated. */
  gboolean takes = own_in || (o->answer.sent && o->answer.looped && o->answer.delivered);

  if (o->verdict == FW_VERDICT_UNKNOWN) {
    r->report->unknown++;
    return;
  }
  r->report->packets++;
  if (out != own_out || fate->arrived != takes)
    differ(r, words(out, fate->arrived), words(own_out, takes));
}

/* A packet that no rule sees: the kernel may answer it, but neither forwards it nor takes it in. */
static void compare_before(routed *r, guint side, const verify_box_fate *fate)
{
  gboolean out = fate->out[1 - side] > 0;

  r->report->packets++;
  r->report->before++;
  if (out || fate->arrived)
    verify_routed_differ(r->report, "packet %" G_GUINT64_FORMAT ": the kernel %s, ctreplay has it end before any rule",
                         r->number, words(out, fate->arrived));
}

/* What the kernel drew at random stands in the reply tuple of the entry, which it has by now. */
static bool drawn(const ct_tuple *original, ct_nat_manip manip, uint16_t *id, void *user)
{
  routed *r = user;
  ct_tuple own = *original;
  guint i;

  own.zone = 0;
  if (!verify_box_entries(r->box, r->listed, NULL))
    return false;
  for (i = 0; i < r->listed->len; i++) {
    const verify_entry *e = &g_array_index(r->listed, verify_entry, i);

    if (!(e->has & VERIFY_HAS_REPLY) || !ct_tuple_equal(&e->orig, &own))
      continue;
    *id = manip == CT_NAT_SRC && !ct_tuple_is_icmp(&own) ? e->reply.dst_id : e->reply.src_id;
    return true;
  }
  return false;
}

/* What came out is known; whether the box took it in is asked where that may be. */
static gboolean ask_arrived(routed *r, verify_box_fate *fate, GError **error)
{
  gboolean may = r->facts->local->len > 0 && fate->out[0] + fate->out[1] == 0;

  if (!may && fw_firewall_outcome(r->firewall)->path != FW_PATH_INPUT)
    return TRUE;
  return verify_box_arrived(r->box, &fate->arrived, error);
}

static gboolean one_frame(routed *r, const cap_frame *frame, GError **error)
{
  cap_frame sent = { .link = LINK_ETHERNET };
  ct_packet packet;
  pkt_link_info info;
  ct_result result;
  verify_box_fate fate;
  fw_packet seen;
  guint8 family;
  guint side;

  r->number++;
  wait_gap(r, frame);
  if (!make_frame(r, frame, &family)) {
    r->report->not_ip++;
    return TRUE;
  }
  sent.data = r->frame->data;
  sent.captured = sent.wire = r->frame->len;
  sent.ts_ns = r->epoch_ns + verify_box_now(r->box);
  pkt_arena_reset(r->arena);
  pkt_decode(r->decoder, &sent, r->number, r->arena, &packet, &info);
  fw_packet_read(&seen, &packet);
  if (packet.kind != CT_PACKET_NONE && fw_box_facts_is_local(r->facts, seen.family, &seen.source) != NULL) {
    r->report->own++;
    return TRUE;
  }
  side = packet.kind == CT_PACKET_NONE ? 0 : side_of(r, fw_box_facts_way(r->facts, seen.family, &seen.source));
  if (!verify_box_send(r->box, side, family, r->frame->data + 14, r->frame->len - 14, &fate, error))
    return FALSE;
  fw_firewall_packet(r->firewall, r->engine,
                     &(fw_arrival){ .packet = &packet, .link = sent.data, .in = r->names[side] }, &result);
  if (!ask_arrived(r, &fate, error))
    return FALSE;
  if (packet.kind == CT_PACKET_NONE)
    compare_before(r, side, &fate);
  else
    compare_fate(r, side, &fate);
  return TRUE;
}

static gboolean all_frames(routed *r, GError **error)
{
  GError *local = NULL;
  guint i;

  while (cap_reader_next(r->reader, r->batch, &local))
    for (i = 0; i < r->batch->n; i++) {
      if ((r->options->stop != NULL && *r->options->stop != 0) ||
          (r->options->count > 0 && r->number >= r->options->count))
        return TRUE;
      if (!one_frame(r, &r->batch->frames[i], error))
        return FALSE;
    }
  if (local != NULL)
    g_propagate_error(error, local);
  return local == NULL;
}

/* ---- the whole ---- */

static void begin(routed *r)
{
  const fw_firewall_options options = {
    .backend = FW_BACKEND_NFT, .hz = HZ, .record = TRUE, .no_answer_limit = TRUE, .answers_apart = TRUE
  };

  ct_params_init(&r->params, ct_profile_get(0));
  r->params.acct = 1;
  r->params.checksum = 0;
  r->params.helpers_by_port = false;
  r->params.hz = HZ;
  r->engine = ct_engine_new(&r->params);
  ct_engine_nat_draws(r->engine, drawn, r);
  r->decoder = pkt_decoder_new(&r->params, CT_CHECKSUMS_IGNORE);
  r->stripper = pkt_decoder_new(&r->params, CT_CHECKSUMS_IGNORE);
  r->firewall = fw_firewall_new(r->ruleset, r->facts, &options);
  r->epoch_ns = g_get_real_time() * 1000 - verify_box_now(r->box);
}

static gboolean run(routed *r, const char *capture, GError **error)
{
  if (!take_facts(r, error))
    return FALSE;
  r->reader = cap_reader_open(capture, error);
  if (r->reader == NULL)
    return FALSE;
  r->box = verify_box_new(r->facts, r->names, error);
  if (r->box == NULL || !load_rules(r, error) || !verify_box_start(r->box, error))
    return FALSE;
  begin(r);
  if (!all_frames(r, error))
    return FALSE;
  ct_engine_advance(r->engine, r->epoch_ns + verify_box_now(r->box));
  return verify_routed_entries(r->report, r->engine, &r->params, error) &&
         verify_routed_counters(r->report, r->box, r->firewall, error);
}

gboolean verify_routed_capture(const char *capture, const verify_routed_options *options, verify_routed_report *report,
                               GError **error)
{
  routed r = { .options = options, .report = report };
  verify_limits before, after;
  struct utsname machine;
  gboolean done;

  uname(&machine);
  verify_limits_read(VERIFY_LIMITS_FOLDER, &before);
  *report = (verify_routed_report){ .text = g_string_new(NULL) };
  report->kernel = g_strdup(machine.release);
  report->capture = g_path_get_basename(capture);
  r.facts = fw_box_facts_new();
  r.ruleset = fw_ruleset_new();
  r.arena = pkt_arena_new();
  r.batch = cap_batch_new();
  r.frame = g_byte_array_new();
  r.listed = g_array_new(FALSE, FALSE, sizeof(verify_entry));
  done = run(&r, capture, error);
  verify_limits_read(VERIFY_LIMITS_FOLDER, &after);
  report->changed = verify_limits_changed(&before, &after);
  fw_firewall_free(r.firewall);
  ct_engine_free(r.engine);
  pkt_decoder_free(r.decoder);
  pkt_decoder_free(r.stripper);
  pkt_arena_free(r.arena);
  cap_reader_free(r.reader);
  cap_batch_free(r.batch);
  g_byte_array_unref(r.frame);
  g_array_unref(r.listed);
  verify_box_free(r.box);
  fw_ruleset_free(r.ruleset);
  fw_box_facts_free(r.facts);
  return done;
}
