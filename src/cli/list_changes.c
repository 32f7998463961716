/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `ctreplay list changes A B`: what another kernel does otherwise, in words, from the table of switches; and which
 * sysctls came, went, or start with another value. No capture is needed. From ip_conntrack's kernels it is told in two
 * steps: to the first nf_conntrack, and on from there.
 */
#include "list_changes.h"

#include <stdio.h>
#include <string.h>

#include "conntrack/profile/switches.h"

enum { SENTENCE_BYTES = 256, PLACE_WIDTH = 6 };

/* Two kernels, with what stands before their sentences. */
typedef struct pair {
  const ct_profile *profiles[2];
  int width;
  const char *topic; /* the last heading; NULL: none yet */
} pair;

static void put_pair(pair *p, const char *topic, const char *place, const char *const says[2])
{
  if (p->topic == NULL || strcmp(p->topic, topic) != 0)
    printf("\n%s\n", topic);
  p->topic = topic;
  printf("  %-*s %-*s  %s.\n", PLACE_WIDTH, place, p->width, p->profiles[0]->name, says[0]);
  printf("  %-*s %-*s  %s.\n", PLACE_WIDTH, "", p->width, p->profiles[1]->name, says[1]);
}

static pair pair_of(const ct_profile *a, const ct_profile *b)
{
  return (pair){ { a, b }, (int)MAX(strlen(a->name), strlen(b->name)), NULL };
}

/* ---- kernels with nf_conntrack ---- */

/* What people notice first; what is not named here comes behind, in the table's order. */
static const char *const first_topics[] = { "Helpers",    "Full tables and expiry",
                                            "UDP",        "TCP windows",
                                            "TCP resets", "TCP timeouts",
                                            "TCP states", "ICMP",
                                            "Protocols",  NULL };

static void put_rule(pair *p, const ct_switch *sw)
{
  const ct_profile *const *k = p->profiles;
  char text[2][SENTENCE_BYTES];
  const char *const says[2] = { ct_switch_say(sw, k[0], text[0], sizeof text[0]),
                                ct_switch_say(sw, k[1], text[1], sizeof text[1]) };

  if (sw->is_default || !ct_switch_differs(sw, k[0], k[1]) || *says[0] == '\0' || *says[1] == '\0' ||
      strcmp(says[0], says[1]) == 0)
    return;
  put_pair(p, sw->topic, sw->rule, says);
}

/* Whether the kernel is that one or a later one: profiles come the latest first. */
static gboolean is_from(const ct_profile *profile, const ct_profile *since)
{
  const ct_profile *one;
  guint i;

  for (i = 0; (one = ct_profile_get(i)) != NULL && one != since; i++)
    if (one == profile)
      return TRUE;
  return profile == since;
}

