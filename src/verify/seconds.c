/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/seconds.h"

#include <string.h>

#include "verify/model.h"

enum { DECIMALS = 9, DECIMALS_LEAST = 4 };

/* => behind the string that begins at this quote. */
static const char *string_end(const char *quote)
{
  const char *c = quote + 1;

  while (*c != 0 && *c != '"')
    c += c[0] == '\\' && c[1] != 0 ? 2 : 1;
  return *c != 0 ? c + 1 : c;
}

/* => the value of the object's own member, NULL where it has none of this name. */
static const char *member_find(const char *line, const char *name)
{
  gsize length = strlen(name);
  int depth = 0;

  for (const char *c = line; *c != 0;) {
    if (*c != '"') {
      depth += (*c == '{' || *c == '[') - (*c == '}' || *c == ']');
      c++;
      continue;
    }

    const char *end = string_end(c);
    gboolean named = depth == 1 && (gsize)(end - c) == length + 2 && strncmp(c + 1, name, length) == 0;

    c = end + strspn(end, " \t\r\n");
    if (named && *c == ':')
      return c + 1 + strspn(c + 1, " \t\r\n");
  }
  return NULL;
}

/* Digits, and the decimals behind the point up to nanoseconds. => FALSE where it is more than fits. */
static gboolean decimal_read(const char *text, gint64 *ns)
{
  __int128 sum = 0;
  guint decimals = 0;

  for (; g_ascii_isdigit(*text) && sum <= VERIFY_SECONDS_MOST_NS; text++)
    sum = sum * 10 + (*text - '0');
  if (*text == '.')
    text++;
  for (; decimals < DECIMALS && sum <= VERIFY_SECONDS_MOST_NS; decimals++)
    sum = sum * 10 + (g_ascii_isdigit(*text) ? *text++ - '0' : 0);
  *ns = (gint64)sum;
  return decimals == DECIMALS && sum <= VERIFY_SECONDS_MOST_NS;
}

gboolean verify_seconds_read(const char *line, const char *name, gint64 *ns, GError **error)
{
  const char *text = member_find(line, name);
  const char *what = NULL;

  if (text == NULL || !(g_ascii_isdigit(*text) || *text == '-'))
    what = "a number is missing";
  else if (*text == '-' || !decimal_read(text, ns))
    what = "out of range";
  else if (strchr("eE", text[strspn(text, "0123456789.")]) != NULL && text[strspn(text, "0123456789.")] != 0)
    what = "a number with an exponent is no time";
  if (what == NULL)
    return TRUE;
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "%s: %s", name, what);
  return FALSE;
}

void verify_seconds_put(GString *out, gint64 ns)
{
  char digits[DECIMALS + 1];
  guint n = DECIMALS;

  g_snprintf(digits, sizeof(digits), "%09" G_GINT64_FORMAT, ns % VERIFY_NS_PER_S);
  while (n > DECIMALS_LEAST && digits[n - 1] == '0')
    n--;
  g_string_append_printf(out, "%" G_GINT64_FORMAT ".%.*s", ns / VERIFY_NS_PER_S, (int)n, digits);
}
