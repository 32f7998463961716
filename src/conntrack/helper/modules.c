/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/helper/modules.h"

#include <string.h>

#include "conntrack/helper/list.h"
#include "conntrack/helper/text.h"
#include "conntrack/words.h"

/* kinds of values */
enum { NUMBER, SWITCH, PORTS };

typedef struct parameter {
  const char *module, *name; /* behind nf_conntrack_ */
  const char *helper;        /* of the module, one of them */
  const char *help;
  size_t offset; /* of the uint32_t in ct_params; of ports nothing */
  uint32_t usual, least, largest;
  uint8_t kind;
  bool old; /* ip_conntrack's modules had it too */
} parameter;

static const parameter parameters[] = {
#define X(field, module, name, helper, kind, usual, least, largest, old, help) \
  { module, name, helper, help, offsetof(ct_params, modules.field), usual, least, largest, kind, old },
  CT_MODULE_LIST(X)
#undef X
#define PORTS_OF(helper) \
  { helper, "ports", helper, "ports in place of the standard one, up to 8", 0, 0, 0, 0, PORTS, true },
    PORTS_OF("ftp") PORTS_OF("irc") PORTS_OF("sane") PORTS_OF("sip") PORTS_OF("tftp")
#undef PORTS_OF
};

enum { PARAMETERS = sizeof parameters / sizeof parameters[0] };

static uint32_t *value_of(ct_params *params, const parameter *p) { return (uint32_t *)((char *)params + p->offset); }

static uint32_t value_in(const ct_params *params, const parameter *p)
{
  uint32_t value;

  memcpy(&value, (const char *)params + p->offset, sizeof value);
  return value;
}

void ct_params_init_modules(ct_params *params)
{
  size_t i;

  for (i = 0; i < PARAMETERS; i++)
    if (parameters[i].kind != PORTS)
      *value_of(params, &parameters[i]) = parameters[i].usual;
}

bool ct_params_same_modules(const ct_params *a, const ct_params *b)
{
  size_t i;

  for (i = 0; i < PARAMETERS; i++)
    if (parameters[i].kind != PORTS && value_in(a, &parameters[i]) != value_in(b, &parameters[i]))
      return false;
  return true;
}

/* Whether the kernel came with the module, and the module with the parameter, whatever was switched off since. */
static bool is_there(const ct_params *params, const parameter *p)
{
  ct_params fresh = { .profile = params->profile };

  if (!params->profile->ip_conntrack)
    return true;
  params->profile->defaults(&fresh);
  return p->old && !(fresh.helpers.disabled >> ct_helper_number(p->helper) & 1);
}

static void name_put(const ct_params *params, const parameter *p, char *name, size_t bytes)
{
  ct_words(name, bytes, "%s_conntrack_%s.%s", params->profile->ip_conntrack ? "ip" : "nf", p->module, p->name);
}

static bool same_name(const char *a, const char *b)
{
  for (; *a != '\0' && (*a == '-' ? '_' : *a) == *b; a++, b++)
    ;
  return *a == *b;
}

static const parameter *find(const ct_params *params, const char *name)
{
  char own[64];
  size_t i;

  for (i = 0; i < PARAMETERS; i++) {
    name_put(params, &parameters[i], own, sizeof own);
    if (same_name(name, own) && is_there(params, &parameters[i]))
      return &parameters[i];
  }
  return NULL;
}

static ct_param_error number_read(const parameter *p, const char *text, uint32_t *number)
{
  static const char *const words[] = { "n", "y", "N", "Y", "off", "on" };
  uint64_t value;
  size_t n = strlen(text), i;

  for (i = 0; p->kind == SWITCH && i < sizeof words / sizeof words[0]; i++)
    if (strcmp(text, words[i]) == 0) {
      *number = i % 2;
      return CT_PARAM_OK;
    }
  if (n == 0 || ct_text_digits((const uint8_t *)text, n) != n)
    return CT_PARAM_NOT_NUMBER;
  if (n > 10 || ct_text_number((const uint8_t *)text, n, &value) != n || value < p->least || value > p->largest)
    return CT_PARAM_RANGE;
  *number = (uint32_t)value;
  return CT_PARAM_OK;
}

