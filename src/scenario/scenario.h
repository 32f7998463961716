/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenarios: packets and expectations of them, as plain text in packetdrill's notation (grammar: doc/scenario.md).
 *
 *   text --scn_scenario_parse--> scn_scenario (settings, flows, steps in order; ast.h)
 *   steps --scn_compiler_step--> frames, one or none a step (compile.c; bytes by build_*.c, link layers by link.c)
 *
 * A scenario is never changed after parsing, so that several compilers can walk it. The same text gives the same bytes
 * on every machine: no clock, no randomness.
 */
#ifndef SCN_SCENARIO_H
#define SCN_SCENARIO_H

#include <glib.h>

#include "scenario/ast.h"
#include "capture/capture.h"

/* Messages read "file:line:column: expected ..., found ...". */
#define SCN_ERROR (scn_error_quark())
GQuark scn_error_quark(void);
typedef enum {
  SCN_ERROR_READ,   /* the file cannot be read */
  SCN_ERROR_SYNTAX, /* the text is no scenario */
  SCN_ERROR_BUILD   /* a step that cannot be made into a packet (a fragment past its packet's end, ...) */
} scn_error;

/*
 * length -1: zero-terminated. name stands in messages.
 * => the scenario, to be freed by the caller; NULL and error (SCN_ERROR_SYNTAX, the first fault) where the text is
 * none.
 */
scn_scenario *scn_scenario_parse(const char *text, gssize length, const char *name, GError **error);
/* The same from a file; "-" is standard input. */
scn_scenario *scn_scenario_load(const char *path, GError **error);
/* The same from a descriptor, which is closed in any case; for a program that opens everything before it parses
 * anything. */
scn_scenario *scn_scenario_load_fd(int fd, const char *path, GError **error);
void scn_scenario_free(scn_scenario *scenario); /* NULL is fine */

/*
 * Finds the labels that expectations name, before the scenario is performed; names: CT_LABELS of them by number, NULL
 * where one has none, or NULL altogether. => FALSE and error (SCN_ERROR_SYNTAX), with its line, where one is unknown.
 */
gboolean scn_scenario_name_labels(scn_scenario *scenario, const char *const *names, GError **error);

/* The text behind a descriptor, which is closed in any case. => NULL and error. To be freed with g_string_free. */
GString *scn_text_read_fd(int fd, const char *path, GError **error);
/*
 * The files of rules that the text names (scn_rules.file), before it is parsed: who opens everything first has to know
 * them. => char *[], to be freed with g_ptr_array_unref.
 */
GPtrArray *scn_text_rules(const char *text, gsize length);

/* A walk over a scenario's steps: remembers time, sequence numbers, tags, held packets. */
typedef struct scn_compiler scn_compiler;
scn_compiler *scn_compiler_new(const scn_scenario *scenario);
void scn_compiler_free(scn_compiler *compiler); /* NULL is fine */

typedef struct scn_frame {
  cap_frame frame;      /* data is valid until the next step; frame.wire == 0: the step makes no frame */
  const guint8 *packet; /* the IP packet in it */
  guint32 packet_bytes;
  guint8 family;         /* CT_IPV4, CT_IPV6 */
  const char *interface; /* by which it came in; NULL: not said */
} scn_frame;

/*
 * Takes one step; steps must be taken in order. out->frame.ts_ns is the time after the step in any case.
 * => FALSE and error (SCN_ERROR_BUILD) where it cannot be made.
 */
gboolean scn_compiler_step(scn_compiler *compiler, const scn_step *step, scn_frame *out, GError **error);

/* All frames of a scenario, each handed to fn. => FALSE and error by the compiler or by fn. */
typedef gboolean (*scn_frame_fn)(const scn_frame *frame, gpointer user, GError **error);
gboolean scn_scenario_compile(const scn_scenario *scenario, scn_frame_fn fn, gpointer user, GError **error);
/* The same into a capture file; path "-" is standard output. Nothing is opened before all of the scenario was found to
 * compile. */
gboolean scn_scenario_write(const scn_scenario *scenario, const char *path, GError **error);
/*
 * The same into a descriptor that is open for writing, and is closed in any case. Where the scenario does not compile,
 * the file keeps the content that it had.
 */
gboolean scn_scenario_write_fd(const scn_scenario *scenario, int fd, const char *path, GError **error);

#endif
