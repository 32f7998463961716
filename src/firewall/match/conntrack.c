/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What connection tracking knows: state, conntrack, helper, connbytes, connlabel, connlimit. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/names.h"
#include "firewall/parse.h"
#include "firewall/save.h"

/* In the order in which they are saved. */
static const fw_name states[] = {
  { "INVALID", FW_STATE_INVALID },     { "NEW", FW_STATE_NEW },
  { "RELATED", FW_STATE_RELATED },     { "ESTABLISHED", FW_STATE_ESTABLISHED },
  { "UNTRACKED", FW_STATE_UNTRACKED }, { "SNAT", FW_STATE_SNAT },
  { "DNAT", FW_STATE_DNAT },           { NULL, 0 },
};

/* In the order in which a beginning of a name is looked for. */
static const fw_name read_states[] = {
  { "INVALID", FW_STATE_INVALID },
  { "NEW", FW_STATE_NEW },
  { "ESTABLISHED", FW_STATE_ESTABLISHED },
  { "RELATED", FW_STATE_RELATED },
  { "UNTRACKED", FW_STATE_UNTRACKED },
  { "SNAT", FW_STATE_SNAT },
  { "DNAT", FW_STATE_DNAT },
  { NULL, 0 },
};

static const fw_name statuses[] = {
  { "EXPECTED", 1 }, { "SEEN_REPLY", 2 }, { "ASSURED", 4 }, { "CONFIRMED", 8 }, { "NONE", 0 }, { NULL, 0 },
};

/* The first name that begins so. */
static gboolean add_beginning(const fw_name *names, const char *part, guint32 *bits)
{
  for (; part[0] != '\0' && names->name != NULL; names++)
    if (g_ascii_strncasecmp(names->name, part, strlen(part)) == 0) {
      *bits |= names->number;
      return TRUE;
    }
  return FALSE;
}

static gboolean add_state(const char *part, gpointer user) { return add_beginning(read_states, part, user); }

static gboolean add_status(const char *part, gpointer user) { return add_beginning(statuses, part, user); }

static void save_names(GString *out, const fw_name *names, guint32 bits)
{
  const char *separator = " ";

  for (; names->name != NULL; names++)
    if ((bits & names->number) != 0) {
      g_string_append_printf(out, "%s%s", separator, names->name);
      separator = ",";
    }
}

/* -- state -- */

static gboolean state_parse(fw_parse *p)
{
  fw_state *s = p->data;
  guint32 bits = 0;

  s->invert = p->invert;
  if (!fw_each_part(p->arg, ',', add_state, &bits) || (bits & (FW_STATE_SNAT | FW_STATE_DNAT)) != 0)
    return fw_parse_bad_value(p, "states: INVALID,NEW,ESTABLISHED,RELATED,UNTRACKED");
  s->states = bits;
  return TRUE;
}

static void state_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_state *s = m->data;

  (void)family;
  fw_save_invert(out, s->invert);
  g_string_append(out, " --state");
  save_names(out, states, s->states);
}

static const fw_option state_options[] = { FW_OPTION_BARE("state", 0, STRING, FW_REQ | FW_INV), FW_OPTION_END };

const fw_match_ops fw_match_state = {
  .name = "state",
  .id = FW_MATCH_state,
  .size = sizeof(fw_state),
  .options = state_options,
  .parse = state_parse,
  .save = state_save,
};

/* -- conntrack -- */

enum {
  STATE,
  PROTO,
  ORIGSRC,
  ORIGDST,
  REPLSRC,
  REPLDST,
  ORIGSRC_PORT,
  ORIGDST_PORT,
  REPLSRC_PORT,
  REPLDST_PORT,
  STATUS,
  EXPIRE,
  DIRECTION
};

