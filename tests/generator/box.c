/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's side: a router between two links whose far ends are in a namespace of their own.
 *
 *   a0 (packet socket) ------- lan0  router  wan0 ------- b0 (packet socket)
 */
#include <config.h> /* for _GNU_SOURCE */

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "generator.h"
#include "box_rules.h"
#include "verify/netlink.h"

enum { FRAME_BYTES = 4096, MARKER = 0x88b5, WAIT_MS = 5000, BARRIERS = 2, JIFFY_US = 4000 };
enum { START_WAIT_MS = 100, START_TRIES = 200 };

struct gen_box {
  pid_t far; /* whoever holds the far namespace */
  int far_socket[2], near_socket[2];
  verify_netlink netlink;
  guint64 serial;
  char *directory; /* for what programs say */
};

static gboolean missing(GError **error, const char *what)
{
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING, "%s: %s", what, g_strerror(errno));
  return FALSE;
}

/* ---- namespaces and links ---- */

static const char setup[] =
  "set -e\n"
  "sysctl -qw net.ipv6.conf.default.accept_ra=0 net.ipv6.conf.default.accept_dad=0 "
  "net.ipv6.conf.default.addr_gen_mode=1\n"
  "ip link set lo up\n"
  "ip link add lan0 type veth peer name a0 netns $FAR\n"
  "ip link add wan0 type veth peer name b0 netns $FAR\n"
  "ip link set lan0 address 02:00:00:00:01:01\n"
  "ip link set wan0 address 02:00:00:00:02:01\n"
  "for d in lan0 wan0; do\n"
  "  ethtool -K $d rx off tx off gso off gro off tso off > /dev/null 2>&1 || true\n"
  "  ip link set $d up\n"
  "  sysctl -qw net.ipv4.conf.$d.rp_filter=0 net.ipv4.conf.$d.send_redirects=0\n"
  "done\n"
  "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 "
  "net.ipv4.conf.all.send_redirects=0 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv4.ip_early_demux=0 "
  "net.ipv4.conf.all.log_martians=0\n"
  "ip addr add 10.1.0.1/24 dev lan0\n"
  "ip addr add 198.51.100.1/24 dev wan0\n"
  "ip addr add fd01::1/64 dev lan0 nodad\n"
  "ip addr add fd02::1/64 dev wan0 nodad\n"
  "i=2\n"
  "while [ $i -lt 30 ]; do\n"
  "  h=$(printf %x $i)\n"
  "  printf 'neigh add 10.1.0.%d lladdr 02:00:00:00:01:02 dev lan0 nud permanent\\n' $i\n"
  "  printf 'neigh add 198.51.100.%d lladdr 02:00:00:00:02:02 dev wan0 nud permanent\\n' $i\n"
  "  printf 'neigh add fd01::%s lladdr 02:00:00:00:01:02 dev lan0 nud permanent\\n' $h\n"
  "  printf 'neigh add fd02::%s lladdr 02:00:00:00:02:02 dev wan0 nud permanent\\n' $h\n"
  "  i=$((i + 1))\n"
  "done | ip -batch -\n"
  /*
   * Before there is any conntrack: of equal priorities the one that was there first comes last, and so these end what
   * is delivered here after it was confirmed. What the box says by itself is not part of the matter.
   */
  "nft -f - << END\n"
  "table inet zz {\n"
  " chain end { type filter hook input priority 2147483647; policy drop; }\n"
  " chain quiet { type filter hook output priority -500; policy accept;\n"
  "  icmpv6 type { 130, 131, 132, 133, 135, 136, 143 } drop\n"
  " }\n"
  "}\n"
  "END\n"
  /* And tracking, whatever the rules: ctreplay always has it. */
  "nft -f - << END\n"
  "table inet zy {\n"
  " chain tracks { type filter hook prerouting priority -199; policy accept;\n"
  "  ct state new\n"
  " }\n"
  "}\n"
  "END\n"
  "sysctl -qw net.netfilter.nf_conntrack_acct=1\n"
  "sysctl -qw net.ipv4.icmp_msgs_per_sec=1000000 net.ipv4.icmp_msgs_burst=1000000 > /dev/null 2>&1 || true\n";

