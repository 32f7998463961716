/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An extension's options, by its table: the rules that hold for all of them, then its own. */
#include "firewall/parse.h"

#include <string.h>

#include "firewall/names.h"

static const guint64 type_max[] = {
  [FW_TYPE_U8] = G_MAXUINT8,       [FW_TYPE_U16] = G_MAXUINT16,     [FW_TYPE_U32] = G_MAXUINT32,
  [FW_TYPE_U64] = G_MAXUINT64,     [FW_TYPE_RANGE8] = G_MAXUINT8,   [FW_TYPE_RANGE16] = G_MAXUINT16,
  [FW_TYPE_RANGE32] = G_MAXUINT32, [FW_TYPE_RANGE64] = G_MAXUINT64, [FW_TYPE_WORDS] = 0,
};

static const guint8 type_size[] = {
  [FW_TYPE_U8] = 1,     [FW_TYPE_U16] = 2,      [FW_TYPE_U32] = 4,
  [FW_TYPE_U64] = 8,    [FW_TYPE_RANGE8] = 2,   [FW_TYPE_RANGE16] = sizeof(fw_range16),
  [FW_TYPE_PORTS] = 4,  [FW_TYPE_PORT] = 2,     [FW_TYPE_RANGE32] = sizeof(fw_range32),
  [FW_TYPE_PREFIX] = 1, [FW_TYPE_PROTOCOL] = 1, [FW_TYPE_RANGE64] = sizeof(fw_range64),
  [FW_TYPE_TOS] = 2,    [FW_TYPE_LEVEL] = 1,    [FW_TYPE_STRING] = sizeof(const char *),
  [FW_TYPE_MAC] = 6,    [FW_TYPE_DOUBLE] = 8,   [FW_TYPE_ADDRESS] = sizeof(fw_address),
  [FW_TYPE_MARK] = 8,   [FW_TYPE_NETWORK] = 32, [FW_TYPE_MASK] = sizeof(fw_address),
  [FW_TYPE_WORDS] = 0,
};

gboolean fw_parse_fail(fw_parse *p, const char *format, ...)
{
  va_list args;
  char *text;

  va_start(args, format);
  text = g_strdup_vprintf(format, args);
  va_end(args);
  if (p->option != NULL)
    fw_fail(p->error, &p->place, "%s: --%s: %s", p->name, p->option->name, text);
  else
    fw_fail(p->error, &p->place, "%s: %s", p->name, text);
  g_free(text);
  return FALSE;
}

gboolean fw_parse_bad_value(fw_parse *p, const char *expected)
{
  return fw_parse_fail(p, "expected %s, found \"%s\"", expected, p->arg);
}

static guint64 top(const fw_option *option)
{
  guint64 most = type_max[option->type];

  return option->max != 0 && option->max < most ? option->max : most;
}

static gboolean number(fw_parse *p)
{
  guint64 v;

  if (!fw_read_number(p->arg, NULL, &v, p->option->min, top(p->option)))
    return fw_parse_fail(p, "expected a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ", found \"%s\"",
                         p->option->min, top(p->option), p->arg);
  switch (p->option->type) {
  case FW_TYPE_U8: p->value.u8 = v; break;
  case FW_TYPE_U16: p->value.u16 = v; break;
  case FW_TYPE_U32: p->value.u32 = v; break;
  default: p->value.u64 = v; break;
  }
  return TRUE;
}

static void put_range(fw_parse *p, guint64 from, guint64 to)
{
  switch (p->option->type) {
  case FW_TYPE_RANGE8:
    p->value.range8[0] = from;
    p->value.range8[1] = to;
    break;
  case FW_TYPE_RANGE16: p->value.range16 = (fw_range16){ from, to }; break;
  case FW_TYPE_RANGE32: p->value.range32 = (fw_range32){ from, to }; break;
  default: p->value.range64 = (fw_range64){ from, to }; break;
  }
}

