/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/nft/scan.h"

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
