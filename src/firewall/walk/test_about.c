/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches about what surrounds a packet: mark, link layer, interfaces, addresses' kinds, the clock (RULES 3.2). */
#include <string.h>

#include "firewall/walk/tests.h"

static fw_truth holds_comment(fw_program *program, fw_packet *p, const fw_test *test)
{
  (void)program, (void)p, (void)test;
  return FW_YES;
}

/* Bits that nobody knows leave the test open, unless the others decide it. */
static fw_truth mark_holds(guint32 mark, guint32 unknown, const fw_mark_test *m)
{
  if (((mark ^ m->mark.value) & m->mark.mask & ~unknown) != 0 || (m->mark.value & ~m->mark.mask) != 0)
    return fw_truth_of(m->invert);
  if ((m->mark.mask & unknown) != 0)
    return FW_UNKNOWN;
  return fw_truth_of(!m->invert);
}

static fw_truth holds_mark(fw_program *program, fw_packet *p, const fw_test *test)
{
  (void)program;
  return mark_holds(p->mark, p->mark_unknown, test->data);
}

static fw_truth holds_mac(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_mac *m = test->data;

  (void)program;
  if (p->link == NULL)
    return p->own ? FW_NO : FW_UNKNOWN;
  return fw_truth_of((memcmp(p->link + 6, m->source, 6) == 0) != (m->invert != 0));
}

static fw_truth holds_pkttype(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_pkttype *t = test->data;

  (void)program;
  return fw_truth_of((p->type == t->type) != (t->invert != 0));
}

static fw_truth name_holds(const fw_interface_name *name, const fw_interface *pattern)
{
  if (pattern->name == NULL)
    return FW_YES;
  if (name == NULL || !name->known)
    return FW_UNKNOWN;
  if (pattern->prefix)
    return fw_truth_of(strncmp(name->name, pattern->name, pattern->length) == 0);
  return fw_truth_of(strcmp(name->name, pattern->name) == 0);
}

static fw_truth physdev_part(fw_truth holds, const fw_physdev *d, guint8 bit)
{
  if (!(d->given & bit))
    return FW_YES;
  if (holds == FW_UNKNOWN)
    return FW_UNKNOWN;
  return fw_truth_of((holds == FW_YES) != ((d->invert & bit) != 0));
}

static fw_truth fw_and(fw_truth a, fw_truth b)
{
  if (a == FW_NO || b == FW_NO)
    return FW_NO;
  return a == FW_UNKNOWN ? a : b;
}

/* Without a bridge each plain option fails, and each inverted one holds. */
static fw_truth holds_physdev(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_physdev *d = test->data;
  gboolean bridged = p->bridge_in != NULL, out = p->hook == FW_HOOK_FORWARD || p->hook == FW_HOOK_POSTROUTING;
  fw_truth truth;

  (void)program;
  if (!bridged)
    return fw_truth_of(d->given == d->invert);
  truth = physdev_part(fw_truth_of(out && p->bridge_out != NULL), d, FW_PHYSDEV_IS_OUT);
  truth = fw_and(truth, physdev_part(FW_YES, d, FW_PHYSDEV_IS_IN));
  truth = fw_and(truth, physdev_part(fw_truth_of(out), d, FW_PHYSDEV_IS_BRIDGED));
  truth = fw_and(truth, physdev_part(name_holds(p->bridge_in, &d->in), d, FW_PHYSDEV_IN));
  return fw_and(truth, physdev_part(out ? name_holds(p->bridge_out, &d->out) : FW_NO, d, FW_PHYSDEV_OUT));
}

static gboolean is_mapped(const fw_address *a)
{
  return a->words[0] == 0 && a->words[1] == 0 && a->words[2] == GUINT32_TO_BE(0xffff);
}

/*
 * Of IPv6 what an address is by itself has to be all that is asked for, and what a route says of it one of the rest: a
 * local address is UNICAST as well.
 */