/* "a", "a:b", ":b", "a:", ":"; what is left out is the end of the type. */
static gboolean range(fw_parse *p)
{
  guint64 from = p->option->min, to = top(p->option);
  const char *at = p->arg;

  p->n_values = 1;
  if (*at != ':' && *at != '\0' && !fw_read_number(at, &at, &from, p->option->min, top(p->option)))
    return fw_parse_fail(p, "expected numbers from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ", found \"%s\"",
                         p->option->min, top(p->option), p->arg);
  if (*at == ':') {
    p->n_values = 2;
    at++;
    if (*at != '\0' && !fw_read_number(at, &at, &to, from, top(p->option)))
      return fw_parse_fail(p, "expected a range that goes up to at most %" G_GUINT64_FORMAT ", found \"%s\"",
                           top(p->option), p->arg);
  } else {
    to = from;
  }
  if (*at != '\0')
    return fw_parse_bad_value(p, "a number or a range a:b");
  put_range(p, from, to);
  return TRUE;
}

static gboolean string(fw_parse *p)
{
  gsize length = strlen(p->arg);

  /* What is put into a field of the kernel's is cut to its size, without a word. */
  if ((p->option->flags & FW_OPTION_PUT) != 0 && p->option->max != 0)
    length = MIN(length, p->option->max);
  if (length < p->option->min || (p->option->max != 0 && length > p->option->max))
    return fw_parse_fail(p, "expected %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " bytes, found %" G_GSIZE_FORMAT,
                         p->option->min, p->option->max, length);
  p->value.string = fw_ruleset_word(p->ruleset, p->arg, length);
  return TRUE;
}

static gboolean tos(fw_parse *p)
{
  const char *end;
  guint64 v, mask = 0xff;
  guint32 named;

  if (fw_read_number(p->arg, &end, &v, 0, 0xff)) {
    if (*end == '/' ? !fw_read_number(end + 1, NULL, &mask, 0, 0xff) : *end != '\0')
      return fw_parse_bad_value(p, "a value with or without a mask, each up to 0xff");
  } else if (fw_name_find_caseless(fw_tos_names, p->arg, &named)) {
    v = named;
    mask = 0x3f;
  } else {
    return fw_parse_bad_value(p, "a value up to 0xff or the name of a type of service");
  }
  p->value.tos[0] = v;
  p->value.tos[1] = mask;
  return TRUE;
}

static gboolean level(fw_parse *p)
{
  guint64 v;
  guint32 named;

  if (fw_read_number(p->arg, NULL, &v, 0, 7))
    p->value.u8 = v;
  else if (fw_name_find(fw_levels, p->arg, &named))
    p->value.u8 = named;
  else
    return fw_parse_bad_value(p, "a log level: 0 to 7, or its name");
  return TRUE;
}

static gboolean prefix(fw_parse *p)
{
  fw_address mask;
  int length;

  if (!fw_read_mask(p->arg, p->family, &mask))
    return fw_parse_bad_value(p, "the length of a prefix");
  length = fw_mask_length(p->family, &mask);
  if (length < 0)
    return fw_parse_bad_value(p, "the length of a prefix");
  p->value.u8 = length;
  return TRUE;
}

static gboolean decimal(fw_parse *p)
{
  char *end;

  p->value.number = g_ascii_strtod(p->arg, &end);
  if (end == p->arg || *end != '\0' || !(p->value.number >= p->option->min && p->value.number <= p->option->max))
    return fw_parse_fail(p, "expected a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ", found \"%s\"",
                         p->option->min, p->option->max, p->arg);
  return TRUE;
}

static gboolean ports(fw_parse *p)
{
  if (!fw_read_ports(p->arg, ':', &p->value.range16, &p->n_values))
    return fw_parse_bad_value(p, "a port, its service's name, or a range a:b of them");
  return TRUE;
}

static gboolean with_name(fw_parse *p, gboolean read, const char *expected)
{
  return read || fw_parse_bad_value(p, expected);
}

