/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the options of extensions are parsed with: one fw_parse for each extension of a rule, shown to its functions. */
#ifndef FIREWALL_PARSE_H
#define FIREWALL_PARSE_H

#include "firewall/build.h"
#include "firewall/extension.h"

typedef union fw_value {
  guint8 u8;
  guint16 u16;
  guint32 u32;
  guint64 u64;
  guint8 range8[2];
  fw_range16 range16;
  fw_range32 range32;
  fw_range64 range64;
  const char *string;
  fw_address address;
  fw_address network[2]; /* address as written, mask */
  fw_mark mark;
  guint8 tos[2];
  guint8 mac[6];
  double number;
} fw_value;

struct fw_parse {
  fw_ruleset *ruleset;
  fw_family family;
  fw_backend backend;
  const char *table;
  const fw_tests *tests; /* what stands before it; all of the rule in check() */
  const char *name;      /* of the extension */
  const fw_option *options;
  fw_bits given_bits, invert_bits;
  void *data;
  guint32 given, inverted; /* 1 << id of the options so far */
  /* The option at hand; in check() NULL. */
  const fw_option *option;
  const char *arg, *second; /* second: of FW_TYPE_WORDS */
  gboolean invert;
  guint n_values; /* RANGE: 1 for "a", 2 for "a:b", "a:", ":b" */
  fw_value value;
  fw_place place;
  GError **error;
};

/* => FALSE, always, with the option's name before the text. */
gboolean fw_parse_fail(fw_parse *p, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The usual sentence about a value that is none. */
gboolean fw_parse_bad_value(fw_parse *p, const char *expected);

/* Takes p->option with p->arg: its rules, its value, its struct, then the extension's own parse(). */
gboolean fw_parse_option(fw_parse *p, gboolean (*parse)(fw_parse *p));
/* After the last option: what is missing, what excludes what, then the extension's own check(). */
gboolean fw_parse_end(fw_parse *p, gboolean (*check)(fw_parse *p));

/* Fills p->value and n_values from p->arg by the option's type. */
gboolean fw_parse_value(fw_parse *p);

/*
 * Parts of values, for extensions whose words are their own. Numbers as strtoul(3) with base 0 reads them, but never
 * negative. end: where reading stopped; NULL: the text has to end there. => FALSE: none, or not in [min, max].
 */
gboolean fw_read_number(const char *text, const char **end, guint64 *value, guint64 min, guint64 max);
gboolean fw_read_port(const char *text, guint16 *port);
gboolean fw_read_ports(const char *text, char separator, fw_range16 *ports, guint *n);
gboolean fw_read_address(const char *text, fw_family family, fw_address *address);
/* "ADDRESS[/LENGTH|/MASK]": address as written, mask; IPv4 may leave out its last bytes. */
gboolean fw_read_network(const char *text, fw_family family, fw_address network[2]);
gboolean fw_read_mask(const char *text, fw_family family, fw_address *mask);
gboolean fw_read_mark(const char *text, fw_mark *mark);
gboolean fw_read_mac(const char *text, guint8 mac[6]);
gboolean fw_read_protocol(const char *text, guint8 *protocol);
/* => FALSE: longer than an interface's name may be. "+" alone is a prefix of no bytes. */
gboolean fw_read_interface(fw_ruleset *ruleset, const char *text, fw_interface *interface);
/* A mask of so many bits from the front. */
void fw_mask_of_length(fw_family family, guint length, fw_address *mask);
/* => -1: not a prefix. */
int fw_mask_length(fw_family family, const fw_address *mask);

/* Calls each(part, user) for the parts between commas, empty ones too. => FALSE once each() did. */
gboolean fw_each_part(const char *list, char separator, gboolean (*each)(const char *part, gpointer user),
                      gpointer user);

#endif
