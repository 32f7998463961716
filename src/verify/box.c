/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h> /* for _GNU_SOURCE */

#include "verify/box.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "verify/labnet.h"
#include "verify/netlink.h"

enum {
  MARKER = 0x88b5, /* IEEE 802: local experiments; no IP layer looks at it */
  FRAME_BYTES = 14 + 65535,
  WAIT_MS = 3000 /* for a marker; a busy machine may let it wait */
};

struct verify_box {
  verify_labnet net;
  int far[2];  /* the far ends, all protocols: packets go in and come out there */
  int near[2]; /* the box's interfaces, markers alone */
  verify_netlink query;
  gint64 start_ns;
  guint64 delivered; /* packets that the box has taken in so far */
  guint8 *frame;
};

static gint64 clock_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * VERIFY_NS_PER_S + now.tv_nsec;
}

gint64 verify_box_now(const verify_box *box) { return clock_ns() - box->start_ns; }

/* ---- programs ---- */

static char *find_program(const char *name, GError **error)
{
  char *path = g_find_program_in_path(name);

  if (path == NULL) {
    path = g_build_filename("/usr/sbin", name, NULL);
    if (!g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
      g_clear_pointer(&path, g_free);
  }
  if (path == NULL)
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING, "the program %s is not installed", name);
  return path;
}

char *verify_box_ask(verify_box *box, const char *const *argv, GError **error)
{
  g_autofree char *program = find_program(argv[0], error);
  g_autoptr(GPtrArray) words = g_ptr_array_new();
  char *out = NULL;
  g_autofree char *said = NULL;
  int status = 0;
  guint i;

  (void)box;
  if (program == NULL)
    return NULL;
  g_ptr_array_add(words, program);
  for (i = 1; argv[i] != NULL; i++)
    g_ptr_array_add(words, (gpointer)argv[i]);
  g_ptr_array_add(words, NULL);
  if (!g_spawn_sync(NULL, (char **)words->pdata, NULL, G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL, &out, &said, &status,
                    error))
    return NULL;
  if (g_spawn_check_wait_status(status, NULL))
    return out;
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING, "%s: %s", argv[0], g_strchomp(said));
  g_free(out);
  return NULL;
}

/* Runs a program whose last argument is a file of this text. name: of the text, for the message. */
static gboolean feed(verify_box *box, const char *const *words, const char *name, const char *text, GError **error)
{
  int fd = memfd_create("ctreplay", 0);
  g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd), *out = NULL;
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  gsize n = strlen(text);
  guint i;

  if (fd < 0 || write(fd, text, n) != (gssize)n || lseek(fd, 0, SEEK_SET) != 0) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "%s: %s", name, g_strerror(errno));
    return FALSE;
  }
  for (i = 0; words[i] != NULL; i++)
    g_ptr_array_add(argv, (gpointer)words[i]);
  g_ptr_array_add(argv, path);
  g_ptr_array_add(argv, NULL);
  out = verify_box_ask(box, (const char *const *)argv->pdata, error);
  close(fd);
  if (out == NULL)
    g_prefix_error(error, "%s: ", name);
  return out != NULL;
}

/* ---- the box ---- */

static const guint8 box_mac[2][6] = { { 2, 0, 0, 0, 0, 0x10 }, { 2, 0, 0, 0, 0, 0x20 } };
static const guint8 far_mac[2][6] = { { 2, 0, 0, 0, 0, 0x11 }, { 2, 0, 0, 0, 0, 0x21 } };

static void put_address(GString *out, const fw_network *n)
{
  char text[INET6_ADDRSTRLEN];

  inet_ntop(n->family == FW_IPV6 ? AF_INET6 : AF_INET, n->address.bytes, text, sizeof text);
  g_string_append_printf(out, "%s/%u", text, n->length);
}

static guint side_of(const char *const names[2], const char *interface)
{
  return interface != NULL && strcmp(interface, names[0]) == 0 ? 0 : 1;
}

/* Next hops are link-local ones that nobody has to ask for. */
static void put_route(GString *batch, const fw_network *to, const char *const names[2])
{
  guint side = side_of(names, to->interface);

  g_string_append(batch, "route replace ");
  put_address(batch, to);
  g_string_append_printf(batch, " via %s%u dev %s onlink\n", to->family == FW_IPV6 ? "fe80::1:" : "169.254.77.",
                         side + 2, names[side]);
}

