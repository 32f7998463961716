/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules as data: what a ruleset says, without a word about packets. Whoever reads a language (iptables-save,
 * nftables' JSON, ipset's save) fills this model; whoever writes, lists or evaluates rules only reads it.
 *
 * A ruleset owns everything in it, names included; pointers live until fw_ruleset_free. While a file is read the rules
 * of a chain are in motion; from the end of reading on `rules` is a plain array. Nothing here changes while packets
 * run: what moves then (counters, buckets, lists) belongs to the evaluation, which finds its own place for each rule
 * and each match by their `serial`, numbers from 0 without a gap in the whole ruleset.
 *
 * What is not understood keeps its text and is said in `notes`, once for each place: a match or target without `ops`,
 * an option that its extension does not know. Such a rule is *unknown* (RULES 1.5), never skipped.
 */
#ifndef FIREWALL_RULESET_H
#define FIREWALL_RULESET_H

#include <glib.h>

typedef struct fw_ruleset fw_ruleset;
typedef struct fw_table fw_table;
typedef struct fw_chain fw_chain;
typedef struct fw_rule fw_rule;
typedef struct fw_match fw_match;
typedef struct fw_target fw_target;
typedef struct fw_set fw_set;
typedef struct fw_match_ops fw_match_ops;
typedef struct fw_target_ops fw_target_ops;

/* X(NAME, text). iptables has the first two; the others are nftables'. */
#define FW_FAMILY_LIST(X) \
  X(IPV4, "ip") X(IPV6, "ip6") X(INET, "inet") X(BRIDGE, "bridge") X(NETDEV, "netdev") X(ARP, "arp")
/* X(NAME, the name in iptables, the kernel's name). The order is the kernel's number. */
#define FW_HOOK_LIST(X)                     \
  X(PREROUTING, "PREROUTING", "prerouting") \
  X(INPUT, "INPUT", "input")                \
  X(FORWARD, "FORWARD", "forward")          \
  X(OUTPUT, "OUTPUT", "output")             \
  X(POSTROUTING, "POSTROUTING", "postrouting")
/* X(NAME, text): what ends a chain; NONE is a user chain. */
#define FW_POLICY_LIST(X) X(NONE, "-") X(ACCEPT, "ACCEPT") X(DROP, "DROP")

typedef enum fw_family {
#define X(name, text) FW_##name,
  FW_FAMILY_LIST(X)
#undef X
} fw_family;

typedef enum fw_hook {
#define X(name, text, kernel) FW_HOOK_##name,
  FW_HOOK_LIST(X)
#undef X
    FW_HOOKS,
  FW_HOOK_NONE = FW_HOOKS
} fw_hook;

typedef enum fw_policy {
#define X(name, text) FW_POLICY_##name,
  FW_POLICY_LIST(X)
#undef X
} fw_policy;

/* Which half of iptables the rules were loaded by: they judge some packets differently (RULES 6.3). */
typedef enum fw_backend { FW_BACKEND_UNSET, FW_BACKEND_LEGACY, FW_BACKEND_NFT } fw_backend;

/* IPv4 in the first four bytes, the rest 0; network order. */
typedef union fw_address {
  guint8 bytes[16];
  guint32 words[4];
} fw_address;

typedef struct fw_counters {
  guint64 packets, bytes;
} fw_counters;

/* Both ends belong to the range. */
typedef struct fw_range16 {
  guint16 from, to;
} fw_range16;

typedef struct fw_range32 {
  guint32 from, to;
} fw_range32;

typedef struct fw_range64 {
  guint64 from, to;
} fw_range64;

typedef struct fw_mark {
  guint32 value, mask;
} fw_mark;

/* Where something was written. Lines and columns count from 1; 0: not said. */
typedef struct fw_place {
  const char *file;
  guint line, column;
} fw_place;

/* A name that packets' interfaces are compared with. name is NULL where any will do (no test). */
typedef struct fw_interface {
  const char *name; /* without the '+' */
  guint8 length;    /* of name */
  gboolean prefix;  /* a '+' was behind it */
} fw_interface;

/* The built-in tests of an iptables rule, bits of fw_tests.given and .invert. */
enum {
  FW_TEST_SOURCE = 1 << 0,
  FW_TEST_DESTINATION = 1 << 1,
  FW_TEST_IN = 1 << 2,
  FW_TEST_OUT = 1 << 3,
  FW_TEST_PROTOCOL = 1 << 4,
  FW_TEST_FRAGMENT = 1 << 5,
};

/* A test that is not given always holds, and its fields are 0. */
typedef struct fw_tests {
  guint8 given, invert;
  guint8 protocol;
  gboolean protocol_named; /* it was written as a name */
  fw_interface in, out;
  fw_address source, source_mask, destination, destination_mask; /* addresses are under their masks already */
} fw_tests;

