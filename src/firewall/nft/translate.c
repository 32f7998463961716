/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a packet is to be translated to: constants, or what maps say of it. */
#include <string.h>

#include "firewall/nft/run_internal.h"

/* From ... to: an address, a port, or both one behind the other. */
static fw_truth ends_of(fw_program *program, fw_packet *p, const fw_nft_expr *e, guint8 *from, guint8 *to)
{
  fw_nft_value v;
  fw_nft_found found;
  fw_truth truth;

  if (fw_nft_bounds(e, from, to))
    return FW_YES;
  if (e->kind != FW_NFT_MAP) {
    truth = fw_nft_value_of(program, p, e, &v);
    if (truth == FW_YES) {
      memcpy(from, v.bytes, v.n);
      memcpy(to, v.bytes, v.n);
    }
    return truth;
  }
  truth = fw_nft_value_of(program, p, e->parts[0], &v);
  if (truth == FW_YES)
    truth = fw_nft_live_find(program, e->set, &v, &found);
  if (truth != FW_YES)
    return truth;
  truth = fw_nft_all_stateful(program, p, &found);
  if (truth != FW_YES)
    return truth;
  if (found.element != NULL)
    return found.element->data != NULL && fw_nft_bounds(found.element->data, from, to) ? FW_YES : FW_UNKNOWN;
  memcpy(from, found.data, found.n_data);
  memcpy(to, found.data, found.n_data);
  return FW_YES;
}

static void set_ports(fw_nat *nat, const guint8 *from, const guint8 *to)
{
  nat->given |= FW_NAT_PORTS;
  nat->ports = (fw_range16){ (guint16)fw_nft_number_of(from, 2), (guint16)fw_nft_number_of(to, 2) };
}

/* How many parts the address's expression stands for: two are an address and a port. */
static guint parts_of(const fw_nft_expr *e)
{
  if (e->kind == FW_NFT_MAP)
    return e->set->n_data_types;
  return e->kind == FW_NFT_CONCAT ? e->n_parts : 1;
}

static fw_truth set_target_address(fw_program *program, fw_packet *p, const fw_nft_statement *s, fw_nat *nat)
{
  guint8 from[FW_NFT_VALUE_MOST] = { 0 }, to[FW_NFT_VALUE_MOST] = { 0 };
  guint n = p->family == FW_IPV6 ? 16 : 4;
  fw_truth truth = ends_of(program, p, s->left, from, to);

  if (truth != FW_YES)
    return truth;
  memset(&nat->from, 0, sizeof nat->from);
  memset(&nat->to, 0, sizeof nat->to);
  nat->given |= FW_NAT_ADDRESS;
  memcpy(nat->from.bytes, from, n);
  memcpy(nat->to.bytes, to, n);
  if (parts_of(s->left) > 1)
    set_ports(nat, from + n, to + n);
  return FW_YES;
}

/* An address is of one family, said or not. */
static gboolean is_of_family(const fw_packet *p, const fw_nft_statement *s)
{
  gboolean six = p->family == FW_IPV6;

  if (s->left == NULL)
    return s->family == 0 || (s->family == 6) == (six != 0);
  return (s->target_family == 6) == (six != 0);
}

fw_truth fw_nft_translate(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  fw_nft_run *run = program->nft;
  guint8 from[FW_NFT_VALUE_MOST] = { 0 }, to[FW_NFT_VALUE_MOST] = { 0 };
  fw_truth truth = FW_YES;

  run->nat = *(const fw_nat *)s->target.data;
  /*
   * To a packet of the other family nothing is done: its rule has held, and the next one follows (NAT 9). But its
   * address has been looked up: numgen has gone on, and where a map has none the rule has not held.
   */
  run->passes = !is_of_family(p, s);
  if (run->passes)
    return s->left != NULL ? set_target_address(program, p, s, &run->nat) : FW_YES;
  /* What is looked up for each packet is known from here on. */
  run->nat.given &= (guint8) ~(FW_NAT_ADDRESS | FW_NAT_PORTS | FW_NAT_COMPUTED);
  if (s->left != NULL)
    truth = set_target_address(program, p, s, &run->nat);
  if (truth == FW_YES && s->right != NULL) {
    truth = ends_of(program, p, s->right, from, to);
    if (truth == FW_YES)
      set_ports(&run->nat, from, to);
  }
  if (truth == FW_YES)
    run->translates = s;
  return truth;
}
