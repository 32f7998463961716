/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/status.h"

#include <stddef.h>

#include "conntrack/proto/proto.h"

static const char *const class_names[CT_CLASS_COUNT] = {
  [CT_CLASS_NONE] = "none",       [CT_CLASS_NEW] = "NEW",         [CT_CLASS_ESTABLISHED] = "ESTABLISHED",
  [CT_CLASS_RELATED] = "RELATED", [CT_CLASS_INVALID] = "INVALID", [CT_CLASS_UNTRACKED] = "UNTRACKED",
};

static const char *const status_names[16] = {
#define X(name, bit) [bit] = #name,
  CT_STATUS_LIST(X)
#undef X
};

const char *ct_class_name(ct_class cls) { return class_names[cls]; }
const char *ct_status_name(unsigned bit) { return status_names[bit & 15]; }

const char *ct_state_name(uint8_t proto, unsigned state) { return ct_proto_state_name(NULL, proto, state); }
