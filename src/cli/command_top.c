/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay top: the table through time, on a full screen. */
#include "captures.h"
#include "commands.h"
#include "interrupt.h"
#include "kernel.h"
#include "memory.h"
#include "sandbox.h"
#include "say.h"
#include "top_rules.h"

#include "screen/moment.h"
#include "screen/session.h"
#include "screen/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How the time of the program's one thread is shared: long enough to get on, short enough not to be felt. */
enum { SLICE_US = 15000, FRAME_US = 40000, LIVE_MS = 50, IDLE_MS = 1000 };
/* Who feeds a pipe says things on the same terminal ("listening on eth0"), over the screen: it is drawn anew. */
enum { ANEW_US = 1000000 };

enum { SAID_BYTES = 1 << 16 };

/* What a shell adds to the number of a signal that ended a program. */
enum { SIGNALLED = 128 };

typedef struct top_own {
  const char *at;
  gint64 memory_bytes; /* of keyframes, and again of frames */
  GPtrArray *other_rules;
} top_own;

typedef struct topping {
  const top_own *own;
  cli_options *o;
  ct_params params;
  replay_source *source;
  int spare;           /* the capture once more, where it is one plain file; -1: it is not */
  cli_options chosen;  /* its filter is what was typed */
  char **chosen_words; /* that it points into */
  top_rules rules;
  session *session;
  char *name; /* of the captures, in the title */
  cli_exit code;
} topping;

/* ---- what the session asks for ---- */

/* All of them share a place in the file, which is only used for the first bytes: then each reads at places of its own.
 */
static int reopen(gpointer user)
{
  const topping *t = user;
  int fd = t->spare >= 0 ? dup(t->spare) : -1;

  if (fd >= 0)
    lseek(fd, 0, SEEK_SET);
  return fd;
}

static gboolean choose(const char *letters, gpointer user, GError **error)
{
  topping *t = user;
  char *line = g_strdup_printf("choose %s", letters), **words = NULL;
  cli_options fresh;
  int n = 0;
  gboolean fine;

  fine = g_shell_parse_argv(line, &n, &words, error);
  g_free(line);
  if (!fine)
    return FALSE;
  cli_options_init(&fresh);
  fine = cli_options_parse(&fresh, n, words, CLI_FILTER, NULL, error);
  if (fine && fresh.captures->len > 0) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s: no letter", (const char *)fresh.captures->pdata[0]);
    fine = FALSE;
  }
  if (!fine) {
    cli_options_clear(&fresh);
    g_strfreev(words);
    return FALSE;
  }
  cli_options_clear(&t->chosen);
  g_strfreev(t->chosen_words);
  t->chosen = fresh;
  t->chosen.filter.profile = t->params.profile;
  t->chosen_words = words;
  return TRUE;
}

static gboolean is_chosen(const ct_view *view, gpointer user)
{
  return cli_filter_entry(&((const topping *)user)->chosen.filter, view);
}

/* "max=64" and the like are options; every other name is a sysctl's. */
static char *option_of(const char *word)
{
  static const char *const options[] = { "profile=", "max=", "hashsize=", "gc=", "hz=", "ram=", "hash-seed=" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(options); i++)
    if (g_str_has_prefix(word, options[i]))
      return g_strdup_printf("--%s", word);
  return g_str_has_prefix(word, "nf_") || strchr(word, '.') != NULL || g_str_has_prefix(word, "ip_conntrack")
           ? g_strdup_printf("--sysctl=%s", word)
           : g_strdup_printf("--sysctl=nf_conntrack_%s", word);
}

/* "rules=none", "rules=other". => FALSE and a sentence. */
static gboolean change_rules(const topping *t, const char *word, guint *ruleset, GError **error)
{
  if (top_rules_find(&t->rules, word, ruleset))
    return TRUE;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
              "rules=%s: there is none: %s, other (of --other-rules) or given (of --rules)", word, "rules=none");
  return FALSE;
}

/* The command line's kernel, with more options behind. */
static gboolean change(const char *text, ct_params *params, guint *ruleset, gpointer user, GError **error)
{
  topping *t = user;
  g_auto(GStrv) words = g_strsplit_set(text, " ,", -1);
  GPtrArray *line = g_ptr_array_new_with_free_func(g_free);
  cli_options more, both = *t->o;
  gboolean fine = TRUE;
  guint i;

  g_ptr_array_add(line, g_strdup("what if"));
  for (i = 0; words[i] != NULL && fine; i++)
    if (g_str_has_prefix(words[i], "rules="))
      fine = change_rules(t, words[i] + strlen("rules="), ruleset, error);
    else if (*words[i] != '\0')
      g_ptr_array_add(line, strchr(words[i], '=') != NULL ? option_of(words[i]) : g_strdup(words[i]));
  g_ptr_array_add(line, NULL);
  cli_options_init(&more);
  fine = fine && cli_options_parse(&more, (int)line->len - 1, (char **)line->pdata, CLI_KERNEL, NULL, error);
  if (fine && more.captures->len > 0) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "%s: give NAME=VALUE: max=64, tcp_timeout_syn_sent=10, profile=linux-5.10",
                (const char *)more.captures->pdata[0]);
    fine = FALSE;
  }
  both.sysctls = g_ptr_array_new();
  for (i = 0; i < t->o->sysctls->len; i++)
    g_ptr_array_add(both.sysctls, t->o->sysctls->pdata[i]);
  for (i = 0; i < more.sysctls->len; i++)
    g_ptr_array_add(both.sysctls, more.sysctls->pdata[i]);
