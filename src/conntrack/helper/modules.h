/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parameters of the helpers' modules as settings, named as modprobe spells them: nf_conntrack_ftp.loose=1. */
#ifndef CT_HELPER_MODULES_H
#define CT_HELPER_MODULES_H

#include "conntrack/param.h"

/* As modules are compiled: no more ports than that (MAX_PORTS). */
enum { CT_MODULE_PORTS_MAX = 8 };

/* Those of a kernel just loaded. */
void ct_params_init_modules(ct_params *params);
bool ct_params_same_modules(const ct_params *a, const ct_params *b);

/*
 * "nf_conntrack_sip.sip_direct_media", "0"; dashes are as good as underscores, and under profiles of its time it is
 * ip_conntrack_. value: a number; of a switch also y, n, on, off; of ports up to 8 of them with commas between, which
 * take the place of the standard port. What is refused changes nothing. => UNKNOWN where the profile's kernel has no
 * such module or parameter, which is also so of the modules of helpers that it came without.
 */
ct_param_error ct_params_set_module(ct_params *params, const char *name, const char *value);

/* The least and the greatest value of that parameter; of ports, of each of them. => false: UNKNOWN. */
typedef struct ct_module_range {
  uint32_t least, largest;
  bool ports;
} ct_module_range;
bool ct_params_module_range(const ct_params *params, const char *name, ct_module_range *range);

/* The i-th parameter of the profile's modules; false past the end. */
typedef struct ct_module_info {
  char name[64];  /* nf_conntrack_ftp.loose */
  char value[64]; /* as it would be given */
  const char *help;
} ct_module_info;
bool ct_params_describe_module(const ct_params *params, size_t i, ct_module_info *info);

#endif
