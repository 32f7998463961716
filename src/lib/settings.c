/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an engine can be told before it starts. */
#include "library.h"

#include <string.h>

#include "conntrack/helper/modules.h"
#include "conntrack/helper/settings.h"

static int may_set(ctreplay_engine *engine, const char *name, const char *value)
{
  int code = lib_may_change(engine);

  if (code != CTREPLAY_OK)
    return code;
  if (name == NULL || value == NULL)
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "a setting needs a name and a value");
  if (engine->engine != NULL)
    return lib_fail(engine, CTREPLAY_ERROR_STARTED, "%s: the engine has started", name);
  return CTREPLAY_OK;
}

/*
 * The kernel's hash table is laid out whole: one that does not fit is refused here, or the first packet would end the
 * process.
 */
static int keep_if_affordable(ctreplay_engine *engine, const ct_params *before, const char *name)
{
  uint32_t buckets = engine->params.buckets;

  if (buckets == before->buckets || ct_engine_affords(buckets))
    return CTREPLAY_OK;
  engine->params = *before;
  return lib_fail(engine, CTREPLAY_ERROR_VALUE, "%s: there is no memory for %u buckets", name, buckets);
}

int ctreplay_engine_set_sysctl(ctreplay_engine *engine, const char *name, const char *value)
{
  int code = may_set(engine, name, value);
  ct_params before;

  if (code != CTREPLAY_OK)
    return code;
  before = engine->params;
  switch (ct_params_set(&engine->params, name, value)) {
  case CT_PARAM_OK: return keep_if_affordable(engine, &before, name);
  case CT_PARAM_UNKNOWN:
    return lib_fail(engine, CTREPLAY_ERROR_UNKNOWN, "%s: %s has no such sysctl", name, engine->params.profile->name);
  case CT_PARAM_NOT_NUMBER: return lib_fail(engine, CTREPLAY_ERROR_VALUE, "%s: %s is no number", name, value);
  default:
    return lib_fail(engine, CTREPLAY_ERROR_VALUE, "%s: %s is out of range, 0 to %" G_GUINT64_FORMAT, name, value,
                    ct_params_largest(&engine->params, name));
  }
}

/* The name's last part, as the engine lists it. */
static const char *base_of(const char *name)
{
  const char *at, *base = name;

  for (at = name; *at != '\0'; at++)
    if (*at == '.' || *at == '/')
      base = at + 1;
  return base;
}

int ctreplay_engine_get_sysctl(ctreplay_engine *engine, const char *name, uint64_t *value)
{
  ct_param_info info;
  ct_params scratch;
  size_t i;

  if (engine == NULL || name == NULL || value == NULL)
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "a sysctl needs a name and a place for its value");
  /* Whether it may be called so is what set says; 0 is within every range. */
  scratch = engine->params;
  if (ct_params_set(&scratch, name, "0") == CT_PARAM_OK)
    for (i = 0; ct_params_describe(&engine->params, i, &info); i++)
      if (strcmp(info.name, base_of(name)) == 0) {
        *value = info.value;
        return CTREPLAY_OK;
      }
  return lib_fail(engine, CTREPLAY_ERROR_UNKNOWN, "%s: %s has no such sysctl", name, engine->params.profile->name);
}

const char *ctreplay_engine_sysctl_name(const ctreplay_engine *engine, unsigned i)
{
  ct_param_info info;

  return engine != NULL && ct_params_describe(&engine->params, i, &info) ? info.name : NULL;
}

/* ---- options ---- */

static gboolean number_parse(const char *text, guint64 largest, guint64 *number)
{
  return g_ascii_string_to_unsigned(text, 10, 0, largest, number, NULL);
}

static int set_max(ctreplay_engine *engine, const char *value)
{
  guint64 number;

  if (!number_parse(value, G_MAXINT32, &number))
    return CTREPLAY_ERROR_VALUE;
  ct_params_size_by_max(&engine->params, (uint32_t)number);
  return CTREPLAY_OK;
}

static int set_hashsize(ctreplay_engine *engine, const char *value)
{
  guint64 number;

  if (!number_parse(value, G_MAXINT32, &number) || number == 0)
    return CTREPLAY_ERROR_VALUE;
  ct_params_size_by_hashsize(&engine->params, (uint32_t)number);
  return CTREPLAY_OK;
}

static int machine_answer(ct_param_error error) { return error == CT_PARAM_OK ? CTREPLAY_OK : CTREPLAY_ERROR_VALUE; }

static int set_gc(ctreplay_engine *engine, const char *value)
{
  return machine_answer(ct_params_set_machine(&engine->params, "gc", value));
}

static int set_hz(ctreplay_engine *engine, const char *value)
{
  return machine_answer(ct_params_set_machine(&engine->params, "hz", value));
}

static int set_hash_seed(ctreplay_engine *engine, const char *value)
{
  return machine_answer(ct_params_set_machine(&engine->params, "hash-seed", value));
}

