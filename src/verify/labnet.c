/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Namespaces, links and rules, by ip, nft and /proc/sys. */
#include <config.h> /* for _GNU_SOURCE */

#include "verify/labnet.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verify/labroute.h"
#include "verify/netlink.h"

enum { LINK_MTU = 65535 };

/* --- namespaces --- */

/* Root needs none; everybody else becomes root of a user namespace of one user, where the kernel lets one. */
static gboolean user_namespace_enter(GError **error)
{
  char map[64];
  const uid_t uid = getuid();
  const gid_t gid = getgid();

  if (unshare(CLONE_NEWUSER) < 0)
    return verify_lab_missing(error, "neither root nor allowed an unprivileged user namespace", errno);

  int code = verify_lab_write("/proc/self/setgroups", "deny");

  g_snprintf(map, sizeof(map), "0 %u 1", uid);
  code = code ? code : verify_lab_write("/proc/self/uid_map", map);
  g_snprintf(map, sizeof(map), "0 %u 1", gid);
  code = code ? code : verify_lab_write("/proc/self/gid_map", map);
  return code == 0 || verify_lab_missing(error, "user namespace", code);
}

static int net_namespace_make(void)
{
  if (unshare(CLONE_NEWNET) < 0)
    return -1;
  return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

gboolean verify_labnet_enter(const verify_labnet *net, verify_lab_side side, GError **error)
{
  if (setns(net->side[side], CLONE_NEWNET) == 0)
    return TRUE;
  return verify_lab_missing(error, "network namespace", errno);
}

void verify_labnet_close(verify_labnet *net)
{
  for (guint i = 0; i < 2; i++)
    if (net->side[i] > 0)
      close(net->side[i]);
}

/* --- links --- */

static struct nlmsghdr *link_request(char *buffer, guint flags, int index, gboolean up)
{
  struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);

  request->nlmsg_type = RTM_NEWLINK;
  request->nlmsg_flags = (guint16)(NLM_F_REQUEST | NLM_F_ACK | flags);

  struct ifinfomsg *info = mnl_nlmsg_put_extra_header(request, sizeof(*info));

  info->ifi_family = AF_UNSPEC;
  info->ifi_index = index;
  info->ifi_flags = up ? IFF_UP : 0;
  info->ifi_change = up ? IFF_UP : 0;
  return request;
}

/* A pair of links, the second one in another namespace. */
static gboolean veth_make(verify_netlink *nl, const char *name, const char *peer, int peer_namespace, GError **error)
{
  char buffer[1024];
  struct nlmsghdr *request = link_request(buffer, NLM_F_CREATE | NLM_F_EXCL, 0, FALSE);

  mnl_attr_put_strz(request, IFLA_IFNAME, name);
  mnl_attr_put_u32(request, IFLA_MTU, LINK_MTU);

  struct nlattr *info = mnl_attr_nest_start(request, IFLA_LINKINFO);

  mnl_attr_put_strz(request, IFLA_INFO_KIND, "veth");

  struct nlattr *data = mnl_attr_nest_start(request, IFLA_INFO_DATA);
  struct nlattr *other = mnl_attr_nest_start(request, VETH_INFO_PEER);

  memset(mnl_nlmsg_get_payload_tail(request), 0, sizeof(struct ifinfomsg));
  request->nlmsg_len += (guint32)MNL_ALIGN(sizeof(struct ifinfomsg));
  mnl_attr_put_strz(request, IFLA_IFNAME, peer);
  mnl_attr_put_u32(request, IFLA_MTU, LINK_MTU);
  mnl_attr_put_u32(request, IFLA_NET_NS_FD, (guint32)peer_namespace);
  mnl_attr_nest_end(request, other);
  mnl_attr_nest_end(request, data);
  mnl_attr_nest_end(request, info);
  return verify_netlink_talk(nl, request, NULL, NULL, "veth", error) == 0;
}

static gboolean bridge_make(verify_netlink *nl, const char *name, GError **error)
{
  char buffer[512];
  struct nlmsghdr *request = link_request(buffer, NLM_F_CREATE | NLM_F_EXCL, 0, FALSE);

  mnl_attr_put_strz(request, IFLA_IFNAME, name);

  struct nlattr *info = mnl_attr_nest_start(request, IFLA_LINKINFO);

  mnl_attr_put_strz(request, IFLA_INFO_KIND, "bridge");

  struct nlattr *data = mnl_attr_nest_start(request, IFLA_INFO_DATA);

  mnl_attr_put_u32(request, IFLA_BR_STP_STATE, 0);
  mnl_attr_put_u8(request, IFLA_BR_MCAST_SNOOPING, 0);
  mnl_attr_nest_end(request, data);
  mnl_attr_nest_end(request, info);
  return verify_netlink_talk(nl, request, NULL, NULL, "bridge", error) == 0;
}

