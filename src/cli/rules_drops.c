/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules_drops.h"

#include "connections.h"
#include "firewall/save.h"

enum { ROWS_MOST = 10 };

/* Who dropped, or of whom nobody knows whether it did. */
typedef struct dropper {
  const fw_rule *rule;   /* NULL: the policy, or the kernel */
  const fw_chain *chain; /* NULL: the kernel */
  guint8 kernel;         /* fw_kernel_drop */
  guint8 verdict;        /* fw_verdict */
} dropper;

typedef struct drop_row {
  dropper who;
  guint64 packets, connections;
} drop_row;

struct cli_rules_drops {
  GArray *rows;               /* drop_row, in the order of their first packets */
  GHashTable *row_of;         /* dropper => number + 1 */
  cli_connections *connected; /* by rows */
};

static guint dropper_hash(gconstpointer key)
{
  const dropper *d = key;

  return g_direct_hash(d->rule != NULL ? (gconstpointer)d->rule : d->chain) ^ (guint)d->kernel << 8 ^ d->verdict;
}

static gboolean dropper_equal(gconstpointer a, gconstpointer b)
{
  const dropper *x = a, *y = b;

  return x->rule == y->rule && x->chain == y->chain && x->kernel == y->kernel && x->verdict == y->verdict;
}

cli_rules_drops *cli_rules_drops_new(void)
{
  cli_rules_drops *d = g_new0(cli_rules_drops, 1);

  d->rows = g_array_new(FALSE, FALSE, sizeof(drop_row));
  d->row_of = g_hash_table_new_full(dropper_hash, dropper_equal, g_free, NULL);
  d->connected = cli_connections_new();
  return d;
}

void cli_rules_drops_free(cli_rules_drops *d)
{
  if (d == NULL)
    return;
  g_array_free(d->rows, TRUE);
  g_hash_table_destroy(d->row_of);
  cli_connections_free(d->connected);
  g_free(d);
}

static dropper dropper_of(const fw_outcome *o)
{
  const fw_decision *d = &o->decision;
  const fw_rule *rule = o->verdict == FW_VERDICT_UNKNOWN && d->unknown != NULL ? d->unknown : d->rule;

  if (o->kernel != FW_KERNEL_NOTHING)
    return (dropper){ NULL, NULL, (guint8)o->kernel, FW_VERDICT_DROP };
  return (dropper){ rule, rule != NULL ? rule->chain : d->chain, FW_KERNEL_NOTHING, (guint8)o->verdict };
}

static guint find_row(cli_rules_drops *d, const dropper *who)
{
  guint number = GPOINTER_TO_UINT(g_hash_table_lookup(d->row_of, who));
  drop_row row = { *who, 0, 0 };

  if (number > 0)
    return number - 1;
  g_array_append_val(d->rows, row);
  g_hash_table_insert(d->row_of, g_memdup2(who, sizeof *who), GUINT_TO_POINTER(d->rows->len));
  return d->rows->len - 1;
}

void cli_rules_drops_packet(cli_rules_drops *d, const fw_outcome *o, const ct_packet *packet)
{
  dropper who;
  guint row;

  if (o->verdict == FW_VERDICT_NONE || o->verdict == FW_VERDICT_ACCEPT)
    return;
  who = dropper_of(o);
  row = find_row(d, &who);
  g_array_index(d->rows, drop_row, row).packets++;
  if (cli_connections_meet(d->connected, &packet->tuple, row))
    g_array_index(d->rows, drop_row, row).connections++;
}

/* ---- the lines ---- */

static gint heavier(gconstpointer a, gconstpointer b)
{
  const drop_row *x = a, *y = b;
  gboolean unknown_x = x->who.verdict == FW_VERDICT_UNKNOWN, unknown_y = y->who.verdict == FW_VERDICT_UNKNOWN;

  if (unknown_x != unknown_y)
    return unknown_x ? 1 : -1;
  return x->packets < y->packets ? 1 : x->packets > y->packets ? -1 : 0;
}

