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
#include "firewall/walk/tell.h"
#include "firewall/walk/view.h"
#include "packet/packet.h"
#include "verify/model.h"
#include "verify/rules_compare.h"
#include "verify/rules_did.h"
#include "verify/rules_expects.h"
#include "verify/seconds.h"
#include "verify/transcript_json.h"

enum {
  LINE_MOST = 64 << 20,
  CHUNK_BYTES = 1 << 16,
  DLT_ETHERNET = 1,
  TTL_RAISED = 64,
  HZ = 250,
  RULES_MOST = 256 << 20
};

typedef struct run {
  gzFile truth;
  GString *line;
  guint64 line_number;
  JsonParser *parser, *own_parser;
  verify_rules_compare *compare;
  verify_rules_expects *expects;
  /* The engine's side. */
  ct_params params;
  pkt_decoder *decoder;
  pkt_arena *arena;
  cap_reader *reader;
  cap_batch *batch;
  guint next;
  verify_box box;
  GPtrArray *setup; /* char *: commands behind the rules */
  fw_sides sides;
  char *lan_name, *wan_name;
  emit_subject subject;
  emit_text text;
  emit_output output;
  GString *told, *counters, *head;
  GArray *listed; /* verify_entry: what the recording lists behind the packet, for what was drawn there */
  GArray *gone;   /* ct_tuple: whom it lists no more, for whom a full table has ended */
  int own_fd;
  verify_rules_report *report;
} run;

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
  g_string_append_printf(out, "  %" G_GUINT64_FORMAT " packets compared, %" G_GUINT64_FORMAT " fields\n", r->packets,
                         r->fields);
  g_string_append(out, "  not compared: times,");
  for (i = 0; verify_rules_left_out[i] != NULL; i++)
    g_string_append_printf(out, " %s", verify_rules_left_out[i]);
  g_string_append(out, "; of nft's listing, handles, flags of sets, interval in a map's type, the order of elements\n");
  if (r->differences > 0)
    g_string_append_printf(out, "%u differences:\n%s", r->differences, r->text);
}

/* ---- the recording ---- */

static gboolean broken(const run *r, GError **error, const char *what)
{
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "the transcript, line %" G_GUINT64_FORMAT ": %s",
              r->line_number, what);
  return FALSE;
}

static JsonObject *object_of(JsonParser *parser, const char *text, gsize n)
{
  JsonNode *root;

  if (!verify_json_depth_fits(text, n) || !json_parser_load_from_data(parser, text, (gssize)n, NULL))
    return NULL;
  root = json_parser_get_root(parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
}

/* => NULL: at the end, or broken (error set). */
static JsonObject *next_line(run *r, GError **error)
{
  char chunk[CHUNK_BYTES];
  JsonObject *object;

  g_string_truncate(r->line, 0);
  while (r->line->len < LINE_MOST && gzgets(r->truth, chunk, sizeof chunk) != NULL) {
    g_string_append(r->line, chunk);
    if (r->line->str[r->line->len - 1] == '\n')
      break;
  }
  r->line_number++;
  if (r->line->len == 0)
    return NULL;
  object = object_of(r->parser, r->line->str, r->line->len);
  if (object == NULL)
    broken(r, error, "not an object of JSON");
  return object;
}

static const char *text_member(JsonObject *o, const char *name, const char *otherwise)
{
  JsonNode *node = json_object_get_member(o, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING
           ? json_node_get_string(node)
           : otherwise;
}

/* Calls each for the strings of a list. => FALSE once it did, or where one is none. */
static gboolean each_text(JsonObject *o, const char *name, gboolean (*each)(run *r, const char *text), run *r)
{
  JsonNode *node = json_object_get_member(o, name);
  JsonArray *array;
  guint i;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY(node))
    return FALSE;
  array = json_node_get_array(node);
  for (i = 0; i < json_array_get_length(array); i++) {
    JsonNode *item = json_array_get_element(array, i);

    if (!JSON_NODE_HOLDS_VALUE(item) || json_node_get_value_type(item) != G_TYPE_STRING ||
        !each(r, json_node_get_string(item)))
      return FALSE;
  }
  return TRUE;
}

/* ---- the first line ---- */

static gboolean keep_command(run *r, const char *text)
{
  g_ptr_array_add(r->setup, g_strdup(text));
  return TRUE;
}

/* What is not known here has no effect here: if it had one on the kernel, packets will tell. */
static gboolean take_command(run *r, const char *text)
{
  verify_box_do(&r->box, text);
  return TRUE;
}

static gboolean take_lan(run *r, const char *prefix)
{
  g_autofree char *route = g_strdup_printf("%s=%s", prefix, r->lan_name);

  return fw_box_facts_route(r->box.facts, route);
}

/* "ADDRESS@lan" */
static gboolean take_local(run *r, const char *text)
{
  const char *at = strchr(text, '@');
  g_autofree char *local = at == NULL ? g_strdup(text)
                                      : g_strdup_printf("%.*s@%s", (int)(at - text), text,
                                                        strcmp(at, "@lan") == 0 ? r->lan_name : r->wan_name);

  return fw_box_facts_local(r->box.facts, local);
}

static gboolean take_sysctl(run *r, const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, "=", 2);

  return words[0] != NULL && words[1] != NULL && ct_params_set(&r->params, words[0], words[1]) == CT_PARAM_OK;
}

