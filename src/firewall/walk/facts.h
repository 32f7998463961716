/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What nobody can read from a capture: which addresses are the box's own, which way leads where (RULES 1.4). */
#ifndef FIREWALL_WALK_FACTS_H
#define FIREWALL_WALK_FACTS_H

#include "conntrack/view.h"
#include "firewall/ruleset.h"
#include "firewall/walk/packet.h"

/* A network; interface NULL: not said, or a route that ends. */
typedef struct fw_network {
  fw_family family;
  fw_address address, mask;
  guint8 length;
  guint8 end; /* fw_route_end */
  char *interface;
} fw_network;

/* What matches that nobody can decide are taken for, by their names (--assume). */
typedef struct fw_assumption {
  char *match;
  gboolean holds;
} fw_assumption;

/* A network of IPv4 that leads somewhere, or ends. */
typedef struct fw_way4 {
  guint32 network, mask;
  guint8 length, end;
  const char *interface;
} fw_way4;

/* What the longest prefix says of an address. */
typedef struct fw_route {
  const char *interface; /* NULL: nobody knows, or it ends */
  fw_route_end end;
  guint8 length; /* of the prefix */
} fw_route;

struct fw_box_facts {
  GArray *local;       /* fw_network: the box's addresses with the length of their networks */
  GArray *routes;      /* fw_network; interface NULL: it ends, or leaves by one that nobody knows */
  GArray *assumptions; /* fw_assumption */
  gboolean bridge;     /* a bridge under br_netfilter: no routing, no TTL (RULES 1.1) */
  char *bridge_name;
  GArray *policies;              /* fw_timeout_policy (policies.h): what CT --timeout names */
  const char *const *labels;     /* the caller's: names of the CT_LABELS labels; NULL: not known */
  gboolean complete;             /* there are no other routes: what none leads to is unreachable */
  gboolean localnet_ends;        /* the box has told that its route_localnet is 0: 127.0.0.0/8 is a martian */
  gboolean host[2];              /* of a family: the box is no router, and forwards nothing */
  gboolean no_router6;           /* no device of the box is in IPv6's groups of routers */
  gboolean source_routes;        /* the box has told that it takes them (accept_source_route) */
  guint32 mtu_bytes;             /* of its devices; 0: not known, and large enough */
  char *interface;               /* of all packets of captures that name none; NULL: unknown */
  struct fw_routing *routing[2]; /* of a family: rules choose the table (routing.h); NULL: the main one decides */
  /* Of fw_box_facts_changed: the same of IPv4 in few bytes, as each packet asks. */
  guint changes;
  GArray *own4;       /* guint32: the box's addresses */
  GArray *broadcast4; /* guint32: of their networks */
  GArray *ways4;      /* fw_way4: the longest prefix first, and of alike ones a route before a network of `local` */
};

#ifndef FIREWALL_WALK_PROGRAM_H
typedef struct fw_box_facts fw_box_facts;
#endif

fw_box_facts *fw_box_facts_new(void);
void fw_box_facts_free(fw_box_facts *facts); /* NULL is fine */
/* After something was taken out of `local` or `routes`. */
void fw_box_facts_changed(fw_box_facts *facts);
/*
 * "ADDRESS[/LENGTH][@INTERFACE]"; "PREFIX=INTERFACE", with unreachable, prohibit, blackhole or throw in its place where
 * the route ends, and "?" where nobody knows by which it leaves; "MATCH=yes|no". => FALSE: it is none.
 */
gboolean fw_box_facts_local(fw_box_facts *facts, const char *text);
gboolean fw_box_facts_route(fw_box_facts *facts, const char *text);
gboolean fw_box_facts_assume(fw_box_facts *facts, const char *text);

/*
 * "4" or "6", and a rule (fw_routing_rule); "TABLE PREFIX=INTERFACE", a route of another table than main, which only
 * counts where its family has rules already. => FALSE: it is none.
 */
gboolean fw_box_facts_rule(fw_box_facts *facts, const char *text);
gboolean fw_box_facts_table(fw_box_facts *facts, const char *text);

/*
 * By the longest prefix; of alike ones a route before a network of `local`, and the first before the others. Where
 * rules choose the table: what they say of the destination alone.
 */
fw_route fw_box_facts_look_up(const fw_box_facts *facts, fw_family family, const fw_address *to);
/* The same where rules do not choose: of the main table. */
fw_route fw_box_facts_look_up_main(const fw_box_facts *facts, fw_family family, const fw_address *to);
/* Its interface. => NULL: nobody knows, or it ends. */
const char *fw_box_facts_way(const fw_box_facts *facts, fw_family family, const fw_address *to);
/* Whether one of the ways to it is by this interface. */
gboolean fw_box_facts_leads(const fw_box_facts *facts, fw_family family, const fw_address *to, const char *interface);
/* => the network whose host address it is; NULL: not the box's. */
const fw_network *fw_box_facts_is_local(const fw_box_facts *facts, fw_family family, const fw_address *address);
/* FW_ADDRTYPE_ of match/data.h: one bit. */
guint16 fw_box_facts_type(const fw_box_facts *facts, fw_family family, const fw_address *address);
/* "the route to where it goes is prohibited", of one that ends. */
const char *fw_route_end_words(fw_route_end end);
/* => how a route ends whose kind is called so ("throw", "prohibit"); GOES: it is no such word. */
fw_route_end fw_route_end_of(const char *word);
gboolean fw_address_under(const fw_address *address, const fw_address *network, const fw_address *mask);

#endif
