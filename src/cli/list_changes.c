/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `ctreplay list changes A B`: what another kernel does otherwise, in words, from the table of switches; and which
 * sysctls came, went, or start with another value. No capture is needed.
 */
#include "list_changes.h"

#include <stdio.h>
#include <string.h>

#include "conntrack/profile/switches.h"

enum { SENTENCE_BYTES = 256 };

static int name_width(const ct_profile *a, const ct_profile *b) { return (int)MAX(strlen(a->name), strlen(b->name)); }

static void put_rule(const ct_switch *sw, const ct_profile *a, const ct_profile *b, const char **topic)
{
  char says[SENTENCE_BYTES], other[SENTENCE_BYTES];
  int width = name_width(a, b);

  ct_switch_say(sw, a, says, sizeof(says));
  ct_switch_say(sw, b, other, sizeof(other));
  if (*says == '\0' || *other == '\0' || strcmp(says, other) == 0)
    return;
  if (*topic == NULL || strcmp(*topic, sw->topic) != 0)
    printf("\n%s\n", sw->topic);
  *topic = sw->topic;
  printf("  %-6s %-*s  %s.\n", sw->rule, width, a->name, says);
  printf("  %-6s %-*s  %s.\n", "", width, b->name, other);
}

static gboolean find_sysctl(const ct_params *params, const char *name, ct_param_info *info)
{
  size_t i;

  for (i = 0; ct_params_describe(params, i, info); i++)
    if (strcmp(info->name, name) == 0)
      return TRUE;
  return FALSE;
}

/* The sysctls of the one that the other has not. */
static void put_lacking(const char *what, const ct_params *has, const ct_params *lacks)
{
  ct_param_info info, other;
  gboolean any = FALSE;
  size_t i;

  for (i = 0; ct_params_describe(has, i, &info); i++) {
    if (find_sysctl(lacks, info.name, &other))
      continue;
    if (!any)
      printf("\n%s\n", what);
    any = TRUE;
    printf("  %s%s%s\n", info.name, *info.help != '\0' ? "  " : "", info.help);
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
      printf("\nSysctls that start with another value\n");
    any = TRUE;
    printf("  %-42s %10" G_GUINT64_FORMAT " -> %" G_GUINT64_FORMAT "%s\n", info.name, info.value, other.value,
           info.is_timeout ? " s" : "");
  }
}

void cli_list_changes(const ct_profile *a, const ct_profile *b)
{
  const char *topic = NULL;
  const ct_switch *sw;
  ct_params from, to;
  char text[SENTENCE_BYTES];
  guint i;

  printf("From %s (%s) to %s (%s)\n", a->name, a->help, b->name, b->help);
  for (i = 0; (sw = ct_switch_get(i)) != NULL; i++)
    if (!sw->is_default && ct_switch_differs(sw, a, b))
      put_rule(sw, a, b, &topic);
  ct_params_init(&from, a);
  ct_params_init(&to, b);
  put_starts(&from, &to);
  g_snprintf(text, sizeof(text), "Sysctls that only %s has", a->name);
  put_lacking(text, &from, &to);
  g_snprintf(text, sizeof(text), "Sysctls that only %s has", b->name);
  put_lacking(text, &to, &from);
  if (topic == NULL)
    printf("\nNo rule differs.\n");
}