static void put_local(GString *batch, const fw_network *own, const char *const names[2])
{
  guint side = side_of(names, own->interface);
  fw_network net = *own;
  guint i;

  g_string_append(batch, "addr add ");
  put_address(batch, own);
  g_string_append_printf(batch, " dev %s noprefixroute%s\n", names[side], own->family == FW_IPV6 ? " nodad" : "");
  for (i = 0; i < 4; i++)
    net.address.words[i] &= own->mask.words[i];
  if (own->interface != NULL && own->length < (own->family == FW_IPV6 ? 128 : 32))
    put_route(batch, &net, names);
}

static char *ip_batch(const fw_box_facts *facts, const char *const names[2])
{
  GString *batch = g_string_new(NULL);
  guint i;

  for (i = 0; i < 2; i++) {
    g_string_append_printf(batch, "link set %s address 02:00:00:00:00:%u0\n", names[i], i + 1);
    g_string_append_printf(batch, "neigh replace 169.254.77.%u dev %s lladdr 02:00:00:00:00:%u1 nud permanent\n", i + 2,
                           names[i], i + 1);
    g_string_append_printf(batch, "neigh replace fe80::1:%u dev %s lladdr 02:00:00:00:00:%u1 nud permanent\n", i + 2,
                           names[i], i + 1);
  }
  for (i = 0; i < facts->local->len; i++)
    put_local(batch, &g_array_index(facts->local, fw_network, i), names);
  for (i = 0; i < facts->routes->len; i++)
    put_route(batch, &g_array_index(facts->routes, fw_network, i), names);
  return g_string_free(batch, FALSE);
}

static gboolean set_sysctls(const char *const names[2], GError **error)
{
  static const char *const all[] = { "net.ipv4.ip_forward=1",
                                     "net.ipv4.conf.all.rp_filter=0",
                                     "net.ipv4.conf.all.accept_local=1",
                                     "net.ipv4.conf.all.send_redirects=0",
                                     "net.ipv4.icmp_ratelimit=0",
                                     "net.ipv6.conf.all.forwarding=1",
                                     "net.ipv6.icmp.ratelimit=0",
                                     "net.netfilter.nf_conntrack_acct=1",
                                     "net.netfilter.nf_conntrack_checksum=0" };
  /* With slashes, since a name may have dots: eth0.4. */
  static const char *const each[] = { "net/ipv4/conf/%s/rp_filter=0", "net/ipv4/conf/%s/send_redirects=0",
                                      "net/ipv6/conf/%s/addr_gen_mode=1", "net/ipv6/conf/%s/accept_ra=0",
                                      "net/ipv6/conf/%s/disable_ipv6=0" };
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS(all); i++)
    if (!verify_labnet_sysctl(all[i], error))
      return FALSE;
  for (k = 0; k < 2; k++)
    for (i = 0; i < G_N_ELEMENTS(each); i++) {
      g_auto(GStrv) parts = g_strsplit(each[i], "%s", 2);
      g_autofree char *setting = g_strconcat(parts[0], names[k], parts[1], NULL);

      if (!verify_labnet_sysctl(setting, error))
        return FALSE;
    }
  return TRUE;
}

/*
 * The end of what is delivered, behind conntrack's confirmation: of equal priorities the hook that was registered last
 * comes first (RULES 1.1), so this one has to come before any rule that needs conntrack. And what an interface says by
 * itself does not reach the rules.
 */
static const char end_table[] = "table inet ctreplay_end {\n counter delivered { }\n"
                                " chain end {\n  type filter hook input priority 2147483647; policy accept;\n"
                                "  counter name delivered drop\n }\n"
                                " chain own {\n  type filter hook output priority -450; policy accept;\n"
                                "  ip protocol igmp drop\n"
                                "  icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 137, 143 } drop\n }\n}\n";
/* Conntrack sees all packets of both families, whatever the rules ask. */
static const char look_table[] =
  "table inet ctreplay_look {\n chain look {\n  type filter hook prerouting priority -199; "
  "policy accept;\n  ct state new accept\n }\n}\n";

