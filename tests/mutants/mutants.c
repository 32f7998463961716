/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mutants of real captures through the whole program. Each mutant goes through one command three times: twice on one
 * thread, once on two. It must end with 0, or with 3 and a reason on standard error; all three must say the same, to
 * the byte; no sanitizer may say a word; none may take longer than TIMEOUT_S. What a mutant that was only cut shows
 * must be the beginning of what the whole shows. The program runs inside workers that are forked for a few
 * hundred mutants each; every EXEC_EVERY-th mutant also goes through the built binary, sandbox and all, which must
 * say the same again.
 *
 *   mutants [--mutants N] [--seed N] [--first N] [--jobs N] [--program ctreplay] [--keep FOLDER] [CAPTURE|FOLDER...]
 *
 * The captures are those of $CTREPLAY_TRUTH (or ../shared beside the source); where there are none, the samples.
 * Mutants are numbered: the same --seed and number are the same mutant, so --first N --mutants 1 tries one again.
 */
#include <config.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "captures.h"
#include "desk.h"
#include "mutate.h"

enum {
  TIMEOUT_S =
    60, /* a mutant has at most PIECE_MOST_BYTES and takes milliseconds; machines are slow, sanitizers slower */
  WORKER_MUTANTS = 250,
  EXEC_EVERY = 40,
  CUT_EVERY = 16, /* only cut, so that what is shown can be compared with what the whole shows */
  PIECE_BYTES = 24 * 1024,
  PIECE_MOST_BYTES = 160 * 1024,
  MOST_JOBS = 16
};

int ctreplay_main(int argc, char **argv);

/* Rules that translate and track all that is real in the captures: sources, destinations, helpers, zones, answers. */
static const char rules[] =
  "*raw\n"
  "-A PREROUTING -p tcp --dport 21 -j CT --helper ftp\n"
  "-A PREROUTING -p udp --dport 5060 -j CT --helper sip\n"
  "-A PREROUTING -p udp --dport 69 -j CT --helper tftp\n"
  "-A PREROUTING -p tcp --dport 6667 -j CT --helper irc\n"
  "-A PREROUTING -p tcp --dport 1723 -j CT --helper pptp\n"
  "-A PREROUTING -s 10.0.0.0/9 -j CT --zone-orig 3\n"
  "-A PREROUTING -p udp --sport 123 -j NOTRACK\n"
  "COMMIT\n*mangle\n"
  "-A PREROUTING -j CONNMARK --restore-mark\n"
  "-A FORWARD -p tcp -j MARK --set-mark 7\n"
  "-A POSTROUTING -j CONNMARK --save-mark\n"
  "COMMIT\n*nat\n"
  "-A PREROUTING -p tcp --dport 80:443 -j DNAT --to-destination 192.168.9.1-192.168.9.3:8000-8003\n"
  "-A PREROUTING -p udp --dport 53 -j REDIRECT --to-ports 5353\n"
  "-A PREROUTING -d 224.0.0.0/4 -j NETMAP --to 192.168.0.0/24\n"
  "-A POSTROUTING -p icmp -j SNAT --to-source 203.0.113.2-203.0.113.9 --persistent\n"
  "-A POSTROUTING -p udp -j SNAT --to-source 203.0.113.3:1000-1003\n"
  "-A POSTROUTING -j MASQUERADE --random\n"
  "COMMIT\n*filter\n"
  "-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n"
  "-A FORWARD -m conntrack --ctstate INVALID -j DROP\n"
  "-A FORWARD -p udp -m length --length 200:300 -j REJECT\n"
  "COMMIT\n";

