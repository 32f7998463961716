/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as frames, tracked and told: as comments of a capture, as rows of CSV, TSV and JSON, as records of
 * connections, as a database. Properties: a comment is one line of UTF-8, and the capture with it holds the same
 * frames; a row has as many values as columns; records add up to what the packets were; the database is whole, and
 * holds as many rows.
 *
 * Input: a byte of link type (an index), one of how many entries the table takes, then frames: two bytes of length, one
 * of time, one of the interface, the bytes.
 */
#include <config.h>

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef HAVE_SQLITE
#include <sqlite3.h>

#include "database/vfs.h"
#endif

#include "capture_kit.h"
#include "conntrack/profile/profile.h"
#include "database/database.h"
#include "emit/comment.h"
#include "flows/flows.h"
#include "engines.h"
#include "fuzz.h"
#include "journal/history.h"
#include "packet/packet.h"
#include "scenario/scenario.h"

static const guint16 links[] = { 1, 101, 113, 276, 0, 108, 9, 104, 105, 127 };
/* As a capture may name them. */
static const char *const interfaces[] = { "", "eth0", "a,b\"c", "tab\there\nand \x1b[31m", "\xff\xfe", "'; DROP" };

enum { FORMATS = 3 };
/* What not every input is held to (fuzz_one_in). */
enum { DATABASE, ANNOTATED };

typedef struct telling {
  ct_engine *engine;
  ct_params params;
  emit_options options;
  emit_columns columns, flow_columns;
  emit_output packets[FORMATS], flows_csv;
  emit_text lines[FORMATS], flow_lines, comment;
  emit_collector *events;
  journal_history history;
  flows *flows;
  database *database;
  int database_fd;
  cap_writer *writer;
  GPtrArray *frames; /* bytes, as they were written */
  gint64 first_ns;
  guint64 n_flows, n_events, of_connections, in_flows;
  emit_row_context context;
} telling;

/* ---- what holds of a line ---- */

static void is_one_line(const char *text, gsize n, gboolean tabs)
{
  gsize i;

  g_assert_true(g_utf8_validate(text, (gssize)n, NULL));
  for (i = 0; i < n; i++)
    g_assert_true((guchar)text[i] >= 0x20 || (tabs && text[i] == '\t'));
}

static guint values_in(const char *line, gsize n, char separator, gboolean quotes)
{
  gboolean inside = FALSE;
  guint values = 1;
  gsize i;

  for (i = 0; i < n; i++) {
    inside ^= quotes && line[i] == '"';
    values += !inside && line[i] == separator;
  }
  g_assert_true(!inside);
  return values;
}

static void check_row(const emit_text *text, const char *format, guint columns)
{
  g_assert_cmpuint(text->used, >, 0);
  g_assert_cmpint(text->data[text->used - 1], ==, '\n');
  if (strcmp(format, "csv") == 0) {
    g_assert_cmpuint(values_in(text->data, text->used - 1, ',', TRUE), ==, columns);
  } else if (strcmp(format, "tsv") == 0) {
    g_assert_null(memchr(text->data, '\n', text->used - 1));
    g_assert_cmpuint(values_in(text->data, text->used - 1, '\t', FALSE), ==, columns);
  } else {
    is_one_line(text->data, text->used - 1, FALSE);
    g_assert_cmpint(text->data[text->used - 2], ==, '}');
  }
}

/* ---- the run ---- */

static const char *const formats[FORMATS] = { "csv", "tsv", "json" };

static void on_flow(const flow_record *record, gpointer user)
{
  telling *t = user;

  t->n_flows++;
  t->in_flows += record->packets[0] + record->packets[1] + record->uncounted[0] + record->uncounted[1] +
                 record->errors + record->invalid;
  t->flow_lines.used = 0;
  emit_output_row(&t->flows_csv, record);
  check_row(&t->flow_lines, "csv", t->flow_columns.n);
  if (t->database != NULL)
    database_flow(t->database, record);
}

