/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that runs out half-way: GLib and the engine end the process then, by a fatal message. A user gets the line and
 * the code that a table too large at the start gets, and no core.
 */
#include "exit.h"
#include "memory.h"

#include <glib.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The words of GLib (g_malloc, g_thread_new) and of the engine's pages. */
static gboolean is_about_memory(const char *message)
{
  return strstr(message, "failed to allocate") != NULL || strstr(message, "out of memory") != NULL ||
         strstr(message, "creating thread") != NULL || strstr(message, "no memory") != NULL;
}

/* Nothing here may allocate. */
static void end_process(void)
{
  static const char line[] =
    "ctreplay: out of memory: what was shown is not all; a smaller --max or a shorter capture needs less\n";
  gssize written = write(STDERR_FILENO, line, sizeof(line) - 1);

  (void)written;
  _exit(CLI_EXIT_USAGE);
}

static GLogWriterOutput write_log(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user)
{
  gsize i;

  (void)user;
  for (i = 0; i < n_fields; i++)
    if (strcmp(fields[i].key, "MESSAGE") == 0 && (level & G_LOG_LEVEL_ERROR) != 0 && is_about_memory(fields[i].value))
      end_process();
  return g_log_writer_default(level, fields, n_fields, user);
}

/* What the engine says of its pages comes here. */
static void write_error(const char *text)
{
  if (is_about_memory(text))
    end_process();
  fputs(text, stderr);
}

void cli_catch_out_of_memory(void)
{
  static gboolean caught; /* GLib takes a writer once; a test may call main again */

  if (caught)
    return;
  caught = TRUE;
  g_set_printerr_handler(write_error);
  g_log_set_writer_func(write_log, NULL, NULL);
}
