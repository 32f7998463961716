/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SET, and targets that only the box itself notices: TEE, IDLETIMER, LED, ACCOUNT, RATEEST. */
#include <string.h>

#include "firewall/parse.h"
#include "firewall/save.h"
#include "firewall/set_ref.h"
#include "firewall/target/data.h"

/* -- SET -- */

enum { ADD, DEL, EXIST, TIMEOUT, MAP, MAP_MARK, MAP_PRIORITY, MAP_QUEUE };

#define WHICH (1 << ADD | 1 << DEL | 1 << MAP)

static gboolean set_parse(fw_parse *p)
{
  fw_set_target *s = p->data;
  guint64 seconds;

  switch (p->option->id) {
  case ADD: return fw_set_ref_parse(p, &s->add);
  case DEL: return fw_set_ref_parse(p, &s->del);
  case MAP: return fw_set_ref_parse(p, &s->map);
  case EXIST: s->exist = TRUE; return TRUE;
  case TIMEOUT:
    if (!fw_read_number(p->arg, NULL, &seconds, 0, G_MAXUINT32 - 1))
      return fw_parse_bad_value(p, "seconds");
    s->has_timeout = TRUE;
    s->timeout_s = seconds;
    return TRUE;
  case MAP_MARK: s->map_mark = TRUE; return TRUE;
  case MAP_PRIORITY: s->map_priority = TRUE; return TRUE;
  default: s->map_queue = TRUE; return TRUE;
  }
}

static gboolean set_check(fw_parse *p)
{
  const fw_set_target *s = p->data;
  gboolean map_flags = s->map_mark || s->map_priority || s->map_queue;

  if ((p->given & WHICH) == 0)
    return fw_parse_fail(p, "expected --add-set, --del-set or --map-set");
  if ((s->map.name != NULL) != map_flags)
    return fw_parse_fail(p, "--map-set and --map-mark, --map-prio, --map-queue need each other");
  return TRUE;
}

static void save_ref(GString *out, const char *option, const fw_set_ref *ref)
{
  if (ref->name == NULL)
    return;
  g_string_append_printf(out, " --%s", option);
  fw_set_ref_save(out, ref);
}

static void set_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_set_target *s = t->data;

  (void)family;
  save_ref(out, "add-set", &s->add);
  if (s->exist)
    g_string_append(out, " --exist");
  if (s->has_timeout)
    g_string_append_printf(out, " --timeout %u", s->timeout_s);
  save_ref(out, "del-set", &s->del);
  save_ref(out, "map-set", &s->map);
  if (s->map_mark)
    g_string_append(out, " --map-mark");
  if (s->map_priority)
    g_string_append(out, " --map-prio");
  if (s->map_queue)
    g_string_append(out, " --map-queue");
}

static const fw_option set_options[] = {
  FW_OPTION_BARE("add-set", ADD, WORDS, 0),
  FW_OPTION_BARE("del-set", DEL, WORDS, 0),
  FW_OPTION_BARE("exist", EXIST, NONE, 0),
  FW_OPTION_BARE("timeout", TIMEOUT, STRING, 0),
  FW_OPTION_BARE("map-set", MAP, WORDS, 0),
  FW_OPTION_BARE("map-mark", MAP_MARK, NONE, 0),
  FW_OPTION_BARE("map-prio", MAP_PRIORITY, NONE, 0),
  FW_OPTION_BARE("map-queue", MAP_QUEUE, NONE, 0),
  FW_OPTION_END,
};

const fw_target_ops fw_target_SET = {
  .name = "SET",
  .id = FW_TARGET_ID_SET,
  .size = sizeof(fw_set_target),
  .options = set_options,
  .parse = set_parse,
  .check = set_check,
  .save = set_save,
};

/* -- TEE -- */

static const fw_option tee_options[] = {
  FW_OPTION("gateway", 0, ADDRESS, FW_REQ | FW_PUT, fw_tee, gateway),
  { .name = "oif", .id = 1, .type = FW_TYPE_STRING, .flags = FW_PUT, .max = 15, .offset = offsetof(fw_tee, oif) },
  FW_OPTION_END,
};

