/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends packets through the laboratory and reads the kernel's answers. */
#include <config.h> /* for _GNU_SOURCE */

#include "verify/lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "verify/labnet.h"
#include "verify/labroute.h"
#include "verify/netlink.h"

enum {
  FRAME_BYTES = 14 + 65535 + 40,
  LOG_GROUP = 7,
  OUT_WAIT_MS = 2000,     /* for the marker behind a frame; a busy machine may let it wait */
  WARM_UP_MS = 5000,      /* links come up asynchronously */
  TEST_ETHERTYPE = 0x88b5 /* IEEE 802: local experiments; passes a bridge and no IP layer */
};

struct verify_lab {
  verify_labnet net;
  int in, out; /* packet sockets on a0 and b0 */
  verify_netlink query, events, log;
  gint64 start_ns;
  guint8 *frame;
  gsize frame_bytes;
};

static gint64 clock_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * G_GINT64_CONSTANT(1000000000) + now.tv_nsec;
}

gint64 verify_lab_now(const verify_lab *lab) { return clock_ns() - lab->start_ns; }

static int packet_socket(const char *link, int protocol, GError **error)
{
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons((guint16)protocol));
  const struct sockaddr_ll where = { .sll_family = AF_PACKET,
                                     .sll_protocol = htons((guint16)protocol),
                                     .sll_ifindex = (int)if_nametoindex(link) };

  if (fd < 0 || bind(fd, (const struct sockaddr *)&where, sizeof(where)) < 0) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING, "packet socket on %s: %s", link, g_strerror(errno));
    if (fd >= 0)
      close(fd);
    return -1;
  }
  return fd;
}

/* Empties the far end. => how many frames were there. */
static int out_drain(int fd)
{
  char buffer[64];
  int frames = 0;

  while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT | MSG_TRUNC) >= 0)
    frames++;
  return frames;
}

static gboolean out_wait(int fd, int ms)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  return poll(&poll_fd, 1, ms) > 0;
}

/* A frame that a bridge passes on and no IP layer looks at. */
static const guint8 test[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, TEST_ETHERTYPE >> 8, TEST_ETHERTYPE & 0xff };
/* A packet that a router passes on untracked (labroute.h): 192.0.2.1 to 192.0.2.253, 20 bytes of header and none
 * behind. */
static const guint8 test_routed[60] = { 2,    0,    0,    0, 0, 2,  2,   0, 0, 0,  0,  1,
                                        8,    0,    0x45, 0, 0, 20, 0,   0, 0, 0,  64, VERIFY_LABROUTE_MARK_PROTO,
                                        0xf4, 0xee, 192,  0, 2, 1,  192, 0, 2, 253 };

static const guint8 *marker(const verify_lab *lab) { return lab->net.kind == VERIFY_LAB_ROUTER ? test_routed : test; }

static gboolean is_marker(const verify_lab *lab, const guint8 *frame, gsize bytes)
{
  if (lab->net.kind == VERIFY_LAB_BRIDGE)
    return bytes >= 14 && memcmp(frame, test, 14) == 0;
  return bytes >= 34 && frame[12] == 8 && frame[13] == 0 && frame[23] == VERIFY_LABROUTE_MARK_PROTO &&
         memcmp(frame + 30, VERIFY_LABROUTE_MARK, 4) == 0;
}

/*
 * Whether the frame that was sent last came out. Where nothing is there yet, a marker is sent after it: on one CPU
 * frames keep their order, so once the marker is out, the frame is out too or never will be. => -1 and error where not
 * even the marker comes.
 */
static int out_came(verify_lab *lab, GError **error)
{
  guint8 buffer[34];
  int came = out_drain(lab->out) > 0;

  if (came || send(lab->in, marker(lab), sizeof(test), 0) < 0)
    return came;
  while (out_wait(lab->out, OUT_WAIT_MS)) {
    ssize_t n = recv(lab->out, buffer, sizeof(buffer), MSG_DONTWAIT);

    if (n > 0 && is_marker(lab, buffer, (gsize)n))
      return came;
    came = TRUE;
  }
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "the laboratory stopped forwarding");
  return -1;
}