static int run_script(const char *script, const char *far)
{
  pid_t pid;
  int status;

  fflush(NULL);
  pid = fork();
  if (pid == 0) {
    setenv("FAR", far, 1);
    execl("/bin/sh", "sh", "-c", script, (char *)NULL);
    _exit(127);
  }
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* => its process, which ends with this one. */
static pid_t far_start(void)
{
  int ready[2];
  char one;
  pid_t pid;

  if (pipe2(ready, O_CLOEXEC) < 0)
    return -1;
  fflush(NULL);
  pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (unshare(CLONE_NEWNET) < 0)
      _exit(1);
    if (write(ready[1], "", 1) != 1)
      _exit(1);
    for (;;)
      pause();
  }
  close(ready[1]);
  if (pid > 0 && read(ready[0], &one, 1) != 1)
    pid = -1;
  close(ready[0]);
  return pid;
}

static int packet_socket(const char *link, guint16 protocol)
{
  const struct sockaddr_ll where = { .sll_family = AF_PACKET,
                                     .sll_protocol = GUINT16_TO_BE(protocol),
                                     .sll_ifindex = (int)if_nametoindex(link) };
  const int on = 1;
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

  if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0 ||
      bind(fd, (const struct sockaddr *)&where, sizeof where) < 0)
    return -1;
  return fd;
}

static gboolean far_open(gen_box *box, GError **error)
{
  static const char *const links[] = { "a0", "b0" };
  g_autofree char *path = g_strdup_printf("/proc/%d/ns/net", (int)box->far);
  int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), there = open(path, O_RDONLY | O_CLOEXEC);
  gboolean fine = home >= 0 && there >= 0 && setns(there, CLONE_NEWNET) == 0;

  fine = fine &&
         run_script("for d in a0 b0; do sysctl -qw net.ipv6.conf.$d.disable_ipv6=1; ip link set $d up; done", "") == 0;
  for (guint i = 0; fine && i < 2; i++) {
    box->far_socket[i] = packet_socket(links[i], 3); /* ETH_P_ALL */
    fine = box->far_socket[i] >= 0;
  }
  fine = setns(home, CLONE_NEWNET) == 0 && fine;
  if (home >= 0)
    close(home);
  if (there >= 0)
    close(there);
  return fine || missing(error, "the far namespace");
}

static void stay_on_one_cpu(void)
{
  cpu_set_t one;
  int cpu = sched_getcpu();

  CPU_ZERO(&one);
  CPU_SET(cpu < 0 ? 0 : cpu, &one);
  sched_setaffinity(0, sizeof one, &one);
}

static gboolean links_begin(gen_box *box, GError **error);

gen_box *gen_box_new(GError **error)
{
  gen_box *box = g_new0(gen_box, 1);
  g_autofree char *far = NULL;
  gboolean fine;

  box->far_socket[0] = box->far_socket[1] = box->near_socket[0] = box->near_socket[1] = -1;
  box->directory = g_dir_make_tmp("check-rules-XXXXXX", NULL);
  stay_on_one_cpu();
  if (geteuid() != 0)
    errno = EPERM;
  fine = geteuid() == 0 || missing(error, "not root");
  if (fine) {
    box->far = far_start();
    fine = (box->far > 0 && unshare(CLONE_NEWNET) == 0) || missing(error, "network namespaces");
  }
  if (fine) {
    far = g_strdup_printf("%d", (int)box->far);
    errno = EOPNOTSUPP;
    fine = run_script(setup, far) == 0 || missing(error, "a router of ip, ethtool, sysctl and nft");
  }
  fine = fine && far_open(box, error);
  if (fine) {
    box->near_socket[0] = packet_socket("lan0", MARKER);
    box->near_socket[1] = packet_socket("wan0", MARKER);
    fine = (box->near_socket[0] >= 0 && box->near_socket[1] >= 0) || missing(error, "packet sockets");
  }
  fine = fine && links_begin(box, error) && verify_netlink_open(&box->netlink, 12, error); /* NETLINK_NETFILTER */
  if (fine)
    return box;
  gen_box_free(box);
  return NULL;
}

