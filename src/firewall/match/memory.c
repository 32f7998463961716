/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches that remember: recent, statistic, quota. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

/* -- recent -- */

enum { SET, RCHECK, UPDATE, REMOVE, SECONDS, REAP, HITCOUNT, RTTL, NAME, RSOURCE, RDEST, MASK };

#define ANY_OP (1 << SET | 1 << RCHECK | 1 << UPDATE | 1 << REMOVE)
/* Of 6.18; older kernels keep at most 255 stamps. */
#define HITCOUNT_MAX 65534

static void recent_init(void *data, fw_family family)
{
  fw_recent *r = data;

  r->name = "DEFAULT";
  r->four = family == FW_IPV4;
  fw_mask_of_length(family, 128, &r->mask);
}

static gboolean recent_parse(fw_parse *p)
{
  static const guint8 ops[] = { FW_RECENT_SET, FW_RECENT_CHECK, FW_RECENT_UPDATE, FW_RECENT_REMOVE };
  fw_recent *r = p->data;

  switch (p->option->id) {
  case SET:
  case RCHECK:
  case UPDATE:
  case REMOVE:
    r->op = ops[p->option->id];
    r->invert = p->invert;
    return TRUE;
  case RTTL: r->ttl = TRUE; return TRUE;
  case REAP: r->reap = TRUE; return TRUE;
  case RSOURCE: r->destination = FALSE; return TRUE;
  case RDEST: r->destination = TRUE; return TRUE;
  default: return TRUE;
  }
}

static gboolean recent_check(fw_parse *p)
{
  const fw_recent *r = p->data;

  if ((p->given & ANY_OP) == 0)
    return fw_parse_fail(p, "expected --set, --rcheck, --update or --remove");
  /* The kernel's own rules. */
  if ((r->op == FW_RECENT_SET || r->op == FW_RECENT_REMOVE) && (r->seconds != 0 || r->hitcount != 0))
    return fw_parse_fail(p, "--seconds and --hitcount need --rcheck or --update");
  if (r->name[0] == '\0' || strchr(r->name, '/') != NULL)
    return fw_parse_fail(p, "expected a name without a slash");
  return TRUE;
}

static void recent_save(const fw_match *m, fw_family family, GString *out)
{
  static const char *const ops[] = { "set", "rcheck", "update", "remove" };
  const fw_recent *r = m->data;

  fw_save_invert(out, r->invert);
  g_string_append_printf(out, " --%s", ops[r->op]);
  if (r->seconds != 0)
    g_string_append_printf(out, " --seconds %u", r->seconds);
  if (r->reap)
    g_string_append(out, " --reap");
  if (r->hitcount != 0)
    g_string_append_printf(out, " --hitcount %u", r->hitcount);
  if (r->ttl)
    g_string_append(out, " --rttl");
  g_string_append_printf(out, " --name %s --mask ", r->name);
  fw_save_address(out, family, &r->mask);
  g_string_append(out, r->destination ? " --rdest" : " --rsource");
}

static const fw_option recent_options[] = {
  { .name = "set", .id = SET, .flags = FW_INV, .excluded = ANY_OP },
  { .name = "rcheck", .id = RCHECK, .flags = FW_INV, .excluded = ANY_OP },
  { .name = "update", .id = UPDATE, .flags = FW_INV, .excluded = ANY_OP },
  { .name = "remove", .id = REMOVE, .flags = FW_INV, .excluded = ANY_OP },
  { .name = "seconds",
    .id = SECONDS,
    .type = FW_TYPE_U32,
    .flags = FW_PUT,
    .min = 1,
    .offset = offsetof(fw_recent, seconds) },
  { .name = "reap", .id = REAP, .needed = 1 << SECONDS },
  { .name = "hitcount",
    .id = HITCOUNT,
    .type = FW_TYPE_U32,
    .flags = FW_PUT,
    .max = HITCOUNT_MAX,
    .offset = offsetof(fw_recent, hitcount) },
  { .name = "rttl", .id = RTTL, .excluded = 1 << SET | 1 << REMOVE },
  { .name = "name",
    .id = NAME,
    .type = FW_TYPE_STRING,
    .flags = FW_PUT,
    .max = 199,
    .offset = offsetof(fw_recent, name) },
  FW_OPTION_BARE("rsource", RSOURCE, NONE, 0),
  FW_OPTION_BARE("rdest", RDEST, NONE, 0),
  FW_OPTION("mask", MASK, ADDRESS, FW_PUT, fw_recent, mask),
  FW_OPTION_END,
};