static gboolean conntrack_parse(fw_parse *p)
{
  fw_conntrack *c = p->data;
  guint32 bits = 0;

  switch (p->option->id) {
  case STATE:
    if (!fw_each_part(p->arg, ',', add_state, &bits))
      return fw_parse_bad_value(p, "states: INVALID,NEW,ESTABLISHED,RELATED,UNTRACKED,SNAT,DNAT");
    c->states = bits;
    return TRUE;
  case STATUS:
    return fw_each_part(p->arg, ',', add_status, &c->status) ||
           fw_parse_bad_value(p, "statuses: NONE or EXPECTED,SEEN_REPLY,ASSURED,CONFIRMED");
  case PROTO: return c->proto != 0 || fw_parse_fail(p, p->invert ? "would always match" : "would never match");
  case DIRECTION:
    c->reply = g_ascii_strcasecmp(p->arg, "REPLY") == 0;
    return c->reply || g_ascii_strcasecmp(p->arg, "ORIGINAL") == 0 || fw_parse_bad_value(p, "ORIGINAL or REPLY");
  default: return TRUE;
  }
}

static gboolean given_check(fw_parse *p) { return p->given != 0 || fw_parse_fail(p, "expected one of its options"); }

static void conntrack_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_conntrack *c = m->data;

  if ((c->given & FW_CT_STATE) != 0) {
    fw_save_invert(out, (c->invert & FW_CT_STATE) != 0);
    g_string_append(out, " --ctstate");
    save_names(out, states, c->states);
  }
  fw_save_options(out, family, m->ops->options, m->ops->given, m->ops->invert, c);
  if ((c->given & FW_CT_STATUS) != 0) {
    fw_save_invert(out, (c->invert & FW_CT_STATUS) != 0);
    g_string_append(out, " --ctstatus");
    save_names(out, statuses, c->status);
    if (c->status == 0)
      g_string_append(out, " NONE");
  }
  if ((c->given & FW_CT_EXPIRE) != 0) {
    fw_save_invert(out, (c->invert & FW_CT_EXPIRE) != 0);
    g_string_append_printf(out, " --ctexpire %u", c->expire_s.from);
    if (c->expire_s.to != c->expire_s.from)
      g_string_append_printf(out, ":%u", c->expire_s.to);
  }
  if ((c->given & FW_CT_DIRECTION) != 0)
    g_string_append_printf(out, " --ctdir %s", c->reply ? "REPLY" : "ORIGINAL");
}

static const fw_option conntrack_options[] = {
  FW_OPTION_BARE("ctstate", STATE, STRING, FW_INV),
  FW_OPTION("ctproto", PROTO, PROTOCOL, FW_INV | FW_SAVE, fw_conntrack, proto),
  FW_OPTION("ctorigsrc", ORIGSRC, NETWORK, FW_INV | FW_SAVE, fw_conntrack, origsrc),
  FW_OPTION("ctorigdst", ORIGDST, NETWORK, FW_INV | FW_SAVE, fw_conntrack, origdst),
  FW_OPTION("ctreplsrc", REPLSRC, NETWORK, FW_INV | FW_SAVE, fw_conntrack, replsrc),
  FW_OPTION("ctrepldst", REPLDST, NETWORK, FW_INV | FW_SAVE, fw_conntrack, repldst),
  FW_OPTION("ctorigsrcport", ORIGSRC_PORT, PORTS, FW_INV | FW_SAVE, fw_conntrack, origsrc_port),
  FW_OPTION("ctorigdstport", ORIGDST_PORT, PORTS, FW_INV | FW_SAVE, fw_conntrack, origdst_port),
  FW_OPTION("ctreplsrcport", REPLSRC_PORT, PORTS, FW_INV | FW_SAVE, fw_conntrack, replsrc_port),
  FW_OPTION("ctrepldstport", REPLDST_PORT, PORTS, FW_INV | FW_SAVE, fw_conntrack, repldst_port),
  FW_OPTION_BARE("ctstatus", STATUS, STRING, FW_INV),
  FW_OPTION("ctexpire", EXPIRE, RANGE32, FW_INV | FW_PUT, fw_conntrack, expire_s),
  FW_OPTION_BARE("ctdir", DIRECTION, STRING, 0),
  FW_OPTION_END,
};

