/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recording under rules and the engine beside it, while they are compared. Internal to src/verify. */
#ifndef VERIFY_RULES_RUN_H
#define VERIFY_RULES_RUN_H

#include <json-glib/json-glib.h>
#include <zlib.h>

#include "capture/capture.h"
#include "conntrack/engine.h"
#include "emit/emit.h"
#include "firewall/walk/tell.h"
#include "packet/packet.h"
#include "verify/rules_did.h"
#include "verify/rules.h"
#include "verify/rules_compare.h"
#include "verify/rules_expects.h"

typedef struct verify_rules_run {
  gzFile truth;
  GString *line;
  guint64 line_number;
  JsonParser *parser, *own_parser;
  verify_rules_compare *compare;
  verify_rules_expects *expects;
  /* The engine's side. */
  ct_params params;
  ct_checksums checksums;
  gboolean own; /* the recording is of ctreplay's -P -o transcript: interfaces go by their names */
  pkt_decoder *decoder;
  pkt_arena *arena;
  cap_reader *reader;
  cap_batch *batch;
  guint next;
  verify_rules_box box;
  GPtrArray *setup; /* char *: commands behind the rules */
  GPtrArray *texts; /* a list of the first line, while it is read */
  fw_sides sides;
  char *lan_name, *wan_name;
  emit_subject subject;
  emit_text text;
  emit_output output;
  GString *told, *counters;
  GString *head;  /* what the recording's first line says of the box, for our side's */
  GArray *listed; /* verify_entry: what the recording lists behind the packet, for what was drawn there */
  GArray *gone;   /* ct_tuple: whom it lists no more, for whom a full table has ended */
  int own_fd;
  verify_rules_list_fn list;
  verify_rules_report *report;
} verify_rules_run;

/* rules_head.c: the next line, which goes with the one after it. => NULL: at the end, or broken (error set). */
JsonObject *verify_rules_next_line(verify_rules_run *run, GError **error);
/* The line that was read says something that cannot be. => FALSE and error. */
gboolean verify_rules_broken(const verify_rules_run *run, GError **error, const char *what);
/* Text as an object, which is the parser's. => NULL: it is none. */
JsonObject *verify_rules_object(JsonParser *parser, const char *text, gsize n);
/* A member that is a string, which is the object's; otherwise where there is none. */
const char *verify_rules_text(JsonObject *o, const char *name, const char *otherwise);
/* Calls each for the strings of a list, which may be missing. => FALSE once it did, or where one is no string. */
gboolean verify_rules_each_text(JsonObject *o, const char *name,
                                gboolean (*each)(verify_rules_run *run, const char *text), verify_rules_run *run);
/* A command that was given to the recorded box. => TRUE, always: a command that is not known has no effect. */
gboolean verify_rules_do(verify_rules_run *run, const char *command);
/* The first line: parameters, addresses, routes, the tick. => FALSE and error. */
gboolean verify_rules_read_head(verify_rules_run *run, GError **error);

#endif