/* Brings a link up; master, mtu: 0 leaves them. */
static gboolean link_set(verify_netlink *nl, const char *name, const char *master, guint mtu, GError **error)
{
  char buffer[512];
  struct nlmsghdr *request = link_request(buffer, 0, (int)if_nametoindex(name), TRUE);

  if (master != NULL)
    mnl_attr_put_u32(request, IFLA_MASTER, if_nametoindex(master));
  if (mtu)
    mnl_attr_put_u32(request, IFLA_MTU, mtu);
  return verify_netlink_talk(nl, request, NULL, NULL, name, error) == 0;
}

/*
 * No link of ours speaks by itself: no router solicitations, no address checks. A kernel without IPv6 has no such file.
 */
static void ipv6_silence(void) { verify_lab_write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1"); }

static gboolean links_bridge(verify_netlink *nl, GError **error)
{
  return bridge_make(nl, "br0", error) && link_set(nl, "a1", "br0", 0, error) && link_set(nl, "b1", "br0", 0, error) &&
         link_set(nl, "br0", NULL, LINK_MTU, error);
}

static gboolean links_route(verify_netlink *nl, GError **error)
{
  return verify_labroute_prepare(nl, error) && link_set(nl, "a1", NULL, 0, error) &&
         link_set(nl, "b1", NULL, 0, error) && verify_labroute_open(nl, error);
}

static gboolean links_box(verify_netlink *nl, const char *const names[2], GError **error)
{
  return link_set(nl, names[0], NULL, 0, error) && link_set(nl, names[1], NULL, 0, error);
}

static gboolean links_make(const verify_labnet *net, GError **error)
{
  verify_netlink nl;

  if (!verify_netlink_open(&nl, NETLINK_ROUTE, error))
    return FALSE;
  ipv6_silence();

  int injecting = net->side[VERIFY_LAB_INJECTING];
  const char *const *names = net->names;
  /* lo first: without an address of its own a namespace takes no next hop. */
  gboolean fine = link_set(&nl, "lo", NULL, 0, error) && veth_make(&nl, names[0], "a0", injecting, error) &&
                  veth_make(&nl, names[1], "b0", injecting, error) &&
                  (net->kind == VERIFY_LAB_BRIDGE   ? links_bridge(&nl, error)
                   : net->kind == VERIFY_LAB_ROUTER ? links_route(&nl, error)
                                                    : links_box(&nl, names, error));

  verify_netlink_close(&nl);
  if (!fine || !verify_labnet_enter(net, VERIFY_LAB_INJECTING, error))
    return FALSE;
  fine = verify_netlink_open(&nl, NETLINK_ROUTE, error);
  if (fine) {
    fine = link_set(&nl, "a0", NULL, 0, error) && link_set(&nl, "b0", NULL, 0, error);
    verify_netlink_close(&nl);
  }
  return verify_labnet_enter(net, VERIFY_LAB_TRACKING, error) && fine;
}

static gboolean open_named(verify_labnet *net, verify_lab_kind kind, const char *const names[2], GError **error)
{
  *net = (verify_labnet){ .kind = kind, .names = { names[0], names[1] }, .side = { -1, -1 } };
  if (geteuid() != 0 && !user_namespace_enter(error))
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    net->side[i] = net_namespace_make();
    if (net->side[i] < 0)
      return verify_lab_missing(error, "network namespace", errno);
    /* Only links made after this are silent, so the namespace that receives links must know before they come. */
    ipv6_silence();
  }
  if (links_make(net, error))
    return TRUE;
  /* A failure here is for want of a module or a privilege. */
  if (error != NULL && *error != NULL)
    (*error)->code = VERIFY_ERROR_MISSING;
  return FALSE;
}

gboolean verify_labnet_open(verify_labnet *net, verify_lab_kind kind, GError **error)
{
  static const char *const names[] = { "a1", "b1" };

  return open_named(net, kind, names, error);
}

gboolean verify_labnet_open_box(verify_labnet *net, const char *const names[2], GError **error)
{
  return open_named(net, VERIFY_LAB_BOX, names, error);
}

/* --- sysctls and rules --- */

