/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h> /* for _GNU_SOURCE */

#include "nft_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_MOST = 65536, NO_NAMESPACE = 99, NO_PROGRAM = 98, DESCRIPTORS_MOST = 4096 };

char *cli_nft_child_find(void)
{
  static const char *const places[] = { "/usr/sbin/nft", "/sbin/nft", "/usr/local/sbin/nft" };
  char *found = g_find_program_in_path("nft");

  for (guint i = 0; found == NULL && i < G_N_ELEMENTS(places); i++)
    if (g_file_test(places[i], G_FILE_TEST_IS_EXECUTABLE))
      found = g_strdup(places[i]);
  return found;
}

/* ---- the child: after the fork nothing is allocated ---- */

static int file_write(const char *path, const char *text)
{
  int fd = open(path, O_WRONLY | O_CLOEXEC), failed;

  if (fd < 0)
    return -1;
  failed = write(fd, text, strlen(text)) < 0 ? -1 : 0;
  close(fd);
  return failed;
}

/* Who may not make one becomes root of a user namespace, where the kernel lets one. */
static int namespace_enter(void)
{
  char map[64];
  const uid_t uid = geteuid();
  const gid_t gid = getegid();

  if (unshare(CLONE_NEWNET) == 0)
    return 0;
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
    return -1;
  /* Kernels before 3.19 have no such file. */
  file_write("/proc/self/setgroups", "deny");
  snprintf(map, sizeof map, "0 %u 1", uid);
  if (file_write("/proc/self/uid_map", map) < 0)
    return -1;
  snprintf(map, sizeof map, "0 %u 1", gid);
  return file_write("/proc/self/gid_map", map);
}

typedef struct link_message {
  struct nlmsghdr head;
  struct ifinfomsg info;
  char attributes[256];
} link_message;

/* => where it begins, for a nest to be closed. */
static struct rtattr *put(link_message *m, unsigned short type, const void *data, size_t length)
{
  struct rtattr *a = (struct rtattr *)(void *)((char *)m + NLMSG_ALIGN(m->head.nlmsg_len));

  a->rta_type = type;
  a->rta_len = (unsigned short)RTA_LENGTH(length);
  if (length > 0)
    memcpy(RTA_DATA(a), data, length);
  m->head.nlmsg_len = NLMSG_ALIGN(m->head.nlmsg_len) + (guint32)RTA_ALIGN(a->rta_len);
  return a;
}

/* => 0, or the kernel's errno. */
static int link_make(int fd, const char *name, const char *kind)
{
  link_message m;
  struct rtattr *nest;
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
    char quoted[1024];
  } answer;

  memset(&m, 0, sizeof m);
  m.head.nlmsg_len = NLMSG_LENGTH(sizeof m.info);
  m.head.nlmsg_type = RTM_NEWLINK;
  m.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  put(&m, IFLA_IFNAME, name, strlen(name) + 1);
  nest = put(&m, IFLA_LINKINFO, NULL, 0);
  put(&m, IFLA_INFO_KIND, kind, strlen(kind) + 1);
  nest->rta_len = (unsigned short)((char *)&m + m.head.nlmsg_len - (char *)nest);
  if (send(fd, &m, m.head.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < (ssize_t)NLMSG_LENGTH(4) ||
      answer.head.nlmsg_type != NLMSG_ERROR)
    return EIO;
  return -answer.error.error;
}

/* Which kinds there are depends on the kernel; the text only asks that they be there. */
static void links_make(char *const *names, guint n)
{
  static const char *const kinds[] = { "dummy", "bridge", "veth" };
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  guint i, k;

  for (i = 0; fd >= 0 && i < n; i++)
    for (k = 0; k < G_N_ELEMENTS(kinds) && link_make(fd, names[i], kinds[k]) == EOPNOTSUPP; k++)
      ;
  if (fd >= 0)
    close(fd);
}

static void bound(void)
{
  const struct rlimit memory = { (rlim_t)CLI_NFT_MEMORY_MIB << 20, (rlim_t)CLI_NFT_MEMORY_MIB << 20 },
                      time = { CLI_NFT_SECONDS, CLI_NFT_SECONDS }, none = { 0, 0 };

  setrlimit(RLIMIT_AS, &memory);
  setrlimit(RLIMIT_CPU, &time);
  setrlimit(RLIMIT_CORE, &none);
  setrlimit(RLIMIT_FSIZE, &none);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static G_GNUC_NORETURN void become(char *const *argv, int in, int out, int said)
{
  if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(said, 2) < 0)
    _exit(NO_PROGRAM);
  for (int fd = 3; fd < DESCRIPTORS_MOST; fd++)
    close(fd);
  bound();
  execv(argv[0], argv);
  _exit(NO_PROGRAM);
}

