/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SCTP's transitions, chunk by chunk. Spec 6.5, 13.2. A packet's chunks are taken one after the other; chunk types
 * without a row leave the state alone.
 *
 *   NO  no entry yet
 *   CL  CLOSED             CW  COOKIE_WAIT        CE  COOKIE_ECHOED      ES  ESTABLISHED
 *   SS  SHUTDOWN_SENT      SR  SHUTDOWN_RECD      SA  SHUTDOWN_ACK_SENT
 *   HS  HEARTBEAT_SENT     an association met in the middle, by its heartbeat (multi-homing, or a pick-up)
 *   HA  HEARTBEAT_ACKED    ... which was answered; later kernels call that ESTABLISHED, and never enter this column
 *   IV  INVALID
 */
#include "conntrack/proto/tables.h"

#include "conntrack/tuple.h"

#define CL CT_SCTP_CLOSED
#define CW CT_SCTP_COOKIE_WAIT
#define CE CT_SCTP_COOKIE_ECHOED
#define ES CT_SCTP_ESTABLISHED
#define SS CT_SCTP_SHUTDOWN_SENT
#define SR CT_SCTP_SHUTDOWN_RECD
#define SA CT_SCTP_SHUTDOWN_ACK_SENT
#define HS CT_SCTP_HEARTBEAT_SENT
#define HA CT_SCTP_HEARTBEAT_ACKED
#define IV CT_SCTP_INVALID

/* clang-format off */

/*
 * An INIT opens in CLOSED and the INIT ACK moves to COOKIE_WAIT, so that half-open associations live three seconds at
 * most once answered. The first packet of the reply side can only answer: NONE and HEARTBEAT_SENT refuse all else.
 */
const uint8_t ct_sctp_table_linux_6_18[2][CT_SCTP_ROW_COUNT][CT_SCTP_STATE_COUNT] = {
  [CT_ORIGINAL] = {
    /*                                  NO  CL  CW  CE  ES  SS  SR  SA  HS  HA */
    [CT_SCTP_ROW_INIT]              = { CL, CL, CW, CE, ES, CL, CL, SA, CW, IV },
    [CT_SCTP_ROW_INIT_ACK]          = { CL, CL, CW, CE, ES, SS, SR, SA, CL, IV },
    [CT_SCTP_ROW_ABORT]             = { CL, CL, CL, CL, CL, CL, CL, CL, CL, IV },
    [CT_SCTP_ROW_SHUTDOWN]          = { CL, CL, CW, CE, SS, SS, SR, SA, CL, IV },
    [CT_SCTP_ROW_SHUTDOWN_ACK]      = { SA, CL, CW, CE, ES, SA, SA, SA, SA, IV },
    [CT_SCTP_ROW_ERROR]             = { CL, CL, CW, CE, ES, SS, SR, SA, CL, IV },
    [CT_SCTP_ROW_COOKIE_ECHO]       = { CL, CL, CE, CE, ES, SS, SR, SA, CL, IV },
    [CT_SCTP_ROW_COOKIE_ACK]        = { CL, CL, CW, ES, ES, SS, SR, SA, CL, IV },
    [CT_SCTP_ROW_SHUTDOWN_COMPLETE] = { CL, CL, CW, CE, ES, SS, SR, CL, CL, IV },
    [CT_SCTP_ROW_HEARTBEAT]         = { HS, CL, CW, CE, ES, SS, SR, SA, HS, IV },
    [CT_SCTP_ROW_HEARTBEAT_ACK]     = { CL, CL, CW, CE, ES, SS, SR, SA, HS, IV },
  },
  [CT_REPLY] = {
    /*                                  NO  CL  CW  CE  ES  SS  SR  SA  HS  HA */
    [CT_SCTP_ROW_INIT]              = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_INIT_ACK]          = { IV, CW, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_ABORT]             = { IV, CL, CL, CL, CL, CL, CL, CL, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN]          = { IV, CL, CW, CE, SR, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN_ACK]      = { IV, CL, CW, CE, ES, SA, SA, SA, IV, IV },
    [CT_SCTP_ROW_ERROR]             = { IV, CL, CW, CL, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_COOKIE_ECHO]       = { IV, CL, CE, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_COOKIE_ACK]        = { IV, CL, CW, ES, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN_COMPLETE] = { IV, CL, CW, CE, ES, SS, SR, CL, IV, IV },
    [CT_SCTP_ROW_HEARTBEAT]         = { IV, CL, CW, CE, ES, SS, SR, SA, HS, IV },
    [CT_SCTP_ROW_HEARTBEAT_ACK]     = { IV, CL, CW, CE, ES, SS, SR, SA, ES, IV },
  },
};