/*
 * One rule for each class and direction: the log's prefix carries both to us. Helpers go first, so that they see the
 * first packet.
 */
static char *rules_text(verify_lab_kind kind, const verify_header *header, guint log_group, GError **error)
{
  static const char *const classes[] = { "new", "established", "related" };
  GString *objects = g_string_new(NULL), *rules = g_string_new(NULL);

  for (guint i = 0; header->helpers != NULL && header->helpers[i] != NULL; i++) {
    g_auto(GStrv) words = g_strsplit(header->helpers[i], ":", 3);

    if (g_strv_length(words) != 3 || strpbrk(header->helpers[i], "\"{};\n") != NULL) {
      g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "helper %s: not proto:port:name", header->helpers[i]);
      g_string_free(objects, TRUE);
      g_string_free(rules, TRUE);
      return NULL;
    }
    g_string_append_printf(objects, " ct helper h%u { type \"%s\" protocol %s; }\n", i, words[2], words[0]);
    g_string_append_printf(rules, "  %s dport %s ct helper set \"h%u\"\n", words[0], words[1], i);
  }
  for (guint i = 0; i < G_N_ELEMENTS(classes); i++) {
    g_autofree char *name = g_ascii_strup(classes[i], -1);

    g_string_append_printf(rules, "  ct state %s ct direction original log prefix \"%s o\" group %u\n", classes[i],
                           name, log_group);
    g_string_append_printf(rules, "  ct state %s ct direction reply log prefix \"%s r\" group %u\n", classes[i], name,
                           log_group);
  }
  g_string_append_printf(rules, "  ct state invalid log prefix \"INVALID -\" group %u\n", log_group);
  g_string_append_printf(rules, "  ct state untracked log prefix \"UNTRACKED -\" group %u\n", log_group);

  char *text = g_strdup_printf(
    "table inet lab {\n%s%s chain pre {\n  type filter hook prerouting priority -150; policy accept;\n%s%s }\n}\n",
    objects->str, kind == VERIFY_LAB_ROUTER ? verify_labroute_chains : "",
    kind == VERIFY_LAB_ROUTER ? "  ip protocol 253 ip daddr 192.0.2.253 accept\n" : "", rules->str);

  g_string_free(objects, TRUE);
  g_string_free(rules, TRUE);
  return text;
}

/* nf_tables is programmed by nft(8): its language says in ten lines what raw netlink says in three hundred. */
static gboolean rules_load(const char *text, GError **error)
{
  g_autofree char *nft = g_find_program_in_path("nft");

  if (nft == NULL && g_file_test("/usr/sbin/nft", G_FILE_TEST_IS_EXECUTABLE))
    nft = g_strdup("/usr/sbin/nft");
  if (nft == NULL) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING, "the program nft (nftables) is not installed");
    return FALSE;
  }

  char *argv[] = { nft, (char *)"-f", (char *)"-", NULL };
  GPid pid;
  int in, status;

  if (!g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &in, NULL, NULL, error))
    return FALSE;

  gboolean written = write(in, text, strlen(text)) == (ssize_t)strlen(text);

  close(in);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  g_spawn_close_pid(pid);
  if (written && WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return TRUE;
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING,
              "nft could not load the rules (kernel without nf_tables, nft_ct, nft_log or a helper?)");
  return FALSE;
}

gboolean verify_labnet_configure(const verify_labnet *net, const verify_header *header, guint log_group, GError **error)
{
  static const char *const bridge[] = { "net.bridge.bridge-nf-call-iptables=1",
                                        "net.bridge.bridge-nf-call-ip6tables=1" };

  if (net->kind == VERIFY_LAB_BRIDGE && access("/proc/sys/net/bridge", F_OK) != 0) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING, "br_netfilter is not loaded (modprobe br_netfilter)");
    return FALSE;
  }
  for (guint i = 0; net->kind == VERIFY_LAB_BRIDGE && i < G_N_ELEMENTS(bridge); i++)
    if (!verify_labnet_sysctl(bridge[i], error))
      return FALSE;
  if (!verify_labnet_sysctl("net.netfilter.nf_conntrack_acct=1", error))
    return FALSE;
  for (guint i = 0; header->sysctls != NULL && header->sysctls[i] != NULL; i++)
    if (!verify_labnet_sysctl(header->sysctls[i], error))
      return FALSE;

  g_autofree char *text = rules_text(net->kind, header, log_group, error);

  return text != NULL && rules_load(text, error);
}