gboolean fw_parse_value(fw_parse *p)
{
  fw_value *v = &p->value;

  memset(v, 0, sizeof *v);
  p->n_values = 1;
  switch ((fw_type)p->option->type) {
  case FW_TYPE_NONE:
  case FW_TYPE_OPTIONAL:
  case FW_TYPE_WORDS: return TRUE;
  case FW_TYPE_U8:
  case FW_TYPE_U16:
  case FW_TYPE_U32:
  case FW_TYPE_U64: return number(p);
  case FW_TYPE_RANGE8:
  case FW_TYPE_RANGE16:
  case FW_TYPE_RANGE32:
  case FW_TYPE_RANGE64: return range(p);
  case FW_TYPE_PORTS: return ports(p);
  case FW_TYPE_PORT: return with_name(p, fw_read_port(p->arg, &v->u16), "a port or the name of a service");
  case FW_TYPE_STRING: return string(p);
  case FW_TYPE_ADDRESS: return with_name(p, fw_read_address(p->arg, p->family, &v->address), "an address in numbers");
  case FW_TYPE_NETWORK:
    return with_name(p, fw_read_network(p->arg, p->family, v->network),
                     "an address in numbers, with or without a mask");
  case FW_TYPE_PREFIX: return prefix(p);
  case FW_TYPE_MASK: return with_name(p, fw_read_mask(p->arg, p->family, &v->address), "a mask or its length");
  case FW_TYPE_PROTOCOL: return with_name(p, fw_read_protocol(p->arg, &v->u8), "a protocol's number or name");
  case FW_TYPE_MARK: return with_name(p, fw_read_mark(p->arg, &v->mark), "a mark, with or without a mask");
  case FW_TYPE_TOS: return tos(p);
  case FW_TYPE_LEVEL: return level(p);
  case FW_TYPE_MAC: return with_name(p, fw_read_mac(p->arg, v->mac), "a MAC address");
  case FW_TYPE_DOUBLE: return decimal(p);
  }
  return FALSE;
}

static void set_bits(void *data, fw_bits where, guint32 bits)
{
  guint8 *at = (guint8 *)data + where.offset;

  switch (where.size) {
  case 1: *at |= bits; break;
  case 2: *(guint16 *)(void *)at |= bits; break;
  case 4: *(guint32 *)(void *)at |= bits; break;
  default: break;
  }
}

gboolean fw_parse_option(fw_parse *p, gboolean (*parse)(fw_parse *p))
{
  const fw_option *o = p->option;
  guint32 bit = (guint32)1 << o->id;

  if ((p->given & bit) != 0 && (o->flags & FW_OPTION_REPEATABLE) == 0)
    return fw_parse_fail(p, "given twice");
  if (p->invert && (o->flags & FW_OPTION_INVERTIBLE) == 0)
    return fw_parse_fail(p, "cannot be inverted");
  if (!fw_parse_value(p))
    return FALSE;
  if ((o->flags & FW_OPTION_PUT) != 0)
    memcpy((guint8 *)p->data + o->offset, &p->value, type_size[o->type]);
  p->given |= bit;
  set_bits(p->data, p->given_bits, bit);
  if (p->invert) {
    p->inverted |= bit;
    set_bits(p->data, p->invert_bits, bit);
  }
  return parse == NULL || parse(p);
}

static const fw_option *option_by_bits(const fw_option *options, guint32 bits)
{
  for (; options->name != NULL; options++)
    if ((bits & (guint32)1 << options->id) != 0)
      return options;
  return NULL;
}

gboolean fw_parse_end(fw_parse *p, gboolean (*check)(fw_parse *p))
{
  const fw_option *o, *other;

  p->option = NULL;
  p->arg = NULL;
  for (o = p->options; o != NULL && o->name != NULL; o++) {
    guint32 bit = (guint32)1 << o->id;

    if ((o->flags & FW_OPTION_REQUIRED) != 0 && (p->given & bit) == 0)
      return fw_parse_fail(p, "expected --%s", o->name);
    if ((p->given & bit) == 0)
      continue;
    other = option_by_bits(p->options, p->given & o->excluded & ~bit);
    if (other != NULL)
      return fw_parse_fail(p, "--%s cannot stand beside --%s", o->name, other->name);
    if (o->needed != 0 && (p->given & o->needed) == 0)
      return fw_parse_fail(p, "--%s needs --%s", o->name, option_by_bits(p->options, o->needed)->name);
  }
  return check == NULL || check(p);
}
