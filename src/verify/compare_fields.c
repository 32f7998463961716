/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether two of a kind agree, what is let pass, and how a difference reads. */
#include "verify/compare_internal.h"

#include <string.h>

#include "verify/seconds.h"
#include "verify/transcript_write.h"

/* --- what is let pass: all of it, and nothing anywhere else --- */

/*
 * The referee's tick is 10 ms: "a listed timeout one tick late". An expectation's deadline is set by its helper, a
 * little after the time that the packet was stamped with, and so at times a tick later than we think. What an expired
 * master leaves behind is collected at some moment from its deadline (collected_ns before the frame) to the frame.
 */
const verify_tolerance verify_tolerance_virtual = { .late_ns = 10000000, .expect_early_ns = 10000000 };

/*
 * HZ is 100 or more on every kernel we know, and a deadline is rounded to a tick when it is set and again when it is
 * read: two ticks. What lies between sending and looking is measured (verify_line.seen_ns) and comes on top.
 */
const verify_tolerance verify_tolerance_live = {
  .late_ns = 20000000,
  .early_ns = 20000000,
  .expect_early_ns = 20000000, /* an expectation that is looked at within the tick of its creation has all of it left */
  .edge_ns = 20000000,
  .stream_ns = 20000000,
  .destroy_both_ways = TRUE
};

const verify_tolerance verify_tolerance_own = { 0 };

const verify_tolerance verify_tolerance_transcripts = {
  .late_ns = 1, .early_ns = VERIFY_NS_PER_S, .edge_ns = 2 * VERIFY_NS_PER_S, .destroy_both_ways = TRUE
};

/*
 * A transcript repeats an unchanged entry only where its deadline moved by more than 1.5 s; a listed second is up to
 * one second wide.
 */
static const gint64 UNLISTED_NS = 1500000000 + VERIFY_NS_PER_S;

static gint64 seconds_floor(gint64 ns)
{
  return ns >= 0 ? ns / VERIFY_NS_PER_S : -((-ns + VERIFY_NS_PER_S - 1) / VERIFY_NS_PER_S);
}

gboolean verify_timeout_fits(const verify_compare *c, gint64 truth_s, gint64 got_s, gint64 got_rest_ns, gint64 early_ns,
                             guint64 *count)
{
  if (truth_s == got_s)
    return TRUE;

  gint64 late_ns = c->tolerance.late_ns + (c->seen_ns - c->time_ns);

  if (truth_s < seconds_floor(got_rest_ns - late_ns) || truth_s > seconds_floor(got_rest_ns + early_ns))
    return FALSE;
  (*count)++;
  return TRUE;
}

gint64 verify_compare_stream_time(verify_compare *c, gint64 time_ns, gint64 edge_ns, gboolean truth_streams)
{
  gboolean streams = time_ns > edge_ns;

  if (streams == truth_streams || ABS(time_ns - edge_ns) > c->tolerance.stream_ns)
    return time_ns;
  c->counts.streams++;
  return truth_streams ? edge_ns + 1 : edge_ns;
}

/* The truth did not list the entry after this frame: its deadline has not moved far from where it was last listed. */
gboolean verify_unlisted_timeout_fits(const verify_compare *c, const verify_entry *truth, const verify_entry *got)
{
  gint64 moved_ns = (c->time_ns + got->rest_ns) - (truth->listed_ns + truth->rest_ns);

  return ABS(moved_ns) <= UNLISTED_NS;
}

gboolean verify_edge_fits(verify_compare *c, gint64 rest_ns, gint64 uncertain_ns)
{
  if (c->tolerance.edge_ns == 0 || rest_ns > c->tolerance.edge_ns + (c->seen_ns - c->time_ns) ||
      rest_ns < -c->tolerance.edge_ns - uncertain_ns)
    return FALSE;
  c->counts.edges++;
  return TRUE;
}

gboolean verify_destroy_may_wait(const verify_compare *c, const verify_event *event, gboolean is_truth)
{
  return event->expired && (!is_truth || c->tolerance.destroy_both_ways);
}

/*
 * A bridge looks at hop-by-hop options wherever the whole packet has them, once more after it was put together, and
 * drops what it finds broken; a router does not. What stands behind a fragment header, or runs past the payload, is
 * such.
 */
const char *verify_bridge_alone_judges(const guint8 *packet, gsize bytes)
{
  enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, DESTINATION = 60, IPV6_HEADER = 40 };
  static const char why[] = "hop-by-hop options that only a bridge looks at";
  guint8 next;
  gsize at = IPV6_HEADER, payload;

  if (bytes < IPV6_HEADER || packet[0] >> 4 != 6)
    return NULL;
  next = packet[6];
  payload = (gsize)packet[4] << 8 | packet[5];
  while ((next == HOP_BY_HOP || next == ROUTING || next == DESTINATION) && at + 2 <= bytes) {
    gsize header = ((gsize)packet[at + 1] + 1) * 8;

    if (next == HOP_BY_HOP && payload != 0 && at + header > IPV6_HEADER + payload)
      return why;
    next = packet[at];
    at += header;
  }
  return next == FRAGMENT && at + 4 <= bytes && packet[at] == HOP_BY_HOP && packet[at + 2] == 0 &&
             (packet[at + 3] & 0xf8) == 0
           ? why
           : NULL;
}

/* --- differences --- */

