/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/status.h"

#include <stddef.h>

#include "conntrack/tuple.h"

static const char *const class_names[CT_CLASS_COUNT] = {
  [CT_CLASS_NONE] = "none",       [CT_CLASS_NEW] = "NEW",         [CT_CLASS_ESTABLISHED] = "ESTABLISHED",
  [CT_CLASS_RELATED] = "RELATED", [CT_CLASS_INVALID] = "INVALID", [CT_CLASS_UNTRACKED] = "UNTRACKED",
};

static const char *const status_names[16] = {
#define X(name, bit) [bit] = #name,
  CT_STATUS_LIST(X)
#undef X
};

static const char *const tcp_names[CT_TCP_STATE_COUNT] = {
#define X(name) [CT_TCP_##name] = #name,
  CT_TCP_STATE_LIST(X)
#undef X
};

static const char *const sctp_names[CT_SCTP_STATE_COUNT] = {
#define X(name) [CT_SCTP_##name] = #name,
  CT_SCTP_STATE_LIST(X)
#undef X
};

static const char *const dccp_names[CT_DCCP_STATE_COUNT] = {
#define X(name) [CT_DCCP_##name] = #name,
  CT_DCCP_STATE_LIST(X)
#undef X
};

const char *ct_class_name(ct_class cls) { return class_names[cls]; }
const char *ct_status_name(unsigned bit) { return status_names[bit & 15]; }

const char *ct_state_name(uint8_t proto, unsigned state)
{
  if (proto == CT_PROTO_TCP && state < CT_TCP_STATE_COUNT)
    return tcp_names[state];
  if (proto == CT_PROTO_SCTP && state < CT_SCTP_STATE_COUNT)
    return sctp_names[state];
  if (proto == CT_PROTO_DCCP && state > 0 && state < CT_DCCP_STATE_COUNT)
    return dccp_names[state];
  return NULL;
}