static fw_truth addrtype_side_six(const fw_program *program, const fw_address *a, guint16 types,
                                  const fw_interface_name *limit)
{
  static const fw_address any, one = { .bytes = { [15] = 1 } };
  const gboolean many = a->bytes[0] == 0xff, nobody = memcmp(a, &any, sizeof any) == 0;
  const fw_network *local;

  if ((types & FW_ADDRTYPE_MULTICAST && !many) || (types & FW_ADDRTYPE_UNSPEC && !nobody) ||
      (types & FW_ADDRTYPE_UNICAST && (many || nobody || is_mapped(a))))
    return FW_NO;
  if (!(types & (FW_ADDRTYPE_LOCAL | FW_ADDRTYPE_ANYCAST | FW_ADDRTYPE_UNREACHABLE)))
    return FW_YES;
  if (types & FW_ADDRTYPE_UNREACHABLE && !many && !nobody &&
      fw_box_facts_is_local(program->facts, FW_IPV6, a) == NULL &&
      fw_box_facts_look_up(program->facts, FW_IPV6, a).end != FW_ROUTE_GOES)
    return FW_YES;
  if (!(types & FW_ADDRTYPE_LOCAL) || many || nobody)
    return FW_NO;
  if (memcmp(a, &one, sizeof one) == 0 && limit == NULL)
    return FW_YES;
  if (program->facts->local->len == 0)
    return FW_UNKNOWN;
  local = fw_box_facts_is_local(program->facts, FW_IPV6, a);
  if (local == NULL || limit == NULL)
    return fw_truth_of(local != NULL);
  if (local->interface == NULL || !limit->known)
    return FW_UNKNOWN;
  return fw_truth_of(strcmp(local->interface, limit->name) == 0);
}

static fw_truth addrtype_side(const fw_program *program, const fw_packet *p, gboolean source, guint16 types,
                              const fw_interface_name *limit)
{
  const fw_address *a = source ? &p->source : &p->destination;
  guint16 type;
  const fw_network *local;

  if (p->family == FW_IPV6)
    return addrtype_side_six(program, a, types, limit);
  /* Found already, where rules' own fields ask for it. */
  type = !program->asks_types ? fw_box_facts_type(program->facts, p->family, a)
         : source             ? p->source_type
                              : p->destination_type;
  if (program->facts->local->len == 0 && types & (FW_ADDRTYPE_LOCAL | FW_ADDRTYPE_UNICAST | FW_ADDRTYPE_BROADCAST) &&
      type == FW_ADDRTYPE_UNICAST)
    return (types & FW_ADDRTYPE_LOCAL && types & FW_ADDRTYPE_UNICAST) ? FW_YES : FW_UNKNOWN;
  if (limit != NULL && type == FW_ADDRTYPE_LOCAL) {
    local = fw_box_facts_is_local(program->facts, p->family, a);
    if (local == NULL || local->interface == NULL || !limit->known)
      return FW_UNKNOWN;
    if (strcmp(local->interface, limit->name) != 0)
      type = FW_ADDRTYPE_UNICAST;
  }
  return fw_truth_of((types & type) != 0);
}

static fw_truth holds_addrtype(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_addrtype *a = test->data;
  const fw_interface_name *limit = a->given & FW_ADDRTYPE_LIMIT_IN    ? p->in
                                   : a->given & FW_ADDRTYPE_LIMIT_OUT ? p->out
                                                                      : NULL;
  fw_truth source = FW_YES, destination = FW_YES;

  if (a->given & FW_ADDRTYPE_SOURCE) {
    source = addrtype_side(program, p, TRUE, a->source, limit);
    if (source != FW_UNKNOWN && a->invert & FW_ADDRTYPE_SOURCE)
      source = fw_truth_of(source == FW_NO);
  }
  if (source != FW_NO && a->given & FW_ADDRTYPE_DESTINATION) {
    destination = addrtype_side(program, p, FALSE, a->destination, limit);
    if (destination != FW_UNKNOWN && a->invert & FW_ADDRTYPE_DESTINATION)
      destination = fw_truth_of(destination == FW_NO);
  }
  return fw_and(source, destination);
}

/*
 * A packet without a socket has no owner; only those of the box itself have one, and it is not in the capture. The
 * kernel's ICMP errors have a socket of its own, which is nobody's file; a reset of REJECT has none.
 */
static fw_truth holds_owner(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_owner *o = test->data;
  guint asked = o->given & ~o->invert;

  (void)program;
  if (p->made && p->protocol != CT_PROTO_TCP)
    return fw_truth_of((o->given & o->invert & FW_OWNER_SOCKET) == 0 && (asked & (FW_OWNER_UID | FW_OWNER_GID)) == 0);
  if (!p->own || p->made)
    return fw_truth_of(asked == 0);
  return FW_UNKNOWN;
}

