/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may be advised: a setting that an administrator could leave as it is. It makes conntrack keep for longer what it
 * knows, or refuse less:
 *
 *   a timeout          longer than it is
 *   tcp_max_retrans    larger than it is, as is max
 *   tcp_be_liberal, tcp_ignore_invalid_rst, tcp_loose, dccp_loose     1
 *   checksum           0
 *
 * Never what lets one packet pass because its connection was forgotten, or never begun, and does so to all others: a
 * shorter timeout (0 above all), tcp_loose=0, a 0 of another switch.
 */
#ifndef JOURNAL_ADVISABLE_H
#define JOURNAL_ADVISABLE_H

#include <glib.h>

#include "conntrack/param.h"

/* info: of the sysctl as it is. */
gboolean journal_is_advisable(const ct_param_info *info, guint64 value);

#endif
