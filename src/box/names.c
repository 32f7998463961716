/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files by their names: those of ctreplay-gather, of sos report, and what people call them. */
#include "internal.h"

#include <string.h>

const char *box_base(const char *name)
{
  const char *slash = strrchr(name, '/');

  return slash != NULL ? slash + 1 : name;
}

/* How a known name is compared. */
typedef enum how { WHOLE, BEGINS } how;

typedef struct known {
  const char *name;
  how how;
  box_kind kind;
} known;

static const known names[] = {
  { "uname", WHOLE, BOX_UNAME },
  { "uname_", BEGINS, BOX_UNAME },
  { "uname-", BEGINS, BOX_UNAME },
  { "sysctl", WHOLE, BOX_SYSCTL },
  { "sysctl_-a", WHOLE, BOX_SYSCTL },
  { "sysctl-a", WHOLE, BOX_SYSCTL },
  { "meminfo", WHOLE, BOX_MEMINFO },
  { "modules", WHOLE, BOX_MODULE },
  { "ipset-save", WHOLE, BOX_IPSET },
  { "ipset_save", WHOLE, BOX_IPSET },
  { "ip6tables-save", BEGINS, BOX_IP6TABLES },
  { "iptables-save", BEGINS, BOX_IPTABLES },
  /* Listings for people, which do not tell rules whole, and nft's own language: to say that they are not used. */
  { "ip6tables_-", BEGINS, BOX_IP6TABLES },
  { "ip6tables-L", BEGINS, BOX_IP6TABLES },
  { "iptables_-", BEGINS, BOX_IPTABLES },
  { "iptables-L", BEGINS, BOX_IPTABLES },
  { "nft", WHOLE, BOX_NFT },
  { "nft_list_ruleset", BEGINS, BOX_NFT },
  { "nft-list-ruleset", BEGINS, BOX_NFT },
  { "nft_-a_list", BEGINS, BOX_NFT },
  { "nft_-s_list", BEGINS, BOX_NFT },
  { "nft.json", WHOLE, BOX_NFT },
  { "nft_-j", BEGINS, BOX_NFT },
  { "nft-j", BEGINS, BOX_NFT },
  { "ip-addr", BEGINS, BOX_ADDR },
  { "ip_addr", BEGINS, BOX_ADDR },
  { "ip_-d_address", WHOLE, BOX_ADDR },
  { "ip_-o_addr", WHOLE, BOX_ADDR },
  { "ip_-j_addr", BEGINS, BOX_ADDR },
  { "ip-link", BEGINS, BOX_LINK },
  { "ip_link", BEGINS, BOX_LINK },
  { "ip_-s_-d_link", WHOLE, BOX_LINK },
  { "ip_-j_link", BEGINS, BOX_LINK },
  { "ip-route", BEGINS, BOX_ROUTE },
  { "ip_route", BEGINS, BOX_ROUTE },
  { "ip_-4_route", BEGINS, BOX_ROUTE },
  { "ip_-6_route", BEGINS, BOX_ROUTE },
  { "ip_-j_route", BEGINS, BOX_ROUTE },
  { "ip-rule", BEGINS, BOX_POLICY },
  { "ip_rule", BEGINS, BOX_POLICY },
  { "ip_-4_rule", BEGINS, BOX_POLICY },
  { "ip_-6_rule", BEGINS, BOX_POLICY },
  { "conntrack-L-expect", BEGINS, BOX_EXPECT },
  { "conntrack_-L_expect", BEGINS, BOX_EXPECT },
  { "nf_conntrack_expect", WHOLE, BOX_EXPECT },
  { "conntrack-L", BEGINS, BOX_TABLE },
  { "conntrack_-L", BEGINS, BOX_TABLE },
  { "nf_conntrack", WHOLE, BOX_TABLE },
  { "ip_conntrack", WHOLE, BOX_TABLE },
  { "conntrack-S", WHOLE, BOX_STATS },
  { "conntrack_-S", WHOLE, BOX_STATS },
  { "date", WHOLE, BOX_DATE },
  { "date_--utc", WHOLE, BOX_DATE },
};

/* Each parameter of a module is a file: sys/module/MODULE/parameters/NAME. */
static gboolean is_parameter(const char *name)
{
  const char *at = strstr(name, "sys/module/"), *parameters = strstr(name, "/parameters/");

  return at != NULL && parameters != NULL && parameters > at && strncmp(at + 11, "nf_", 3) == 0;
}

gboolean box_kind_of(const char *name, box_kind *kind)
{
  const char *base = box_base(name);
  guint i;

  if (g_str_has_suffix(name, "stat/nf_conntrack") || g_str_has_suffix(name, "stat/ip_conntrack")) {
    *kind = BOX_STATS; /* /proc/net/stat has files of the table's names */
    return TRUE;
  }
  if (is_parameter(name)) {
    *kind = BOX_MODULE;
    return TRUE;
  }
  for (i = 0; i < G_N_ELEMENTS(names); i++) {
    gsize n = strlen(names[i].name);

    if (strncmp(base, names[i].name, n) != 0)
      continue;
    if (base[n] == '\0' || names[i].how == BEGINS || strcmp(base + n, ".txt") == 0) {
      *kind = names[i].kind;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean box_is_word(const char *text)
{
  const char *p = text;

  while (g_ascii_isgraph(*p))
    p++;
  return *p == '\0' && p > text;
}

void box_copy(char *to, gsize size, const char *from, gsize n)
{
  n = MIN(n, size - 1);
  memcpy(to, from, n);
  to[n] = '\0';
}
