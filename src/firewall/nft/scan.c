/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/nft/scan.h"

#include <string.h>

#include "firewall/nft/nft.h"

gboolean fw_nft_scan(const char *text, gsize length, guint most, GArray *spots, fw_nft_spot *deep)
{
  guint depth = 0;
  gboolean quoted = FALSE;
  gsize line_start = 0, i;
  guint line = 1;

  for (i = 0; i < length; i++) {
    char c = text[i];

    if (c == '\n') {
      line++;
      line_start = i + 1;
    } else if (quoted) {
      if (c == '\\')
        i++;
      else if (c == '"')
        quoted = FALSE;
    } else if (c == '"') {
      quoted = TRUE;
    } else if (c == '{' || c == '[') {
      fw_nft_spot spot = { line, (guint)(i - line_start + 1) };

      if (depth++ == 2 && c == '{')
        g_array_append_val(spots, spot);
      if (depth > most) {
        *deep = spot;
        return FALSE;
      }
    } else if ((c == '}' || c == ']') && depth > 0) {
      depth--;
    }
  }
  return TRUE;
}

gboolean fw_nft_looks_like(const char *text, gsize length)
{
  gsize i = 0;

  while (i < length && g_ascii_isspace(text[i]))
    i++;
  return i < length && text[i] == '{';
}

/* A first word that iptables-save and ipset do not have. */
gboolean fw_nft_looks_like_text(const char *text, gsize length)
{
  static const char *const words[] = { "table ",        "flush ruleset",  "flush table ", "define ",
                                       "redefine ",     "include ",       "add table ",   "create table ",
                                       "delete table ", "destroy table ", "add rule ",    "add chain " };
  gsize i = 0, k;

  while (i < length) {
    while (i < length && g_ascii_isspace(text[i]))
      i++;
    if (i == length || text[i] != '#')
      break;
    if (length - i > 2 && text[i + 1] == '!' && memchr(text + i, '\n', length - i) != NULL) {
      g_autofree char *line = g_strndup(text + i, (gsize)((const char *)memchr(text + i, '\n', length - i) - text) - i);

      if (strstr(line, "nft") != NULL)
        return TRUE;
    }
    while (i < length && text[i] != '\n')
      i++;
  }
  for (k = 0; k < G_N_ELEMENTS(words); k++)
    if (length - i >= strlen(words[k]) && memcmp(text + i, words[k], strlen(words[k])) == 0)
      return TRUE;
  return FALSE;
}
