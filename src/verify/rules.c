/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/rules.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "capture/capture.h"
#include "capture/unpack.h"
#include "conntrack/nat/nat.h"
#include "conntrack/profile/profile.h"
#include "emit/emit.h"
#include "firewall/iptables.h"
#include "firewall/nft/nft.h"
#include "firewall/walk/tell.h"
#include "firewall/walk/view.h"
#include "packet/packet.h"
#include "verify/model.h"
#include "verify/rules_compare.h"
#include "verify/rules_did.h"
#include "verify/rules_expects.h"
#include "verify/rules_run.h"
#include "verify/seconds.h"
#include "verify/transcript_json.h"

enum { DLT_ETHERNET = 1, TTL_RAISED = 64, RULES_MOST = 256 << 20 };

void verify_rules_report_clear(verify_rules_report *report)
{
  g_free(report->kernel);
  g_free(report->capture);
  g_free(report->text);
  memset(report, 0, sizeof *report);
}

void verify_rules_report_print(GString *out, const verify_rules_report *r)
{
  guint i;

  g_string_append_printf(out, "%s, Linux %s: %s\n", r->capture, r->kernel, r->differences == 0 ? "equal" : "DIFFERENT");
  g_string_append_printf(out, "  %" G_GUINT64_FORMAT " packet%s compared, %" G_GUINT64_FORMAT " field%s\n", r->packets,
                         r->packets == 1 ? "" : "s", r->fields, r->fields == 1 ? "" : "s");
  g_string_append(out, "  not compared: times,");
  for (i = 0; verify_rules_left_out[i] != NULL; i++)
    g_string_append_printf(out, " %s", verify_rules_left_out[i]);
  g_string_append(out, "; of nft's listing, handles, flags of sets, interval in a map's type, the order of elements\n");
  if (r->differences > 0)
    g_string_append_printf(out, "%u difference%s:\n%s", r->differences, r->differences == 1 ? "" : "s", r->text);
}

/* ---- the engine's side ---- */

/* The text may be compressed, as captures may. */
static gboolean read_rules_file(verify_rules_run *r, const char *path, const fw_read_options *options, GError **error)
{
  GString *text = g_string_new(NULL);
  const char *reason;
  gboolean fine = fw_rules_load(path, text, error), listed = FALSE;

  /* As it stands there: nft reads the file itself, and none that is compressed. */
  if (fine && r->list != NULL && fw_nft_looks_like_text(text->str, text->len)) {
    fine = r->list(r->box.ruleset, path, text, error);
    listed = TRUE;
  }
  if (fine && !cap_unpack(text, RULES_MOST, &reason)) {
    g_set_error(error, CAP_ERROR, CAP_ERROR_BROKEN, "%s: %s", path, reason);
    fine = FALSE;
  }
  if (fine && !listed)
    fine = fw_rules_read(r->box.ruleset, path, text->str, text->len, options, error);
  g_string_free(text, TRUE);
  return fine;
}

static gboolean read_rules(verify_rules_run *r, const char *const *rules, GError **error)
{
  guint i;

  for (i = 0; rules[i] != NULL; i++) {
    /* As the referee names them: what ip6tables-save writes need not show whose it is. */
    const fw_read_options six = { !r->own && g_str_has_suffix(rules[i], ".rules6"), FW_IPV6, FW_BACKEND_UNSET };

    if (!read_rules_file(r, rules[i], &six, error))
      return FALSE;
  }
  fw_rules_finish(r->box.ruleset);
  return TRUE;
}

/* What the kernel drew at random stands in the reply tuple of the entry. */
static bool drawn(const ct_tuple *original, ct_nat_manip manip, uint16_t *id, void *user)
{
  const verify_rules_run *r = user;
  ct_tuple own = *original;
  guint i;

  own.zone = 0;
  for (i = 0; i < r->listed->len; i++) {
    const verify_entry *e = &g_array_index(r->listed, verify_entry, i);

    if (!(e->has & VERIFY_HAS_REPLY) || !ct_tuple_equal(&e->orig, &own))
      continue;
    *id = manip == CT_NAT_SRC && !ct_tuple_is_icmp(&own) ? e->reply.dst_id : e->reply.src_id;
    verify_rules_compare_drew(r->compare);
    return true;
  }
  return false;
}

/* Whom early drop has ended is not listed any more. */
static bool evicted(const ct_tuple *original, void *user)
{
  const verify_rules_run *r = user;
  guint i;

  for (i = 0; i < r->gone->len; i++)
    if (ct_tuple_equal(original, &g_array_index(r->gone, ct_tuple, i)))
      return true;
  return false;
}

