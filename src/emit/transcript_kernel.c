/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a transcript's first line says of the kernel, so that whoever reads it can set up the same one. */
#include "formats.h"
#include "conntrack/helper/modules.h"
#include "conntrack/helper/settings.h"

#include <arpa/inet.h>
#include <string.h>

static void put_item(emit_text *out, gboolean *any, char *text)
{
  if (*any)
    emit_text_char(out, ',');
  *any = TRUE;
  emit_text_json_string(out, text);
  g_free(text);
}

static const char *folder_of(const char *sysctl)
{
  if (g_str_has_prefix(sysctl, "ip_conntrack"))
    return "ipv4.netfilter";
  return strstr(sysctl, "conntrack") != NULL ? "netfilter" : "ipv4";
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
      put_item(out, &any, g_strdup_printf("net.%s.%s=%" G_GUINT64_FORMAT, folder_of(now.name), now.name, now.value));
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

static void put_locals(GString *out, const ct_helper_settings *s)
{
  char address[INET6_ADDRSTRLEN];
  guint i;

  for (i = 0; i < s->n_local; i++) {
    inet_ntop(s->local[i].family == CT_IPV4 ? AF_INET : AF_INET6, &s->local[i].addr, address, sizeof address);
    g_string_append_printf(out, ",\"local=%s/%u\"", address, s->local[i].prefix);
  }
}

/*
 * What is no sysctl, but of the machine: "gc=kernel". Only ctreplay's own lines have these, and only where one is not
 * as usual.
 */
static void put_machine(emit_text *out, const emit_subject *subject)
{
  const ct_params *params = subject->params;
  GString *items = g_string_new(NULL);

  if (params->gc != CT_GC_EXACT)
    g_string_append_printf(items, ",\"gc=%s\"", ct_gc_name(params->gc));
  if (params->hz != 0)
    g_string_append_printf(items, ",\"hz=%u\"", params->hz);
  if (params->hash_seed != 0)
    g_string_append_printf(items, ",\"hash-seed=%" G_GUINT64_FORMAT "\"", params->hash_seed);
  if (subject->checksums != CT_CHECKSUMS_AUTO)
    g_string_append_printf(items, ",\"checksums=%s\"", subject->checksums == CT_CHECKSUMS_VERIFY ? "verify" : "ignore");
  if (params->profile->ip_conntrack && params->acct != 0)
    g_string_append(items, ",\"acct=1\"");
  put_locals(items, &params->helpers);
  if (items->len > 0)
    emit_text_format(out, ",\"machine\":[%s]", items->str + 1);
  g_string_free(items, TRUE);
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
  if (subject != NULL)
    put_machine(out, subject);
}