/* One CPU for all of it: see out_came. Where that is not allowed, an order that nearly always holds must do. */
static void cpu_stay(void)
{
  cpu_set_t one;
  int cpu = sched_getcpu();

  CPU_ZERO(&one);
  CPU_SET(cpu < 0 ? 0 : cpu, &one);
  sched_setaffinity(0, sizeof(one), &one);
}

/* Sends test frames until one comes out: then all links are up and the bridge forwards. */
static gboolean lab_warm_up(verify_lab *lab, GError **error)
{
  gint64 end_ns = clock_ns() + WARM_UP_MS * G_GINT64_CONSTANT(1000000);

  while (clock_ns() < end_ns)
    if (send(lab->in, marker(lab), sizeof(test), 0) == (ssize_t)sizeof(test) && out_wait(lab->out, 20)) {
      while (out_wait(lab->out, 20))
        out_drain(lab->out);
      return TRUE;
    }
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "the laboratory lets nothing through");
  return FALSE;
}

static gboolean events_join(verify_netlink *nl, GError **error)
{
  static const int groups[] = {
    NFNLGRP_CONNTRACK_NEW,     NFNLGRP_CONNTRACK_UPDATE,     NFNLGRP_CONNTRACK_DESTROY,
    NFNLGRP_CONNTRACK_EXP_NEW, NFNLGRP_CONNTRACK_EXP_UPDATE, NFNLGRP_CONNTRACK_EXP_DESTROY
  };

  for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
    int group = groups[i];

    if (mnl_socket_setsockopt(nl->socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0) {
      g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING, "ctnetlink events: %s", g_strerror(errno));
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean log_join(verify_netlink *nl, GError **error)
{
  char buffer[256];
  const struct nfulnl_msg_config_cmd bind = { .command = NFULNL_CFG_CMD_BIND };
  struct nlmsghdr *request =
    verify_netlink_request(buffer, NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, NLM_F_ACK, AF_UNSPEC, LOG_GROUP);

  mnl_attr_put(request, NFULA_CFG_CMD, sizeof(bind), &bind);

  int failure = verify_netlink_talk(nl, request, NULL, NULL, "NFLOG", error);

  if (!failure) {
    const struct nfulnl_msg_config_mode mode = { .copy_mode = NFULNL_COPY_META };

    request = verify_netlink_request(buffer, NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, NLM_F_ACK, AF_UNSPEC, LOG_GROUP);
    mnl_attr_put(request, NFULA_CFG_MODE, sizeof(mode), &mode);
    mnl_attr_put_u32(request, NFULA_CFG_QTHRESH, htonl(1)); /* each packet's message at once */
    failure = verify_netlink_talk(nl, request, NULL, NULL, "NFLOG", error);
  }
  if (failure && error != NULL && *error != NULL)
    (*error)->code = VERIFY_ERROR_MISSING;
  return failure == 0;
}

verify_lab *verify_lab_new(const verify_header *header, verify_lab_kind kind, GError **error)
{
  verify_lab *lab = g_new0(verify_lab, 1);

  lab->in = lab->out = -1;
  lab->frame = g_malloc(FRAME_BYTES);
  cpu_stay();

  gboolean fine =
    verify_labnet_open(&lab->net, kind, error) && verify_labnet_enter(&lab->net, VERIFY_LAB_INJECTING, error);

  if (fine) {
    lab->in = packet_socket("a0", 0, error);
    lab->out = lab->in < 0 ? -1 : packet_socket("b0", ETH_P_ALL, error);
    fine = lab->out >= 0 && verify_labnet_enter(&lab->net, VERIFY_LAB_TRACKING, error);
  }
  fine = fine && verify_labnet_configure(&lab->net, header, LOG_GROUP, error) &&
         verify_netlink_open(&lab->query, NETLINK_NETFILTER, error) &&
         verify_netlink_open(&lab->events, NETLINK_NETFILTER, error) &&
         verify_netlink_open(&lab->log, NETLINK_NETFILTER, error) && events_join(&lab->events, error) &&
         log_join(&lab->log, error) && lab_warm_up(lab, error);
  if (!fine) {
    verify_lab_free(lab);
    return NULL;
  }
  lab->start_ns = clock_ns();
  return lab;
}

void verify_lab_free(verify_lab *lab)
{
  if (lab == NULL)
    return;
  verify_netlink_close(&lab->query);
  verify_netlink_close(&lab->events);
  verify_netlink_close(&lab->log);
  if (lab->in >= 0)
    close(lab->in);
  if (lab->out >= 0)
    close(lab->out);
  verify_labnet_close(&lab->net);
  g_free(lab->frame);
  g_free(lab);
}

static int ignore_message(const struct nlmsghdr *message, void *user)
{
  (void)message;
  (void)user;
  return MNL_CB_OK;
}

gboolean verify_lab_restart(verify_lab *lab, GStrv sysctls, GError **error)
{
  char buffer[256];
  struct nlmsghdr *request =
    verify_netlink_request(buffer, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, AF_UNSPEC, 0);

  if (verify_netlink_talk(&lab->query, request, NULL, NULL, "emptying the table", error))
    return FALSE;
  for (guint i = 0; sysctls != NULL && sysctls[i] != NULL; i++)
    if (!verify_labnet_sysctl(sysctls[i], error))
      return FALSE;
  out_drain(lab->out);
  if (verify_netlink_drain(&lab->events, ignore_message, NULL, error) < 0 ||
      verify_netlink_drain(&lab->log, ignore_message, NULL, error) < 0)
    return FALSE;
  lab->start_ns = clock_ns();
  return TRUE;
}

/* --- a packet --- */

/* The rules' log prefixes are "CLASS direction": see labnet.c. */
static int log_message(const struct nlmsghdr *message, void *user)
{
  verify_line *line = user;
  const struct nlattr *attr;

  mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg))
  {
    if (mnl_attr_get_type(attr) != NFULA_PREFIX)
      continue;

    const char *prefix = mnl_attr_get_str(attr);
    const char *space = strchr(prefix, ' ');

    for (guint cls = CT_CLASS_NEW; space != NULL && cls < CT_CLASS_COUNT; cls++)
      if (strlen(ct_class_name((ct_class)cls)) == (gsize)(space - prefix) &&
          strncmp(prefix, ct_class_name((ct_class)cls), (gsize)(space - prefix)) == 0) {
        line->cls = (ct_class)cls;
        line->dir = space[1];
      }
  }
  return MNL_CB_OK;
}

