/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "labels.h"

#include <string.h>

#include "firewall/iptables.h"
#include "firewall/walk/policies.h"

static gboolean read_names(const cli_options *o, char **names, GError **error)
{
  GString *text = g_string_new(NULL);
  const char *reason = NULL;
  guint line = 0;
  gboolean fine;

  fine = fw_rules_load(o->connlabels, text, error);
  if (fine && !fw_labels_read(names, text->str, &line, &reason)) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--connlabels %s: line %u: %s", o->connlabels, line, reason);
    fine = FALSE;
  }
  g_string_free(text, TRUE);
  return fine;
}

static gboolean find_all(const cli_options *o, char **names, GError **error)
{
  g_auto(GStrv) words = g_strsplit(o->filter.label_words, ",", -1);
  guint i;

  *o->filter.labels = (ct_labels){ { 0 } };
  for (i = 0; words[i] != NULL; i++) {
    gint number = fw_label_find((const char *const *)names, words[i]);

    if (number < 0) {
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                  names != NULL
                    ? "%s %s: %s is no name of --connlabels %s, and no number from 0 to 127"
                    : "%s %s: %s is no number from 0 to 127; --connlabels FILE says which label has which name",
                  o->letters['l'] ? "-l" : "--label", o->filter.label_words, words[i], o->connlabels);
      return FALSE;
    }
    o->filter.labels->words[number / 32] |= 1u << number % 32;
  }
  return TRUE;
}

gboolean cli_labels_read(const cli_options *o, char ***names, GError **error)
{
  *names = o->connlabels != NULL ? g_new0(char *, CT_LABELS) : NULL;
  return (*names == NULL || read_names(o, *names, error)) &&
         (o->filter.label_words == NULL || find_all(o, *names, error));
}

void cli_labels_free(char **names)
{
  guint i;

  for (i = 0; names != NULL && i < CT_LABELS; i++)
    g_free(names[i]);
  g_free(names);
}
