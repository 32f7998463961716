/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/lexer.h"

#include <arpa/inet.h>
#include <string.h>

void scn_cursor_init(scn_cursor *c, const char *file, guint line, const char *start, const char *end)
{
  *c = (scn_cursor){ .file = file, .line = line, .start = start, .at = start, .end = end };
}

gboolean scn_fail(scn_cursor *c, const char *format, ...)
{
  va_list args;
  char *message;

  if (c->error != NULL)
    return FALSE;
  va_start(args, format);
  message = g_strdup_vprintf(format, args);
  va_end(args);
  g_set_error(&c->error, SCN_ERROR, SCN_ERROR_SYNTAX, "%s:%u:%u: %s", c->file, c->line, (guint)(c->at - c->start) + 1,
              message);
  g_free(message);
  return FALSE;
}

/* Only characters that can stand in a message: a hostile file's bytes stay out of the terminal. */
static char *printable(const char *at, const char *end)
{
  GString *text = g_string_new(NULL);

  for (; at < end && *at != ' ' && text->len < 24; at++) {
    if (g_ascii_isgraph(*at))
      g_string_append_c(text, *at);
    else
      g_string_append_printf(text, "\\x%02x", (guint8)*at);
  }
  return g_string_free(text, FALSE);
}

gboolean scn_unknown(scn_cursor *c, const char *what, const char *guess)
{
  char *found;

  if (scn_at_end(c))
    return scn_fail(c, "expected %s, found the end of the line", what);
  found = printable(c->at, c->end);
  if (guess != NULL)
    scn_fail(c, "expected %s, found \"%s\"; did you mean %s?", what, found, guess);
  else
    scn_fail(c, "expected %s, found \"%s\"", what, found);
  g_free(found);
  return FALSE;
}

static gboolean wanted_at(scn_cursor *c, const char *at, const char *what)
{
  c->at = at;
  return scn_unknown(c, what, NULL);
}

gboolean scn_wanted(scn_cursor *c, const char *what) { return wanted_at(c, c->at, what); }

gboolean scn_at_end(scn_cursor *c)
{
  while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
    c->at++;
  return c->at == c->end || *c->at == '#' || (*c->at == '/' && c->end - c->at > 1 && c->at[1] == '/');
}

gboolean scn_need_end(scn_cursor *c)
{
  if (c->error != NULL)
    return FALSE;
  return scn_at_end(c) || scn_wanted(c, "the end of the line");
}

char scn_peek(scn_cursor *c) { return c->error != NULL || scn_at_end(c) ? 0 : *c->at; }

gboolean scn_accept(scn_cursor *c, const char *punctuation)
{
  gsize n = strlen(punctuation);

  if (c->error != NULL || scn_at_end(c) || (gsize)(c->end - c->at) < n || memcmp(c->at, punctuation, n) != 0)
    return FALSE;
  c->at += n;
  return TRUE;
}

gboolean scn_need(scn_cursor *c, const char *punctuation)
{
  char what[16];

  if (c->error != NULL)
    return FALSE;
  if (scn_accept(c, punctuation))
    return TRUE;
  g_snprintf(what, sizeof(what), "\"%s\"", punctuation);
  return scn_wanted(c, what);
}

static gboolean is_word(char ch) { return g_ascii_isalnum(ch) || ch == '_' || ch == '-' || ch == '.'; }

static gsize word_length(scn_cursor *c)
{
  const char *at = c->at;

  while (at < c->end && is_word(*at))
    at++;
  return (gsize)(at - c->at);
}

gboolean scn_accept_word(scn_cursor *c, const char *word)
{
  gsize n = strlen(word);

  if (c->error != NULL || scn_at_end(c) || word_length(c) != n || memcmp(c->at, word, n) != 0)
    return FALSE;
  c->at += n;
  return TRUE;
}

static gboolean take(scn_cursor *c, const char *what, gsize n, char *buffer, gsize size)
{
  if (n == 0)
    return scn_wanted(c, what);
  if (n >= size)
    return scn_fail(c, "expected %s, found a word of %" G_GSIZE_FORMAT " characters (at most %" G_GSIZE_FORMAT ")",
                    what, n, size - 1);
  memcpy(buffer, c->at, n);
  buffer[n] = 0;
  c->at += n;
  return TRUE;
}

gboolean scn_take_word(scn_cursor *c, const char *what, char *buffer, gsize size)
{
  if (c->error != NULL || (scn_at_end(c) && !scn_wanted(c, what)))
    return FALSE;
  return take(c, what, word_length(c), buffer, size);
}

gboolean scn_take_rest_of_word(scn_cursor *c, const char *what, char *buffer, gsize size)
{
  gsize n = 0;

  if (c->error != NULL || (scn_at_end(c) && !scn_wanted(c, what)))
    return FALSE;
  while (c->at + n < c->end && c->at[n] != ' ' && c->at[n] != '\t')
    n++;
  return take(c, what, n, buffer, size);
}

