/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extensions of iptables: matches (-m) and targets (-j). Each is a table of its options, which drives the parser, a
 * struct that options are parsed into (match/data.h, target/data.h), and a few functions. To add one: its file, its
 * struct, one line in match/list.h or target/list.h, and its evaluation.
 *
 * That stands apart, in tables indexed by `id` (walk/tests.h, walk/targets.h), so that rules can be read and written
 * without it: an extension that has no evaluation is parsed, listed, and *unknown* where a packet meets it.
 */
#ifndef FIREWALL_EXTENSION_H
#define FIREWALL_EXTENSION_H

#include <stddef.h>

#include "firewall/match/list.h"
#include "firewall/ruleset.h"
#include "firewall/target/list.h"

typedef enum fw_match_id {
#define X(name) FW_MATCH_##name,
  FW_MATCH_LIST(X)
#undef X
    FW_MATCH_COUNT
} fw_match_id;

typedef enum fw_target_id {
#define X(name) FW_TARGET_ID_##name,
  FW_TARGET_LIST(X)
#undef X
    FW_TARGET_COUNT
} fw_target_id;

/* What an option's value is, and the C type it is put as at the option's offset. */
typedef enum fw_type {
  FW_TYPE_NONE,     /* no value; nothing is put */
  FW_TYPE_U8,       /* guint8 */
  FW_TYPE_U16,      /* guint16 */
  FW_TYPE_U32,      /* guint32 */
  FW_TYPE_U64,      /* guint64 */
  FW_TYPE_RANGE8,   /* guint8[2]: "a", "a:b", ":b", "a:" */
  FW_TYPE_RANGE16,  /* fw_range16 */
  FW_TYPE_RANGE32,  /* fw_range32 */
  FW_TYPE_RANGE64,  /* fw_range64 */
  FW_TYPE_PORTS,    /* fw_range16, names of services too */
  FW_TYPE_PORT,     /* guint16, names of services too */
  FW_TYPE_STRING,   /* const char *, min to max bytes long */
  FW_TYPE_ADDRESS,  /* fw_address */
  FW_TYPE_NETWORK,  /* fw_address[2]: address as written, mask */
  FW_TYPE_PREFIX,   /* guint8: length of a prefix */
  FW_TYPE_MASK,     /* fw_address: a length or a mask */
  FW_TYPE_PROTOCOL, /* guint8, names too */
  FW_TYPE_MARK,     /* fw_mark: "value[/mask]", the mask 0xffffffff */
  FW_TYPE_TOS,      /* guint8[2]: value and mask, names too */
  FW_TYPE_LEVEL,    /* guint8: of syslog, names too */
  FW_TYPE_MAC,      /* guint8[6] */
  FW_TYPE_DOUBLE,   /* double, min 0 to max */
  FW_TYPE_OPTIONAL, /* a word, where one stands there that begins with neither - nor !; left to parse(), NULL: none */
  FW_TYPE_WORDS     /* two words, left to parse(): --tcp-flags */
} fw_type;

/* Bits of fw_option.flags. */
enum {
  FW_OPTION_REQUIRED = 1 << 0,
  FW_OPTION_INVERTIBLE = 1 << 1,
  FW_OPTION_REPEATABLE = 1 << 2,
  FW_OPTION_PUT = 1 << 3,   /* the value goes to `offset` without parse() having to */
  FW_OPTION_SAVE = 1 << 4,  /* and is written back from there, in the order of the table */
  FW_OPTION_WHOLE = 1 << 5, /* but not where it is a whole range and not inverted: that is no test */
  FW_OPTION_UNSAID = 1 << 6 /* of a native match: nftables has no words for it */
};

typedef struct fw_option {
  const char *name; /* NULL ends the table */
  guint8 id;        /* its bit in given, inverted, excluded and needed; synonyms share one */
  guint8 type;      /* fw_type */
  guint8 flags;
  guint16 offset;
  guint64 min, max; /* both 0: the whole type; STRING: of bytes */
  guint32 excluded; /* 1 << id of options that may not stand beside it */
  guint32 needed;   /* one of these has to stand beside it */
} fw_option;

