/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HMARK: a mark from a hash of addresses and ports. What it would be is not followed. */
#include <string.h>

#include "firewall/parse.h"
#include "firewall/save.h"
#include "firewall/target/data.h"

enum {
  TUPLE,
  SOURCE_PREFIX,
  DESTINATION_PREFIX,
  SOURCE_MASK,
  DESTINATION_MASK,
  SPI_MASK,
  SOURCE_PORT,
  DESTINATION_PORT,
  SPI,
  PROTOCOL_MASK,
  RANDOM,
  MODULUS,
  OFFSET
};

#define OF_PORTS (1u << SOURCE_MASK | 1u << DESTINATION_MASK | 1u << SOURCE_PORT | 1u << DESTINATION_PORT)
#define OF_SPI (1u << SPI_MASK | 1u << SPI)

/* One name of a tuple is short for the option that takes all of that field. As the tool has it, its start is enough. */
static gboolean take_field(fw_parse *p, const char *name, gsize length)
{
  const guint32 prefix = p->family == FW_IPV6 ? 128 : 32;
  const struct {
    const char *name;
    guint id;
    guint32 all;
  } fields[] = {
    { "src", SOURCE_PREFIX, prefix },      { "dst", DESTINATION_PREFIX, prefix }, { "sport", SOURCE_MASK, 0xffff },
    { "dport", DESTINATION_MASK, 0xffff }, { "spi", SPI_MASK, 0xffffffff },       { "proto", PROTOCOL_MASK, 0xffff },
  };
  fw_hmark *h = p->data;
  guint i;

  if (length > 0 && g_ascii_strncasecmp(name, "ct", length) == 0) {
    h->by_conntrack = 1;
    return TRUE;
  }
  for (i = 0; i < G_N_ELEMENTS(fields) && length > 0; i++)
    if (g_ascii_strncasecmp(name, fields[i].name, length) == 0) {
      h->values[fields[i].id] = fields[i].all;
      h->given |= (guint16)(1u << fields[i].id);
      p->given |= 1u << fields[i].id;
      return TRUE;
    }
  return fw_parse_bad_value(p, "fields of src, dst, sport, dport, spi, proto and ct, with commas between them");
}

static gboolean take_tuple(fw_parse *p)
{
  const char *at = p->arg, *comma;

  for (; (comma = strchr(at, ',')) != NULL; at = comma + 1)
    if (!take_field(p, at, (gsize)(comma - at)))
      return FALSE;
  return take_field(p, at, strlen(at));
}

static gboolean hmark_parse(fw_parse *p)
{
  fw_hmark *h = p->data;
  guint most = p->family == FW_IPV6 ? 128 : 32;

  switch (p->option->id) {
  case TUPLE: return take_tuple(p);
  case SOURCE_PREFIX:
  case DESTINATION_PREFIX:
    if (p->value.u8 > most)
      return fw_parse_bad_value(p, p->family == FW_IPV6 ? "a length up to 128" : "a length up to 32");
    h->values[p->option->id] = p->value.u8;
    return TRUE;
  case SOURCE_MASK:
  case DESTINATION_MASK:
  case SOURCE_PORT:
  case DESTINATION_PORT:
  case PROTOCOL_MASK: h->values[p->option->id] = p->value.u16; return TRUE;
  default: h->values[p->option->id] = p->value.u32; return TRUE;
  }
}

static gboolean hmark_check(fw_parse *p)
{
  if (!(p->given & 1u << MODULUS))
    return fw_parse_fail(p, "expected --hmark-mod");
  if (!(p->given & 1u << RANDOM))
    return fw_parse_fail(p, "expected --hmark-rnd");
  return !(p->given & OF_SPI) || !(p->given & OF_PORTS) || fw_parse_fail(p, "ports and the SPI exclude each other");
}

static void hmark_save(const fw_target *t, fw_family family, GString *out)
{
  static const struct {
    guint id;
    const char *format;
  } saved[] = {
    { SOURCE_PREFIX, " --hmark-src-prefix %u" },
    { DESTINATION_PREFIX, " --hmark-dst-prefix %u" },
    { SOURCE_PORT, " --hmark-sport %u" },
    { SOURCE_MASK, " --hmark-sport-mask 0x%04x" },
    { DESTINATION_PORT, " --hmark-dport %u" },
    { DESTINATION_MASK, " --hmark-dport-mask 0x%04x" },
    { SPI, " --hmark-spi 0x%08x" },
    { SPI_MASK, " --hmark-spi-mask 0x%08x" },
    { PROTOCOL_MASK, " --hmark-proto-mask 0x%02x" },
    { RANDOM, " --hmark-rnd 0x%08x" },
    { MODULUS, " --hmark-mod %u" },
    { OFFSET, " --hmark-offset %u" },
  };
  const fw_hmark *h = t->data;
  guint i;

  (void)family;
  for (i = 0; i < G_N_ELEMENTS(saved); i++)
    if (h->given & 1u << saved[i].id) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      g_string_append_printf(out, saved[i].format, h->values[saved[i].id]);
#pragma GCC diagnostic pop
    }
  if (h->by_conntrack)
    g_string_append(out, " --hmark-tuple ct");
}

static const fw_option hmark_options[] = {
  FW_OPTION_BARE("hmark-tuple", TUPLE, STRING, 0),
  FW_OPTION_BARE("hmark-src-prefix", SOURCE_PREFIX, U8, 0),
  FW_OPTION_BARE("hmark-dst-prefix", DESTINATION_PREFIX, U8, 0),
  FW_OPTION_BARE("hmark-sport-mask", SOURCE_MASK, U16, 0),
  FW_OPTION_BARE("hmark-dport-mask", DESTINATION_MASK, U16, 0),
  FW_OPTION_BARE("hmark-spi-mask", SPI_MASK, U32, 0),
  FW_OPTION_BARE("hmark-sport", SOURCE_PORT, U16, 0),
  FW_OPTION_BARE("hmark-dport", DESTINATION_PORT, U16, 0),
  FW_OPTION_BARE("hmark-spi", SPI, U32, 0),
  FW_OPTION_BARE("hmark-proto-mask", PROTOCOL_MASK, U16, 0),
  FW_OPTION_BARE("hmark-rnd", RANDOM, U32, 0),
  { .name = "hmark-mod", .id = MODULUS, .type = FW_TYPE_U32, .min = 1, .max = G_MAXUINT32 },
  FW_OPTION_BARE("hmark-offset", OFFSET, U32, 0),
  FW_OPTION_END,
};

const fw_target_ops fw_target_HMARK = {
  .name = "HMARK",
  .id = FW_TARGET_ID_HMARK,
  .size = sizeof(fw_hmark),
  .harmless = TRUE,
  .given = FW_BITS(fw_hmark, given),
  .options = hmark_options,
  .parse = hmark_parse,
  .check = hmark_check,
  .save = hmark_save,
};
