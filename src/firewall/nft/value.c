/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/nft/value.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "firewall/names.h"
#include "firewall/parse.h"

enum { DAY_S = 86400, HOUR_S = 3600, MINUTE_S = 60, MS_PER_S = 1000 };
#define NS_PER_S G_GUINT64_CONSTANT(1000000000)

/* ---- numbers ---- */

gboolean fw_nft_number_put(guint64 number, guint8 *value, guint n_bytes)
{
  guint i;

  for (i = n_bytes; i-- > 0;) {
    value[i] = (guint8)number;
    number >>= 8;
  }
  return number == 0;
}

guint64 fw_nft_number_of(const guint8 *value, guint n_bytes)
{
  guint64 number = 0;
  guint i;

  for (i = 0; i < n_bytes; i++)
    number = number << 8 | value[i];
  return number;
}

/* "0x" and as many digits as there are. */
static gboolean put_hex(const char *text, guint8 *value, guint n_bytes)
{
  gsize n = strlen(text), i;

  for (i = 0; i < n; i++)
    if (!g_ascii_isxdigit(text[i]))
      return FALSE;
  while (n > 2 * (gsize)n_bytes && *text == '0') {
    text++;
    n--;
  }
  if (n == 0 || n > 2 * (gsize)n_bytes)
    return FALSE;
  memset(value, 0, n_bytes);
  for (i = 0; i < n; i++) {
    gsize nibble = 2 * (gsize)n_bytes - n + i;

    value[nibble / 2] |= (guint8)(g_ascii_xdigit_value(text[i]) << (nibble % 2 == 0 ? 4 : 0));
  }
  return TRUE;
}

static gboolean put_digits(const char *text, guint8 *value, guint n_bytes)
{
  const char *end;
  guint64 number;

  if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
    return put_hex(text + 2, value, n_bytes);
  return g_ascii_isdigit(text[0]) && fw_read_number(text, &end, &number, 0, G_MAXUINT64) && *end == '\0' &&
         fw_nft_number_put(number, value, n_bytes);
}

/* ---- moments ---- */

/* "21:51", "21:51:23": seconds of the day. */
static gboolean read_hour(const char *text, guint64 *seconds)
{
  guint part[3] = { 0, 0, 0 }, i;

  for (i = 0; i < 3; i++) {
    if (!g_ascii_isdigit(*text))
      return FALSE;
    while (g_ascii_isdigit(*text) && part[i] < 100)
      part[i] = part[i] * 10 + (guint)(*text++ - '0');
    if (*text == '\0')
      break;
    if (*text++ != ':' || i == 2)
      return FALSE;
  }
  *seconds = part[0] * HOUR_S + part[1] * MINUTE_S + part[2];
  return i > 0 && part[0] <= 24 && part[1] < 60 && part[2] < 60;
}

/* "2022-05-30 21:51:23", as if the machine that wrote it lived by UTC. */
static gboolean read_date(const char *text, guint64 *ns)
{
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
  g_autoptr(GDateTime) moment = NULL;
  int year, month, day, n = 0;
  guint64 seconds = 0;
  gint64 unix_s;

  if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 || n == 0)
    return FALSE;
  if (text[n] == ' ' ? !read_hour(text + n + 1, &seconds) : text[n] != '\0')
    return FALSE;
  moment = g_date_time_new(utc, year, month, day, 0, 0, 0);
  if (moment == NULL)
    return FALSE;
  unix_s = g_date_time_to_unix(moment) + (gint64)seconds;
  *ns = (guint64)unix_s * NS_PER_S;
  return unix_s >= 0;
}

/* ---- reading ---- */

static gboolean put_name(const char *text, guint8 *value, guint n_bytes, guint16 *n_bits)
{
  gsize n = strlen(text);
  gboolean wildcard = n > 0 && text[n - 1] == '*';

  if (wildcard && n > 1 && text[n - 2] == '\\') {
    if (n - 1 > n_bytes)
      return FALSE;
    memset(value, 0, n_bytes);
    memcpy(value, text, n - 2);
    value[n - 2] = '*';
    return TRUE;
  }
  n -= wildcard;
  if (n > n_bytes)
    return FALSE;
  memset(value, 0, n_bytes);
  memcpy(value, text, n); /* no string: NOLINT(bugprone-not-null-terminated-result) */
  if (wildcard)
    *n_bits = (guint16)(8 * n);
  return TRUE;
}

static gboolean put_address(const char *text, gboolean six, guint8 *value)
{
  fw_address a;

  if (!fw_read_address(text, six ? FW_IPV6 : FW_IPV4, &a))
    return FALSE;
  memcpy(value, a.bytes, six ? 16 : 4);
  return TRUE;
}