/* A size of the machine's table; null where it was left alone. */
static gboolean take_size(JsonObject *o, const char *name, guint32 *size, GError **error)
{
  JsonNode *node = json_object_get_member(o, name);
  gint64 value;

  if (node == NULL || JSON_NODE_HOLDS_NULL(node))
    return TRUE;
  if (!verify_json_integer(o, name, 1, G_MAXINT32, &value, error))
    return FALSE;
  *size = (guint32)value;
  return TRUE;
}

/* What was asked for; the kernel made whole pages of it. */
static gboolean take_buckets(JsonObject *o, ct_params *params, GError **error)
{
  ct_params sized = *params;
  guint32 asked = 0;

  if (!take_size(o, "buckets", &asked, error))
    return FALSE;
  if (asked != 0)
    ct_params_size_by_hashsize(&sized, asked);
  params->buckets = sized.buckets;
  return TRUE;
}

static gboolean read_head(run *r, GError **error)
{
  g_autofree char *four = NULL, *six = NULL;
  JsonObject *o = next_line(r, error);
  gint64 hz;

  if (o == NULL || !json_object_has_member(o, "rules_transcript"))
    return o != NULL ? broken(r, error, "not a transcript of rules") : FALSE;
  r->report->kernel = g_strdup(text_member(o, "kernel", "?"));
  r->report->capture = g_strdup(text_member(o, "capture", "?"));
  r->lan_name = g_strdup(text_member(o, "lan_name", "lan0"));
  r->wan_name = g_strdup(text_member(o, "wan_name", "wan0"));
  r->sides = (fw_sides){ .lan_name = r->lan_name, .wan_name = r->wan_name };
  four = g_strdup_printf("0.0.0.0/0=%s", r->wan_name);
  six = g_strdup_printf("::/0=%s", r->wan_name);
  ct_params_init(&r->params, ct_profile_get(0));
  r->params.acct = 1;
  r->box.facts->complete = TRUE;
  r->params.helpers_by_port = false;
  r->params.hz = HZ;
  if (!take_size(o, "table_max", &r->params.max, error) || !take_buckets(o, &r->params, error))
    return FALSE;
  if (json_object_has_member(o, "mtu")) {
    if (!verify_json_integer(o, "mtu", 0, G_MAXUINT16, &hz, error))
      return FALSE;
    r->box.facts->mtu_bytes = (guint32)hz;
  }
  if (json_object_has_member(o, "hz")) {
    if (!verify_json_integer(o, "hz", 1, 10000, &hz, error))
      return FALSE;
    r->params.hz = (guint32)hz;
  }
  if (!each_text(o, "lan", take_lan, r) || !each_text(o, "local", take_local, r) ||
      !each_text(o, "sysctl", take_sysctl, r) || !fw_box_facts_route(r->box.facts, four) ||
      !fw_box_facts_route(r->box.facts, six))
    return broken(r, error, "an address, an interface or a sysctl that is not known here");
  return (each_text(o, "before", take_command, r) && each_text(o, "setup", keep_command, r)) ||
         broken(r, error, "commands that are no texts");
}

