/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's words for packets and entries: class (ctinfo), status bits, event bits, states. Spec 3.2, 3.4, 4.3, 5.1,
 * 6.5.
 */
#ifndef CT_STATUS_H
#define CT_STATUS_H

#include <stdint.h>

/*
 * What a firewall rule's `ct state` matches. NONE: conntrack never classed the packet (refused by IP, held, dropped).
 */
typedef enum ct_class {
  CT_CLASS_NONE,
  CT_CLASS_NEW,
  CT_CLASS_ESTABLISHED,
  CT_CLASS_RELATED,
  CT_CLASS_INVALID,
  CT_CLASS_UNTRACKED,
  CT_CLASS_COUNT
} ct_class;

/* "NEW", "ESTABLISHED", ...; "none" for CT_CLASS_NONE. Static. */
const char *ct_class_name(ct_class cls);

/* X(NAME, bit): the names are what conntrack and the transcripts print. */
#define CT_STATUS_LIST(X) \
  X(EXPECTED, 0)          \
  X(SEEN_REPLY, 1)        \
  X(ASSURED, 2)           \
  X(CONFIRMED, 3)         \
  X(SRC_NAT, 4)           \
  X(DST_NAT, 5)           \
  X(SEQ_ADJUST, 6)        \
  X(SRC_NAT_DONE, 7)      \
  X(DST_NAT_DONE, 8)      \
  X(DYING, 9)             \
  X(FIXED_TIMEOUT, 10)    \
  X(TEMPLATE, 11)         \
  X(NAT_CLASH, 12)        \
  X(HELPER, 13)           \
  X(OFFLOAD, 14)          \
  X(HW_OFFLOAD, 15)

enum {
#define X(name, bit) CT_STATUS_##name = 1 << (bit),
  CT_STATUS_LIST(X)
#undef X
};

/* Name of one status bit (0..15). Static. */
const char *ct_status_name(unsigned bit);

/*
 * Event bits as the kernel caches them for one message (IPCT_*). Message type: DESTROY if set, else NEW if NEW or
 * RELATED, else UPDATE.
 */
enum {
  CT_EV_NEW = 1 << 0,
  CT_EV_RELATED = 1 << 1,
  CT_EV_DESTROY = 1 << 2,
  CT_EV_REPLY = 1 << 3,
  CT_EV_ASSURED = 1 << 4,
  CT_EV_PROTOINFO = 1 << 5,
  CT_EV_HELPER = 1 << 6,
  CT_EV_MARK = 1 << 7,
  CT_EV_LABEL = 1 << 10
};

/* Bits of expectations' messages (IPEXP_*). */
enum { CT_EXPECT_EVENT_NEW = 1 << 0, CT_EXPECT_EVENT_DESTROY = 1 << 1, CT_EXPECT_EVENTS_ALL = 3 };

#define CT_TCP_STATE_LIST(X) \
  X(NONE)                    \
  X(SYN_SENT) X(SYN_RECV) X(ESTABLISHED) X(FIN_WAIT) X(CLOSE_WAIT) X(LAST_ACK) X(TIME_WAIT) X(CLOSE) X(SYN_SENT2)
typedef enum ct_tcp_state {
#define X(name) CT_TCP_##name,
  CT_TCP_STATE_LIST(X)
#undef X
    CT_TCP_STATE_COUNT
} ct_tcp_state;

#define CT_SCTP_STATE_LIST(X) \
  X(NONE)                     \
  X(CLOSED)                   \
  X(COOKIE_WAIT)              \
  X(COOKIE_ECHOED)            \
  X(ESTABLISHED) X(SHUTDOWN_SENT) X(SHUTDOWN_RECD) X(SHUTDOWN_ACK_SENT) X(HEARTBEAT_SENT) X(HEARTBEAT_ACKED)
typedef enum ct_sctp_state {
#define X(name) CT_SCTP_##name,
  CT_SCTP_STATE_LIST(X)
#undef X
    CT_SCTP_STATE_COUNT
} ct_sctp_state;

#define CT_DCCP_STATE_LIST(X) X(NONE) X(REQUEST) X(RESPOND) X(PARTOPEN) X(OPEN) X(CLOSEREQ) X(CLOSING) X(TIMEWAIT)
typedef enum ct_dccp_state {
#define X(name) CT_DCCP_##name,
  CT_DCCP_STATE_LIST(X)
#undef X
    CT_DCCP_STATE_COUNT
} ct_dccp_state;

/*
 * The printed name of a layer-4 state, or NULL where the protocol has no states (then nothing is printed): a DCCP entry
 * without one, too. Static. By the list of protocols alone: proto.h asks a profile as well.
 */
const char *ct_state_name(uint8_t proto, unsigned state);

#endif
