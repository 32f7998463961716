/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep_resume.h"
#include "interrupt.h"
#include "resume_file.h"
#include "resume_place.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { FORMAT_VERSION = 2 };
static const guint8 magic[CLI_RESUME_MAGIC_BYTES] = { 0xc7, 'S', 'W', 'E', 'E', 'P', '\r', '\n' };

struct cli_sweep_resume {
  const char *load_path, *save_path;
  int load_fd; /* -1: nothing is loaded */
  guint8 *loaded;
  resume_io load, save;
  resume_io runners; /* of this reading: they are written first, and read behind the source */
  replay_source *source;
  guint64 held; /* packets; each reading holds the same */
  cli_place place;
  gboolean said;
};

gboolean cli_sweep_resume_open(cli_sweep_resume **resume, const char *load, const char *save, cli_exit *code)
{
  cli_sweep_resume *r;

  *resume = NULL;
  if (load == NULL && save == NULL)
    return TRUE;
  r = *resume = g_new0(cli_sweep_resume, 1);
  r->load_path = load;
  r->load_fd = load != NULL ? open(load, O_RDONLY | O_CLOEXEC) : -1;
  if (load != NULL && r->load_fd < 0) {
    cli_say("--load-state %s: %s", load, g_strerror(errno));
    *code = CLI_EXIT_INPUT;
    return FALSE;
  }
  if (save != NULL && !cli_place_open(&r->place, save, -1)) {
    cli_say("--save-state %s: %s", save, g_strerror(errno));
    *code = CLI_EXIT_OUTPUT;
    return FALSE;
  }
  r->save_path = save;
  return TRUE;
}

static gboolean refuse(cli_sweep_resume *r, const char *why)
{
  if (!r->said)
    cli_say("--load-state %s: %s", r->load_path, why);
  r->said = TRUE;
  return FALSE;
}

static GPtrArray *facts_of(const cli_options *o, const cli_firewall *rules, const GArray *settings)
{
  GPtrArray *facts = cli_resume_facts(&o->replay);
  guint i;

  cli_resume_fact_rules(facts, o, rules);
  for (i = 0; i < settings->len; i++)
    cli_resume_fact(facts, "the setting", g_array_index(settings, sweep_setting, i).label);
  return facts;
}

static gboolean load_head(cli_sweep_resume *r, GPtrArray *here)
{
  const char *reason = NULL;
  char *why = NULL;
  gsize n = 0, end;
  GPtrArray *there;
  gboolean fine;

  r->loaded = cli_resume_read(r->load_fd, &n, &reason);
  if (r->loaded == NULL)
    return refuse(r, reason);
  end = cli_resume_check(r->loaded, n, magic, FORMAT_VERSION, &why);
  if (end == 0) {
    refuse(r, why);
    g_free(why);
    return FALSE;
  }
  if (end != n)
    return refuse(r, "something follows it");
  r->load = (resume_io){ .at = r->loaded + CLI_RESUME_HEAD_BYTES, .end = r->loaded + end - CLI_RESUME_SUM_BYTES };
  there = cli_resume_keep_facts(&r->load, here);
  why = r->load.failed ? g_strdup(r->load.why) : cli_resume_difference(there, here);
  fine = why == NULL || refuse(r, why);
  g_free(why);
  g_ptr_array_unref(there);
  return fine;
}

gboolean cli_sweep_resume_begin(cli_sweep_resume *r, const cli_options *o, const cli_firewall *rules,
                                const GArray *settings)
{
  GPtrArray *facts = facts_of(o, rules, settings);
  gboolean fine = r->load_fd < 0 || load_head(r, facts);

  if (r->save_path != NULL) {
    r->save.out = g_byte_array_new();
    cli_resume_begin(r->save.out, magic, FORMAT_VERSION);
    cli_resume_keep_facts(&r->save, facts);
  }
  g_ptr_array_unref(facts);
  return fine;
}

gboolean cli_sweep_resume_source(cli_sweep_resume *r, replay_source *source)
{
  r->source = source;
  if (r->save_path != NULL)
    r->runners = (resume_io){ .out = g_byte_array_new() };
  if (r->load_fd < 0)
    return TRUE;
  replay_source_keep(source, &r->load);
  return !r->load.failed || refuse(r, r->load.why);
}

sweep_keeping cli_sweep_resume_keeping(cli_sweep_resume *r)
{
  return (sweep_keeping){ .load = r->load_fd >= 0 ? &r->load : NULL,
                          .save = r->save_path != NULL ? &r->runners : NULL };
}

gboolean cli_sweep_resume_fine(cli_sweep_resume *r)
{
  if (r->load_fd >= 0 && r->load.failed)
    return refuse(r, r->load.why);
  if (r->save_path == NULL)
    return TRUE;
  replay_source_keep(r->source, &r->save);
  r->held = MAX(r->held, replay_source_held(r->source));
  if (r->runners.out->len > G_MAXUINT32 / 2 - MIN(r->save.out->len, G_MAXUINT32 / 2))
    resume_fail(&r->runners, "the tables of all settings are too much for one state");
  else
    resume_raw(&r->save, r->runners.out->data, r->runners.out->len);
  g_byte_array_unref(g_steal_pointer(&r->runners.out));
  if (r->runners.failed)
    cli_say("--save-state %s: %s", r->save_path, r->runners.why);
  return !r->runners.failed;
}

static int write_all(int fd, const GByteArray *bytes)
{
  gsize done = 0;

  while (done < bytes->len) {
    ssize_t n = write(fd, bytes->data + done, bytes->len - done);

    if (n < 0 && errno != EINTR)
      return errno;
    done += n > 0 ? (gsize)n : 0;
  }
  return 0;
}

cli_exit cli_sweep_resume_end(cli_sweep_resume *r, cli_exit code)
{
  int failed;

  if (r->load_fd >= 0 && r->load.at != r->load.end) {
    refuse(r, "it is longer than its parts");
    return cli_exit_graver(code, CLI_EXIT_INPUT);
  }
  if (r->save_path == NULL)
    return code;
  if (cli_stop != 0 || code == CLI_EXIT_OUTPUT) {
    cli_say("note: --save-state %s: not written, as the run did not come to its end", r->save_path);
    return code;
  }
  cli_resume_seal(r->save.out);
  failed = write_all(r->place.fd, r->save.out);
  if (failed == 0)
    failed = cli_place_take(&r->place);
  if (failed == 0) {
    cli_resume_say_held(r->save_path, r->held);
    return code;
  }
  cli_say("--save-state %s: %s", r->save_path, g_strerror(failed));
  return cli_exit_graver(code, CLI_EXIT_OUTPUT);
}

void cli_sweep_resume_close(cli_sweep_resume *r)
{
  if (r == NULL)
    return;
  if (r->load_fd >= 0)
    close(r->load_fd);
  if (r->save_path != NULL)
    cli_place_close(&r->place);
  if (r->save.out != NULL)
    g_byte_array_unref(r->save.out);
  if (r->runners.out != NULL)
    g_byte_array_unref(r->runners.out);
  g_free(r->loaded);
  g_free(r);
}