static void on_event(const ct_event *event, void *user)
{
  telling *t = user;

  emit_collector_event(t->events, event);
  t->n_events += event->expect == NULL;
  if (t->database != NULL)
    database_event(t->database, event);
}

static void open_all(telling *t, const ct_params *params, int annotated)
{
  const flows_options options = { .needs = FLOWS_NEEDS_STEPS | FLOWS_NEEDS_MISSED, .done = on_flow, .user = t };
  static ct_engine *kept;
  guint i;

  t->params = *params;
  t->engine = fuzz_engine_anew(&kept, params);
  emit_columns_all(&t->columns, &emit_table_packets);
  emit_columns_all(&t->flow_columns, &flows_table);
  t->options =
    (emit_options){ .profile = params->profile, .show_mark = TRUE, .first_ns = &t->first_ns, .columns = &t->columns };
  for (i = 0; i < FORMATS; i++) {
    emit_text_init(&t->lines[i], -1);
    g_assert_true(emit_output_open(&t->packets[i], emit_format_find(formats[i]), EMIT_CAN_PACKETS, &t->options,
                                   &t->lines[i], NULL));
  }
  t->options.columns = &t->flow_columns;
  emit_text_init(&t->flow_lines, -1);
  g_assert_true(
    emit_output_open(&t->flows_csv, emit_format_find("csv"), EMIT_CAN_FLOWS, &t->options, &t->flow_lines, NULL));
  emit_text_init(&t->comment, -1);
  t->events = emit_collector_new();
  t->context = (emit_row_context){ params->profile, &t->first_ns, g_string_new(NULL), NULL };
  t->writer = cap_writer_open_fd(annotated, "annotated", CAP_WRITER_PCAPNG);
  t->flows = flows_new(t->engine, &options);
  ct_engine_watch(t->engine,
                  1u << CT_EVENT_NEW | 1u << CT_EVENT_UPDATE | 1u << CT_EVENT_DESTROY | 1u << CT_EVENT_EXPECT_NEW |
                    1u << CT_EVENT_EXPECT_DESTROY,
                  on_event, t);
  journal_history_begin(&t->history, t->engine);
}

static void write_frame(telling *t, const cap_frame *frame, const char *interface, guint64 number)
{
  const cap_note note = { t->comment.data, number };

  g_ptr_array_add(t->frames, g_bytes_new(frame->data, frame->captured));
  g_assert_true(cap_writer_frame_noted(t->writer, frame, interface, &note, NULL));
}

static void tell(telling *t, const ct_packet *packet, const ct_result *result, const cap_frame *frame, guint32 vlan)
{
  const char *interface = interfaces[frame->interface];
  emit_packet shown = { .packet = packet,
                        .result = result,
                        .first_ns = t->first_ns,
                        .past = &t->history.past,
                        .advice = &t->history.advice,
                        .sides = &t->history.sides };
  emit_packet_record record = { .packet = &shown, .interface = interface, .vlan = vlan, .frame_bytes = frame->wire };
  ct_view view;
  guint i;

  if (result->entry != NULL) {
    ct_entry_view(t->engine, result->entry, &view);
    shown.view = &view;
  }
  emit_wire_read(packet, t->params.profile, &record.wire);
  for (i = 0; i < FORMATS; i++) {
    t->lines[i].used = 0;
    emit_output_row(&t->packets[i], &record);
    check_row(&t->lines[i], formats[i], t->columns.n);
  }
  t->comment.used = 0;
  emit_packet_comment(&t->comment, &t->options, &shown, t->events);
  is_one_line(t->comment.data, t->comment.used, FALSE);
  g_assert_true(t->comment.used > 7 && memcmp(t->comment.data, "packet ", 7) == 0);
  emit_text_char(&t->comment, '\0');
  emit_collector_clear(t->events);
  write_frame(t, frame, interface, packet->number);
  if (t->database != NULL) {
    database_packet(t->database, &record);
    database_pass(t->database, packet, result, ct_engine_count(t->engine), NULL);
  }
}