gboolean scn_take_u64(scn_cursor *c, const char *what, guint64 largest, guint64 *value)
{
  const char *begin;
  guint base = 10;
  guint64 v = 0;

  if (c->error != NULL || (scn_at_end(c) && !scn_wanted(c, what)))
    return FALSE;
  begin = c->at;
  if (c->end - c->at > 2 && c->at[0] == '0' && c->at[1] == 'x' && g_ascii_isxdigit(c->at[2])) {
    base = 16;
    c->at += 2;
  }
  if (c->at == c->end || !g_ascii_isdigit(*c->at)) {
    if (base == 10 || !g_ascii_isxdigit(*c->at))
      return wanted_at(c, begin, what);
  }
  for (; c->at < c->end && (base == 16 ? g_ascii_isxdigit(*c->at) : g_ascii_isdigit(*c->at)); c->at++) {
    guint digit = (guint)g_ascii_xdigit_value(*c->at);

    if (v > (largest - MIN(largest, digit)) / base) {
      c->at = begin;
      return scn_fail(c, "expected %s of at most %" G_GUINT64_FORMAT, what, largest);
    }
    v = v * base + digit;
  }
  if (c->at < c->end && (g_ascii_isalpha(*c->at) || *c->at == '_'))
    return wanted_at(c, begin, what);
  *value = v;
  return TRUE;
}

gboolean scn_take_u32(scn_cursor *c, const char *what, guint32 *value)
{
  guint64 v = 0;

  if (!scn_take_u64(c, what, G_MAXUINT32, &v))
    return FALSE;
  *value = (guint32)v;
  return TRUE;
}

gboolean scn_take_u16(scn_cursor *c, const char *what, guint16 *value)
{
  guint64 v = 0;

  if (!scn_take_u64(c, what, G_MAXUINT16, &v))
    return FALSE;
  *value = (guint16)v;
  return TRUE;
}

gboolean scn_take_u8(scn_cursor *c, const char *what, guint8 *value)
{
  guint64 v = 0;

  if (!scn_take_u64(c, what, G_MAXUINT8, &v))
    return FALSE;
  *value = (guint8)v;
  return TRUE;
}

gboolean scn_take_sequence(scn_cursor *c, const char *what, guint32 *value)
{
  gboolean minus = scn_accept(c, "-");

  if (!scn_take_u32(c, what, value))
    return FALSE;
  if (minus)
    *value = 0u - *value;
  return TRUE;
}

/* Digits after a decimal point as a part of one, in units of 1e-9. */
static gint64 take_fraction(scn_cursor *c)
{
  gint64 value = 0, unit = 100000000;

  for (; c->at < c->end && g_ascii_isdigit(*c->at); c->at++, unit /= 10)
    value += unit * g_ascii_digit_value(*c->at);
  return value;
}

gboolean scn_take_duration(scn_cursor *c, const char *what, gint64 *ns)
{
  static const struct {
    const char *word;
    gint64 ns;
  } units[] = { { "ms", 1000000 },
                { "us", 1000 },
                { "ns", 1 },
                { "s", 1000000000 },
                { "m", G_GINT64_CONSTANT(60000000000) },
                { "h", G_GINT64_CONSTANT(3600000000000) },
                { "d", G_GINT64_CONSTANT(86400000000000) } };
  const char *begin;
  gint64 whole = 0, fraction = 0, unit = 1000000000;
  guint i;

  if (c->error != NULL || (scn_at_end(c) && !scn_wanted(c, what)))
    return FALSE;
  begin = c->at;
  for (; c->at < c->end && g_ascii_isdigit(*c->at) && whole < G_GINT64_CONSTANT(10000000000); c->at++)
    whole = whole * 10 + g_ascii_digit_value(*c->at);
  /* ".01" is a number to most who write one. */
  if (c->at < c->end && *c->at == '.' && (c->at > begin || (c->at + 1 < c->end && g_ascii_isdigit(c->at[1])))) {
    c->at++;
    fraction = take_fraction(c);
  }
  if (c->at == begin)
    return wanted_at(c, begin, what);
  if (c->at < c->end && is_word(*c->at)) { /* a unit stands at the number, without a blank */
    for (i = 0; i < G_N_ELEMENTS(units) && !scn_accept_word(c, units[i].word); i++)
      ;
    if (i == G_N_ELEMENTS(units))
      return wanted_at(c, begin, what);
    unit = units[i].ns;
  }
  if (whole > G_GINT64_CONSTANT(3000000000000000000) / unit) {
    c->at = begin;
    return scn_fail(c, "expected %s below a hundred years", what);
  }
  *ns = whole * unit + (unit == 1000000000 ? fraction : (gint64)((double)fraction * ((double)unit / 1e9)));
  return TRUE;
}