/* As if there were no IPsec. */
static fw_truth holds_policy(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_policy_match *m = test->data;

  (void)program;
  if (p->protocol == 50 || p->protocol == 51)
    return FW_UNKNOWN;
  return fw_truth_of(m->none);
}

static fw_truth holds_rpfilter(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_rpfilter *r = test->data;
  fw_route way;
  gboolean invert = (r->given & FW_RPFILTER_INVERT) != 0;

  if (!p->in->known)
    return FW_UNKNOWN;
  if (strcmp(p->in->name, "lo") == 0)
    return fw_truth_of(!invert);
  if (fw_box_facts_is_local(program->facts, p->family, &p->source) != NULL)
    return fw_truth_of(((r->given & FW_RPFILTER_ACCEPT_LOCAL) != 0) != invert);
  if (p->family == FW_IPV4 && p->source.words[0] == 0) /* broadcasts and multicasts of who has no address yet */
    return fw_truth_of(!invert);
  way = fw_box_facts_look_up(program->facts, p->family, &p->source);
  if (way.end != FW_ROUTE_GOES)
    return fw_truth_of(invert);
  if (way.interface == NULL)
    return FW_UNKNOWN;
  return fw_truth_of((r->given & FW_RPFILTER_LOOSE || strcmp(way.interface, p->in->name) == 0) != invert);
}

static fw_truth holds_eui64(fw_program *program, fw_packet *p, const fw_test *test)
{
  guint8 id[8];

  (void)program, (void)test;
  if (p->link == NULL)
    return FW_UNKNOWN;
  memcpy(id, p->link + 6, 3);
  id[0] ^= 2;
  id[3] = 0xff;
  id[4] = 0xfe;
  memcpy(id + 5, p->link + 9, 3);
  return fw_truth_of(memcmp(p->source.bytes + 8, id, 8) == 0);
}

/* -- time -- */

/* Days since 1970 to month day (1..31): the civil calendar. */
static guint month_day(gint64 days)
{
  gint64 era, z = days + 719468;
  guint doe, yoe, doy, mp;

  era = (z >= 0 ? z : z - 146096) / 146097;
  doe = (guint)(z - era * 146097);
  yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  mp = (5 * doy + 2) / 153;
  return doy - (153 * mp + 2) / 5 + 1;
}

static gint64 floor_div(gint64 a, gint64 b) { return a / b - (a % b < 0); }

static fw_truth holds_time(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_time *t = test->data;
  gint64 stamp = floor_div(program->now_ns, 1000000000), days;
  guint32 second;

  (void)p;
  if (stamp < t->date_start || stamp > t->date_stop)
    return FW_NO;
  days = floor_div(stamp, 86400);
  second = (guint32)(stamp - days * 86400);
  if (t->day_start < t->day_stop) {
    if (second < t->day_start || second > t->day_stop)
      return FW_NO;
  } else {
    if (second < t->day_start && second > t->day_stop)
      return FW_NO;
    if (t->contiguous && second <= t->day_stop)
      days--;
  }
  if (!(t->week_days & 1 << (((days + 3) % 7 + 7) % 7 + 1))) /* 1970 began on a Thursday; Monday is 1 */
    return FW_NO;
  return fw_truth_of((t->month_days & 1U << month_day(days)) != 0);
}

const fw_test_ops fw_about_tests[FW_MATCH_COUNT] = {
  [FW_MATCH_comment] = { .holds = holds_comment },   [FW_MATCH_mark] = { .holds = holds_mark },
  [FW_MATCH_mac] = { .holds = holds_mac },           [FW_MATCH_pkttype] = { .holds = holds_pkttype },
  [FW_MATCH_physdev] = { .holds = holds_physdev },   [FW_MATCH_addrtype] = { .holds = holds_addrtype },
  [FW_MATCH_owner] = { .holds = holds_owner },       [FW_MATCH_policy] = { .holds = holds_policy },
  [FW_MATCH_rpfilter] = { .holds = holds_rpfilter }, [FW_MATCH_eui64] = { .holds = holds_eui64 },
  [FW_MATCH_time] = { .holds = holds_time },
};
