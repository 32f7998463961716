/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules around the engine, as a scenario sees them: who performs one may bring them along. They stay the caller's and
 * have to outlive the performance.
 */
#ifndef SCN_RULING_H
#define SCN_RULING_H

#include "capture/capture.h"
#include "conntrack/engine.h"
#include "emit/emit.h"

/* A rule that held for a packet, or a policy that it met. */
typedef struct scn_held {
  char *place;      /* by its spelling (scn_rule_spelling) */
  char *text;       /* as it is written, and where; a policy: "" */
  gboolean decided; /* it is one of those that accepted the packet, or the one that did not */
} scn_held;

typedef struct scn_firewall {
  /* In place of ct_engine_packet. interface: by which it came in; NULL: not said. */
  void (*packet)(ct_engine *engine, const cap_frame *frame, const ct_packet *packet, const char *interface,
                 ct_result *result, gpointer user);
  /* Of the last packet; valid until the next one. */
  const emit_rules *(*tell)(const ct_packet *packet, gpointer user);
  /* Those on its way, in their order. => scn_held *[], to be freed with g_ptr_array_unref, with its elements. */
  GPtrArray *(*held)(gpointer user);
  /* Its way through the rules, a sentence a line. */
  void (*walk)(GString *out, gpointer user);
  /* What a rule or policy has counted, by its spelling (scn_rule_spelling). => FALSE: there is none of this name. */
  gboolean (*counted)(const char *place, guint64 *packets, guint64 *bytes, gpointer user);
  gpointer user;
} scn_firewall;

#endif
