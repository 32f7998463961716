/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own listings: /proc/net/nf_conntrack with nf_conntrack_expect, and ip_conntrack of 2.4 and 2.6 with its
 * expectations (spec 10.1 to 10.3). The reader of nf_conntrack holds a reference, so that an idle entry's use is 2.
 */
#include "formats.h"
#include "parts.h"

static const ct_proto *tracker_of(const emit_options *o, const ct_tuple *tuple)
{
  return ct_proto_find(o->profile != NULL ? o->profile : ct_profile_get(0), tuple->proto, tuple->family);
}

static void addresses(emit_text *out, const ct_tuple *tuple)
{
  emit_text_literal(out, "src=");
  emit_text_addr(out, tuple->family, &tuple->src, TRUE);
  emit_text_literal(out, " dst=");
  emit_text_addr(out, tuple->family, &tuple->dst, TRUE);
  emit_text_char(out, ' ');
}

static void direction(emit_text *out, const emit_options *o, const ct_view *view, ct_dir dir)
{
  const ct_tuple *tuple = &view->tuple[dir];

  addresses(out, tuple);
  if (tracker_of(o, tuple)->ids != CT_IDS_NONE)
    emit_tuple_ids(out, o->profile, tuple);
  emit_direction_zone(out, view, dir);
  if (view->zone_way == 1 << dir) /* conntrack is not told of it */
    emit_text_string(out, dir == CT_ORIGINAL ? "zone-orig=0 " : "zone-reply=0 ");
  if (view->counted) {
    emit_text_literal(out, "packets=");
    emit_text_u64(out, view->packets[dir]);
    emit_text_literal(out, " bytes=");
    emit_text_u64(out, view->bytes[dir]);
    emit_text_char(out, ' ');
  }
}

/*
 * From the protocol's name to [ASSURED]: what both files print alike. A protocol that the kernel does not track is
 * "unknown", and has neither ids nor states.
 */
static void flow(emit_text *out, const emit_options *o, const ct_view *view)
{
  guint8 proto = view->tuple[CT_ORIGINAL].proto;
  const ct_proto *tracker = tracker_of(o, &view->tuple[CT_ORIGINAL]);
  const char *state = view->state < tracker->n_states ? tracker->states[view->state] : NULL;

  emit_text_pad(out, tracker->name, 8);
  emit_text_char(out, ' ');
  emit_text_u64(out, proto);
  emit_text_char(out, ' ');
  if (!(view->status & CT_STATUS_OFFLOAD)) {
    emit_text_u64(out, emit_view_seconds(view));
    emit_text_char(out, ' ');
  }
  if (state != NULL) {
    emit_text_string(out, state);
    emit_text_char(out, ' ');
  } else if (tracker->shows & CT_SHOWS_TIMEOUTS) {
    emit_text_literal(out, "timeout=");
    emit_text_u64(out, view->gre_timeout_s[0]);
    emit_text_literal(out, ", stream_timeout=");
    emit_text_u64(out, view->gre_timeout_s[1]);
    emit_text_char(out, ' ');
  }
  direction(out, o, view, CT_ORIGINAL);
  if (!(view->status & CT_STATUS_SEEN_REPLY))
    emit_text_literal(out, "[UNREPLIED] ");
  direction(out, o, view, CT_REPLY);
  emit_assured(out, view->status);
}

static void proc_entry(emit_output *output, const ct_view *view)
{
  const emit_options *o = &output->options;
  emit_text *out = output->text;

  emit_text_pad(out, emit_family_name(view->tuple[CT_ORIGINAL].family), 8);
  emit_text_char(out, ' ');
  emit_text_u64(out, view->tuple[CT_ORIGINAL].family);
  emit_text_char(out, ' ');
  flow(out, o, view);
  if (o->show_mark) {
    emit_text_literal(out, "mark=");
    emit_text_u64(out, view->mark);
    emit_text_char(out, ' ');
  }
  if ((o->profile == NULL || !o->profile->ip_conntrack) && /* zones came with 2.6.34 */
      view->tuple[CT_ORIGINAL].zone == view->tuple[CT_REPLY].zone && view->zone_way == 0) {
    emit_text_literal(out, "zone=");
    emit_text_u64(out, emit_zone(view));
    emit_text_char(out, ' ');
  }
  if (o->show_times) {
    emit_text_literal(out, "delta-time=");
    emit_text_u64(out, (guint64)MAX(0, emit_floor_seconds(emit_time_since(emit_view_now_ns(view), view->created_ns))));
    emit_text_char(out, ' ');
  }
  emit_text_literal(out, "use=");
  emit_text_u64(out, view->use + 1);
  emit_text_char(out, '\n');
}

