/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values and options as iptables-save 1.8.13 writes them. */
#include "firewall/save.h"

#include <arpa/inet.h>
#include <string.h>

#include "firewall/parse.h"

void fw_save_quoted(GString *out, const char *word)
{
  g_string_append_c(out, '"');
  for (; *word != '\0'; word++) {
    if (*word == '"' || *word == '\\' || *word == '\'')
      g_string_append_c(out, '\\');
    g_string_append_c(out, *word);
  }
  g_string_append_c(out, '"');
}

void fw_save_word(GString *out, const char *word)
{
  const char *at;

  for (at = word; g_ascii_isalnum(*at) || *at == '_' || *at == '-'; at++)
    ;
  if (at > word && *at == '\0')
    g_string_append(out, word);
  else
    fw_save_quoted(out, word);
}

void fw_save_bare(GString *out, const char *word)
{
  if (*word == '\0' || strpbrk(word, " \t\"") != NULL)
    fw_save_quoted(out, word);
  else
    g_string_append(out, word);
}

void fw_save_address(GString *out, fw_family family, const fw_address *address)
{
  char text[INET6_ADDRSTRLEN];

  inet_ntop(family == FW_IPV6 ? AF_INET6 : AF_INET, address->bytes, text, sizeof text);
  g_string_append(out, text);
}

void fw_save_network(GString *out, fw_family family, const fw_address *address, const fw_address *mask)
{
  int length = fw_mask_length(family, mask);

  fw_save_address(out, family, address);
  g_string_append_c(out, '/');
  if (length >= 0)
    g_string_append_printf(out, "%d", length);
  else
    fw_save_address(out, family, mask);
}

void fw_save_mask(GString *out, fw_family family, const fw_address *mask)
{
  int length = fw_mask_length(family, mask);

  if (length == (family == FW_IPV6 ? 128 : 32))
    return;
  g_string_append_c(out, '/');
  if (length >= 0)
    g_string_append_printf(out, "%d", length);
  else
    fw_save_address(out, family, mask);
}