/* "@" is the capture, "%" a file to be written, "#" the rules. */
static const char *const commands[][12] = {
  { "-P", "-o", "json", "@" },
  { "@" },
  { "-E", "-o", "timestamp,id", "@" },
  { "-L", "@" },
  { "-P", "@" },
  { "-S", "-o", "json", "--gc", "kernel", "@" },
  { "--evictions", "--max", "8", "--sysctl", "nf_conntrack_buckets=4", "@" },
  { "-P", "-o", "transcript", "--checksums", "verify", "--profile", "linux-2.6", "@" },
  { "-P", "-W", "%", "@" },
  { "-E", "expect", "-o", "json", "@" },
  { "-L", "-o", "xml", "--every", "1h", "@" },
  { "sweep", "--max", "4,64", "-o", "json", "@" },
  { "explain", "-o", "json", "@" },
  { "explain", "@" },
  { "report", "-W", "%", "@" },
  { "states", "tcp", "@" },
  { "diff", "--profile", "linux-6.18", "--profile", "linux-2.6", "@" },
  { "decompile", "@" },
  { "-C", "--merge", "--every", "90", "@", "@" },
  { "-L", "dying", "--bpf", "tcp or udp port 53", "--interface", "1", "@" },
  { "-P", "-o", "json", "--rules", "#", "--local", "203.0.113.1/24@wan0", "--route", "0.0.0.0/0=wan0", "@" },
  { "-L", "-o", "extended,labels", "--rules", "#", "--local", "192.168.1.1/16", "@" },
  { "-P", "-W", "%", "--as", "sent", "--rules", "#", "@" },
  { "explain", "--rules", "#", "--local", "203.0.113.1", "@" },
  { "rules", "--rules", "#", "@" },
  { "-E", "-o", "xml", "--zone-by", "vlan", "@" },
};
/* Of what is cut: how a packet left a router tells of how it arrived, and may be what was cut off. */
static const char *const of_cut[] = { "-P", "-o", "json", "--nat", "off", "@", NULL };
enum { COMMANDS = G_N_ELEMENTS(commands), ARGUMENTS_MOST = 24 };

static GArray *captures; /* capture */
static guint64 seed = 1;
static const char *program = "./ctreplay", *keep = ".";

/* What a run left. */
typedef struct outcome {
  int code;
  GBytes *out, *err, *file;
} outcome;

/* Shared with a worker. */
typedef struct progress {
  guint64 number; /* the mutant being run */
  guint64 done, code0, code3, compared_cut, executed;
  gboolean failed; /* said already */
} progress;

typedef struct mutant {
  guint64 number;
  const capture *of;
  GByteArray *data, *whole; /* whole: before it was cut, of those that are only cut */
  const char *const *command;
  guint done;
} mutant;

static void mutant_make(mutant *m, guint64 number)
{
  mutate_random random = { seed * G_GUINT64_CONSTANT(0xd1342543de82ef95) + number };

  memset(m, 0, sizeof(*m));
  m->number = number;
  m->of = &g_array_index(captures, capture, number % captures->len);
  m->data = mutate_piece(&random, m->of->data, m->of->n,
                         mutate_random_below(&random, 16) == 0 ? PIECE_MOST_BYTES
                                                               : 1 + mutate_random_below(&random, PIECE_BYTES));
  if (number / captures->len % CUT_EVERY == 0) {
    m->whole = g_byte_array_new();
    g_byte_array_append(m->whole, m->data->data, m->data->len);
    mutate_cut(&random, m->data);
    m->done = MUTATE_CUT;
    m->command = of_cut;
  } else {
    m->done = mutate(&random, m->data);
    m->command = commands[mutate_random_below(&random, COMMANDS)];
  }
}

static void mutant_clear(mutant *m)
{
  g_byte_array_free(m->data, TRUE);
  if (m->whole != NULL)
    g_byte_array_free(m->whole, TRUE);
}

static char *mutant_describe(const mutant *m)
{
  char *how = mutate_describe(m->done), *words = g_strjoinv(" ", (char **)(gpointer)m->command);
  char *text =
    g_strdup_printf("mutant %" G_GUINT64_FORMAT " of seed %" G_GUINT64_FORMAT ", %s (%s), %u bytes: ctreplay %s",
                    m->number, seed, m->of->name, how, m->data->len, words);

  g_free(words);
  g_free(how);
  return text;
}

/* ---- a run ---- */

