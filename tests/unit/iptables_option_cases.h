/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules, and how they come out. */
#ifndef TESTS_IPTABLES_OPTION_CASES_H
#define TESTS_IPTABLES_OPTION_CASES_H

#include <glib.h>

typedef struct option_case {
  const char *chain; /* "TABLE CHAIN", with "6 " before it for IPv6 */
  const char *rule;
  const char *saved; /* NULL: refused; "=": as written */
} option_case;

extern const option_case option_case_list[];
extern const guint n_option_cases;

#endif
