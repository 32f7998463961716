/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include "resume.h"
#include "interrupt.h"
#include "resume_file.h"
#include "resume_place.h"
#include "run_plot.h"
#include "say.h"

#include "conntrack/state/state.h"
#include "journal/history.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORMAT_VERSION = 4, WRITE_BYTES = 1 << 18 };
static const guint8 magic[CLI_RESUME_MAGIC_BYTES] = { 0xc7, 'R', 'E', 'S', 'U', 'M', '\r', '\n' };

struct cli_resume {
  int load_fd; /* -1: nothing is loaded */
  cli_place place;
  gboolean saves, taken;
  GError *failed; /* what kept the state from being taken */
  gboolean plotted;
};

/* ---- what a state is of ---- */

/* All that the engine's own parameters do not say, each as the words of the reason where it differs. */
static GPtrArray *facts_of(const cli_run *run)
{
  GPtrArray *facts = cli_resume_facts(&run->o->replay);

  cli_resume_fact_rules(facts, run->o, &run->firewall);
  return facts;
}

/* => FALSE */
static gboolean refuse(cli_run *run, const char *why)
{
  cli_say("--load-state %s: %s", run->o->load_state, why);
  run->code = CLI_EXIT_INPUT;
  return FALSE;
}

/* ---- the parts beside the engine ---- */

/* As bytes, since who remembers begins with the engine, which comes behind; and a run that shows no packets does not.
 */
static void keep_remembered(cli_run *run, resume_io *io)
{
  GByteArray *bytes = g_byte_array_new();
  resume_io own = { .out = bytes };

  if (!resume_reads(io) && run->history != NULL) {
    journal_history_keep(run->history, &own);
    emit_asked_keep(run->asked, &own);
  }
  resume_byte_array(io, bytes);
  if (resume_reads(io) && bytes->len > 0)
    run->remembered = bytes;
  else
    g_byte_array_unref(bytes);
}

gboolean cli_resume_remember(cli_run *run, journal_history *history, emit_asked *asked)
{
  resume_io io = { .at = NULL };

  run->history = history;
  run->asked = asked;
  if (run->remembered != NULL) {
    io.at = run->remembered->data;
    io.end = io.at + run->remembered->len;
    journal_history_keep(history, &io);
    emit_asked_keep(asked, &io);
    if (!io.failed && io.at != io.end)
      resume_fail(&io, "it is longer than its parts");
  }
  if (run->resume != NULL && run->resume->load_fd >= 0)
    journal_history_goes_on(history, run->remembered != NULL);
  return !io.failed || refuse(run, io.why);
}

static void keep_parts(cli_run *run, resume_io *io)
{
  gboolean ruled = run->firewall.firewall != NULL;

  replay_source_keep(run->source, io);
  resume_bool(io, &ruled);
  if (ruled && run->firewall.firewall != NULL)
    fw_firewall_keep(run->firewall.firewall, io);
  cli_pressure_keep(run->pressure, io);
  cli_plot_keep(run, io);
  keep_remembered(run, io);
}

/* ---- opening ---- */

gboolean cli_resume_open(cli_run *run)
{
  const cli_options *o = run->o;
  cli_resume *r;

  if (o->load_state == NULL && o->save_state == NULL)
    return TRUE;
  r = run->resume = g_new0(cli_resume, 1);
  r->load_fd = -1;
  run->pressure = cli_pressure_new(); /* also where this run does not show them: a later one may */
  if (o->load_state != NULL && (r->load_fd = open(o->load_state, O_RDONLY | O_CLOEXEC)) < 0) {
    cli_say("--load-state %s: %s", o->load_state, g_strerror(errno));
    run->code = CLI_EXIT_INPUT;
    return FALSE;
  }
  if (o->save_state == NULL)
    return TRUE;
  if (replay_source_reads(run->source, o->save_state)) {
    cli_say("--save-state %s: that is a capture being read", o->save_state);
    return FALSE;
  }
  r->saves = cli_place_open(&r->place, o->save_state, run->capture_fd >= 0 ? run->capture_fd : run->output.fd);
  if (!r->saves) {
    cli_say("--save-state %s: %s", o->save_state, g_strerror(errno));
    run->code = CLI_EXIT_OUTPUT;
  }
  return r->saves;
}

/* ---- loading ---- */

static gboolean load_parts(cli_run *run, const guint8 *bytes, gsize n)
{
  resume_io io = { .at = bytes + CLI_RESUME_HEAD_BYTES, .end = bytes + n };
  GPtrArray *here = facts_of(run), *there = cli_resume_keep_facts(&io, here);
  char *why = io.failed ? NULL : cli_resume_difference(there, here);
  replay_figures figures;
  gboolean fine;

  if (why == NULL && !io.failed)
    keep_parts(run, &io);
  replay_source_figures(run->source, &figures);
  run->first_ns = figures.first_ns; /* also where no packet comes any more */
  if (why == NULL && !io.failed && io.at != io.end)
    resume_fail(&io, "it is longer than its parts");
  fine = why == NULL && !io.failed;
  if (!fine)
    refuse(run, why != NULL ? why : io.why);
  g_ptr_array_unref(here);
  g_ptr_array_unref(there);
  g_free(why);
  return fine;
}

