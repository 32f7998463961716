/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "firewall/nft/text.h"
#include "firewall/nft/value.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)

static void put_typed(GString *out, const fw_nft_type *const *types, const guint16 *widths, guint n,
                      const guint8 *bytes)
{
  guint at = 0, i;

  for (i = 0; i < n; i++) {
    if (i > 0)
      g_string_append(out, " . ");
    fw_nft_scalar_text(out, types[i], bytes + at, widths[i]);
    at += fw_nft_padded(widths[i]);
  }
}

static void put_states(GString *out, const fw_nft_statement *inner, guint n, const fw_nft_state *states)
{
  guint i;

  for (i = 0; i < n; i++) {
    g_string_append_c(out, ' ');
    fw_nft_text_stateful(out, &inner[i], states != NULL ? &states[i] : NULL);
  }
}

static void put_element_data(GString *out, const fw_nft_element *e)
{
  if (e->verdict == NULL && e->data == NULL)
    return;
  g_string_append(out, " : ");
  if (e->verdict != NULL)
    fw_nft_text_verdict(out, e->verdict);
  else if (e->data->kind == FW_NFT_OTHER)
    fw_nft_quoted(out, e->data->text);
  else
    fw_nft_text_expr(out, e->data);
}

static void put_timeout(GString *out, gint64 timeout_s, gint64 expires_s)
{
  if (timeout_s >= 0) {
    g_string_append(out, " timeout ");
    fw_nft_seconds_text(out, (guint64)timeout_s);
  }
  if (expires_s >= 0) {
    g_string_append(out, " expires ");
    fw_nft_seconds_text(out, (guint64)expires_s);
  }
}

/* An element that was there from the start. states NULL: as it was written. */
static void put_element(GString *out, const fw_nft_set *set, const fw_nft_element *e, const fw_nft_state *states,
                        const fw_nft_statement *inner, guint n_inner)
{
  if (e->key != NULL)
    fw_nft_text_expr(out, e->key);
  else
    g_string_append_c(out, '*');
  put_states(out, inner, n_inner, states);
  put_timeout(out, e->timeout_s, e->expires_s);
  if (e->comment != NULL)
    g_string_append_printf(out, " comment \"%s\"", e->comment);
  put_element_data(out, e);
  (void)set;
}

/* ---- lists ---- */

typedef struct listing {
  GString *out;
  const fw_nft_set *set;
  const fw_nft_now *now;
  guint n, in_line;
} listing;

/* How many stand in a line, by their type. */
static guint line_most(const fw_nft_set *set)
{
  static const char *const short_ones[] = { "nf_proto",  "integer",  "arp_op",     "inet_proto", "inet_service",
                                            "tcp_flag",  "mark",     "iface_type", "ct_state",   "ct_dir",
                                            "ct_status", "ct_label", "pkt_type" };
  static const char *const middle_ones[] = { "ipv4_addr", "ether_addr", "ifname", "iface_index" };
  guint i;

  if (set->n_types != 1)
    return 1;
  for (i = 0; i < G_N_ELEMENTS(short_ones); i++)
    if (strcmp(set->types[0]->name, short_ones[i]) == 0)
      return 5;
  for (i = 0; i < G_N_ELEMENTS(middle_ones); i++)
    if (strcmp(set->types[0]->name, middle_ones[i]) == 0)
      return 2;
  return 1;
}

static void put_delimiter(listing *l)
{
  if (l->n++ == 0)
    return;
  if (l->set->name == NULL) {
    g_string_append(l->out, ", ");
    return;
  }
  l->in_line++;
  if (l->in_line < line_most(l->set)) {
    g_string_append(l->out, ", ");
  } else {
    g_string_append(l->out, ",\n\t\t\t     ");
    l->in_line = 0;
  }
}

static void put_item(const fw_nft_item *item, gpointer user)
{
  listing *l = user;
  const fw_nft_set *set = l->set;
  gint64 left_ns = item->expires_ns - l->now->now_ns;

  put_delimiter(l);
  if (item->element != NULL) {
    put_element(l->out, set, item->element, item->states, item->inner, item->n_inner);
    return;
  }
  put_typed(l->out, set->types, set->widths, set->n_types, item->key);
  put_states(l->out, item->inner, item->n_inner, item->states);
  if (item->timeout_ns > 0 && item->timeout_ns != set->timeout_s * NS_PER_S)
    put_timeout(l->out, item->timeout_ns / NS_PER_S, -1);
  if (item->expires_ns > 0) {
    g_string_append(l->out, " expires ");
    fw_nft_ms_text(l->out, (guint64)MAX(left_ns, 0) / (NS_PER_S / 1000));
  }
  if (set->is_map && !set->verdicts && set->data_name == NULL) {
    g_string_append(l->out, " : ");
    put_typed(l->out, set->data_types, set->data_widths, set->n_data_types, item->data);
  }
}

static guint put_list(GString *out, const fw_nft_set *set, const fw_nft_now *now)
{
  listing l = { .out = out, .set = set, .now = now };
  guint i;

  if (now != NULL) {
    now->each(now, set, put_item, &l);
    return l.n;
  }
  for (i = 0; i < set->elements->len; i++) {
    const fw_nft_element *e = &g_array_index(set->elements, fw_nft_element, i);

    put_delimiter(&l);
    put_element(out, set, e, NULL, e->inner, e->n_inner);
  }
  return l.n;
}

void fw_nft_text_set(GString *out, const fw_nft_set *set, const fw_nft_now *now)
{
  g_string_append(out, "{ ");
  put_list(out, set, now);
  g_string_append(out, " }");
}

void fw_nft_text_elements(GString *out, const fw_nft_set *set, const fw_nft_now *now)
{
  gsize start = out->len;

  g_string_append(out, "\t\telements = { ");
  if (put_list(out, set, now) == 0)
    g_string_truncate(out, start);
  else
    g_string_append(out, " }\n");
}
