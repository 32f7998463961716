/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels of connections that expectations call by their names: which those are, somebody else knows. */
#include "scenario/scenario.h"

static gint label_called(const char *const *names, const char *name)
{
  for (gint n = 0; names != NULL && n < CT_LABELS; n++)
    if (g_strcmp0(names[n], name) == 0)
      return n;
  return -1;
}

static gboolean name_labels(scn_check *check, const char *const *names, const char **unknown)
{
  for (guint i = 0; check->label_names != NULL && i < check->label_names->len; i++) {
    gint n = label_called(names, g_ptr_array_index(check->label_names, i));

    if (n < 0) {
      *unknown = g_ptr_array_index(check->label_names, i);
      return FALSE;
    }
    check->labels.words[n / 32] |= 1U << n % 32;
  }
  return TRUE;
}

gboolean scn_scenario_name_labels(scn_scenario *scenario, const char *const *names, GError **error)
{
  for (guint i = 0; i < scenario->steps->len; i++) {
    const scn_step *step = g_ptr_array_index(scenario->steps, i);
    const char *unknown;

    if (step->check == NULL || name_labels(step->check, names, &unknown))
      continue;
    g_set_error(error, SCN_ERROR, SCN_ERROR_SYNTAX, "%s:%u: no label is called %s%s", scenario->file, step->line,
                unknown, names != NULL ? "" : ": --connlabels FILE says which label has which name");
    return FALSE;
  }
  return TRUE;
}
