/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m tcp, -m udp: ports, TCP's flags and options. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/names.h"
#include "firewall/parse.h"
#include "firewall/save.h"

enum { SPORT, DPORT, FLAGS, OPTION };

static const fw_name flag_names[] = {
  { "FIN", 0x01 }, { "SYN", 0x02 }, { "RST", 0x04 }, { "PSH", 0x08 }, { "ACK", 0x10 },
  { "URG", 0x20 }, { "ALL", 0x3f }, { "NONE", 0 },   { NULL, 0 },
};

static const guint8 tcp_only[] = { 6, 0 };
static const guint8 udp_only[] = { 17, 0 };

static void tcp_init(void *data, fw_family family)
{
  fw_tcp *t = data;

  (void)family;
  t->sport.to = t->dport.to = G_MAXUINT16;
}

static void udp_init(void *data, fw_family family)
{
  fw_udp *u = data;

  (void)family;
  u->sport.to = u->dport.to = G_MAXUINT16;
}

static gboolean add_flag(const char *part, gpointer user)
{
  guint32 flag;

  if (part[0] == '\0')
    return TRUE;
  if (!fw_name_find_caseless(flag_names, part, &flag))
    return FALSE;
  *(guint8 *)user |= flag;
  return TRUE;
}

static gboolean tcp_parse(fw_parse *p)
{
  fw_tcp *t = p->data;

  if (p->option->id != FLAGS)
    return TRUE;
  if (p->option->type == FW_TYPE_NONE) { /* --syn */
    t->flags_mask = 0x17;
    t->flags_value = 0x02;
    return TRUE;
  }
  if (!fw_each_part(p->arg, ',', add_flag, &t->flags_mask) || !fw_each_part(p->second, ',', add_flag, &t->flags_value))
    return fw_parse_fail(p, "expected lists of FIN SYN RST PSH ACK URG ALL NONE, found \"%s\" \"%s\"", p->arg,
                         p->second);
  return TRUE;
}

static void save_flags(GString *out, guint8 flags)
{
  const fw_name *n;
  const char *separator = " ";

  if (flags == 0)
    g_string_append(out, " NONE");
  for (n = flag_names; n->number != 0x3f; n++)
    if ((flags & n->number) != 0) {
      g_string_append_printf(out, "%s%s", separator, n->name);
      separator = ",";
    }
}

static const fw_option tcp_options[] = {
  FW_OPTION("sport", SPORT, PORTS, FW_INV | FW_SAVE | FW_WHOLE, fw_tcp, sport),
  FW_OPTION("source-port", SPORT, PORTS, FW_INV | FW_PUT, fw_tcp, sport),
  FW_OPTION("dport", DPORT, PORTS, FW_INV | FW_SAVE | FW_WHOLE, fw_tcp, dport),
  FW_OPTION("destination-port", DPORT, PORTS, FW_INV | FW_PUT, fw_tcp, dport),
  { .name = "tcp-option",
    .id = OPTION,
    .type = FW_TYPE_U8,
    .flags = FW_INV | FW_SAVE | FW_OPTION_UNSAID,
    .min = 1,
    .offset = offsetof(fw_tcp, option) },
  FW_OPTION_BARE("syn", FLAGS, NONE, FW_INV),
  FW_OPTION_BARE("tcp-flags", FLAGS, WORDS, FW_INV),
  FW_OPTION_END,
};

static void tcp_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_tcp *t = m->data;

  fw_save_options(out, family, tcp_options, m->ops->given, m->ops->invert, t);
  if (t->flags_mask == 0 && (t->invert & FW_TCP_FLAGS) == 0)
    return;
  fw_save_invert(out, (t->invert & FW_TCP_FLAGS) != 0);
  g_string_append(out, " --tcp-flags");
  save_flags(out, t->flags_mask);
  save_flags(out, t->flags_value);
}

static const fw_option udp_options[] = {
  FW_OPTION("sport", SPORT, PORTS, FW_INV | FW_SAVE | FW_WHOLE, fw_udp, sport),
  FW_OPTION("source-port", SPORT, PORTS, FW_INV | FW_PUT, fw_udp, sport),
  FW_OPTION("dport", DPORT, PORTS, FW_INV | FW_SAVE | FW_WHOLE, fw_udp, dport),
  FW_OPTION("destination-port", DPORT, PORTS, FW_INV | FW_PUT, fw_udp, dport),
  FW_OPTION_END,
};

const fw_match_ops fw_match_tcp = {
  .name = "tcp",
  .id = FW_MATCH_tcp,
  .size = sizeof(fw_tcp),
  .bounds = { .protocols = tcp_only, .native = TRUE },
  .given = FW_BITS(fw_tcp, given),
  .invert = FW_BITS(fw_tcp, invert),
  .options = tcp_options,
  .init = tcp_init,
  .parse = tcp_parse,
  .save = tcp_save,
};

const fw_match_ops fw_match_udp = {
  .name = "udp",
  .id = FW_MATCH_udp,
  .size = sizeof(fw_udp),
  .bounds = { .protocols = udp_only, .native = TRUE },
  .given = FW_BITS(fw_udp, given),
  .invert = FW_BITS(fw_udp, invert),
  .options = udp_options,
  .init = udp_init,
};
