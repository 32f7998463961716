/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rateest: a rate that a RATEEST target estimates, against a number or another such rate. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

enum { NAME1, NAME2, DELTA, BPS1, PPS1, BPS2, PPS2, LT, GT, EQ };

#define HOW (1u << LT | 1u << GT | 1u << EQ)
#define WHAT (1u << BPS1 | 1u << PPS1 | 1u << BPS2 | 1u << PPS2)

/* "8bit", "5kbit", "1.5MBps"; without a unit bytes a second. => FALSE: none. */
static gboolean read_rate(const char *text, guint32 *bytes)
{
  static const char prefixes[] = "kmgt";
  char *end;
  double rate = g_ascii_strtod(text, &end), step;
  const char *prefix;

  if (end == text || rate < 0)
    return FALSE;
  if (*end == '\0') {
    *bytes = rate < G_MAXUINT32 ? (guint32)(rate + .5) : 0;
    return rate < G_MAXUINT32;
  }
  prefix = strchr(prefixes, g_ascii_tolower(*end));
  if (prefix != NULL) {
    step = g_ascii_tolower(end[1]) == 'i' ? 1024 : 1000;
    end += g_ascii_tolower(end[1]) == 'i' ? 2 : 1;
    for (; prefix >= prefixes; prefix--)
      rate *= step;
  }
  if (g_ascii_strcasecmp(end, "bit") == 0)
    rate /= 8;
  else if (g_ascii_strcasecmp(end, "Bps") != 0)
    return FALSE;
  *bytes = rate < G_MAXUINT32 ? (guint32)(rate + .5) : 0;
  return rate < G_MAXUINT32;
}

static gboolean take_number(fw_parse *p, fw_rateest *r)
{
  guint which = p->option->id == BPS2 || p->option->id == PPS2;
  guint64 number;

  if (p->arg == NULL)
    return TRUE; /* against another estimator no number is needed */
  if (p->option->id == BPS1 || p->option->id == BPS2)
    return read_rate(p->arg, &r->bps[which]) || fw_parse_bad_value(p, "a rate, as 5kbit");
  if (!fw_read_number(p->arg, NULL, &number, 0, G_MAXUINT32))
    return fw_parse_bad_value(p, "packets a second");
  r->pps[which] = (guint32)number;
  return TRUE;
}

static gboolean rateest_parse(fw_parse *p)
{
  fw_rateest *r = p->data;

  switch (p->option->id) {
  case NAME1:
  case NAME2: r->names[p->option->id == NAME2] = p->value.string; return TRUE;
  case DELTA: return TRUE;
  case LT:
  case GT:
  case EQ:
    if ((p->given & HOW & ~(1u << p->option->id)) != 0)
      return fw_parse_fail(p, "expected one of --rateest-lt, --rateest-gt, --rateest-eq");
    r->invert = p->invert;
    return TRUE;
  default: return take_number(p, r);
  }
}

static gboolean rateest_check(fw_parse *p)
{
  if ((p->given & HOW) == 0)
    return fw_parse_fail(p, "expected --rateest-lt, --rateest-gt or --rateest-eq");
  return (p->given & WHAT) != 0 || fw_parse_fail(p, "expected --rateest-bps or --rateest-pps");
}

static void save_numbers(GString *out, const fw_rateest *r, guint which, const char *suffix, gboolean numbers)
{
  if (r->given & (1u << BPS1 | 1u << BPS2)) {
    g_string_append_printf(out, " --rateest-bps%s", suffix);
    if (numbers)
      g_string_append_printf(out, " %" G_GUINT64_FORMAT "bit", (guint64)r->bps[which] * 8);
  }
  if (r->given & (1u << PPS1 | 1u << PPS2)) {
    g_string_append_printf(out, " --rateest-pps%s", suffix);
    if (numbers)
      g_string_append_printf(out, " %u", r->pps[which]);
  }
}

static void rateest_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_rateest *r = m->data;
  gboolean delta = (r->given & 1u << DELTA) != 0, two = r->names[1] != NULL;

  (void)family;
  g_string_append_printf(out, "%s --rateest%s ", delta ? " --rateest-delta" : "", two ? "1" : "");
  fw_save_word(out, r->names[0]);
  if (delta)
    save_numbers(out, r, 0, "1", TRUE);
  g_string_append_printf(out, "%s --rateest-%s", r->invert ? " !" : "",
                         r->given & 1u << LT   ? "lt"
                         : r->given & 1u << GT ? "gt"
                                               : "eq");
  save_numbers(out, r, 1, delta ? "2" : "", delta || !two);
  if (two) {
    g_string_append(out, " --rateest2 ");
    fw_save_word(out, r->names[1]);
  }
}

static const fw_option rateest_options[] = {
  { .name = "rateest1", .id = NAME1, .type = FW_TYPE_STRING, .flags = FW_REQ, .min = 1, .max = 15 },
  { .name = "rateest", .id = NAME1, .type = FW_TYPE_STRING, .flags = FW_REQ, .min = 1, .max = 15 },
  { .name = "rateest2", .id = NAME2, .type = FW_TYPE_STRING, .min = 1, .max = 15 },
  FW_OPTION_BARE("rateest-delta", DELTA, NONE, 0),
  FW_OPTION_BARE("rateest-bps1", BPS1, OPTIONAL, 0),
  FW_OPTION_BARE("rateest-pps1", PPS1, OPTIONAL, 0),
  FW_OPTION_BARE("rateest-bps2", BPS2, OPTIONAL, 0),
  FW_OPTION_BARE("rateest-pps2", PPS2, OPTIONAL, 0),
  FW_OPTION_BARE("rateest-bps", BPS2, OPTIONAL, 0),
  FW_OPTION_BARE("rateest-pps", PPS2, OPTIONAL, 0),
  FW_OPTION_BARE("rateest-lt", LT, NONE, FW_INV),
  FW_OPTION_BARE("rateest-gt", GT, NONE, FW_INV),
  FW_OPTION_BARE("rateest-eq", EQ, NONE, FW_INV),
  FW_OPTION_END,
};

const fw_match_ops fw_match_rateest = {
  .name = "rateest",
  .id = FW_MATCH_rateest,
  .size = sizeof(fw_rateest),
  .given = FW_BITS(fw_rateest, given),
  .options = rateest_options,
  .parse = rateest_parse,
  .check = rateest_check,
  .save = rateest_save,
};