static int packet_socket(const char *link, int protocol, GError **error)
{
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons((guint16)protocol));
  const struct sockaddr_ll where = { .sll_family = AF_PACKET,
                                     .sll_protocol = htons((guint16)protocol),
                                     .sll_ifindex = (int)if_nametoindex(link) };

  if (fd >= 0 && bind(fd, (const struct sockaddr *)&where, sizeof where) == 0)
    return fd;
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING, "packet socket on %s: %s", link, g_strerror(errno));
  if (fd >= 0)
    close(fd);
  return -1;
}

static gboolean open_sockets(verify_box *box, const char *const names[2], GError **error)
{
  static const char *const far[] = { "a0", "b0" };
  gboolean fine = verify_labnet_enter(&box->net, VERIFY_LAB_INJECTING, error);
  guint i;

  for (i = 0; fine && i < 2; i++)
    fine = (box->far[i] = packet_socket(far[i], ETH_P_ALL, error)) >= 0;
  fine = fine && verify_labnet_enter(&box->net, VERIFY_LAB_TRACKING, error);
  for (i = 0; fine && i < 2; i++)
    fine = (box->near[i] = packet_socket(names[i], MARKER, error)) >= 0;
  return fine;
}

/* One CPU for all of it: frames keep their order then, and a marker comes out behind what went in before it. */
static void stay_on_one_cpu(void)
{
  cpu_set_t one;
  int cpu = sched_getcpu();

  CPU_ZERO(&one);
  CPU_SET(cpu < 0 ? 0 : cpu, &one);
  sched_setaffinity(0, sizeof one, &one);
}

verify_box *verify_box_new(const fw_box_facts *facts, const char *const names[2], GError **error)
{
  static const char *const ip[] = { "ip", "-batch", NULL }, *const nft[] = { "nft", "-f", NULL };
  g_autofree char *batch = ip_batch(facts, names);
  verify_box *box = g_new0(verify_box, 1);
  guint i;

  for (i = 0; i < 2; i++)
    box->far[i] = box->near[i] = -1;
  box->frame = g_malloc(FRAME_BYTES);
  stay_on_one_cpu();
  if (verify_labnet_open_box(&box->net, names, error) && open_sockets(box, names, error) && set_sysctls(names, error) &&
      feed(box, ip, "the box's routes", batch, error) && feed(box, nft, "the end of the box", end_table, error) &&
      verify_netlink_open(&box->query, NETLINK_NETFILTER, error))
    return box;
  verify_box_free(box);
  return NULL;
}

void verify_box_free(verify_box *box)
{
  guint i;

  if (box == NULL)
    return;
  for (i = 0; i < 2; i++) {
    if (box->far[i] >= 0)
      close(box->far[i]);
    if (box->near[i] >= 0)
      close(box->near[i]);
  }
  verify_netlink_close(&box->query);
  verify_labnet_close(&box->net);
  g_free(box->frame);
  g_free(box);
}

/* A list begins with it often, and would take our tables along. */
static char *without_flush(const char *text)
{
  GRegex *flush = g_regex_new("^[ \\t]*flush ruleset[ \\t;]*$", G_REGEX_MULTILINE, 0, NULL);
  char *rest = g_regex_replace_literal(flush, text, -1, 0, "", 0, NULL);

  g_regex_unref(flush);
  if (rest == NULL)
    rest = g_strdup(text);
  return rest;
}

gboolean verify_box_load(verify_box *box, verify_box_language language, const char *name, const char *text,
                         GError **error)
{
  static const char *const programs[][4] = {
    [VERIFY_BOX_IPTABLES] = { "iptables-restore", "-c", NULL },
    [VERIFY_BOX_IP6TABLES] = { "ip6tables-restore", "-c", NULL },
    [VERIFY_BOX_IPSET] = { "ipset", "restore", "-f", NULL },
    [VERIFY_BOX_NFT_JSON] = { "nft", "-j", "-f", NULL },
    [VERIFY_BOX_NFT] = { "nft", "-f", NULL },
  };
  g_autofree char *bare = language == VERIFY_BOX_NFT ? without_flush(text) : NULL;

  return feed(box, programs[language], name, bare != NULL ? bare : text, error);
}

gboolean verify_box_start(verify_box *box, GError **error)
{
  static const char *const nft[] = { "nft", "-f", NULL };

  box->start_ns = clock_ns();
  return feed(box, nft, "the watch over the box", look_table, error);
}