/*
 * RHEL 7, RHEL 8, 4.19 (KERNELS K4, T-4): an INIT opens in COOKIE_WAIT, an answered heartbeat leads to a state of its own
 * (HEARTBEAT_ACKED), and an association that is being shut down stays so whatever INIT comes.
 */
const uint8_t ct_sctp_table_linux_4_19[2][CT_SCTP_ROW_COUNT][CT_SCTP_STATE_COUNT] = {
  [CT_ORIGINAL] = {
    /*                                  NO  CL  CW  CE  ES  SS  SR  SA  HS  HA */
    [CT_SCTP_ROW_INIT]              = { CW, CW, CW, CE, ES, SS, SR, SA, CW, HA },
    [CT_SCTP_ROW_INIT_ACK]          = { CL, CL, CW, CE, ES, SS, SR, SA, CL, HA },
    [CT_SCTP_ROW_ABORT]             = { CL, CL, CL, CL, CL, CL, CL, CL, CL, CL },
    [CT_SCTP_ROW_SHUTDOWN]          = { CL, CL, CW, CE, SS, SS, SR, SA, CL, SS },
    [CT_SCTP_ROW_SHUTDOWN_ACK]      = { SA, CL, CW, CE, ES, SA, SA, SA, SA, HA },
    [CT_SCTP_ROW_ERROR]             = { CL, CL, CW, CE, ES, SS, SR, SA, CL, HA },
    [CT_SCTP_ROW_COOKIE_ECHO]       = { CL, CL, CE, CE, ES, SS, SR, SA, CL, HA },
    [CT_SCTP_ROW_COOKIE_ACK]        = { CL, CL, CW, CE, ES, SS, SR, SA, CL, HA },
    [CT_SCTP_ROW_SHUTDOWN_COMPLETE] = { CL, CL, CW, CE, ES, SS, SR, CL, CL, HA },
    [CT_SCTP_ROW_HEARTBEAT]         = { HS, CL, CW, CE, ES, SS, SR, SA, HS, HA },
    [CT_SCTP_ROW_HEARTBEAT_ACK]     = { CL, CL, CW, CE, ES, SS, SR, SA, HS, HA },
  },
  [CT_REPLY] = {
    /*                                  NO  CL  CW  CE  ES  SS  SR  SA  HS  HA */
    [CT_SCTP_ROW_INIT]              = { IV, CL, CW, CE, ES, SS, SR, SA, IV, HA },
    [CT_SCTP_ROW_INIT_ACK]          = { IV, CL, CW, CE, ES, SS, SR, SA, IV, HA },
    [CT_SCTP_ROW_ABORT]             = { IV, CL, CL, CL, CL, CL, CL, CL, IV, CL },
    [CT_SCTP_ROW_SHUTDOWN]          = { IV, CL, CW, CE, SR, SS, SR, SA, IV, SR },
    [CT_SCTP_ROW_SHUTDOWN_ACK]      = { IV, CL, CW, CE, ES, SA, SA, SA, IV, HA },
    [CT_SCTP_ROW_ERROR]             = { IV, CL, CW, CL, ES, SS, SR, SA, IV, HA },
    [CT_SCTP_ROW_COOKIE_ECHO]       = { IV, CL, CW, CE, ES, SS, SR, SA, IV, HA },
    [CT_SCTP_ROW_COOKIE_ACK]        = { IV, CL, CW, ES, ES, SS, SR, SA, IV, HA },
    [CT_SCTP_ROW_SHUTDOWN_COMPLETE] = { IV, CL, CW, CE, ES, SS, SR, CL, IV, HA },
    [CT_SCTP_ROW_HEARTBEAT]         = { IV, CL, CW, CE, ES, SS, SR, SA, HS, HA },
    [CT_SCTP_ROW_HEARTBEAT_ACK]     = { IV, CL, CW, CE, ES, SS, SR, SA, HA, HA },
  },
};