static void do_command(gpointer command, gpointer box) { verify_rules_box_do(box, command); }

static void on_event(const ct_event *event, void *user) { emit_output_note(user, event); }

static gboolean begin(verify_rules_run *r, const char *capture, const char *const *rules, GError **error)
{
  emit_options emit = { .profile = r->params.profile, .subject = &r->subject };

  /* The recordings are of iptables' nft half, and without a limit of ICMP errors; our own as the rules say. */
  r->box.options =
    (fw_firewall_options){ .answers_apart = !r->own,
                           .backend = r->own ? FW_BACKEND_UNSET : FW_BACKEND_NFT,
                           .hz = r->params.hz,
                           .seed = r->own ? r->params.hash_seed : 0,
                           .record = TRUE,
                           .sums_stand = !r->own || (r->checksums == CT_CHECKSUMS_VERIFY && !r->params.checksum),
                           .no_answer_limit = !r->own };
  if (!read_rules(r, rules, error))
    return FALSE;
  r->reader = cap_reader_open(capture, error);
  if (r->reader == NULL)
    return FALSE;
  r->batch = cap_batch_new();
  r->batch->n = 0;
  r->box.firewall = fw_firewall_new(r->box.ruleset, r->box.facts, &r->box.options);
  r->box.engine = ct_engine_new(&r->params);
  r->decoder = pkt_decoder_new(&r->params, r->checksums);
  r->arena = pkt_arena_new();
  r->subject = (emit_subject){ r->report->capture, &r->params, r->checksums, r->head->str };
  emit_text_init(&r->text, -1);
  emit_output_open(&r->output, emit_format_find("transcript"), EMIT_CAN_PACKETS, &emit, &r->text, NULL);
  ct_engine_watch(r->box.engine, G_MAXUINT32, on_event, &r->output);
  ct_engine_watch_over(r->box.engine, on_event, &r->output);
  ct_engine_nat_draws(r->box.engine, drawn, r);
  ct_engine_evictions(r->box.engine, evicted, r);
  g_ptr_array_foreach(r->setup, do_command, &r->box);
  return TRUE;
}

static const cap_frame *next_frame(verify_rules_run *r, GError **error)
{
  if (r->next >= r->batch->n) {
    r->next = 0;
    if (!cap_reader_next(r->reader, r->batch, error)) {
      r->batch->n = 0;
      if (error != NULL && *error == NULL)
        g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_CAPTURE, "the capture has fewer packets than the transcript");
      return NULL;
    }
  }
  return &r->batch->frames[r->next++];
}

/* The lines written since the last time. */
static JsonObject *own_line(verify_rules_run *r)
{
  JsonObject *o = verify_rules_object(r->own_parser, r->text.data, r->text.used);

  return o;
}

/* Our line says the same of what the referee has done to its frame, as we have done it, too. */
static void say_done_before(verify_rules_run *r, JsonObject *line, JsonObject *own)
{
  guint i;

  for (i = 0; verify_rules_done_before[i] != NULL; i++) {
    const char *name = verify_rules_done_before[i];
    g_autofree char *value = NULL, *member = NULL;

    if (!json_object_has_member(line, name) || json_object_has_member(own, name))
      continue;
    value = json_to_string(json_object_get_member(line, name), FALSE);
    member = g_strdup_printf(",\"%s\":%s}\n", name, value);
    r->text.used -= strlen("}\n");
    emit_text_string(&r->text, member);
  }
}

static gboolean keep_own(verify_rules_run *r, GError **error)
{
  gsize done = 0;

  while (r->own_fd >= 0 && done < r->text.used) {
    gssize n = write(r->own_fd, r->text.data + done, r->text.used - done);

    if (n < 0 && errno != EINTR) {
      g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "the transcript of our side: %s", g_strerror(errno));
      return FALSE;
    }
    done += n > 0 ? (gsize)n : 0;
  }
  r->text.used = 0;
  return TRUE;
}

/* The referee keeps packets from dying of old age. */
static void raise_ttl(verify_rules_run *r, cap_frame *frame, guint64 number, GByteArray *copy)
{
  pkt_link_info info;
  ct_packet packet;

  pkt_decode(r->decoder, frame, number, r->arena, &packet, &info);
  if (info.l3_offset == 0 || info.l3_offset + 8U >= frame->captured)
    return;
  g_byte_array_set_size(copy, 0);
  g_byte_array_append(copy, frame->data, frame->captured);
  copy->data[info.l3_offset + (copy->data[info.l3_offset] >> 4 == 6 ? 7 : 8)] = TTL_RAISED;
  frame->data = copy->data;
}

