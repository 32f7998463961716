/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What H.323's messages announce: H.225.0 RAS, Q.931 with its H.225.0 user information, H.245 (ITU-T). Pure functions:
 * message in, addresses out, in the order in which they are to be acted on.
 */
#ifndef CT_HELPER_H323_H
#define CT_HELPER_H323_H

#include <stddef.h>

#include "conntrack/tuple.h"

typedef enum ct_h323_kind {
  CT_H323_H245,    /* where the control channel will be */
  CT_H323_FORWARD, /* call forwarding: the other party */
  CT_H323_MEDIA,   /* an RTP or RTCP channel */
  CT_H323_T120,    /* a data conference */
  CT_H323_SIGNAL,  /* RAS: where calls are taken */
  CT_H323_RAS      /* RAS: where the gatekeeper wants to be asked */
} ct_h323_kind;

typedef struct ct_h323_found {
  uint8_t kind;
  uint16_t port;
  ct_addr addr;
  const char *made_by; /* the message */
} ct_h323_found;

/* 30 logical channels in fastStart and 4 tunnelled H.245 messages with 5 addresses each, and one more. */
enum { CT_H323_FOUND_MAX = 34 * 5 + 1 };

typedef enum ct_h323_ras {
  CT_H323_GCF = 1,
  CT_H323_RRQ = 3,
  CT_H323_RCF = 4,
  CT_H323_URQ = 6,
  CT_H323_ACF = 10,
  CT_H323_LCF = 19,
  CT_H323_RAS_OTHER = 255
} ct_h323_ras;

typedef struct ct_h323_message {
  uint8_t ras; /* ct_h323_ras */
  bool has_time_to_live;
  uint32_t time_to_live_s;
  unsigned n;
  ct_h323_found found[CT_H323_FOUND_MAX];
} ct_h323_message;

/*
 * Each: => false where the message cannot be read: nothing in it counts then. Addresses of the other family are left
 * out.
 */
bool ct_h323_ras_parse(const uint8_t *data, size_t length, uint8_t family, ct_h323_message *message);
bool ct_h323_q931_parse(const uint8_t *data, size_t length, uint8_t family, ct_h323_message *message);
bool ct_h323_h245_parse(const uint8_t *data, size_t length, uint8_t family, ct_h323_message *message);

/*
 * TPKT (RFC 1006): the messages of a segment, one after the other. *pending is the flow's state for the direction: the
 * length that a header sent alone has announced. Start with *at = 0. => false where there are no more.
 */
bool ct_h323_tpkt_next(const uint8_t *payload, size_t length, uint16_t *pending, size_t *at, const uint8_t **data,
                       size_t *n);

#endif