/* "1:2" of a class of traffic. */
static gboolean put_class(const char *text, guint8 *value)
{
  char *end;
  guint64 major, minor;

  if (strcmp(text, "none") == 0)
    return fw_nft_number_put(0, value, 4);
  if (strcmp(text, "root") == 0)
    return fw_nft_number_put(G_MAXUINT32, value, 4);
  if (strchr(text, ':') == NULL)
    return FALSE;
  major = g_ascii_strtoull(text, &end, 16);
  if (*end != ':')
    return FALSE;
  minor = g_ascii_strtoull(end + 1, &end, 16);
  return *end == '\0' && major <= G_MAXUINT16 && minor <= G_MAXUINT16 &&
         fw_nft_number_put(major << 16 | minor, value, 4);
}

static gboolean put_bit(guint64 number, guint8 *value, guint n_bytes)
{
  if (number >= 8U * n_bytes)
    return FALSE;
  memset(value, 0, n_bytes);
  value[n_bytes - 1 - number / 8] = (guint8)(1 << number % 8);
  return TRUE;
}

gboolean fw_nft_text_read(const char *text, const fw_nft_type *type, guint n_bytes, guint8 *value, guint16 *n_bits)
{
  guint32 symbol;
  guint64 number;
  guint16 port;
  guint8 protocol;

  if (fw_nft_symbol_find(type, text, &symbol))
    return fw_nft_number_put(symbol, value, n_bytes);
  switch (type->form) {
  case FW_NFT_FORM_IPV4: return n_bytes == 4 && put_address(text, FALSE, value);
  case FW_NFT_FORM_IPV6: return n_bytes == 16 && put_address(text, TRUE, value);
  case FW_NFT_FORM_ETHER: return n_bytes == 6 && fw_read_mac(text, value);
  case FW_NFT_FORM_NAME: return put_name(text, value, n_bytes, n_bits);
  case FW_NFT_FORM_HOUR:
    if (read_hour(text, &number))
      return fw_nft_number_put(number, value, n_bytes);
    break;
  case FW_NFT_FORM_DATE:
    if (read_date(text, &number))
      return fw_nft_number_put(number, value, n_bytes);
    break;
  case FW_NFT_FORM_CLASS:
    if (put_class(text, value))
      return TRUE;
    break;
  case FW_NFT_FORM_BIT: return fw_read_number(text, NULL, &number, 0, 127) && put_bit(number, value, n_bytes);
  default: break;
  }
  if (put_digits(text, value, n_bytes))
    return TRUE;
  if (strcmp(type->name, "inet_service") == 0)
    return fw_service_find(text, &port) && fw_nft_number_put(port, value, n_bytes);
  if (strcmp(type->name, "inet_proto") == 0)
    return fw_protocol_find(text, &protocol) && fw_nft_number_put(protocol, value, n_bytes);
  return FALSE;
}

gboolean fw_nft_number_read(gint64 number, const fw_nft_type *type, guint n_bytes, guint8 *value)
{
  char text[24];
  guint16 bits = 0;

  if (number < 0)
    return FALSE;
  switch (type->form) {
  case FW_NFT_FORM_NAME:
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, number);
    return put_name(text, value, n_bytes, &bits);
  case FW_NFT_FORM_BIT: return put_bit((guint64)number, value, n_bytes);
  case FW_NFT_FORM_MILLISECONDS:
    return number < G_MAXINT64 / MS_PER_S && fw_nft_number_put((guint64)number * MS_PER_S, value, n_bytes);
  case FW_NFT_FORM_DATE:
    return (guint64)number < G_MAXUINT64 / NS_PER_S && fw_nft_number_put((guint64)number * NS_PER_S, value, n_bytes);
  default: return fw_nft_number_put((guint64)number, value, n_bytes);
  }
}

/* ---- writing ---- */

void fw_nft_quoted(GString *out, const char *text) { g_string_append_printf(out, "\"%s\"", text); }

void fw_nft_seconds_text(GString *out, guint64 s)
{
  if (s >= DAY_S)
    g_string_append_printf(out, "%" G_GUINT64_FORMAT "d", s / DAY_S);
  if (s % DAY_S >= HOUR_S)
    g_string_append_printf(out, "%" G_GUINT64_FORMAT "h", s % DAY_S / HOUR_S);
  if (s % HOUR_S >= MINUTE_S)
    g_string_append_printf(out, "%" G_GUINT64_FORMAT "m", s % HOUR_S / MINUTE_S);
  if (s % MINUTE_S > 0 || s == 0)
    g_string_append_printf(out, "%" G_GUINT64_FORMAT "s", s % MINUTE_S);
}

void fw_nft_ms_text(GString *out, guint64 ms)
{
  if (ms >= MS_PER_S || ms == 0)
    fw_nft_seconds_text(out, ms / MS_PER_S);
  if (ms % MS_PER_S != 0)
    g_string_append_printf(out, "%" G_GUINT64_FORMAT "ms", ms % MS_PER_S);
}

static void date_text(GString *out, guint64 ns)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc((gint64)(ns / NS_PER_S));
  g_autofree char *text = moment != NULL ? g_date_time_format(moment, "%Y-%m-%d %H:%M:%S") : NULL;

  g_string_append_printf(out, "\"%s\"", text != NULL ? text : "?");
}

