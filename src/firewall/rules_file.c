/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of rules: read, and handed to the reader whose language it is in. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firewall/iptables_file.h"
#include "firewall/nft/nft.h"

/* Files that are longer are no rulesets. */
#define FILE_MAX ((gsize)1 << 30)

static gboolean looks_like_sets(const char *text, gsize length)
{
  fw_lines lines = { text, text + length, 0, FALSE, FALSE };
  char *line = g_malloc(FW_LINE_MAX + 1);
  gboolean sets = FALSE, decided = FALSE;

  while (!decided && fw_lines_next(&lines, "", line, NULL)) {
    g_strchug(line);
    if (line[0] == '\0' || line[0] == '#')
      continue;
    decided = TRUE;
    sets = strncmp(line, "create ", 7) == 0 || strncmp(line, "add ", 4) == 0 || strncmp(line, "-N ", 3) == 0;
  }
  g_free(line);
  return sets;
}

gboolean fw_rules_read(fw_ruleset *r, const char *name, const char *text, gsize length, const fw_read_options *options,
                       GError **error)
{
  if (fw_nft_looks_like(text, length))
    return fw_nft_read(r, name, text, length, error);
  if (fw_nft_looks_like_text(text, length))
    return fw_nft_refuse_text(name, error);
  if (looks_like_sets(text, length))
    return fw_ipset_read(r, name, text, length, error);
  return fw_iptables_read(r, name, text, length, options, error);
}

static gboolean read_stream(FILE *in, GString *text)
{
  char *buffer = g_malloc(65536);
  gsize n;

  while ((n = fread(buffer, 1, 65536, in)) > 0 && text->len <= FILE_MAX)
    g_string_append_len(text, buffer, n);
  g_free(buffer);
  return !ferror(in);
}

gboolean fw_rules_load(const char *path, GString *text, GError **error)
{
  gboolean standard_input = strcmp(path, "-") == 0, ok = TRUE;
  FILE *in = standard_input ? stdin : fopen(path, "re");
  fw_place place = { standard_input ? "standard input" : path, 0, 0 };

  if (in == NULL)
    return fw_fail(error, &place, "%s", g_strerror(errno));
  if (!read_stream(in, text))
    ok = fw_fail(error, &place, "%s", g_strerror(errno));
  else if (text->len > FILE_MAX)
    ok = fw_fail(error, &place, "longer than 1 GiB");
  if (!standard_input)
    fclose(in);
  return ok;
}

gboolean fw_rules_read_file(fw_ruleset *r, const char *path, const fw_read_options *options, GError **error)
{
  GString *text = g_string_new(NULL);
  gboolean ok = fw_rules_load(path, text, error) && fw_rules_read(r, strcmp(path, "-") == 0 ? "standard input" : path,
                                                                  text->str, text->len, options, error);

  g_string_free(text, TRUE);
  return ok;
}

void fw_rules_finish(fw_ruleset *r)
{
  fw_build_finish(r);
  fw_sets_find(r);
}
