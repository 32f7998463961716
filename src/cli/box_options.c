/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "box_options.h"
#include "box_fenced.h"

#include <string.h>

#include "conntrack/helper/modules.h"
#include "conntrack/profile/aliases.h"

/* Lists of the command line are taken whole: who gives one address has to give all. */
static void take_list(GPtrArray *to, const GPtrArray *from)
{
  guint n = to->len > 0 ? 0 : from->len, i;

  for (i = 0; i < n; i++)
    g_ptr_array_add(to, g_ptr_array_index(from, i));
}

/* => whether the kernel's rules are known. */
static gboolean take_profile(cli_options *o, box *b)
{
  const char *doubt;
  box_file *f = box_get(b, BOX_UNAME);

  if (b->release == NULL || o->profile_name != NULL)
    return TRUE;
  if (ct_profile_named(b->release, &doubt) != NULL) {
    o->profile_name = b->release;
    return TRUE;
  }
  if (f != NULL) {
    f->used = FALSE;
    g_free(f->says);
    f->says = g_strdup_printf("not used: no profile is of Linux %s; see ctreplay list profiles", b->release);
  }
  return FALSE;
}

static void take_modules(cli_options *o, const box *b)
{
  const char *doubt;
  const ct_profile *profile = o->profile_name != NULL ? ct_profile_named(o->profile_name, &doubt) : ct_profile_get(0);
  gboolean given = o->modules->len > 0;
  ct_params params;
  guint i;

  if (profile == NULL || given)
    return;
  ct_params_init(&params, profile);
  for (i = 0; i < b->modules->len; i++) {
    const char *text = g_ptr_array_index(b->modules, i), *equals = strchr(text, '=');
    char *name = g_strndup(text, (gsize)(equals - text));

    if (ct_params_set_module(&params, name, equals + 1) == CT_PARAM_OK)
      g_ptr_array_add(o->modules, (gpointer)text);
    g_free(name);
  }
}

gboolean cli_box_apply(cli_options *o, GError **error)
{
  GError *why = NULL;
  box *b;

  if (o->box_path == NULL || o->box != NULL)
    return TRUE;
  b = o->box = cli_box_read(o->box_path, !o->no_sandbox, &why);
  if (b == NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--box %s", why->message);
    g_error_free(why);
    return FALSE;
  }
  take_profile(o, b);
  if (o->ram == NULL && b->ram_kib != 0)
    o->ram = o->box_ram = g_strdup_printf("%" G_GUINT64_FORMAT "k", b->ram_kib);
  if (o->hashsize == NULL && b->buckets != 0 && strstr(b->sysctls->str, "conntrack_buckets") == NULL)
    o->hashsize = o->box_hashsize = g_strdup_printf("%" G_GUINT64_FORMAT, b->buckets);
  take_list(o->locals, b->locals);
  take_modules(o, b);
  o->box_ruled = o->rules->len == 0 && o->iface == NULL;
  if (o->box_ruled) {
    GPtrArray *rules = box_rules(b);

    o->box_ruled = rules->len > 0;
    g_ptr_array_unref(rules);
  }
  o->box_routed = (o->box_ruled || o->rules->len > 0) && o->routes->len == 0;
  if (o->box_ruled || o->rules->len > 0)
    take_list(o->routes, b->routes); /* who asks for interfaces is a rule */
  return TRUE;
}
