/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m sctp, -m dccp: ports, and the types that are theirs. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/names.h"
#include "firewall/parse.h"
#include "firewall/save.h"

/* -- sctp -- */

enum { SPORT, DPORT, CHUNKS };

/* flags: letters of the bits from 7 down to 0, '-' where a type has none. */
static const struct {
  const char *name;
  guint8 type;
  const char *flags;
} chunk_names[] = {
  { "DATA", 0, "----IUBE" },
  { "INIT", 1, "--------" },
  { "INIT_ACK", 2, "--------" },
  { "SACK", 3, "--------" },
  { "HEARTBEAT", 4, "--------" },
  { "HEARTBEAT_ACK", 5, "--------" },
  { "ABORT", 6, "-------T" },
  { "SHUTDOWN", 7, "--------" },
  { "SHUTDOWN_ACK", 8, "--------" },
  { "ERROR", 9, "--------" },
  { "COOKIE_ECHO", 10, "--------" },
  { "COOKIE_ACK", 11, "--------" },
  { "ECN_ECNE", 12, "--------" },
  { "ECN_CWR", 13, "--------" },
  { "SHUTDOWN_COMPLETE", 14, "-------T" },
  { "I_DATA", 64, "----IUBE" },
  { "RE_CONFIG", 130, "--------" },
  { "PAD", 132, "--------" },
  { "ASCONF", 193, "--------" },
  { "ASCONF_ACK", 128, "--------" },
  { "FORWARD_TSN", 192, "--------" },
  { "I_FORWARD_TSN", 194, "--------" },
};

static const char *const how_names[] = { "any", "all", "only" };
static const guint8 sctp_only[] = { 132, 0 };

static void sctp_init(void *data, fw_family family)
{
  fw_sctp *s = data;

  (void)family;
  s->sport.to = s->dport.to = G_MAXUINT16;
}

static gboolean add_flag(fw_sctp *s, guint8 type, guint bit, gboolean set)
{
  guint i;

  for (i = 0; i < s->n_flags && s->flags[i].chunk != type; i++)
    ;
  if (i == FW_SCTP_FLAGS)
    return FALSE;
  if (i == s->n_flags)
    s->n_flags++;
  s->flags[i].chunk = type;
  s->flags[i].mask |= 1 << bit;
  if (set)
    s->flags[i].value |= 1 << bit;
  return TRUE;
}

static gboolean add_chunk(const char *part, gpointer user)
{
  fw_sctp *s = user;
  const char *letters = strchr(part, ':');
  gsize length = letters != NULL ? (gsize)(letters - part) : strlen(part);
  guint i;

  for (i = 0; i < G_N_ELEMENTS(chunk_names); i++)
    if (strlen(chunk_names[i].name) == length && g_ascii_strncasecmp(chunk_names[i].name, part, length) == 0)
      break;
  if (i == G_N_ELEMENTS(chunk_names))
    return FALSE;
  s->chunks[chunk_names[i].type / 32] |= (guint32)1 << chunk_names[i].type % 32;
  for (letters = letters != NULL ? letters + 1 : ""; *letters != '\0'; letters++) {
    const char *at = *letters != '-' ? strchr(chunk_names[i].flags, g_ascii_toupper(*letters)) : NULL;

    if (at == NULL || !add_flag(s, chunk_names[i].type, 7 - (at - chunk_names[i].flags), g_ascii_isupper(*letters)))
      return FALSE;
  }
  return TRUE;
}

static gboolean sctp_parse(fw_parse *p)
{
  fw_sctp *s = p->data;
  guint i;

  if (p->option->id != CHUNKS)
    return TRUE;
  for (i = 0; i < G_N_ELEMENTS(how_names) && g_ascii_strcasecmp(how_names[i], p->arg) != 0; i++)
    ;
  if (i == G_N_ELEMENTS(how_names))
    return fw_parse_bad_value(p, "any, all or only");
  s->how = i;
  s->every = g_ascii_strcasecmp(p->second, "ALL") == 0;
  if (s->every)
    memset(s->chunks, 0xff, sizeof s->chunks);
  else if (g_ascii_strcasecmp(p->second, "NONE") != 0 && !fw_each_part(p->second, ',', add_chunk, s))
    return fw_parse_fail(p, "expected types of chunks, with the flags they have, found \"%s\"", p->second);
  return TRUE;
}

static void save_chunk_flags(GString *out, const fw_sctp *s, guint8 type, const char *letters)
{
  guint i;
  int bit;

  for (i = 0; i < s->n_flags; i++) {
    if (s->flags[i].chunk != type)
      continue;
    g_string_append_c(out, ':');
    for (bit = 7; bit >= 0; bit--)
      if ((s->flags[i].mask & 1 << bit) != 0)
        g_string_append_c(out,
                          (s->flags[i].value & 1 << bit) != 0 ? letters[7 - bit] : g_ascii_tolower(letters[7 - bit]));
  }
}

