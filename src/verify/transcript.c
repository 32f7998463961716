/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of JSON, plain or compressed, one at a time. */
#include "verify/transcript.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <zlib.h>

#include "verify/seconds.h"
#include "verify/transcript_json.h"

/* A transcript of 4,000 frames has lines of some kilobytes; its last may list a whole table. */
enum { MAX_LINE_BYTES = 256 << 20, CHUNK_BYTES = 1 << 16 };

struct verify_transcript {
  gzFile file;
  char *path;
  guint64 line_number;
  GString *text;
  JsonParser *parser;
  verify_header header;
  verify_end end;
  gint64 time_ns; /* of the last frame that was sent */
};

/* => FALSE at the end of the file (error unset) or on failure. */
static gboolean line_read(verify_transcript *t, GError **error)
{
  char chunk[CHUNK_BYTES];

  g_string_truncate(t->text, 0);
  while (gzgets(t->file, chunk, sizeof(chunk)) != NULL) {
    g_string_append(t->text, chunk);
    if (t->text->len && t->text->str[t->text->len - 1] == '\n')
      break;
    if (t->text->len > MAX_LINE_BYTES) {
      g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "%s: line %" G_GUINT64_FORMAT ": too long", t->path,
                  t->line_number + 1);
      return FALSE;
    }
  }

  int code;
  const char *message = gzerror(t->file, &code);

  if (code != Z_OK && code != Z_STREAM_END) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_READ, "%s: %s", t->path, message);
    return FALSE;
  }
  t->line_number++;
  return t->text->len > 0;
}

/* => the line's object, or NULL and error; with *at_end where the file simply ended. Valid until the next call. */
static JsonObject *object_read(verify_transcript *t, gboolean *at_end, GError **error)
{
  GError *local = NULL;

  *at_end = FALSE;
  if (!line_read(t, &local)) {
    if (local != NULL)
      g_propagate_error(error, local);
    else
      *at_end = TRUE;
    return NULL;
  }
  if (!verify_json_depth_fits(t->text->str, t->text->len) ||
      !json_parser_load_from_data(t->parser, t->text->str, (gssize)t->text->len, &local)) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "%s: line %" G_GUINT64_FORMAT ": %s", t->path, t->line_number,
                local != NULL ? local->message : "nested too deep");
    g_clear_error(&local);
    return NULL;
  }

  JsonNode *root = json_parser_get_root(t->parser);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "%s: line %" G_GUINT64_FORMAT ": not a JSON object", t->path,
                t->line_number);
    return NULL;
  }
  return json_node_get_object(root);
}

/* Puts file and line before the message of transcript_json.c. */
static void error_place(const verify_transcript *t, GError **error)
{
  if (error != NULL && *error != NULL)
    g_prefix_error(error, "%s: line %" G_GUINT64_FORMAT ": ", t->path, t->line_number);
}

static gboolean header_read(verify_transcript *t, GError **error)
{
  gboolean at_end;
  JsonObject *o = object_read(t, &at_end, error);

  if (o == NULL) {
    if (at_end)
      g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "%s: empty", t->path);
    return FALSE;
  }

  gint64 version = 0;
  const char *clock = NULL;
  verify_header *h = &t->header;
  gboolean fine =
    verify_json_integer(o, "transcript", 1, G_MAXINT, &version, error) &&
    verify_json_string(o, "kernel", &h->kernel, error) && verify_json_string(o, "capture", &h->capture, error) &&
    verify_json_string(o, "clock", &clock, error) && verify_json_strings(o, "sysctl", &h->sysctls, error) &&
    verify_json_strings(o, "helper", &h->helpers, error) &&
    (!json_object_has_member(o, "machine") || verify_json_strings(o, "machine", &h->machine, error));

  if (fine && version != 1) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "transcript version %" G_GINT64_FORMAT " is not known",
                version);
    fine = FALSE;
  }
  if (!fine) {
    error_place(t, error);
    return FALSE;
  }
  h->virtual_clock = strcmp(clock, "virtual") == 0;
  return TRUE;
}

verify_transcript *verify_transcript_open(const char *path, GError **error)
{
  gzFile file = gzopen(path, "rb");

  if (file == NULL) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_READ, "%s: %s", path, g_strerror(errno));
    return NULL;
  }
  gzbuffer(file, 1 << 17);

  verify_transcript *t = g_new0(verify_transcript, 1);

  t->file = file;
  t->path = g_strdup(path);
  t->text = g_string_new(NULL);
  t->parser = json_parser_new_immutable();
  t->end.time_ns = t->end.seen_ns = -1;
  t->end.table = g_array_new(FALSE, FALSE, sizeof(verify_entry));
  t->end.expected = g_array_new(FALSE, FALSE, sizeof(verify_expect));
  t->end.stats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  if (!header_read(t, error)) {
    verify_transcript_free(t);
    return NULL;
  }
  return t;
}