/* ---- the engine's side ---- */

/* The text may be compressed, as captures may. */
static gboolean read_rules_file(run *r, const char *path, const fw_read_options *options, GError **error)
{
  GString *text = g_string_new(NULL);
  const char *reason;
  gboolean fine = fw_rules_load(path, text, error);

  if (fine && !cap_unpack(text, RULES_MOST, &reason)) {
    g_set_error(error, CAP_ERROR, CAP_ERROR_BROKEN, "%s: %s", path, reason);
    fine = FALSE;
  }
  fine = fine && fw_rules_read(r->box.ruleset, path, text->str, text->len, options, error);
  g_string_free(text, TRUE);
  return fine;
}

static gboolean read_rules(run *r, const char *const *rules, GError **error)
{
  guint i;

  for (i = 0; rules[i] != NULL; i++) {
    /* As the referee names them: what ip6tables-save writes need not show whose it is. */
    const fw_read_options six = { g_str_has_suffix(rules[i], ".rules6"), FW_IPV6, FW_BACKEND_UNSET };

    if (!read_rules_file(r, rules[i], &six, error))
      return FALSE;
  }
  fw_rules_finish(r->box.ruleset);
  return TRUE;
}

/* What the kernel drew at random stands in the reply tuple of the entry. */
static bool drawn(const ct_tuple *original, ct_nat_manip manip, uint16_t *id, void *user)
{
  const run *r = user;
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
  const run *r = user;
  guint i;

  for (i = 0; i < r->gone->len; i++)
    if (ct_tuple_equal(original, &g_array_index(r->gone, ct_tuple, i)))
      return true;
  return false;
}

static void do_command(gpointer command, gpointer box) { verify_box_do(box, command); }

static void on_event(const ct_event *event, void *user) { emit_output_note(user, event); }

static gboolean begin(run *r, const char *capture, const char *const *rules, GError **error)
{
  ct_checksums checksums = r->params.checksum ? CT_CHECKSUMS_VERIFY : CT_CHECKSUMS_IGNORE;
  emit_options emit = { .profile = r->params.profile, .subject = &r->subject };

  /* The recordings are of iptables' nft half, and without a limit of ICMP errors. */
  r->box.options =
    (fw_firewall_options){ .backend = FW_BACKEND_NFT, .hz = r->params.hz, .record = TRUE, .no_answer_limit = TRUE };
  if (!read_rules(r, rules, error))
    return FALSE;
  r->reader = cap_reader_open(capture, error);
  if (r->reader == NULL)
    return FALSE;
  r->batch = cap_batch_new();
  r->batch->n = 0;
  r->box.firewall = fw_firewall_new(r->box.ruleset, r->box.facts, &r->box.options);
  r->box.engine = ct_engine_new(&r->params);
  r->decoder = pkt_decoder_new(&r->params, checksums);
  r->arena = pkt_arena_new();
  r->subject = (emit_subject){ r->report->capture, &r->params, checksums, "" };
  emit_text_init(&r->text, -1);
  emit_output_open(&r->output, emit_format_find("transcript"), EMIT_CAN_PACKETS, &emit, &r->text, NULL);
  ct_engine_watch(r->box.engine, G_MAXUINT32, on_event, &r->output);
  ct_engine_watch_over(r->box.engine, on_event, &r->output);
  ct_engine_nat_draws(r->box.engine, drawn, r);
  ct_engine_evictions(r->box.engine, evicted, r);
  g_ptr_array_foreach(r->setup, do_command, &r->box);
  return TRUE;
}

static const cap_frame *next_frame(run *r, GError **error)
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
static JsonObject *own_line(run *r)
{
  JsonObject *o = object_of(r->own_parser, r->text.data, r->text.used);

  return o;
}