static int make_arguments(const mutant *m, const desk *d, const char *threads, gboolean fence, char **argv)
{
  int n = 0;

  argv[n++] = g_strdup("ctreplay");
  for (guint i = 0; m->command[i] != NULL; i++) {
    const char *word = m->command[i];

    argv[n++] = *word == '@'   ? g_strdup_printf("/proc/self/fd/%d", d->in)
                : *word == '%' ? g_strdup_printf("/proc/self/fd/%d", d->file)
                : *word == '#' ? g_strdup_printf("/proc/self/fd/%d", d->rules)
                               : g_strdup(word);
  }
  argv[n++] = g_strdup("--threads");
  argv[n++] = g_strdup(threads);
  if (!fence)
    argv[n++] = g_strdup("--no-sandbox");
  argv[n] = NULL;
  return n;
}

static int run_here(int argc, char **argv, const desk *d)
{
  int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), code;

  g_assert_true(fflush(stdout) == 0 && out >= 0 && err >= 0);
  g_assert_true(dup2(d->out, STDOUT_FILENO) >= 0 && dup2(d->err, STDERR_FILENO) >= 0);
  alarm(TIMEOUT_S);
  code = ctreplay_main(argc, argv);
  alarm(0);
  g_assert_true(dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0);
  close(out);
  close(err);
  return code;
}

