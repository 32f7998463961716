/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/engine_side.h"

#include <string.h>

#include "conntrack/helper/modules.h"
#include "conntrack/helper/settings.h"
#include "conntrack/profile/aliases.h"
#include "conntrack/proto/proto.h"

struct verify_engine {
  ct_engine *engine;
  pkt_decoder *decoder;
  pkt_arena *arena;
  ct_packet packet;
  gint64 frame_ns;  /* time of the frame that is under way */
  GArray *events;   /* verify_event since the last frame */
  GArray *entries;  /* verify_entry */
  GArray *expected; /* verify_expect */
  verify_stream_fn stream;
  void *stream_user;
};

/* Written by ctreplay itself (-P -o transcript): a continuous clock, and a sum that only looks wrong is not called
 * wrong. */
gboolean verify_header_is_own(const verify_header *header) { return g_str_has_prefix(header->kernel, "ctreplay "); }

/* That of the kernel's release; ctreplay's own transcripts name theirs. */
static const ct_profile *profile_for(const char *kernel)
{
  const char *name = g_str_has_prefix(kernel, "ctreplay ") ? kernel + strlen("ctreplay ") : kernel;
  const ct_profile *profile = ct_profile_named(name, NULL);

  return profile != NULL ? profile : ct_profile_get(0);
}

gboolean verify_engine_has_helper(const char *name)
{
  ct_helper_info info;

  for (guint i = 0; ct_helper_describe(i, &info); i++)
    if (strcmp(info.name, name) == 0)
      return TRUE;
  return FALSE;
}

/* "proto:port:name" => name; "" where there is none. */
static const char *helper_name(const char *text)
{
  const char *colon = strrchr(text, ':');

  return colon != NULL ? colon + 1 : "";
}

/*
 * Those of the header, on its ports, and no others. A helper that this engine does not have is left to
 * verify_engine_has_helper. A helper of two protocols stands there twice.
 */
static gboolean helpers_set(ct_params *params, const GStrv helpers, GError **error)
{
  params->helpers_by_port = false;
  for (guint i = 0; helpers != NULL && helpers[i] != NULL; i++) {
    const char *port = strchr(helpers[i], ':'), *name = helper_name(helpers[i]);
    guint16 number = port != NULL ? (guint16)g_ascii_strtoull(port + 1, NULL, 10) : 0;

    if (number == 0 || ct_params_helper_has(params, name, number) ||
        ct_params_helper_add(params, name, number) != CT_HELPER_MANY)
      continue;
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "helper %s: more than %d", helpers[i], CT_HELPER_PORTS_MAX);
    return FALSE;
  }
  return TRUE;
}

gboolean verify_engine_params(const verify_header *header, ct_params *params, ct_checksums *checksums, GError **error)
{
  return verify_engine_params_as(NULL, header, params, checksums, error);
}

static gboolean unknown(const char *what, const char *text, const ct_params *params, GError **error)
{
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "%s %s is not known to profile %s", what, text,
              params->profile->name);
  return FALSE;
}

static gboolean sysctls_set(ct_params *params, GStrv sysctls, GError **error)
{
  for (guint i = 0; sysctls != NULL && sysctls[i] != NULL; i++) {
    g_auto(GStrv) words = g_strsplit(sysctls[i], "=", 2);

    if (words[0] == NULL || words[1] == NULL ||
        (ct_params_set(params, words[0], words[1]) != CT_PARAM_OK &&
         ct_params_set_module(params, words[0], words[1]) != CT_PARAM_OK))
      return unknown("sysctl", sysctls[i], params, error);
  }
  return TRUE;
}

/* => FALSE: no such word, or another value. */
static gboolean machine_set_one(ct_params *params, ct_checksums *checksums, const char *name, const char *value)
{
  if (strcmp(name, "checksums") == 0) {
    *checksums = strcmp(value, "verify") == 0 ? CT_CHECKSUMS_VERIFY : CT_CHECKSUMS_IGNORE;
    return *checksums == CT_CHECKSUMS_VERIFY || strcmp(value, "ignore") == 0;
  }
  if (strcmp(name, "acct") == 0) {
    params->acct = 1;
    return strcmp(value, "1") == 0;
  }
  if (strcmp(name, "local") == 0)
    return ct_params_local_add(params, value) == CT_HELPER_OK;
  return ct_params_set_machine(params, name, value) == CT_PARAM_OK;
}

