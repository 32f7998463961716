/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DCCP's transitions (RFC 4340) as kernels from 2.6.26 to 6.16 had them. Read a row as "this was sent by that role";
 * the client is whoever sent the request, which need not be the original side.
 *
 *   NO  no entry yet
 *   RQ  REQUEST    a request was sent             RS  RESPOND   ... and answered
 *   PO  PARTOPEN   the answer was acknowledged    OP  OPEN      the server has sent something else
 *   CR  CLOSEREQ   the server asks for the close  CG  CLOSING   a close was sent
 *   TW  TIMEWAIT   reset
 *   IG  ignored: let through, remembered          IV  INVALID
 */
#include "conntrack/proto/tables.h"

#define NO CT_DCCP_NONE
#define RQ CT_DCCP_REQUEST
#define RS CT_DCCP_RESPOND
#define PO CT_DCCP_PARTOPEN
#define OP CT_DCCP_OPEN
#define CR CT_DCCP_CLOSEREQ
#define CG CT_DCCP_CLOSING
#define TW CT_DCCP_TIMEWAIT
#define IG CT_DCCP_IGNORE
#define IV CT_DCCP_INVALID

/* clang-format off */
const uint8_t ct_dccp_table_linux_6_1[2][CT_DCCP_ROW_COUNT][CT_DCCP_STATE_COUNT] = {
  [CT_DCCP_CLIENT] = {
    /*                           NO  RQ  RS  PO  OP  CR  CG  TW */
    [CT_DCCP_ROW_REQUEST]    = { RQ, RQ, RS, IG, IG, IG, IG, RQ },
    [CT_DCCP_ROW_RESPONSE]   = { IV, IG, IG, IG, IG, IG, IG, IV },
    [CT_DCCP_ROW_DATA]       = { IV, IV, IV, IV, OP, CR, CG, IV },
    [CT_DCCP_ROW_ACK]        = { IV, IV, PO, PO, OP, CR, CG, IV },
    [CT_DCCP_ROW_DATAACK]    = { IV, IV, PO, PO, OP, CR, CG, IV },
    [CT_DCCP_ROW_CLOSEREQ]   = { IV, IV, IV, IV, IV, IV, IV, IV },
    [CT_DCCP_ROW_CLOSE]      = { IV, IV, IV, CG, CG, CG, IV, IV },
    [CT_DCCP_ROW_RESET]      = { IV, TW, TW, TW, TW, TW, TW, IG },
    [CT_DCCP_ROW_SYNC]       = { IV, IG, IG, IG, IG, IG, IG, IG },
    [CT_DCCP_ROW_SYNCACK]    = { IV, IG, IG, IG, IG, IG, IG, IG },
  },
  [CT_DCCP_SERVER] = {
    /*                           NO  RQ  RS  PO  OP  CR  CG  TW */
    [CT_DCCP_ROW_REQUEST]    = { IV, IG, IG, IG, IG, IG, IG, RQ },
    [CT_DCCP_ROW_RESPONSE]   = { IV, RS, RS, IG, IG, IG, IG, IV },
    [CT_DCCP_ROW_DATA]       = { IV, IV, IV, OP, OP, IV, CG, IV },
    [CT_DCCP_ROW_ACK]        = { IV, IV, IV, OP, OP, IV, CG, IV },
    [CT_DCCP_ROW_DATAACK]    = { IV, IV, IV, OP, OP, IV, CG, IV },
    [CT_DCCP_ROW_CLOSEREQ]   = { IV, IV, IV, CR, CR, CR, CR, IV },
    [CT_DCCP_ROW_CLOSE]      = { IV, IV, IV, CG, CG, IV, CG, IV },
    [CT_DCCP_ROW_RESET]      = { IV, TW, TW, TW, TW, TW, TW, TW }, /* a slip of the kernel: meant to be ignored in TIMEWAIT, as above */
    [CT_DCCP_ROW_SYNC]       = { IV, IG, IG, IG, IG, IG, IG, IG },
    [CT_DCCP_ROW_SYNCACK]    = { IV, IG, IG, IG, IG, IG, IG, IG },
  },
};

/* 3.10 and RHEL 7: a SYNC or SYNCACK may be a first packet, which is let through (KERNELS K2). */
const uint8_t ct_dccp_table_linux_3_10[2][CT_DCCP_ROW_COUNT][CT_DCCP_STATE_COUNT] = {
  [CT_DCCP_CLIENT] = {
    /*                           NO  RQ  RS  PO  OP  CR  CG  TW */
    [CT_DCCP_ROW_REQUEST]    = { RQ, RQ, RS, IG, IG, IG, IG, RQ },
    [CT_DCCP_ROW_RESPONSE]   = { IV, IG, IG, IG, IG, IG, IG, IV },
    [CT_DCCP_ROW_DATA]       = { IV, IV, IV, IV, OP, CR, CG, IV },
    [CT_DCCP_ROW_ACK]        = { IV, IV, PO, PO, OP, CR, CG, IV },
    [CT_DCCP_ROW_DATAACK]    = { IV, IV, PO, PO, OP, CR, CG, IV },
    [CT_DCCP_ROW_CLOSEREQ]   = { IV, IV, IV, IV, IV, IV, IV, IV },
    [CT_DCCP_ROW_CLOSE]      = { IV, IV, IV, CG, CG, CG, IV, IV },
    [CT_DCCP_ROW_RESET]      = { IV, TW, TW, TW, TW, TW, TW, IG },
    [CT_DCCP_ROW_SYNC]       = { IG, IG, IG, IG, IG, IG, IG, IG },
    [CT_DCCP_ROW_SYNCACK]    = { IG, IG, IG, IG, IG, IG, IG, IG },
  },
  [CT_DCCP_SERVER] = {
    /*                           NO  RQ  RS  PO  OP  CR  CG  TW */
    [CT_DCCP_ROW_REQUEST]    = { IV, IG, IG, IG, IG, IG, IG, RQ },
    [CT_DCCP_ROW_RESPONSE]   = { IV, RS, RS, IG, IG, IG, IG, IV },
    [CT_DCCP_ROW_DATA]       = { IV, IV, IV, OP, OP, IV, CG, IV },
    [CT_DCCP_ROW_ACK]        = { IV, IV, IV, OP, OP, IV, CG, IV },
    [CT_DCCP_ROW_DATAACK]    = { IV, IV, IV, OP, OP, IV, CG, IV },
    [CT_DCCP_ROW_CLOSEREQ]   = { IV, IV, IV, CR, CR, CR, CR, IV },
    [CT_DCCP_ROW_CLOSE]      = { IV, IV, IV, CG, CG, IV, CG, IV },
    [CT_DCCP_ROW_RESET]      = { IV, TW, TW, TW, TW, TW, TW, TW }, /* a slip of the kernel: meant to be ignored in TIMEWAIT, as above */
    [CT_DCCP_ROW_SYNC]       = { IG, IG, IG, IG, IG, IG, IG, IG },
    [CT_DCCP_ROW_SYNCACK]    = { IG, IG, IG, IG, IG, IG, IG, IG },
  },
};
/* clang-format on */
