/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a transcript's first line says of the kernel, so that whoever reads it can set up the same one. */
#include "formats.h"
#include "conntrack/helper/modules.h"
#include "conntrack/helper/settings.h"

#include <string.h>

static void put_item(emit_text *out, gboolean *any, char *text)
{
  if (*any)
    emit_text_char(out, ',');
  *any = TRUE;
  emit_text_json_string(out, text);
  g_free(text);
}

/* "net.netfilter.nf_conntrack_x=1", "nf_conntrack_ftp.loose=1" for each that is not as the profile has it. */
static void put_sysctls(emit_text *out, const emit_subject *subject)
{
  const ct_params *params = subject->params;
  gboolean any = FALSE;
  ct_params plain;
  ct_param_info now, before;
  ct_module_info module, loaded;
  size_t i;

  ct_params_init(&plain, params->profile);
  for (i = 0; ct_params_describe(params, i, &now) && ct_params_describe(&plain, i, &before); i++)
    if (now.value != before.value)
      put_item(out, &any,
               g_strdup_printf("net.%s.%s=%" G_GUINT64_FORMAT,
                               strstr(now.name, "conntrack") != NULL ? "netfilter" : "ipv4", now.name, now.value));
  for (i = 0; ct_params_describe_module(params, i, &module) && ct_params_describe_module(&plain, i, &loaded); i++)
    if (strcmp(module.value, loaded.value) != 0 &&
        !g_str_has_suffix(module.name, ".ports")) /* stands with the helpers */
      put_item(out, &any, g_strdup_printf("%s=%s", module.name, module.value));
  /* Not judging any sum is what a kernel does that is told not to. */
  if (subject->checksums == CT_CHECKSUMS_IGNORE && params->checksum != 0)
    put_item(out, &any, g_strdup("net.netfilter.nf_conntrack_checksum=0"));
}

static void put_helper(emit_text *out, gboolean *any, const ct_helper_info *info, guint port)
{
  if (info->tcp)
    put_item(out, any, g_strdup_printf("tcp:%u:%s", port, info->name));
  if (info->udp)
    put_item(out, any, g_strdup_printf("udp:%u:%s", port, info->name));
}

/* "tcp:21:ftp" for each helper, protocol and port: the ports added first, as they have the first say. */
static void put_helpers(emit_text *out, const ct_params *params)
{
  gboolean any = FALSE;
  ct_helper_info info;
  const ct_helper_settings *s = &params->helpers;
  guint i;

  for (i = 0; i < s->n_ports; i++)
    if ((params->helpers_by_port || !s->ports[i].by_module) && !(s->disabled >> s->ports[i].helper & 1) &&
        ct_helper_describe(s->ports[i].helper, &info))
      put_helper(out, &any, &info, s->ports[i].port);
  for (i = 0; params->helpers_by_port && ct_helper_describe(i, &info); i++) {
    if (info.port != 0 && !((s->disabled | s->moved) >> i & 1))
      put_helper(out, &any, &info, info.port);
  }
}

void emit_transcript_kernel(emit_text *out, const emit_subject *subject)
{
  emit_text_literal(out, ",\"sysctl\":[");
  if (subject != NULL)
    put_sysctls(out, subject);
  emit_text_literal(out, "],\"helper\":[");
  if (subject != NULL)
    put_helpers(out, subject->params);
  emit_text_char(out, ']');
}