/* ctreplay's own transcript: a clock without ticks, unless it says so, and a sum that only looks wrong is not wrong. */
static gboolean own_set(ct_params *params, ct_checksums *checksums, GStrv machine, GError **error)
{
  params->hz = 0;
  params->hz_phase_ns = 0;
  *checksums = CT_CHECKSUMS_AUTO;
  for (guint i = 0; machine != NULL && machine[i] != NULL; i++) {
    g_auto(GStrv) words = g_strsplit(machine[i], "=", 2);

    if (words[0] == NULL || words[1] == NULL || !machine_set_one(params, checksums, words[0], words[1]))
      return unknown("machine", machine[i], params, error);
  }
  return TRUE;
}

gboolean verify_engine_params_as(const ct_profile *profile, const verify_header *header, ct_params *params,
                                 ct_checksums *checksums, GError **error)
{
  gboolean own = verify_header_is_own(header);

  ct_params_init(params, profile != NULL ? profile : profile_for(header->kernel));
  if (!own)
    params->acct = 1;
  if (!helpers_set(params, header->helpers, error))
    return FALSE;
  if (header->virtual_clock) {
    params->hz = 100;
    params->hz_phase_ns = VERIFY_PHASE_NS;
  }
  if (!sysctls_set(params, header->sysctls, error))
    return FALSE;
  /* A kernel that does not look at checksums was also sent mended IPv4 headers. */
  *checksums = params->checksum ? CT_CHECKSUMS_VERIFY : CT_CHECKSUMS_IGNORE;
  return !own || own_set(params, checksums, header->machine, error);
}

void verify_entry_from_view(verify_entry *e, const ct_view *view, const ct_profile *profile)
{
  guint8 proto = view->tuple[CT_ORIGINAL].proto, shows = ct_proto_tracker(profile, proto)->shows;

  memset(e, 0, sizeof(*e));
  e->orig = view->tuple[CT_ORIGINAL];
  e->reply = view->tuple[CT_REPLY];
  e->has = VERIFY_HAS_REPLY | VERIFY_HAS_STATUS | VERIFY_HAS_TIMEOUT;
  e->status = view->status;
  e->rest_ns = view->timeout_ns;
  e->timeout_s = view->timeout_ns / VERIFY_NS_PER_S;
  if (view->counted)
    e->has |= VERIFY_HAS_COUNTERS;
  for (guint dir = 0; dir < 2; dir++) {
    e->packets[dir] = view->packets[dir];
    e->bytes[dir] = view->bytes[dir];
    e->wscale[dir] = view->tcp.side[dir].scale;
    e->tflags[dir] = view->tcp.side[dir].flags;
    e->vtag[dir] = view->sctp_vtag[dir];
  }
  if (shows & CT_SHOWS_WINDOWS)
    e->has |= VERIFY_HAS_STATE | VERIFY_HAS_WSCALE | VERIFY_HAS_TFLAGS;
  if (shows & CT_SHOWS_TAGS)
    e->has |= VERIFY_HAS_STATE | VERIFY_HAS_VTAG;
  if (proto == CT_PROTO_DCCP && ct_proto_state_name(profile, proto, view->state) != NULL)
    e->has |= VERIFY_HAS_STATE;
  if (e->has & VERIFY_HAS_STATE)
    e->state = g_intern_static_string(ct_proto_state_name(profile, proto, view->state));
  if (view->helper != NULL) {
    e->has |= VERIFY_HAS_HELPER;
    e->helper = g_intern_string(view->helper);
  }
  if (view->has_master) {
    e->has |= VERIFY_HAS_MASTER;
    e->master = view->master_tuple;
  }
}

