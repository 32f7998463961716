/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/helper/settings.h"

#include <arpa/inet.h>
#include <string.h>

#include "conntrack/helper/list.h"
#include "conntrack/helper/text.h"

bool ct_helper_describe(unsigned i, ct_helper_info *info)
{
  const ct_helper *helper = ct_helper_get(i);

  if (helper == NULL)
    return false;
  *info = (ct_helper_info){ .name = helper->name,
                            .help = helper->help,
                            .port = ct_helper_port(helper),
                            .tcp = helper->kinds & CT_HELPER_TCP,
                            .udp = helper->kinds & CT_HELPER_UDP,
                            .ipv4 = helper->kinds & CT_HELPER_V4,
                            .ipv6 = helper->kinds & CT_HELPER_V6,
                            .own_host = helper->own_host };
  return true;
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
  s->ports[s->n_ports].by_module = false;
  s->ports[s->n_ports++].helper = (uint8_t)number;
  return CT_HELPER_OK;
}

ct_helper_error ct_params_helper_add(ct_params *params, const char *name, uint16_t port)
{
  return port_add(params, ct_helper_number(name), port);
}

bool ct_params_helper_has(const ct_params *params, const char *name, uint16_t port)
{
  const ct_helper_settings *s = &params->helpers;
  int number = ct_helper_number(name);
  unsigned i;

  for (i = 0; i < s->n_ports && (s->ports[i].by_module || s->ports[i].port != port || s->ports[i].helper != number);
       i++)
    ;
  return i < s->n_ports;
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
  return port_add(params, ct_helper_number_of(text, (size_t)(colon - text)), (uint16_t)port);
}

ct_helper_error ct_params_helper_disable(ct_params *params, const char *name)
{
  int i = ct_helper_number(name);

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
