/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m limit, -m hashlimit: rates. Numbers are rounded where the tool rounds them, since the kernel gets the result. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

static const struct {
  const char *name, *saved;
  guint32 seconds;
} units[] = { { "second", "sec", 1 }, { "minute", "min", 60 }, { "hour", "hour", 3600 }, { "day", "day", 86400 } };

/*
 * "N[/UNIT]", a unit by the beginning of its name. => FALSE: it is not that. As the tool's atoi: what follows digits
 * other than '/' is not looked at.
 */
static gboolean read_rate(const char *text, guint64 *n, guint32 *unit_s)
{
  const char *slash = strchr(text, '/');
  guint i;

  if (!g_ascii_isdigit(text[0]))
    return FALSE;
  *n = g_ascii_strtoull(text, NULL, 10);
  *unit_s = 1;
  if (slash == NULL)
    return *n > 0;
  for (i = 0; slash[1] != '\0' && i < G_N_ELEMENTS(units); i++)
    if (g_ascii_strncasecmp(units[i].name, slash + 1, strlen(slash + 1)) == 0) {
      *unit_s = units[i].seconds;
      return *n > 0;
    }
  return FALSE;
}

/* The largest unit in which the rate comes out well. => its seconds. */
static guint32 save_rate(GString *out, guint64 period, guint64 scale)
{
  int i;

  if (period == 0) {
    g_string_append(out, " inf");
    return 0;
  }
  for (i = G_N_ELEMENTS(units) - 2; i >= 0; i--) {
    guint64 unit = scale * units[i].seconds;

    if (period > unit || unit / period < unit % period)
      break;
  }
  i++;
  g_string_append_printf(out, " %" G_GUINT64_FORMAT "/%s", scale * units[i].seconds / period, units[i].saved);
  return units[i].seconds;
}

/* -- limit -- */

#define LIMIT_SCALE 10000
#define LIMIT_BURST 5

static void limit_init(void *data, fw_family family)
{
  fw_limit *l = data;

  (void)family;
  l->avg = LIMIT_SCALE * 3600 / 3;
  l->burst = LIMIT_BURST;
}

static gboolean limit_parse(fw_parse *p)
{
  fw_limit *l = p->data;
  guint64 n;
  guint32 unit_s;

  if (p->option->id != 0)
    return TRUE;
  if (!read_rate(p->arg, &n, &unit_s) || n > G_MAXINT32)
    return fw_parse_bad_value(p, "a rate N/second, N/minute, N/hour or N/day");
  l->avg = (guint64)LIMIT_SCALE * unit_s / n;
  return l->avg > 0 || fw_parse_bad_value(p, "a rate of at most 10000/second");
}

static void limit_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_limit *l = m->data;

  (void)family;
  g_string_append(out, " --limit");
  save_rate(out, l->avg, LIMIT_SCALE);
  if (l->burst != LIMIT_BURST)
    g_string_append_printf(out, " --limit-burst %u", l->burst);
}

static const fw_option limit_options[] = {
  FW_OPTION_BARE("limit", 0, STRING, 0),
  { .name = "limit-burst",
    .id = 1,
    .type = FW_TYPE_U32,
    .flags = FW_PUT,
    .max = 10000,
    .offset = offsetof(fw_limit, burst) },
  FW_OPTION_END,
};

const fw_match_ops fw_match_limit = {
  .name = "limit",
  .id = FW_MATCH_limit,
  .size = sizeof(fw_limit),
  .options = limit_options,
  .init = limit_init,
  .parse = limit_parse,
  .save = limit_save,
};

/* -- hashlimit -- */

enum { UPTO, ABOVE, MODE, SRCMASK, DSTMASK, NAME, BURST, SIZE, MAX_, GC, EXPIRE, RATE_MATCH, INTERVAL };

#define HASH_SCALE 1000000
#define HASH_BURST 5
#define HASH_BURST_MAX 1000000
#define HASH_GC_MS 1000
#define BYTE_EXPIRE_S 15
#define BYTE_EXPIRE_BURST_S 60