void verify_transcript_free(verify_transcript *t)
{
  if (t == NULL)
    return;
  gzclose_r(t->file);
  g_free(t->path);
  g_string_free(t->text, TRUE);
  g_object_unref(t->parser);
  g_strfreev(t->header.sysctls);
  g_strfreev(t->header.helpers);
  g_strfreev(t->header.machine);
  g_array_unref(t->end.table);
  g_array_unref(t->end.expected);
  g_hash_table_unref(t->end.stats);
  g_free(t);
}

const verify_header *verify_transcript_header(const verify_transcript *t) { return &t->header; }
const verify_end *verify_transcript_end(const verify_transcript *t) { return &t->end; }

/* "name=123" adds to the sum; anything else is the start of a CPU's row. */
static void stats_add(GHashTable *stats, GStrv words)
{
  for (guint i = 0; words != NULL && words[i] != NULL; i++) {
    char *equals = strchr(words[i], '=');

    if (equals == NULL)
      continue;

    g_autofree char *name = g_strndup(words[i], (gsize)(equals - words[i]));
    guint64 *sum = g_hash_table_lookup(stats, name);

    if (sum == NULL) {
      sum = g_new0(guint64, 1);
      g_hash_table_insert(stats, g_steal_pointer(&name), sum);
    }
    *sum += g_ascii_strtoull(equals + 1, NULL, 10);
  }
}

static gboolean end_time_read(verify_transcript *t, JsonObject *o, GError **error)
{
  verify_end *end = &t->end;

  if (!verify_seconds_read(t->text->str, "t", &end->time_ns, error))
    return FALSE;
  end->seen_ns = end->time_ns;
  return !json_object_has_member(o, "seen") || verify_seconds_read(t->text->str, "seen", &end->seen_ns, error);
}

static gboolean end_read(verify_transcript *t, JsonObject *o, GError **error)
{
  g_auto(GStrv) words = NULL;

  if (json_object_has_member(o, "t") && !end_time_read(t, o, error))
    return FALSE;
  if (!verify_json_entries(o, "table", t->time_ns, t->end.table, error) ||
      !verify_json_expects(o, "expect", t->time_ns, t->end.expected, error))
    return FALSE;
  if (json_object_has_member(o, "stats") && !verify_json_strings(o, "stats", &words, error))
    return FALSE;
  stats_add(t->end.stats, words);
  return TRUE;
}

static gboolean frame_read(verify_transcript *t, JsonObject *o, verify_line *line, GError **error)
{
  gint64 number;

  if (!verify_json_integer(o, "n", 1, G_MAXINT64, &number, error))
    return FALSE;
  line->number = (guint64)number;
  line->time_ns = line->seen_ns = t->time_ns;
  if (json_object_has_member(o, "why")) {
    if (!verify_json_string(o, "why", &line->why, error))
      return FALSE;
    return TRUE;
  }
  if (!verify_seconds_read(t->text->str, "t", &line->time_ns, error))
    return FALSE;
  if (line->time_ns < t->time_ns) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "t goes back");
    return FALSE;
  }
  t->time_ns = line->seen_ns = line->time_ns;
  if (json_object_has_member(o, "seen") && !verify_seconds_read(t->text->str, "seen", &line->seen_ns, error))
    return FALSE;

  gint64 forwarded, padded = 0;

  if (!verify_json_integer(o, "fwd", 0, 1, &forwarded, error) || !verify_json_class(o, line, error))
    return FALSE;
  if (json_object_has_member(o, "padded") && !verify_json_integer(o, "padded", 0, 1, &padded, error))
    return FALSE;
  line->forwarded = (gboolean)forwarded;
  line->padded = (gboolean)padded;
  return verify_json_events(o, "ev", line->time_ns, line->events, error) &&
         verify_json_entries(o, "ct", line->time_ns, line->listed, error) &&
         verify_json_tuples(o, "gone", line->gone, error) &&
         verify_json_expects(o, "exp", line->time_ns, line->expected, error) &&
         verify_json_tuples(o, "exp_gone", line->expect_gone, error);
}

verify_next verify_transcript_next(verify_transcript *t, verify_line *line, GError **error)
{
  gboolean at_end;

  verify_line_reset(line);

  JsonObject *o = object_read(t, &at_end, error);

  if (o == NULL) {
    if (at_end)
      g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "%s: cut: the last line is missing", t->path);
    return VERIFY_NEXT_ERROR;
  }

  gboolean is_end = json_object_has_member(o, "end");

  if (is_end ? end_read(t, o, error) : frame_read(t, o, line, error))
    return is_end ? VERIFY_NEXT_END : VERIFY_NEXT_LINE;
  error_place(t, error);
  return VERIFY_NEXT_ERROR;
}