/* The members of a message (spec 4.3), from those of a listing. */
static void entry_as_event(verify_entry *e, const ct_event *event, const ct_profile *profile)
{
  guint32 protoinfo = VERIFY_HAS_STATE | VERIFY_HAS_WSCALE | VERIFY_HAS_TFLAGS | VERIFY_HAS_VTAG;

  if (event->type == CT_EVENT_DESTROY) {
    e->has &= ~(VERIFY_HAS_WSCALE | VERIFY_HAS_TFLAGS | VERIFY_HAS_VTAG | VERIFY_HAS_HELPER | VERIFY_HAS_MASTER);
    if (!profile->destroy_event_has_state) {
      e->has &= ~(guint32)VERIFY_HAS_STATE;
      e->timeout_s = e->rest_ns = 0;
    }
    return;
  }
  e->has &= ~(guint32)VERIFY_HAS_COUNTERS;
  if (!(event->bits & CT_EV_PROTOINFO))
    e->has &= ~protoinfo;
  if (!(event->bits & CT_EV_RELATED))
    e->has &= ~(guint32)VERIFY_HAS_MASTER;
}

static void expect_from_view(verify_expect *x, const ct_expect_view *view)
{
  memset(x, 0, sizeof(*x));
  x->tuple = view->tuple;
  x->mask = view->mask;
  /* The kernel lists a mask with the protocol of the tuple and the destination always in full. */
  x->mask.family = view->tuple.family;
  x->mask.proto = view->tuple.proto;
  memset(x->mask.dst.bytes, 0xff, view->tuple.family == CT_IPV6 ? 16 : 4);
  x->mask.dst_id = 0xffff;
  x->master = view->master_tuple;
  /* Jiffies are divided toward zero: a timer less than a second late shows as 0. */
  x->timeless = view->deadline_ns == G_MAXINT64;
  x->rest_ns = x->timeless ? 0 : view->timeout_ns;
  x->timeout_s = x->rest_ns / VERIFY_NS_PER_S;
  x->class_number = view->class_number;
  x->flags = view->flags;
  x->helper = g_intern_string(view->helper != NULL ? view->helper : "");
}

/* An expired master, and with it what it expected, is collected when a kernel looks: at the frame at last, or by its
 * collector since the deadline. */
static void expect_collected_late(verify_expect *x, gint64 late_ns)
{
  x->collected_ns = MAX(late_ns, 0);
  x->rest_ns -= x->collected_ns;
  x->timeout_s = x->rest_ns / VERIFY_NS_PER_S;
}

static const ct_profile *profile_of(const verify_engine *run) { return ct_engine_params(run->engine)->profile; }

static void event_keep(const ct_event *event, void *user)
{
  verify_engine *run = user;
  verify_event kept = { 0 };

  switch (event->type) {
  case CT_EVENT_NEW: kept.type = VERIFY_EV_NEW; break;
  case CT_EVENT_UPDATE: kept.type = VERIFY_EV_UPDATE; break;
  case CT_EVENT_DESTROY: kept.type = VERIFY_EV_DESTROY; break;
  case CT_EVENT_EXPECT_NEW: kept.type = VERIFY_EV_EXP_NEW; break;
  case CT_EVENT_EXPECT_DESTROY: kept.type = VERIFY_EV_EXP_DESTROY; break;
  default: return;
  }
  if (event->view != NULL) {
    kept.expired = event->type == CT_EVENT_DESTROY && event->reason == CT_REASON_END_TIMEOUT;
    verify_entry_from_view(&kept.u.entry, event->view, profile_of(run));
    entry_as_event(&kept.u.entry, event, profile_of(run));
  } else {
    kept.expired =
      event->type == CT_EVENT_EXPECT_DESTROY && event->reason == CT_REASON_END_MASTER && event->cause == NULL;
    expect_from_view(&kept.u.expect, event->expect);
    if (kept.expired)
      expect_collected_late(&kept.u.expect, run->frame_ns - event->time_ns);
  }
  g_array_append_val(run->events, kept);
}

verify_engine *verify_engine_new(const ct_params *params, ct_checksums checksums)
{
  verify_engine *run = g_new0(verify_engine, 1);

  run->engine = ct_engine_new(params);
  run->decoder = pkt_decoder_new(params, checksums);
  run->arena = pkt_arena_new();
  run->events = g_array_new(FALSE, FALSE, sizeof(verify_event));
  run->entries = g_array_new(FALSE, FALSE, sizeof(verify_entry));
  run->expected = g_array_new(FALSE, FALSE, sizeof(verify_expect));
  ct_engine_watch(run->engine,
                  1 << CT_EVENT_NEW | 1 << CT_EVENT_UPDATE | 1 << CT_EVENT_DESTROY | 1 << CT_EVENT_EXPECT_NEW |
                    1 << CT_EVENT_EXPECT_DESTROY,
                  event_keep, run);
  return run;
}

