/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collect.h"

typedef struct kept_event {
  ct_event event;
  ct_view view;
  ct_expect_view expect;
} kept_event;

struct emit_collector {
  kept_event *events;
  guint n, room;
};

emit_collector *emit_collector_new(void) { return g_new0(emit_collector, 1); }

void emit_collector_free(emit_collector *c)
{
  if (c == NULL)
    return;
  g_free(c->events);
  g_free(c);
}

void emit_collector_event(emit_collector *c, const ct_event *event)
{
  kept_event *kept;

  if (c->n == c->room) {
    guint i;

    c->room = c->room == 0 ? 16 : c->room * 2;
    c->events = g_renew(kept_event, c->events, c->room);
    for (i = 0; i < c->n; i++) { /* the events point into their own, moved, record */
      kept = &c->events[i];
      kept->event.view = kept->event.view != NULL ? &kept->view : NULL;
      kept->event.expect = kept->event.expect != NULL ? &kept->expect : NULL;
    }
  }
  kept = &c->events[c->n++];
  kept->event = *event;
  kept->event.cause = NULL;
  if (event->view != NULL) {
    kept->view = *event->view;
    kept->event.view = &kept->view;
  }
  if (event->expect != NULL) {
    kept->expect = *event->expect;
    kept->event.expect = &kept->expect;
  }
}

void emit_collector_clear(emit_collector *c) { c->n = 0; }

guint emit_collector_count(const emit_collector *c) { return c->n; }

const ct_event *emit_collector_get(const emit_collector *c, guint i)
{
  g_assert(i < c->n);
  return &c->events[i].event;
}
