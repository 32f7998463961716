/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of an event, as -E --fields has them: of its message, and of the entry as it was then. */
#include "json_parts.h"
#include "parts.h"
#include "row.h"

#define GETTER(name) static void get_##name(const emit_row_context *c G_GNUC_UNUSED, const void *record, emit_value *v)
#define EVENT                       \
  const ct_event *const e = record; \
  const ct_view *const view G_GNUC_UNUSED = e->view

#define VALUE(name, condition, take, what) \
  GETTER(name)                             \
  {                                        \
    EVENT;                                 \
    if (condition)                         \
      take(v, what);                       \
  }
#define TUPLE(name, dir, part, kind, width, help)                        \
  GETTER(name)                                                           \
  {                                                                      \
    EVENT;                                                               \
    if (view != NULL)                                                    \
      emit_value_tuple(c, &view->tuple[CT_##dir], EMIT_TUPLE_##part, v); \
  }

/* Of the parts that the message carries. */
static const char *bit_names[] = { "NEW", "RELATED", "DESTROY", "REPLY", "ASSURED", "PROTOINFO", "HELPER", "MARK" };

VALUE(sequence, TRUE, emit_value_number, e->sequence)
VALUE(event, TRUE, emit_value_text, emit_event_name(e->type))
VALUE(time, TRUE, emit_value_ns, e->time_ns)
VALUE(t, TRUE, emit_value_ns, emit_time_since(e->time_ns, *c->first_ns))
VALUE(n, e->packet != 0, emit_value_number, e->packet)
VALUE(conn, view != NULL, emit_value_number, view->id)
EMIT_TUPLE_COLUMNS(TUPLE)
VALUE(state, view != NULL, emit_value_text, ct_proto_state_name(c->profile, view->tuple[0].proto, view->state))
VALUE(timeout, view != NULL, emit_value_ns, view->timeout_ns)
VALUE(packets_orig, view != NULL && view->counted, emit_value_number, view->packets[CT_ORIGINAL])
VALUE(packets_reply, view != NULL && view->counted, emit_value_number, view->packets[CT_REPLY])
VALUE(bytes_orig, view != NULL && view->counted, emit_value_number, view->bytes[CT_ORIGINAL])
VALUE(bytes_reply, view != NULL && view->counted, emit_value_number, view->bytes[CT_REPLY])
VALUE(mark, view != NULL, emit_value_number, view->mark)
VALUE(secmark, view != NULL, emit_value_number, view->secmark)
GETTER(labels)
{
  EVENT;
  if (view != NULL)
    emit_value_labels(c, &view->labels, v);
}
VALUE(helper, view != NULL, emit_value_text, view->helper)
VALUE(master, view != NULL && view->has_master, emit_value_number, view->master_id)
VALUE(reason, e->reason != CT_REASON_NONE, emit_value_text, ct_reason_word((ct_reason)e->reason))

GETTER(bits)
{
  guint bit;
  EVENT;

  g_string_truncate(c->scratch, 0);
  for (bit = 0; bit < G_N_ELEMENTS(bit_names); bit++)
    if (e->bits & 1u << bit) {
      if (c->scratch->len > 0)
        g_string_append_c(c->scratch, '|');
      g_string_append(c->scratch, bit_names[bit]);
    }
  emit_value_text(v, c->scratch->str);
}
GETTER(status)
{
  EVENT;
  if (view != NULL)
    emit_value_status(c, view->status, v);
}
GETTER(flow)
{
  EVENT;
  if (view != NULL)
    emit_value_tuple(c, &view->tuple[CT_ORIGINAL], EMIT_TUPLE_FLOW, v);
}

#define FIELD(name, kind, width, help)                                 \
  {                                                                    \
#name, EMIT_KIND_##kind, width, 0, NULL, 0, help, get_##name, NULL \
  }

#define TUPLE_FIELD(name, dir, part, kind, width, help) FIELD(name, kind, width, help),

/* clang-format off */
static const emit_field fields[] = {
  FIELD(sequence, NUMBER, -8, "which one, of those that are asked for, from 1"),
  FIELD(event, TEXT, 7, "NEW, UPDATE or DESTROY"),
  FIELD(time, TIME, 30, "when it happened"),
  FIELD(t, SPAN, -12, "seconds since the first packet"),
  FIELD(n, NUMBER, -8, "the packet at which it happened; nothing: a timer's doing"),
  FIELD(bits, TEXT, 20, "what the message is about, joined by |"),
  FIELD(conn, NUMBER, -6, "number of the connection"),
  EMIT_TUPLE_COLUMNS(TUPLE_FIELD)
  FIELD(state, TEXT, 11, "state of the entry then"),
  FIELD(status, TEXT, 20, "status bits of the entry then, joined by |"),
  FIELD(timeout, SPAN, -14, "seconds that were left then"),
  FIELD(packets_orig, NUMBER, -12, "packets counted till then in the original direction"),
  FIELD(packets_reply, NUMBER, -13, "packets counted till then in the reply direction"),
  FIELD(bytes_orig, NUMBER, -11, "bytes counted till then in the original direction"),
  FIELD(bytes_reply, NUMBER, -11, "bytes counted till then in the reply direction"),
  FIELD(mark, NUMBER, -10, "mark of the entry then"),
  FIELD(secmark, NUMBER, -10, "security mark of the entry then"),
  FIELD(labels, TEXT, 12, "labels of the entry then, joined by |"),
  FIELD(helper, TEXT, 8, "helper of the entry"),
  FIELD(master, NUMBER, -6, "the connection that announced it"),
  FIELD(reason, TEXT, 13, "of a DESTROY: why (list reasons)"),
  FIELD(flow, TEXT, 44, "protocol and original direction in words"),
};
/* clang-format on */

const emit_table emit_table_events = { "event", fields, G_N_ELEMENTS(fields), NULL };
