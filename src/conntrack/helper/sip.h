/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading SIP and SDP text (RFC 3261, RFC 4566) the way the kernel does: no grammar, but searches for header lines.
 * Pure functions over one message; positions are offsets into it. Where the kernel's search has a quirk that decides
 * what is found, it is kept and named in sip_text.c.
 */
#ifndef CT_HELPER_SIP_H
#define CT_HELPER_SIP_H

#include <stddef.h>

#include "conntrack/tuple.h"

typedef struct ct_sip_text {
  const uint8_t *text;
  size_t length;
  uint8_t family;      /* which addresses count */
  bool loose_numbers;  /* as strtoul reads them, whatever their length (KERNELS K9) */
  bool skips_ahead;    /* up to 4.19: behind a header that cannot be read the search goes on too far along */
  bool expires_or_not; /* up to 4.19: expires= without a number is as if it were not there */
} ct_sip_text;

typedef enum ct_sip_header {
  CT_SIP_CSEQ,
  CT_SIP_CONTACT,
  CT_SIP_EXPIRES,
  CT_SIP_CONTENT_LENGTH,
  CT_SIP_FROM,
  CT_SIP_TO,
  CT_SIP_VIA_UDP,
  CT_SIP_VIA_TCP
} ct_sip_header;

/* What was found: its value's offset and length. */
typedef struct ct_sip_match {
  size_t at, length;
} ct_sip_match;

/* The kernel's three answers. */
typedef enum ct_sip_answer { CT_SIP_BAD = -1, CT_SIP_NONE = 0, CT_SIP_FOUND = 1 } ct_sip_answer;

/* The first header of the kind whose line starts after `from`. BAD: it is there, but its value is not to be read. */
ct_sip_answer ct_sip_header_find(const ct_sip_text *t, size_t from, ct_sip_header header, ct_sip_match *match);
/* The decimal number of a header. => false where there is none of 32 bits; *value may be 0 then. */
bool ct_sip_header_number(const ct_sip_text *t, ct_sip_header header, uint32_t *value, ct_sip_match *match);

/* One contact after the other, over several headers and lists. Start with all zero. */
typedef struct ct_sip_contacts {
  size_t from;
  bool in_list;
  size_t searched; /* up to where the line has no @ */
} ct_sip_contacts;
typedef struct ct_sip_contact {
  ct_addr addr;
  uint16_t port;
  size_t at;  /* where its address stands */
  size_t end; /* where its parameters begin */
  bool bad;   /* loose_numbers: its port is none that signalling may use */
} ct_sip_contact;
bool ct_sip_contact_next(const ct_sip_text *t, ct_sip_contacts *contacts, ct_sip_contact *contact);

/*
 * The transport= parameter after `from`, else the flow's own protocol. => false where it is neither TCP nor UDP or
 * not the flow's.
 */
bool ct_sip_transport_fits(const ct_sip_text *t, size_t from, uint8_t proto);
/* The expires= parameter after `from`; *value is left alone where there is none. => false where it is no number. */
bool ct_sip_expires_param(const ct_sip_text *t, size_t from, uint32_t *value);

/* The same of an address or a number, with its place; for who writes it anew. => false: there is none. */
bool ct_sip_address_param(const ct_sip_text *t, size_t from, const char *name, ct_sip_match *match, ct_addr *addr);
bool ct_sip_number_param(const ct_sip_text *t, size_t from, const char *name, ct_sip_match *match, uint32_t *value);
/* The address and port of a request's first line. => false: there is none. */
bool ct_sip_request_uri(const ct_sip_text *t, ct_sip_match *match);
/* Reads what a match stands at: ADDRESS[:PORT]. */
bool ct_sip_uri_read(const ct_sip_text *t, size_t at, ct_addr *addr, uint16_t *port);

enum { CT_SIP_MEDIA_MAX = 3 };
typedef enum ct_sip_class { CT_SIP_SIGNALLING, CT_SIP_AUDIO, CT_SIP_VIDEO, CT_SIP_IMAGE } ct_sip_class;
typedef struct ct_sip_media {
  uint8_t class_number; /* ct_sip_class */
  ct_addr addr;
  uint16_t port;
} ct_sip_media;

/*
 * The media streams of a session description, the first three that are of a known kind and have a port.
 * *bad is set where a stream after those returned has an impossible port or no address (the packet is dropped then).
 */
unsigned ct_sip_sdp_parse(const ct_sip_text *t, ct_sip_media media[CT_SIP_MEDIA_MAX], bool *bad);

/* The parts of a session description with their places. Where its version stands; SIZE_MAX: there is none. */
size_t ct_sip_sdp_start(const ct_sip_text *t);
/* The address of the next connection line (c=) or owner line (o=) before the next stream's. */
bool ct_sip_sdp_connection(const ct_sip_text *t, size_t from, ct_sip_match *match, ct_addr *addr);
bool ct_sip_sdp_owner(const ct_sip_text *t, size_t from, ct_sip_match *match);
/* The next stream of a known kind that has a port, which may be none that can be used; *from moves to that port. */
typedef struct ct_sip_stream {
  uint8_t class_number;
  uint32_t port;
  size_t at, length; /* the port's digits */
} ct_sip_stream;
bool ct_sip_sdp_stream_next(const ct_sip_text *t, size_t *from, ct_sip_stream *stream);

typedef enum ct_sip_method {
  CT_SIP_INVITE,
  CT_SIP_UPDATE,
  CT_SIP_ACK,
  CT_SIP_PRACK,
  CT_SIP_BYE,
  CT_SIP_REGISTER,
  CT_SIP_OTHER
} ct_sip_method;

typedef struct ct_sip_message {
  ct_sip_method method; /* of the request, or what the response answers */
  uint32_t code;        /* 0: a request */
  uint32_t cseq;
  bool bad; /* of a kind the helper must understand, but it cannot: the packet is dropped */
} ct_sip_message;

void ct_sip_message_parse(const ct_sip_text *t, ct_sip_message *message);

/*
 * TCP: the length of the first message at the start of length bytes, by Content-Length. 0: there is none (or not to the
 * end of its header); more than length: its body is not all here.
 */
size_t ct_sip_message_bytes(const ct_sip_text *t);

#endif