static void tee_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_tee *tee = t->data;

  g_string_append(out, " --gateway ");
  fw_save_address(out, family, &tee->gateway);
  if (tee->oif != NULL && tee->oif[0] != '\0') {
    g_string_append(out, " --oif ");
    fw_save_bare(out, tee->oif);
  }
}

const fw_target_ops fw_target_TEE = {
  .name = "TEE",
  .id = FW_TARGET_ID_TEE,
  .size = sizeof(fw_tee),
  .harmless = TRUE,
  .options = tee_options,
  .save = tee_save,
};

/* -- IDLETIMER, LED -- */

static gboolean idletimer_parse(fw_parse *p)
{
  ((fw_idletimer *)p->data)->alarm |= p->option->id == 2;
  return TRUE;
}

static void idletimer_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_idletimer *i = t->data;

  (void)family;
  g_string_append_printf(out, " --timeout %u --label %s%s", i->timeout_s, i->label, i->alarm ? " --alarm" : "");
}

static const fw_option idletimer_options[] = {
  { .name = "timeout",
    .id = 0,
    .type = FW_TYPE_U32,
    .flags = FW_REQ | FW_PUT,
    .min = 1,
    .offset = offsetof(fw_idletimer, timeout_s) },
  { .name = "label",
    .id = 1,
    .type = FW_TYPE_STRING,
    .flags = FW_REQ | FW_PUT,
    .min = 1,
    .max = 27,
    .offset = offsetof(fw_idletimer, label) },
  FW_OPTION_BARE("alarm", 2, NONE, 0),
  FW_OPTION_END,
};

const fw_target_ops fw_target_IDLETIMER = {
  .name = "IDLETIMER",
  .id = FW_TARGET_ID_IDLETIMER,
  .size = sizeof(fw_idletimer),
  .harmless = TRUE,
  .options = idletimer_options,
  .parse = idletimer_parse,
  .save = idletimer_save,
};

static gboolean led_parse(fw_parse *p)
{
  fw_led *l = p->data;
  guint64 ms;

  if (p->option->id == 0) {
    l->trigger = p->value.string;
  } else if (p->option->id == 2) {
    l->always_blink = TRUE;
  } else if (g_ascii_strncasecmp(p->arg, "inf", 3) == 0) {
    l->infinite = TRUE;
  } else {
    if (!fw_read_number(p->arg, NULL, &ms, 0, G_MAXUINT32))
      return fw_parse_bad_value(p, "milliseconds, or inf");
    l->delay_ms = ms;
  }
  return TRUE;
}

static void led_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_led *l = t->data;

  (void)family;
  g_string_append(out, " --led-trigger-id ");
  fw_save_quoted(out, l->trigger);
  if (l->infinite)
    g_string_append(out, " --led-delay inf");
  else if (l->delay_ms != 0)
    g_string_append_printf(out, " --led-delay %u", l->delay_ms);
  if (l->always_blink)
    g_string_append(out, " --led-always-blink");
}

static const fw_option led_options[] = {
  { .name = "led-trigger-id", .id = 0, .type = FW_TYPE_STRING, .flags = FW_REQ, .max = 17 },
  FW_OPTION_BARE("led-delay", 1, STRING, 0),
  FW_OPTION_BARE("led-always-blink", 2, NONE, 0),
  FW_OPTION_END,
};

const fw_target_ops fw_target_LED = {
  .name = "LED",
  .id = FW_TARGET_ID_LED,
  .size = sizeof(fw_led),
  .harmless = TRUE,
  .options = led_options,
  .parse = led_parse,
  .save = led_save,
};

/* -- those whose options nobody asks for -- */

const fw_target_ops fw_target_ACCOUNT = {
  .name = "ACCOUNT",
  .id = FW_TARGET_ID_ACCOUNT,
  .harmless = TRUE,
  .opaque = TRUE,
};

const fw_target_ops fw_target_RATEEST = {
  .name = "RATEEST",
  .id = FW_TARGET_ID_RATEEST,
  .harmless = TRUE,
  .opaque = TRUE,
};
