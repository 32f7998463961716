/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who sent how much. */
#include "collect.h"

static guint hash_of(gconstpointer key)
{
  const report_host *h = key;
  guint hash = h->family, i;

  for (i = 0; i < sizeof(h->addr); i++)
    hash = hash * 31 + ((const guint8 *)&h->addr)[i];
  return hash;
}

static gboolean is_same(gconstpointer a, gconstpointer b)
{
  const report_host *one = a, *other = b;

  return one->family == other->family && ct_addr_equal(&one->addr, &other->addr);
}

GHashTable *report_hosts_new(void) { return g_hash_table_new_full(hash_of, is_same, g_free, NULL); }

/* => NULL where there are too many. */
static report_host *host_of(report *r, guint8 family, const ct_addr *addr)
{
  report_host wanted = { .family = family, .addr = *addr }, *h = g_hash_table_lookup(r->hosts, &wanted);

  if (h != NULL)
    return h;
  if (g_hash_table_size(r->hosts) >= REPORT_HOSTS_KEPT) {
    r->hosts_over = TRUE;
    return NULL;
  }
  h = g_new(report_host, 1);
  *h = wanted;
  g_hash_table_add(r->hosts, h);
  return h;
}

void report_hosts_note(report *r, const ct_packet *packet, const ct_result *result)
{
  report_host *from, *to;

  if (packet->kind == CT_PACKET_NONE)
    return;
  r->bytes += packet->length;
  from = host_of(r, packet->tuple.family, &packet->tuple.src);
  if (from != NULL) {
    from->packets[0]++;
    from->bytes[0] += packet->length;
    from->begun += (result->changes & CT_CHANGE_CREATED) != 0;
    from->invalid += result->cls == CT_CLASS_INVALID;
  }
  to = host_of(r, packet->tuple.family, &packet->tuple.dst);
  if (to == NULL)
    return;
  to->packets[1]++;
  to->bytes[1] += packet->length;
}

/* By packets in both directions; what is alike, by address, so that each run gives the same page. */
static gint compare(gconstpointer a, gconstpointer b)
{
  const report_host *one = *(const report_host *const *)a, *other = *(const report_host *const *)b;
  guint64 of_one = one->packets[0] + one->packets[1], of_other = other->packets[0] + other->packets[1];

  if (of_one != of_other)
    return of_one < of_other ? 1 : -1;
  if (one->family != other->family)
    return one->family < other->family ? -1 : 1;
  return memcmp(&one->addr, &other->addr, sizeof(one->addr));
}

static void put_number(emit_text *out, guint64 number)
{
  emit_text_literal(out, "<td class=\"n\">");
  emit_text_u64_grouped(out, number);
  emit_text_literal(out, "</td>");
}

static void put_host(emit_text *out, const report_host *h)
{
  emit_text_literal(out, "<tr><th scope=\"row\">");
  emit_text_addr(out, h->family, &h->addr, FALSE);
  emit_text_literal(out, "</th>");
  put_number(out, h->packets[0]);
  put_number(out, h->bytes[0]);
  put_number(out, h->packets[1]);
  put_number(out, h->bytes[1]);
  put_number(out, h->begun);
  put_number(out, h->invalid);
  emit_text_literal(out, "</tr>\n");
}

void report_hosts_put(emit_text *out, const report *r)
{
  GPtrArray *all = g_ptr_array_new();
  GHashTableIter iter;
  gpointer host;
  guint i;

  g_hash_table_iter_init(&iter, r->hosts);
  while (g_hash_table_iter_next(&iter, &host, NULL))
    g_ptr_array_add(all, host);
  g_ptr_array_sort(all, compare);
  if (all->len > 0) {
    emit_text_literal(out,
                      "<h3>Who talked most</h3>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"names\"><caption "
                      "class=\"sr\">Addresses with the most packets</caption><thead><tr><th scope=\"col\">address</th>"
                      "<th scope=\"col\">packets sent</th><th scope=\"col\">bytes sent</th><th scope=\"col\">packets "
                      "received</th><th scope=\"col\">bytes received</th><th scope=\"col\">connections begun</th>"
                      "<th scope=\"col\">INVALID sent</th></tr></thead><tbody>\n");
    for (i = 0; i < all->len && i < REPORT_HOSTS_SHOWN; i++)
      put_host(out, all->pdata[i]);
    emit_text_literal(out, "</tbody></table></div>\n");
  }
  if (all->len > REPORT_HOSTS_SHOWN) {
    emit_text_literal(out, "<p class=\"sub\">The first of ");
    emit_text_u64_grouped(out, all->len);
    emit_text_string(out, r->hosts_over ? " addresses that were met first; later ones are not counted."
                                        : " addresses. Bytes are those of IP packets.");
    emit_text_literal(out, "</p>\n");
  }
  g_ptr_array_unref(all);
}
