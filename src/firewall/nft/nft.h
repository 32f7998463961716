/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of nftables as data (RULES 5): what the JSON of `nft -j list ruleset` says, with every value in the bytes that
 * the kernel compares. The chains, rules and tables are those of ruleset.h, which point to what stands here; a rule of
 * nftables is a list of statements, tried and done in their order.
 *
 * Values are bytes in network order, whatever order the kernel keeps them in, so that comparing bytes compares numbers.
 * The parts of a concatenation begin at multiples of four bytes, as in the kernel's registers.
 */
#ifndef FIREWALL_NFT_NFT_H
#define FIREWALL_NFT_NFT_H

#include "firewall/nft/fields.h"
#include "firewall/nft/lines.h"
#include "firewall/ruleset.h"

enum { FW_NFT_VALUE_MOST = 80, FW_NFT_PARTS_MOST = 5 };

typedef struct fw_nft_expr fw_nft_expr;
typedef struct fw_nft_statement fw_nft_statement;
typedef struct fw_nft_rule fw_nft_rule;
typedef struct fw_nft_set fw_nft_set;
typedef struct fw_nft_object fw_nft_object;
typedef struct fw_nft_table fw_nft_table;
typedef struct fw_nft_chain fw_nft_chain;
typedef struct fw_nft_ruleset fw_nft_ruleset;

typedef enum fw_nft_expr_kind {
  FW_NFT_VALUE,    /* value */
  FW_NFT_WILDCARD, /* value: the first n_bits of it */
  FW_NFT_PREFIX,   /* value under n_bits */
  FW_NFT_RANGE,    /* value to value_to, both in it */
  FW_NFT_ANY,      /* "*" of a set */
  FW_NFT_LIST,     /* parts: any of them, or their bits together */
  FW_NFT_SET,      /* set */
  FW_NFT_CONCAT,   /* parts */
  FW_NFT_MAP,      /* set of parts[0] */
  FW_NFT_BINARY,   /* op of parts, from the left */
  FW_NFT_PAYLOAD,
  FW_NFT_EXTHDR,
  FW_NFT_OPTION,    /* of TCP */
  FW_NFT_IP_OPTION, /* of IPv4 */
  FW_NFT_CHUNK,     /* of SCTP */
  FW_NFT_META,
  FW_NFT_CT,
  FW_NFT_FIB,
  FW_NFT_NUMGEN,
  FW_NFT_JHASH,
  FW_NFT_OTHER /* nobody can decide it: text */
} fw_nft_expr_kind;

enum { FW_NFT_FIB_SADDR = 1, FW_NFT_FIB_DADDR = 2, FW_NFT_FIB_MARK = 4, FW_NFT_FIB_IIF = 8, FW_NFT_FIB_OIF = 16 };
typedef enum fw_nft_fib_result { FW_NFT_FIB_OIF_INDEX, FW_NFT_FIB_OIF_NAME, FW_NFT_FIB_TYPE } fw_nft_fib_result;

struct fw_nft_expr {
  guint8 kind; /* fw_nft_expr_kind */
  char op;     /* BINARY: one of & | ^ < > */
  guint16 n_bytes, n_bits;
  const fw_nft_type *type;
  guint8 *value, *value_to;
  fw_nft_expr **parts;
  guint n_parts;
  fw_nft_set *set;
  const fw_nft_field *field; /* PAYLOAD (NULL: raw), EXTHDR, OPTION, IP_OPTION, CHUNK */
  guint8 base;               /* PAYLOAD: fw_nft_base */
  guint32 offset_bits;       /* PAYLOAD: from its base */
  guint8 key;                /* META, CT: fw_nft_meta, fw_nft_ct; FIB: fw_nft_fib_result */
  guint8 flags;              /* FIB */
  gint8 direction;           /* CT: 0, 1; -1: none given */
  guint8 family;             /* CT: 2 or 10 of an address, 0: the packet's */
  gboolean presence;         /* EXTHDR, OPTION, IP_OPTION, CHUNK: asked whether it is there */
  gboolean piped, numeric;   /* VALUE of bits: written with '|' between them; as a number */
  guint32 modulus, offset, seed;
  gboolean has_seed, random;
  guint32 state; /* NUMGEN: place of its counter */
  const char *text;
};

