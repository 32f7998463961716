/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/settled_way.h"

#include "firewall/walk/nat.h"

/* What the first nat hook of a way changes. */
typedef struct as_arrived {
  fw_address destination;
  guint16 port;
  guint8 readings, translated;
  fw_path path;
  const fw_interface_name *way_out;
} as_arrived;

static void take_back(fw_firewall *f, fw_packet *p, const as_arrived *was)
{
  p->destination = was->destination;
  p->destination_port = was->port;
  p->readings = was->readings;
  p->translated = was->translated;
  f->outcome.path = was->path;
  f->way_out = was->way_out;
  f->pending.n = 0;
}

/* So many chains of its way, behind conntrack, stand before the first nat hook, and before the last one. */
static guint before_first_nat(const fw_firewall *f, const fw_packet *p)
{
  const fw_hook_chains *row = fw_settle_row(f, p, FW_HOOK_PREROUTING);

  return row->n_before_nat - row->n_before;
}

static guint before_last_nat(const fw_firewall *f, const fw_packet *p)
{
  const fw_hook_chains *first = fw_settle_row(f, p, FW_HOOK_PREROUTING),
                       *forward = fw_settle_row(f, p, FW_HOOK_FORWARD);
  const gboolean input = f->outcome.path == FW_PATH_INPUT;
  const fw_hook_chains *last = fw_settle_row(f, p, input ? FW_HOOK_INPUT : FW_HOOK_POSTROUTING);

  return first->n - first->n_before + (input ? 0 : forward->n - forward->n_before) + last->n_before_nat -
         last->n_before;
}

/*
 * What is said of its kind is said with the way that it takes behind the first nat hook; the hooks are asked one by one
 * where chains are left.
 */
gboolean fw_settle_with_nat(fw_firewall *f, fw_packet *p)
{
  const as_arrived was = {
    p->destination, p->destination_port, p->readings, p->translated, f->outcome.path, f->way_out
  };
  const fw_settled *said;
  gboolean moved;

  if (p->own || f->program->asks_types || !fw_nat_is_settled(f, p))
    return FALSE;
  if (fw_nat_settle(f, p, CT_NAT_DST) && !f->facts->bridge)
    fw_where_again(f, p);
  moved = fw_settle_is_martian(f, p) ||
          (f->outcome.path == FW_PATH_FORWARD && (!fw_settle_is_forwarded(f, p) || fw_nat_has_moved(f, p, f->way_out)));
  if (!moved) {
    said = fw_way_settle(
      f->program, f->ways[p->family][f->outcome.path == FW_PATH_INPUT ? FW_WAY_INPUT : FW_WAY_FORWARD], p, f->way_out);
    fw_settle_take(f, said);
    if (said->whole) {
      fw_settle_gone(f, p, said->left);
      if (f->outcome.verdict != FW_VERDICT_DROP || said->n > before_last_nat(f, p))
        fw_nat_settle(f, p, CT_NAT_SRC);
      else if (said->n <= before_first_nat(f, p))
        take_back(f, p, &was);
      return TRUE;
    }
    f->ahead = said->n;
  }
  take_back(f, p, &was);
  return FALSE;
}