const fw_match_ops fw_match_recent = {
  .name = "recent",
  .id = FW_MATCH_recent,
  .size = sizeof(fw_recent),
  .options = recent_options,
  .init = recent_init,
  .parse = recent_parse,
  .check = recent_check,
  .save = recent_save,
};

/* -- statistic -- */

enum { MODE, PROBABILITY, EVERY, PACKET };

#define CERTAIN 0x80000000U

static gboolean statistic_parse(fw_parse *p)
{
  fw_statistic *s = p->data;

  if (p->invert)
    s->invert = TRUE;
  if (p->option->id == PROBABILITY)
    s->probability = (guint32)(CERTAIN * p->value.number + 0.5);
  if (p->option->id != MODE)
    return TRUE;
  s->nth = strcmp(p->arg, "nth") == 0;
  return s->nth || strcmp(p->arg, "random") == 0 || fw_parse_bad_value(p, "random or nth");
}

static gboolean statistic_check(fw_parse *p)
{
  const fw_statistic *s = p->data;

  if (!s->nth && (p->given & 1 << PROBABILITY) == 0)
    return fw_parse_fail(p, "expected --probability");
  if (s->nth && (p->given & (1 << EVERY | 1 << PACKET)) == 0)
    return fw_parse_fail(p, "expected --every and --packet");
  return !s->nth || s->packet < s->every || fw_parse_fail(p, "expected --packet from 0 to %u", s->every - 1);
}

static void statistic_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_statistic *s = m->data;
  char number[32];

  (void)family;
  g_string_append_printf(out, " --mode %s%s", s->nth ? "nth" : "random", s->invert ? " !" : "");
  if (s->nth)
    g_string_append_printf(out, " --every %u --packet %u", s->every, s->packet);
  else
    g_string_append_printf(out, " --probability %s",
                           g_ascii_formatd(number, sizeof number, "%.11f", 1.0 * s->probability / CERTAIN));
}

static const fw_option statistic_options[] = {
  FW_OPTION_BARE("mode", MODE, STRING, FW_REQ),
  { .name = "probability",
    .id = PROBABILITY,
    .type = FW_TYPE_DOUBLE,
    .flags = FW_INV,
    .max = 1,
    .excluded = 1 << EVERY | 1 << PACKET },
  { .name = "every",
    .id = EVERY,
    .type = FW_TYPE_U32,
    .flags = FW_INV | FW_PUT,
    .min = 1,
    .offset = offsetof(fw_statistic, every),
    .excluded = 1 << PROBABILITY,
    .needed = 1 << PACKET },
  { .name = "packet",
    .id = PACKET,
    .type = FW_TYPE_U32,
    .flags = FW_PUT,
    .offset = offsetof(fw_statistic, packet),
    .excluded = 1 << PROBABILITY,
    .needed = 1 << EVERY },
  FW_OPTION_END,
};

const fw_match_ops fw_match_statistic = {
  .name = "statistic",
  .id = FW_MATCH_statistic,
  .size = sizeof(fw_statistic),
  .options = statistic_options,
  .parse = statistic_parse,
  .check = statistic_check,
  .save = statistic_save,
};

/* -- quota -- */

static const fw_option quota_options[] = {
  FW_OPTION("quota", 0, U64, FW_REQ | FW_INV | FW_SAVE, fw_quota, bytes),
  FW_OPTION_END,
};

const fw_match_ops fw_match_quota = {
  .name = "quota",
  .id = FW_MATCH_quota,
  .size = sizeof(fw_quota),
  .invert = FW_BITS(fw_quota, invert),
  .options = quota_options,
};
