/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An engine of libctreplay: decoder, reassembly and conntrack behind one handle. */
#include "library.h"

#include <stdarg.h>
#include <string.h>

#include "conntrack/profile/aliases.h"
#include "packet/hash_key.h"

/* The ends of the structs' first versions: callers built against 0.1.0 have these. */
#define END_OF(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
enum {
  RESULT_LEAST = END_OF(ctreplay_result, reserved),
  CONNECTION_LEAST = END_OF(ctreplay_connection, sctp_tag),
  STATISTICS_LEAST = END_OF(ctreplay_statistics, memory_bytes)
};

G_STATIC_ASSERT(LIB_WATCHERS_MAX == 8); /* what the header promises */
G_STATIC_ASSERT(CTREPLAY_TIME_LARGEST_NS == CAP_TS_MAX_NS);

int lib_fail(ctreplay_engine *engine, int code, const char *format, ...)
{
  va_list arguments;

  if (engine == NULL)
    return code;
  va_start(arguments, format);
  g_vsnprintf(engine->error, sizeof(engine->error), format, arguments);
  va_end(arguments);
  return code;
}

int lib_may_change(ctreplay_engine *engine)
{
  if (engine == NULL)
    return CTREPLAY_ERROR_ARGUMENT;
  if (engine->inside > 0)
    return lib_fail(engine, CTREPLAY_ERROR_BUSY, "inside a callback an engine can only be read");
  return CTREPLAY_OK;
}

/* ---- life ---- */

ctreplay_engine *ctreplay_engine_new(const char *profile)
{
  const ct_profile *found = profile == NULL ? ct_profile_get(0) : ct_profile_named(profile, NULL);
  ctreplay_engine *engine;

  if (found == NULL)
    return NULL;
  pkt_hash_key_draw();
  engine = g_new0(ctreplay_engine, 1);
  ct_params_init(&engine->params, found);
  engine->checksums = CT_CHECKSUMS_AUTO;
  return engine;
}

void ctreplay_engine_free(ctreplay_engine *engine)
{
  if (engine == NULL || engine->inside > 0)
    return;
  lib_rules_free(engine);
  ct_engine_free(engine->engine);
  pkt_decoder_free(engine->decoder);
  if (engine->arena != NULL)
    pkt_arena_free(engine->arena);
  g_free(engine);
}

const char *ctreplay_engine_error(const ctreplay_engine *engine)
{
  return engine != NULL ? engine->error : ctreplay_error_text(CTREPLAY_ERROR_ARGUMENT);
}

static void watch(ctreplay_engine *engine, lib_watcher *watcher)
{
  ct_engine_watch(engine->engine, watcher->mask, lib_on_event, watcher);
}

void lib_start(ctreplay_engine *engine)
{
  guint i;

  if (engine->engine != NULL)
    return;
  engine->engine = ct_engine_new(&engine->params);
  engine->decoder = pkt_decoder_new(&engine->params, engine->checksums);
  engine->arena = pkt_arena_new();
  for (i = 0; i < engine->n_watchers; i++)
    watch(engine, &engine->watchers[i]);
  lib_rules_start(engine);
}

int ctreplay_engine_watch(ctreplay_engine *engine, uint32_t mask, ctreplay_event_fn fn, void *user)
{
  int code = lib_may_change(engine);
  lib_watcher *watcher;

  if (code != CTREPLAY_OK)
    return code;
  if (fn == NULL)
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "a watcher needs a function");
  if (engine->n_watchers == LIB_WATCHERS_MAX)
    return lib_fail(engine, CTREPLAY_ERROR_MANY, "there are %d watchers already", LIB_WATCHERS_MAX);
  watcher = &engine->watchers[engine->n_watchers++];
  *watcher = (lib_watcher){ engine, fn, user, mask };
  if (engine->engine != NULL)
    watch(engine, watcher);
  return CTREPLAY_OK;
}

/* ---- packets and time ---- */

static int check_time(ctreplay_engine *engine, int64_t time_ns)
{
  if (time_ns >= 0 && time_ns <= CTREPLAY_TIME_LARGEST_NS)
    return CTREPLAY_OK;
  return lib_fail(engine, CTREPLAY_ERROR_TIME, "%" G_GINT64_FORMAT " ns: times are from 0 to %" G_GINT64_FORMAT,
                  time_ns, CTREPLAY_TIME_LARGEST_NS);
}

