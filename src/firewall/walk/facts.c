/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/facts.h"

#include <string.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/walk/policies.h"

static void network_clear(gpointer data) { g_free(((fw_network *)data)->interface); }
static void assumption_clear(gpointer data) { g_free(((fw_assumption *)data)->match); }
static void policy_clear(gpointer data) { g_free(((fw_timeout_policy *)data)->name); }

fw_box_facts *fw_box_facts_new(void)
{
  fw_box_facts *f = g_new0(fw_box_facts, 1);

  f->local = g_array_new(FALSE, TRUE, sizeof(fw_network));
  g_array_set_clear_func(f->local, network_clear);
  f->routes = g_array_new(FALSE, TRUE, sizeof(fw_network));
  g_array_set_clear_func(f->routes, network_clear);
  f->assumptions = g_array_new(FALSE, TRUE, sizeof(fw_assumption));
  g_array_set_clear_func(f->assumptions, assumption_clear);
  f->policies = g_array_new(FALSE, TRUE, sizeof(fw_timeout_policy));
  g_array_set_clear_func(f->policies, policy_clear);
  return f;
}

void fw_box_facts_free(fw_box_facts *f)
{
  if (f == NULL)
    return;
  g_array_free(f->local, TRUE);
  g_array_free(f->routes, TRUE);
  g_array_free(f->assumptions, TRUE);
  g_array_free(f->policies, TRUE);
  g_free(f->bridge_name);
  g_free(f->interface);
  g_free(f);
}

/* text up to `end`; the host bits stay. */
static gboolean read_network(const char *text, const char *end, fw_network *n)
{
  g_autofree char *word = end != NULL ? g_strndup(text, (gsize)(end - text)) : g_strdup(text);
  fw_address pair[2];
  int length;

  memset(n, 0, sizeof *n);
  n->family = strchr(word, ':') != NULL ? FW_IPV6 : FW_IPV4;
  if (!fw_read_network(strcmp(word, "default") == 0 ? "0.0.0.0/0" : word, n->family, pair))
    return FALSE;
  length = fw_mask_length(n->family, &pair[1]);
  if (length < 0)
    return FALSE;
  n->address = pair[0];
  fw_mask_of_length(n->family, (guint)length, &n->mask);
  n->length = (guint8)length;
  return TRUE;
}

static gboolean interface_fits(const char *name) { return *name != '\0' && strlen(name) < 16; }

gboolean fw_box_facts_local(fw_box_facts *f, const char *text)
{
  const char *at = strchr(text, '@');
  fw_network n;

  if (!read_network(text, at, &n) || (at != NULL && !interface_fits(at + 1)))
    return FALSE;
  n.interface = at != NULL ? g_strdup(at + 1) : NULL;
  g_array_append_val(f->local, n);
  return TRUE;
}

gboolean fw_box_facts_route(fw_box_facts *f, const char *text)
{
  const char *equals = strchr(text, '=');
  fw_network n;

  if (equals == NULL || !interface_fits(equals + 1) || !read_network(text, equals, &n))
    return FALSE;
  n.interface = g_strdup(equals + 1);
  g_array_append_val(f->routes, n);
  return TRUE;
}

gboolean fw_box_facts_assume(fw_box_facts *f, const char *text)
{
  const char *equals = strchr(text, '=');
  fw_assumption a;

  if (equals == NULL || equals == text || (strcmp(equals, "=yes") != 0 && strcmp(equals, "=no") != 0))
    return FALSE;
  a.match = g_strndup(text, (gsize)(equals - text));
  a.holds = equals[1] == 'y';
  g_array_append_val(f->assumptions, a);
  return TRUE;
}

gboolean fw_address_under(const fw_address *address, const fw_address *network, const fw_address *mask)
{
  return ((address->words[0] ^ network->words[0]) & mask->words[0]) == 0 &&
         ((address->words[1] ^ network->words[1]) & mask->words[1]) == 0 &&
         ((address->words[2] ^ network->words[2]) & mask->words[2]) == 0 &&
         ((address->words[3] ^ network->words[3]) & mask->words[3]) == 0;
}

const char *fw_box_facts_way(const fw_box_facts *f, fw_family family, const fw_address *to)
{
  const fw_network *best = NULL;
  guint i;

  for (i = 0; i < f->routes->len; i++) {
    const fw_network *n = &g_array_index(f->routes, fw_network, i);

    if (n->family == family && (best == NULL || n->length > best->length) &&
        fw_address_under(to, &n->address, &n->mask))
      best = n;
  }
  for (i = 0; i < f->local->len; i++) {
    const fw_network *n = &g_array_index(f->local, fw_network, i);
    guint full = family == FW_IPV6 ? 128 : 32;

    if (n->family == family && n->interface != NULL && n->length < full && (best == NULL || n->length > best->length) &&
        fw_address_under(to, &n->address, &n->mask))
      best = n;
  }
  return best != NULL ? best->interface : NULL;
}

const fw_network *fw_box_facts_is_local(const fw_box_facts *f, fw_family family, const fw_address *address)
{
  guint i;

  for (i = 0; i < f->local->len; i++) {
    const fw_network *n = &g_array_index(f->local, fw_network, i);

    if (n->family == family && memcmp(&n->address, address, sizeof *address) == 0)
      return n;
  }
  return NULL;
}

static gboolean is_subnet_broadcast(const fw_box_facts *f, const fw_address *a)
{
  guint i;

  for (i = 0; i < f->local->len; i++) {
    const fw_network *n = &g_array_index(f->local, fw_network, i);

    if (n->family == FW_IPV4 && n->length < 31 && n->length > 0 &&
        a->words[0] == ((n->address.words[0] & n->mask.words[0]) | ~n->mask.words[0]))
      return TRUE;
  }
  return FALSE;
}

guint16 fw_box_facts_type(const fw_box_facts *f, fw_family family, const fw_address *a)
{
  static const fw_address any;

  if (fw_box_facts_is_local(f, family, a) != NULL)
    return FW_ADDRTYPE_LOCAL;
  if (family == FW_IPV6) {
    static const fw_address one = { .bytes = { [15] = 1 } };

    if (memcmp(a, &any, sizeof any) == 0)
      return FW_ADDRTYPE_UNSPEC;
    if (memcmp(a, &one, sizeof one) == 0)
      return FW_ADDRTYPE_LOCAL;
    return a->bytes[0] == 0xff ? FW_ADDRTYPE_MULTICAST : FW_ADDRTYPE_UNICAST;
  }
  if (a->bytes[0] == 127)
    return FW_ADDRTYPE_LOCAL;
  if (a->words[0] == 0 || a->words[0] == G_MAXUINT32 || is_subnet_broadcast(f, a))
    return FW_ADDRTYPE_BROADCAST;
  if (a->bytes[0] >> 4 == 14)
    return FW_ADDRTYPE_MULTICAST;
  return FW_ADDRTYPE_UNICAST;
}
