/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ruleset made ready to be walked: chains as arrays of rules with their plain tests beside each other, matches as
 * functions with their data and the place of what they remember. And everything that moves while packets run: counters,
 * buckets, lists, sets. One program belongs to one replay; the ruleset stays what it is and has to outlive it.
 */
#ifndef FIREWALL_WALK_PROGRAM_H
#define FIREWALL_WALK_PROGRAM_H

#include "firewall/extension.h"
#include "firewall/walk/packet.h"

/* What a test says of a packet (RULES 1.5). */
typedef enum fw_truth {
  FW_NO,
  FW_YES,
  FW_UNKNOWN, /* nobody here can know */
  FW_HOTDROP  /* the packet is dropped at once, although the rule does not match (RULES 3) */
} fw_truth;

typedef struct fw_program fw_program;
typedef struct fw_step fw_step;
typedef struct fw_test fw_test;

typedef fw_truth (*fw_test_fn)(fw_program *program, fw_packet *p, const fw_test *test);
/* => FALSE: the target drops the packet (a malformed TCP header). */
typedef gboolean (*fw_act_fn)(fw_program *program, fw_packet *p, const fw_step *step);

/* One match of a rule. */
struct fw_test {
  fw_test_fn holds;
  const void *data;
  void *state; /* what it remembers; NULL: nothing */
  const fw_match *match;
};

/* How a rule ends. */
typedef enum fw_end {
  FW_END_NEXT, /* acts at most, and goes on */
  FW_END_ACCEPT,
  FW_END_DROP,
  FW_END_REJECT, /* a drop that is answered */
  FW_END_RETURN,
  FW_END_JUMP,
  FW_END_GOTO,
  FW_END_NAT,   /* accepts, and binds the connection to what its target maps to (nat.h) */
  FW_END_QUEUE, /* accepted by convention: who reads the queue decides */
  FW_END_UNKNOWN
} fw_end;

/* One number of a packet, under a mask (but a length), and between which two it has to be, or not to be. */
typedef enum fw_quick_number { FW_QUICK_TTL, FW_QUICK_LENGTH, FW_QUICK_TOS, FW_QUICK_FLAGS } fw_quick_number;
typedef struct fw_quick_value {
  guint16 from, to, mask;
  guint8 number; /* fw_quick_number */
  guint8 invert;
} fw_quick_value;

/*
 * One rule, in one cache line: what it asks for that can be asked at once (quick.h) stands in its own fields. Matches
 * that always hold are left out.
 */
struct fw_step {
  guint8 given, invert; /* FW_TEST_ */
  guint8 protocol;
  guint8 end;    /* fw_end */
  guint16 quick; /* FW_QUICK_ */
  guint16 n_tests;
  guint32 in, out; /* patterns */
  /* Quick. An address that is not asked for, or inverted, has a mask of 0; of IPv6 these are the first four bytes. */
  guint32 source, source_mask, destination, destination_mask;
  union {
    struct {
      fw_range16 sport, dport;
    };
    fw_mark mark; /* of the packet or its connection */
    fw_quick_value value;
    guint64 ports; /* bits of fw_quick_port_bit */
    guint16 types; /* FW_ADDRTYPE_; with '!' those that are not named */
  };
  guint16 states; /* of a match with '!' those that are not named */
  guint8 n_quick; /* tests that these ask */
  guint8 plain;   /* FW_TEST_ that the fields above do not ask */
  guint32 tests;  /* of fw_program.tests: the first */
  const fw_rule *rule;
  union {
    fw_act_fn act; /* NEXT */
    guint32 chain; /* JUMP, GOTO */
  };
};

struct fw_index;

typedef struct fw_walk_chain {
  const fw_chain *chain;
  fw_step *steps;
  guint n;
  gint32 priority;
  struct fw_index *index; /* of a long one; NULL: none */
  guint deepest;          /* rules that were reached: the first so many */
  gboolean nat;           /* of table nat: asked once for each connection */
  guint8 policy;          /* fw_verdict */
  fw_counters counters;   /* of the policy */
} fw_walk_chain;

/* The built-in chains of a family and a hook but those of table nat, in the order in which they see a packet. */
typedef struct fw_hook_chains {
  fw_walk_chain **chains;
  guint n_before;     /* the first so many stand before conntrack */
  guint n_before_nat; /* and so many before nat, wherever there is such a hook */
  guint n;
} fw_hook_chains;

enum { FW_PRIORITY_CONNTRACK = -200 };
/* Where the nat hook stands among the chains of its point, whatever nat chains say of themselves. */
static inline gint32 fw_nat_priority(fw_hook hook)
{
  return hook == FW_HOOK_PREROUTING || hook == FW_HOOK_OUTPUT ? -100 : 100;
}

/* When and how often a rule was hit. */
typedef struct fw_hits {
  fw_counters counters; /* from those written on */
  guint64 packets;      /* of this replay */
  gint64 first_ns, last_ns;
  guint64 first_packet, last_packet;
} fw_hits;

/* What a program is told of the machine that it stands for. */
typedef struct fw_box_facts fw_box_facts;

