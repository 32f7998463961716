/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is shown of what was tracked: conntrack(8)'s filter letters. A filter never changes what the engine does.
 */
#ifndef CLI_FILTER_H
#define CLI_FILTER_H

#include <glib.h>

#include "conntrack/engine.h"

#define CLI_ERROR (cli_error_quark())
GQuark cli_error_quark(void);
typedef enum { CLI_ERROR_USAGE, CLI_ERROR_UNKNOWN_SYSCTL, CLI_ERROR_CANNOT, CLI_ERROR_ASKED } cli_error;

typedef struct cli_prefix {
  gboolean given;
  guint8 family; /* CT_IPV4, CT_IPV6 */
  ct_addr addr, mask;
} cli_prefix;

/* Which fields of a filter were given. */
enum {
  CLI_FILTER_PROTO = 1 << 0,
  CLI_FILTER_FAMILY = 1 << 1,
  CLI_FILTER_STATE = 1 << 2,
  CLI_FILTER_MARK = 1 << 3,
  CLI_FILTER_SECMARK = 1 << 4,
  CLI_FILTER_ICMP_TYPE = 1 << 5,
  CLI_FILTER_ICMP_CODE = 1 << 6,
  CLI_FILTER_ICMP_ID = 1 << 7,
  CLI_FILTER_UNREPLIED = 1 << 8, /* -u UNSET or UNREPLIED */
  CLI_FILTER_PORT0 = 1 << 9,     /* and the next three: orig src, orig dst, reply src, reply dst */
  CLI_FILTER_STATUS = 1 << 13,   /* -u; what it asks for stands in status */
  CLI_FILTER_ANY_PORT = 1 << 14, /* --port */
  CLI_FILTER_SRC_NAT = 1 << 15,  /* -n, and the next two: -g, -j */
  CLI_FILTER_DST_NAT = 1 << 16,
  CLI_FILTER_ANY_NAT = 1 << 17,
  CLI_FILTER_ZONE = 1 << 18, /* -w: of both directions; and the next two: of one */
  CLI_FILTER_ORIG_ZONE = 1 << 19,
  CLI_FILTER_REPLY_ZONE = 1 << 20,
  CLI_FILTER_LABEL = 1 << 21 /* -l: all of these */
};

enum { CLI_FILTER_SEEN_MOST = 3 };

/* What a filter was asked of, so that one which nothing passed can say what there was. */
typedef struct cli_filter_tally {
  guint64 asked, passed;
  guint n; /* the first different tuples among those that did not pass */
  ct_tuple seen[CLI_FILTER_SEEN_MOST];
  gboolean more; /* there were others */
} cli_filter_tally;

typedef struct cli_filter {
  /* Whose protocols: names are understood, and ids looked at, as it has them. NULL: today's kernel. */
  const ct_profile *profile;
  guint given;            /* CLI_FILTER_* */
  gboolean any;           /* something was given: else everything passes */
  cli_prefix addr[2][2];  /* [ct_dir][0 source, 1 destination] */
  cli_prefix expected[2]; /* --tuple-src, --tuple-dst */
  cli_prefix host, net;   /* of any end of either tuple */
  guint16 any_port;       /* as host */
  guint16 port[2][2];     /* as addr */
  guint8 proto, family;
  const char *state; /* as printed */
  guint32 status;    /* all of these must be set */
  guint32 mark, mark_mask, secmark;
  struct {
    cli_prefix addr;
    gboolean has_port;
    guint16 port;
  } nat[3]; /* what -n, -g, -j say it is translated to */
  guint16 zone, orig_zone, reply_zone;
  const char *label_words; /* what -l says */
  ct_labels *labels;       /* and, once cli_labels_read knows the names, which these are */
  guint16 icmp_id;
  guint8 icmp_type, icmp_code;
  cli_filter_tally *tally; /* counted in by the three functions below; NULL: nowhere */
} cli_filter;

void cli_filter_init(cli_filter *filter);

/*
 * The parts of a filter, from an option's value. name is what messages call the option ("orig-src").
 * => FALSE and CLI_ERROR_USAGE where the value says nothing.
 */
gboolean cli_filter_set_address(cli_prefix *prefix, const char *name, const char *value, GError **error);
gboolean cli_filter_set_mask(cli_prefix *prefix, const char *name, const char *value, GError **error);
/* condition: CLI_FILTER_PROTO, _FAMILY, _STATE, _STATUS, _MARK or _LABEL. */
gboolean cli_filter_set(cli_filter *filter, guint condition, const char *value, GError **error);
/* condition: CLI_FILTER_SRC_NAT, _DST_NAT or _ANY_NAT; value: "ADDRESS[:PORT]", "[ADDRESS]:PORT", NULL: any. */
gboolean cli_filter_set_nat(cli_filter *filter, guint condition, const char *name, const char *value, GError **error);
/* Whether a word says to what something is translated. */
gboolean cli_filter_is_address(const char *word);
/* A number to compare with: decimal, or hexadecimal behind 0x. */
gboolean cli_filter_number(const char *name, const char *value, guint64 largest, guint64 *number, GError **error);

gboolean cli_filter_entry(const cli_filter *filter, const ct_view *view);
/* Addresses, ports and protocol of -s -d -p ... are the master's; --tuple-src and --tuple-dst the expected ones. */
gboolean cli_filter_expect(const cli_filter *filter, const ct_expect_view *expect);
/* "nothing matches; there was tcp 10.0.0.2.1234 > 10.0.0.1.80, ...", to be freed; NULL where something passed. */
char *cli_filter_nothing(const cli_filter *filter);
/* A packet that belongs to no entry: its own tuple stands for the original one; conditions on entries fail. */
gboolean cli_filter_packet(const cli_filter *filter, const ct_packet *packet);

#endif