void fw_save_mac(GString *out, const guint8 mac[6])
{
  g_string_append_printf(out, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

void fw_save_interface(GString *out, const fw_interface *interface)
{
  g_autofree char *word = g_strconcat(interface->name, interface->prefix ? "+" : "", NULL);

  /* iptables-save never quotes it; where that could not be read again, it has to be. */
  if (strpbrk(word, " \t\"") != NULL)
    fw_save_quoted(out, word);
  else
    g_string_append(out, word);
}

void fw_save_invert(GString *out, gboolean invert)
{
  if (invert)
    g_string_append(out, " !");
}

static void save_range(GString *out, guint64 from, guint64 to)
{
  g_string_append_printf(out, " %" G_GUINT64_FORMAT, from);
  if (to != from)
    g_string_append_printf(out, ":%" G_GUINT64_FORMAT, to);
}

/* Both ends of a range option. => the largest `to` there is. */
static guint64 range_of(const fw_option *o, const void *at, guint64 *from, guint64 *to)
{
  switch (o->type) {
  case FW_TYPE_RANGE8:
    *from = ((const guint8 *)at)[0];
    *to = ((const guint8 *)at)[1];
    return G_MAXUINT8;
  case FW_TYPE_RANGE16:
  case FW_TYPE_PORTS:
    *from = ((const fw_range16 *)at)->from;
    *to = ((const fw_range16 *)at)->to;
    return G_MAXUINT16;
  case FW_TYPE_RANGE32:
    *from = ((const fw_range32 *)at)->from;
    *to = ((const fw_range32 *)at)->to;
    return G_MAXUINT32;
  default:
    *from = ((const fw_range64 *)at)->from;
    *to = ((const fw_range64 *)at)->to;
    return G_MAXUINT64;
  }
}

static gboolean is_range(const fw_option *o)
{
  switch (o->type) {
  case FW_TYPE_RANGE8:
  case FW_TYPE_RANGE16:
  case FW_TYPE_RANGE32:
  case FW_TYPE_RANGE64:
  case FW_TYPE_PORTS: return TRUE;
  default: return FALSE;
  }
}

static void save_mark(GString *out, const fw_mark *mark)
{
  g_string_append_printf(out, " 0x%x", mark->value);
  if (mark->mask != G_MAXUINT32)
    g_string_append_printf(out, "/0x%x", mark->mask);
}

static void save_value(GString *out, fw_family family, const fw_option *o, const void *at)
{
  guint64 from, to;

  switch ((fw_type)o->type) {
  case FW_TYPE_OPTIONAL:
  case FW_TYPE_NONE:
  case FW_TYPE_WORDS: break;
  case FW_TYPE_U8:
  case FW_TYPE_PREFIX:
  case FW_TYPE_PROTOCOL:
  case FW_TYPE_LEVEL: g_string_append_printf(out, " %u", *(const guint8 *)at); break;
  case FW_TYPE_U16:
  case FW_TYPE_PORT: g_string_append_printf(out, " %u", *(const guint16 *)at); break;
  case FW_TYPE_U32: g_string_append_printf(out, " %u", *(const guint32 *)at); break;
  case FW_TYPE_U64: g_string_append_printf(out, " %" G_GUINT64_FORMAT, *(const guint64 *)at); break;
  case FW_TYPE_RANGE8:
  case FW_TYPE_RANGE16:
  case FW_TYPE_RANGE32:
  case FW_TYPE_RANGE64:
  case FW_TYPE_PORTS:
    range_of(o, at, &from, &to);
    save_range(out, from, to);
    break;
  case FW_TYPE_STRING:
    g_string_append_c(out, ' ');
    fw_save_word(out, *(const char *const *)at);
    break;
  case FW_TYPE_ADDRESS:
  case FW_TYPE_MASK:
    g_string_append_c(out, ' ');
    fw_save_address(out, family, at);
    break;
  case FW_TYPE_NETWORK:
    g_string_append_c(out, ' ');
    fw_save_address(out, family, at);
    fw_save_mask(out, family, (const fw_address *)at + 1);
    break;
  case FW_TYPE_MARK: save_mark(out, at); break;
  case FW_TYPE_TOS:
    g_string_append_printf(out, " 0x%02x/0x%02x", ((const guint8 *)at)[0], ((const guint8 *)at)[1]);
    break;
  case FW_TYPE_MAC:
    g_string_append_c(out, ' ');
    fw_save_mac(out, at);
    break;
  case FW_TYPE_DOUBLE: g_string_append_printf(out, " %f", *(const double *)at); break;
  }
}

static guint32 bits_of(const void *data, fw_bits where)
{
  const guint8 *at = (const guint8 *)data + where.offset;

  switch (where.size) {
  case 1: return *at;
  case 2: return *(const guint16 *)(const void *)at;
  case 4: return *(const guint32 *)(const void *)at;
  default: return 0;
  }
}

void fw_save_options(GString *out, fw_family family, const fw_option *options, fw_bits given, fw_bits invert,
                     const void *data)
{
  guint32 was_given = given.size > 0 ? bits_of(data, given) : G_MAXUINT32;
  guint32 was_inverted = bits_of(data, invert);
  const fw_option *o;

  for (o = options; o != NULL && o->name != NULL; o++) {
    const void *at = (const guint8 *)data + o->offset;
    guint32 bit = (guint32)1 << o->id;
    guint64 from, to, most;

    if ((o->flags & FW_OPTION_SAVE) == 0 || (was_given & bit) == 0)
      continue;
    if ((o->flags & FW_OPTION_WHOLE) != 0 && (was_inverted & bit) == 0 && is_range(o)) {
      most = range_of(o, at, &from, &to);
      if (from == 0 && to == most)
        continue;
    }
    fw_save_invert(out, (was_inverted & bit) != 0);
    g_string_append_printf(out, " --%s", o->name);
    save_value(out, family, o, at);
  }
}