static void hashlimit_init(void *data, fw_family family)
{
  fw_hashlimit *h = data;

  h->burst = HASH_BURST;
  h->gc_interval_ms = HASH_GC_MS;
  h->srcmask = h->dstmask = family == FW_IPV6 ? 128 : 32;
}

/* Bytes are counted in units of 16. */
static guint64 bytes_of_cost(guint64 cost) { return ((cost != 0 ? G_MAXUINT32 / cost : G_MAXUINT32) - 1) << 4; }

static guint64 cost_of_bytes(guint64 bytes)
{
  guint32 units_of_16 = bytes >> 4;

  return units_of_16 == G_MAXUINT32 ? 0 : G_MAXUINT32 / (units_of_16 + 1);
}

static guint32 factor(char c) { return c == 'm' ? 1024 * 1024 : c == 'k' ? 1024 : 1; }

/* "N[k|m]b/s". => FALSE: no such rate; fails itself where it is one that cannot be. */
static gboolean is_byte_rate(const char *text)
{
  const char *unit = strstr(text, "b/s");

  return unit != NULL && unit != text && g_ascii_isdigit(text[0]) && g_ascii_strtoull(text, NULL, 10) > 0;
}

static gboolean parse_byte_rate(fw_parse *p, fw_hashlimit *h)
{
  guint64 n = g_ascii_strtoull(p->arg, NULL, 10);
  guint32 times = factor(strstr(p->arg, "b/s")[-1]);

  if (n > G_MAXUINT64 / times)
    return fw_parse_bad_value(p, "a rate that is not that high");
  h->avg = cost_of_bytes(n * times);
  h->bytes = TRUE;
  h->unit_s = BYTE_EXPIRE_S;
  return h->avg > 0 || fw_parse_bad_value(p, "a rate that is not that high");
}

static gboolean parse_hash_rate(fw_parse *p, gboolean above)
{
  fw_hashlimit *h = p->data;
  guint64 n;

  h->above = above != p->invert;
  if (is_byte_rate(p->arg))
    return parse_byte_rate(p, h);
  if (!read_rate(p->arg, &n, &h->unit_s))
    return fw_parse_bad_value(p, "a rate N/second, N/minute, N/hour, N/day, Nb/s, Nkb/s or Nmb/s");
  h->avg = (guint64)HASH_SCALE * h->unit_s / n;
  return h->avg > 0 || fw_parse_bad_value(p, "a rate of at most 1000000/second");
}

static gboolean parse_burst(fw_parse *p)
{
  fw_hashlimit *h = p->data;
  const char *end;

  if (!fw_read_number(p->arg, &end, &h->burst, 1, G_MAXUINT64) || (*end == '\0' && h->burst > HASH_BURST_MAX))
    return fw_parse_bad_value(p, "a burst of 1 to 1000000, or of bytes: Nb, Nkb, Nmb");
  if (h->burst > G_MAXUINT64 / factor(*end))
    return fw_parse_bad_value(p, "a burst that is not that large");
  h->burst *= factor(*end);
  return TRUE;
}

static gboolean add_mode(const char *part, gpointer user)
{
  static const struct {
    const char *name;
    guint8 bit;
  } modes[] = { { "dstip", FW_HASHLIMIT_DSTIP },
                { "srcip", FW_HASHLIMIT_SRCIP },
                { "srcport", FW_HASHLIMIT_SRCPORT },
                { "dstport", FW_HASHLIMIT_DSTPORT } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(modes); i++)
    if (strcmp(modes[i].name, part) == 0) {
      *(guint8 *)user |= modes[i].bit;
      return TRUE;
    }
  return part[0] == '\0';
}

static gboolean parse_mode(fw_parse *p)
{
  char *list = g_strdelimit(g_strdup(p->arg), "|", ',');
  gboolean ok = fw_each_part(list, ',', add_mode, &((fw_hashlimit *)p->data)->mode);

  g_free(list);
  return ok || fw_parse_bad_value(p, "srcip,srcport,dstip,dstport");
}

