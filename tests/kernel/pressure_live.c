/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A full table on this machine's own kernel and in the engine, flooded alike; TAP. nf_conntrack_max and the hash size
 * belong to the whole machine: they are lowered for a few seconds and put back whatever happens. The kernel's hash key
 * is its own, so what depends on it is compared with the mean of ten seeds, within 2 %; what does not must be equal.
 * Needs root.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conntrack/engine.h"
#include "verify/lab.h"

enum { MAX = 1000, BUCKETS = 1024, SEEDS = 10, ROUNDS = 4, IP_BYTES = 40, SKIP = 77 };
enum { SYN = 2, ACK = 16, SERVER = 80 };

/* A flood: some handshakes, then SYNs of others. */
typedef struct flood {
  const char *name;
  guint handshakes, half_open; /* mixed one by one */
  guint syns;                  /* then */
  gboolean certain;            /* no random key decides anything */
} flood;

static const flood floods[] = {
  { "all assured, 500 newcomers", 1000, 0, 500, TRUE },
  { "3000 half-open", 0, 0, 3000, FALSE },
  { "500 assured and 500 half-open, 2000 newcomers", 500, 500, 2000, FALSE },
  { "room for all", 400, 100, 300, TRUE },
};

typedef struct figures {
  double drop, early_drop, count;
} figures;

static guint number, failed;

/* --- packets --- */

static void put16(guint8 *p, guint v)
{
  p[0] = (guint8)(v >> 8);
  p[1] = (guint8)v;
}

static guint16 checksum(const guint8 *p, guint n, guint32 sum)
{
  guint i;

  for (i = 0; i < n; i += 2)
    sum += (guint32)p[i] << 8 | p[i + 1];
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16)~sum;
}

/* Client number n and the server; step 0: SYN, 1: SYN/ACK, 2: ACK. */
static void make_packet(guint8 *ip, guint client, guint step)
{
  static const guint8 flags[] = { SYN, SYN | ACK, ACK };
  guint8 clients[4] = { 10, 77, (guint8)(client >> 8), (guint8)client }, server[4] = { 10, 78, 0, 1 }, *tcp = ip + 20;
  gboolean back = step == 1;
  guint32 pseudo = 6 + 20;
  guint i;

  memset(ip, 0, IP_BYTES);
  ip[0] = 0x45;
  put16(ip + 2, IP_BYTES);
  ip[8] = 64;
  ip[9] = 6;
  memcpy(ip + (back ? 16 : 12), clients, 4);
  memcpy(ip + (back ? 12 : 16), server, 4);
  put16(ip + 10, checksum(ip, 20, 0));
  put16(tcp, back ? SERVER : 2000);
  put16(tcp + 2, back ? 2000 : SERVER);
  tcp[7] = step == 2; /* sequence numbers: each side starts at 0 */
  tcp[11] = step > 0;
  tcp[12] = 5 << 4;
  tcp[13] = flags[step];
  put16(tcp + 14, 1000);
  for (i = 12; i < 20; i += 2)
    pseudo += (guint32)ip[i] << 8 | ip[i + 1];
  put16(tcp + 16, checksum(tcp, 20, pseudo));
}

/* Calls send for every packet of the flood. => FALSE where send gave up. */
static gboolean play(const flood *f, gboolean (*send)(const guint8 *ip, gpointer user), gpointer user)
{
  guint8 ip[IP_BYTES];
  guint client, step, mixed = MAX(f->handshakes, f->half_open);

  for (client = 0; client < mixed; client++) {
    for (step = 0; client < f->handshakes && step < 3; step++) {
      make_packet(ip, client, step);
      if (!send(ip, user))
        return FALSE;
    }
    if (client < f->half_open) {
      make_packet(ip, 20000 + client, 0);
      if (!send(ip, user))
        return FALSE;
    }
  }
  for (client = 0; client < f->syns; client++) {
    make_packet(ip, 40000 + client, 0);
    if (!send(ip, user))
      return FALSE;
  }
  return TRUE;
}

/* --- the engine --- */

typedef struct replaying {
  ct_engine *engine;
  const ct_params *params;
  guint64 sent;
} replaying;

static gboolean send_engine(const guint8 *ip, gpointer user)
{
  replaying *r = user;
  ct_packet packet = {
    .time_ns = (gint64)r->sent * 100000, .number = r->sent + 1, .data = ip, .length = IP_BYTES, .captured = IP_BYTES
  };
  ct_result result;

  r->sent++;
  ct_packet_prepare(&packet, CT_CHECKSUMS_VERIFY, r->params);
  ct_engine_packet(r->engine, &packet, &result);
  return TRUE;
}

static figures engine_figures(const flood *f)
{
  figures mean = { 0, 0, 0 };
  ct_params params;
  guint seed;

  ct_params_init(&params, ct_profile_get(0));
  params.max = MAX;
  params.buckets = BUCKETS;
  params.gc = CT_GC_KERNEL;
  for (seed = 0; seed < SEEDS; seed++) {
    replaying r = { NULL, &params, 0 };

    params.hash_seed = seed;
    r.engine = ct_engine_new(&params);
    play(f, send_engine, &r);
    mean.drop += (double)ct_engine_stats(r.engine)->drop / SEEDS;
    mean.early_drop += (double)ct_engine_stats(r.engine)->early_drop / SEEDS;
    mean.count += (double)ct_engine_count(r.engine) / SEEDS;
    ct_engine_free(r.engine);
  }
  return mean;
}

