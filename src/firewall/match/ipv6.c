/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches of IPv6's extension headers: frag, hbh, dst, rt, mh, ipv6header, eui64. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/names.h"
#include "firewall/parse.h"
#include "firewall/save.h"

#define IPV6_ONLY .families = 1 << FW_IPV6

/* -- frag -- */

enum { ID, LENGTH, RESERVED, FIRST, MORE, LAST };

static void frag_init(void *data, fw_family family)
{
  (void)family;
  ((fw_frag *)data)->id.to = G_MAXUINT32;
}

static const fw_option frag_options[] = {
  FW_OPTION("fragid", ID, RANGE32, FW_INV | FW_SAVE | FW_WHOLE, fw_frag, id),
  FW_OPTION("fraglen", LENGTH, U32, FW_INV | FW_SAVE, fw_frag, length),
  FW_OPTION_BARE("fragres", RESERVED, NONE, FW_SHOW),
  FW_OPTION_BARE("fragfirst", FIRST, NONE, FW_SHOW),
  { .name = "fragmore", .id = MORE, .flags = FW_SHOW, .excluded = 1 << LAST },
  { .name = "fraglast", .id = LAST, .flags = FW_SHOW, .excluded = 1 << MORE },
  FW_OPTION_END,
};

const fw_match_ops fw_match_frag = {
  .name = "frag",
  .id = FW_MATCH_frag,
  .size = sizeof(fw_frag),
  .bounds = { IPV6_ONLY },
  .given = FW_BITS(fw_frag, given),
  .invert = FW_BITS(fw_frag, invert),
  .options = frag_options,
  .init = frag_init,
};

/* -- hbh, dst -- */

enum { OPTS = 1 };

static gboolean add_opt(const char *part, gpointer user)
{
  fw_opts *o = user;
  const char *end;
  guint64 type, length = 255;

  if (o->n == FW_OPTS || !fw_read_number(part, &end, &type, 0, 255))
    return FALSE;
  if (*end == ':' ? type == 0 || !fw_read_number(end + 1, NULL, &length, 0, 255) : *end != '\0')
    return FALSE;
  o->opts[o->n].type = type;
  /* 255 is how the tools write "any". */
  o->opts[o->n++].length = length == 255 ? -1 : (gint16)length;
  return TRUE;
}

static gboolean opts_parse(fw_parse *p)
{
  if (p->option->id != OPTS || fw_each_part(p->arg, ',', add_opt, p->data))
    return TRUE;
  return fw_parse_bad_value(p, "up to 16 options TYPE[:LENGTH]");
}

static void opts_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_opts *o = m->data;
  guint i;

  fw_save_options(out, family, m->ops->options, m->ops->given, m->ops->invert, o);
  if ((o->given & FW_OPTS_LIST) != 0)
    g_string_append_printf(out, " --%s-opts", m->ops->name);
  for (i = 0; i < o->n; i++) {
    g_string_append_printf(out, "%c%u", i == 0 ? ' ' : ',', o->opts[i].type);
    if (o->opts[i].length >= 0)
      g_string_append_printf(out, ":%d", o->opts[i].length);
  }
}

static const fw_option hbh_options[] = {
  FW_OPTION("hbh-len", 0, U32, FW_INV | FW_SAVE, fw_opts, length),
  FW_OPTION_BARE("hbh-opts", OPTS, STRING, 0),
  FW_OPTION_END,
};

static const fw_option dst_options[] = {
  FW_OPTION("dst-len", 0, U32, FW_INV | FW_SAVE, fw_opts, length),
  FW_OPTION_BARE("dst-opts", OPTS, STRING, 0),
  FW_OPTION_END,
};

const fw_match_ops fw_match_hbh = {
  .name = "hbh",
  .id = FW_MATCH_hbh,
  .size = sizeof(fw_opts),
  .bounds = { IPV6_ONLY },
  .given = FW_BITS(fw_opts, given),
  .invert = FW_BITS(fw_opts, invert),
  .options = hbh_options,
  .parse = opts_parse,
  .save = opts_save,
};

const fw_match_ops fw_match_dst = {
  .name = "dst",
  .id = FW_MATCH_dst,
  .size = sizeof(fw_opts),
  .bounds = { IPV6_ONLY },
  .given = FW_BITS(fw_opts, given),
  .invert = FW_BITS(fw_opts, invert),
  .options = dst_options,
  .parse = opts_parse,
  .save = opts_save,
};

/* -- rt -- */

enum { RT_TYPE, RT_SEGMENTS, RT_LENGTH, RT_RESERVED, RT_ADDRESSES, RT_NOT_STRICT };

static void rt_init(void *data, fw_family family)
{
  (void)family;
  ((fw_rt *)data)->segments.to = G_MAXUINT32;
}

