/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seconds in a transcript, to the nanosecond. A number of JSON is a double to its parser, which holds nanoseconds for
 * some weeks only, and a packet that comes a few of them later may find its entry gone. So the text itself is read.
 */
#ifndef VERIFY_SECONDS_H
#define VERIFY_SECONDS_H

#include <glib.h>

/* A moment; and a timeout of 32 bits on top of it still fits into 63 bits of nanoseconds. */
#define VERIFY_SECONDS_MOST_NS (G_MAXINT64 / 2)

/*
 * The member of this name in a line that holds one JSON object (the first of that name, not inside another member).
 * => FALSE and error where there is none, or not from 0 to VERIFY_SECONDS_MOST_NS.
 */
gboolean verify_seconds_read(const char *line, const char *name, gint64 *ns, GError **error);
/* At least four decimals; as many as it takes. ns is not negative. */
void verify_seconds_put(GString *out, gint64 ns);

#endif
