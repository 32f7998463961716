/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows for spreadsheets and data frames: CSV as RFC 4180 has it, but for the line's end, and tab-separated values, in
 * which a tab, a line's end and a backslash are written \t, \n, \r and \\. The first line names the columns. What is
 * not known is empty.
 */
#include "formats.h"
#include "put.h"
#include "row.h"

typedef struct separated_private {
  emit_row_context context;
} separated_private;

/* A spreadsheet's reader needs quotes only around these; what begins like a formula is none of our texts. */
static void put_csv_text(emit_text *out, const char *s)
{
  if (strpbrk(s, ",\"\r\n") == NULL) {
    emit_text_string(out, s);
    return;
  }
  emit_text_char(out, '"');
  for (; *s != '\0'; s++) {
    if (*s == '"')
      emit_text_char(out, '"');
    emit_text_char(out, *s);
  }
  emit_text_char(out, '"');
}

static void put_tsv_text(emit_text *out, const char *s)
{
  static const char meant[] = "\t\n\r\\", written[] = "tnr\\";

  for (; *s != '\0'; s++) {
    const char *at = strchr(meant, *s);

    if (at != NULL) {
      emit_text_char(out, '\\');
      emit_text_char(out, written[at - meant]);
    } else {
      emit_text_char(out, *s);
    }
  }
}

static gboolean separated_open(emit_output *output, char separator)
{
  separated_private *p = output->priv;
  const emit_columns *columns = output->options.columns;
  guint i;

  p->context = (emit_row_context){ output->options.profile, output->options.first_ns, g_string_new(NULL),
                                   output->options.label_names };
  for (i = 0; i < columns->n; i++) {
    if (i > 0)
      emit_text_char(output->text, separator);
    emit_text_string(output->text, columns->column[i]->name);
  }
  emit_text_char(output->text, '\n');
  return TRUE;
}

/* What cannot write itself. */
static void put_value(emit_text *out, const emit_row_context *context, const emit_field *field, const void *record,
                      void (*put_text)(emit_text *out, const char *s))
{
  emit_value value = { .known = FALSE };

  field->get(context, record, &value);
  if (value.known && field->kind == EMIT_KIND_TEXT)
    put_text(out, value.of.text);
  else
    emit_value_put(out, field->kind, &value);
}

static gboolean put_whole(emit_text *out, const emit_row_context *context, const emit_columns *columns,
                          const void *record, char separator)
{
  char *end;

  if (!columns->all || columns->table->put_row == NULL)
    return FALSE;
  end = columns->table->put_row(emit_text_reserve(out, EMIT_PUT_ROW_BYTES), out, context, record, separator);
  if (end != NULL)
    emit_text_advance(out, end);
  return end != NULL;
}

/* For every connection and column: there is room for the longest of them while the row is written at one pointer. */
static void separated_row(emit_output *output, const void *record, char separator,
                          void (*put_text)(emit_text *out, const char *s))
{
  const emit_row_context *context = &((const separated_private *)output->priv)->context;
  const emit_columns *columns = output->options.columns;
  emit_text *out = output->text;
  char *p, *most;
  guint i;

  if (put_whole(out, context, columns, record, separator))
    return;
  p = most = emit_text_reserve(out, EMIT_PUT_BYTES);
  for (i = 0; i < columns->n; i++) {
    const emit_field *field = columns->column[i];

    if (G_UNLIKELY(p >= most)) {
      emit_text_advance(out, p);
      p = emit_text_reserve(out, 1 + EMIT_PUT_BYTES);
      most = out->data + out->size - EMIT_PUT_BYTES;
    }
    if (G_LIKELY(field->put != NULL)) {
      p = field->put(p, out, context, record);
    } else {
      emit_text_advance(out, p);
      put_value(out, context, field, record, put_text);
      p = emit_text_reserve(out, 1 + EMIT_PUT_BYTES);
      most = out->data + out->size - EMIT_PUT_BYTES;
    }
    *p++ = separator;
  }
  p[-1] = '\n';
  emit_text_advance(out, p);
}

static gboolean separated_close(emit_output *output, GError **error)
{
  (void)error;
  g_string_free(((separated_private *)output->priv)->context.scratch, TRUE);
  return TRUE;
}

static gboolean csv_open(emit_output *output, GError **error)
{
  (void)error;
  return separated_open(output, ',');
}

static void csv_row(emit_output *output, const void *record) { separated_row(output, record, ',', put_csv_text); }

static gboolean tsv_open(emit_output *output, GError **error)
{
  (void)error;
  return separated_open(output, '\t');
}

static void tsv_row(emit_output *output, const void *record) { separated_row(output, record, '\t', put_tsv_text); }

enum { SEPARATED_CAN = EMIT_CAN_FLOWS | EMIT_CAN_PACKETS | EMIT_CAN_EVENTS };

const emit_format emit_format_csv = {
  .name = "csv",
  .help = "comma-separated values, the columns' names first",
  .can = SEPARATED_CAN,
  .private_bytes = sizeof(separated_private),
  .open = csv_open,
  .row = csv_row,
  .close = separated_close,
};

const emit_format emit_format_tsv = {
  .name = "tsv",
  .help = "tab-separated values, the columns' names first",
  .can = SEPARATED_CAN,
  .private_bytes = sizeof(separated_private),
  .open = tsv_open,
  .row = tsv_row,
  .close = separated_close,
};

/* Here for its name alone: the rows go where no text goes. */
const emit_format emit_format_sqlite = {
  .name = "sqlite",
  .help = "a database with all of these rows and more, with -W FILE",
  .can = EMIT_CAN_FLOWS,
  .is_database = TRUE,
};