static gboolean add_hop(const char *part, gpointer user)
{
  fw_rt *rt = user;

  return rt->n < FW_RT_HOPS && fw_read_address(part, FW_IPV6, &rt->addresses[rt->n++]);
}

static gboolean rt_parse(fw_parse *p)
{
  fw_rt *rt = p->data;
  gboolean type_0 = (rt->given & FW_RT_TYPE) != 0 && rt->type == 0 && (rt->invert & FW_RT_TYPE) == 0;

  if ((p->option->id == RT_RESERVED || p->option->id == RT_ADDRESSES) && !type_0)
    return fw_parse_fail(p, "expected --rt-type 0 before it");
  if (p->option->id == RT_NOT_STRICT && (rt->given & FW_RT_ADDRESSES) == 0)
    return fw_parse_fail(p, "expected --rt-0-addrs before it");
  if (p->option->id == RT_ADDRESSES && !fw_each_part(p->arg, ',', add_hop, rt))
    return fw_parse_bad_value(p, "up to 16 IPv6 addresses");
  return TRUE;
}

static void rt_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_rt *rt = m->data;
  guint i;

  fw_save_options(out, family, m->ops->options, m->ops->given, m->ops->invert, rt);
  if ((rt->given & FW_RT_ADDRESSES) != 0)
    g_string_append(out, " --rt-0-addrs");
  for (i = 0; i < rt->n; i++) {
    g_string_append_c(out, i == 0 ? ' ' : ',');
    fw_save_address(out, FW_IPV6, &rt->addresses[i]);
  }
  if ((rt->given & FW_RT_NOT_STRICT) != 0)
    g_string_append(out, " --rt-0-not-strict");
}

static const fw_option rt_options[] = {
  FW_OPTION("rt-type", RT_TYPE, U32, FW_INV | FW_SAVE, fw_rt, type),
  FW_OPTION("rt-segsleft", RT_SEGMENTS, RANGE32, FW_INV | FW_SAVE | FW_WHOLE, fw_rt, segments),
  FW_OPTION("rt-len", RT_LENGTH, U32, FW_INV | FW_SAVE, fw_rt, length),
  FW_OPTION_BARE("rt-0-res", RT_RESERVED, NONE, FW_SHOW),
  FW_OPTION_BARE("rt-0-addrs", RT_ADDRESSES, STRING, 0),
  FW_OPTION_BARE("rt-0-not-strict", RT_NOT_STRICT, NONE, 0),
  FW_OPTION_END,
};

const fw_match_ops fw_match_rt = {
  .name = "rt",
  .id = FW_MATCH_rt,
  .size = sizeof(fw_rt),
  .bounds = { IPV6_ONLY },
  .given = FW_BITS(fw_rt, given),
  .invert = FW_BITS(fw_rt, invert),
  .options = rt_options,
  .init = rt_init,
  .parse = rt_parse,
  .save = rt_save,
};

/* -- mh -- */

static const fw_name mh_names[] = {
  { "binding-refresh-request", 0 },
  { "brr", 0 },
  { "home-test-init", 1 },
  { "hoti", 1 },
  { "careof-test-init", 2 },
  { "coti", 2 },
  { "home-test", 3 },
  { "hot", 3 },
  { "careof-test", 4 },
  { "cot", 4 },
  { "binding-update", 5 },
  { "bu", 5 },
  { "binding-acknowledgement", 6 },
  { "ba", 6 },
  { "binding-error", 7 },
  { "be", 7 },
  { NULL, 0 },
};

static const guint8 mh_only[] = { 135, 0 };

static void mh_init(void *data, fw_family family)
{
  (void)family;
  ((fw_mh *)data)->to = 255;
}

/* => FALSE: neither a number nor the beginning of one name, or of names that are the same type. */
static gboolean read_mh_type(const char *text, guint8 *type)
{
  const fw_name *n, *found = NULL;
  guint64 v;

  if (fw_read_number(text, NULL, &v, 0, 255)) {
    *type = v;
    return TRUE;
  }
  for (n = mh_names; text[0] != '\0' && n->name != NULL; n++) {
    if (g_ascii_strncasecmp(n->name, text, strlen(text)) != 0)
      continue;
    if (found != NULL && strlen(found->name) == strlen(text))
      break;
    if (found != NULL && found->number != n->number && strlen(n->name) != strlen(text))
      return FALSE;
    found = n;
  }
  if (found != NULL)
    *type = found->number;
  return found != NULL;
}

