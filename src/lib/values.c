/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's values as those of ctreplay.h, whose numbers and layout stay while the engine's may change. */
#include "library.h"

#include <string.h>

/* What the two have in common by number; who renumbers the engine's must translate here. */
#define SAME(mine, theirs) G_STATIC_ASSERT((int)(mine) == (int)(theirs))
SAME(CTREPLAY_CLASS_NONE, CT_CLASS_NONE);
SAME(CTREPLAY_CLASS_NEW, CT_CLASS_NEW);
SAME(CTREPLAY_CLASS_ESTABLISHED, CT_CLASS_ESTABLISHED);
SAME(CTREPLAY_CLASS_RELATED, CT_CLASS_RELATED);
SAME(CTREPLAY_CLASS_INVALID, CT_CLASS_INVALID);
SAME(CTREPLAY_CLASS_UNTRACKED, CT_CLASS_UNTRACKED);
SAME(CTREPLAY_CLASS_UNTRACKED + 1, CT_CLASS_COUNT);
SAME(CTREPLAY_ORIGINAL, CT_ORIGINAL);
SAME(CTREPLAY_REPLY, CT_REPLY);
SAME(CTREPLAY_VERDICT_NONE, CT_VERDICT_NONE);
SAME(CTREPLAY_VERDICT_ACCEPT, CT_VERDICT_ACCEPT);
SAME(CTREPLAY_VERDICT_DROP, CT_VERDICT_DROP);
SAME(CTREPLAY_CHANGE_CREATED, CT_CHANGE_CREATED);
SAME(CTREPLAY_CHANGE_REFRESHED, CT_CHANGE_REFRESHED);
SAME(CTREPLAY_CHANGE_COUNTED, CT_CHANGE_COUNTED);
SAME(CTREPLAY_CHANGE_STATE, CT_CHANGE_STATE);
SAME(CTREPLAY_CHANGE_ENDED, CT_CHANGE_ENDED);
SAME(CTREPLAY_CHANGE_REOPENED, CT_CHANGE_REOPENED);
SAME(CTREPLAY_CHANGE_EXPECTED, CT_CHANGE_EXPECTED);
SAME(CTREPLAY_EVENT_NEW, CT_EVENT_NEW);
SAME(CTREPLAY_EVENT_UPDATE, CT_EVENT_UPDATE);
SAME(CTREPLAY_EVENT_DESTROY, CT_EVENT_DESTROY);
SAME(CTREPLAY_EVENT_EXPECT_NEW, CT_EVENT_EXPECT_NEW);
SAME(CTREPLAY_EVENT_EXPECT_DESTROY, CT_EVENT_EXPECT_DESTROY);
SAME(CTREPLAY_EVENT_DROP, CT_EVENT_DROP);
SAME(CTREPLAY_EVENT_DROP + 1, CT_EVENT_TYPE_COUNT);
SAME(CTREPLAY_BIT_NEW, CT_EV_NEW);
SAME(CTREPLAY_BIT_RELATED, CT_EV_RELATED);
SAME(CTREPLAY_BIT_DESTROY, CT_EV_DESTROY);
SAME(CTREPLAY_BIT_REPLY, CT_EV_REPLY);
SAME(CTREPLAY_BIT_ASSURED, CT_EV_ASSURED);
SAME(CTREPLAY_BIT_PROTOINFO, CT_EV_PROTOINFO);
SAME(CTREPLAY_BIT_HELPER, CT_EV_HELPER);
SAME(CTREPLAY_BIT_MARK, CT_EV_MARK);
SAME(CTREPLAY_BIT_LABEL, CT_EV_LABEL);
SAME(CT_LABELS, 32 * G_N_ELEMENTS(((ctreplay_connection *)NULL)->labels));
SAME(CTREPLAY_STATUS_EXPECTED, CT_STATUS_EXPECTED);
SAME(CTREPLAY_STATUS_SEEN_REPLY, CT_STATUS_SEEN_REPLY);
SAME(CTREPLAY_STATUS_ASSURED, CT_STATUS_ASSURED);
SAME(CTREPLAY_STATUS_CONFIRMED, CT_STATUS_CONFIRMED);
SAME(CTREPLAY_STATUS_DYING, CT_STATUS_DYING);
SAME(CTREPLAY_STATUS_FIXED_TIMEOUT, CT_STATUS_FIXED_TIMEOUT);
SAME(CTREPLAY_STATUS_HELPER, CT_STATUS_HELPER);

enum { STRUCT_LARGEST = 1 << 16 };

gboolean lib_fits(const void *to, gsize least)
{
  gsize room;

  if (to == NULL)
    return FALSE;
  memcpy(&room, to, sizeof(room));
  return room >= least && room <= STRUCT_LARGEST;
}

