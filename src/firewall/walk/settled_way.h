/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What chains say of a packet's kind alone: most packets are like others before them, whose way was remembered
 * (settled.h), and need not walk. Inlined, since every packet asks.
 */
#ifndef FIREWALL_WALK_SETTLED_WAY_H
#define FIREWALL_WALK_SETTLED_WAY_H

#include <string.h>

#include "firewall/walk/firewall_internal.h"
#include "firewall/walk/ip_options.h"
#include "firewall/walk/where.h"

static inline const fw_hook_chains *fw_settle_row(const fw_firewall *f, const fw_packet *p, fw_hook hook)
{
  return &f->program->rows[p->family][hook];
}

/* It goes to many, or to no address at all. */
static inline gboolean fw_settle_is_for_nobody(const fw_packet *p)
{
  static const fw_address none;

  if (p->family == FW_IPV4)
    return p->destination.bytes[0] >> 4 == 14 || p->destination.words[0] == 0;
  return p->destination.bytes[0] == 0xff || memcmp(&p->destination, &none, sizeof none) == 0;
}

/* Whether chains may be asked by a packet's kind alone: nobody listens, and nothing is open. */
static inline gboolean fw_settle_may(const fw_firewall *f)
{
  return f->listener == NULL && f->outcome.verdict != FW_VERDICT_UNKNOWN;
}

static inline void fw_settle_take(fw_firewall *f, const fw_settled *said)
{
  fw_outcome *o = &f->outcome;

  if (said->n == 0)
    return;
  o->verdict = said->decision.verdict;
  o->decision = said->decision;
  o->hook = said->spoke;
}

/* Of a packet that is told all: it is where its way ends, or its last chain. */
static inline void fw_settle_gone(fw_firewall *f, fw_packet *p, fw_hook hook)
{
  p->hook = hook;
  if (f->outcome.path != FW_PATH_FORWARD || hook == FW_HOOK_PREROUTING)
    return;
  p->out = f->way_out;
  if (!f->facts->bridge) {
    p->ttl--;
    p->edited = p->routed = TRUE;
  }
}

static inline gboolean fw_settle_is_martian(const fw_firewall *f, const fw_packet *p)
{
  return G_UNLIKELY(fw_where_may_be_martian(p)) && !f->facts->bridge && fw_where_is_martian(f, p);
}

static inline gboolean fw_settle_is_out_of_scope(const fw_firewall *f, const fw_packet *p)
{
  return G_UNLIKELY(fw_where_may_be_out_of_scope(p)) && fw_where_out_of_scope(f, p) != FW_KERNEL_NOTHING;
}

static inline gboolean fw_settle_is_forwarded(const fw_firewall *f, const fw_packet *p)
{
  return f->facts->bridge || (p->ttl > 1 && !fw_settle_is_for_nobody(p) && f->way_out->ended == FW_ROUTE_GOES &&
                              !fw_settle_is_out_of_scope(f, p));
}

/* The same of a packet that meets nat hooks, but nothing there that would have to be asked. */
gboolean fw_settle_with_nat(fw_firewall *f, fw_packet *p);

/* => TRUE: nothing is left to ask the chains behind conntrack. */
static inline gboolean fw_settle_way(fw_firewall *f, fw_packet *p)
{
  static const fw_way_id ways[] = {
    [FW_PATH_FORWARD] = FW_WAY_FORWARD, [FW_PATH_INPUT] = FW_WAY_INPUT, [FW_PATH_OUTPUT] = FW_WAY_OUTPUT
  };
  const fw_settled *said;

  f->ahead = 0;
  /* Where rules choose the table, chains may choose the way (marks). */
  if (!fw_settle_may(f) || G_UNLIKELY(fw_ip_options_matter(f, p) || f->facts->routing[p->family] != NULL))
    return FALSE;
  if (f->nat_families[p->family])
    return fw_settle_with_nat(f, p);
  if (f->outcome.path != FW_PATH_OUTPUT &&
      (fw_settle_is_martian(f, p) || (f->outcome.path == FW_PATH_FORWARD && !fw_settle_is_forwarded(f, p))))
    return FALSE;
  said = fw_way_settle(f->program, f->ways[p->family][ways[f->outcome.path]], p, f->way_out);
  fw_settle_take(f, said);
  if (said->whole)
    fw_settle_gone(f, p, said->left);
  else
    f->ahead = said->n;
  return said->whole;
}

#endif