/* --- the kernel --- */

typedef struct sending {
  verify_lab *lab;
  guint64 sent;
  verify_line line;
  GError *error;
} sending;

static gboolean send_kernel(const guint8 *ip, gpointer user)
{
  sending *s = user;

  verify_line_reset(&s->line);
  return verify_lab_send(s->lab, CT_IPV4, ip, IP_BYTES, ++s->sent, &s->line, &s->error);
}

static double stat_of(GHashTable *stats, const char *name)
{
  guint64 *value = g_hash_table_lookup(stats, name);

  return value != NULL ? (double)*value : 0;
}

static double namespace_count(void)
{
  char *text = NULL;
  double count = -1;

  if (g_file_get_contents("/proc/sys/net/netfilter/nf_conntrack_count", &text, NULL, NULL))
    count = g_ascii_strtod(text, NULL);
  g_free(text);
  return count;
}

/* The kernel's counters, which go on from one round to the next. */
static gboolean read_counters(verify_lab *lab, figures *f, GError **error)
{
  GHashTable *stats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  gboolean fine = verify_lab_stats(lab, stats, error);

  if (fine)
    *f = (figures){ stat_of(stats, "drop"), stat_of(stats, "early_drop"), namespace_count() };
  g_hash_table_unref(stats);
  return fine;
}

static gboolean flood_kernel(verify_lab *lab, const flood *f, figures *result, GError **error)
{
  sending s = { .lab = lab };
  figures start;
  gboolean fine;

  if (!verify_lab_restart(lab, NULL, error) || !read_counters(lab, &start, error))
    return FALSE;
  verify_line_init(&s.line);
  fine = play(f, send_kernel, &s);
  verify_line_clear(&s.line);
  if (!fine) {
    g_propagate_error(error, s.error);
    return FALSE;
  }
  if (!read_counters(lab, result, error))
    return FALSE;
  result->drop -= start.drop;
  result->early_drop -= start.early_drop;
  return TRUE;
}

/* Floods the kernel ROUNDS times (once where nothing varies) and takes the mean. => FALSE and error. */
static gboolean kernel_figures(verify_lab *lab, const flood *f, figures *mean, GError **error)
{
  guint rounds = f->certain ? 1 : ROUNDS, round;

  *mean = (figures){ 0, 0, 0 };
  for (round = 0; round < rounds; round++) {
    figures one;

    if (!flood_kernel(lab, f, &one, error))
      return FALSE;
    mean->drop += one.drop / rounds;
    mean->early_drop += one.early_drop / rounds;
    mean->count += one.count / rounds;
  }
  return TRUE;
}

/* --- the machine's two settings --- */

static const char *const paths[] = { "/sys/module/nf_conntrack/parameters/hashsize",
                                     "/proc/sys/net/netfilter/nf_conntrack_max" };
static char *before[G_N_ELEMENTS(paths)];

static gboolean put(const char *path, const char *text)
{
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  gboolean fine = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

  if (fd >= 0)
    close(fd);
  return fine;
}

static void restore(void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(paths); i++)
    if (before[i] != NULL && !put(paths[i], before[i]))
      fprintf(stderr, "could not put %s back to %s\n", paths[i], before[i]);
}

static gboolean lower(void)
{
  static const char *const values[] = { G_STRINGIFY(1024), G_STRINGIFY(1000) };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(paths); i++) {
    if (!g_file_get_contents(paths[i], &before[i], NULL, NULL) || !put(paths[i], values[i]))
      return FALSE;
    g_strstrip(before[i]);
  }
  return TRUE;
}

static void check(const flood *f, const char *what, double kernel, double engine)
{
  double allowed = f->certain ? 0 : 0.02 * MAX(kernel, MAX);
  gboolean fine = kernel - engine <= allowed && engine - kernel <= allowed;

  printf("%sok %u - %s: %s: kernel %.1f, engine %.1f\n", fine ? "" : "not ", ++number, f->name, what, kernel, engine);
  failed += !fine;
}

/* In a process of its own, since a laboratory is for good. => exit code */
static int compare(void)
{
  verify_header header = { 0 };
  GError *error = NULL;
  verify_lab *lab = verify_lab_new(&header, VERIFY_LAB_BRIDGE, &error);
  guint i;

  if (lab == NULL) {
    printf("1..0 # SKIP %s\n", error->message);
    return SKIP;
  }
  for (i = 0; i < G_N_ELEMENTS(floods); i++) {
    figures kernel, engine = engine_figures(&floods[i]);

    if (!kernel_figures(lab, &floods[i], &kernel, &error)) {
      printf("Bail out! %s\n", error->message);
      return EXIT_FAILURE;
    }
    check(&floods[i], "drop", kernel.drop, engine.drop);
    check(&floods[i], "early_drop", kernel.early_drop, engine.early_drop);
    check(&floods[i], "entries at the end", kernel.count, engine.count);
  }
  printf("1..%u\n", number);
  verify_lab_free(lab);
  return failed != 0;
}

int main(void)
{
  int status = 0;
  pid_t child;

  if (!lower()) {
    restore();
    printf("1..0 # SKIP nf_conntrack_max and the hash size cannot be set here: %s\n", g_strerror(errno));
    return 0;
  }
  fflush(stdout);
  child = fork();
  if (child == 0) {
    status = compare();
    fflush(stdout);
    _exit(status);
  }
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  restore();
  return child > 0 && WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == SKIP) ? EXIT_SUCCESS
                                                                                                     : EXIT_FAILURE;
}