const fw_match_ops fw_match_conntrack = {
  .name = "conntrack",
  .id = FW_MATCH_conntrack,
  .size = sizeof(fw_conntrack),
  .given = FW_BITS(fw_conntrack, given),
  .invert = FW_BITS(fw_conntrack, invert),
  .options = conntrack_options,
  .parse = conntrack_parse,
  .check = given_check,
  .save = conntrack_save,
};

/* -- helper, connlabel -- */

static const fw_option helper_options[] = {
  { .name = "helper",
    .id = 0,
    .type = FW_TYPE_STRING,
    .flags = FW_REQ | FW_INV | FW_SAVE,
    .max = 29,
    .offset = offsetof(fw_helper, name) },
  FW_OPTION_END,
};

const fw_match_ops fw_match_helper = {
  .name = "helper",
  .id = FW_MATCH_helper,
  .size = sizeof(fw_helper),
  .invert = FW_BITS(fw_helper, invert),
  .options = helper_options,
};

#define LABEL_MAX 127

static gboolean connlabel_parse(fw_parse *p)
{
  fw_connlabel *l = p->data;
  guint64 bit = 0;

  if (p->option->id == 1) {
    l->set = TRUE;
    return TRUE;
  }
  l->invert = p->invert;
  /* Names stand in the box's own connlabel.conf, which is another file. */
  if (!fw_read_number(p->arg, NULL, &bit, 0, G_MAXUINT64)) {
    l->name = p->value.string;
    fw_note_add(p->ruleset, FW_NOTE_LABEL, &p->place, l->name);
    return TRUE;
  }
  l->bit = (guint16)bit;
  return bit <= LABEL_MAX || fw_parse_bad_value(p, "the number of a label, 0 to 127, or its name");
}

static void connlabel_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_connlabel *l = m->data;

  (void)family;
  fw_save_invert(out, l->invert);
  if (l->name != NULL) {
    g_string_append(out, " --label ");
    fw_save_quoted(out, l->name);
  } else
    g_string_append_printf(out, " --label \"%u\"", l->bit);
  if (l->set)
    g_string_append(out, " --set");
}

static const fw_option connlabel_options[] = {
  { .name = "label", .id = 0, .type = FW_TYPE_STRING, .flags = FW_REQ | FW_INV, .min = 1, .max = 255 },
  FW_OPTION_BARE("set", 1, NONE, 0),
  FW_OPTION_END,
};

const fw_match_ops fw_match_connlabel = {
  .name = "connlabel",
  .id = FW_MATCH_connlabel,
  .size = sizeof(fw_connlabel),
  .options = connlabel_options,
  .parse = connlabel_parse,
  .save = connlabel_save,
};

/* -- connbytes -- */

static const char *const whats[] = { "packets", "bytes", "avgpkt" };
static const char *const directions[] = { "original", "reply", "both" };

static gboolean choose(fw_parse *p, const char *const *names, guint8 *value)
{
  guint i;

  for (i = 0; i < 3; i++)
    if (strcmp(names[i], p->arg) == 0) {
      *value = i;
      return TRUE;
    }
  return fw_parse_fail(p, "expected %s, %s or %s, found \"%s\"", names[0], names[1], names[2], p->arg);
}

static gboolean connbytes_parse(fw_parse *p)
{
  fw_connbytes *c = p->data;

  switch (p->option->id) {
  case 0:
    c->range = p->value.range64;
    if (p->n_values == 1)
      c->range.to = G_MAXUINT64;
    /* The kernel knows inversion by the ends' order, so that of a single value is lost. */
    c->invert = p->invert && c->range.from != c->range.to;
    return TRUE;
  case 1: return choose(p, directions, &c->direction);
  default: return choose(p, whats, &c->what);
  }
}