struct fw_match {
  const fw_match_ops *ops; /* NULL: it is not known here, or some of its options are not; `text` has all its words */
  const char *name;        /* as written behind -m */
  const char *text;        /* without ops: "--option value ..."; NULL: no words */
  void *data;              /* parsed, of ops->size bytes: the struct that match/data.h names; NULL without ops */
  guint32 serial;
};

/* How a rule goes on. X(NAME, text in JSON). */
#define FW_TARGET_KIND_LIST(X) \
  X(NONE, "none")              \
  X(ACCEPT, "accept")          \
  X(DROP, "drop")              \
  X(RETURN, "return")          \
  X(QUEUE, "queue")            \
  X(JUMP, "jump")              \
  X(GOTO, "goto")              \
  X(EXTENSION, "extension")    \
  X(UNKNOWN, "unknown")

typedef enum fw_target_kind {
#define X(name, text) FW_TARGET_##name,
  FW_TARGET_KIND_LIST(X)
#undef X
} fw_target_kind;

struct fw_target {
  fw_target_kind kind;
  gboolean is_goto;         /* written with -g: of an UNKNOWN one too */
  const char *name;         /* as written behind -j or -g; NULL: NONE */
  fw_chain *chain;          /* JUMP, GOTO */
  const fw_target_ops *ops; /* EXTENSION; NULL for UNKNOWN */
  const char *text;         /* of UNKNOWN, and of opaque extensions: its words; NULL: none */
  void *data;               /* EXTENSION: parsed, the struct that target/data.h names */
};

struct fw_rule {
  fw_chain *chain;
  guint number;        /* in its chain, from 1 */
  guint32 serial;      /* in the ruleset, from 0 */
  guint line;          /* in chain->table->file, from 1 */
  guint8 unknown;      /* something in it was not understood */
  guint8 has_counters; /* they were written, even if as zeros */
  guint16 n_matches;
  fw_counters counters;    /* as written: what counting starts from */
  fw_tests *tests;         /* NULL: none of them given */
  struct fw_nft_rule *nft; /* of nftables: its statements, of which `matches` has the names; NULL: of iptables */
  fw_match *matches;       /* n_matches, in the order in which they are tried */
  fw_target target;
};

struct fw_chain {
  fw_table *table;
  const char *name;
  fw_hook hook;    /* FW_HOOK_NONE: a user chain */
  gint32 priority; /* of a built-in chain: the kernel's number, lowest first */
  fw_policy policy;
  gboolean declared;    /* by a line of its own; a built-in chain that is not has no known policy in a fragment */
  fw_counters counters; /* of the policy, as written */
  guint line;
  guint index;              /* in the table, from 0 */
  guint8 hooks;             /* 1 << hook for each built-in chain that reaches it, itself included */
  guint8 frames;            /* a base chain that sees frames reaches it, itself included: those are not followed */
  struct fw_nft_chain *nft; /* NULL: of iptables */
  GSequence *reading;       /* fw_rule*, while a file is read; NULL afterwards */
  fw_rule **rules;          /* n_rules */
  guint n_rules;
};

struct fw_table {
  fw_ruleset *ruleset;
  fw_family family;
  const char *name;
  const char *file;
  guint line;
  GPtrArray *chains; /* fw_chain*, in the order of their appearance */
  GHashTable *by_name;
  struct fw_nft_table *nft; /* NULL: of iptables */
};

/* X(NAME, text): the kinds of what is not understood, or is worth a word. */
#define FW_NOTE_LIST(X)                        \
  X(MATCH, "unknown match")                    \
  X(TARGET, "unknown target")                  \
  X(OPTION, "unknown option")                  \
  X(CHAIN, "no such chain or target")          \
  X(COMMAND, "a command that is not followed") \
  X(SET, "unknown set type")                   \
  X(NO_SET, "no such set")                     \
  X(LABEL, "a label by its name")              \
  X(INCOMPLETE, "not the whole ruleset")       \
  X(WARNING, "warning")

typedef enum fw_note_kind {
#define X(name, text) FW_NOTE_##name,
  FW_NOTE_LIST(X)
#undef X
} fw_note_kind;

typedef struct fw_note {
  fw_note_kind kind;
  fw_place place;
  const char *words; /* as written */
} fw_note;

