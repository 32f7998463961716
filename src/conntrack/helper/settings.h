/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helpers as settings: what there is, which run on which ports, and the addresses of the capturing host. By name. */
#ifndef CT_HELPER_SETTINGS_H
#define CT_HELPER_SETTINGS_H

#include "conntrack/param.h"

/*
 * The i-th helper, for --helper list, completion and messages; false past the end. port 0: attached by expectations
 * only.
 */
typedef struct ct_helper_info {
  const char *name; /* as shown in helper= */
  const char *help;
  uint16_t port; /* standard port */
  bool tcp, udp, ipv4, ipv6;
  bool own_host; /* only for what the host itself sends (--local) */
} ct_helper_info;
bool ct_helper_describe(unsigned i, ct_helper_info *info);

typedef enum ct_helper_error {
  CT_HELPER_OK,
  CT_HELPER_UNKNOWN, /* no helper of that name */
  CT_HELPER_FORMAT,  /* not NAME:PORT, or not ADDR/LEN */
  CT_HELPER_MANY     /* more than CT_HELPER_PORTS_MAX or CT_LOCAL_MAX */
} ct_helper_error;

/* --helper ftp:2121 is ct_params_helper_add(params, "ftp", 2121). Names are compared without case. */
ct_helper_error ct_params_helper_add(ct_params *params, const char *name, uint16_t port);
/* The same from "ftp:2121". */
ct_helper_error ct_params_helper_parse(ct_params *params, const char *text);
/* Whether that port was added for that helper. */
bool ct_params_helper_has(const ct_params *params, const char *name, uint16_t port);
/*
 * --no-helper ftp: neither on its standard port nor on others. --helpers and --no-helpers are params.helpers_by_port.
 */
ct_helper_error ct_params_helper_disable(ct_params *params, const char *name);
/* --local 192.0.2.1/24: an address of the capturing host and its network. Without a length: /32, /128. */
ct_helper_error ct_params_local_add(ct_params *params, const char *text);

#endif
