/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP's transitions as each kernel had them. Spec 5.3, 13.1, 13.2.
 *
 * Read a row as "this was sent from that side"; the column is the state before, the cell the state after:
 *
 *   NO  no entry yet (columns of the original side only: a first packet defines the original side)
 *   SS  SYN_SENT     a SYN was seen, no answer
 *   S2  SYN_SENT2    a SYN from each side, crossing (simultaneous open)
 *   SR  SYN_RECV     SYN/ACK seen
 *   ES  ESTABLISHED  the handshake's last ACK, or a pick-up in the middle
 *   FW  FIN_WAIT     one side's FIN
 *   CW  CLOSE_WAIT   ... which the other has acknowledged
 *   LA  LAST_ACK     the second FIN
 *   TW  TIME_WAIT    ... acknowledged too
 *   CL  CLOSE        reset
 *   IG  ignored      may be true, may be forged: it passes, the entry stays until the other side's answer tells
 *   IV  INVALID
 *
 * The cell is where the decision starts, not always where it ends: proto/tcp.c has the exceptions, each by name.
 * The order of the columns is that of the states' numbers.
 */
#include "conntrack/proto/tables.h"

#include "conntrack/tuple.h"

#define NO CT_TCP_NONE
#define SS CT_TCP_SYN_SENT
#define SR CT_TCP_SYN_RECV
#define ES CT_TCP_ESTABLISHED
#define FW CT_TCP_FIN_WAIT
#define CW CT_TCP_CLOSE_WAIT
#define LA CT_TCP_LAST_ACK
#define TW CT_TCP_TIME_WAIT
#define CL CT_TCP_CLOSE
#define S2 CT_TCP_SYN_SENT2
#define IG CT_TCP_IGNORE
#define IV CT_TCP_INVALID

/* clang-format off */

/*
 * The same cells from RHEL 7 to 6.18. What stands out:
 * - A SYN inside a running connection is ignored, not refused: the real peer answers it with a challenge ACK (RFC 5961, 4.2) or,
 *   if it rebooted, with a RST; conntrack learns from that answer.
 * - A SYN/ACK never makes an entry. A bare ACK does: that is loose pick-up.
 * - A RST closes from every state; whether it counts at all is decided by its sequence number.
 */
const uint8_t ct_tcp_table_linux_6_18[2][CT_TCP_INDEX_COUNT][CT_TCP_STATE_COUNT] = {
  [CT_ORIGINAL] = {
    /*                        NO  SS  SR  ES  FW  CW  LA  TW  CL  S2 */
    [CT_TCP_INDEX_SYN]    = { SS, SS, IG, IG, IG, IG, IG, SS, SS, S2 },
    [CT_TCP_INDEX_SYNACK] = { IV, IV, SR, IV, IV, IV, IV, IV, IV, SR },
    [CT_TCP_INDEX_FIN]    = { IV, IV, FW, FW, LA, LA, LA, TW, CL, IV },
    [CT_TCP_INDEX_ACK]    = { ES, IV, ES, ES, CW, CW, TW, TW, CL, IV },
    [CT_TCP_INDEX_RST]    = { IV, CL, CL, CL, CL, CL, CL, CL, CL, CL },
    [CT_TCP_INDEX_NONE]   = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
  },
  [CT_REPLY] = {
    /*                        NO  SS  SR  ES  FW  CW  LA  TW  CL  S2 */
    [CT_TCP_INDEX_SYN]    = { IV, S2, IV, IV, IV, IV, IV, SS, IV, S2 },
    [CT_TCP_INDEX_SYNACK] = { IV, SR, IG, IG, IG, IG, IG, IG, IG, SR },
    [CT_TCP_INDEX_FIN]    = { IV, IV, FW, FW, LA, LA, LA, TW, CL, IV },
    [CT_TCP_INDEX_ACK]    = { IV, IG, SR, ES, CW, CW, TW, TW, CL, IG },
    [CT_TCP_INDEX_RST]    = { IV, CL, CL, CL, CL, CL, CL, CL, CL, CL },
    [CT_TCP_INDEX_NONE]   = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
  },
};

/* 3.10: the same but for one cell: the reply side cannot reopen a connection in TIME_WAIT (KERNELS K1.1). */
const uint8_t ct_tcp_table_linux_3_10[2][CT_TCP_INDEX_COUNT][CT_TCP_STATE_COUNT] = {
  [CT_ORIGINAL] = {
    /*                        NO  SS  SR  ES  FW  CW  LA  TW  CL  S2 */
    [CT_TCP_INDEX_SYN]    = { SS, SS, IG, IG, IG, IG, IG, SS, SS, S2 },
    [CT_TCP_INDEX_SYNACK] = { IV, IV, SR, IV, IV, IV, IV, IV, IV, SR },
    [CT_TCP_INDEX_FIN]    = { IV, IV, FW, FW, LA, LA, LA, TW, CL, IV },
    [CT_TCP_INDEX_ACK]    = { ES, IV, ES, ES, CW, CW, TW, TW, CL, IV },
    [CT_TCP_INDEX_RST]    = { IV, CL, CL, CL, CL, CL, CL, CL, CL, CL },
    [CT_TCP_INDEX_NONE]   = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
  },
  [CT_REPLY] = {
    /*                        NO  SS  SR  ES  FW  CW  LA  TW  CL  S2 */
    [CT_TCP_INDEX_SYN]    = { IV, S2, IV, IV, IV, IV, IV, IV, IV, S2 },
    [CT_TCP_INDEX_SYNACK] = { IV, SR, IG, IG, IG, IG, IG, IG, IG, SR },
    [CT_TCP_INDEX_FIN]    = { IV, IV, FW, FW, LA, LA, LA, TW, CL, IV },
    [CT_TCP_INDEX_ACK]    = { IV, IG, SR, ES, CW, CW, TW, TW, CL, IG },
    [CT_TCP_INDEX_RST]    = { IV, CL, CL, CL, CL, CL, CL, CL, CL, CL },
    [CT_TCP_INDEX_NONE]   = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
  },
};

