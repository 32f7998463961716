/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a transcript's first line says of the kernel, so that whoever reads it can set up the same one. */
#include "run.h"

#include <string.h>

static void close_list(GPtrArray *list) { g_ptr_array_add(list, NULL); }

/* "net.netfilter.nf_conntrack_x=1" for each that is not as the profile has it. */
GPtrArray *cli_transcript_sysctls(const ct_params *params, ct_checksums checksums)
{
  GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
  ct_params plain;
  ct_param_info now, before;
  size_t i;

  ct_params_init(&plain, params->profile);
  for (i = 0; ct_params_describe(params, i, &now) && ct_params_describe(&plain, i, &before); i++)
    if (now.value != before.value)
      g_ptr_array_add(list, g_strdup_printf("net.%s.%s=%" G_GUINT64_FORMAT,
                                            strstr(now.name, "conntrack") != NULL ? "netfilter" : "ipv4", now.name,
                                            now.value));
  /* Not judging any sum is what a kernel does that is told not to. */
  if (checksums == CT_CHECKSUMS_IGNORE && params->checksum != 0)
    g_ptr_array_add(list, g_strdup("net.netfilter.nf_conntrack_checksum=0"));
  close_list(list);
  return list;
}

/* "tcp:21:ftp" for each helper and protocol on its standard port. */
GPtrArray *cli_transcript_helpers(const ct_params *params)
{
  GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
  ct_helper_info info;
  guint i;

  for (i = 0; params->helpers_by_port && ct_helper_describe(i, &info); i++) {
    if (info.port == 0 || (params->helpers.disabled >> i & 1) != 0)
      continue;
    if (info.tcp)
      g_ptr_array_add(list, g_strdup_printf("tcp:%u:%s", info.port, info.name));
    if (info.udp)
      g_ptr_array_add(list, g_strdup_printf("udp:%u:%s", info.port, info.name));
  }
  close_list(list);
  return list;
}