/* Our line says the same of what the referee has done to its frame, as we have done it, too. */
static void say_done_before(run *r, JsonObject *line, JsonObject *own)
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

static gboolean keep_own(run *r, GError **error)
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
static void raise_ttl(run *r, cap_frame *frame, guint64 number, GByteArray *copy)
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
static void translate_again(run *r, ct_packet *packet, GByteArray *copy)
{
  ct_packet arrived;

  if (fw_view_as_arrived(r->box.engine, packet, r->params.checksum ? CT_CHECKSUMS_VERIFY : CT_CHECKSUMS_IGNORE,
                         &arrived, copy))
    *packet = arrived;
}

static void show(run *r, const ct_packet *packet, const ct_result *result)
{
  ct_view view;
  emit_rules rules = { .verdict = "", .rule = "", .why = "" };
  emit_packet shown = { .packet = packet, .result = result, .rules = &rules };

  if (result->entry != NULL) {
    ct_entry_view(r->box.engine, result->entry, &view);
    shown.view = &view;
  }
  g_string_truncate(r->told, 0);
  fw_tell_transcript(r->told, r->box.firewall, &r->sides, packet);
  rules.transcript = r->told->str;
  rules.expects = verify_rules_expects_changed(r->expects, r->box.engine);
  emit_output_packet(&r->output, &shown);
}

/* Feeds a frame as the line says it was sent. */
static gboolean feed(run *r, JsonObject *line, GError **error)
{
  g_autoptr(GByteArray) copy = g_byte_array_new();
  const char *side = text_member(line, "side", "");
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
  each_text(line, "did", take_command, r);
  if (json_object_has_member(line, "ttl_raised"))
    raise_ttl(r, &timed, (guint64)number, copy);
  pkt_decode(r->decoder, &timed, (guint64)number, r->arena, &packet, &info);
  r->sides.sent = info.l3_offset > 0 && packet.flags & CT_PACKET_REASSEMBLED ? timed.data + info.l3_offset : NULL;
  r->sides.n_sent = timed.captured - info.l3_offset;
  if (json_object_has_member(line, "untranslated"))
    translate_again(r, &packet, copy);
  arrival.packet = &packet;
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

static void show_end(run *r)
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
static gboolean skip(run *r, JsonObject *line, GError **error)
{
  const char *why = text_member(line, "why", "");
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

static gboolean one_line(run *r, JsonObject *line, GError **error)
{
  JsonObject *own;

  if (json_object_has_member(line, "end"))
    show_end(r);
  else if (g_strcmp0(text_member(line, "fate", ""), "none") == 0 ? !skip(r, line, error) : !feed(r, line, error))
    return FALSE;
  own = own_line(r);
  if (own == NULL)
    return broken(r, error, "what ctreplay wrote of it is no JSON");
  if (r->own_fd >= 0)
    say_done_before(r, line, own);
  verify_rules_compare_line(r->compare, line, own);
  return keep_own(r, error);
}

static gboolean compare_all(run *r, GError **error)
{
  GError *local = NULL;
  JsonObject *line;
  gboolean ended = FALSE;

  if (!keep_own(r, error)) /* the first line */
    return FALSE;
  while ((line = next_line(r, &local)) != NULL) {
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
    return broken(r, error, "it is cut: there is no last line");
  verify_rules_compare_end(r->compare);
  r->report->fields = verify_rules_compare_fields(r->compare);
  r->report->differences = verify_rules_compare_differences(r->compare);
  r->report->text = g_strdup(verify_rules_compare_text(r->compare));
  return TRUE;
}

static void clear(run *r)
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
  if (r->truth != NULL)
    gzclose(r->truth);
}

gboolean verify_rules_capture(const char *capture, const char *transcript, const char *const *rules, int own_fd,
                              verify_rules_report *report, GError **error)
{
  run r = { .truth = gzopen(transcript, "rb"), .own_fd = own_fd, .report = report };
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
    done = read_head(&r, error) && begin(&r, capture, rules, error) && compare_all(&r, error);
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