static GString *difference_begin(verify_compare *c, const char *what)
{
  c->difference = g_string_new(NULL);
  if (c->number) {
    g_string_append_printf(c->difference, "packet %" G_GUINT64_FORMAT " (", c->number);
    verify_seconds_put(c->difference, c->time_ns);
    g_string_append_printf(c->difference, " s): %s\n", what);
  } else {
    g_string_append_printf(c->difference, "at the end: %s\n", what);
  }
  return c->difference;
}

static void side_begin(verify_compare *c, gboolean is_truth)
{
  const char *name = is_truth ? c->truth_name : c->got_name;
  int width = (int)MAX(strlen(c->truth_name), strlen(c->got_name));

  g_string_append_printf(c->difference, "  %-*s: ", width, name);
}

gboolean verify_differ_text(verify_compare *c, const char *what, const char *truth, const char *got)
{
  difference_begin(c, what);
  side_begin(c, TRUE);
  g_string_append_printf(c->difference, "%s\n", truth);
  side_begin(c, FALSE);
  g_string_append_printf(c->difference, "%s\n", got);
  return FALSE;
}

gboolean verify_differ_entry(verify_compare *c, const char *field, const verify_entry *truth, const verify_entry *got)
{
  difference_begin(c, field);
  side_begin(c, TRUE);
  if (truth != NULL)
    verify_entry_put(c->difference, truth);
  g_string_append(c->difference, truth != NULL ? "\n" : "no such entry\n");
  side_begin(c, FALSE);
  if (got != NULL) {
    verify_entry_put(c->difference, got);
    g_string_append_printf(c->difference, " (%.4f s left)", (double)got->rest_ns / 1e9);
  }
  g_string_append(c->difference, got != NULL ? "\n" : "no such entry\n");
  return FALSE;
}

gboolean verify_differ_expect(verify_compare *c, const char *field, const verify_expect *truth,
                              const verify_expect *got)
{
  difference_begin(c, field);
  side_begin(c, TRUE);
  if (truth != NULL)
    verify_expect_put(c->difference, truth);
  g_string_append(c->difference, truth != NULL ? "\n" : "no such expectation\n");
  side_begin(c, FALSE);
  if (got != NULL)
    verify_expect_put(c->difference, got);
  g_string_append(c->difference, got != NULL ? "\n" : "no such expectation\n");
  return FALSE;
}

/* --- fields --- */

static gboolean pair_equal(const guint8 a[2], const guint8 b[2]) { return a[0] == b[0] && a[1] == b[1]; }

static gboolean counters_equal(const verify_entry *a, const verify_entry *b)
{
  return memcmp(a->packets, b->packets, sizeof(a->packets)) == 0 && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* X(bit, name, whether truth a and the other b agree). Timeouts are no matter of equality and stand apart. */
#define ENTRY_FIELDS(X)                                                      \
  X(VERIFY_HAS_REPLY, "reply tuple", ct_tuple_equal(&a->reply, &b->reply))   \
  X(VERIFY_HAS_STATUS, "status", a->status == b->status)                     \
  X(VERIFY_HAS_STATE, "state", a->state == b->state)                         \
  X(VERIFY_HAS_WSCALE, "wscale", pair_equal(a->wscale, b->wscale))           \
  X(VERIFY_HAS_TFLAGS, "tflags", pair_equal(a->tflags, b->tflags))           \
  X(VERIFY_HAS_VTAG, "vtag", memcmp(a->vtag, b->vtag, sizeof(a->vtag)) == 0) \
  X(VERIFY_HAS_COUNTERS, "counters", counters_equal(a, b))                   \
  X(VERIFY_HAS_HELPER, "helper", a->helper == b->helper)                     \
  X(VERIFY_HAS_MASTER, "master", ct_tuple_equal(&a->master, &b->master))

const char *verify_entry_difference(verify_compare *c, const verify_entry *a, const verify_entry *b)
{
#define X(bit, name, equal)                     \
  if ((a->has | b->has) & (bit)) {              \
    c->counts.fields++;                         \
    if (!(a->has & b->has & (bit)) || !(equal)) \
      return name;                              \
  }
  ENTRY_FIELDS(X)
#undef X
  return NULL;
}

/* An event's timeout is absent where less than a second is left: 0. */
const char *verify_event_timeout_difference(verify_compare *c, const verify_entry *a, const verify_entry *b)
{
  c->counts.fields++;
  return verify_timeout_fits(c, a->timeout_s, b->timeout_s, b->rest_ns, c->tolerance.early_ns, &c->counts.timeouts_late)
           ? NULL
           : "timeout";
}

gboolean verify_expect_same(const verify_expect *a, const verify_expect *b)
{
  return ct_tuple_equal(&a->tuple, &b->tuple) && ct_tuple_equal(&a->mask, &b->mask);
}

const char *verify_expect_difference(verify_compare *c, const verify_expect *a, const verify_expect *b,
                                     gboolean listed_now)
{
  c->counts.fields += listed_now ? 5 : 3;
  if (!ct_tuple_equal(&a->master, &b->master))
    return "master";
  if (a->class_number != b->class_number)
    return "class";
  if (a->helper != b->helper)
    return "helper";
  if (listed_now && a->flags != b->flags)
    return "flags";
  if (a->timeless != b->timeless)
    return "timeout";
  if (listed_now && !verify_timeout_fits(c, a->timeout_s, b->timeout_s, b->rest_ns,
                                         MAX(c->tolerance.expect_early_ns, b->collected_ns), &c->counts.expects_late))
    return "timeout";
  return NULL;
}