/* The columns of a table that most options need: name, id, type, flags, and the field that the value is put to. */
#define FW_OPTION(name_, id_, type_, flags_, struct_, field_)                                               \
  {                                                                                                         \
    .name = name_, .id = id_, .type = FW_TYPE_##type_, .flags = flags_, .offset = offsetof(struct_, field_) \
  }
/* Without a field. */
#define FW_OPTION_BARE(name_, id_, type_, flags_)                      \
  {                                                                    \
    .name = name_, .id = id_, .type = FW_TYPE_##type_, .flags = flags_ \
  }
#define FW_OPTION_END \
  {                   \
    .name = NULL      \
  }

/* Short for what stands in nearly every line. */
enum {
  FW_INV = FW_OPTION_INVERTIBLE,
  FW_PUT = FW_OPTION_PUT,
  FW_SAVE = FW_OPTION_PUT | FW_OPTION_SAVE,
  FW_SHOW = FW_OPTION_SAVE, /* of FW_TYPE_NONE */
  FW_REQ = FW_OPTION_REQUIRED,
  FW_WHOLE = FW_OPTION_WHOLE,
};

/* One occurrence of an option, as the extension's functions see it. */
typedef struct fw_parse fw_parse;

/* Families and hooks in which an extension may stand: bits 1 << x. 0: everywhere. */
typedef struct fw_bounds {
  guint8 families;         /* 1 << FW_IPV4 | 1 << FW_IPV6 */
  guint8 hooks;            /* 1 << FW_HOOK_... of the built-in chains from which the rule is reached */
  const char *table;       /* the only one; NULL: any */
  const guint8 *protocols; /* -p has to name one of these, not inverted; ended by 0; NULL: any */
  gboolean native;         /* iptables-nft writes its options in nftables' own terms: then -p may be inverted */
} fw_bounds;

/* Where a struct keeps which options were given, or inverted: bits 1 << id. size 0: nowhere. */
typedef struct fw_bits {
  guint16 offset, size;
} fw_bits;

#define FW_BITS(type, field)                          \
  {                                                   \
    offsetof(type, field), sizeof(((type *)0)->field) \
  }

struct fw_match_ops {
  const char *name; /* as saved: "tcp" */
  fw_match_id id;
  gsize size; /* of the parsed struct; 0: it has none */
  fw_bounds bounds;
  fw_bits given, invert;
  const fw_option *options;                   /* NULL: none */
  void (*init)(void *data, fw_family family); /* defaults; NULL: all 0 */
  gboolean (*parse)(fw_parse *p);             /* each option; NULL: those with PUT only. => FALSE: p has said why */
  gboolean (*check)(fw_parse *p);             /* after the last option. The same. */
  guint8 (*hooks)(const void *data);          /* as bounds.hooks, by what was given; NULL: no more than those */
  /* " --option value" for each; NULL: by the table. */
  void (*save)(const fw_match *match, fw_family family, GString *out);
};

struct fw_target_ops {
  const char *name;
  fw_target_id id;
  gsize size;
  fw_bounds bounds;
  gboolean harmless; /* goes on to the next rule, and nothing that a replay could see comes of it (RULES 2.4) */
  gboolean opaque;   /* harmless, and its options are only kept as text */
  fw_bits given, invert;
  const fw_option *options;
  void (*init)(void *data, fw_family family);
  gboolean (*parse)(fw_parse *p);
  gboolean (*check)(fw_parse *p);
  guint8 (*hooks)(const void *data);
  void (*save)(const fw_target *target, fw_family family, GString *out);
};

/* The i-th of all, NULL past the end. */
const fw_match_ops *fw_match_get(guint i);
const fw_target_ops *fw_target_get(guint i);
/* By the name behind -m or -j; old names too. family: some names mean another extension there. => NULL: none. */
const fw_match_ops *fw_match_find(const char *name, fw_family family);
const fw_target_ops *fw_target_find(const char *name, fw_family family);
/* The match that options of a protocol without -m load by themselves. => NULL: it has none. */
const fw_match_ops *fw_match_of_protocol(guint8 protocol, fw_family family);

#endif