static int event_message(const struct nlmsghdr *message, void *user)
{
  verify_event event;

  if (verify_netlink_event(message, &event))
    g_array_append_val((GArray *)user, event);
  return MNL_CB_OK;
}

gboolean verify_lab_send(verify_lab *lab, guint8 family, const guint8 *packet, gsize bytes, guint64 number,
                         verify_line *line, GError **error)
{
  static const guint8 addresses[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };
  guint16 ethertype = htons(family == CT_IPV6 ? ETH_P_IPV6 : ETH_P_IP);

  verify_line_reset(line);
  line->number = number;
  bytes = MIN(bytes, (gsize)FRAME_BYTES - 14);
  memcpy(lab->frame, addresses, sizeof(addresses));
  memcpy(lab->frame + 12, &ethertype, 2);
  memcpy(lab->frame + 14, packet, bytes);
  lab->frame_bytes = 14 + bytes;
  out_drain(lab->out);
  line->time_ns = line->seen_ns = verify_lab_now(lab);
  if (send(lab->in, lab->frame, lab->frame_bytes, 0) < 0) {
    g_autofree char *why = g_strdup_printf("send: %s", g_strerror(errno));

    line->why = g_intern_string(why);
    return TRUE;
  }
  if (verify_netlink_drain(&lab->log, log_message, line, error) < 0)
    return FALSE;

  int came = out_came(lab, error);

  line->forwarded = came > 0;
  return came >= 0 && verify_netlink_drain(&lab->log, log_message, line, error) >= 0 &&
         verify_netlink_drain(&lab->events, event_message, line->events, error) >= 0;
}