static int check_packet(ctreplay_engine *engine, uint32_t link, const void *bytes, size_t captured, size_t wire,
                        const ctreplay_result *result)
{
  if (result != NULL && !lib_fits(result, RESULT_LEAST))
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "struct_bytes of the result is not set");
  if (bytes == NULL && captured > 0)
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "%zu bytes captured, but the pointer to them is NULL", captured);
  if (captured > wire || captured > CTREPLAY_CAPTURED_LARGEST || wire > UINT32_MAX)
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "%zu bytes captured of %zu: that cannot be", captured, wire);
  if (!ctreplay_link_supported(link))
    return lib_fail(engine, CTREPLAY_ERROR_LINK, "link type %u cannot be decoded", link);
  return CTREPLAY_OK;
}

static void tell(const ctreplay_engine *engine, const ct_packet *packet, const ct_result *from, ctreplay_result *result)
{
  ctreplay_result out = { .packet = packet->number,
                          .connection = from->conn,
                          .packet_class = from->cls,
                          .direction = from->dir,
                          .verdict = from->verdict,
                          .changes = from->changes,
                          .protocol = packet->tuple.proto,
                          .state_before = from->old_state,
                          .state_after = from->new_state,
                          .reason = lib_reason(from->reason),
                          .reason_text = ct_reason_sentence((ct_reason)from->reason),
                          .sysctl = ct_reason_sysctl((ct_reason)from->reason, engine->params.profile),
                          .bound_over = from->bound.over,
                          .bound_value = from->bound.value,
                          .bound_limit = from->bound.limit };
  ct_view view;

  if (from->entry != NULL) {
    ct_entry_view(engine->engine, from->entry, &view);
    out.protocol = view.tuple[CT_ORIGINAL].proto;
    out.status = view.status;
    out.timeout_ns = view.timeout_ns;
    memcpy(out.packets, view.packets, sizeof(out.packets));
    memcpy(out.bytes, view.bytes, sizeof(out.bytes));
  }
  lib_give(result, &out, sizeof(out), RESULT_LEAST);
}

int ctreplay_engine_packet(ctreplay_engine *engine, uint32_t link, int64_t time_ns, const void *bytes, size_t captured,
                           size_t wire, ctreplay_result *result)
{
  cap_frame frame = { .ts_ns = time_ns,
                      .data = bytes != NULL ? bytes : (const void *)"",
                      .captured = (guint32)captured,
                      .wire = (guint32)wire,
                      .link = (guint16)link };
  int code = lib_may_change(engine);
  ct_packet packet;
  ct_result answer;

  if (code != CTREPLAY_OK || (code = check_packet(engine, link, bytes, captured, wire, result)) != CTREPLAY_OK ||
      (code = check_time(engine, time_ns)) != CTREPLAY_OK)
    return code;
  lib_start(engine);
  pkt_arena_reset(engine->arena);
  pkt_decode(engine->decoder, &frame, ++engine->packets, engine->arena, &packet, NULL);
  engine->not_seen += packet.kind == CT_PACKET_NONE;
  lib_rules_packet(engine, &frame, &packet, &answer);
  if (result != NULL)
    tell(engine, &packet, &answer, result);
  return CTREPLAY_OK;
}

int ctreplay_engine_advance(ctreplay_engine *engine, int64_t now_ns)
{
  int code = lib_may_change(engine);

  if (code != CTREPLAY_OK || (code = check_time(engine, now_ns)) != CTREPLAY_OK)
    return code;
  if (now_ns < ctreplay_engine_now(engine))
    return lib_fail(engine, CTREPLAY_ERROR_TIME,
                    "%" G_GINT64_FORMAT " ns has passed: the clock stands at %" G_GINT64_FORMAT, now_ns,
                    ctreplay_engine_now(engine));
  lib_start(engine);
  ct_engine_advance(engine->engine, now_ns);
  return CTREPLAY_OK;
}

int64_t ctreplay_engine_now(const ctreplay_engine *engine)
{
  return engine != NULL && engine->engine != NULL ? ct_engine_now(engine->engine) : INT64_MIN;
}

int ctreplay_engine_flush(ctreplay_engine *engine)
{
  int code = lib_may_change(engine);

  if (code == CTREPLAY_OK && engine->engine != NULL)
    ct_engine_flush(engine->engine);
  return code;
}

/* ---- looks ---- */