void gen_box_free(gen_box *box)
{
  if (box == NULL)
    return;
  for (guint i = 0; i < 2; i++) {
    if (box->far_socket[i] >= 0)
      close(box->far_socket[i]);
    if (box->near_socket[i] >= 0)
      close(box->near_socket[i]);
  }
  verify_netlink_close(&box->netlink);
  if (box->far > 0) {
    kill(box->far, SIGKILL);
    waitpid(box->far, NULL, 0);
  }
  if (box->directory != NULL) {
    g_autofree char *said = g_build_filename(box->directory, "said", NULL);

    unlink(said);
    rmdir(box->directory);
    g_free(box->directory);
  }
  g_free(box);
}

/* ---- packets ---- */

static gint64 clock_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * VERIFY_NS_PER_S + now.tv_nsec;
}

static void frame_send(int fd, const guint8 mac[6], const guint8 from[6], guint16 type, const guint8 *data, gsize n)
{
  guint8 frame[FRAME_BYTES];

  memcpy(frame, mac, 6);
  memcpy(frame + 6, from, 6);
  frame[12] = (guint8)(type >> 8);
  frame[13] = (guint8)type;
  memcpy(frame + 14, data, MIN(n, sizeof frame - 14));
  if (send(fd, frame, 14 + MIN(n, sizeof frame - 14), 0) < 0)
    fprintf(stderr, "send: %s\n", g_strerror(errno));
}

/* Without the link's padding. */
static gsize ip_bytes(const guint8 *b, gsize n)
{
  const gsize said = b[0] >> 4 == 4 ? (gsize)(b[2] << 8 | b[3]) : 40U + (gsize)(b[4] << 8 | b[5]);

  return MIN(said, n);
}

/* As poll, which a signal only interrupts. */
static gboolean is_readable(int fd, int wait_ms)
{
  struct pollfd one = { fd, POLLIN, 0 };
  int n;

  do
    n = poll(&one, 1, wait_ms);
  while (n < 0 && errno == EINTR);
  return n > 0;
}

/* Until the marker comes, or nothing for so long; keep NULL: what comes before is dropped. */
static gboolean wait_marker(int fd, const guint8 *marker, gsize bytes, int wait_ms, GPtrArray *keep)
{
  guint8 frame[FRAME_BYTES];

  while (is_readable(fd, wait_ms)) {
    ssize_t n = recv(fd, frame, sizeof frame, 0);
    guint16 type;

    if (n < 14)
      continue;
    type = (guint16)(frame[12] << 8 | frame[13]);
    if (type == MARKER && n >= (ssize_t)(14 + bytes) && memcmp(frame + 14, marker, bytes) == 0)
      return TRUE;
    if (keep != NULL && (type == 0x0800 || type == 0x86dd) && n >= 34) {
      GByteArray *packet = g_byte_array_new();

      g_byte_array_append(packet, frame + 14, (guint)ip_bytes(frame + 14, (gsize)n - 14));
      g_ptr_array_add(keep, packet);
    }
  }
  return FALSE;
}

/* A marker over both links, there and back. => FALSE: one of them has not come. */
static gboolean marker_round(gen_box *box, int wait_ms, gen_sent *sent)
{
  static const guint8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, us[6] = { 2, 0, 0, 0, 0, 9 };
  guint8 marker[46] = { 0 };
  guint k;

  box->serial++;
  memcpy(marker, &box->serial, sizeof box->serial);
  for (k = 0; k < 2; k++) {
    frame_send(box->far_socket[k], all, us, MARKER, marker, sizeof marker);
    if (!wait_marker(box->near_socket[k], marker, sizeof box->serial, wait_ms, NULL))
      return FALSE;
  }
  for (k = 0; k < 2; k++) {
    frame_send(box->near_socket[k], all, us, MARKER, marker, sizeof marker);
    if (!wait_marker(box->far_socket[k], marker, sizeof box->serial, wait_ms, sent != NULL ? sent->out[k] : NULL))
      return FALSE;
  }
  return TRUE;
}

/*
 * A link that was brought up before its other end carries nothing until the kernel has noticed that end, which it does
 * when it has the time for it: what is sent before is lost.
 */
