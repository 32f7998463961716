/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A listing of a conntrack table, as somebody's machine has printed it: conntrack -L with -o extended, id, ktimestamp,
 * xml and save, /proc/net/nf_conntrack and ip_conntrack, and ctreplay's own json; expectations of the same. Which it
 * is, is found out from the text.
 *
 * The text may come from anybody: it is read once, from its beginning to its end, nothing in it is believed, and memory
 * is bound to its length. What is no listing, or ends within an entry, is an error with file and line.
 */
#ifndef LISTING_LISTING_H
#define LISTING_LISTING_H

#include <glib.h>

#include "conntrack/profile/profile.h"
#include "conntrack/view.h"

/* listing_entry.has */
enum {
  LISTING_TIMEOUT = 1 << 0,
  LISTING_STATE = 1 << 1,
  LISTING_COUNTERS = 1 << 2,
  LISTING_MARK = 1 << 3,
  LISTING_SECMARK = 1 << 4,
  LISTING_AGE = 1 << 5,    /* age_s, of delta-time */
  LISTING_STATUS = 1 << 6, /* all of the status is told, not only [ASSURED] and [UNREPLIED] */
  LISTING_USE = 1 << 7
};

typedef struct listing_entry {
  ct_tuple tuple[2];
  guint32 status; /* CT_STATUS_SEEN_REPLY, ASSURED, OFFLOAD, HW_OFFLOAD; of save and json others too */
  guint32 timeout_s;
  guint64 packets[2], bytes[2];
  guint64 age_s;
  guint32 mark, secmark, use;
  guint32 line;
  guint8 has;
  guint8 state;       /* of its protocol */
  guint8 sides;       /* counters that were told: 1 << ct_dir */
  const char *helper; /* NULL: none is told */
} listing_entry;

typedef struct listing_expect {
  ct_tuple tuple, mask, master;
  guint32 timeout_s, flags, class_number;
  guint32 line;
  gboolean lasts; /* no timeout is told */
  const char *helper;
} listing_expect;

typedef struct listing listing;
struct listing {
  GArray *entries; /* listing_entry */
  GArray *expects; /* listing_expect */
  /* Expectations whose master it does not tell, as /proc's file; the line of the first one. They are not among expects.
   */
  guint64 alone;
  guint32 alone_line;
  const char *format;
  gboolean any_timeout, any_counters, any_mark, any_helper;
  GStringChunk *names;
};

#define LISTING_ERROR (listing_error_quark())
GQuark listing_error_quark(void);

/* name: of the file, for messages. => NULL and error where it is none. An empty text is an empty listing. */
listing *listing_read(const char *name, const char *text, gsize n, const ct_profile *profile, GError **error);
/* NULL is fine. */
void listing_free(listing *l);

#endif
