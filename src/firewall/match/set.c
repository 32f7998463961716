/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m set: whether addresses, ports, ... are in a set of ipset. */
#include <string.h>

#include "firewall/save.h"
#include "firewall/set_ref.h"

enum {
  MATCH_SET,
  RETURN_NOMATCH,
  UPDATE,
  UPDATE_SUB,
  PACKETS_EQ,
  PACKETS_LT,
  PACKETS_GT,
  BYTES_EQ,
  BYTES_LT,
  BYTES_GT
};

static gboolean add_flag(const char *part, gpointer user)
{
  fw_set_ref *ref = user;

  if (ref->n == FW_SET_FLAGS)
    return FALSE;
  if (strncmp(part, "src", 3) == 0)
    ref->source |= 1 << ref->n;
  else if (strncmp(part, "dst", 3) != 0)
    return FALSE;
  ref->n++;
  return TRUE;
}

gboolean fw_set_ref_parse(fw_parse *p, fw_set_ref *ref)
{
  if (p->arg[0] == '\0' || strlen(p->arg) > FW_SET_NAME_MAX)
    return fw_parse_fail(p, "expected a set's name of 1 to %d bytes", FW_SET_NAME_MAX);
  ref->name = fw_ruleset_word(p->ruleset, p->arg, -1);
  return fw_each_part(p->second, ',', add_flag, ref) ||
         fw_parse_fail(p, "expected up to %d of src and dst, found \"%s\"", FW_SET_FLAGS, p->second);
}

void fw_set_ref_save(GString *out, const fw_set_ref *ref)
{
  guint i;

  g_string_append_printf(out, " %s", ref->name);
  for (i = 0; i < ref->n; i++)
    g_string_append_printf(out, "%c%s", i == 0 ? ' ' : ',', (ref->source & 1 << i) != 0 ? "src" : "dst");
}

/* eq, lt, gt of one counter; only eq may be inverted. */
static gboolean parse_counter(fw_parse *p, guint which, guint8 *op, guint64 *value)
{
  static const guint8 ops[] = { FW_SET_EQ, FW_SET_LT, FW_SET_GT };

  if (*op != FW_SET_NO_TEST)
    return fw_parse_fail(p, "expected one of -eq, -lt and -gt");
  *op = p->invert ? FW_SET_NE : ops[which];
  *value = p->value.u64;
  return TRUE;
}

static gboolean parse(fw_parse *p)
{
  fw_set_match *s = p->data;

  switch (p->option->id) {
  case MATCH_SET: s->invert = p->invert; return fw_set_ref_parse(p, &s->ref);
  case RETURN_NOMATCH: s->return_nomatch = TRUE; return TRUE;
  case UPDATE: s->keep_counters = p->invert; return TRUE;
  case UPDATE_SUB: s->keep_subcounters = p->invert; return TRUE;
  case PACKETS_EQ:
  case PACKETS_LT:
  case PACKETS_GT: return parse_counter(p, p->option->id - PACKETS_EQ, &s->packets_op, &s->packets);
  default: return parse_counter(p, p->option->id - BYTES_EQ, &s->bytes_op, &s->bytes);
  }
}

static void save_counter(GString *out, const char *name, guint8 op, guint64 value)
{
  static const char *const ops[] = { NULL, "eq", "eq", "lt", "gt" };

  if (op == FW_SET_NO_TEST)
    return;
  fw_save_invert(out, op == FW_SET_NE);
  g_string_append_printf(out, " --%s-%s %" G_GUINT64_FORMAT, name, ops[op], value);
}

static void save(const fw_match *m, fw_family family, GString *out)
{
  const fw_set_match *s = m->data;

  (void)family;
  fw_save_invert(out, s->invert);
  g_string_append(out, " --match-set");
  fw_set_ref_save(out, &s->ref);
  if (s->return_nomatch)
    g_string_append(out, " --return-nomatch");
  if (s->keep_counters)
    g_string_append(out, " ! --update-counters");
  if (s->keep_subcounters)
    g_string_append(out, " ! --update-subcounters");
  save_counter(out, "packets", s->packets_op, s->packets);
  save_counter(out, "bytes", s->bytes_op, s->bytes);
}

static const fw_option options[] = {
  FW_OPTION_BARE("match-set", MATCH_SET, WORDS, FW_REQ | FW_INV),
  FW_OPTION_BARE("set", MATCH_SET, WORDS, FW_INV),
  FW_OPTION_BARE("return-nomatch", RETURN_NOMATCH, NONE, 0),
  FW_OPTION_BARE("update-counters", UPDATE, NONE, FW_INV),
  FW_OPTION_BARE("update-subcounters", UPDATE_SUB, NONE, FW_INV),
  FW_OPTION_BARE("packets-eq", PACKETS_EQ, U64, FW_INV),
  FW_OPTION_BARE("packets-lt", PACKETS_LT, U64, 0),
  FW_OPTION_BARE("packets-gt", PACKETS_GT, U64, 0),
  FW_OPTION_BARE("bytes-eq", BYTES_EQ, U64, FW_INV),
  FW_OPTION_BARE("bytes-lt", BYTES_LT, U64, 0),
  FW_OPTION_BARE("bytes-gt", BYTES_GT, U64, 0),
  FW_OPTION_END,
};

const fw_match_ops fw_match_set = {
  .name = "set",
  .id = FW_MATCH_set,
  .size = sizeof(fw_set_match),
  .options = options,
  .parse = parse,
  .save = save,
};