static gboolean load_engine(cli_run *run, const guint8 *bytes, gsize n)
{
  ct_state_error error;

  run->engine = ct_state_read(bytes, n, &run->params, &error);
  return run->engine != NULL || refuse(run, error.text);
}

static gboolean load(cli_run *run)
{
  const char *reason = NULL;
  char *why = NULL;
  gsize n = 0, parts;
  guint8 *bytes = cli_resume_read(run->resume->load_fd, &n, &reason);
  gboolean fine;

  if (bytes == NULL)
    return refuse(run, reason);
  parts = cli_resume_check(bytes, n, magic, FORMAT_VERSION, &why);
  fine = parts > 0 ? load_parts(run, bytes, parts - CLI_RESUME_SUM_BYTES) && load_engine(run, bytes + parts, n - parts)
                   : refuse(run, why);
  g_free(why);
  g_free(bytes);
  return fine;
}

gboolean cli_resume_load(cli_run *run)
{
  const cli_resume *r = run->resume;
  const char *unkept;

  if (r == NULL)
    return TRUE;
  unkept = run->firewall.firewall != NULL ? fw_firewall_unkept(run->firewall.firewall) : NULL;
  if (unkept != NULL) {
    cli_say("--%s-state: what is remembered by %s cannot be kept yet", r->saves ? "save" : "load", unkept);
    run->code = CLI_EXIT_USAGE;
    return FALSE;
  }
  return r->load_fd < 0 || load(run);
}

/* ---- saving ---- */

typedef struct writing {
  int fd;
  GByteArray *waits;
  int failed; /* errno */
} writing;

static void write_out(writing *w, const guint8 *bytes, gsize n)
{
  while (n > 0 && w->failed == 0) {
    ssize_t done = write(w->fd, bytes, n);

    if (done < 0 && errno != EINTR)
      w->failed = errno;
    if (done <= 0)
      continue;
    bytes += done;
    n -= (gsize)done;
  }
}

static bool sink(const void *bytes, size_t n, void *user)
{
  writing *w = user;

  g_byte_array_append(w->waits, bytes, (guint)n);
  if (w->waits->len >= WRITE_BYTES) {
    write_out(w, w->waits->data, w->waits->len);
    g_byte_array_set_size(w->waits, 0);
  }
  return w->failed == 0;
}

static void put_parts(cli_run *run, writing *w)
{
  resume_io io = { .out = w->waits };
  GPtrArray *facts = facts_of(run);

  cli_resume_begin(w->waits, magic, FORMAT_VERSION);
  cli_resume_keep_facts(&io, facts);
  keep_parts(run, &io);
  cli_resume_seal(w->waits);
  g_ptr_array_unref(facts);
}

void cli_resume_take(cli_run *run)
{
  cli_resume *r = run->resume;
  writing w = { .failed = 0 };
  ct_state_error error = { .offset = 0 };

  if (r == NULL || !r->saves || r->taken || r->failed != NULL || cli_stop != 0)
    return;
  w.fd = r->place.fd;
  w.waits = g_byte_array_new();
  put_parts(run, &w);
  r->taken = ct_state_write(run->engine, sink, &w, &error);
  write_out(&w, w.waits->data, w.waits->len);
  g_byte_array_unref(w.waits);
  r->taken = r->taken && w.failed == 0;
  if (!r->taken)
    r->failed =
      g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_FAILED, w.failed != 0 ? g_strerror(w.failed) : error.text);
}

static void put_in_place(cli_run *run)
{
  cli_resume *r = run->resume;
  const char *path = run->o->save_state;
  int failed;

  if (r->failed != NULL) {
    cli_say("--save-state %s: %s", path, r->failed->message);
    run->code = cli_exit_graver(run->code, CLI_EXIT_OUTPUT);
  } else if (!r->taken || cli_stop != 0 || run->unwanted || run->code == CLI_EXIT_OUTPUT) {
    cli_say("note: --save-state %s: not written, as the run did not come to its end", path);
  } else if ((failed = cli_place_take(&r->place)) != 0) {
    cli_say("--save-state %s: %s", path, g_strerror(failed));
    run->code = cli_exit_graver(run->code, CLI_EXIT_OUTPUT);
  } else {
    cli_resume_say_held(path, replay_source_held(run->source));
  }
}

void cli_resume_close(cli_run *run)
{
  cli_resume *r = run->resume;

  if (r == NULL)
    return;
  run->resume = NULL;
  if (r->load_fd >= 0)
    close(r->load_fd);
  if (r->saves) {
    run->resume = r;
    if (run->played)
      put_in_place(run);
    run->resume = NULL;
    cli_place_close(&r->place);
  }
  g_clear_error(&r->failed);
  g_free(r);
}
