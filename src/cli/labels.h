/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels of connections and their names: --connlabels, and what --label asks for by them. */
#ifndef CLI_LABELS_H
#define CLI_LABELS_H

#include "options.h"

/*
 * Reads the names, and finds what the filter asks for. names: NULL where there is no --connlabels, else for
 * cli_labels_free. => FALSE and an error where the file is none of names, or a label is not known.
 */
gboolean cli_labels_read(const cli_options *options, char ***names, GError **error);
void cli_labels_free(char **names); /* NULL is fine */

#endif