static int run_program(char **argv, const desk *d)
{
  pid_t child = fork();
  int status = 0;

  if (child == 0) {
    if (dup2(d->out, STDOUT_FILENO) >= 0 && dup2(d->err, STDERR_FILENO) >= 0) {
      alarm(TIMEOUT_S);
      execv(program, argv);
    }
    _exit(127);
  }
  g_assert_true(child > 0 && waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static outcome run(const mutant *m, const desk *d, const GByteArray *data, const char *threads, gboolean exec)
{
  char *argv[ARGUMENTS_MOST], *keep_argv[ARGUMENTS_MOST];
  int argc = make_arguments(m, d, threads, exec, argv);
  outcome o;

  desk_fill(d->in, data);
  desk_empty(d->out);
  desk_empty(d->err);
  desk_empty(d->file);
  memcpy(keep_argv, argv, sizeof(argv)); /* getopt turns them round */
  o.code = exec ? run_program(argv, d) : run_here(argc, argv, d);
  o.out = desk_content(d->out);
  o.err = desk_content(d->err);
  o.file = desk_content(d->file);
  for (int i = 0; i < argc; i++)
    g_free(keep_argv[i]);
  return o;
}

static void outcome_clear(outcome *o)
{
  g_bytes_unref(o->out);
  g_bytes_unref(o->err);
  g_bytes_unref(o->file);
}

/* ---- what must hold ---- */

static void keep_capture(const mutant *m, const char *why)
{
  char *text = mutant_describe(m), *path = g_strdup_printf("%s/crash-mutant-%" G_GUINT64_FORMAT, keep, m->number);

  g_file_set_contents(path, (const char *)m->data->data, m->data->len, NULL);
  printf("FAILED: %s\n  %s (kept in %s)\n", text, why, path);
  fflush(stdout);
  g_free(path);
  g_free(text);
}

static gboolean says(const outcome *o, const char *word)
{
  return strstr(g_bytes_get_data(o->err, NULL), word) != NULL;
}

static const char *what_is_wrong(const mutant *m, const outcome *o)
{
  gboolean different = o->code == 1 && strcmp(m->command[0], "diff") == 0;

  if (o->code >= 1000)
    return "ended by a signal";
  if (o->code != 0 && o->code != 3 && !different)
    return "an exit code that is neither 0 nor 3";
  /* Of several captures it need not say which one had frames of a foreign link type. */
  if (o->code == 3 && !says(o, "/proc/self/fd/") && !(says(o, "link type") && strcmp(m->command[0], "-C") == 0))
    return "exit 3, and no reason that names the file";
  if (says(o, "Sanitizer") || says(o, "runtime error") || says(o, "CRITICAL") || says(o, "WARNING"))
    return "a sanitizer or a library complains";
  return NULL;
}

static const char *what_differs(const outcome *a, const outcome *b)
{
  return a->code != b->code                 ? "another exit code"
         : !g_bytes_equal(a->out, b->out)   ? "another output"
         : !g_bytes_equal(a->err, b->err)   ? "other messages"
         : !g_bytes_equal(a->file, b->file) ? "another file"
                                            : NULL;
}

static const char *check_again(const mutant *m, const desk *d, const outcome *like, const char *threads, gboolean exec)
{
  outcome o = run(m, d, m->data, threads, exec);
  const char *wrong = what_is_wrong(m, &o);

  if (wrong == NULL)
    wrong = what_differs(like, &o);
  outcome_clear(&o);
  return wrong;
}

/* Without the last line, where that says that it was a part: n is what stands before it. */
static gsize without_partial(const char *shown, gsize n)
{
  static const char says[] = "{\"schema\":1,\"type\":\"partial\"";
  gsize at = n > 0 ? n - 1 : 0;

  while (at > 0 && shown[at - 1] != '\n')
    at--;
  return n - at > sizeof(says) && memcmp(shown + at, says, sizeof(says) - 1) == 0 ? at : n;
}

static const char *check_cut(const mutant *m, const desk *d, const outcome *cut)
{
  outcome o = run(m, d, m->whole, "1", FALSE);
  gsize n, whole;
  const char *shown = g_bytes_get_data(cut->out, &n), *all = g_bytes_get_data(o.out, &whole);
  const char *wrong = what_is_wrong(m, &o);

  n = without_partial(shown, n);
  if (wrong == NULL && (n > whole || memcmp(shown, all, n) != 0))
    wrong = "what the cut capture shows is not the beginning of what the whole one shows";
  outcome_clear(&o);
  return wrong;
}

static gboolean try_mutant(guint64 number, const desk *d, progress *p)
{
  mutant m;
  outcome first;
  const char *wrong;

  p->number = number;
  mutant_make(&m, number);
  first = run(&m, d, m.data, "1", FALSE);
  wrong = what_is_wrong(&m, &first);
  if (wrong == NULL)
    wrong = check_again(&m, d, &first, "1", FALSE);
  if (wrong == NULL)
    wrong = check_again(&m, d, &first, "2", FALSE);
  if (wrong == NULL && m.whole != NULL) {
    wrong = check_cut(&m, d, &first);
    p->compared_cut++;
  }
  if (wrong == NULL && number % EXEC_EVERY == 0) {
    wrong = check_again(&m, d, &first, "2", TRUE);
    p->executed++;
  }
  if (wrong != NULL) {
    keep_capture(&m, wrong);
    printf("  stderr: %.600s\n", (const char *)g_bytes_get_data(first.err, NULL));
  }
  p->done++;
  p->code0 += first.code != 3;
  p->code3 += first.code == 3;
  outcome_clear(&first);
  mutant_clear(&m);
  return wrong == NULL;
}

/* ---- workers ---- */

/* The worker has died over a mutant; its last words lie on the desk. */
static void tell_death(const desk *d, const progress *p, int status)
{
  char *why = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? g_strdup("takes too long")
              : WIFSIGNALED(status) ? g_strdup_printf("ended by signal %d", WTERMSIG(status))
                                    : g_strdup_printf("ended with %d", WEXITSTATUS(status));
  GBytes *words = desk_content(d->err);
  mutant m;

  mutant_make(&m, p->number);
  keep_capture(&m, why);
  printf("  stderr: %.3000s\n", (const char *)g_bytes_get_data(words, NULL));
  mutant_clear(&m);
  g_bytes_unref(words);
  g_free(why);
}

typedef struct worker {
  pid_t pid;
  desk d;
  progress *p; /* shared */
} worker;

static guint64 next_number, last_number, failures;

/* A worker takes the next few hundred mutants and ends. */
static void worker_start(worker *w)
{
  guint64 from = next_number, to = MIN(from + WORKER_MUTANTS, last_number);

  next_number = to;
  fflush(stdout);
  w->pid = fork();
  g_assert_cmpint(w->pid, >=, 0);
  if (w->pid > 0)
    return;
  for (guint64 number = from; number < to; number++)
    if (!try_mutant(number, &w->d, w->p))
      w->p->failed = TRUE;
  exit(0);
}

static void worker_ended(worker *w, int status)
{
  w->pid = 0;
  if (status != 0) {
    tell_death(&w->d, w->p, status);
    failures++;
  }
  if (w->p->failed)
    failures++;
  w->p->failed = FALSE;
}

static void work(guint jobs, progress *sum)
{
  worker *workers = g_new0(worker, jobs);
  guint running = 0;

  for (guint i = 0; i < jobs; i++) {
    workers[i].d = desk_open(rules);
    workers[i].p = mmap(NULL, sizeof(progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_assert_true(workers[i].p != MAP_FAILED);
  }
  do {
    int status = 0;
    pid_t pid;

    for (guint i = 0; i < jobs; i++)
      if (workers[i].pid == 0 && next_number < last_number && failures < 20) {
        worker_start(&workers[i]);
        running++;
      }
    if (running == 0)
      break;
    pid = wait(&status);
    for (guint i = 0; i < jobs; i++)
      if (workers[i].pid == pid) {
        worker_ended(&workers[i], status);
        running--;
      }
  } while (running > 0 || next_number < last_number);
  for (guint i = 0; i < jobs; i++) {
    sum->done += workers[i].p->done;
    sum->code0 += workers[i].p->code0;
    sum->code3 += workers[i].p->code3;
    sum->compared_cut += workers[i].p->compared_cut;
    sum->executed += workers[i].p->executed;
  }
  g_free(workers);
}

int main(int argc, char **argv)
{
  const char *wanted = g_getenv("MUTANTS");
  guint64 n = wanted != NULL ? g_ascii_strtoull(wanted, NULL, 10) : 3000, first = 0;
  guint jobs = 2;
  progress sum = { 0 };
  gint64 start_us = g_get_monotonic_time();
  int i;

  captures = g_array_new(FALSE, FALSE, sizeof(capture));
  for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
    guint64 value = g_ascii_strtoull(argv[i + 1], NULL, 10);

    if (strcmp(argv[i], "--mutants") == 0)
      n = value;
    else if (strcmp(argv[i], "--seed") == 0)
      seed = value;
    else if (strcmp(argv[i], "--first") == 0)
      first = value;
    else if (strcmp(argv[i], "--jobs") == 0)
      jobs = (guint)CLAMP(value, 1, MOST_JOBS);
    else if (strcmp(argv[i], "--program") == 0)
      program = argv[i + 1];
    else if (strcmp(argv[i], "--keep") == 0)
      keep = argv[i + 1];
    else
      break;
  }
  if (i < argc && argv[i][0] == '-') {
    fprintf(stderr,
            "usage: mutants [--mutants N] [--seed N] [--first N] [--jobs N] [--program ctreplay] [--keep FOLDER] "
            "[CAPTURE|FOLDER...]\n");
    return 2;
  }
  for (; i < argc; i++) {
    if (g_file_test(argv[i], G_FILE_TEST_IS_DIR))
      captures_add_folder(captures, argv[i]);
    else
      captures_add(captures, argv[i]);
  }
  if (captures->len == 0)
    captures_add_default(captures);
  if (captures->len == 0) {
    puts("no captures to make mutants of");
    return 1;
  }
  next_number = first;
  last_number = first + n;
  work(jobs, &sum);
  printf("%" G_GUINT64_FORMAT " mutants of %u captures: %" G_GUINT64_FORMAT " read to the end, %" G_GUINT64_FORMAT
         " refused with a reason; %" G_GUINT64_FORMAT " cut ones compared with the whole, %" G_GUINT64_FORMAT
         " through the program itself; %" G_GUINT64_FORMAT " failures; %.0f s\n",
         sum.done, captures->len, sum.code0, sum.code3, sum.compared_cut, sum.executed, failures,
         (double)(g_get_monotonic_time() - start_us) / 1e6);
  return failures > 0 || sum.done == 0 ? 1 : 0;
}
