/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Link type numbers: files carry LINKTYPE_* (tcpdump.org/linktypes.html), programs DLT_*; they differ where BSDs
 * once disagreed. Frames carry DLT_*.
 */
#ifndef CAP_LINK_H
#define CAP_LINK_H

#include <glib.h>

/* Unknown numbers are their own counterpart, as libpcap has it. */
guint cap_link_from_file(guint linktype);
guint cap_link_to_file(guint dlt);

/* The longest frame that can be meant, by libpcap's rule; a longer one is damage. */
guint32 cap_link_max_captured(guint dlt);

/*
 * TRUE where frames hold a header in the writing machine's byte order, which libpcap turns round in files of the
 * other order.
 */
gboolean cap_link_has_host_order(guint dlt);

#endif
