/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was gathered on a box: a folder, or a tar of one, of examples/ctreplay-gather or of sos report. Files are known
 * by their names, wherever they stand in it; what they say becomes options (cli/box_options.c).
 *
 * The contents may come from anybody: names never lead out of the folder, links are not followed, sizes are bounded,
 * and what a file says is only taken where it is of the form that the program prints which wrote it. So reading has two
 * steps: box_open asks the file system and looks into nothing, box_understand asks nobody and may run behind a fence,
 * and box_keep brings what it found from there (cli/box_fenced.c).
 */
#ifndef BOX_BOX_H
#define BOX_BOX_H

#include <glib.h>

#include "resume/io.h"

/* X(NAME, word, what it costs where it is missing) */
#define BOX_KIND_LIST(X)                                                                               \
  X(UNAME, "kernel", "the kernel's version is not known: today's rules are taken (--profile)")         \
  X(SYSCTL, "sysctls", "timeouts, sizes and switches are the kernel's defaults (--sysctl)")            \
  X(MEMINFO, "memory", "where no size is told, those of a machine with much memory are taken (--ram)") \
  X(MODULE, "modules", "helpers' modules are taken as loaded without parameters (--module)")           \
  X(IPSET, "sets", "rules that ask a set are unknown")                                                 \
  X(IPTABLES, "rules of iptables", "no rule drops, marks or translates (--rules)")                     \
  X(IP6TABLES, "rules of ip6tables", "no rule drops, marks or translates of IPv6 (--rules)")           \
  X(NFT, "rules of nft", "rules of nftables alone are not followed (--rules)")                         \
  X(ADDR, "addresses", "no packet is the box's own: INPUT and OUTPUT say nothing (--local)")           \
  X(LINK, "interfaces", "captures that have numbers of interfaces only match no -i and -o")            \
  X(ROUTE, "routes", "by which interface packets leave is not known: -o is unknown (--route)")         \
  X(POLICY, "policy routing", "whether the main table decides is not known")                           \
  X(TABLE, "table", "the table is empty at the beginning, and there is nothing to compare with")       \
  X(EXPECT, "expectations", "what was expected already is not known")                                  \
  X(STATS, "statistics", "there is nothing to hold -S against")                                        \
  X(DATE, "date", "the moment of the table is not known (--table-at)")
typedef enum box_kind {
#define X(name, word, cost) BOX_##name,
  BOX_KIND_LIST(X)
#undef X
    BOX_KINDS
} box_kind;
const char *box_kind_word(box_kind kind);
const char *box_kind_cost(box_kind kind);

typedef struct box_file {
  box_kind kind;
  char *name; /* within the box */
  GString *text;
  gboolean used;
  char *says; /* what it sets, or why it is not used */
} box_file;

typedef struct box {
  char *path;
  GString *archive; /* of a tar, until it is understood; NULL: a folder */
  gboolean archived;
  GPtrArray *files;           /* box_file */
  char *release;              /* of the kernel; NULL: not told */
  GString *sysctls;           /* lines that a kernel's tracking may know */
  gboolean localnet_told;     /* its sysctls say of route_localnet, */
  gboolean route_localnet;    /* and that it is on for some device */
  gboolean router6_told;      /* its sysctls say whether IPv6's devices forward, */
  gboolean router6;           /* and that some do: these are in the groups of routers */
  gboolean host[2];           /* of IPv4 and IPv6: it forwards nothing, as its sysctls say */
  gboolean all_source_routes; /* net.ipv4.conf.all.accept_source_route is on, */
  gboolean source_routes;     /* and that of some device */
  guint64 ram_kib, buckets;
  GPtrArray *locals;   /* char *: ADDRESS/LENGTH@INTERFACE */
  GPtrArray *routes;   /* char *: PREFIX=INTERFACE, or how the route ends (fw_box_facts_route) */
  GPtrArray *rules[2]; /* of IPv4 and IPv6, char *: rules of policy routing (fw_box_facts_rule); none: main decides */
  GPtrArray *tables;   /* char *: TABLE PREFIX=INTERFACE, of tables that these choose (fw_box_facts_table) */
  gboolean decided[2]; /* while files are read, of IPv4 and IPv6: it is known which table decides */
  gboolean whole[2];   /* likewise: all routes of that table are listed */
  gboolean forwarding_told[2]; /* likewise: its sysctls say whether it forwards, */
  gboolean forwards[2];        /* and that it does, by some device */
  GString *down;               /* likewise: interfaces with addresses that are down, "eth1, eth2" */
  gboolean is_down;            /* likewise: the one whose addresses are read is */
  guint left_out;              /* of the file that is being read: more than are listed */
  guint single_before;         /* where the next local without a network is looked for, to go for one with */
  GPtrArray *modules;          /* char *: MODULE.PARAMETER=VALUE */
  GPtrArray *told;             /* char *: tables in nft's listing that iptables-save tells, "ip filter" */
  GHashTable *interfaces;      /* index => name, of a bridge's port the bridge's: it is what rules see */
  GHashTable *masters; /* while files are read: name => that of what it is a port of; "": no bridge, and no port */
  gint64 date_ns;      /* just before the table was listed; 0: not told */
  gint64 listed_ns;    /* when that was done; 0: not told */
} box;

#define BOX_ERROR (box_error_quark())
GQuark box_error_quark(void);

/* Whether it may be one: a folder, or a file that is a tar, packed or not. */
gboolean box_is(const char *path);
/* The bytes of a tar, or of a folder's files with known names. => NULL and error where that cannot be read. */
box *box_open(const char *path, GError **error);
/* The same of a tar's bytes, which are taken. */
box *box_of_archive(const char *path, GString *bytes);
/* What these say. => FALSE and error where nothing in it is known, or an archive is damaged. */
gboolean box_understand(box *b, GError **error);
/* All that box_understand adds, as bytes, and to a box that was only opened. */
void box_keep(box *b, resume_io *io);
void box_free(box *b); /* NULL is fine */

/* The first of a kind; NULL: there is none. */
box_file *box_get(const box *b, box_kind kind);
/* What conntrack -L printed of BOX_TABLE, BOX_EXPECT, which says more than /proc's files; NULL: there is none. */
const box_file *box_printed(const box *b, box_kind kind);
/* Whether conntrack printed a file of entries or expectations. */
gboolean box_is_printed(const box_file *f);
/* The rules that are to be followed, in the order in which they are to be loaded: box_file *. To be unreferenced. */
GPtrArray *box_rules(const box *b);
/* What of these is to be followed: of nft's listing not the tables that iptables-save tells. To be freed. */
GString *box_rules_text(const box *b, const box_file *file);
/* => the name of an interface; NULL: not known. */
const char *box_interface(const box *b, guint32 index);

#endif
