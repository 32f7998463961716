/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers, addresses and names at the end of a line that is told of each packet: printf costs more than all of them. */
#ifndef FIREWALL_WALK_PUT_H
#define FIREWALL_WALK_PUT_H

#include <glib.h>
#include <string.h>

/* In decimal. */
void fw_put_u32(GString *out, guint32 value);
/* As text, without quotes. family: 4 or 6. */
void fw_put_address(GString *out, guint8 family, const guint8 *bytes);
/*
 * As a JSON string. Names are bytes: each that is not ASCII's is the character of its number. The second one ends a
 * string whose quote stands before `from`, and whose text was appended since as it is.
 */
void fw_put_string(GString *out, const char *text);
void fw_put_string_end(GString *out, gsize from);

static inline void fw_put_bytes(GString *out, const char *bytes, gsize n)
{
  const gsize at = out->len;

  if (G_UNLIKELY(at + n >= out->allocated_len)) {
    g_string_append_len(out, bytes, (gssize)n);
    return;
  }
  memcpy(out->str + at, bytes, n);
  out->str[at + n] = '\0';
  out->len = at + n;
}
#define fw_put_literal(out, s) fw_put_bytes(out, s "", sizeof(s) - 1)
static inline void fw_put_text(GString *out, const char *text) { fw_put_bytes(out, text, strlen(text)); }

#endif