/* --view inside: the referee has sent an answer as it was before its translation was undone. */
static void translate_again(verify_rules_run *r, ct_packet *packet, GByteArray *copy)
{
  ct_packet arrived;

  if (fw_view_as_arrived(r->box.engine, packet, r->params.checksum ? CT_CHECKSUMS_VERIFY : CT_CHECKSUMS_IGNORE,
                         &arrived, copy))
    *packet = arrived;
}

static void show(verify_rules_run *r, const ct_packet *packet, const ct_result *result)
{
  ct_view view;
  emit_rules rules = { .verdict = "", .rule = "", .why = "" };
  emit_packet shown = { .packet = packet, .result = result, .rules = &rules };

  if (result->entry != NULL) {
    ct_entry_view(r->box.engine, result->entry, &view);
    shown.view = &view;
  }
  g_string_truncate(r->told, 0);
  fw_tell_transcript(r->told, r->box.firewall, r->own ? NULL : &r->sides, packet);
  rules.transcript = r->told->str;
  rules.expects = verify_rules_expects_changed(r->expects, r->box.engine);
  emit_output_packet(&r->output, &shown);
}

/* Feeds a frame as the line says it was sent. */
static gboolean feed(verify_rules_run *r, JsonObject *line, GError **error)
{
  g_autoptr(GByteArray) copy = g_byte_array_new();
  const char *side = verify_rules_text(line, "side", "");
  const cap_frame *frame = next_frame(r, error);
  fw_arrival arrival = { .sent = strcmp(side, "local") == 0 };
  cap_frame timed;
  pkt_link_info info;
  ct_packet packet;
  ct_result result;
  gint64 number, time_ns;

  if (frame == NULL || !verify_json_integer(line, "n", 1, G_MAXINT64, &number, error) ||
      !verify_seconds_read(r->line->str, "t", &time_ns, error))
    return FALSE;
  g_array_set_size(r->listed, 0);
  g_array_set_size(r->gone, 0);
  if (!verify_json_entries(line, "ct", time_ns, r->listed, error) || !verify_json_tuples(line, "gone", r->gone, error))
    return FALSE;
  timed = *frame;
  timed.ts_ns = time_ns;
  pkt_arena_reset(r->arena);
  verify_rules_each_text(line, "did", verify_rules_do, r);
  if (json_object_has_member(line, "ttl_raised"))
    raise_ttl(r, &timed, (guint64)number, copy);
  pkt_decode(r->decoder, &timed, (guint64)number, r->arena, &packet, &info);
  r->sides.sent = info.l3_offset > 0 && packet.flags & CT_PACKET_REASSEMBLED ? timed.data + info.l3_offset : NULL;
  r->sides.n_sent = timed.captured - info.l3_offset;
  if (json_object_has_member(line, "untranslated"))
    translate_again(r, &packet, copy);
  arrival.packet = &packet;
  if (r->own)
    arrival.in = strcmp(side, "?") == 0 || arrival.sent ? NULL : side;
  else
    arrival.in = strcmp(side, "lan") == 0 ? r->lan_name : r->wan_name;
  if (timed.link == DLT_ETHERNET && timed.captured >= 14)
    arrival.link = timed.data;
  fw_firewall_packet(r->box.firewall, r->box.engine, &arrival, &result);
  show(r, &packet, &result);
  r->report->packets++;
  return TRUE;
}

static void show_entry(const ct_view *view, void *user) { emit_output_entry(user, view); }
static void show_expect(const ct_expect_view *expect, void *user) { emit_output_expect(user, expect); }

static void show_end(verify_rules_run *r)
{
  emit_statistics statistics = { .stats = ct_engine_stats(r->box.engine), .count = ct_engine_count(r->box.engine) };

  g_string_truncate(r->counters, 0);
  fw_tell_counters(r->counters, r->box.firewall);
  statistics.rules = r->counters->str;
  ct_engine_each(r->box.engine, show_entry, &r->output);
  ct_engine_each_expect(r->box.engine, show_expect, &r->output);
  emit_output_stats(&r->output, &statistics);
}

/* A frame that the referee never sent is time that passes, and nothing else. */
static gboolean skip(verify_rules_run *r, JsonObject *line, GError **error)
{
  const char *why = verify_rules_text(line, "why", "");
  GString *copy;

  if (next_frame(r, error) == NULL)
    return FALSE;
  (void)why;
  copy = g_string_new(NULL);
  g_string_append_len(copy, r->line->str, (gssize)r->line->len);
  emit_text_bytes(&r->text, copy->str, copy->len);
  g_string_free(copy, TRUE);
  return TRUE;
}