static void save_chunks(GString *out, const fw_sctp *s)
{
  const char *separator = " ";
  guint type, i;

  g_string_append_printf(out, " --chunk-types %s", how_names[s->how]);
  if (s->every) {
    g_string_append(out, " ALL");
    return;
  }
  for (type = 0; type < 256; type++) {
    if ((s->chunks[type / 32] & (guint32)1 << type % 32) == 0)
      continue;
    for (i = 0; chunk_names[i].type != type; i++)
      ;
    g_string_append_printf(out, "%s%s", separator, chunk_names[i].name);
    save_chunk_flags(out, s, type, chunk_names[i].flags);
    separator = ",";
  }
  if (*separator == ' ')
    g_string_append(out, " NONE");
}

static const fw_option sctp_options[] = {
  FW_OPTION("sport", SPORT, PORTS, FW_INV | FW_SAVE, fw_sctp, sport),
  FW_OPTION("source-port", SPORT, PORTS, FW_INV | FW_PUT, fw_sctp, sport),
  FW_OPTION("dport", DPORT, PORTS, FW_INV | FW_SAVE, fw_sctp, dport),
  FW_OPTION("destination-port", DPORT, PORTS, FW_INV | FW_PUT, fw_sctp, dport),
  FW_OPTION_BARE("chunk-types", CHUNKS, WORDS, FW_INV),
  FW_OPTION_END,
};

static void sctp_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_sctp *s = m->data;

  fw_save_options(out, family, sctp_options, m->ops->given, m->ops->invert, s);
  if ((s->given & FW_SCTP_CHUNKS) == 0)
    return;
  fw_save_invert(out, (s->invert & FW_SCTP_CHUNKS) != 0);
  save_chunks(out, s);
}

const fw_match_ops fw_match_sctp = {
  .name = "sctp",
  .id = FW_MATCH_sctp,
  .size = sizeof(fw_sctp),
  .bounds = { .protocols = sctp_only },
  .given = FW_BITS(fw_sctp, given),
  .invert = FW_BITS(fw_sctp, invert),
  .options = sctp_options,
  .init = sctp_init,
  .parse = sctp_parse,
  .save = sctp_save,
};

/* -- dccp -- */

enum { TYPES = 2, OPTION };

#define INVALID 10

static const char *const type_names[] = { "REQUEST", "RESPONSE", "DATA", "ACK",     "DATAACK", "CLOSEREQ",
                                          "CLOSE",   "RESET",    "SYNC", "SYNCACK", "INVALID" };
static const guint8 dccp_only[] = { 33, 0 };

static void dccp_init(void *data, fw_family family)
{
  fw_dccp *d = data;

  (void)family;
  d->sport.to = d->dport.to = G_MAXUINT16;
}

static gboolean add_type(const char *part, gpointer user)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(type_names); i++)
    if (g_ascii_strcasecmp(type_names[i], part) == 0) {
      *(guint16 *)user |= 1 << i;
      return TRUE;
    }
  return FALSE;
}

static gboolean dccp_parse(fw_parse *p)
{
  fw_dccp *d = p->data;

  if (p->option->id != TYPES || fw_each_part(p->arg, ',', add_type, &d->types))
    return TRUE;
  return fw_parse_bad_value(p, "a list of DCCP's packet types");
}

static void dccp_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_dccp *d = m->data;
  const char *separator = " ";
  guint i;

  fw_save_options(out, family, m->ops->options, m->ops->given, m->ops->invert, d);
  if ((d->given & FW_DCCP_TYPES) != 0) {
    fw_save_invert(out, (d->invert & FW_DCCP_TYPES) != 0);
    g_string_append(out, " --dccp-types");
    for (i = 0; i <= INVALID; i++)
      if ((d->types & 1 << i) != 0) {
        g_string_append_printf(out, "%s%s", separator, type_names[i]);
        separator = ",";
      }
  }
  if ((d->given & FW_DCCP_OPTION) != 0) {
    fw_save_invert(out, (d->invert & FW_DCCP_OPTION) != 0);
    g_string_append_printf(out, " --dccp-option %u", d->option);
  }
}

static const fw_option dccp_options[] = {
  FW_OPTION("sport", SPORT, PORTS, FW_INV | FW_SAVE, fw_dccp, sport),
  FW_OPTION("source-port", SPORT, PORTS, FW_INV | FW_PUT, fw_dccp, sport),
  FW_OPTION("dport", DPORT, PORTS, FW_INV | FW_SAVE, fw_dccp, dport),
  FW_OPTION("destination-port", DPORT, PORTS, FW_INV | FW_PUT, fw_dccp, dport),
  FW_OPTION_BARE("dccp-types", TYPES, STRING, FW_INV),
  { .name = "dccp-option",
    .id = OPTION,
    .type = FW_TYPE_U8,
    .flags = FW_INV | FW_PUT,
    .min = 1,
    .offset = offsetof(fw_dccp, option) },
  FW_OPTION_END,
};

const fw_match_ops fw_match_dccp = {
  .name = "dccp",
  .id = FW_MATCH_dccp,
  .size = sizeof(fw_dccp),
  .bounds = { .protocols = dccp_only },
  .given = FW_BITS(fw_dccp, given),
  .invert = FW_BITS(fw_dccp, invert),
  .options = dccp_options,
  .init = dccp_init,
  .parse = dccp_parse,
  .save = dccp_save,
};
