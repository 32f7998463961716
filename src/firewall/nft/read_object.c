/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Named objects: counters, quotas, limits, and helpers, timeouts and expectations of conntrack. */
#include <string.h>

#include "firewall/names.h"
#include "firewall/nft/reader.h"

static void read_policy(fw_nft_reader *r, JsonObject *o, fw_nft_object *object)
{
  GList *names = json_object_get_members(o), *l;

  for (l = names; l != NULL; l = l->next) {
    fw_nft_timeout t = { fw_nft_word(r, l->data), (guint32)CLAMP(fw_nft_integer(o, l->data, 0), 0, G_MAXUINT32) };

    g_array_append_val(object->policy, t);
  }
  g_list_free(names);
}

static void read_ct(fw_nft_reader *r, JsonObject *o, fw_nft_object *object)
{
  const char *l3 = fw_nft_text(o, "l3proto", NULL);
  JsonObject *policy = fw_nft_object_member(o, "policy");

  object->l3_name = fw_nft_word(r, l3);
  object->l3 = g_strcmp0(l3, "ip") == 0 ? 4 : g_strcmp0(l3, "ip6") == 0 ? 6 : 0;
  fw_protocol_find(fw_nft_text(o, "protocol", ""), &object->protocol);
  object->helper = fw_nft_word(r, fw_nft_text(o, "type", NULL));
  object->expectation_port = (guint16)fw_nft_integer(o, "dport", 0);
  object->expectation_timeout = (guint32)CLAMP(fw_nft_integer(o, "timeout", 0), 0, G_MAXUINT32);
  object->expectation_size = (guint32)CLAMP(fw_nft_integer(o, "size", 0), 0, 255);
  if (policy != NULL)
    read_policy(r, policy, object);
}

static void flag_text(const char *text, gpointer user) { g_string_append_printf(user, " %s", text); }

static void read_synproxy(fw_nft_reader *r, JsonObject *o, fw_nft_object *object)
{
  GString *text = g_string_new(NULL), *flags = g_string_new(NULL);

  g_string_append_printf(text, "mss %" G_GINT64_FORMAT "\n\t\twscale %" G_GINT64_FORMAT, fw_nft_integer(o, "mss", 0),
                         fw_nft_integer(o, "wscale", 0));
  if (json_object_has_member(o, "flags"))
    fw_nft_each_text(json_object_get_member(o, "flags"), flag_text, flags);
  if (flags->len > 0)
    g_string_append_printf(text, "\n\t\t%s", flags->str + 1);
  object->text = fw_nft_word(r, text->str);
  g_string_free(text, TRUE);
  g_string_free(flags, TRUE);
}

static void quote_device(const char *text, gpointer user)
{
  GString *out = user;

  g_string_append_printf(out, "%s\"%s\"", out->len > 0 ? ", " : "", text);
}

static void read_flowtable(fw_nft_reader *r, JsonObject *o, fw_nft_object *object)
{
  GString *text = g_string_new(NULL), *devices = g_string_new(NULL);

  g_string_append_printf(text, "hook %s priority ", fw_nft_text(o, "hook", "ingress"));
  if (fw_nft_integer(o, "prio", 0) == 0)
    g_string_append(text, "filter");
  else
    g_string_append_printf(text, "%" G_GINT64_FORMAT, fw_nft_integer(o, "prio", 0));
  if (json_object_has_member(o, "dev"))
    fw_nft_each_text(json_object_get_member(o, "dev"), quote_device, devices);
  if (devices->len > 0)
    g_string_append_printf(text, "\n\t\tdevices = { %s }", devices->str);
  object->text = fw_nft_word(r, text->str);
  g_string_free(text, TRUE);
  g_string_free(devices, TRUE);
}

gboolean fw_nft_read_object(fw_nft_reader *r, const char *kind, JsonObject *o)
{
  fw_nft_object *object = fw_ruleset_take(r->ruleset, sizeof *object);
  fw_nft_statement *s = &object->statement;

  object->kind = fw_nft_word(r, kind);
  object->name = fw_nft_word(r, fw_nft_text(o, "name", ""));
  object->handle = (guint64)fw_nft_integer(o, "handle", 0);
  object->comment = fw_nft_word(r, fw_nft_text(o, "comment", NULL));
  object->policy = g_array_new(FALSE, FALSE, sizeof(fw_nft_timeout));
  s->kind = FW_NFT_DO_UNKNOWN;
  s->state = r->nft->n_states++;
  s->timeout_s = -1;
  if (strcmp(kind, "counter") == 0) {
    s->kind = FW_NFT_DO_COUNTER;
    s->counters.packets = (guint64)fw_nft_integer(o, "packets", 0);
    s->counters.bytes = (guint64)fw_nft_integer(o, "bytes", 0);
  } else if (strcmp(kind, "quota") == 0) {
    s->kind = FW_NFT_DO_QUOTA;
    fw_nft_read_quota(o, &s->quota);
  } else if (strcmp(kind, "limit") == 0) {
    s->kind = FW_NFT_DO_LIMIT;
    fw_nft_read_limit(o, &s->limit);
  } else if (g_str_has_prefix(kind, "ct ")) {
    read_ct(r, o, object);
  } else if (strcmp(kind, "synproxy") == 0) {
    read_synproxy(r, o, object);
  } else if (strcmp(kind, "flowtable") == 0) {
    read_flowtable(r, o, object);
  } else if (strcmp(kind, "secmark") == 0) {
    g_autofree char *context = g_strdup_printf("\"%s\"", fw_nft_text(o, "context", ""));

    object->text = fw_nft_word(r, context);
  } else {
    object->text = "";
  }
  g_ptr_array_add(r->table->nft->objects, object);
  return TRUE;
}
