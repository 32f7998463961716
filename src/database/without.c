/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In place of all of it, in a build without SQLite: database_open says so, and nothing else is ever called. */
#include "database.h"

gboolean database_is_built(void) { return FALSE; }

database *database_open(int fd, const emit_row_context *context, GError **error)
{
  (void)fd;
  (void)context;
  g_set_error_literal(error, EMIT_ERROR, EMIT_ERROR_FORMAT, "this build has no SQLite");
  return NULL;
}

void database_meta(database *d, const char *key, const char *value)
{
  (void)d;
  (void)key;
  (void)value;
}

void database_capture(database *d, const char *path)
{
  (void)d;
  (void)path;
}

void database_flow(database *d, const void *record)
{
  (void)d;
  (void)record;
}

void database_packet(database *d, const emit_packet_record *record)
{
  (void)d;
  (void)record;
}

void database_pass(database *d, const ct_packet *packet, const ct_result *result, guint64 count,
                   const emit_rules *rules)
{
  (void)d;
  (void)packet;
  (void)result;
  (void)count;
  (void)rules;
}

void database_event(database *d, const ct_event *event)
{
  (void)d;
  (void)event;
}

gboolean database_failed(const database *d)
{
  (void)d;
  return TRUE;
}

gboolean database_close(database *d, GError **error)
{
  (void)d;
  (void)error;
  return TRUE;
}
