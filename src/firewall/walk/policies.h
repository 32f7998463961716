/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the box knows by name beside its rules: policies of timeouts, which CT --timeout names (NAT 17), and labels of
 * connections, which -m connlabel names. Neither stands in a file of rules.
 */
#ifndef FIREWALL_WALK_POLICIES_H
#define FIREWALL_WALK_POLICIES_H

#include "conntrack/param.h"
#include "firewall/walk/facts.h"

typedef struct fw_timeout_policy {
  char *name;
  fw_family family;
  guint8 protocol;                  /* 255: those without a tracker of their own */
  gint64 seconds[CT_TIMEOUT_COUNT]; /* by ct_timeout; -1: the settings' */
} fw_timeout_policy;

/*
 * Adds the policies of a text: what `nfct timeout list` prints, or commands `nfct timeout add NAME inet tcp established
 * 100 ...`; lines with # are none. => FALSE: it is neither; *line and *reason, which is static, say where and why.
 */
gboolean fw_policies_read(fw_box_facts *facts, const char *text, guint *line, const char **reason);
/* => NULL: there is none of the name. */
const fw_timeout_policy *fw_policy_find(const fw_box_facts *facts, const char *name);
/* Of what kind of packets it is: as the kernel asks when a rule names it. */
gboolean fw_policy_fits(const fw_timeout_policy *policy, fw_family family, guint8 protocol);
/* Into CT_TIMEOUT_COUNT values, which are the settings' before. */
void fw_policy_apply(const fw_timeout_policy *policy, gint64 *timeout_ns);

/*
 * The names of labels, as connlabel.conf has them: a number and a name on each line. names: CT_LABELS of them, NULL
 * before, to be freed. => as above.
 */
gboolean fw_labels_read(char **names, const char *text, guint *line, const char **reason);
/* By name, or number where names is NULL or has none such. => -1: nobody knows it. */
gint fw_label_find(const char *const *names, const char *name);

#endif