/* ---- a packet ---- */

static gboolean send_marker(int fd, const guint8 *to, GError **error)
{
  guint8 marker[60] = { [12] = MARKER >> 8, [13] = MARKER & 0xff };

  memcpy(marker, to, 6);
  memcpy(marker + 6, far_mac[0], 6);
  if (send(fd, marker, sizeof marker, 0) == (gssize)sizeof marker)
    return TRUE;
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "a marker: %s", g_strerror(errno));
  return FALSE;
}

/* Takes frames until a marker comes; counts the IP packets before it. What was sent there itself does not count. */
static gboolean take_until_marker(int fd, guint *packets, GError **error)
{
  struct pollfd waits = { .fd = fd, .events = POLLIN };
  struct sockaddr_ll from = { 0 };
  guint8 head[14] = { 0 };

  while (poll(&waits, 1, WAIT_MS) > 0) {
    socklen_t n = sizeof from;
    gssize got = recvfrom(fd, head, sizeof head, MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &n);
    guint16 type = (guint16)(head[12] << 8 | head[13]);

    if (got < (gssize)sizeof head || from.sll_pkttype == PACKET_OUTGOING)
      continue;
    if (type == MARKER)
      return TRUE;
    /* What an interface says to all is none that was forwarded. */
    *packets += (type == ETH_P_IP || type == ETH_P_IPV6) && !(head[0] & 1);
  }
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "the box stopped forwarding");
  return FALSE;
}

static gboolean count_delivered(verify_box *box, guint64 *packets, GError **error)
{
  static const char *const argv[] = { "nft", "list", "counter", "inet", "ctreplay_end", "delivered", NULL };
  g_autofree char *out = verify_box_ask(box, argv, error);
  const char *at = out != NULL ? strstr(out, "packets ") : NULL;

  if (out != NULL && at == NULL)
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "nft does not tell what was delivered");
  *packets = at != NULL ? g_ascii_strtoull(at + strlen("packets "), NULL, 10) : 0;
  return at != NULL;
}

gboolean verify_box_send(verify_box *box, guint side, guint8 family, const guint8 *packet, gsize bytes,
                         verify_box_fate *fate, GError **error)
{
  guint16 type = htons(family == CT_IPV6 ? ETH_P_IPV6 : ETH_P_IP);
  guint ignored = 0;

  *fate = (verify_box_fate){ { 0, 0 }, FALSE };
  bytes = MIN(bytes, (gsize)FRAME_BYTES - 14);
  memcpy(box->frame, box_mac[side], 6);
  memcpy(box->frame + 6, far_mac[side], 6);
  memcpy(box->frame + 12, &type, 2);
  memcpy(box->frame + 14, packet, bytes);
  if (send(box->far[side], box->frame, bytes + 14, 0) < 0) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "a packet of %" G_GSIZE_FORMAT " bytes: %s", bytes,
                g_strerror(errno));
    return FALSE;
  }
  /* Behind it a marker through the box's door, then one out by each: what the packet brought about is before them. */
  return send_marker(box->far[side], box_mac[side], error) && take_until_marker(box->near[side], &ignored, error) &&
         send_marker(box->near[0], far_mac[0], error) && send_marker(box->near[1], far_mac[1], error) &&
         take_until_marker(box->far[0], &fate->out[0], error) && take_until_marker(box->far[1], &fate->out[1], error);
}

gboolean verify_box_arrived(verify_box *box, gboolean *arrived, GError **error)
{
  guint64 before = box->delivered;

  if (!count_delivered(box, &box->delivered, error))
    return FALSE;
  *arrived = box->delivered > before;
  return TRUE;
}

static int on_entry(const struct nlmsghdr *message, void *user)
{
  verify_event event;

  if (verify_netlink_event(message, &event) && event.type < VERIFY_EV_EXP_NEW)
    g_array_append_val((GArray *)user, event.u.entry);
  return MNL_CB_OK;
}

gboolean verify_box_entries(verify_box *box, GArray *entries, GError **error)
{
  char buffer[256];
  struct nlmsghdr *request =
    verify_netlink_request(buffer, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_UNSPEC, 0);

  g_array_set_size(entries, 0);
  return verify_netlink_talk(&box->query, request, on_entry, entries, "listing the table", error) == 0;
}
