/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows for people: columns of fixed widths under a heading. What is not known is a dash. */
#include "formats.h"
#include "row.h"
#include "zone.h"

#include <string.h>

typedef struct table_private {
  emit_row_context context;
  emit_text cell;                  /* a value on its way into its column */
  guint headed;                    /* columns of the last heading; 0: none stands there */
  guint8 width[EMIT_COLUMNS_MOST]; /* and how wide they are in it */
} table_private;

/* An IPv6 flow or a list of states may be longer than its column: the line grows, unless a screen bounds it. */
static void put_line(emit_output *output, gsize from)
{
  emit_text *out = output->text;
  gsize length;

  while (out->used > from && out->data[out->used - 1] == ' ')
    out->used--;
  length = out->used - from;
  if (output->options.screen > 0 && length > output->options.screen)
    out->used = from + output->options.screen;
  emit_text_char(out, '\n');
}

static void put_known(emit_text *out, emit_kind kind, const emit_value *value)
{
  if (kind == EMIT_KIND_TIME && value->known)
    emit_text_moment(out, value->of.ns);
  else
    emit_value_put(out, kind, value);
}

static const char *heading_of(const emit_field *field) { return field->heading != NULL ? field->heading : field->name; }

static void put_cell(emit_text *out, const emit_columns *columns, guint at, const char *text, gsize length)
{
  const emit_field *field = columns->column[at];
  gsize width = columns->width[at], i;

  for (i = length; field->width < 0 && i < width; i++)
    emit_text_char(out, ' ');
  emit_text_bytes(out, text, length);
  for (i = length; field->width > 0 && i < width; i++)
    emit_text_char(out, ' ');
  emit_text_char(out, ' ');
}

/* A line is put together in a text of its own: the output's may be emptied at any moment. */
static void end_line(emit_output *output, emit_text *line)
{
  emit_output of_line = *output;

  of_line.text = line;
  put_line(&of_line, 0);
  emit_text_bytes(output->text, line->data, line->used);
  emit_text_clear(line);
}

/* Before the first line, when it is known how wide the columns are; and where they are others than before. */
static void put_heading(emit_output *output)
{
  table_private *p = output->priv;
  const emit_columns *columns = output->options.columns;
  emit_text line;
  guint i;

  if (p->headed == columns->n && memcmp(p->width, columns->width, columns->n) == 0)
    return;
  p->headed = columns->n;
  memcpy(p->width, columns->width, columns->n);
  emit_text_init(&line, -1);
  for (i = 0; i < columns->n; i++)
    put_cell(&line, columns, i, heading_of(columns->column[i]), strlen(heading_of(columns->column[i])));
  end_line(output, &line);
}

static gboolean table_open(emit_output *output, GError **error)
{
  table_private *p = output->priv;

  (void)error;
  p->context = (emit_row_context){ output->options.profile, output->options.first_ns, g_string_new(NULL),
                                   output->options.label_names };
  emit_text_init(&p->cell, -1);
  return TRUE;
}

/* For people: times and spans have as many decimals as columns like; a flag is yes or nothing. */
static void put_value(emit_text *out, const emit_field *field, const emit_value *value)
{
  if (!value->known)
    emit_text_char(out, '-');
  else if (field->kind == EMIT_KIND_SPAN)
    emit_text_seconds(out, value->of.ns - value->of.ns % 1000, 6);
  else if (field->kind == EMIT_KIND_FLAG)
    emit_text_string(out, value->of.number != 0 ? "yes" : "no");
  else
    put_known(out, field->kind, value);
}

static void table_row(emit_output *output, const void *record)
{
  table_private *p = output->priv;
  const emit_columns *columns = output->options.columns;
  emit_text line;
  guint i;

  put_heading(output);
  emit_text_init(&line, -1);
  for (i = 0; i < columns->n; i++) {
    const emit_field *field = columns->column[i];
    emit_value value;

    value.known = FALSE;
    field->get(&p->context, record, &value);
    p->cell.used = 0;
    put_value(&p->cell, field, &value);
    put_cell(&line, columns, i, p->cell.data, p->cell.used);
  }
  end_line(output, &line);
}

static void table_part(emit_output *output, const emit_part *part)
{
  put_heading(output);
  emit_part_line(output->text, part);
}

static void table_snapshot(emit_output *output, gint64 time_ns, guint64 packet)
{
  put_heading(output);
  emit_snapshot_line(output, time_ns, packet);
}

static gboolean table_close(emit_output *output, GError **error)
{
  table_private *p = output->priv;

  (void)error;
  put_heading(output);
  g_string_free(p->context.scratch, TRUE);
  emit_text_clear(&p->cell);
  return TRUE;
}

const emit_format emit_format_text = {
  .name = "text",
  .help = "columns for people",
  .can = EMIT_CAN_FLOWS | EMIT_CAN_PACKETS | EMIT_CAN_EVENTS,
  .private_bytes = sizeof(table_private),
  .fits_screen = TRUE,
  .open = table_open,
  .row = table_row,
  .part = table_part,
  .snapshot = table_snapshot,
  .close = table_close,
};