static int give_connection(ctreplay_engine *engine, gboolean found, const ct_view *view,
                           ctreplay_connection *connection)
{
  ctreplay_connection out;

  if (!found)
    return lib_fail(engine, CTREPLAY_ERROR_NOT_FOUND, "there is no such entry");
  lib_connection(view, &out);
  lib_give(connection, &out, sizeof(out), CONNECTION_LEAST);
  return CTREPLAY_OK;
}

int ctreplay_engine_find(ctreplay_engine *engine, uint64_t id, ctreplay_connection *connection)
{
  ct_view view;

  if (engine == NULL || !lib_fits(connection, CONNECTION_LEAST))
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "struct_bytes of the connection is not set");
  return give_connection(engine, engine->engine != NULL && ct_engine_find(engine->engine, id, &view), &view,
                         connection);
}

int ctreplay_engine_lookup(ctreplay_engine *engine, const ctreplay_tuple *tuple, ctreplay_connection *connection,
                           uint32_t *direction)
{
  ct_dir dir = CT_ORIGINAL;
  ct_tuple wanted;
  ct_view view;
  int code;

  if (engine == NULL || tuple == NULL || !lib_fits(connection, CONNECTION_LEAST))
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "a look-up needs a tuple, and a connection with struct_bytes set");
  if (!lib_tuple_back(tuple, &wanted))
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "family %u: give 4 or 6", tuple->family);
  code = give_connection(engine, engine->engine != NULL && ct_engine_lookup(engine->engine, &wanted, &view, &dir),
                         &view, connection);
  if (code == CTREPLAY_OK && direction != NULL)
    *direction = (uint32_t)dir;
  return code;
}

typedef struct visit {
  ctreplay_engine *engine;
  ctreplay_connection_fn connection_fn;
  ctreplay_expectation_fn expectation_fn;
  void *user;
  gboolean enough;
} visit;

static void visit_connection(const ct_view *view, void *user)
{
  visit *v = user;
  ctreplay_connection connection;

  if (v->enough)
    return;
  lib_connection(view, &connection);
  v->enough = v->connection_fn(&connection, v->user) != 0;
}

static void visit_expectation(const ct_expect_view *view, void *user)
{
  visit *v = user;
  ctreplay_expectation expectation;

  if (v->enough)
    return;
  lib_expectation(view, &expectation);
  v->enough = v->expectation_fn(&expectation, v->user) != 0;
}

static int each(visit *v)
{
  if (v->engine == NULL || (v->connection_fn == NULL && v->expectation_fn == NULL))
    return lib_fail(v->engine, CTREPLAY_ERROR_ARGUMENT, "a walk needs a function");
  if (v->engine->engine == NULL)
    return CTREPLAY_OK;
  v->engine->inside++;
  if (v->connection_fn != NULL)
    ct_engine_each(v->engine->engine, visit_connection, v);
  else
    ct_engine_each_expect(v->engine->engine, visit_expectation, v);
  v->engine->inside--;
  return CTREPLAY_OK;
}

int ctreplay_engine_each(ctreplay_engine *engine, ctreplay_connection_fn fn, void *user)
{
  return each(&(visit){ .engine = engine, .connection_fn = fn, .user = user });
}

int ctreplay_engine_each_expectation(ctreplay_engine *engine, ctreplay_expectation_fn fn, void *user)
{
  return each(&(visit){ .engine = engine, .expectation_fn = fn, .user = user });
}

static void take_stats(const ct_engine *engine, ctreplay_statistics *out)
{
  const ct_stats *stats = ct_engine_stats(engine);

  out->count = ct_engine_count(engine);
#define X(name) out->name = stats->name;
  CT_STAT_LIST(X)
#undef X
  out->from_the_past = stats->clock_back;
  out->created = stats->created;
  out->peak_count = stats->peak_count;
  out->peak_time_ns = stats->peak_time_ns;
  out->memory_bytes = ct_engine_memory_bytes(engine);
}

int ctreplay_engine_statistics(ctreplay_engine *engine, ctreplay_statistics *statistics)
{
  ctreplay_statistics out = { .count = 0 };

  if (engine == NULL || !lib_fits(statistics, STATISTICS_LEAST))
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "struct_bytes of the statistics is not set");
  if (engine->engine != NULL) {
    take_stats(engine->engine, &out);
    out.fragment_queues = pkt_decoder_fragment_queues(engine->decoder);
    out.fragment_bytes = pkt_decoder_fragment_bytes(engine->decoder);
  }
  out.packets = engine->packets;
  out.not_seen = engine->not_seen;
  lib_give(statistics, &out, sizeof(out), STATISTICS_LEAST);
  return CTREPLAY_OK;
}
