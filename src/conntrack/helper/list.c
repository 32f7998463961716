/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helpers by number, name and port. */
#include "conntrack/helper/list.h"

#include <glib.h>
#include <string.h>

static const struct {
  const ct_helper *helper;
  uint16_t port;
} helpers[] = {
#define X(id, port) { &ct_helper_##id, port },
  CT_HELPER_LIST(X)
#undef X
};

enum { N_HELPERS = sizeof(helpers) / sizeof(helpers[0]) };
_Static_assert(sizeof(helpers) / sizeof(helpers[0]) <= CT_HELPERS_MOST,
               "ct_helper_settings.disabled is a bit set of 32");

/* Apart, so that a new connection's look-up touches one cache line. */
static const uint16_t ports[N_HELPERS] = {
#define X(id, port) port,
  CT_HELPER_LIST(X)
#undef X
};

const ct_helper *ct_helper_get(unsigned i) { return i < N_HELPERS ? helpers[i].helper : NULL; }

int ct_helper_number_of(const char *name, size_t n)
{
  unsigned i;

  for (i = 0; i < N_HELPERS; i++)
    if (strlen(helpers[i].helper->name) == n && g_ascii_strncasecmp(helpers[i].helper->name, name, n) == 0)
      return (int)i;
  return -1;
}

int ct_helper_number(const char *name) { return ct_helper_number_of(name, strlen(name)); }

const ct_helper *ct_helper_find(const char *name)
{
  int i = ct_helper_number(name);

  return i < 0 ? NULL : helpers[i].helper;
}

uint16_t ct_helper_port(const ct_helper *helper)
{
  unsigned i;

  for (i = 0; i < N_HELPERS; i++)
    if (helpers[i].helper == helper)
      return helpers[i].port;
  return 0;
}

bool ct_helper_suits(const ct_helper *helper, const ct_tuple *t)
{
  unsigned kind = t->proto == CT_PROTO_TCP ? CT_HELPER_TCP : t->proto == CT_PROTO_UDP ? CT_HELPER_UDP : 0;
  unsigned family = t->family == CT_IPV4 ? CT_HELPER_V4 : CT_HELPER_V6;

  return (helper->kinds & kind) != 0 && (helper->kinds & family) != 0;
}

/* Whether that is one of the helper's ports, and the helper one for the flow. */
static bool is_at(const ct_helper_settings *s, unsigned i, const ct_tuple *original, bool by_module)
{
  return s->ports[i].port == original->dst_id && s->ports[i].by_module == by_module &&
         !(s->disabled >> s->ports[i].helper & 1) && ct_helper_suits(helpers[s->ports[i].helper].helper, original);
}

inline int ct_helper_number_by_port(const ct_params *params, const ct_tuple *original)
{
  const ct_helper_settings *s = &params->helpers;
  unsigned i;

  if (original->dst_id == 0)
    return -1;
  for (i = 0; s->moved != 0 && i < s->n_ports; i++)
    if (is_at(s, i, original, true))
      return s->ports[i].helper;
  if (!ct_helper_is_standard_port(original->dst_id))
    return -1;
  for (i = 0; i < N_HELPERS; i++)
    if (ports[i] == original->dst_id && !((s->disabled | s->moved) >> i & 1) &&
        ct_helper_suits(helpers[i].helper, original))
      return (int)i;
  return -1;
}

const ct_helper *ct_helper_for(const ct_params *params, const ct_tuple *original)
{
  const ct_helper_settings *s = &params->helpers;
  unsigned i;
  int number;

  if (original->dst_id == 0)
    return NULL;
  for (i = 0; i < s->n_ports; i++)
    if (is_at(s, i, original, false))
      return helpers[s->ports[i].helper].helper;
  number = params->helpers_by_port ? ct_helper_number_by_port(params, original) : -1;
  return number < 0 ? NULL : helpers[number].helper;
}

ct_helper_class ct_helper_policy(const ct_params *params, const ct_helper *helper, unsigned class_number)
{
  ct_helper_class policy = helper->classes[class_number];

  if (helper->policy != NULL)
    helper->policy(&params->modules, &policy);
  return policy;
}