static void play(telling *t, const uint8_t *data, size_t size)
{
  pkt_decoder *decoder = pkt_decoder_new(&t->params, CT_CHECKSUMS_AUTO);
  cap_frame frame = { .ts_ns = t->first_ns, .link = links[data[0] % G_N_ELEMENTS(links)] };
  pkt_arena *arena = pkt_arena_new();
  guint64 number = 0;

  for (size_t at = 2; at + 4 <= size;) {
    gsize n = MIN((gsize)(data[at] << 8 | data[at + 1]), size - at - 4);
    pkt_link_info info = { 0 };
    flow_packet seen = { 0 };
    ct_packet packet;
    ct_result result;

    frame.data = data + at + 4;
    frame.captured = frame.wire = (guint32)n;
    frame.ts_ns += (gint64)data[at + 2] * 100000003;
    frame.interface = data[at + 3] % G_N_ELEMENTS(interfaces);
    pkt_arena_reset(arena);
    pkt_decode(decoder, &frame, ++number, arena, &packet, &info);
    ct_engine_packet(t->engine, &packet, &result);
    t->of_connections += result.conn != 0;
    journal_history_packet(&t->history, &packet, &result);
    seen = (flow_packet){ .packet = &packet,
                          .result = &result,
                          .interface = interfaces[frame.interface],
                          .vlan = info.vlan,
                          .past = &t->history.past };
    flows_packet(t->flows, &seen);
    tell(t, &packet, &result, &frame, info.vlan);
    at += 4 + n;
  }
  pkt_arena_free(arena);
  pkt_decoder_free(decoder);
}

/* ---- what holds of the whole ---- */

static void check_annotated(telling *t, int fd)
{
  GError *error = NULL;
  cap_reader *reader;
  kit_result *again;
  guint i;

  g_assert_true(cap_writer_flush(t->writer, NULL));
  g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
  reader = cap_reader_open_fd(dup(fd), "annotated", &error);
  again = kit_read(reader, error);
  g_assert_no_error(again->error);
  g_assert_cmpuint(again->frames->len, ==, t->frames->len);
  for (i = 0; i < t->frames->len; i++) {
    const cap_frame *frame = kit_frame(again, i);
    gsize n;
    const guint8 *bytes = g_bytes_get_data(t->frames->pdata[i], &n);

    g_assert_cmpuint(frame->captured, ==, n);
    g_assert_true(n == 0 || memcmp(frame->data, bytes, n) == 0);
  }
  kit_result_free(again);
}

#ifdef HAVE_SQLITE
static void holds(sqlite3 *db, const char *sql, guint64 number)
{
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
  g_assert_cmpuint((guint64)sqlite3_column_int64(statement, 0), ==, number);
  sqlite3_finalize(statement);
}