static gboolean hashlimit_parse(fw_parse *p)
{
  fw_hashlimit *h = p->data;
  guint64 seconds;

  switch (p->option->id) {
  case UPTO: return parse_hash_rate(p, FALSE);
  case ABOVE: return parse_hash_rate(p, TRUE);
  case MODE: return parse_mode(p);
  case BURST: return parse_burst(p);
  case RATE_MATCH: h->rate_match = TRUE; return TRUE;
  case INTERVAL:
    if (!fw_read_number(p->arg, NULL, &seconds, 1, G_MAXINT32))
      return fw_parse_bad_value(p, "seconds");
    h->interval_s = seconds;
    return TRUE;
  default: return TRUE;
  }
}

/* Bursts of bytes are refills of a full bucket. */
static gboolean end_bytes(fw_parse *p, fw_hashlimit *h)
{
  guint64 refill = bytes_of_cost(h->avg), burst = h->burst;

  h->burst = 0;
  if ((p->given & 1 << BURST) == 0)
    return TRUE;
  if (refill == 0 || burst < refill)
    return fw_parse_fail(p, "expected a burst of at least %" G_GUINT64_FORMAT "b", refill);
  h->burst = (burst / refill + (burst % refill != 0 ? 1 : 0)) & G_MAXUINT32;
  if ((p->given & 1 << EXPIRE) == 0)
    h->expire_ms = BYTE_EXPIRE_BURST_S * 1000;
  return TRUE;
}

static gboolean hashlimit_check(fw_parse *p)
{
  fw_hashlimit *h = p->data;

  if ((p->given & (1 << UPTO | 1 << ABOVE)) == 0)
    return fw_parse_fail(p, "expected --hashlimit-upto or --hashlimit-above");
  if ((p->given & 1 << EXPIRE) == 0)
    h->expire_ms = h->unit_s * 1000;
  if (h->bytes && !end_bytes(p, h))
    return FALSE;
  if (!h->bytes && h->burst > HASH_BURST_MAX)
    return fw_parse_fail(p, "expected a burst of at most 1000000");
  if (h->rate_match && !h->bytes)
    h->avg /= h->unit_s;
  if (h->rate_match && h->interval_s == 0)
    h->interval_s = h->bytes ? 1 : h->unit_s;
  return TRUE;
}

/* => milliseconds after which a key expires if nothing else is said. */
static guint32 save_bytes(GString *out, const fw_hashlimit *h)
{
  static const struct {
    const char *name;
    guint32 bytes;
  } sizes[] = { { "m", 1024 * 1024 }, { "k", 1024 }, { "", 1 } };
  guint64 r = bytes_of_cost(h->avg);
  guint i;

  for (i = 0; i < 2; i++)
    if (r >= sizes[i].bytes && cost_of_bytes(r & ~((guint64)sizes[i].bytes - 1)) == h->avg)
      break;
  g_string_append_printf(out, " %" G_GUINT64_FORMAT "%sb/s", r / sizes[i].bytes, sizes[i].name);
  if (h->burst == 0)
    return BYTE_EXPIRE_S * 1000;
  r *= h->burst;
  for (i = 0; i < 2 && r < sizes[i].bytes; i++)
    ;
  g_string_append_printf(out, " --hashlimit-burst %" G_GUINT64_FORMAT "%sb", r / sizes[i].bytes, sizes[i].name);
  return BYTE_EXPIRE_BURST_S * 1000;
}

static void save_modes(GString *out, guint8 mode)
{
  static const struct {
    guint8 bit;
    const char *name;
  } modes[] = { { FW_HASHLIMIT_SRCIP, "srcip" },
                { FW_HASHLIMIT_SRCPORT, "srcport" },
                { FW_HASHLIMIT_DSTIP, "dstip" },
                { FW_HASHLIMIT_DSTPORT, "dstport" } };
  const char *separator = " ";
  guint i;

  if (mode == 0)
    return;
  g_string_append(out, " --hashlimit-mode");
  for (i = 0; i < G_N_ELEMENTS(modes); i++)
    if ((mode & modes[i].bit) != 0) {
      g_string_append_printf(out, "%s%s", separator, modes[i].name);
      separator = ",";
    }
}