static void hour_text(GString *out, guint64 s)
{
  g_string_append_printf(out, "\"%02u:%02u", (guint)(s / HOUR_S), (guint)(s % HOUR_S / MINUTE_S));
  if (s % MINUTE_S != 0)
    g_string_append_printf(out, ":%02u", (guint)(s % MINUTE_S));
  g_string_append_c(out, '"');
}

static void bit_text(GString *out, const guint8 *value, guint n_bytes)
{
  guint i;

  for (i = 0; i < 8 * n_bytes; i++)
    if (value[n_bytes - 1 - i / 8] & 1 << i % 8) {
      g_string_append_printf(out, "%u", i);
      return;
    }
  g_string_append_c(out, '0');
}

static void hex_text(GString *out, const fw_nft_type *type, const guint8 *value, guint n_bytes)
{
  guint i, digits = 0;

  g_string_append(out, "0x");
  if (strcmp(type->name, "mark") == 0 || strcmp(type->name, "ether_type") == 0 || strcmp(type->name, "dscp") == 0) {
    for (i = 0; i < n_bytes; i++)
      g_string_append_printf(out, "%02x", value[i]);
    return;
  }
  for (i = 0; i < 2 * n_bytes; i++) {
    guint nibble = value[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15;

    if (nibble != 0 || digits > 0 || i + 1 == 2 * n_bytes) {
      g_string_append_c(out, "0123456789abcdef"[nibble]);
      digits++;
    }
  }
}

static void name_text(GString *out, const guint8 *value, guint n_bytes)
{
  g_autofree char *name = g_strndup((const char *)value, n_bytes);

  fw_nft_quoted(out, name);
}

static void bits_text(GString *out, const fw_nft_type *type, const guint8 *value, guint n_bytes)
{
  guint64 number = fw_nft_number_of(value, n_bytes), named = 0;
  const fw_nft_symbol *s;
  gsize start = out->len;

  for (s = type->symbols; s->name != NULL; s++)
    if (number & s->value && !(named & s->value)) {
      g_string_append_printf(out, "%s%s", out->len > start ? "," : "", s->name);
      named |= s->value;
    }
  if (named == number && named != 0)
    return;
  g_string_truncate(out, start);
  hex_text(out, type, value, n_bytes);
}

void fw_nft_scalar_text(GString *out, const fw_nft_type *type, const guint8 *value, guint n_bytes)
{
  guint64 number = n_bytes <= 8 ? fw_nft_number_of(value, n_bytes) : 0;
  const char *name = n_bytes <= 8 && number <= G_MAXUINT32 ? fw_nft_symbol_name(type, (guint32)number) : NULL;
  char text[INET6_ADDRSTRLEN];

  if (type->bits && type->form != FW_NFT_FORM_BIT) {
    bits_text(out, type, value, n_bytes);
    return;
  }
  if (name != NULL) {
    g_string_append_printf(out, strcmp(type->name, "day") == 0 ? "\"%s\"" : "%s", name);
    return;
  }
  switch (type->form) {
  case FW_NFT_FORM_IPV4: g_string_append(out, inet_ntop(AF_INET, value, text, sizeof text)); return;
  case FW_NFT_FORM_IPV6: g_string_append(out, inet_ntop(AF_INET6, value, text, sizeof text)); return;
  case FW_NFT_FORM_ETHER:
    g_string_append_printf(out, "%02x:%02x:%02x:%02x:%02x:%02x", value[0], value[1], value[2], value[3], value[4],
                           value[5]);
    return;
  case FW_NFT_FORM_NAME: name_text(out, value, n_bytes); return;
  case FW_NFT_FORM_MILLISECONDS: fw_nft_seconds_text(out, number / MS_PER_S); return;
  case FW_NFT_FORM_DATE: date_text(out, number); return;
  case FW_NFT_FORM_HOUR: hour_text(out, number); return;
  case FW_NFT_FORM_BIT: bit_text(out, value, n_bytes); return;
  case FW_NFT_FORM_CLASS:
    if (number <= G_MAXUINT16) /* nft prints what tc would call 0:x as a plain number's class */
      g_string_append_printf(out, ":%x", (guint)number);
    else
      g_string_append_printf(out, "%x:%x", (guint)(number >> 16), (guint)(number & 0xffff));
    return;
  case FW_NFT_FORM_NUMBER:
    if (n_bytes <= 8) {
      g_string_append_printf(out, "%" G_GUINT64_FORMAT, number);
      return;
    }
    break;
  default: break;
  }
  hex_text(out, type, value, n_bytes);
}

void fw_nft_bare_text(GString *out, const fw_nft_type *type, const guint8 *value, guint n_bytes)
{
  static const fw_nft_symbol none[] = { { NULL, 0 } };
  const fw_nft_type bare = { type->name, type->n_bytes, type->form, FALSE, none };

  if (type->form == FW_NFT_FORM_MILLISECONDS)
    g_string_append_printf(out, "%" G_GUINT64_FORMAT "s", fw_nft_number_of(value, n_bytes) / MS_PER_S);
  else
    fw_nft_scalar_text(out, type->form == FW_NFT_FORM_PRESENCE ? type : &bare, value, n_bytes);
}
