/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets that mark: MARK, CONNMARK, SECMARK, CONNSECMARK, CLASSIFY. */
#include <string.h>

#include "firewall/parse.h"
#include "firewall/save.h"
#include "firewall/target/data.h"

enum { SET_XMARK, SET_MARK, AND_MARK, OR_MARK, XOR_MARK, SAVE_MARK, RESTORE_MARK, CTMASK, NFMASK, MASK, LEFT, RIGHT };

#define SETS (1 << SET_XMARK | 1 << SET_MARK | 1 << AND_MARK | 1 << OR_MARK | 1 << XOR_MARK)
#define OPS (SETS | 1 << SAVE_MARK | 1 << RESTORE_MARK)

/* The five ways to say it come down to one: (mark & ~mask) ^ value. => FALSE: none of them. */
static gboolean read_set(const fw_parse *p, fw_mark *mark)
{
  switch (p->option->id) {
  case SET_XMARK: *mark = p->value.mark; return TRUE;
  case SET_MARK: *mark = (fw_mark){ p->value.mark.value, p->value.mark.value | p->value.mark.mask }; return TRUE;
  case AND_MARK: *mark = (fw_mark){ 0, ~p->value.u32 }; return TRUE;
  case OR_MARK: *mark = (fw_mark){ p->value.u32, p->value.u32 }; return TRUE;
  case XOR_MARK: *mark = (fw_mark){ p->value.u32, 0 }; return TRUE;
  default: return FALSE;
  }
}

/* -- MARK -- */

static gboolean mark_parse(fw_parse *p)
{
  read_set(p, &((fw_set_mark *)p->data)->mark);
  return TRUE;
}

static gboolean mark_check(fw_parse *p)
{
  return p->given != 0 || fw_parse_fail(p, "expected --set-xmark or the like");
}

static void mark_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_set_mark *m = t->data;

  (void)family;
  g_string_append_printf(out, " --set-xmark 0x%x/0x%x", m->mark.value, m->mark.mask);
}

#define SET(name_, id_, type_, others_)                                      \
  {                                                                          \
    .name = name_, .id = id_, .type = FW_TYPE_##type_, .excluded = (others_) \
  }

static const fw_option mark_options[] = {
  SET("set-xmark", SET_XMARK, MARK, SETS), SET("set-mark", SET_MARK, MARK, SETS), SET("and-mark", AND_MARK, U32, SETS),
  SET("or-mark", OR_MARK, U32, SETS),      SET("xor-mark", XOR_MARK, U32, SETS),  FW_OPTION_END,
};

const fw_target_ops fw_target_MARK = {
  .name = "MARK",
  .id = FW_TARGET_ID_MARK,
  .size = sizeof(fw_set_mark),
  .options = mark_options,
  .parse = mark_parse,
  .check = mark_check,
  .save = mark_save,
};

/* -- CONNMARK -- */

static void connmark_init(void *data, fw_family family)
{
  fw_connmark *c = data;

  (void)family;
  c->ctmask = c->nfmask = G_MAXUINT32;
}

static gboolean connmark_parse(fw_parse *p)
{
  fw_connmark *c = p->data;
  fw_mark mark;

  if (read_set(p, &mark)) {
    c->op = FW_CONNMARK_SET;
    c->mark = mark.value;
    c->ctmask = mark.mask;
    return TRUE;
  }
  switch (p->option->id) {
  case SAVE_MARK: c->op = FW_CONNMARK_SAVE; return TRUE;
  case RESTORE_MARK: c->op = FW_CONNMARK_RESTORE; return TRUE;
  case MASK: c->ctmask = c->nfmask = p->value.u32; return TRUE;
  case LEFT:
  case RIGHT:
    c->shift = p->value.u8;
    c->shift_right = p->option->id == RIGHT;
    return TRUE;
  default: return TRUE;
  }
}

static gboolean connmark_check(fw_parse *p)
{
  return (p->given & OPS) != 0 || fw_parse_fail(p, "expected --set-xmark, --save-mark, --restore-mark or the like");
}

static void connmark_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_connmark *c = t->data;

  (void)family;
  if (c->op == FW_CONNMARK_SET)
    g_string_append_printf(out, " --set-xmark 0x%x/0x%x", c->mark, c->ctmask);
  else
    g_string_append_printf(out, " --%s-mark --nfmask 0x%x --ctmask 0x%x",
                           c->op == FW_CONNMARK_SAVE ? "save" : "restore", c->nfmask, c->ctmask);
  if (c->shift != 0)
    g_string_append_printf(out, " --%s-shift-mark %u", c->shift_right ? "right" : "left", c->shift);
}