/* "21,2121" => how many; 0 and *error. */
static unsigned ports_read(const char *text, uint16_t *ports, ct_param_error *error)
{
  static const parameter port = { .least = 1, .largest = UINT16_MAX };
  unsigned n;

  for (n = 0; n < CT_MODULE_PORTS_MAX; n++) {
    const char *comma = strchr(text, ',');
    size_t length = comma != NULL ? (size_t)(comma - text) : strlen(text);
    uint32_t number = 0;
    char one[8];

    *error = CT_PARAM_RANGE;
    if (length >= sizeof one)
      return 0;
    memcpy(one, text, length);
    one[length] = '\0';
    if ((*error = number_read(&port, one, &number)) != CT_PARAM_OK)
      return 0;
    ports[n] = (uint16_t)number;
    text += length;
    if (*text++ == '\0')
      return n + 1;
  }
  *error = CT_PARAM_RANGE;
  return 0;
}

/* Those of a module loaded before are gone with it. */
static ct_param_error ports_set(ct_params *params, const parameter *p, const char *text)
{
  ct_helper_settings s = params->helpers;
  uint8_t number = (uint8_t)ct_helper_number(p->helper);
  uint16_t ports[CT_MODULE_PORTS_MAX];
  ct_param_error error = CT_PARAM_OK;
  unsigned n = ports_read(text, ports, &error), i, kept = 0;

  if (n == 0)
    return error;
  for (i = 0; i < s.n_ports; i++)
    if (!s.ports[i].by_module || s.ports[i].helper != number)
      s.ports[kept++] = s.ports[i];
  if (kept + n > CT_HELPER_PORTS_MAX)
    return CT_PARAM_RANGE;
  for (i = 0; i < n; i++) {
    s.ports[kept].port = ports[i];
    s.ports[kept].helper = number;
    s.ports[kept++].by_module = true;
  }
  s.n_ports = (uint8_t)kept;
  s.moved |= UINT32_C(1) << number;
  params->helpers = s;
  return CT_PARAM_OK;
}

ct_param_error ct_params_set_module(ct_params *params, const char *name, const char *value)
{
  const parameter *p = find(params, name);
  uint32_t number;
  ct_param_error error;

  if (p == NULL)
    return CT_PARAM_UNKNOWN;
  if (p->kind == PORTS)
    return ports_set(params, p, value);
  error = number_read(p, value, &number);
  if (error == CT_PARAM_OK)
    *value_of(params, p) = number;
  return error;
}

bool ct_params_module_range(const ct_params *params, const char *name, ct_module_range *range)
{
  const parameter *p = find(params, name);

  if (p == NULL)
    return false;
  *range = p->kind == PORTS ? (ct_module_range){ .least = 1, .largest = UINT16_MAX, .ports = true }
                            : (ct_module_range){ .least = p->least, .largest = p->largest };
  return true;
}

static void ports_put(const ct_params *params, const parameter *p, char *text, size_t bytes)
{
  const ct_helper_settings *s = &params->helpers;
  int number = ct_helper_number(p->helper);
  size_t used = 0;
  unsigned i;

  if (!(s->moved >> number & 1)) {
    ct_words(text, bytes, "%u", ct_helper_port(ct_helper_get((unsigned)number)));
    return;
  }
  for (i = 0; i < s->n_ports; i++)
    if (s->ports[i].by_module && s->ports[i].helper == number)
      used += ct_words(text + used, bytes - used, "%s%u", used > 0 ? "," : "", s->ports[i].port);
}

bool ct_params_describe_module(const ct_params *params, size_t i, ct_module_info *info)
{
  size_t at;

  for (at = 0; at < PARAMETERS; at++) {
    const parameter *p = &parameters[at];

    if (!is_there(params, p) || i-- > 0)
      continue;
    name_put(params, p, info->name, sizeof info->name);
    if (p->kind == PORTS)
      ports_put(params, p, info->value, sizeof info->value);
    else
      ct_words(info->value, sizeof info->value, "%u", value_in(params, p));
    info->help = p->help;
    return true;
  }
  return false;
}