/*
 * ip_conntrack of 2.6.18. No simultaneous open: a SYN from the reply side is INVALID, and the last column, LISTEN there,
 * is never entered. A repeated SYN/ACK in SYN_RECV is taken again instead of ignored.
 */
const uint8_t ct_tcp_table_linux_2_6[2][CT_TCP_INDEX_COUNT][CT_TCP_STATE_COUNT] = {
  [CT_ORIGINAL] = {
    /*                        NO  SS  SR  ES  FW  CW  LA  TW  CL  LI */
    [CT_TCP_INDEX_SYN]    = { SS, SS, IG, IG, IG, IG, IG, SS, SS, IV },
    [CT_TCP_INDEX_SYNACK] = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
    [CT_TCP_INDEX_FIN]    = { IV, IV, FW, FW, LA, LA, LA, TW, CL, IV },
    [CT_TCP_INDEX_ACK]    = { ES, IV, ES, ES, CW, CW, TW, TW, CL, IV },
    [CT_TCP_INDEX_RST]    = { IV, CL, CL, CL, CL, CL, CL, CL, CL, IV },
    [CT_TCP_INDEX_NONE]   = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
  },
  [CT_REPLY] = {
    /*                        NO  SS  SR  ES  FW  CW  LA  TW  CL  LI */
    [CT_TCP_INDEX_SYN]    = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
    [CT_TCP_INDEX_SYNACK] = { IV, SR, SR, IG, IG, IG, IG, IG, IG, IV },
    [CT_TCP_INDEX_FIN]    = { IV, IV, FW, FW, LA, LA, LA, TW, CL, IV },
    [CT_TCP_INDEX_ACK]    = { IV, IG, SR, ES, CW, CW, TW, TW, CL, IV },
    [CT_TCP_INDEX_RST]    = { IV, CL, CL, CL, CL, CL, CL, CL, CL, IV },
    [CT_TCP_INDEX_NONE]   = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
  },
};

/*
 * ip_conntrack of 2.4.37. It knew one row for SYN with and without ACK, looked at no sequence numbers and refused
 * nothing but segments without any of RST, SYN, FIN and ACK: a SYN/ACK, a FIN or a RST opened an entry as well as a SYN.
 * Its states had another order (the columns are put into ours here), and a LISTEN that no packet led to: its column is INVALID.
 */
const uint8_t ct_tcp_table_linux_2_4[2][CT_TCP_INDEX_COUNT][CT_TCP_STATE_COUNT] = {
  [CT_ORIGINAL] = {
    /*                        NO  SS  SR  ES  FW  CW  LA  TW  CL  LI */
    [CT_TCP_INDEX_SYN]    = { SS, SS, SR, ES, SS, SS, SS, SS, SS, IV },
    [CT_TCP_INDEX_SYNACK] = { SS, SS, SR, ES, SS, SS, SS, SS, SS, IV },
    [CT_TCP_INDEX_FIN]    = { TW, SS, TW, FW, FW, TW, LA, TW, CL, IV },
    [CT_TCP_INDEX_ACK]    = { ES, SS, ES, ES, FW, CW, LA, TW, CL, IV },
    [CT_TCP_INDEX_RST]    = { CL, SS, CL, CL, CL, CL, CL, TW, CL, IV },
    [CT_TCP_INDEX_NONE]   = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
  },
  [CT_REPLY] = {
    /*                        NO  SS  SR  ES  FW  CW  LA  TW  CL  LI */
    [CT_TCP_INDEX_SYN]    = { SR, SR, SR, ES, SR, SR, SR, SR, SR, IV },
    [CT_TCP_INDEX_SYNACK] = { SR, SR, SR, ES, SR, SR, SR, SR, SR, IV },
    [CT_TCP_INDEX_FIN]    = { CL, SS, TW, CW, TW, CW, LA, TW, CL, IV },
    [CT_TCP_INDEX_ACK]    = { CL, SS, SR, ES, FW, CW, CL, TW, CL, IV },
    [CT_TCP_INDEX_RST]    = { CL, CL, CL, CL, CL, CL, LA, CL, CL, IV },
    [CT_TCP_INDEX_NONE]   = { IV, IV, IV, IV, IV, IV, IV, IV, IV, IV },
  },
};
/* clang-format on */