/* Facts that no replay depends on. KERNELS K2, K5, K6, K10, K11, K12. */
static void put_facts(pair *p)
{
  static const struct {
    const ct_profile *since; /* the first that has it as "now" says */
    const char *rule, *topic, *before, *now;
  } facts[] = {
    { &ct_profile_linux_4_19, "K5", "Where it tracks",
      "Connections are tracked as soon as the module is loaded, whatever the rules",
      "Only a network namespace with a rule that asks for it (state, NAT, helpers) tracks connections" },
    { &ct_profile_rhel_7, "K2", "Where it tracks",
      "SCTP, DCCP and UDP-Lite are INVALID while the modules of their trackers are not loaded",
      "The trackers of SCTP, DCCP and UDP-Lite are built in" },
    { &ct_profile_rhel_8, "K2", "Where it tracks",
      "GRE is INVALID while the module of its tracker, which comes with PPTP's helper, is not loaded",
      "GRE's tracker is built in" },
    { &ct_profile_rhel_7, "K5", "Where it tracks", "A zone holds for both directions of a connection",
      "A zone can be given for one direction alone" },
    { &ct_profile_linux_4_19, "K6", "Where it tracks", "Each network namespace has a hash table of its own",
      "All network namespaces share one hash table; each has its own count" },
    { &ct_profile_linux_6_18, "K6", "Full tables and expiry",
      "\"nf_conntrack: table full, dropping packet\" in the log does not say whose table",
      "\"nf_conntrack: table full in netns N, dropping packet\" in the log names another namespace than the first" },
    { &ct_profile_linux_6_18, "K10", "Events", "Events do not tell when they happened",
      "With nf_conntrack_timestamp=1 events tell when they happened" },
    { &ct_profile_linux_4_19, "K11", "Files and sysctls",
      "/proc/net/ip_conntrack, ip_conntrack_expect, stat/ip_conntrack (IPv4 alone) and the sysctls "
      "net.ipv4.netfilter.ip_conntrack_*, net.ipv4.ip_conntrack_max are there beside nf_conntrack's",
      "/proc/net/ip_conntrack, ip_conntrack_expect, stat/ip_conntrack and the sysctls ip_conntrack_* are gone" },
    { &ct_profile_linux_4_19, "K11", "Files and sysctls", "There are no flow tables",
      "A connection in a flow table is listed as [OFFLOAD]" },
    { &ct_profile_linux_4_19, "K12", "Files and sysctls",
      "nf_conntrack_buckets is read-only: the hash size is the module's parameter hashsize",
      "nf_conntrack_buckets can be written: the hash table is resized at once" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(facts); i++) {
    const char *says[2];
    guint k;

    for (k = 0; k < 2; k++)
      says[k] = is_from(p->profiles[k], facts[i].since) ? facts[i].now : facts[i].before;
    if (says[0] != says[1])
      put_pair(p, facts[i].topic, facts[i].rule, says);
  }
}

static void put_rules(pair *p)
{
  const ct_switch *sw;
  guint i, k;

  for (k = 0; first_topics[k] != NULL; k++)
    for (i = 0; (sw = ct_switch_get(i)) != NULL; i++)
      if (strcmp(sw->topic, first_topics[k]) == 0)
        put_rule(p, sw);
  for (i = 0; (sw = ct_switch_get(i)) != NULL; i++)
    if (!g_strv_contains(first_topics, sw->topic))
      put_rule(p, sw);
}

static gboolean find_sysctl(const ct_params *params, const char *name, ct_param_info *info)
{
  size_t i;

  for (i = 0; ct_params_describe(params, i, info); i++)
    if (strcmp(info->name, name) == 0)
      return TRUE;
  return FALSE;
}

/* What a sysctl is for; "" where its name says it. Some have no effect on a replay, which is not the kernel's word. */
static const char *purpose_of(const ct_param_info *info)
{
  static const struct {
    const char *name, *purpose;
  } others[] = {
    { "nf_conntrack_helper", "1 attaches helpers by their standard ports; elsewhere rules must" },
    { "nf_conntrack_events_retry_timeout", "seconds until an event that could not be delivered is tried again" },
    { "nf_conntrack_log_invalid", "log packets that are INVALID" },
    { "nf_flowtable_tcp_timeout", "seconds that a TCP flow stays in a flow table" },
    { "nf_flowtable_udp_timeout", "seconds that a UDP flow stays in a flow table" },
    { "nf_hooks_lwtunnel", "rules see what is inside lightweight tunnels" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(others); i++)
    if (strcmp(info->name, others[i].name) == 0)
      return others[i].purpose;
  return info->help;
}

/* The sysctls of the one that the other has not. */
static void put_lacking(const ct_params *has, const ct_params *lacks)
{
  ct_param_info info, other;
  gboolean any = FALSE;
  size_t i;

  for (i = 0; ct_params_describe(has, i, &info); i++) {
    const char *purpose = purpose_of(&info);

    if (find_sysctl(lacks, info.name, &other))
      continue;
    if (!any)
      printf("\nSysctls that only %s has\n", has->profile->name);
    any = TRUE;
    if (*purpose != '\0')
      printf("  %-42s %s\n", info.name, purpose);
    else
      printf("  %s\n", info.name);
  }
}

static void put_starts(const ct_params *a, const ct_params *b)
{
  ct_param_info info, other;
  gboolean any = FALSE;
  size_t i;

  for (i = 0; ct_params_describe(a, i, &info); i++) {
    if (!find_sysctl(b, info.name, &other) || other.value == info.value)
      continue;
    if (!any)
      printf("\nSysctls that start with another value (above 4 GiB of memory)\n");
    any = TRUE;
    printf("  %-42s %10" G_GUINT64_FORMAT " -> %" G_GUINT64_FORMAT "%s\n", info.name, info.value, other.value,
           info.is_timeout ? " s" : "");
  }
}

static void put_sysctls(const ct_profile *a, const ct_profile *b)
{
  ct_params from, to;

  ct_params_init(&from, a);
  ct_params_init(&to, b);
  put_starts(&from, &to);
  put_lacking(&from, &to);
  put_lacking(&to, &from);
}

static void put_today(const ct_profile *a, const ct_profile *b)
{
  pair p = pair_of(a, b);

  put_rules(&p);
  put_facts(&p);
  put_sysctls(a, b);
  if (p.topic == NULL)
    printf("\nNo rule differs.\n");
}

/* ---- ip_conntrack ---- */

/* What an era said last, up to this one's. => NULL: nothing there */
static const char *era_says(const list_era *era, const ct_profile *profile)
{
  const char *says = era->linux_2_4;

  if (profile == &ct_profile_linux_2_4)
    return says;
  if (era->linux_2_6 != NULL)
    says = era->linux_2_6;
  return profile != &ct_profile_linux_2_6 && era->linux_3_10 != NULL ? era->linux_3_10 : says;
}

static void put_eras(const ct_profile *a, const ct_profile *b)
{
  pair p = pair_of(a, b);
  const list_era *era;

  for (era = list_eras; era->topic != NULL; era++) {
    const char *const says[2] = { era_says(era, a), era_says(era, b) };

    if (says[0] != NULL && says[1] != NULL && strcmp(says[0], says[1]) != 0)
      put_pair(&p, era->topic, "", says);
  }
}

static void put_heading(const ct_profile *a, const ct_profile *b)
{
  printf("From %s (%s) to %s (%s)\n", a->name, a->help, b->name, b->help);
}

void cli_list_changes(const ct_profile *a, const ct_profile *b)
{
  const ct_profile *first = &ct_profile_linux_3_10, *from = a->ip_conntrack ? first : a,
                   *to = b->ip_conntrack ? first : b;
  gboolean any = FALSE;

  if (a->ip_conntrack) {
    put_heading(a, b->ip_conntrack ? b : first);
    put_eras(a, b->ip_conntrack ? b : first);
    any = TRUE;
  }
  if (from != to || !any) {
    printf("%s", any ? "\n" : "");
    put_heading(from, to);
    put_today(from, to);
    any = TRUE;
  }
  if (b->ip_conntrack && !a->ip_conntrack) {
    printf("%s", any ? "\n" : "");
    put_heading(first, b);
    put_eras(first, b);
  }
  printf("\nK1.4 and the like are the places of a rule in doc/spec/KERNELS.md. Not told: what only packets on several\n"
         "processors at the same moment show, columns of /proc/net/stat/nf_conntrack, ranges of sysctls, sizes below\n"
         "4 GiB of memory, and the rarer rows of SIP, H.323 and hardware's offload (K9, K10, K12, K14).\n");
}