static gboolean links_begin(gen_box *box, GError **error)
{
  for (guint i = 0; i < START_TRIES; i++)
    if (marker_round(box, START_WAIT_MS, NULL))
      return TRUE;
  errno = ENETDOWN;
  return missing(error, "links that carry frames");
}

/* On one CPU frames keep their order: once markers have gone there and back, all that was caused has come. */
static gboolean barrier(gen_box *box, gen_sent *sent, GError **error)
{
  for (guint i = 0; i < BARRIERS; i++)
    if (!marker_round(box, WAIT_MS, sent)) {
      g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "the router does not answer any more");
      return FALSE;
    }
  return TRUE;
}

static void bytes_free(gpointer bytes) { g_byte_array_unref(bytes); }

static void sent_free(gpointer data)
{
  gen_sent *s = data;

  g_byte_array_unref(s->packet);
  g_byte_array_unref(s->rest);
  g_ptr_array_free(s->out[0], TRUE);
  g_ptr_array_free(s->out[1], TRUE);
  g_free(s);
}

static gboolean send_one(gen_box *box, gen_world *world, const gen_packet *p, gint64 start_ns, gen_result *result,
                         GError **error)
{
  static const guint8 macs[2][6] = { { 2, 0, 0, 0, 1, 1 }, { 2, 0, 0, 0, 2, 1 } },
                      from[2][6] = { { 2, 0, 0, 0, 1, 2 }, { 2, 0, 0, 0, 2, 2 } };
  gen_sent *s = g_new0(gen_sent, 1);
  const GPtrArray *through;

  s->packet = g_byte_array_new();
  s->rest = g_byte_array_new();
  s->out[0] = g_ptr_array_new_with_free_func(bytes_free);
  s->out[1] = g_ptr_array_new_with_free_func(bytes_free);
  g_ptr_array_add(result->sent, s);
  s->side = gen_packet_make(world, p, s->packet, s->rest);
  s->time_ns = clock_ns() - start_ns;
  for (guint i = 0; i < 2; i++) {
    const GByteArray *part = i == 0 ? s->packet : s->rest;

    if (part->len > 0)
      frame_send(box->far_socket[s->side], macs[s->side], from[s->side], part->data[0] >> 4 == 6 ? 0x86dd : 0x0800,
                 part->data, part->len);
  }
  if (!barrier(box, s, error))
    return FALSE;
  gen_packets_join(s->out[0]);
  gen_packets_join(s->out[1]);
  through = s->out[!s->side];
  if (through->len == 1)
    gen_packet_came(world, p, ((GByteArray *)g_ptr_array_index(through, 0))->data,
                    ((GByteArray *)g_ptr_array_index(through, 0))->len);
  return TRUE;
}

/* ---- the table ---- */

static guint32 number_of(const struct nlattr *attr)
{
  return mnl_attr_get_payload_len(attr) == 2 ? GUINT16_FROM_BE(mnl_attr_get_u16(attr))
                                             : GUINT32_FROM_BE(mnl_attr_get_u32(attr));
}

static guint16 tuple_zone(const struct nlattr *tuple)
{
  const struct nlattr *attr;

  mnl_attr_for_each_nested(attr, tuple) if (mnl_attr_get_type(attr) == CTA_TUPLE_ZONE) return (guint16)number_of(attr);
  return 0;
}

static int entry_message(const struct nlmsghdr *message, void *user)
{
  const struct nlattr *attr;
  verify_event event;
  gen_entry e = { .mark = 0 };

  if (!verify_netlink_event(message, &event))
    return MNL_CB_OK;
  e.entry = event.u.entry;
  mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg)) switch (mnl_attr_get_type(attr))
  {
  case CTA_MARK: e.mark = number_of(attr); break;
  case CTA_ZONE: e.zone[0] = e.zone[1] = (guint16)number_of(attr); break;
  case CTA_TUPLE_ORIG: e.zone[0] |= tuple_zone(attr); break;
  case CTA_TUPLE_REPLY: e.zone[1] |= tuple_zone(attr); break;
  default: break;
  }
  e.entry.orig.zone = e.entry.reply.zone = 0;
  g_array_append_val((GArray *)user, e);
  return MNL_CB_OK;
}

