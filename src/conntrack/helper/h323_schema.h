/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages of H.225.0 and H.245, as far as helpers need them, described for per.h. */
#ifndef CT_HELPER_H323_SCHEMA_H
#define CT_HELPER_H323_SCHEMA_H

#include "conntrack/helper/per.h"

/* Marks: what the walk reports on its way to an address or a number. */
enum {
  H323_MARK_NONE,
  H323_MARK_IGNORED, /* an address nobody expects anything from */
  H323_MARK_H245_ADDRESS,
  H323_MARK_ALTERNATIVE_ADDRESS,
  H323_MARK_CALL_FORWARDED,
  H323_MARK_CHANNEL,     /* an OpenLogicalChannel begins */
  H323_MARK_CHANNEL_ACK, /* its acknowledgement */
  H323_MARK_MEDIA,
  H323_MARK_T120,
  H323_MARK_LAN_STACK,
  H323_MARK_SIGNAL_ADDRESS,
  H323_MARK_RAS_ADDRESS,
  H323_MARK_TIME_TO_LIVE,
  H323_MARK_TUNNELLED, /* an H.245 message inside a call signalling message */
  H323_MARK_SETUP,     /* messages, for people */
  H323_MARK_CALL_PROCEEDING,
  H323_MARK_CONNECT,
  H323_MARK_ALERTING,
  H323_MARK_FACILITY,
  H323_MARK_PROGRESS,
  H323_MARK_RAS_FIRST /* + the number of the RAS message */
};

extern const per_type h323_user_information; /* H.225.0 H323-UserInformation */
extern const per_type h323_control_message;  /* H.245 MultimediaSystemControlMessage */
extern const per_type h323_ras_message;      /* H.225.0 RasMessage */

#endif