static gboolean mh_parse(fw_parse *p)
{
  fw_mh *mh = p->data;
  char **parts = g_strsplit(p->arg, ":", 2);
  gboolean ok = TRUE;

  if (parts[0] != NULL && parts[1] == NULL) {
    ok = read_mh_type(parts[0], &mh->from);
    mh->to = mh->from;
  } else if (parts[0] != NULL) {
    mh->from = 0;
    mh->to = 255;
    ok = (parts[0][0] == '\0' || read_mh_type(parts[0], &mh->from)) &&
         (parts[1][0] == '\0' || read_mh_type(parts[1], &mh->to));
  } else {
    ok = FALSE;
  }
  g_strfreev(parts);
  return (ok && mh->from <= mh->to) || fw_parse_bad_value(p, "a type of mobility header, or a range a:b of them");
}

static void mh_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_mh *mh = m->data;

  (void)family;
  if (mh->from == 0 && mh->to == 255 && !mh->invert)
    return;
  fw_save_invert(out, mh->invert);
  g_string_append_printf(out, " --mh-type %u", mh->from);
  if (mh->to != mh->from)
    g_string_append_printf(out, ":%u", mh->to);
}

static const fw_option mh_options[] = { FW_OPTION_BARE("mh-type", 0, STRING, FW_INV), FW_OPTION_END };

const fw_match_ops fw_match_mh = {
  .name = "mh",
  .id = FW_MATCH_mh,
  .size = sizeof(fw_mh),
  .bounds = { IPV6_ONLY, .protocols = mh_only },
  .given = FW_BITS(fw_mh, given),
  .invert = FW_BITS(fw_mh, invert),
  .options = mh_options,
  .init = mh_init,
  .parse = mh_parse,
  .save = mh_save,
};

/* -- ipv6header -- */

enum { HEADER, SOFT };

/* The first name of each header is what is saved, in this order. */
static const fw_name header_names[] = {
  { "hop-by-hop", FW_IPV6_HBH },
  { "ipv6-opts", FW_IPV6_DST },
  { "ipv6-route", FW_IPV6_ROUTE },
  { "ipv6-frag", FW_IPV6_FRAGMENT },
  { "ah", FW_IPV6_AH },
  { "esp", FW_IPV6_ESP },
  { "ipv6-nonxt", FW_IPV6_NONE },
  { "protocol", FW_IPV6_PROTO },
  { "hop", FW_IPV6_HBH },
  { "dst", FW_IPV6_DST },
  { "route", FW_IPV6_ROUTE },
  { "frag", FW_IPV6_FRAGMENT },
  { "auth", FW_IPV6_AH },
  { "none", FW_IPV6_NONE },
  { "prot", FW_IPV6_PROTO },
  { "0", FW_IPV6_HBH },
  { "60", FW_IPV6_DST },
  { "43", FW_IPV6_ROUTE },
  { "44", FW_IPV6_FRAGMENT },
  { "51", FW_IPV6_AH },
  { "50", FW_IPV6_ESP },
  { "59", FW_IPV6_NONE },
  { "255", FW_IPV6_PROTO },
  { NULL, 0 },
};

static gboolean add_header(const char *part, gpointer user)
{
  guint32 bit;

  if (!fw_name_find(header_names, part, &bit))
    return FALSE;
  ((fw_ipv6header *)user)->headers |= bit;
  return TRUE;
}

static gboolean header_parse(fw_parse *p)
{
  fw_ipv6header *h = p->data;

  if (p->option->id == SOFT)
    h->soft = TRUE;
  else if (!fw_each_part(p->arg, ',', add_header, h))
    return fw_parse_bad_value(p, "headers: hop,dst,route,frag,auth,esp,none,prot");
  else
    h->invert = p->invert;
  return TRUE;
}

static void header_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_ipv6header *h = m->data;
  const char *separator = " ";
  guint i;

  (void)family;
  fw_save_invert(out, h->invert);
  g_string_append(out, " --header");
  for (i = 0; i < 8; i++)
    if ((h->headers & header_names[i].number) != 0) {
      g_string_append_printf(out, "%s%s", separator, header_names[i].name);
      separator = ",";
    }
  if (h->soft)
    g_string_append(out, " --soft");
}

static const fw_option header_options[] = {
  FW_OPTION_BARE("header", HEADER, STRING, FW_REQ | FW_INV),
  FW_OPTION_BARE("soft", SOFT, NONE, 0),
  FW_OPTION_END,
};

const fw_match_ops fw_match_ipv6header = {
  .name = "ipv6header",
  .id = FW_MATCH_ipv6header,
  .size = sizeof(fw_ipv6header),
  .bounds = { IPV6_ONLY },
  .options = header_options,
  .parse = header_parse,
  .save = header_save,
};

/* -- eui64 -- */

const fw_match_ops fw_match_eui64 = {
  .name = "eui64",
  .id = FW_MATCH_eui64,
  .bounds = { IPV6_ONLY, .hooks = 1 << FW_HOOK_PREROUTING | 1 << FW_HOOK_INPUT | 1 << FW_HOOK_FORWARD },
};
