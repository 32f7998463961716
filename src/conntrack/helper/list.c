/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helpers by number and name, and the settings that name them. */
#include "conntrack/helper/list.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "conntrack/helper/text.h"

static const struct {
  const ct_helper *helper;
  uint16_t port;
} helpers[] = {
#define X(id, port) { &ct_helper_##id, port },
  CT_HELPER_LIST(X)
#undef X
};

enum { N_HELPERS = sizeof(helpers) / sizeof(helpers[0]) };
_Static_assert(N_HELPERS <= 32, "ct_helper_settings.disabled is a bit set of 32");

/* Apart, so that a new connection's look-up touches one cache line. */
static const uint16_t ports[N_HELPERS] = {
#define X(id, port) port,
  CT_HELPER_LIST(X)
#undef X
};

const ct_helper *ct_helper_get(unsigned i) { return i < N_HELPERS ? helpers[i].helper : NULL; }

static int number_of_name(const char *name, size_t n)
{
  unsigned i;

  for (i = 0; i < N_HELPERS; i++)
    if (strlen(helpers[i].helper->name) == n && g_ascii_strncasecmp(helpers[i].helper->name, name, n) == 0)
      return (int)i;
  return -1;
}

int ct_helper_number(const char *name) { return number_of_name(name, strlen(name)); }

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

bool ct_helper_describe(unsigned i, ct_helper_info *info)
{
  if (i >= N_HELPERS)
    return false;
  info->name = helpers[i].helper->name;
  info->help = helpers[i].helper->help;
  info->port = helpers[i].port;
  info->tcp = helpers[i].helper->kinds & CT_HELPER_TCP;
  info->udp = helpers[i].helper->kinds & CT_HELPER_UDP;
  info->ipv4 = helpers[i].helper->kinds & CT_HELPER_V4;
  info->ipv6 = helpers[i].helper->kinds & CT_HELPER_V6;
  return true;
}

bool ct_helper_suits(const ct_helper *helper, const ct_tuple *t)
{
  unsigned kind = t->proto == CT_PROTO_TCP ? CT_HELPER_TCP : t->proto == CT_PROTO_UDP ? CT_HELPER_UDP : 0;
  unsigned family = t->family == CT_IPV4 ? CT_HELPER_V4 : CT_HELPER_V6;

  return (helper->kinds & kind) != 0 && (helper->kinds & family) != 0;
}

/* Nearly always of none: a few comparisons, where looking through the list would be a dozen. */
static bool is_port_of_any(uint16_t port)
{
  switch (port) {
#define X(id, number) case number:
    CT_HELPER_LIST(X)
#undef X
    return true;
  default: return false;
  }
}

const ct_helper *ct_helper_for(const ct_params *params, const ct_tuple *original)
{
  const ct_helper_settings *s = &params->helpers;
  unsigned i;

  if (!params->helpers_by_port || original->dst_id == 0)
    return NULL;
  for (i = 0; i < s->n_ports; i++)
    if (s->ports[i].port == original->dst_id && !(s->disabled >> s->ports[i].helper & 1) &&
        ct_helper_suits(helpers[s->ports[i].helper].helper, original))
      return helpers[s->ports[i].helper].helper;
  if (!is_port_of_any(original->dst_id))
    return NULL;
  for (i = 0; i < N_HELPERS; i++)
    if (ports[i] == original->dst_id && !(s->disabled >> i & 1) && ct_helper_suits(helpers[i].helper, original))
      return helpers[i].helper;
  return NULL;
}

static ct_helper_error port_add(ct_params *params, int number, uint16_t port)
{
  ct_helper_settings *s = &params->helpers;

  if (number < 0)
    return CT_HELPER_UNKNOWN;
  if (port == 0)
    return CT_HELPER_FORMAT;
  if (s->n_ports == CT_HELPER_PORTS_MAX)
    return CT_HELPER_MANY;
  s->ports[s->n_ports].port = port;
  s->ports[s->n_ports++].helper = (uint8_t)number;
  return CT_HELPER_OK;
}

ct_helper_error ct_params_helper_add(ct_params *params, const char *name, uint16_t port)
{
  return port_add(params, number_of_name(name, strlen(name)), port);
}

ct_helper_error ct_params_helper_parse(ct_params *params, const char *text)
{
  const char *colon = strrchr(text, ':');
  uint64_t port;
  size_t n;

  if (colon == NULL)
    return CT_HELPER_FORMAT;
  n = strlen(colon + 1);
  if (n == 0 || n > 5 || ct_text_number((const uint8_t *)colon + 1, n, &port) != n || port == 0 || port > UINT16_MAX)
    return CT_HELPER_FORMAT;
  return port_add(params, number_of_name(text, (size_t)(colon - text)), (uint16_t)port);
}

ct_helper_error ct_params_helper_disable(ct_params *params, const char *name)
{
  int i = number_of_name(name, strlen(name));

  if (i < 0)
    return CT_HELPER_UNKNOWN;
  params->helpers.disabled |= UINT32_C(1) << i;
  return CT_HELPER_OK;
}

ct_helper_error ct_params_local_add(ct_params *params, const char *text)
{
  ct_helper_settings *s = &params->helpers;
  const char *slash = strchr(text, '/');
  size_t n = slash ? (size_t)(slash - text) : strlen(text);
  char copy[INET6_ADDRSTRLEN];
  uint64_t prefix, longest = 32;
  ct_addr addr;
  uint8_t family = CT_IPV4;

  if (n >= sizeof(copy))
    return CT_HELPER_FORMAT;
  memcpy(copy, text, n);
  copy[n] = '\0';
  memset(&addr, 0, sizeof(addr));
  if (inet_pton(AF_INET, copy, &addr.v4) != 1) {
    if (inet_pton(AF_INET6, copy, addr.bytes) != 1)
      return CT_HELPER_FORMAT;
    family = CT_IPV6;
    longest = 128;
  }
  prefix = longest;
  if (slash != NULL) {
    size_t digits = strlen(slash + 1);

    if (digits == 0 || digits > 3 || ct_text_number((const uint8_t *)slash + 1, digits, &prefix) != digits ||
        prefix > longest)
      return CT_HELPER_FORMAT;
  }
  if (s->n_local == CT_LOCAL_MAX)
    return CT_HELPER_MANY;
  s->local[s->n_local].addr = addr;
  s->local[s->n_local].family = family;
  s->local[s->n_local++].prefix = (uint8_t)prefix;
  return CT_HELPER_OK;
}
