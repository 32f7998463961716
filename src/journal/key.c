/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an end is remembered under, by which timeout it came, and whose words of TCP it left. */
#include "conntrack/profile/profile.h"
#include "conntrack/proto/proto.h"
#include "journal.h"

ct_tuple journal_key(const ct_tuple *tuple)
{
  ct_tuple inverse;

  if (ct_tuple_is_icmp(tuple) && !ct_tuple_is_icmp_answer(tuple))
    return *tuple;
  if (ct_tuple_invert(tuple, &inverse) && (ct_tuple_is_icmp(tuple) || ct_tuple_compare(&inverse, tuple) < 0))
    return inverse;
  return *tuple;
}

gboolean journal_tcp_is_old(const ct_params *params)
{
  return params->profile->trackers[CT_PROTO_TCP] != &ct_proto_tcp;
}

guint journal_timeout_of(const ct_params *params, const ct_view *view)
{
  if (view->timeout >= CT_TIMEOUT_COUNT)
    return view->timeout;
  /* A tracker that gave no timeout at all: no sysctl's. Clocks that tick are a tick behind. */
  return view->deadline_ns - ct_params_timeout_ns(params, (ct_timeout)view->timeout) <
             view->created_ns - G_GINT64_CONSTANT(1000000000)
           ? CT_TIMEOUT_OF_HELPER
           : view->timeout;
}