struct fw_program {
  const fw_ruleset *ruleset;
  fw_backend backend;
  fw_walk_chain *chains;
  guint n_chains;
  fw_hits *hits;  /* by fw_rule.serial */
  fw_step *steps; /* at a cache line's beginning, in steps_memory */
  gpointer steps_memory;
  fw_test *tests;
  GHashTable *chain_of;                    /* fw_chain* => number + 1 */
  GPtrArray *patterns;                     /* fw_interface* as rules have them; names' `holds` are indexed alike */
  GHashTable *pattern_of;                  /* "eth+" => its number + 1 */
  GHashTable *names;                       /* name => fw_interface_name* */
  fw_interface_name nothing, unknown;      /* no interface; nobody knows which */
  fw_interface_name no_way[FW_ROUTE_ENDS]; /* as unknown, of a way that ends so; not of FW_ROUTE_GOES */
  struct {
    const char *asked;
    const fw_interface_name *found;
  } latest[8]; /* names by the addresses that they were asked with */
  /* The built-in chains of a family and a hook, in the order in which they see a packet. */
  GArray *hooks[2][FW_HOOKS]; /* guint: chain */
  fw_hook_chains rows[2][FW_HOOKS];
  guint nat_since[2]; /* by family: the chain of type nat that was there first; n_chains: there is none */
  gboolean tracks;    /* some rule needs connection tracking (RULES 1.1) */
  const fw_box_facts *facts;
  /* The moment. */
  const ct_engine *engine;
  gint64 now_ns; /* the capture's clock */
  guint64 jiffies;
  guint hz;
  gint64 loaded_ns;
  fw_family loading; /* of the match whose state is being made */
  guint64 loaded_jiffies;
  gint64 tick_ends_ns; /* jiffies are right until then */
  guint64 random;      /* xorshift state */
  ct_view view;        /* of the packet's entry, when view_of is it */
  const ct_entry *view_of;
  ct_view ended;         /* of the entry that ended last (ct_engine_keep_ended) */
  ct_passage *passage;   /* for targets that change the entry; NULL: none */
  ct_template *template; /* table raw */
  gboolean zone_by_mark; /* its zone is the mark with which the packet comes to conntrack */
  gboolean maybe;        /* in a rule or chain that is perhaps never reached: nothing may be changed for certain */
  gboolean loaded;
  gboolean traced;            /* the packet met TRACE */
  gboolean postrouting_blind; /* what is forwarded has no input device in POSTROUTING */
  gboolean uncounted;         /* some ways may hold packets that are not counted yet (settled.h) */
  /* Memory that rules share by name. */
  GHashTable *recents, *hashlimits, *sets;
  struct fw_frame *stack;   /* of jumps: n_chains + 1 */
  gboolean backend_decides; /* a test came out as it would not have with the other half of iptables */
  /* Who hears of each packet that a rule counts; NULL: nobody. */
  void (*counted)(const fw_packet *p, const fw_rule *rule, gpointer user);
  gpointer counted_user;
  struct fw_nft_run *nft; /* what moves in rules of nftables; NULL: there are none */
  GHashTable *timeouts;   /* fw_timeout_policy* => gint64*, by ct_timeout */
  const char *no_policy;  /* that CT --timeout names and nobody knows; NULL: none that a packet met */
  gboolean labels;        /* some rule uses labels of connections */
  gboolean asks_types;    /* some rule asks at once for an address's kind, */
  gboolean asks_connmark; /* or for a connection's mark */
  gboolean offloads;      /* a flow may have been taken past the rules */
  /*
   * The packet's bytes, which may be changed then, of a packet that has become `more` bytes longer (NULL: it cannot);
   * and what is to be told after addresses or ports were changed. NULL: they may not.
   */
  guint8 *(*own_bytes)(fw_packet *p, guint32 more, gpointer user);
  void (*changed)(const fw_program *program, fw_packet *p);
  gpointer own_user;
  /* Who listens to LOG and TRACE. */
  void (*log)(const fw_packet *p, const fw_rule *rule, gpointer user);
  gpointer log_user;
};

static inline void fw_program_template(fw_program *program, ct_template *template)
{
  program->template = template;
  program->zone_by_mark = FALSE;
}

/* The template as conntrack takes it with the packet. */
static inline void fw_program_template_ends(fw_program *program, const fw_packet *p)
{
  if (G_UNLIKELY(program->zone_by_mark))
    program->template->zone = (guint16)p->mark;
}

/* loaded_ns: the moment at which the rules were loaded, the first packet's. hz 0: 250. */
fw_program *fw_program_new(const fw_ruleset *ruleset, fw_backend backend, const fw_box_facts *facts, guint hz,
                           guint64 seed);
/* NULL is fine. */
void fw_program_free(fw_program *program);

/* The clock is set for each packet; within a tick that is soon done. */
void fw_program_tick(fw_program *program, gint64 now_ns);
static inline void fw_program_set_time(fw_program *program, gint64 now_ns)
{
  if (now_ns >= program->now_ns && now_ns < program->tick_ends_ns)
    program->now_ns = now_ns;
  else
    fw_program_tick(program, now_ns);
}
/* => the one struct of a name. NULL: unknown; "": none. */
const fw_interface_name *fw_program_interface(fw_program *program, const char *name);
/* What masquerading remembers a device by: never 0. */
guint32 fw_device_number(const char *name);
guint32 fw_program_random(fw_program *program); /* 32 bits */

/*
 * The view of the packet's entry; of one that this packet has ended, as it was then. => NULL: it has none, or nobody
 * knows any more what it was.
 */
const ct_view *fw_program_view(fw_program *program, const fw_packet *p);

#endif