static void save_number(GString *out, const char *name, guint32 value, guint32 usual)
{
  if (value != usual)
    g_string_append_printf(out, " --hashlimit-%s %u", name, value);
}

static void hashlimit_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_hashlimit *h = m->data;
  guint32 full = family == FW_IPV6 ? 128 : 32, expire_ms;

  g_string_append(out, h->above ? " --hashlimit-above" : " --hashlimit-upto");
  if (h->bytes) {
    expire_ms = save_bytes(out, h);
  } else {
    expire_ms = save_rate(out, h->avg, HASH_SCALE) * 1000;
    g_string_append_printf(out, " --hashlimit-burst %" G_GUINT64_FORMAT, h->burst);
  }
  save_modes(out, h->mode);
  g_string_append(out, " --hashlimit-name ");
  fw_save_bare(out, h->name);
  save_number(out, "htable-size", h->size, 0);
  save_number(out, "htable-max", h->max, 0);
  save_number(out, "htable-gcinterval", h->gc_interval_ms, HASH_GC_MS);
  save_number(out, "htable-expire", h->expire_ms, expire_ms);
  save_number(out, "srcmask", h->srcmask, full);
  save_number(out, "dstmask", h->dstmask, full);
  if (!h->rate_match)
    return;
  g_string_append(out, " --hashlimit-rate-match");
  save_number(out, "rate-interval", h->interval_s, 1);
}

static const fw_option hashlimit_options[] = {
  { .name = "hashlimit-upto", .id = UPTO, .type = FW_TYPE_STRING, .flags = FW_INV, .excluded = 1 << ABOVE },
  { .name = "hashlimit-above", .id = ABOVE, .type = FW_TYPE_STRING, .flags = FW_INV, .excluded = 1 << UPTO },
  { .name = "hashlimit", .id = UPTO, .type = FW_TYPE_STRING, .flags = FW_INV, .excluded = 1 << ABOVE },
  FW_OPTION("hashlimit-srcmask", SRCMASK, PREFIX, FW_PUT, fw_hashlimit, srcmask),
  FW_OPTION("hashlimit-dstmask", DSTMASK, PREFIX, FW_PUT, fw_hashlimit, dstmask),
  FW_OPTION_BARE("hashlimit-burst", BURST, STRING, 0),
  FW_OPTION("hashlimit-htable-size", SIZE, U32, FW_PUT, fw_hashlimit, size),
  FW_OPTION("hashlimit-htable-max", MAX_, U32, FW_PUT, fw_hashlimit, max),
  FW_OPTION("hashlimit-htable-gcinterval", GC, U32, FW_PUT, fw_hashlimit, gc_interval_ms),
  FW_OPTION("hashlimit-htable-expire", EXPIRE, U32, FW_PUT, fw_hashlimit, expire_ms),
  FW_OPTION_BARE("hashlimit-mode", MODE, STRING, 0),
  { .name = "hashlimit-name",
    .id = NAME,
    .type = FW_TYPE_STRING,
    .flags = FW_REQ | FW_PUT,
    .min = 1,
    .max = 255,
    .offset = offsetof(fw_hashlimit, name) },
  FW_OPTION_BARE("hashlimit-rate-match", RATE_MATCH, NONE, 0),
  FW_OPTION_BARE("hashlimit-rate-interval", INTERVAL, STRING, 0),
  FW_OPTION_END,
};

const fw_match_ops fw_match_hashlimit = {
  .name = "hashlimit",
  .id = FW_MATCH_hashlimit,
  .size = sizeof(fw_hashlimit),
  .options = hashlimit_options,
  .init = hashlimit_init,
  .parse = hashlimit_parse,
  .check = hashlimit_check,
  .save = hashlimit_save,
};