static void put_who(emit_text *out, const dropper *who)
{
  static const char *const kernel[] = { [FW_KERNEL_CONNTRACK] = "conntrack itself",
                                        [FW_KERNEL_TTL] = "the kernel: its TTL ends here",
                                        [FW_KERNEL_NO_LISTENER] =
                                          "the kernel: multicast that the box neither takes nor forwards",
                                        [FW_KERNEL_NO_ROUTE] = "the kernel: there is no way to where it goes",
                                        [FW_KERNEL_HOST] = "the kernel: it is not for the box, which forwards nothing",
                                        [FW_KERNEL_MARTIAN] = "the kernel: a martian, no link brings such addresses",
                                        [FW_KERNEL_SCOPE] =
                                          "the kernel: its source address is one of its own link alone",
                                        [FW_KERNEL_OPTIONS] = "the kernel: its IP options are malformed",
                                        [FW_KERNEL_SOURCE_ROUTE] = "the kernel: it asks for a source route",
                                        [FW_KERNEL_NAT] = "address translation" };
  GString *text;

  if (who->chain == NULL) {
    emit_text_string(out, kernel[who->kernel] != NULL ? kernel[who->kernel] : "-");
    return;
  }
  if (who->rule == NULL) {
    emit_text_format(out, "%s:%s:policy", who->chain->table->name, who->chain->name);
    if (who->chain->line > 0)
      emit_text_format(out, " (%s:%u)", who->chain->table->file, who->chain->line);
    return;
  }
  text = g_string_new(NULL);
  fw_save_rule(text, who->rule);
  emit_text_format(out, "%s:%s:rule:%u (%s:%u)  ", who->chain->table->name, who->chain->name, who->rule->number,
                   who->chain->table->file, who->rule->line);
  emit_text_bytes(out, text->str, text->len);
  g_string_free(text, TRUE);
}

gboolean cli_rules_drops_by_kernel(const cli_rules_drops *d)
{
  guint i;

  for (i = 0; i < d->rows->len && g_array_index(d->rows, drop_row, i).who.chain != NULL; i++)
    ;
  return i < d->rows->len;
}

void cli_rules_drops_put(const cli_rules_drops *d, emit_text *out)
{
  GArray *rows = g_array_copy(d->rows);
  gboolean full = cli_connections_full(d->connected);
  gboolean unknown = FALSE;
  guint64 packets = 0;
  guint i;

  if (rows->len == 0)
    emit_text_literal(out, "  nothing\n");
  else
    emit_text_literal(out, "   packets  connections  verdict  by\n");
  g_array_sort(rows, heavier);
  for (i = 0; i < rows->len; i++) {
    const drop_row *row = &g_array_index(rows, drop_row, i);

    unknown |= row->who.verdict == FW_VERDICT_UNKNOWN;
    packets += i < ROWS_MOST ? 0 : row->packets;
    if (i >= ROWS_MOST)
      continue;
    emit_text_u64_grouped_pad(out, row->packets, 10);
    emit_text_string(out, full ? "  >" : "   ");
    emit_text_u64_grouped_pad(out, row->connections, 10);
    emit_text_literal(out, "  ");
    emit_text_pad(out, fw_verdict_name((fw_verdict)row->who.verdict), 9);
    put_who(out, &row->who);
    emit_text_char(out, '\n');
  }
  if (rows->len > ROWS_MOST)
    emit_text_format(
      out, "  and %u more, of %" G_GUINT64_FORMAT " packet%s; ctreplay rules --rules FILE CAPTURE counts all\n",
      rows->len - ROWS_MOST, packets, packets == 1 ? "" : "s");
  if (unknown)
    emit_text_literal(
      out, "  unknown: the rule asks for what is not known here; -P --verdict unknown says for what, and --iface, "
           "--route, --local and --assume tell it\n");
  g_array_free(rows, TRUE);
}