/* A set of ipset. Elements stay in the order of the file; the hash or tree to find them by is the evaluation's. */
typedef enum fw_set_part {
  FW_SET_NOTHING,
  FW_SET_IP,   /* an address or a range of them */
  FW_SET_NET,  /* an address under a prefix length */
  FW_SET_PORT, /* protocol and port, or a range of ports; ICMP: type << 8 | code */
  FW_SET_MAC,
  FW_SET_IFACE,
  FW_SET_MARK,
  FW_SET_MEMBER /* of list:set: another set */
} fw_set_part;

#define FW_SET_DIMENSIONS 3

typedef struct fw_set_value {
  union {
    struct {
      fw_address from, to; /* IP, NET: first and last address; both ends belong to it */
    };
    struct {
      guint16 port_from, port_to;
      guint8 protocol; /* bitmap:port has none: 0 */
    };
    guint8 mac[6];
    const char *iface;
    guint32 mark;
    fw_set *set;
  };
  guint8 prefix;    /* IP, NET: its length where it was written as one, else the full length */
  gboolean physdev; /* IFACE */
  gboolean any;     /* MAC of bitmap:ip,mac: not given yet */
} fw_set_value;

typedef struct fw_set_element {
  fw_set_value values[FW_SET_DIMENSIONS];
  guint line;
  gboolean nomatch;
  gint64 timeout_s; /* -1: none; 0: for ever */
  fw_counters counters;
  const char *comment;
  gboolean has_skb_mark, has_skb_priority, has_skb_queue;
  fw_mark skb_mark;
  guint16 skb_priority_major, skb_priority_minor, skb_queue;
} fw_set_element;

struct fw_set {
  const char *name, *type; /* type as written: "hash:ip,port" */
  fw_family family;        /* of its addresses */
  gboolean known;          /* the type is one of ours; otherwise elements are only text, noted */
  guint dimensions;
  fw_set_part parts[FW_SET_DIMENSIONS];
  gboolean bitmap, list;
  fw_place place;
  const char *options; /* of create, as written, behind the type */
  fw_set_value range;  /* bitmap: `range` */
  guint8 netmask;      /* hash:ip, bitmap:ip: `netmask`, else the full length */
  gint64 timeout_s;    /* default of elements; -1: the set knows no timeouts */
  gboolean has_counters, has_comments, has_skb_info, forceadd;
  guint32 max_elements; /* maxelem, 65536 where it is not said; list:set: `size` */
  GPtrArray *elements;  /* fw_set_element* */
};

/* What a file said of itself. */
typedef struct fw_file {
  const char *name;
  fw_family family;
  gboolean family_said; /* forced, or by its banner; otherwise from what it holds */
  fw_backend backend;   /* by its banner, UNSET where there is none that says */
  guint version;        /* of iptables, by its banner: 10809 is 1.8.9; 0: not said */
  gboolean sets;        /* an `ipset save` file */
  gboolean nft;         /* nftables' JSON; family is FW_INET then */
} fw_file;

struct fw_ruleset {
  GPtrArray *files;  /* fw_file* */
  GPtrArray *tables; /* fw_table*, in the order of their appearance; one for each family and name */
  GPtrArray *sets;   /* fw_set* */
  GPtrArray *notes;  /* fw_note*, in the order of reading */
  GHashTable *set_by_name;
  struct fw_nft_ruleset *nft; /* NULL: no file was nftables' */
  guint32 n_rules, n_matches; /* serials are below these */
  struct fw_store *store;
};

fw_ruleset *fw_ruleset_new(void);
void fw_ruleset_free(fw_ruleset *ruleset);

/* => NULL: there is none. */
fw_table *fw_ruleset_table(const fw_ruleset *ruleset, fw_family family, const char *name);
fw_chain *fw_table_chain(const fw_table *table, const char *name);
fw_chain *fw_table_hook_chain(const fw_table *table, fw_hook hook);
fw_set *fw_ruleset_set(const fw_ruleset *ruleset, const char *name);

/* => how many rules are unknown. */
guint fw_ruleset_unknown_rules(const fw_ruleset *ruleset);

const char *fw_family_name(fw_family family);
const char *fw_hook_name(fw_hook hook); /* "FORWARD" */
const char *fw_policy_name(fw_policy policy);
const char *fw_target_kind_name(fw_target_kind kind);
const char *fw_note_kind_text(fw_note_kind kind);

/* Whether some rule has a match of that name. */
gboolean fw_ruleset_has_match(const fw_ruleset *ruleset, const char *name);

/*
 * Memory of a ruleset, for those who fill it: cleared, aligned to 8, gone with the ruleset. fw_ruleset_word gives one
 * copy for all equal words.
 */
void *fw_ruleset_take(fw_ruleset *ruleset, gsize bytes);
const char *fw_ruleset_word(fw_ruleset *ruleset, const char *text, gssize length);

/* For readers: see build.h. */

#endif
