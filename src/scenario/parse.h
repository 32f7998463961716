/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parser's parts, by their notation: parse_lines.c lines, parse_directives.c directives, parse_packet.c the words
 * of any packet, parse_tcp.c, parse_icmp.c and parse_sctp.c their notations, parse_check.c expectations, parse_common.c
 * pieces that several of them read. Internal to src/scenario.
 */
#ifndef SCN_PARSE_H
#define SCN_PARSE_H

#include "scenario/lexer.h"

typedef struct scn_parser {
  scn_scenario *scenario;
  scn_cursor *c;         /* the current line */
  scn_step *last_packet; /* what "=>" speaks of */
} scn_parser;

enum {
  SCN_WORD_BYTES = 64,
  SCN_MAX_STEPS = 1000000 /* "repeat" must not turn a line into a full disk */
};

/* One logical line of n bytes, zero-terminated. => FALSE and error. */
gboolean scn_parse_line(scn_parser *p, guint line, const char *text, gsize n, GError **error);

/* All below: => FALSE with the cursor's error set. */

/* "FLOW <" or "<" where there is only one flow, then the packet, its attributes and label. */
gboolean scn_parse_packet(scn_parser *p, scn_step *step);
/* "LABEL 0:1480 [more|last] attributes" */
gboolean scn_parse_fragment(scn_parser *p, scn_step *step);
/* Attributes of a raw packet or frame. */
gboolean scn_parse_frame_attributes(scn_parser *p, scn_step *step);

/* "S. 0:0(0) ack 1 win 65535 <...>" up to the common attributes. */
gboolean scn_parse_tcp(scn_parser *p, scn_packet *packet);
/* ack, win, urg, doff or <options>; *known says whether it was one. */
gboolean scn_parse_tcp_attribute(scn_parser *p, scn_packet *packet, gboolean *known);
gboolean scn_parse_icmp(scn_parser *p, scn_packet *packet);
gboolean scn_parse_icmp_attribute(scn_parser *p, scn_packet *packet, gboolean *known);
gboolean scn_parse_sctp(scn_parser *p, scn_packet *packet);
gboolean scn_parse_sctp_attribute(scn_parser *p, scn_packet *packet, gboolean *known);

/* "(100)": a payload of that many bytes; nothing where no parenthesis follows. */
gboolean scn_parse_length(scn_parser *p, GByteArray *payload);
/* NAME, a declared flow's. */
gboolean scn_parse_flow_name(scn_parser *p, const scn_flow **flow);

/* What follows "expect" or "=>". */
gboolean scn_parse_expect(scn_parser *p, scn_step *step);
gboolean scn_parse_arrow(scn_parser *p, scn_step *step);

#endif