#define X(field, option)  \
  if (more.field != NULL) \
    both.field = more.field;
  CLI_SINGLE_LIST(X)
#undef X
  fine = fine && cli_kernel_params(&both, params, error);
  g_ptr_array_unref(both.sysctls);
  cli_options_clear(&more);
  g_ptr_array_unref(line);
  return fine;
}

/* ---- the loop ---- */

/* anew: all of it, whatever should stand there. */
static void draw(session *s, terminal *term, canvas *c, gboolean anew)
{
  guint height, width;

  terminal_size(term, &height, &width);
  canvas_init(c, height, width, terminal_is_utf8(term));
  session_draw(s, c);
  terminal_show(term, c, anew);
}

/* any: there were some. => FALSE: that was the end. */
static gboolean take_keys(session *s, terminal *term, gboolean *anew, gboolean *any)
{
  guint32 key;

  while ((key = terminal_key(term)) != 0) {
    *any = TRUE;
    if (key == ('l' & 0x1f))
      *anew = TRUE;
    else if (key != TERMINAL_RESIZED && !session_key(s, key))
      return FALSE;
  }
  return TRUE;
}

static int patience_ms(const topping *t, gboolean more, gint64 left_us)
{
  if (more)
    return 0;
  if (session_is_new(t->session) || session_plays(t->session))
    return (int)MAX(left_us / 1000, 1);
  return replay_source_live(t->source) ? LIVE_MS : IDLE_MS;
}

static void loop(topping *t, terminal *term)
{
  struct pollfd keys = { .fd = terminal_fd(term), .events = POLLIN };
  canvas c = { 0 };
  gint64 drawn_us = G_MININT64 / 2, anew_us = g_get_monotonic_time() + ANEW_US;
  gboolean more = TRUE, resized = FALSE, anew = FALSE;

  while (cli_stop == 0) {
    gint64 now_us;

    more = session_work(t->session, SLICE_US);
    now_us = g_get_monotonic_time();
    session_tick(t->session, now_us);
    if (replay_source_live(t->source) && now_us >= anew_us) {
      anew = TRUE;
      anew_us = now_us + ANEW_US;
    }
    if (resized || anew || (session_is_new(t->session) && now_us - drawn_us >= FRAME_US)) {
      draw(t->session, term, &c, anew);
      drawn_us = now_us;
      anew = FALSE;
    }
    resized = poll(&keys, 1, patience_ms(t, more, drawn_us + FRAME_US - now_us)) < 0 && errno == EINTR;
    if (keys.revents & (POLLHUP | POLLERR))
      break;
    /*
     * Whoever typed sees at once what came of it. The signal of another size may have come while nobody waited, so that
     * it is asked for as well when no key is there.
     */
    if (!take_keys(t->session, term, &anew, &resized))
      break;
  }
  canvas_clear(&c);
}

/* "a.pcap", "a.pcap and 2 more" */
static char *name_of(const cli_options *o)
{
  const char *first = o->replay.captures[0];

  first = strcmp(first, "-") == 0 ? "standard input" : first;
  return o->captures->len > 1 ? g_strdup_printf("%s and %u more", first, o->captures->len - 1) : g_strdup(first);
}

static void show(topping *t, terminal *term)
{
  const session_host host = { .capture = t->name,
                              .params = t->params,
                              .checksums = t->o->replay.checksums,
                              .source = t->source,
                              .reopen = reopen,
                              .path = t->o->replay.captures[0],
                              .choose = choose,
                              .chosen = is_chosen,
                              .change = change,
                              .rules = top_rules_are_there(&t->rules) ? &t->rules.calls : NULL,
                              .ruleset =
                                t->rules.sets[TOP_RULES_GIVEN].firewall != NULL ? TOP_RULES_GIVEN : TOP_RULES_NONE,
                              .user = t,
                              .keyframe_bytes = (gsize)t->own->memory_bytes,
                              .kept_bytes = (gsize)t->own->memory_bytes };

  replay_source_start(t->source);
  t->session = session_new(&host);
  cli_interrupts_catch(t->source, NULL);
  if (t->own->at == NULL || session_go(t->session, t->own->at))
    loop(t, term);
  cli_interrupts_release();
}