/* The timer may be overdue: the seconds are signed, cut towards zero as C divides. There may be none. */
static void expect_seconds(emit_text *out, const ct_expect_view *expect)
{
  if (emit_expect_ends(expect))
    emit_text_i64(out, expect->timeout_ns / 1000000000);
  else
    emit_text_char(out, '-');
}

static void proc_expect(emit_output *output, const ct_expect_view *expect)
{
  emit_text *out = output->text;

  expect_seconds(out, expect);
  emit_text_literal(out, " l3proto = ");
  emit_text_u64(out, expect->tuple.family);
  emit_text_literal(out, " proto=");
  emit_text_u64(out, expect->tuple.proto);
  emit_text_char(out, ' ');
  addresses(out, &expect->tuple);
  emit_tuple_ids(out, output->options.profile, &expect->tuple);
  emit_expect_flags(out, expect->flags);
  emit_text_string(out, expect->helper != NULL ? expect->helper : "");
  if (expect->class_name != NULL && expect->class_name[0] != '\0') {
    emit_text_char(out, '/');
    emit_text_string(out, expect->class_name);
  }
  emit_text_char(out, '\n');
}

static void ip_conntrack_entry(emit_output *output, const ct_view *view)
{
  const emit_options *o = &output->options;
  emit_text *out = output->text;
  gboolean old = o->profile != NULL && o->profile->listing_2_4;

  if (o->profile != NULL && o->profile->ip_conntrack_files && view->tuple[CT_ORIGINAL].family != CT_IPV4)
    return;
  flow(out, o, view);
  if (!old && o->show_mark) {
    emit_text_literal(out, "mark=");
    emit_text_u64(out, view->mark);
    emit_text_char(out, ' ');
  }
  if (!old && o->show_secmark) {
    emit_text_literal(out, "secmark=");
    emit_text_u64(out, view->secmark);
    emit_text_char(out, ' ');
  }
  emit_text_literal(out, "use=");
  emit_text_u64(out, view->use);
  if (old) {
    emit_text_char(out, ' ');
    if (o->show_mark) { /* a patch of the time, which came after use */
      emit_text_literal(out, "mark=");
      emit_text_u64(out, view->mark);
      emit_text_char(out, ' ');
    }
  }
  emit_text_char(out, '\n');
}

static void ip_conntrack_expect(emit_output *output, const ct_expect_view *expect)
{
  const emit_options *o = &output->options;
  emit_text *out = output->text;
  gboolean old = o->profile != NULL && o->profile->listing_2_4;

  if (o->profile != NULL && o->profile->ip_conntrack_files && expect->tuple.family != CT_IPV4)
    return;
  if (old)
    emit_text_literal(out, "EXPECTING: ");
  expect_seconds(out, expect);
  if (old)
    emit_text_literal(out, " use=1");
  emit_text_literal(out, " proto=");
  emit_text_u64(out, expect->tuple.proto);
  emit_text_char(out, ' ');
  addresses(out, &expect->tuple);
  emit_tuple_ids(out, o->profile, &expect->tuple);
  emit_text_char(out, '\n');
}

const emit_format emit_format_proc = {
  .name = "proc",
  .help = "/proc/net/nf_conntrack, nf_conntrack_expect, stat/nf_conntrack",
  .can = EMIT_CAN_LIST | EMIT_CAN_EXPECT | EMIT_CAN_STATS,
  .stats = emit_stats_file,
  .entry = proc_entry,
  .expect = proc_expect,
  .snapshot = emit_snapshot_line,
};

/* One file for both, before there was one of each. */
static guint ip_conntrack_wants(const emit_options *o, guint what)
{
  return what == EMIT_CAN_LIST && o->profile != NULL && o->profile->listing_2_4 ? EMIT_WANTS_EXPECTS : 0;
}

const emit_format emit_format_ip_conntrack = {
  .name = "ip_conntrack",
  .help = "/proc/net/ip_conntrack, ip_conntrack_expect, stat/ip_conntrack, of kernels up to 4.7",
  .can = EMIT_CAN_LIST | EMIT_CAN_EXPECT | EMIT_CAN_STATS,
  .stats = emit_stats_file_ip_conntrack,
  .wants = ip_conntrack_wants,
  .entry = ip_conntrack_entry,
  .expect = ip_conntrack_expect,
  .snapshot = emit_snapshot_line,
};
