/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line as values. Every option stands in one table (options.c) with the groups that use it; a command or
 * sub-command names the groups it takes and may add options of its own. Help and completion read the same table.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "emit/emit.h"
#include "filter.h"
#include "option.h"
#include "replay/replay.h"

/* Groups of options. */
enum {
  CLI_COMMAND = 1 << 0,  /* -L -E -C -S -P */
  CLI_INPUT = 1 << 1,    /* what the engine is fed */
  CLI_KERNEL = 1 << 2,   /* profile, sysctls, sizes, helpers */
  CLI_FILTER = 1 << 3,   /* what is shown: conntrack's letters */
  CLI_SHOW = 1 << 4,     /* when and how: snapshots, -P's selection, -e */
  CLI_OUTPUT = 1 << 5,   /* -o, -W, colour */
  CLI_COMMON = 1 << 6,   /* --help, --version */
  CLI_OWN = 1 << 7,      /* a sub-command's own */
  CLI_RULES = 1 << 8,    /* --rules and what belongs to it */
  CLI_VERDICTS = 1 << 9, /* what is shown of what rules said */
  CLI_RESUME = 1 << 10   /* from where it goes on */
};

typedef enum cli_table { CLI_TABLE_CONNTRACK, CLI_TABLE_EXPECT, CLI_TABLE_DYING, CLI_TABLE_UNCONFIRMED } cli_table;
typedef enum cli_helpers { CLI_HELPERS_OF_PROFILE, CLI_HELPERS_ALL, CLI_HELPERS_NONE } cli_helpers;
typedef enum cli_view { CLI_VIEW_ARRIVED, CLI_VIEW_INSIDE, CLI_VIEW_OUTSIDE } cli_view;
typedef enum cli_when { CLI_AUTO, CLI_ALWAYS, CLI_NEVER } cli_when;

/* Packets that --context may keep waiting, so that memory has a bound. */
enum { CLI_CONTEXT_MOST = 10000 };
enum { CLI_EVENT_NEW = 1, CLI_EVENT_UPDATE = 2, CLI_EVENT_DESTROY = 4, CLI_EVENT_ALL = 7 };

/* Options of the kernel that have one value. X(field, option). */
#define CLI_SINGLE_LIST(X)   \
  X(profile_name, "profile") \
  X(ram, "ram") X(max, "max") X(hashsize, "hashsize") X(hash_seed, "hash-seed") X(gc, "gc") X(hz, "hz")

/* "filter:INPUT:rule:3", "filter:INPUT:policy", as -P names them. */
typedef struct cli_rule_name {
  const char *text;
  char *table, *chain; /* NULL: none was given */
  guint number;        /* 0: the policy */
} cli_rule_name;

