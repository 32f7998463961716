/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keep.h"

#include <string.h>

/* A packet that waits for a chosen one behind it. */
typedef struct waiting {
  cap_frame frame;
  GByteArray *data;
  GString *interface, *comment;
  gboolean noted;
  guint64 number;
} waiting;

struct cli_keep {
  cap_writer *writer;
  guint context;
  waiting *ring;      /* of `context` places; the oldest at `next` once it is full */
  guint next, filled; /* places */
  guint after;        /* packets still to be written behind the last chosen one */
  guint64 chosen, around;
};

cli_keep *cli_keep_new(cap_writer *writer, guint context)
{
  cli_keep *k = g_new0(cli_keep, 1);
  guint i;

  k->writer = writer;
  k->context = context;
  k->ring = g_new0(waiting, context);
  for (i = 0; i < context; i++) {
    k->ring[i].data = g_byte_array_new();
    k->ring[i].interface = g_string_new(NULL);
    k->ring[i].comment = g_string_new(NULL);
  }
  return k;
}

void cli_keep_free(cli_keep *k)
{
  guint i;

  if (k == NULL)
    return;
  for (i = 0; i < k->context; i++) {
    g_byte_array_unref(k->ring[i].data);
    g_string_free(k->ring[i].interface, TRUE);
    g_string_free(k->ring[i].comment, TRUE);
  }
  g_free(k->ring);
  g_free(k);
}

static void wait_for_chosen(cli_keep *k, const cap_frame *frame, const char *interface, guint64 number,
                            const char *comment)
{
  waiting *w;

  if (k->context == 0)
    return;
  w = &k->ring[k->next];
  k->next = (k->next + 1) % k->context;
  k->filled = MIN(k->filled + 1, k->context);
  g_byte_array_set_size(w->data, 0);
  g_byte_array_append(w->data, frame->data, frame->captured);
  w->frame = *frame;
  g_string_assign(w->interface, interface);
  g_string_assign(w->comment, comment != NULL ? comment : "");
  w->noted = comment != NULL;
  w->number = number;
}

static gboolean write_around(cli_keep *k, const cap_frame *frame, const char *interface, guint64 number,
                             const char *comment, GError **error)
{
  char *marked = comment != NULL ? g_strdup_printf("(around) %s", comment) : NULL;
  cap_note note = { marked, number };
  gboolean fine = cap_writer_frame_noted(k->writer, frame, interface, marked != NULL ? &note : NULL, error);

  g_free(marked);
  k->around += fine;
  return fine;
}

/* What waits stands before the chosen one. */
static gboolean write_waiting(cli_keep *k, GError **error)
{
  guint i, at = (k->next + k->context - k->filled) % MAX(k->context, 1);
  gboolean fine = TRUE;

  for (i = 0; fine && i < k->filled; i++, at = (at + 1) % k->context) {
    waiting *w = &k->ring[at];

    w->frame.data = w->data->data;
    fine = write_around(k, &w->frame, w->interface->str, w->number, w->noted ? w->comment->str : NULL, error);
  }
  k->filled = 0;
  return fine;
}

gboolean cli_keep_packet(cli_keep *k, const cap_frame *frame, const char *interface, guint64 number,
                         const char *comment, gboolean chosen, GError **error)
{
  const cap_note note = { comment, number };

  if (!chosen && k->after == 0) {
    wait_for_chosen(k, frame, interface, number, comment);
    return TRUE;
  }
  if (!chosen) {
    k->after--;
    return write_around(k, frame, interface, number, comment, error);
  }
  if (!write_waiting(k, error) ||
      !cap_writer_frame_noted(k->writer, frame, interface, comment != NULL ? &note : NULL, error))
    return FALSE;
  k->after = k->context;
  k->chosen++;
  return TRUE;
}

void cli_keep_count(const cli_keep *k, guint64 *chosen, guint64 *around)
{
  *chosen = k->chosen;
  *around = k->around;
}

/* ---- numbers ---- */

static void put_range(cli_ranges *r, emit_text *out)
{
  emit_text_string(out, r->any ? ", " : "frame.number in {");
  r->any = TRUE;
  emit_text_u64(out, r->first);
  if (r->last == r->first)
    return;
  emit_text_string(out, "..");
  emit_text_u64(out, r->last);
}

void cli_ranges_add(cli_ranges *r, emit_text *out, guint64 number)
{
  if (r->first != 0 && number == r->last + 1) {
    r->last = number;
    return;
  }
  if (r->first != 0)
    put_range(r, out);
  r->first = r->last = number;
}

void cli_ranges_end(cli_ranges *r, emit_text *out)
{
  /* An empty set is no filter; no frame has the number 0. */
  if (r->first == 0) {
    emit_text_literal(out, "frame.number == 0\n");
    return;
  }
  put_range(r, out);
  emit_text_literal(out, "}\n");
}
