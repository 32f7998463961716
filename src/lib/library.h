/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of libctreplay. What its functions promise stands in ctreplay.h. Internal to src/lib. */
#ifndef LIB_LIBRARY_H
#define LIB_LIBRARY_H

#include "conntrack/engine.h"
#include "firewall/walk/firewall.h"
#include "packet/packet.h"
/* All else stays inside (-fvisibility=hidden), so that the compiler may take its own functions for what they are. */
#pragma GCC visibility push(default)
#include "lib/ctreplay.h"
#pragma GCC visibility pop

enum { LIB_WATCHERS_MAX = 8, LIB_ERROR_BYTES = 256 };

typedef struct lib_watcher {
  struct ctreplay_engine *owner;
  ctreplay_event_fn fn;
  void *user;
  uint32_t mask;
} lib_watcher;

struct ctreplay_engine {
  ct_params params;
  ct_checksums checksums;
  ct_engine *engine; /* these three: NULL before the start */
  pkt_decoder *decoder;
  pkt_arena *arena;
  uint64_t packets, not_seen;
  lib_watcher watchers[LIB_WATCHERS_MAX]; /* at their place for good: the engine points at them */
  guint n_watchers;
  guint inside; /* callbacks that have not returned */
  struct {
    GPtrArray *texts;      /* lib_rules_text, as loaded; NULL: none */
    fw_ruleset *ruleset;   /* of all of them */
    GPtrArray *notes;      /* char * */
    fw_box_facts *facts;   /* NULL: nothing was said */
    fw_firewall *firewall; /* from the start on */
    fw_firewall_options options;
    char *interface;
    GString *rule_text;
    gboolean met; /* a packet was fed */
  } rules;
  char error[LIB_ERROR_BYTES];
};

/* Keeps the message where there is an engine to keep it. => code */
int lib_fail(ctreplay_engine *engine, int code, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* => CTREPLAY_OK, or ARGUMENT or BUSY, said: what every function that changes an engine asks first. */
int lib_may_change(ctreplay_engine *engine);
/* rules.c: the firewall comes up; what it was; the options of the box. => FALSE: the value is none. */
void lib_rules_start(ctreplay_engine *engine);
void lib_rules_free(ctreplay_engine *engine);
gboolean lib_rules_option(ctreplay_engine *engine, const char *name, const char *value);
/* In place of ct_engine_packet. */
void lib_rules_packet(ctreplay_engine *engine, const cap_frame *frame, const ct_packet *packet, ct_result *result);

/* The kernel comes up with what was set. Nothing where it runs. */
void lib_start(ctreplay_engine *engine);

/*
 * Copies a struct of own bytes out to the caller's, which begins with how many bytes it has. => FALSE where that is
 * less than any version of it had (least) or more than any will have: then it was never set.
 */
gboolean lib_give(void *to, const void *from, gsize own, gsize least);
/* The same test, before there is anything to copy. */
gboolean lib_fits(const void *to, gsize least);

void lib_tuple(const ct_tuple *from, ctreplay_tuple *to);
/* => FALSE where family or protocol cannot be. */
gboolean lib_tuple_back(const ctreplay_tuple *from, ct_tuple *to);
void lib_connection(const ct_view *from, ctreplay_connection *to);
void lib_expectation(const ct_expect_view *from, ctreplay_expectation *to);
/* The word, or NULL where there is nothing to say. */
const char *lib_reason(uint16_t reason);

/* For ct_engine_watch: hands an event on to the lib_watcher that user is. */
void lib_on_event(const ct_event *event, void *user);

#endif