typedef struct cli_options {
  char command; /* 'L', 'E', 'C', 'S', 'P'; 0: for a person */
  cli_table table;
  gboolean help, version, no_sandbox;

  GPtrArray *captures;   /* char *, as given */
  replay_options replay; /* captures points into the array above */

  /*
   * The kernel: settings are applied in this order of fields, whatever the order on the command line; files before
   * arguments.
   */
#define X(field, option) const char *field, *field##_before;
  CLI_SINGLE_LIST(X) /* ..._before: given before the last: diff takes two */
#undef X
  const char *thrice; /* one of these that was given more often: diff takes no three */
  const char *features;
  GPtrArray *sysctls;    /* "K=V" or a file's name */
  guint sysctls_of_file; /* the first so many of sysctls are not of the command line, but of a scenario */
  gboolean max_of_file, hashsize_of_file; /* so are these */
  GPtrArray *helpers, *no_helpers;        /* --helper, --no-helper */
  GPtrArray *locals;                      /* --local */
  GPtrArray *modules;                     /* --module: "M.P=V" or a file's name */
  cli_helpers helpers_by_port;            /* --helpers, --no-helpers: the last given */

  /* The firewall. */
  const char *connlabels, *timeout_policies; /* --connlabels, --timeout-policies; NULL: not given */
  GPtrArray *rules, *routes, *assumptions;   /* --rules, --route, --assume */
  const char *iface, *bridge;                /* --iface, --bridge; NULL: not given */
  cli_rule_name rule_wanted;                 /* --rule */
  cli_view view;                             /* --view */
  guint backend, rules_mode;                 /* fw_backend; fw_mode + 1, 0: not given */
  guint verdicts;                            /* 1 << fw_verdict; 0: all */
  gboolean explains;                         /* set by a command that tells of rules that did not hold, too */

  cli_filter filter;
  guint event_mask; /* CLI_EVENT_* */
  GArray *at;       /* replay_point */
  gint64 every_ns;  /* 0: not given */
  replay_point show_from;
  guint classes;       /* 1 << ct_class, 1 << CT_CLASS_COUNT: dropped; 0: all */
  gboolean any_reason; /* --reason was given */
  gboolean annotate, display_filter;
  const char *redact; /* a key; NULL: packets are written as they are */
  gboolean sent;      /* --as sent */
  guint context;      /* packets kept around each chosen one */
  guint64 flow;       /* -P --flow; 0: all */
  guint8 reasons[CT_REASON_COUNT];
  guint8 networks[2];    /* for a person: how many bits of an IPv4, an IPv6 source are its network */
  gboolean letters[128]; /* that were typed: what is judged late is told under them */
  gint64 lines;          /* for a person: lines per section; -1: as suits */

  const emit_format *format;           /* NULL: not given */
  const char *fields;                  /* --fields; NULL: not given */
  const struct emit_table *fields_of;  /* whose they are, where a command has several; NULL: that of what it shows */
  gboolean at_peak;                    /* --at peak */
  guint format_options;                /* EMIT_* */
  const char *write;                   /* -W */
  const char *plot;                    /* --plot of a replay; NULL: none */
  const char *box_path;                /* --box; NULL: none */
  struct box *box;                     /* once it has been read */
  char *box_ram, *box_hashsize;        /* what ram and hashsize are then, where it says them */
  gboolean box_ruled;                  /* its rules are followed */
  gboolean box_routed;                 /* its routes are, and so its rules of policy routing */
  const char *listed;                  /* --table; NULL: none */
  replay_point listed_at;              /* --table-at */
  const char *load_state, *save_state; /* NULL: none */
  cli_when colour, progress;

  GHashTable *notes_said; /* char *: what was said of these options already; shared with copies */
  /* What --connlabels and --timeout-policies name, where it was read before these options were; not owned. NULL: not */
  char **label_names;
  const char *policies_text;

  gpointer own; /* of the sub-command's own options */
} cli_options;

void cli_options_init(cli_options *options);
void cli_options_clear(cli_options *options);

/*
 * Parses argv (argv[0] is skipped) with the options of the groups; own ends with an empty row and may be NULL.
 * => FALSE and CLI_ERROR_USAGE with one line that says what is wrong and what would be right.
 */
gboolean cli_options_parse(cli_options *options, int argc, char **argv, guint groups, const cli_option *own,
                           GError **error);

/*
 * Until it is called with NULL, cli_options_parse parses nothing: it adds its options' rows, but those that are gone,
 * and returns FALSE with CLI_ERROR_ASKED, of which cli_usage says nothing. So a sub-command tells what it takes.
 */
void cli_options_listen(GPtrArray *rows);

/* The i-th option of the common table, NULL past the end. Spellings that are gone are among them. */
const cli_option *cli_option_get(guint i);

/* Rows that a sub-command may take out of their group. */
extern const cli_choice cli_checksums_choices[];
/* clang-format off */
#define CLI_CHECKSUMS_OPTION { "checksums", 0, "auto|verify|ignore", CLI_INPUT, \
  CLI_CHOICE(cli_options, replay.checksums, cli_checksums_choices, "auto, verify or ignore") }
#define CLI_FIELDS_OPTION { "fields", 0, "NAME,...", CLI_OUTPUT, CLI_TEXT(cli_options, fields) }
#define CLI_LINES_OPTION { "lines", 0, "N|all", CLI_SHOW, CLI_SIZE_OR_ALL(cli_options, lines, G_MAXINT32) }
/* clang-format on */

#endif