/* => the exit code; a signal counts as one of 128 and more. */
static int wait_for(pid_t pid)
{
  int status;

  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return NO_PROGRAM;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

typedef struct child_plan {
  char *load[4], *list[5];
  char *const *names;
  guint n_names;
  int in, nothing, out, said;
} child_plan;

static G_GNUC_NORETURN void child(const child_plan *p)
{
  pid_t pid;
  int code;

  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (namespace_enter() < 0)
    _exit(NO_NAMESPACE);
  links_make(p->names, p->n_names);
  pid = fork();
  if (pid == 0)
    become(p->load, p->in, p->nothing, p->said);
  code = pid < 0 ? NO_PROGRAM : wait_for(pid);
  if (code != 0)
    _exit(code);
  become(p->list, p->nothing, p->out, p->said);
}

/* ---- its parent ---- */

static gint64 now_ms(void) { return g_get_monotonic_time() / 1000; }

/* Up to `most` bytes, in which case it goes on reading; more => FALSE. */
static gboolean take(int *fd, GString *into, gsize most, gboolean cut)
{
  char buffer[65536];
  ssize_t n = read(*fd, buffer, sizeof buffer);

  if (n < 0 && errno == EINTR)
    return TRUE;
  if (n <= 0) {
    close(*fd);
    *fd = -1;
    return TRUE;
  }
  if (into->len + (gsize)n > most && !cut)
    return FALSE;
  g_string_append_len(into, buffer, (gssize)MIN((gsize)n, most - into->len));
  return TRUE;
}

/* Reads both until they end. => FALSE: it was too much, or took too long. */
static gboolean listen_to(cli_nft_child *c, int *out, int *said)
{
  const gint64 end_ms = now_ms() + CLI_NFT_SECONDS * 1000;

  while (*out >= 0 || *said >= 0) {
    struct pollfd fds[2] = { { *out, POLLIN, 0 }, { *said, POLLIN, 0 } };
    const gint64 left_ms = end_ms - now_ms();

    if (left_ms <= 0)
      return FALSE;
    if (poll(fds, 2, (int)left_ms) < 0 && errno != EINTR)
      return FALSE;
    if (*out >= 0 && fds[0].revents != 0 && !take(out, c->listing, (gsize)CLI_NFT_LISTING_MIB << 20, FALSE))
      return FALSE;
    if (*said >= 0 && fds[1].revents != 0)
      take(said, c->said, SAID_MOST, TRUE);
  }
  return TRUE;
}

/* The text as a file that only its descriptor names. */
static int text_open(const GString *text)
{
  int fd = memfd_create("rules", MFD_CLOEXEC);
  gsize done = 0;

  while (fd >= 0 && done < text->len) {
    ssize_t n = write(fd, text->str + done, text->len - done);

    if (n < 0 && errno != EINTR)
      break;
    done += n > 0 ? (gsize)n : 0;
  }
  if (fd >= 0)
    lseek(fd, 0, SEEK_SET);
  return fd;
}

static void close_one(int fd)
{
  if (fd >= 0)
    close(fd);
}

static cli_nft_end end_of(const cli_nft_child *c, int code, gboolean in_time)
{
  if (!in_time || code == 128 + SIGXCPU || code == 128 + SIGKILL || strstr(c->said->str, "Out of memory") != NULL ||
      strstr(c->said->str, "Memory allocation failure") != NULL)
    return CLI_NFT_TOO_MUCH;
  if (code == NO_NAMESPACE)
    return CLI_NFT_NO_NAMESPACE;
  if (code >= 128)
    return CLI_NFT_DIED;
  return code == 0 ? CLI_NFT_DONE : CLI_NFT_REFUSED;
}

static cli_nft_end run(cli_nft_child *c, child_plan *p, int out[2], int said[2])
{
  gboolean in_time;
  pid_t pid = fork();
  int code;

  if (pid == 0)
    child(p);
  close(out[1]);
  close(said[1]);
  out[1] = said[1] = -1;
  if (pid < 0)
    return CLI_NFT_NO_NAMESPACE;
  setpgid(pid, pid); /* whichever of the two comes first */
  in_time = listen_to(c, &out[0], &said[0]);
  if (!in_time)
    kill(-pid, SIGKILL);
  code = wait_for(pid);
  return end_of(c, code, in_time);
}

cli_nft_end cli_nft_child_run(cli_nft_child *c, const GPtrArray *names)
{
  static char f[] = "-f", dash[] = "-", j[] = "-j", list[] = "list", ruleset[] = "ruleset";
  child_plan p = { .load = { c->nft, f, c->path != NULL ? (char *)c->path : dash, NULL },
                   .list = { c->nft, j, list, ruleset, NULL },
                   .names = (char *const *)names->pdata,
                   .n_names = names->len };
  int out[2] = { -1, -1 }, said[2] = { -1, -1 };
  cli_nft_end end = CLI_NFT_NO_NAMESPACE;

  g_string_truncate(c->listing, 0);
  g_string_truncate(c->said, 0);
  p.nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  p.in = c->path != NULL ? dup(p.nothing) : text_open(c->text);
  if (p.nothing >= 0 && p.in >= 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(said, O_CLOEXEC) == 0) {
    p.out = out[1];
    p.said = said[1];
    end = run(c, &p, out, said);
  }
  for (guint i = 0; i < 2; i++) {
    close_one(out[i]);
    close_one(said[i]);
  }
  close_one(p.in);
  close_one(p.nothing);
  return end;
}