void verify_engine_free(verify_engine *run)
{
  if (run == NULL)
    return;
  ct_engine_free(run->engine);
  pkt_decoder_free(run->decoder);
  pkt_arena_free(run->arena);
  g_array_unref(run->events);
  g_array_unref(run->entries);
  g_array_unref(run->expected);
  g_free(run);
}

void verify_engine_advance(verify_engine *run, gint64 time_ns)
{
  run->frame_ns = time_ns;
  ct_engine_advance(run->engine, time_ns);
}

void verify_engine_ask_stream(verify_engine *run, verify_stream_fn fn, void *user)
{
  run->stream = fn;
  run->stream_user = user;
}

/* => the time at which to track the packet that was decoded for time_ns. */
static gint64 stream_time(const verify_engine *run, gint64 time_ns)
{
  const guint32 answered = CT_STATUS_CONFIRMED | CT_STATUS_SEEN_REPLY;
  ct_view view;
  ct_dir dir;

  if (run->stream == NULL || run->packet.kind != CT_PACKET_TRACK || run->packet.tuple.proto != CT_PROTO_UDP ||
      !ct_engine_lookup(run->engine, &run->packet.tuple, &view, &dir) ||
      (view.status & (answered | CT_STATUS_ASSURED)) != answered)
    return time_ns;
  return run->stream(&view.tuple[CT_ORIGINAL], time_ns, view.created_ns + 2 * VERIFY_NS_PER_S, run->stream_user);
}

void verify_engine_frame(verify_engine *run, const cap_frame *frame, guint64 number, gint64 time_ns, verify_line *got)
{
  cap_frame timed = *frame;
  ct_result result;

  timed.ts_ns = run->frame_ns = time_ns;
  pkt_arena_reset(run->arena);
  pkt_decode(run->decoder, &timed, number, run->arena, &run->packet, NULL);
  run->packet.time_ns = stream_time(run, time_ns);
  ct_engine_packet(run->engine, &run->packet, &result);
  verify_line_reset(got);
  got->number = number;
  got->time_ns = got->seen_ns = time_ns;
  got->cls = (ct_class)result.cls;
  got->forwarded = result.verdict == CT_VERDICT_ACCEPT;
  if (got->cls == CT_CLASS_INVALID || got->cls == CT_CLASS_UNTRACKED)
    got->dir = '-';
  else if (got->cls != CT_CLASS_NONE)
    got->dir = result.dir == CT_ORIGINAL ? 'o' : 'r';
  g_array_append_vals(got->events, run->events->data, run->events->len);
  g_array_set_size(run->events, 0);
}

static void entry_collect(const ct_view *view, void *user)
{
  verify_engine *run = user;
  verify_entry entry;

  verify_entry_from_view(&entry, view, profile_of(run));
  g_array_append_val(run->entries, entry);
}

static void expect_collect(const ct_expect_view *view, void *user)
{
  verify_expect expect;

  expect_from_view(&expect, view);
  g_array_append_val((GArray *)user, expect);
}

const GArray *verify_engine_entries(verify_engine *run)
{
  g_array_set_size(run->entries, 0);
  ct_engine_each(run->engine, entry_collect, run);
  return run->entries;
}

const GArray *verify_engine_expected(verify_engine *run)
{
  g_array_set_size(run->expected, 0);
  ct_engine_each_expect(run->engine, expect_collect, run->expected);
  return run->expected;
}

gboolean verify_engine_find(const verify_engine *run, const ct_tuple *tuple, verify_entry *entry)
{
  ct_view view;
  ct_dir dir;

  if (!ct_engine_lookup(run->engine, tuple, &view, &dir))
    return FALSE;
  verify_entry_from_view(entry, &view, profile_of(run));
  return TRUE;
}

GHashTable *verify_engine_stats(const verify_engine *run)
{
  const ct_stats *stats = ct_engine_stats(run->engine);
  GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

#define X(name) g_hash_table_insert(table, g_strdup(#name), g_memdup2(&stats->name, sizeof(stats->name)));
  CT_STAT_LIST(X)
#undef X
  return table;
}

const ct_packet *verify_engine_packet(const verify_engine *run) { return &run->packet; }