static void check_database(const telling *t)
{
  sqlite3 *db = NULL;

  g_assert_cmpint(database_vfs_use(t->database_fd), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_open_v2("run", &db, SQLITE_OPEN_READWRITE, DATABASE_VFS_NAME), ==, SQLITE_OK);
  holds(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'", 0);
  holds(db, "SELECT count(*) FROM pragma_foreign_key_check", 0);
  holds(db, "SELECT count(*) FROM packets", t->frames->len);
  holds(db, "SELECT count(*) FROM flows", t->n_flows);
  holds(db, "SELECT count(*) FROM events", t->n_events);
  sqlite3_close(db);
}
#else
static void check_database(const telling *t) { (void)t; }
#endif

static void close_all(telling *t)
{
  guint i;

  for (i = 0; i < FORMATS; i++) {
    emit_output_close(&t->packets[i], NULL);
    emit_text_clear(&t->lines[i]);
  }
  emit_output_close(&t->flows_csv, NULL);
  emit_text_clear(&t->flow_lines);
  emit_text_clear(&t->comment);
  emit_collector_free(t->events);
  journal_history_end(&t->history);
  flows_free(t->flows);
  g_string_free(t->context.scratch, TRUE);
  g_ptr_array_unref(t->frames);
  cap_writer_close(t->writer, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  telling t = { .first_ns = G_GINT64_CONSTANT(1767607200000000000), .database_fd = -1 };
  int annotated = memfd_create("annotated", MFD_CLOEXEC);
  ct_params params;

  if (size < 2) {
    close(annotated);
    return 0;
  }
  ct_params_init(&params, ct_profile_get(0));
  params.helpers_by_port = true;
  params.max = 1 + data[1] % 64;
  params.buckets = 64;
  t.frames = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  open_all(&t, &params, annotated);
  /* A schema costs more than most inputs: one in sixteen has one. */
  if (database_is_built() && fuzz_one_in(16, DATABASE, data, size)) {
    t.database_fd = memfd_create("database", MFD_CLOEXEC);
    t.database = database_open(t.database_fd, &t.context, NULL);
    g_assert_nonnull(t.database);
  }
  play(&t, data, size);
  flows_end(t.flows);
  g_assert_cmpuint(t.n_flows, ==, ct_engine_stats(t.engine)->created);
  g_assert_cmpuint(t.in_flows, ==, t.of_connections);
  if (fuzz_one_in(2, ANNOTATED, data, size))
    check_annotated(&t, annotated);
  if (t.database != NULL) {
    g_assert_true(database_close(t.database, NULL));
    check_database(&t);
    close(t.database_fd);
  }
  close_all(&t);
  return 0;
}

static gboolean add_frame(const scn_frame *frame, gpointer user, GError **error)
{
  GByteArray *bytes = user;
  const guint8 head[4] = { (guint8)(frame->frame.captured >> 8), (guint8)frame->frame.captured, 1,
                           (guint8)(bytes->len % 6) };

  (void)error;
  g_byte_array_append(bytes, head, sizeof(head));
  g_byte_array_append(bytes, frame->frame.data, frame->frame.captured);
  return TRUE;
}

/* A life each, a refused packet, an error, a helper's announcement. */
void fuzz_seeds(fuzz_add_fn add)
{
  static const char *const texts[] = {
    "flow t: tcp 10.0.0.1:1 > 10.0.0.2:2\n+0 t > S\n+0 t < S.\n+0 t > .\n+0 t > P. (20) as p\n+0 t < icmp unreachable "
    "port about p\n+0 t > F.\n+0 t < F.\n+0 t > .\n+0 t > . 50000:50100(100) ack 1 win 10000\n+0 t > R\n",
    "flow u: udp 10.0.0.1:5 > 10.0.0.2:69\nflow i: icmp 10.0.0.1 > 10.0.0.2 id 9\nflow s: sctp 10.0.0.1:1 > "
    "10.0.0.2:2\nflow x: tcp [fd00::1]:1 > [fd00::2]:2\n+0 u > data \"\\x00\\x01file\\x00octet\\x00\"\n+0 i > echo "
    "request seq 1 (8)\n+0 s > INIT[tag=1](4)\n+0 x > S\n+0 x > F.\n+0 raw 4500001400000000403300000a0000010a000002\n",
    "flow f: tcp 10.0.0.1:1 > 10.0.0.2:21\n+0 f > S\n+0 f < S.\n+0 f > .\n+0 f > P. data \"PORT 10,0,0,1,4,1\\r\\n\"\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    GError *error = NULL;
    scn_scenario *scenario = scn_scenario_parse(texts[i], -1, "seed", &error);
    GByteArray *bytes = g_byte_array_new();
    const guint8 head[2] = { 1, (guint8)(i == 2 ? 31 : 2 + i) };

    g_assert_no_error(error);
    g_byte_array_append(bytes, head, sizeof(head));
    g_assert_true(scn_scenario_compile(scenario, add_frame, bytes, NULL));
    add(bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    scn_scenario_free(scenario);
  }
}