static int set_checksums(ctreplay_engine *engine, const char *value)
{
  static const struct {
    const char *word;
    ct_checksums checksums;
  } words[] = { { "auto", CT_CHECKSUMS_AUTO }, { "verify", CT_CHECKSUMS_VERIFY }, { "ignore", CT_CHECKSUMS_IGNORE } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(words); i++)
    if (strcmp(value, words[i].word) == 0) {
      engine->checksums = words[i].checksums;
      return CTREPLAY_OK;
    }
  return CTREPLAY_ERROR_VALUE;
}

static int helper_answer(ct_helper_error error)
{
  switch (error) {
  case CT_HELPER_OK: return CTREPLAY_OK;
  case CT_HELPER_UNKNOWN: return CTREPLAY_ERROR_UNKNOWN;
  case CT_HELPER_FORMAT: return CTREPLAY_ERROR_VALUE;
  default: return CTREPLAY_ERROR_MANY;
  }
}

static int set_helper(ctreplay_engine *engine, const char *value)
{
  if (strcmp(value, "all") != 0)
    return helper_answer(ct_params_helper_parse(&engine->params, value));
  engine->params.helpers_by_port = true;
  return CTREPLAY_OK;
}

static int set_no_helper(ctreplay_engine *engine, const char *value)
{
  if (strcmp(value, "all") != 0)
    return helper_answer(ct_params_helper_disable(&engine->params, value));
  engine->params.helpers_by_port = false;
  return CTREPLAY_OK;
}

static int set_module(ctreplay_engine *engine, const char *value)
{
  const char *equals = strchr(value, '=');
  ct_param_error error;
  char *name;

  if (equals == NULL)
    return CTREPLAY_ERROR_VALUE;
  name = g_strndup(value, (gsize)(equals - value));
  error = ct_params_set_module(&engine->params, name, equals + 1);
  g_free(name);
  return error == CT_PARAM_OK ? CTREPLAY_OK : error == CT_PARAM_UNKNOWN ? CTREPLAY_ERROR_UNKNOWN : CTREPLAY_ERROR_VALUE;
}

/* Helpers take an address for what it is; its interface is for rules. */
static int set_local(ctreplay_engine *engine, const char *value)
{
  char **parts;
  int code;

  if (!lib_rules_option(engine, "local", value))
    return CTREPLAY_ERROR_VALUE;
  parts = g_strsplit(value, "@", 2);
  code = helper_answer(ct_params_local_add(&engine->params, parts[0]));
  g_strfreev(parts);
  if (code != CTREPLAY_OK) {
    g_array_set_size(engine->rules.facts->local, engine->rules.facts->local->len - 1);
    fw_box_facts_changed(engine->rules.facts);
  }
  return code;
}

static int box_answer(gboolean fine) { return fine ? CTREPLAY_OK : CTREPLAY_ERROR_VALUE; }
#define BOX_OPTION(name)                                            \
  static int set_##name(ctreplay_engine *engine, const char *value) \
  {                                                                 \
    return box_answer(lib_rules_option(engine, #name, value));      \
  }
BOX_OPTION(route)
BOX_OPTION(iface)
BOX_OPTION(bridge)
BOX_OPTION(backend)
BOX_OPTION(mode)
BOX_OPTION(assume)

int ctreplay_engine_set_option(ctreplay_engine *engine, const char *name, const char *value)
{
  static const struct {
    const char *name, *takes;
    int (*set)(ctreplay_engine *engine, const char *value);
  } options[] = {
    { "max", "a number of entries", set_max },
    { "hashsize", "a number of buckets", set_hashsize },
    { "gc", "exact or kernel", set_gc },
    { "hz", "ticks a second, 0 to 10000", set_hz },
    { "hash-seed", "a number", set_hash_seed },
    { "checksums", "auto, verify or ignore", set_checksums },
    { "helper", "the NAME:PORT of a helper there is, or all", set_helper },
    { "no-helper", "the name of a helper there is, or all", set_no_helper },
    { "module", "MODULE.PARAMETER=VALUE", set_module },
    { "local", "ADDRESS/LENGTH", set_local },
    { "route", "PREFIX=INTERFACE", set_route },
    { "iface", "an interface's name", set_iface },
    { "bridge", "a bridge's name", set_bridge },
    { "backend", "legacy or nft, before rules are loaded", set_backend },
    { "mode", "faithful or observe", set_mode },
    { "assume", "MATCH=yes or MATCH=no", set_assume },
  };
  int code = may_set(engine, name, value);
  ct_params before;
  guint i;

  if (code != CTREPLAY_OK)
    return code;
  before = engine->params;
  for (i = 0; i < G_N_ELEMENTS(options); i++) {
    if (strcmp(name, options[i].name) != 0)
      continue;
    code = options[i].set(engine, value);
    if (code == CTREPLAY_ERROR_MANY)
      return lib_fail(engine, code, "%s %s: one too many", name, value);
    if (code != CTREPLAY_OK)
      return lib_fail(engine, code, "%s %s: give %s", name, value, options[i].takes);
    return keep_if_affordable(engine, &before, name);
  }
  return lib_fail(engine, CTREPLAY_ERROR_UNKNOWN, "%s: no such option", name);
}
