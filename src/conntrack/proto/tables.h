/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state tables of TCP, SCTP and DCCP: plain data, one cell per (direction, what was sent, state). A profile points
 * at the ones its kernel had. Holes cannot go unnoticed: 0 is NONE, which no packet ever leads to.
 */
#ifndef CT_PROTO_TABLES_H
#define CT_PROTO_TABLES_H

#include <stdint.h>

#include "conntrack/status.h"

/* Rows of a TCP table: what a segment's flags count as; the first that applies (RST, then SYN, FIN, ACK). Spec 5.2. */
#define CT_TCP_INDEX_LIST(X) X(SYN, "syn") X(SYNACK, "synack") X(FIN, "fin") X(ACK, "ack") X(RST, "rst") X(NONE, "none")
typedef enum ct_tcp_index {
#define X(id, name) CT_TCP_INDEX_##id,
  CT_TCP_INDEX_LIST(X)
#undef X
    CT_TCP_INDEX_COUNT
} ct_tcp_index;

/* Rows of a SCTP table, X(id, chunk type, name): the chunks that can move the state. Spec 6.5. */
#define CT_SCTP_ROW_LIST(X)                     \
  X(INIT, 1, "init")                            \
  X(INIT_ACK, 2, "init_ack")                    \
  X(ABORT, 6, "abort")                          \
  X(SHUTDOWN, 7, "shutdown")                    \
  X(SHUTDOWN_ACK, 8, "shutdown_ack")            \
  X(ERROR, 9, "error")                          \
  X(COOKIE_ECHO, 10, "cookie_echo")             \
  X(COOKIE_ACK, 11, "cookie_ack")               \
  X(SHUTDOWN_COMPLETE, 14, "shutdown_complete") \
  X(HEARTBEAT, 4, "heartbeat")                  \
  X(HEARTBEAT_ACK, 5, "heartbeat_ack")
typedef enum ct_sctp_row {
#define X(id, type, name) CT_SCTP_ROW_##id,
  CT_SCTP_ROW_LIST(X)
#undef X
    CT_SCTP_ROW_COUNT
} ct_sctp_row;

/* Rows of a DCCP table: the packet types, in their numbers' order; its sides are roles. */
#define CT_DCCP_ROW_LIST(X) \
  X(REQUEST, "request")     \
  X(RESPONSE, "response")   \
  X(DATA, "data")           \
  X(ACK, "ack")             \
  X(DATAACK, "dataack")     \
  X(CLOSEREQ, "closereq") X(CLOSE, "close") X(RESET, "reset") X(SYNC, "sync") X(SYNCACK, "syncack")
typedef enum ct_dccp_row {
#define X(id, name) CT_DCCP_ROW_##id,
  CT_DCCP_ROW_LIST(X)
#undef X
    CT_DCCP_ROW_COUNT
} ct_dccp_row;
enum { CT_DCCP_CLIENT, CT_DCCP_SERVER };

/* Cells that are no state. */
enum {
  CT_DCCP_IGNORE = 0xfe,
  CT_DCCP_INVALID = 0xff,
  CT_TCP_IGNORE = 0xfe,  /* let it pass, learn from it, change nothing */
  CT_TCP_INVALID = 0xff, /* class INVALID */
  CT_SCTP_INVALID = 0xff
};

/*
 * The sets of flags that kernels let in (tcp_valid_flags), a bit for each value of the header's lower six. PSH goes
 * with anything today; 2.6.18 took it in a reset only beside ACK, and URG in no SYN; 2.4 let everything in.
 */
#define CT_TCP_SET(flags) (UINT64_C(1) << (flags))
#define CT_TCP_SET_PSH(flags) (CT_TCP_SET(flags) | CT_TCP_SET((flags) | CT_TCP_PSH))
#define CT_TCP_FLAG_SETS_2_6                                                                       \
  (CT_TCP_SET_PSH(CT_TCP_SYN) | CT_TCP_SET_PSH(CT_TCP_SYN | CT_TCP_ACK) | CT_TCP_SET(CT_TCP_RST) | \
   CT_TCP_SET_PSH(CT_TCP_RST | CT_TCP_ACK) | CT_TCP_SET_PSH(CT_TCP_FIN | CT_TCP_ACK) |             \
   CT_TCP_SET_PSH(CT_TCP_FIN | CT_TCP_ACK | CT_TCP_URG) | CT_TCP_SET_PSH(CT_TCP_ACK) |             \
   CT_TCP_SET_PSH(CT_TCP_ACK | CT_TCP_URG))
#define CT_TCP_FLAG_SETS_6 (CT_TCP_FLAG_SETS_2_6 | CT_TCP_SET_PSH(CT_TCP_SYN | CT_TCP_URG) | CT_TCP_SET_PSH(CT_TCP_RST))
#define CT_TCP_FLAG_SETS_ANY UINT64_MAX

extern const uint8_t ct_tcp_table_linux_6_18[2][CT_TCP_INDEX_COUNT][CT_TCP_STATE_COUNT]; /* from RHEL 7 on */
extern const uint8_t ct_tcp_table_linux_3_10[2][CT_TCP_INDEX_COUNT][CT_TCP_STATE_COUNT];
extern const uint8_t ct_tcp_table_linux_2_6[2][CT_TCP_INDEX_COUNT][CT_TCP_STATE_COUNT];
extern const uint8_t ct_tcp_table_linux_2_4[2][CT_TCP_INDEX_COUNT][CT_TCP_STATE_COUNT];
extern const uint8_t ct_sctp_table_linux_6_18[2][CT_SCTP_ROW_COUNT][CT_SCTP_STATE_COUNT]; /* from 5.4 on, T-6 */
extern const uint8_t ct_sctp_table_linux_4_19[2][CT_SCTP_ROW_COUNT][CT_SCTP_STATE_COUNT]; /* T-4 */
extern const uint8_t ct_sctp_table_linux_3_10[2][CT_SCTP_ROW_COUNT][CT_SCTP_STATE_COUNT]; /* T-3 */
extern const uint8_t ct_sctp_table_linux_2_6[2][CT_SCTP_ROW_COUNT][CT_SCTP_STATE_COUNT];
extern const uint8_t ct_dccp_table_linux_3_10[2][CT_DCCP_ROW_COUNT][CT_DCCP_STATE_COUNT];
extern const uint8_t ct_dccp_table_linux_6_1[2][CT_DCCP_ROW_COUNT][CT_DCCP_STATE_COUNT]; /* [role][type][state] */

#endif