gboolean lib_give(void *to, const void *from, gsize own, gsize least)
{
  gsize room;

  if (!lib_fits(to, least))
    return FALSE;
  memcpy(&room, to, sizeof(room));
  memset(to, 0, room);
  memcpy(to, from, MIN(room, own));
  memcpy(to, &room, sizeof(room));
  return TRUE;
}

void lib_tuple(const ct_tuple *from, ctreplay_tuple *to)
{
  memset(to, 0, sizeof(*to));
  memcpy(to->source, from->src.bytes, sizeof(to->source));
  memcpy(to->destination, from->dst.bytes, sizeof(to->destination));
  to->source_id = from->src_id;
  to->destination_id = from->dst_id;
  to->family = from->family == CT_IPV4 ? 4 : 6;
  to->protocol = from->proto;
  to->zone = from->zone;
}

gboolean lib_tuple_back(const ctreplay_tuple *from, ct_tuple *to)
{
  if (from->family != 4 && from->family != 6)
    return FALSE;
  memset(to, 0, sizeof(*to));
  memcpy(to->src.bytes, from->source, from->family == 4 ? 4 : 16);
  memcpy(to->dst.bytes, from->destination, from->family == 4 ? 4 : 16);
  to->src_id = from->source_id;
  to->dst_id = from->destination_id;
  to->family = from->family == 4 ? CT_IPV4 : CT_IPV6;
  to->proto = from->protocol;
  to->zone = from->zone;
  return TRUE;
}

void lib_connection(const ct_view *from, ctreplay_connection *to)
{
  int dir;

  memset(to, 0, sizeof(*to));
  to->struct_bytes = sizeof(*to);
  to->id = from->id;
  to->status = from->status;
  to->state = from->state;
  to->deadline_ns = from->deadline_ns;
  to->timeout_ns = from->timeout_ns;
  to->created_ns = from->created_ns;
  to->ended_ns = from->ended_ns;
  to->counted = from->counted;
  to->mark = from->mark;
  to->secmark = from->secmark;
  memcpy(to->labels, from->labels.words, sizeof(to->labels));
  to->use = from->use;
  to->helper = from->helper;
  if (from->has_master) {
    to->master_id = from->master_id;
    lib_tuple(&from->master_tuple, &to->master);
  }
  for (dir = 0; dir < 2; dir++) {
    const ct_tcp_side_view *side = &from->tcp.side[dir];

    lib_tuple(&from->tuple[dir], &to->tuple[dir]);
    to->packets[dir] = from->packets[dir];
    to->bytes[dir] = from->bytes[dir];
    to->sctp_tag[dir] = from->sctp_vtag[dir];
    to->tcp[dir] = (ctreplay_tcp_side){ .end = side->end,
                                        .max_end = side->max_end,
                                        .max_window = side->max_window,
                                        .max_ack = side->max_ack,
                                        .scale = side->scale,
                                        .flags = side->flags };
  }
}

void lib_expectation(const ct_expect_view *from, ctreplay_expectation *to)
{
  memset(to, 0, sizeof(*to));
  to->struct_bytes = sizeof(*to);
  to->id = from->id;
  lib_tuple(&from->tuple, &to->tuple);
  lib_tuple(&from->mask, &to->mask);
  to->mask.family = to->tuple.family;
  to->master_id = from->master_id;
  lib_tuple(&from->master_tuple, &to->master);
  to->timeout_ns = from->deadline_ns == INT64_MAX ? CTREPLAY_NO_TIMEOUT_NS : from->timeout_ns;
  to->flags = from->flags;
  to->policy = from->class_number;
  to->policy_name = from->class_name;
  to->helper = from->helper;
}

const char *lib_reason(uint16_t reason) { return reason != CT_REASON_NONE ? ct_reason_word((ct_reason)reason) : NULL; }

void lib_on_event(const ct_event *event, void *user)
{
  const lib_watcher *watcher = user;
  ctreplay_connection connection;
  ctreplay_expectation expectation;
  ctreplay_event out = { .struct_bytes = sizeof(out),
                         .sequence = event->sequence,
                         .type = event->type,
                         .bits = event->bits,
                         .time_ns = event->time_ns,
                         .packet = event->packet,
                         .reason = lib_reason(event->reason),
                         .reason_text = ct_reason_sentence((ct_reason)event->reason) };

  if (event->masked)
    return;
  if (event->view != NULL) {
    lib_connection(event->view, &connection);
    out.connection = &connection;
  }
  if (event->expect != NULL) {
    lib_expectation(event->expect, &expectation);
    out.expectation = &expectation;
  }
  watcher->owner->inside++;
  watcher->fn(&out, watcher->user);
  watcher->owner->inside--;
}
