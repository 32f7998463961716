/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "way.h"

#include <string.h>

void way_begin(way *w, const screen_rules *rules, guint which, const ct_params *params, gboolean records)
{
  *w = (way){ rules, which, params, records, NULL };
  way_return(w, NULL, 0);
}

void way_end(way *w)
{
  if (w->firewall != NULL)
    w->rules->close(w->firewall);
  w->firewall = NULL;
}

void way_packet(way *w, ct_engine *engine, const replay_batch *batch, guint i, ct_result *result)
{
  const replay_origin *origin = &batch->origins[i];
  replay_seen seen = { .frame = origin->frame,
                       .packet = &batch->packets[i],
                       .link = &origin->link,
                       .interface = origin->interface,
                       .left = origin->left };

  if (G_LIKELY(w->firewall == NULL)) {
    ct_engine_packet(engine, seen.packet, result);
    return;
  }
  memset(result, 0, sizeof(*result));
  seen.result = result;
  w->rules->packet(w->firewall, engine, &seen, result);
}

GByteArray *way_keep(const way *w)
{
  GByteArray *out;

  if (w->firewall == NULL)
    return NULL;
  out = g_byte_array_new();
  if (w->rules->keep(w->firewall, out))
    return out;
  g_byte_array_unref(out);
  return NULL;
}

void way_return(way *w, const guint8 *bytes, gsize n)
{
  if (w->rules == NULL)
    return;
  way_end(w);
  w->firewall = w->rules->open(w->rules->user, w->which, w->params, w->records);
  if (w->firewall != NULL && bytes != NULL && !w->rules->restore(w->firewall, bytes, n)) {
    way_end(w);
    w->firewall = w->rules->open(w->rules->user, w->which, w->params, w->records);
  }
}