/* 3.10 (KERNELS K4, T-3): the same without heartbeats, which are chunks like any other. */
const uint8_t ct_sctp_table_linux_3_10[2][CT_SCTP_ROW_COUNT][CT_SCTP_STATE_COUNT] = {
  [CT_ORIGINAL] = {
    /*                                  NO  CL  CW  CE  ES  SS  SR  SA  HS  HA */
    [CT_SCTP_ROW_INIT]              = { CW, CW, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_INIT_ACK]          = { CL, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_ABORT]             = { CL, CL, CL, CL, CL, CL, CL, CL, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN]          = { CL, CL, CW, CE, SS, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN_ACK]      = { SA, CL, CW, CE, ES, SA, SA, SA, IV, IV },
    [CT_SCTP_ROW_ERROR]             = { CL, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_COOKIE_ECHO]       = { CL, CL, CE, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_COOKIE_ACK]        = { CL, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN_COMPLETE] = { CL, CL, CW, CE, ES, SS, SR, CL, IV, IV },
    [CT_SCTP_ROW_HEARTBEAT]         = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_HEARTBEAT_ACK]     = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
  },
  [CT_REPLY] = {
    /*                                  NO  CL  CW  CE  ES  SS  SR  SA  HS  HA */
    [CT_SCTP_ROW_INIT]              = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_INIT_ACK]          = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_ABORT]             = { IV, CL, CL, CL, CL, CL, CL, CL, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN]          = { IV, CL, CW, CE, SR, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN_ACK]      = { IV, CL, CW, CE, ES, SA, SA, SA, IV, IV },
    [CT_SCTP_ROW_ERROR]             = { IV, CL, CW, CL, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_COOKIE_ECHO]       = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_COOKIE_ACK]        = { IV, CL, CW, ES, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN_COMPLETE] = { IV, CL, CW, CE, ES, SS, SR, CL, IV, IV },
    [CT_SCTP_ROW_HEARTBEAT]         = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_HEARTBEAT_ACK]     = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
  },
};

/*
 * 2.6.18: an INIT opens in COOKIE_WAIT, and only the reply side's COOKIE_ACK establishes. Heartbeats had no rows: they left
 * the state alone, and so could not open an entry; HEARTBEAT_SENT did not exist.
 */
const uint8_t ct_sctp_table_linux_2_6[2][CT_SCTP_ROW_COUNT][CT_SCTP_STATE_COUNT] = {
  [CT_ORIGINAL] = {
    /*                                  NO  CL  CW  CE  ES  SS  SR  SA  HS  HA */
    [CT_SCTP_ROW_INIT]              = { CW, CW, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_INIT_ACK]          = { CL, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_ABORT]             = { CL, CL, CL, CL, CL, CL, CL, CL, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN]          = { CL, CL, CW, CE, SS, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN_ACK]      = { SA, CL, CW, CE, ES, SA, SA, SA, IV, IV },
    [CT_SCTP_ROW_ERROR]             = { CL, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_COOKIE_ECHO]       = { CL, CL, CE, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_COOKIE_ACK]        = { CL, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN_COMPLETE] = { CL, CL, CW, CE, ES, SS, SR, CL, IV, IV },
    [CT_SCTP_ROW_HEARTBEAT]         = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_HEARTBEAT_ACK]     = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
  },
  [CT_REPLY] = {
    /*                                  NO  CL  CW  CE  ES  SS  SR  SA  HS  HA */
    [CT_SCTP_ROW_INIT]              = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_INIT_ACK]          = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_ABORT]             = { IV, CL, CL, CL, CL, CL, CL, CL, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN]          = { IV, CL, CW, CE, SR, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN_ACK]      = { IV, CL, CW, CE, ES, SA, SA, SA, IV, IV },
    [CT_SCTP_ROW_ERROR]             = { IV, CL, CW, CL, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_COOKIE_ECHO]       = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_COOKIE_ACK]        = { IV, CL, CW, ES, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_SHUTDOWN_COMPLETE] = { IV, CL, CW, CE, ES, SS, SR, CL, IV, IV },
    [CT_SCTP_ROW_HEARTBEAT]         = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
    [CT_SCTP_ROW_HEARTBEAT_ACK]     = { IV, CL, CW, CE, ES, SS, SR, SA, IV, IV },
  },
};
/* clang-format on */
