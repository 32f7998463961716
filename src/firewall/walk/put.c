/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/put.h"

#include <arpa/inet.h>

enum { DIGITS_MOST = 10 };

void fw_put_u32(GString *out, guint32 value)
{
  char text[DIGITS_MOST], *at = text + DIGITS_MOST;

  do
    *--at = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  fw_put_bytes(out, at, (gsize)(text + DIGITS_MOST - at));
}

void fw_put_address(GString *out, guint8 family, const guint8 *bytes)
{
  char text[INET6_ADDRSTRLEN];
  guint i;

  if (family == 6) {
    inet_ntop(AF_INET6, bytes, text, sizeof text);
    fw_put_text(out, text);
    return;
  }
  for (i = 0; i < 4; i++) {
    if (i > 0)
      fw_put_literal(out, ".");
    fw_put_u32(out, bytes[i]);
  }
}

static gboolean is_plain(guchar c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

static void put_escaped(GString *out, const char *text)
{
  for (; *text != '\0'; text++) {
    guchar c = (guchar)*text;

    if (is_plain(c))
      g_string_append_c(out, (gchar)c);
    else if (c == '"' || c == '\\')
      g_string_append_printf(out, "\\%c", c);
    else
      g_string_append_printf(out, "\\u%04x", c);
  }
}

void fw_put_string_end(GString *out, gsize from)
{
  gsize i;

  for (i = from; i < out->len && is_plain((guchar)out->str[i]); i++)
    continue;
  if (i < out->len) {
    g_autofree char *text = g_strdup(out->str + i);

    g_string_truncate(out, i);
    put_escaped(out, text);
  }
  fw_put_literal(out, "\"");
}

void fw_put_string(GString *out, const char *text)
{
  const gsize from = out->len + 1;

  fw_put_literal(out, "\"");
  fw_put_text(out, text);
  fw_put_string_end(out, from);
}