/* X(NAME, text) */
/* clang-format off */
#define FW_NFT_STATEMENT_LIST(X)                                                                                       \
  X(MATCH, "match") X(VMAP, "vmap") X(VERDICT, "verdict") X(COUNTER, "counter") X(LIMIT, "limit")                      \
  X(QUOTA, "quota") X(CT_COUNT, "ct count") X(LAST, "last") X(MANGLE, "mangle") X(LOG, "log") X(REJECT, "reject")      \
  X(NOTRACK, "notrack") X(SET_OP, "set") X(CT_HELPER, "ct helper") X(CT_TIMEOUT, "ct timeout")                         \
  X(CT_EXPECTATION, "ct expectation") X(NAT, "nat") X(FLOW, "flow") X(QUEUE, "queue") X(UNDECIDED, "undecided")        \
  X(STRIP, "reset") X(IGNORED, "ignored") X(UNKNOWN, "unknown")
/* clang-format on */

typedef enum fw_nft_statement_kind {
#define X(name, text) FW_NFT_DO_##name,
  FW_NFT_STATEMENT_LIST(X)
#undef X
} fw_nft_statement_kind;

typedef enum fw_nft_op {
  FW_NFT_EQ,
  FW_NFT_NEQ,
  FW_NFT_LT,
  FW_NFT_GT,
  FW_NFT_LTE,
  FW_NFT_GTE,
  FW_NFT_IN, /* any of the bits */
  FW_NFT_NONE_OF
} fw_nft_op;

typedef enum fw_nft_verdict_kind {
  FW_NFT_ACCEPT,
  FW_NFT_DROP,
  FW_NFT_CONTINUE,
  FW_NFT_RETURN,
  FW_NFT_JUMP,
  FW_NFT_GOTO,
  FW_NFT_QUEUE_VERDICT
} fw_nft_verdict_kind;

typedef struct fw_nft_verdict {
  guint8 kind;
  const char *target; /* JUMP, GOTO */
  fw_chain *chain;    /* found when all is read */
} fw_nft_verdict;

/* Packets, where a limit does not say. */
enum { FW_NFT_BURST = 5 };

typedef struct fw_nft_limit {
  guint64 rate, burst;
  guint64 unit_s;
  const char *per, *rate_unit, *burst_unit; /* units NULL: packets */
  gboolean bytes, over, has_burst;
} fw_nft_limit;

typedef struct fw_nft_quota {
  guint64 bytes, used;
  gboolean over;
} fw_nft_quota;

enum { FW_NFT_SET_ADD, FW_NFT_SET_UPDATE, FW_NFT_SET_DELETE };
enum { FW_NFT_SNAT, FW_NFT_DNAT, FW_NFT_MASQUERADE, FW_NFT_REDIRECT };

struct fw_nft_statement {
  guint8 kind; /* fw_nft_statement_kind */
  guint8 op;   /* MATCH: fw_nft_op; SET_OP; NAT: which */
  guint8 family;
  gboolean over;       /* CT_COUNT */
  gboolean plain;      /* REJECT: as its table's family answers where nothing is said */
  gboolean unfollowed; /* MANGLE: understood, but what it changes is the packet's own bytes */
  fw_nft_expr *left;   /* MATCH, VMAP, MANGLE (what is set), SET_OP (the key); objects by a map; NAT: address */
  fw_nft_expr *right;  /* MATCH, MANGLE, SET_OP (data); NAT: port */
  fw_nft_set *set;     /* VMAP, SET_OP */
  fw_nft_verdict verdict;
  fw_nft_verdict *data_verdict; /* SET_OP of a verdict map */
  fw_nft_object *object;        /* named counter, limit, quota, and what ct has */
  fw_nft_statement *inner;      /* SET_OP: done for the element */
  guint n_inner;
  fw_nft_limit limit;
  fw_nft_quota quota;
  fw_counters counters;
  guint32 count;        /* CT_COUNT */
  gint64 timeout_s;     /* SET_OP: of its element; -1: the set's */
  guint8 target_family; /* NAT: of its addresses, 4 or 6 */
  fw_target target;     /* LOG, REJECT, NAT: the same as a target of iptables */
  guint32 state;        /* place of what it remembers, among the ruleset's; inner ones: among the element's */
  const char *name;     /* as JSON calls it */
  const char *text;     /* as nft would print it, or what could not be read */
  const char *prefix, *flags, *level; /* LOG */
  gint group;                         /* LOG: -1: none */
  guint32 snaplen, threshold;
  const char *extra; /* behind the statement, ready to print */
};

struct fw_nft_rule {
  guint64 handle;
  const char *comment;
  fw_nft_statement *statements;
  guint n;
};

