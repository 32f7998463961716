/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "columns.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "flows/order.h"

static const struct {
  guint what;
  const emit_table *table;
  const char *command;
} tables[] = { { EMIT_CAN_FLOWS, &flows_table, "flows" },
               { EMIT_CAN_FLOWS, &flows_group_table, "flows --by" },
               { EMIT_CAN_PACKETS, &emit_table_packets, "-P" },
               { EMIT_CAN_EVENTS, &emit_table_events, "-E" } };

const emit_table *cli_columns_table(guint what)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(tables); i++)
    if (tables[i].what == what)
      return tables[i].table;
  return NULL;
}

/* Whether the format shows this as rows, whatever is asked for. */
static gboolean only_rows(const emit_format *format, guint what)
{
  return what == EMIT_CAN_FLOWS || (what == EMIT_CAN_PACKETS && format->packet == NULL) ||
         (what == EMIT_CAN_EVENTS && format->event == NULL);
}

gboolean cli_columns_choose(emit_columns *columns, const cli_options *o, const emit_format *format, guint what,
                            const emit_table *table, GError **error)
{
  char *wrong = NULL;

  columns->n = 0;
  if (o->fields == NULL) {
    if (format->row == NULL || !only_rows(format, what))
      return TRUE;
    emit_columns_ranked(columns, table, cli_columns_screen());
    if (columns->n == 0 || !format->fits_screen)
      emit_columns_all(columns, table);
    return TRUE;
  }
  if (format->row == NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--fields: not of -o %s; give text, csv, tsv or json", format->name);
    return FALSE;
  }
  if (emit_columns_choose(columns, table, o->fields, &wrong))
    return TRUE;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
              emit_field_find(table, wrong, strlen(wrong)) != NULL ? "--fields: %s is named twice"
                                                                   : "--fields: %s is none; see ctreplay list fields",
              *wrong != '\0' ? wrong : "an empty name");
  g_free(wrong);
  return FALSE;
}

guint cli_columns_screen(void)
{
  struct winsize size;

  return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void cli_columns_each(void (*fn)(const char *command, const emit_field *field, gpointer user), gpointer user)
{
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS(tables); i++)
    for (k = 0; k < tables[i].table->n; k++)
      fn(tables[i].command, &tables[i].table->fields[k], user);
}

void cli_columns_list(void)
{
  static const char *const kinds[] = {
    [EMIT_KIND_NUMBER] = "number", [EMIT_KIND_TEXT] = "text",    [EMIT_KIND_ADDRESS] = "address",
    [EMIT_KIND_TIME] = "time",     [EMIT_KIND_SPAN] = "seconds", [EMIT_KIND_FLAG] = "yes or no"
  };
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS(tables); i++) {
    printf("%s%s:\n", i > 0 ? "\n" : "", tables[i].command);
    for (k = 0; k < tables[i].table->n; k++) {
      const emit_field *field = &tables[i].table->fields[k];

      printf("%-15s %-9s %s\n", field->name, kinds[field->kind], field->help);
    }
  }
}