static gboolean entries_read(gen_box *box, gen_result *result, GError **error)
{
  char buffer[256];
  struct nlmsghdr *request =
    verify_netlink_request(buffer, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_UNSPEC, 0);

  return verify_netlink_talk(&box->netlink, request, entry_message, result->entries, "listing the table", error) == 0;
}

static gboolean entries_forget(gen_box *box, GError **error)
{
  char buffer[256];
  struct nlmsghdr *request =
    verify_netlink_request(buffer, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, AF_UNSPEC, 0);

  return verify_netlink_talk(&box->netlink, request, NULL, NULL, "emptying the table", error) == 0;
}

/* ---- all of it ---- */

/* The kernel looks at its lists of connections once in a jiffy: then each packet has one of its own. */
static gboolean wants_jiffies(const gen_case *c)
{
  for (guint i = 0; i < c->lines->len; i++) {
    const char *line = g_array_index(c->lines, gen_line, i).text;

    if (strstr(line, "ct count") != NULL || strstr(line, "connlimit") != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean packets_send(gen_box *box, const gen_case *c, gen_result *result, GError **error)
{
  const gboolean slow = wants_jiffies(c);
  const gint64 start_ns = clock_ns();
  gboolean fine = TRUE;
  gen_world world;

  result->wall_ns = g_get_real_time() * 1000;
  gen_world_start(&world, c);
  for (guint i = 0; fine && i < c->packets->len; i++) {
    if (slow)
      g_usleep(JIFFY_US + JIFFY_US / 4);
    fine = send_one(box, &world, &g_array_index(c->packets, gen_packet, i), start_ns, result, error);
  }
  gen_world_clear(&world);
  return fine;
}

static char *list_both(gen_box *box, const gen_case *c)
{
  g_autofree char *four = gen_rules_list(box->directory, c, FALSE, TRUE),
                  *six = c->kind == GEN_NFT ? NULL : gen_rules_list(box->directory, c, TRUE, TRUE);

  if (four == NULL || (six == NULL && c->kind != GEN_NFT))
    return NULL;
  return g_strconcat(four, six, NULL);
}

/* => FALSE: the rules were refused, or their own tool cannot list them (nft 1.0.6 aborts on some). */
static gboolean rules_load(gen_box *box, const gen_case *c, gen_result *result)
{
  if (!gen_rules_load_sets(box->directory, c, result) || !gen_rules_load(box->directory, c, FALSE) ||
      !gen_rules_load(box->directory, c, TRUE))
    return FALSE;
  result->rules = gen_rules_list(box->directory, c, FALSE, FALSE);
  result->rules6 = c->kind == GEN_NFT ? NULL : gen_rules_list(box->directory, c, TRUE, FALSE);
  if (result->rules == NULL || (result->rules6 == NULL && c->kind != GEN_NFT))
    return FALSE;
  result->less = !gen_rules_listed_whole(box->directory, c, result->rules);
  return TRUE;
}

gboolean gen_box_run(gen_box *box, const gen_case *c, gen_result *result, GError **error)
{
  gboolean fine = TRUE;

  memset(result, 0, sizeof *result);
  result->sent = g_ptr_array_new_with_free_func(sent_free);
  result->entries = g_array_new(FALSE, TRUE, sizeof(gen_entry));
  if (!entries_forget(box, error) || !barrier(box, NULL, error))
    return FALSE;
  result->refused = !rules_load(box, c, result);
  if (!result->refused) {
    fine = packets_send(box, c, result, error) && entries_read(box, result, error);
    result->counters = list_both(box, c);
    result->refused = result->counters == NULL;
  }
  if (!gen_rules_unload(box->directory, c) && fine) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "the rules cannot be taken out again");
    return FALSE;
  }
  return fine;
}

void gen_result_clear(gen_result *r)
{
  g_free(r->sets);
  g_free(r->rules);
  g_free(r->rules6);
  g_free(r->counters);
  if (r->sent != NULL)
    g_ptr_array_free(r->sent, TRUE);
  if (r->entries != NULL)
    g_array_free(r->entries, TRUE);
  memset(r, 0, sizeof *r);
}