typedef struct fw_nft_element {
  fw_nft_expr *key; /* NULL: "*" */
  fw_nft_expr *data;
  fw_nft_verdict *verdict;
  gint64 timeout_s, expires_s; /* -1: none */
  const char *comment;
  fw_nft_statement *inner;
  guint n_inner;
} fw_nft_element;

struct fw_nft_set {
  fw_table *table;
  const char *name; /* NULL: anonymous */
  gboolean is_map, verdicts, interval, dynamic, meter, has_timeout, auto_merge;
  gboolean flag_dynamic, flag_constant; /* written; `dynamic` is found from use as well */
  const fw_nft_type *types[FW_NFT_PARTS_MOST];
  guint16 widths[FW_NFT_PARTS_MOST]; /* bytes */
  guint n_types;
  const char *typeof_text, *data_typeof_text; /* as nft prints them; NULL: by names of types */
  const fw_nft_type *data_types[FW_NFT_PARTS_MOST];
  guint16 data_widths[FW_NFT_PARTS_MOST];
  guint n_data_types;
  const char *data_name;  /* of an object's kind: "counter" */
  gint64 timeout_s, gc_s; /* 0: none */
  guint32 size;
  const char *policy, *comment;
  GArray *elements; /* fw_nft_element */
  fw_nft_statement *inner;
  guint n_inner;
  guint32 number; /* among all sets, anonymous ones too */
  gboolean unknown;
  gpointer node; /* its elements, while the file is read */
  char *path;    /* the same */
};

struct fw_nft_object {
  const char *kind, *name; /* "counter", "ct helper" */
  guint64 handle;
  fw_nft_statement statement; /* counter, limit, quota */
  const char *comment;
  const char *helper;  /* ct helper: its type */
  guint8 protocol, l3; /* l3: 4, 6, 0 both */
  const char *l3_name;
  GArray *policy; /* ct timeout: fw_nft_timeout */
  guint32 expectation_timeout, expectation_size;
  guint16 expectation_port;
  const char *text; /* of other kinds, ready to print */
};

typedef struct fw_nft_timeout {
  const char *state;
  guint32 seconds;
} fw_nft_timeout;

struct fw_nft_chain {
  const char *type, *hook; /* NULL: not a base chain */
  const char *device;
  gint32 priority;
  gboolean has_policy;
  const char *comment;
};

struct fw_nft_table {
  gboolean dormant, owner, persist;
  const char *comment;
  GPtrArray *objects; /* fw_nft_object */
  GPtrArray *sets;    /* fw_nft_set with names */
  gboolean xt;        /* holds rules of iptables-nft, which nft does not tell */
};

/* Of all files together: fw_ruleset.nft. */
struct fw_nft_ruleset {
  GPtrArray *sets; /* all fw_nft_set, by number */
  guint32 n_states;
  gboolean offloads, labels; /* asked for by some rule */
};

/*
 * Reads the JSON of `nft -j list ruleset`, or commands to add what such a list has. => FALSE: it is none, or goes
 * beyond a bound; the error names the place. In libctreplay, which does without a reader of JSON, it always is FALSE
 * (src/lib/no_nft.c).
 */
gboolean fw_nft_read(fw_ruleset *ruleset, const char *name, const char *text, gsize length, GError **error);
/*
 * The same of what nft listed of a text in its own language that it had just loaded. Places are those of that text, as
 * far as `lines` shows them. Times of elements are as that text has them.
 */
gboolean fw_nft_read_listed(fw_ruleset *ruleset, const char *name, const char *text, gsize length,
                            const fw_nft_lines *lines, GError **error);
/* Refuses a text in nft's own language, with what to give instead. => FALSE */
gboolean fw_nft_refuse_text(const char *name, GError **error);
/* Whether a text may be such a document. */
gboolean fw_nft_looks_like(const char *text, gsize length);
/* Whether it looks like nft's own language. */
gboolean fw_nft_looks_like_text(const char *text, gsize length);

/* A ruleset's part of nftables, with no set yet; and its end, sets included. free: NULL is fine. */
fw_nft_ruleset *fw_nft_ruleset_new(void);
void fw_nft_ruleset_free(fw_nft_ruleset *nft);
/* What a table holds beside the ruleset's memory, in which it itself stands. NULL is fine. */
void fw_nft_table_free(fw_nft_table *table);

/* => NULL: the table has none of that name (and, of an object, of that kind: "counter", "ct helper"). */
fw_nft_set *fw_nft_set_find(const fw_table *table, const char *name);
fw_nft_object *fw_nft_object_find(const fw_table *table, const char *kind, const char *name);

const char *fw_nft_statement_name(fw_nft_statement_kind kind);

#endif