static int body(gpointer user)
{
  topping *t = user;
  terminal *term = terminal_open();
  const char *problem;
  guint i;

  if (term == NULL) {
    cli_say("top: there are no keys to be had: standard input is no terminal, and neither is /dev/tty");
    return CLI_EXIT_USAGE;
  }
  /* What is said meanwhile is to be read when the screen has gone. */
  setvbuf(stderr, NULL, _IOFBF, SAID_BYTES);
  if (!t->o->no_sandbox)
    cli_sandbox_enter_with_terminal();
  if (top_rules_start(&t->rules, &t->params))
    show(t, term);
  else
    t->code = CLI_EXIT_USAGE;
  session_free(t->session);
  terminal_close(term);
  for (i = 0; (problem = replay_source_problem(t->source, i)) != NULL; i++) {
    cli_say("%s", problem);
    t->code = CLI_EXIT_INPUT;
  }
  fflush(stderr);
  return cli_stop != 0 ? (int)cli_interrupted() : (int)t->code;
}

/* ---- opening ---- */

static gboolean is_plain(const char *path)
{
  struct stat about;

  return strcmp(path, "-") != 0 && stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

static cli_exit run(topping *t)
{
  replay_options replay = t->o->replay;
  const char *refused = terminal_refused();
  cli_exit code_of_rules = CLI_EXIT_USAGE;
  moment at;
  GError *error = NULL;
  int code, by;

  if (refused != NULL) {
    cli_say("top: %s", refused);
    return CLI_EXIT_USAGE;
  }
  if (t->own->at != NULL && !moment_parse(t->own->at, 0, 0, &at)) {
    g_autofree char *why = moment_refused(t->own->at);

    cli_say("top: --at %s", why);
    return CLI_EXIT_USAGE;
  }
  if (t->o->captures->len == 0) {
    cli_say("give a capture (- for standard input); ctreplay --help says what else");
    return CLI_EXIT_USAGE;
  }
  if (!cli_kernel_params(t->o, &t->params, &error))
    return cli_usage(error);
  cli_allow_many_files(t->o->captures->len + 1);
  replay.stop = &cli_stop;
  replay.ruled = t->o->rules->len > 0 || t->o->box_ruled || t->own->other_rules->len > 0;
  replay.pairs = FALSE; /* what the tape gives again is read from the middle, and nothing before it is known */
  t->source = replay_source_prepare(&replay, &t->params, &error);
  if (t->source == NULL)
    return cli_usage(error);
  if (!replay_source_readable(t->source)) {
    cli_say("%s", replay_source_problem(t->source, 0));
    return CLI_EXIT_INPUT;
  }
  if (!top_rules_load(&t->rules, t->o, t->own->other_rules, &code_of_rules))
    return code_of_rules;
  t->name = name_of(t->o);
  if (t->o->captures->len == 1 && is_plain(t->o->replay.captures[0]))
    t->spare = cap_input_open(t->o->replay.captures[0], NULL);
  code = terminal_guard(body, t, &by);
  if (code >= 0)
    return (cli_exit)code;
  cli_say("top: ended by signal %d (%s)", by, g_strsignal(by));
  return (cli_exit)(SIGNALLED + by);
}

/* clang-format off */
static const cli_option own_options[] = {
  { "at", 0, "MOMENT", CLI_OWN, CLI_TEXT(top_own, at) },
  { "memory", 0, "SIZE", CLI_OWN,
    CLI_SIZE(top_own, memory_bytes, 1 << 20, G_GUINT64_CONSTANT(1) << 40, "a size from 1M, in bytes") },
  { "other-rules", 0, "FILE", CLI_OWN, CLI_LIST(top_own, other_rules) },
  { .name = NULL },
};
/* clang-format on */

cli_exit cli_command_top(int argc, char **argv)
{
  top_own own = { NULL, G_GINT64_CONSTANT(512) << 20, g_ptr_array_new() };
  topping t = { .own = &own, .spare = -1 };
  GError *error = NULL;
  cli_options o;
  cli_exit code;

  cli_options_init(&o);
  cli_options_init(&t.chosen);
  o.own = &own;
  t.o = &o;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error))
    code = cli_usage(error);
  else
    code = run(&t);
  replay_source_free(t.source);
  if (t.spare >= 0)
    close(t.spare);
  g_free(t.name);
  top_rules_clear(&t.rules);
  cli_options_clear(&t.chosen);
  g_strfreev(t.chosen_words);
  cli_options_clear(&o);
  g_ptr_array_unref(own.other_rules);
  return code;
}