static const fw_option connmark_options[] = {
  SET("set-xmark", SET_XMARK, MARK, OPS),
  SET("set-mark", SET_MARK, MARK, OPS),
  SET("and-mark", AND_MARK, U32, OPS),
  SET("or-mark", OR_MARK, U32, OPS),
  SET("xor-mark", XOR_MARK, U32, OPS),
  SET("save-mark", SAVE_MARK, NONE, OPS),
  SET("restore-mark", RESTORE_MARK, NONE, OPS),
  { .name = "left-shift-mark", .id = LEFT, .type = FW_TYPE_U8, .max = 32 },
  { .name = "right-shift-mark", .id = RIGHT, .type = FW_TYPE_U8, .max = 32 },
  { .name = "ctmask",
    .id = CTMASK,
    .type = FW_TYPE_U32,
    .flags = FW_PUT,
    .offset = offsetof(fw_connmark, ctmask),
    .excluded = 1 << MASK },
  { .name = "nfmask",
    .id = NFMASK,
    .type = FW_TYPE_U32,
    .flags = FW_PUT,
    .offset = offsetof(fw_connmark, nfmask),
    .excluded = 1 << MASK },
  SET("mask", MASK, U32, 1 << CTMASK | 1 << NFMASK),
  FW_OPTION_END,
};

const fw_target_ops fw_target_CONNMARK = {
  .name = "CONNMARK",
  .id = FW_TARGET_ID_CONNMARK,
  .size = sizeof(fw_connmark),
  .options = connmark_options,
  .init = connmark_init,
  .parse = connmark_parse,
  .check = connmark_check,
  .save = connmark_save,
};

/* -- SECMARK, CONNSECMARK -- */

static gboolean security_table(fw_parse *p)
{
  return strcmp(p->table, "mangle") == 0 || strcmp(p->table, "security") == 0 ||
         fw_parse_fail(p, "is for tables mangle and security only");
}

static void secmark_save(const fw_target *t, fw_family family, GString *out)
{
  (void)family;
  g_string_append(out, " --selctx ");
  fw_save_bare(out, ((const fw_secmark *)t->data)->context);
}

static const fw_option secmark_options[] = {
  { .name = "selctx",
    .id = 0,
    .type = FW_TYPE_STRING,
    .flags = FW_REQ | FW_PUT,
    .max = 255,
    .offset = offsetof(fw_secmark, context) },
  FW_OPTION_END,
};

const fw_target_ops fw_target_SECMARK = {
  .name = "SECMARK",
  .id = FW_TARGET_ID_SECMARK,
  .size = sizeof(fw_secmark),
  .harmless = TRUE,
  .options = secmark_options,
  .check = security_table,
  .save = secmark_save,
};

static gboolean connsecmark_parse(fw_parse *p)
{
  ((fw_connsecmark *)p->data)->save = p->option->id == 0;
  return TRUE;
}

static gboolean connsecmark_check(fw_parse *p)
{
  return security_table(p) && (p->given != 0 || fw_parse_fail(p, "expected --save or --restore"));
}

static void connsecmark_save(const fw_target *t, fw_family family, GString *out)
{
  (void)family;
  g_string_append(out, ((const fw_connsecmark *)t->data)->save ? " --save" : " --restore");
}

static const fw_option connsecmark_options[] = {
  { .name = "save", .id = 0, .excluded = 1 << 1 },
  { .name = "restore", .id = 1, .excluded = 1 << 0 },
  FW_OPTION_END,
};

const fw_target_ops fw_target_CONNSECMARK = {
  .name = "CONNSECMARK",
  .id = FW_TARGET_ID_CONNSECMARK,
  .size = sizeof(fw_connsecmark),
  .harmless = TRUE,
  .options = connsecmark_options,
  .parse = connsecmark_parse,
  .check = connsecmark_check,
  .save = connsecmark_save,
};

/* -- CLASSIFY -- */

static gboolean classify_parse(fw_parse *p)
{
  const char *at = p->arg;
  char *end;
  guint64 major, minor;

  if (!g_ascii_isxdigit(at[0]))
    return fw_parse_bad_value(p, "a class MAJOR:MINOR, hexadecimal");
  major = g_ascii_strtoull(at, &end, 16);
  if (*end != ':' || !g_ascii_isxdigit(end[1]) || major > G_MAXUINT16)
    return fw_parse_bad_value(p, "a class MAJOR:MINOR, hexadecimal");
  minor = g_ascii_strtoull(end + 1, &end, 16);
  if (*end != '\0' || minor > G_MAXUINT16)
    return fw_parse_bad_value(p, "a class MAJOR:MINOR, hexadecimal");
  ((fw_classify *)p->data)->priority = (guint32)(major << 16 | minor);
  return TRUE;
}

static void classify_save(const fw_target *t, fw_family family, GString *out)
{
  guint32 priority = ((const fw_classify *)t->data)->priority;

  (void)family;
  g_string_append_printf(out, " --set-class %.4x:%.4x", priority >> 16, priority & 0xffff);
}

static const fw_option classify_options[] = { FW_OPTION_BARE("set-class", 0, STRING, FW_REQ), FW_OPTION_END };

const fw_target_ops fw_target_CLASSIFY = {
  .name = "CLASSIFY",
  .id = FW_TARGET_ID_CLASSIFY,
  .size = sizeof(fw_classify),
  .bounds = { .hooks = 1 << FW_HOOK_OUTPUT | 1 << FW_HOOK_FORWARD | 1 << FW_HOOK_POSTROUTING },
  .harmless = TRUE,
  .options = classify_options,
  .parse = classify_parse,
  .save = classify_save,
};