static gboolean one_line(verify_rules_run *r, JsonObject *line, GError **error)
{
  JsonObject *own;

  if (json_object_has_member(line, "end"))
    show_end(r);
  else if (g_strcmp0(verify_rules_text(line, "fate", ""), "none") == 0 ? !skip(r, line, error) : !feed(r, line, error))
    return FALSE;
  own = own_line(r);
  if (own == NULL)
    return verify_rules_broken(r, error, "what ctreplay wrote of it is no JSON");
  if (r->own_fd >= 0)
    say_done_before(r, line, own);
  verify_rules_compare_line(r->compare, line, own);
  return keep_own(r, error);
}

static gboolean compare_all(verify_rules_run *r, GError **error)
{
  GError *local = NULL;
  JsonObject *line;
  gboolean ended = FALSE;

  if (!keep_own(r, error)) /* the first line */
    return FALSE;
  while ((line = verify_rules_next_line(r, &local)) != NULL) {
    ended = json_object_has_member(line, "end");
    if (!one_line(r, line, error))
      return FALSE;
    if (ended)
      break;
  }
  if (local != NULL) {
    g_propagate_error(error, local);
    return FALSE;
  }
  if (!ended)
    return verify_rules_broken(r, error, "it is cut: there is no last line");
  verify_rules_compare_end(r->compare);
  r->report->fields = verify_rules_compare_fields(r->compare);
  r->report->differences = verify_rules_compare_differences(r->compare);
  r->report->text = g_strdup(verify_rules_compare_text(r->compare));
  return TRUE;
}

static void clear(verify_rules_run *r)
{
  if (emit_output_is_open(&r->output)) {
    emit_output_close(&r->output, NULL);
    emit_text_clear(&r->text);
  }
  ct_engine_free(r->box.engine);
  if (r->decoder != NULL) {
    pkt_decoder_free(r->decoder);
    pkt_arena_free(r->arena);
  }
  cap_reader_free(r->reader);
  cap_batch_free(r->batch);
  fw_firewall_free(r->box.firewall);
  fw_ruleset_free(r->box.ruleset);
  fw_box_facts_free(r->box.facts);
  g_free(r->lan_name);
  g_free(r->wan_name);
  verify_rules_compare_free(r->compare);
  verify_rules_expects_free(r->expects);
  g_object_unref(r->parser);
  g_object_unref(r->own_parser);
  g_string_free(r->line, TRUE);
  g_string_free(r->told, TRUE);
  g_string_free(r->counters, TRUE);
  g_array_unref(r->listed);
  g_array_unref(r->gone);
  g_ptr_array_unref(r->setup);
  if (r->head != NULL)
    g_string_free(r->head, TRUE);
  if (r->truth != NULL)
    gzclose(r->truth);
}

gboolean verify_rules_capture(const char *capture, const char *transcript, const char *const *rules,
                              verify_rules_list_fn list, int own_fd, verify_rules_report *report, GError **error)
{
  verify_rules_run r = { .truth = gzopen(transcript, "rb"), .list = list, .own_fd = own_fd, .report = report };
  gboolean done = FALSE;

  r.line = g_string_new(NULL);
  r.told = g_string_new(NULL);
  r.counters = g_string_new(NULL);
  r.listed = g_array_new(FALSE, FALSE, sizeof(verify_entry));
  r.gone = g_array_new(FALSE, FALSE, sizeof(ct_tuple));
  r.parser = json_parser_new();
  r.own_parser = json_parser_new();
  r.compare = verify_rules_compare_new();
  r.expects = verify_rules_expects_new();
  r.setup = g_ptr_array_new_with_free_func(g_free);
  r.box.ruleset = fw_ruleset_new();
  r.box.facts = fw_box_facts_new();
  if (r.truth == NULL)
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_READ, "%s: %s", transcript, g_strerror(errno));
  else
    done = verify_rules_read_head(&r, error) && begin(&r, capture, rules, error) && compare_all(&r, error);
  clear(&r);
  return done;
}

gboolean verify_rules_is_transcript(const char *path)
{
  static const char begins[] = "{\"rules_transcript\"";
  char first[sizeof begins];
  gzFile file = gzopen(path, "rb");
  gboolean is;

  if (file == NULL)
    return FALSE;
  is =
    gzread(file, first, sizeof begins - 1) == (int)(sizeof begins - 1) && memcmp(first, begins, sizeof begins - 1) == 0;
  gzclose(file);
  return is;
}
