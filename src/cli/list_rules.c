/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list_rules.h"

#include <stdio.h>

#include "firewall/extension.h"
#include "firewall/walk/targets.h"
#include "firewall/walk/tests.h"

static const char *families_of(const fw_bounds *bounds)
{
  if (bounds->families == 1 << FW_IPV4)
    return "ipv4";
  return bounds->families == 1 << FW_IPV6 ? "ipv6" : "ipv4,ipv6";
}

static void put_options(const fw_option *options)
{
  for (; options != NULL && options->name != NULL; options++)
    printf(" --%s", options->name);
}

void cli_list_matches(const ct_params *params)
{
  const fw_match_ops *ops;
  guint i;

  (void)params;
  for (i = 0; (ops = fw_match_get(i)) != NULL; i++) {
    printf("%-11s %-9s %-8s", ops->name, families_of(&ops->bounds),
           fw_test_ops_of(ops->id) != NULL ? "decided" : "unknown");
    put_options(ops->options);
    putchar('\n');
  }
}

static const char *what_it_does(const fw_target_ops *ops)
{
  const fw_act_ops *act = fw_act_ops_of(ops->id);

  if (!act->known)
    return ops->harmless ? "unseen" : "unknown";
  switch (act->end) {
  case FW_END_REJECT: return "rejects";
  case FW_END_NAT: return "translates";
  case FW_END_QUEUE: return "queues";
  default: return act->act != NULL ? "acts" : "unseen";
  }
}

void cli_list_targets(const ct_params *params)
{
  const fw_target_ops *ops;
  guint i;

  (void)params;
  for (i = 0; (ops = fw_target_get(i)) != NULL; i++) {
    printf("%-11s %-9s %-10s", ops->name, families_of(&ops->bounds), what_it_does(ops));
    put_options(ops->options);
    putchar('\n');
  }
}