gboolean scn_take_date(scn_cursor *c, gint64 *ns)
{
  static const char what[] = "a date as 2026-01-05T10:00:00Z";
  const char *begin = c->at;
  char text[64];
  GDateTime *date;
  char *dot;
  gint64 fraction = 0, seconds;

  if (!scn_take_rest_of_word(c, what, text, sizeof(text)))
    return FALSE;
  dot = strchr(text, '.');
  if (dot != NULL) { /* GDateTime keeps microseconds only */
    scn_cursor digits;
    gsize n = strspn(dot + 1, "0123456789");

    scn_cursor_init(&digits, c->file, c->line, dot + 1, dot + 1 + n);
    fraction = take_fraction(&digits);
    memmove(dot, dot + 1 + n, strlen(dot + 1 + n) + 1);
  }
  date = g_date_time_new_from_iso8601(text, NULL);
  if (date == NULL)
    return wanted_at(c, begin, what);
  seconds = g_date_time_to_unix(date);
  g_date_time_unref(date);
  if (seconds < 0 || seconds > G_MAXUINT32)
    return scn_fail(c, "expected a date between 1970 and 2106, which is what a capture can hold");
  *ns = seconds * 1000000000 + fraction;
  return TRUE;
}

gboolean scn_take_addr(scn_cursor *c, guint8 *family, ct_addr *addr)
{
  static const char what[] = "an address (10.0.0.1 or [fd00::1])";
  gboolean bracket = scn_accept(c, "[");
  char text[64];
  gsize n = 0;
  const char *begin;

  if (c->error != NULL || (scn_at_end(c) && !scn_wanted(c, what)))
    return FALSE;
  begin = c->at;
  while (c->at + n < c->end && (g_ascii_isxdigit(c->at[n]) || c->at[n] == '.' || c->at[n] == ':'))
    n++;
  /* A port follows an IPv4 address after a colon; an IPv6 address with a port is in brackets. */
  if (!bracket && memchr(c->at, '.', n) != NULL && memchr(c->at, ':', n) != NULL && c->at[0] != ':' &&
      strcspn(c->at, ":") > strcspn(c->at, "."))
    n = strcspn(c->at, ":");
  if (n == 0 || n >= sizeof(text))
    return wanted_at(c, begin, what);
  memcpy(text, c->at, n);
  text[n] = 0;
  memset(addr, 0, sizeof(*addr));
  if (inet_pton(AF_INET, text, addr->bytes) == 1)
    *family = CT_IPV4;
  else if (inet_pton(AF_INET6, text, addr->bytes) == 1)
    *family = CT_IPV6;
  else
    return wanted_at(c, begin, what);
  c->at += n;
  return !bracket || scn_need(c, "]");
}

static gboolean take_escape(scn_cursor *c, guint8 *byte)
{
  static const char letters[] = "rnt0\"\\", bytes[] = "\r\n\t\0\"\\";
  const char *found;

  if (c->at == c->end)
    return scn_fail(c, "expected a character after \\, found the end of the line");
  if (*c->at == 'x') {
    if (c->end - c->at < 3 || !g_ascii_isxdigit(c->at[1]) || !g_ascii_isxdigit(c->at[2]))
      return scn_fail(c, "expected two hexadecimal digits after \\x");
    *byte = (guint8)(g_ascii_xdigit_value(c->at[1]) << 4 | g_ascii_xdigit_value(c->at[2]));
    c->at += 3;
    return TRUE;
  }
  found = *c->at ? strchr(letters, *c->at) : NULL;
  if (found == NULL)
    return scn_fail(c, "expected one of r n t 0 \" \\ or xHH after \\");
  *byte = (guint8)bytes[found - letters];
  c->at++;
  return TRUE;
}

gboolean scn_take_string(scn_cursor *c, const char *what, GByteArray **bytes)
{
  GByteArray *out;

  if (c->error != NULL)
    return FALSE;
  if (!scn_accept(c, "\""))
    return scn_wanted(c, what);
  out = g_byte_array_new();
  while (c->at < c->end && *c->at != '"') {
    guint8 byte = (guint8)*c->at++;

    if (byte == '\\' && !take_escape(c, &byte))
      break;
    g_byte_array_append(out, &byte, 1);
  }
  if (c->error == NULL && c->at == c->end)
    scn_fail(c, "expected a closing \", found the end of the line");
  if (c->error != NULL) {
    g_byte_array_unref(out);
    return FALSE;
  }
  c->at++;
  *bytes = out;
  return TRUE;
}

gboolean scn_take_hex(scn_cursor *c, const char *what, GByteArray **bytes)
{
  gboolean quoted = scn_accept(c, "\"");
  const char *begin = c->at;
  GByteArray *out;

  if (c->error != NULL || (scn_at_end(c) && !scn_wanted(c, what)))
    return FALSE;
  out = g_byte_array_new();
  for (;;) {
    guint8 byte;

    while (quoted && c->at < c->end && *c->at == ' ')
      c->at++;
    if (c->end - c->at < 2 || !g_ascii_isxdigit(c->at[0]) || !g_ascii_isxdigit(c->at[1]))
      break;
    byte = (guint8)(g_ascii_xdigit_value(c->at[0]) << 4 | g_ascii_xdigit_value(c->at[1]));
    g_byte_array_append(out, &byte, 1);
    c->at += 2;
  }
  if ((out->len == 0 && !quoted) || (c->at < c->end && is_word(*c->at)) || (quoted && !scn_accept(c, "\""))) {
    wanted_at(c, begin, what);
    g_byte_array_unref(out);
    return FALSE;
  }
  *bytes = out;
  return TRUE;
}
