/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/labroute.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "verify/labnet.h"

/* The next hops: link-local ones, known to nobody else. They have the far end's address, whatever that is. */
static const guint8 hop4[4] = { 169, 254, 0, 2 }, hop6[16] = { 0xfe, 0x80, [15] = 2 },
                    hop_mac[6] = { 2, 0, 0, 0, 0, 3 };

const char verify_labroute_chains[] = " chain first {\n  type filter hook prerouting priority -350; policy accept;\n"
                                      "  ip protocol 253 ip daddr 192.0.2.253 notrack accept\n"
                                      "  ip ttl < 2 ip ttl set 64\n  ip6 hoplimit < 2 ip6 hoplimit set 64\n }\n"
                                      " chain own {\n  type filter hook output priority -450; policy drop;\n }\n";

static gboolean mac_set(verify_netlink *nl, const char *link, const guint8 mac[6], GError **error)
{
  char buffer[512];
  struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);

  request->nlmsg_type = RTM_NEWLINK;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;

  struct ifinfomsg *info = mnl_nlmsg_put_extra_header(request, sizeof(*info));

  info->ifi_family = AF_UNSPEC;
  info->ifi_index = (int)if_nametoindex(link);
  mnl_attr_put(request, IFLA_ADDRESS, 6, mac);
  return verify_netlink_talk(nl, request, NULL, NULL, link, error) == 0;
}

static gboolean default_route(verify_netlink *nl, guint8 family, const guint8 *hop, gsize bytes, GError **error)
{
  char buffer[512];
  struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);

  request->nlmsg_type = RTM_NEWROUTE;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;

  struct rtmsg *route = mnl_nlmsg_put_extra_header(request, sizeof(*route));

  route->rtm_family = family;
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = RTPROT_STATIC;
  route->rtm_scope = RT_SCOPE_UNIVERSE;
  route->rtm_type = RTN_UNICAST;
  route->rtm_flags = RTNH_F_ONLINK;
  mnl_attr_put(request, RTA_GATEWAY, bytes, hop);
  mnl_attr_put_u32(request, RTA_OIF, if_nametoindex("b1"));
  return verify_netlink_talk(nl, request, NULL, NULL, "default route", error) == 0;
}

static gboolean neighbour(verify_netlink *nl, guint8 family, const guint8 *hop, gsize bytes, GError **error)
{
  char buffer[512];
  struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);

  request->nlmsg_type = RTM_NEWNEIGH;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;

  struct ndmsg *next = mnl_nlmsg_put_extra_header(request, sizeof(*next));

  next->ndm_family = family;
  next->ndm_ifindex = (int)if_nametoindex("b1");
  next->ndm_state = NUD_PERMANENT;
  mnl_attr_put(request, NDA_DST, bytes, hop);
  mnl_attr_put(request, NDA_LLADDR, sizeof(hop_mac), hop_mac);
  return verify_netlink_talk(nl, request, NULL, NULL, "next hop", error) == 0;
}

static gboolean sysctls_set(const char *const *settings, GError **error)
{
  for (; *settings != NULL; settings++)
    if (!verify_labnet_sysctl(*settings, error))
      return FALSE;
  return TRUE;
}

gboolean verify_labroute_prepare(verify_netlink *nl, GError **error)
{
  /* addr_gen_mode 1: no address of its own, so none to announce. */
  static const char *const silent[] = { "net.ipv6.conf.a1.addr_gen_mode=1",
                                        "net.ipv6.conf.b1.addr_gen_mode=1",
                                        "net.ipv6.conf.a1.accept_ra=0",
                                        "net.ipv6.conf.b1.accept_ra=0",
                                        "net.ipv6.conf.a1.disable_ipv6=0",
                                        "net.ipv6.conf.b1.disable_ipv6=0",
                                        NULL };

  return mac_set(nl, "a1", VERIFY_LABROUTE_MAC, error) && sysctls_set(silent, error);
}

gboolean verify_labroute_open(verify_netlink *nl, GError **error)
{
  static const char *const forward[] = { "net.ipv4.ip_forward=1",
                                         "net.ipv6.conf.all.forwarding=1",
                                         "net.ipv4.conf.all.rp_filter=0",
                                         "net.ipv4.conf.a1.rp_filter=0",
                                         "net.ipv4.conf.b1.rp_filter=0",
                                         "net.ipv4.conf.all.send_redirects=0",
                                         "net.ipv4.conf.all.log_martians=0",
                                         NULL };

  return sysctls_set(forward, error) && default_route(nl, AF_INET, hop4, sizeof(hop4), error) &&
         neighbour(nl, AF_INET, hop4, sizeof(hop4), error) && default_route(nl, AF_INET6, hop6, sizeof(hop6), error) &&
         neighbour(nl, AF_INET6, hop6, sizeof(hop6), error);
}
