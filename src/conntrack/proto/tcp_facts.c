/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the descriptions of TCP have in common, whichever kernel's tracker judges: names, the table, what is shown. */
#include "conntrack/proto/tcp.h"

const char *const ct_tcp_states[CT_TCP_STATE_COUNT] = {
#define X(name) [CT_TCP_##name] = #name,
  CT_TCP_STATE_LIST(X)
#undef X
};

const char *const ct_tcp_inputs[CT_TCP_INDEX_COUNT] = {
#define X(id, name) [CT_TCP_INDEX_##id] = name,
  CT_TCP_INDEX_LIST(X)
#undef X
};

const uint8_t *ct_tcp_table(const ct_profile *profile) { return &profile->tcp_table[0][0][0]; }

void ct_tcp_view(const ct_engine *engine, const ct_entry *entry, ct_view *view)
{
  const ct_tcp *tcp = &entry->l4.tcp;
  int dir;

  (void)engine;
  for (dir = 0; dir < 2; dir++) {
    view->tcp.side[dir].end = tcp->side[dir].end;
    view->tcp.side[dir].max_end = tcp->side[dir].max_end;
    view->tcp.side[dir].max_window = tcp->side[dir].max_window;
    view->tcp.side[dir].max_ack = tcp->side[dir].max_ack;
    view->tcp.side[dir].scale = tcp->scale[dir];
    view->tcp.side[dir].flags = tcp->flags[dir];
  }
  view->tcp.last_dir = tcp->last_dir;
  view->tcp.last_index = tcp->last_index;
  view->tcp.last_flags = tcp->last_flags;
  view->tcp.last_scale = tcp->last_scale;
  view->tcp.retrans = tcp->retrans;
  view->tcp.last_window = tcp->last_window;
  view->tcp.last_seq = tcp->last_seq;
  view->tcp.last_ack = tcp->last_ack;
  view->tcp.last_end = tcp->last_end;
}