const guint8 *verify_lab_sent(const verify_lab *lab, gsize *bytes)
{
  *bytes = lab->frame_bytes;
  return lab->frame;
}

/* --- looking --- */

typedef struct listing {
  GArray *entries, *expected;
} listing;

/*
 * The kernel tells whose namespace an expectation is of by its master, and one whose rule went with a namespace may
 * outlive that: its master's memory, emptied and given to an entry of ours, lets it be listed here (seen on 6.18.44
 * while another namespace's `ct expectation` ended). No entry has such a tuple.
 */
static gboolean is_of_another(const verify_expect *x) { return x->master.proto == 0; }

static int listing_message(const struct nlmsghdr *message, void *user)
{
  listing *l = user;
  verify_event event;

  if (!verify_netlink_event(message, &event))
    return MNL_CB_OK;
  if (event.type < VERIFY_EV_EXP_NEW)
    g_array_append_val(l->entries, event.u.entry);
  else if (!is_of_another(&event.u.expect))
    g_array_append_val(l->expected, event.u.expect);
  return MNL_CB_OK;
}

gboolean verify_lab_table(verify_lab *lab, verify_line *line, GArray *entries, GArray *expected, GError **error)
{
  char buffer[256];
  listing l = { .entries = entries, .expected = expected };

  g_array_set_size(entries, 0);
  g_array_set_size(expected, 0);

  struct nlmsghdr *request =
    verify_netlink_request(buffer, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_UNSPEC, 0);

  if (verify_netlink_talk(&lab->query, request, listing_message, &l, "listing the table", error))
    return FALSE;
  request = verify_netlink_request(buffer, NFNL_SUBSYS_CTNETLINK_EXP, IPCTNL_MSG_EXP_GET, NLM_F_DUMP, AF_UNSPEC, 0);
  if (verify_netlink_talk(&lab->query, request, listing_message, &l, "listing expectations", error))
    return FALSE;
  line->seen_ns = verify_lab_now(lab);
  for (guint i = 0; i < entries->len; i++)
    g_array_index(entries, verify_entry, i).listed_ns = line->time_ns;
  for (guint i = 0; i < expected->len; i++)
    g_array_index(expected, verify_expect, i).listed_ns = line->time_ns;
  return TRUE;
}

gboolean verify_lab_find(verify_lab *lab, const ct_tuple *tuple, verify_line *line, verify_entry *entry,
                         gboolean *found, GError **error)
{
  char buffer[512];
  verify_event event = { 0 };
  GArray *entries = g_array_new(FALSE, FALSE, sizeof(verify_entry));
  listing l = { .entries = entries };
  struct nlmsghdr *request =
    verify_netlink_request(buffer, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, NLM_F_ACK, tuple->family, 0);

  verify_netlink_put_tuple(request, tuple);

  GError *local = NULL;
  int failure = verify_netlink_talk(&lab->query, request, listing_message, &l, "looking up an entry", &local);

  line->seen_ns = verify_lab_now(lab);
  *found = entries->len > 0;
  if (*found)
    event.u.entry = g_array_index(entries, verify_entry, 0);
  *entry = event.u.entry;
  entry->listed_ns = line->time_ns;
  g_array_unref(entries);
  if (failure && failure != ENOENT) {
    g_propagate_error(error, local);
    return FALSE;
  }
  g_clear_error(&local);
  return TRUE;
}

static int stats_message(const struct nlmsghdr *message, void *user)
{
  verify_netlink_stats(message, user);
  return MNL_CB_OK;
}

gboolean verify_lab_stats(verify_lab *lab, GHashTable *stats, GError **error)
{
  char buffer[256];
  struct nlmsghdr *request =
    verify_netlink_request(buffer, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS_CPU, NLM_F_DUMP, AF_UNSPEC, 0);

  return verify_netlink_talk(&lab->query, request, stats_message, stats, "statistics", error) == 0;
}
