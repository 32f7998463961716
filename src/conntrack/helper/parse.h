/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The readers of the helpers apart from what they do with the announcements: payload in, announcement out, no engine,
 * no memory but the arguments. Unit tests and fuzzers call these. SIP and H.323 have headers of their own.
 */
#ifndef CT_HELPER_PARSE_H
#define CT_HELPER_PARSE_H

#include <stddef.h>

#include "conntrack/tuple.h"

typedef enum ct_parse {
  CT_PARSE_NOTHING, /* nothing that concerns the helper */
  CT_PARSE_FOUND,
  CT_PARSE_PARTIAL /* begins like an announcement but cannot be read: the helper drops the packet */
} ct_parse;

/* FTP (RFC 959, RFC 2428). in_parentheses: so 227 names its numbers (3.10). addr: in, the sender's own (EPSV names
 * none); out, the announced one. */
typedef struct ct_ftp_found {
  const char *command; /* "PORT", "EPRT", "227", "229" */
  ct_addr addr;
  uint16_t port;
  size_t at, length; /* where the numbers stand */
} ct_ftp_found;
ct_parse ct_ftp_parse(const uint8_t *payload, size_t length, ct_dir dir, uint8_t family, bool in_parentheses,
                      ct_ftp_found *found);

/* TFTP (RFC 1350): => "RRQ", "WRQ" or NULL. */
const char *ct_tftp_parse(const uint8_t *payload, size_t length);

/* IRC DCC. Finds the first offer whose address is src or dst (network order); its port is not 0 but by anywhere. */
typedef struct ct_irc_rules {
  uint32_t src, dst;
  uint32_t bytes; /* so much of a payload is looked at */
  bool anywhere;  /* not only as the text of a PRIVMSG that begins the payload */
  bool stops;     /* at the first offer that cannot be used */
} ct_irc_rules;
typedef struct ct_irc_found {
  uint16_t port;
  size_t at, length;   /* where address and port stand */
  const char *command; /* "DCC SEND" */
} ct_irc_found;
bool ct_irc_parse(const uint8_t *payload, size_t length, const ct_irc_rules *rules, ct_irc_found *found);

/* Amanda: the ports after CONNECT, in the order DATA, MESG, INDEX, STATE; at most 4. => how many. */
typedef struct ct_amanda_found {
  const char *stream; /* "DATA", ... */
  uint16_t port;
  size_t at, length; /* where it stands */
} ct_amanda_found;
unsigned ct_amanda_parse(const uint8_t *payload, size_t length, bool state_too, ct_amanda_found found[4]);

/* SANE. *armed is the helper's state: a NET_START went out, the next answer counts. => true with *port. */
bool ct_sane_parse(const uint8_t *payload, size_t length, ct_dir dir, uint8_t *armed, uint16_t *port);

/* PPTP (RFC 2637): what a control message does to the session. */
typedef struct ct_pptp_session {
  uint8_t session; /* ct_pptp_session_state, ct_pptp_call_state: pptp.c */
  uint8_t call;
  uint16_t pns_id, pac_id; /* call ids of the client and of the server, host order */
  uint16_t own_id;         /* the client's as it has it itself; pns_id is then what the server is told */
} ct_pptp_session;
typedef enum ct_pptp_action {
  CT_PPTP_NOTHING,
  CT_PPTP_EXPECT, /* the call stands: expect GRE both ways between pns_id and pac_id */
  CT_PPTP_END     /* the call is over: its GRE entries and expectations go */
} ct_pptp_action;
ct_pptp_action ct_pptp_parse(ct_pptp_session *session, const uint8_t *payload, size_t length, ct_dir dir);

#endif
