/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the descriptions of TCP have in common, whichever kernel's tracker judges: names, the table, what is shown. */
#include "conntrack/proto/tcp.h"
#include "conntrack/state/io.h"

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

void ct_tcp_keep(ct_state_io *io, const ct_engine *engine, ct_entry *entry)
{
  ct_tcp *t = &entry->l4.tcp;
  int dir;

  (void)engine;
  for (dir = 0; dir < 2; dir++) {
    io_u32(io, &t->side[dir].end);
    io_after32(io, &t->side[dir].max_end, t->side[dir].end);
    io_var32(io, &t->side[dir].max_window);
    io_u8(io, &t->scale[dir]);
    io_u8(io, &t->flags[dir]);
  }
  for (dir = 0; dir < 2; dir++)
    io_near32(io, &t->side[dir].max_ack, t->side[!dir].end);
  io_u8(io, &t->last_dir);
  io_u8(io, &t->last_index);
  io_u8(io, &t->last_scale);
  io_u8(io, &t->last_flags);
  io_u8(io, &t->retrans);
  io_u8(io, &t->timeout);
  io_u16(io, &t->last_window);
  io_near32(io, &t->last_seq, t->side[t->last_dir & 1].end);
  io_after32(io, &t->last_end, t->last_seq);
  io_near32(io, &t->last_ack, t->side[!(t->last_dir & 1)].end);
}

bool ct_tcp_sound(const ct_entry *entry)
{
  const ct_tcp *t = &entry->l4.tcp;

  return t->scale[0] <= CT_TCP_SCALE_MOST && t->scale[1] <= CT_TCP_SCALE_MOST && t->last_dir <= 1 &&
         t->last_index < CT_TCP_INDEX_COUNT && t->timeout < CT_TIMEOUT_COUNT;
}
