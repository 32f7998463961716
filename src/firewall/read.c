/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of values: numbers, ports, addresses, as iptables reads them. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "firewall/names.h"
#include "firewall/parse.h"

#define INTERFACE_MAX 15

gboolean fw_read_number(const char *text, const char **end, guint64 *value, guint64 min, guint64 max)
{
  char *stop;
  guint64 v;

  while (g_ascii_isspace(*text))
    text++;
  if (*text == '-' || *text == '+')
    return FALSE;
  errno = 0;
  v = g_ascii_strtoull(text, &stop, 0);
  if (stop == text || errno == ERANGE || v < min || v > max)
    return FALSE;
  if (end == NULL && *stop != '\0')
    return FALSE;
  if (end != NULL)
    *end = stop;
  *value = v;
  return TRUE;
}

gboolean fw_read_port(const char *text, guint16 *port)
{
  guint64 v;

  if (fw_read_number(text, NULL, &v, 0, G_MAXUINT16)) {
    *port = v;
    return TRUE;
  }
  return fw_service_find(text, port);
}

gboolean fw_read_ports(const char *text, char separator, fw_range16 *ports, guint *n)
{
  const char *middle = strchr(text, separator);
  char from[64];

  *n = 1;
  if (middle == NULL) {
    if (!fw_read_port(text, &ports->from))
      return FALSE;
    ports->to = ports->from;
    return TRUE;
  }
  *n = 2;
  if ((gsize)(middle - text) >= sizeof from)
    return FALSE;
  memcpy(from, text, middle - text);
  from[middle - text] = '\0';
  ports->from = 0;
  ports->to = G_MAXUINT16;
  if (from[0] != '\0' && !fw_read_port(from, &ports->from))
    return FALSE;
  if (middle[1] != '\0' && !fw_read_port(middle + 1, &ports->to))
    return FALSE;
  return ports->from <= ports->to;
}

/* "10", "10.1", ... "10.1.2.3": what is missing is 0. n: how many bytes there were. */
static gboolean read_ipv4(const char *text, fw_address *address, guint *n)
{
  guint i;

  memset(address, 0, sizeof *address);
  for (i = 0; i < 4; i++) {
    guint v = 0, digits = 0;

    for (; g_ascii_isdigit(*text) && digits < 4; text++, digits++)
      v = v * 10 + (*text - '0');
    if (digits == 0 || digits > 3 || v > 255)
      return FALSE;
    address->bytes[i] = v;
    if (*text == '\0') {
      *n = i + 1;
      return TRUE;
    }
    if (*text++ != '.')
      return FALSE;
  }
  return FALSE;
}

gboolean fw_read_address(const char *text, fw_family family, fw_address *address)
{
  guint n;

  if (family == FW_IPV6)
    return inet_pton(AF_INET6, text, address->bytes) == 1;
  return read_ipv4(text, address, &n) && n == 4;
}

void fw_mask_of_length(fw_family family, guint length, fw_address *mask)
{
  guint i, bytes = family == FW_IPV6 ? 16 : 4;

  memset(mask, 0, sizeof *mask);
  for (i = 0; i < bytes && length > 0; i++) {
    guint bits = MIN(length, 8);

    mask->bytes[i] = (guint8)(0xff00 >> bits);
    length -= bits;
  }
}

int fw_mask_length(fw_family family, const fw_address *mask)
{
  guint bits = family == FW_IPV6 ? 128 : 32, length = 0, i;

  while (length < bits && (mask->bytes[length / 8] & (0x80 >> length % 8)) != 0)
    length++;
  for (i = length; i < bits; i++)
    if ((mask->bytes[i / 8] & (0x80 >> i % 8)) != 0)
      return -1;
  return (int)length;
}

gboolean fw_read_mask(const char *text, fw_family family, fw_address *mask)
{
  guint64 length;

  if (fw_read_number(text, NULL, &length, 0, family == FW_IPV6 ? 128 : 32)) {
    fw_mask_of_length(family, length, mask);
    return TRUE;
  }
  return fw_read_address(text, family, mask);
}

gboolean fw_read_network(const char *text, fw_family family, fw_address network[2])
{
  const char *slash = strchr(text, '/');
  char address[64];
  gsize length = slash != NULL ? (gsize)(slash - text) : strlen(text);
  guint n;

  if (length >= sizeof address)
    return FALSE;
  memcpy(address, text, length);
  address[length] = '\0';
  if (family == FW_IPV6 ? !fw_read_address(address, family, &network[0]) : !read_ipv4(address, &network[0], &n))
    return FALSE;
  if (slash == NULL)
    fw_mask_of_length(family, 128, &network[1]);
  else
    return fw_read_mask(slash + 1, family, &network[1]);
  return TRUE;
}

gboolean fw_read_mark(const char *text, fw_mark *mark)
{
  const char *end;
  guint64 v, m = G_MAXUINT32;

  if (!fw_read_number(text, &end, &v, 0, G_MAXUINT32))
    return FALSE;
  if (*end == '/' ? !fw_read_number(end + 1, NULL, &m, 0, G_MAXUINT32) : *end != '\0')
    return FALSE;
  mark->value = v;
  mark->mask = m;
  return TRUE;
}

gboolean fw_read_mac(const char *text, guint8 mac[6])
{
  guint i;

  for (i = 0; i < 6; i++) {
    guint v = 0, digits = 0;

    for (; g_ascii_isxdigit(*text) && digits < 2; text++, digits++)
      v = v * 16 + g_ascii_xdigit_value(*text);
    if (digits == 0 || *text != (i < 5 ? ':' : '\0'))
      return FALSE;
    text++;
    mac[i] = v;
  }
  return TRUE;
}

gboolean fw_read_protocol(const char *text, guint8 *protocol)
{
  guint64 v;

  if (fw_read_number(text, NULL, &v, 0, G_MAXUINT8)) {
    *protocol = v;
    return TRUE;
  }
  return fw_protocol_find(text, protocol);
}

gboolean fw_read_interface(fw_ruleset *ruleset, const char *text, fw_interface *interface)
{
  gsize length = strlen(text);

  if (length > INTERFACE_MAX)
    return FALSE;
  interface->prefix = length > 0 && text[length - 1] == '+';
  interface->length = length - (interface->prefix ? 1 : 0);
  interface->name = fw_ruleset_word(ruleset, text, interface->length);
  return TRUE;
}

gboolean fw_each_part(const char *list, char separator, gboolean (*each)(const char *part, gpointer user),
                      gpointer user)
{
  char *copy = g_strdup(list), *part = copy, *next;
  gboolean ok = TRUE;

  do {
    next = strchr(part, separator);
    if (next != NULL)
      *next++ = '\0';
    ok = each(part, user);
    part = next;
  } while (ok && next != NULL);
  g_free(copy);
  return ok;
}