static void connbytes_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_connbytes *c = m->data;

  (void)family;
  fw_save_invert(out, c->invert);
  g_string_append_printf(out, " --connbytes %" G_GUINT64_FORMAT, c->range.from);
  if (c->range.to != G_MAXUINT64 && c->range.to != 0)
    g_string_append_printf(out, ":%" G_GUINT64_FORMAT, c->range.to);
  g_string_append_printf(out, " --connbytes-mode %s --connbytes-dir %s", whats[c->what], directions[c->direction]);
}

static const fw_option connbytes_options[] = {
  FW_OPTION_BARE("connbytes", 0, RANGE64, FW_REQ | FW_INV),
  FW_OPTION_BARE("connbytes-dir", 1, STRING, FW_REQ),
  FW_OPTION_BARE("connbytes-mode", 2, STRING, FW_REQ),
  FW_OPTION_END,
};

const fw_match_ops fw_match_connbytes = {
  .name = "connbytes",
  .id = FW_MATCH_connbytes,
  .size = sizeof(fw_connbytes),
  .options = connbytes_options,
  .parse = connbytes_parse,
  .save = connbytes_save,
};

/* -- connlimit -- */

enum { UPTO, ABOVE, MASK, SADDR, DADDR };

static void connlimit_init(void *data, fw_family family)
{
  fw_connlimit *c = data;

  c->prefix = family == FW_IPV6 ? 128 : 32;
  fw_mask_of_length(family, c->prefix, &c->mask);
}

static gboolean connlimit_parse(fw_parse *p)
{
  fw_connlimit *c = p->data;
  guint i;

  switch (p->option->id) {
  case UPTO: c->above = p->invert; return TRUE;
  case ABOVE: c->above = !p->invert; return TRUE;
  case DADDR: c->destination = TRUE; return TRUE;
  case MASK:
    /* What is written back is the number of bits, wherever they are. */
    for (i = 0, c->prefix = 0; i < 16; i++)
      c->prefix += __builtin_popcount(c->mask.bytes[i]);
    return TRUE;
  default: return TRUE;
  }
}

static gboolean connlimit_check(fw_parse *p)
{
  return (p->given & (1 << UPTO | 1 << ABOVE)) != 0 ||
         fw_parse_fail(p, "expected --connlimit-upto or --connlimit-above");
}

static void connlimit_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_connlimit *c = m->data;

  (void)family;
  g_string_append_printf(out, " --connlimit-%s %u --connlimit-mask %u --connlimit-%s", c->above ? "above" : "upto",
                         c->limit, c->prefix, c->destination ? "daddr" : "saddr");
}

static const fw_option connlimit_options[] = {
  { .name = "connlimit-upto",
    .id = UPTO,
    .type = FW_TYPE_U32,
    .flags = FW_INV | FW_PUT,
    .offset = offsetof(fw_connlimit, limit),
    .excluded = 1 << ABOVE },
  { .name = "connlimit-above",
    .id = ABOVE,
    .type = FW_TYPE_U32,
    .flags = FW_INV | FW_PUT,
    .offset = offsetof(fw_connlimit, limit),
    .excluded = 1 << UPTO },
  FW_OPTION("connlimit-mask", MASK, MASK, FW_PUT, fw_connlimit, mask),
  { .name = "connlimit-saddr", .id = SADDR, .excluded = 1 << DADDR },
  { .name = "connlimit-daddr", .id = DADDR, .excluded = 1 << SADDR },
  FW_OPTION_END,
};

const fw_match_ops fw_match_connlimit = {
  .name = "connlimit",
  .id = FW_MATCH_connlimit,
  .size = sizeof(fw_connlimit),
  .options = connlimit_options,
  .init = connlimit_init,
  .parse = connlimit_parse,
  .check = connlimit_check,
  .save = connlimit_save,
};
