/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine as one side of a comparison: fed a capture's frames at the times a referee sent them, it answers with the
 * same kind of lines and tables as a transcript holds.
 */
#ifndef VERIFY_ENGINE_SIDE_H
#define VERIFY_ENGINE_SIDE_H

#include "conntrack/engine.h"
#include "packet/packet.h"
#include "verify/model.h"

typedef struct verify_engine verify_engine;

/* Parameters of an engine that is to agree with the kernel of this header: profile, sysctls, helpers, clock. => FALSE
 * and error where a sysctl or the profile is not known. */
/* A virtual clock's tick: number = floor((t + phase) x 100), the phase as it is in most recordings. */
enum { VERIFY_PHASE_NS = 700000 };

/* The same for another profile than the header's; NULL: for that. */
gboolean verify_engine_params_as(const ct_profile *profile, const verify_header *header, ct_params *params,
                                 ct_checksums *checksums, GError **error);
gboolean verify_engine_params(const verify_header *header, ct_params *params, ct_checksums *checksums, GError **error);

/* Whether the transcript is ctreplay's own (-P -o transcript), not a kernel's. */
/*
 * A virtual clock's ticks are 10 ms: the tick of time t is floor((t + phase) x 100). This phase fits most recordings
 * (verify_offline_capture finds the others').
 */
#define VERIFY_PHASE_NS G_GINT64_CONSTANT(700000)
gboolean verify_header_is_own(const verify_header *header);
/* Whether the engine has a helper of that name: else its flows cannot be compared. */
gboolean verify_engine_has_helper(const char *name);

verify_engine *verify_engine_new(const ct_params *params, ct_checksums checksums);
void verify_engine_free(verify_engine *run);

/*
 * Feeds one frame, as if its timestamp were time_ns, and fills got (number, time, class, direction, forwarded, events).
 */
void verify_engine_frame(verify_engine *run, const cap_frame *frame, guint64 number, gint64 time_ns, verify_line *got);
/*
 * A packet of an answered UDP flow that is no stream yet is about to be tracked: fn says at what time, time_ns or
 * another on that side of edge_ns (the flow's first packet and two seconds) on which the truth has it (compare.h).
 */
typedef gint64 (*verify_stream_fn)(const ct_tuple *orig, gint64 time_ns, gint64 edge_ns, void *user);
void verify_engine_ask_stream(verify_engine *run, verify_stream_fn fn, void *user);
/* Lets time pass; the events of it join those of the next frame. */
void verify_engine_advance(verify_engine *run, gint64 time_ns);

/* The whole tables as they stand: verify_entry, verify_expect. Valid until the next frame. */
const GArray *verify_engine_entries(verify_engine *run);
const GArray *verify_engine_expected(verify_engine *run);
/* The entry whose original or reply tuple this is. FALSE where there is none. */
gboolean verify_engine_find(const verify_engine *run, const ct_tuple *tuple, verify_entry *entry);
/* Statistics by conntrack -S's names; caller unrefs. */
GHashTable *verify_engine_stats(const verify_engine *run);
/* The last frame as the engine took it, for its tuple; its bytes are gone after the next frame. */
const ct_packet *verify_engine_packet(const verify_engine *run);

/* An entry as that kernel lists it. */
void verify_entry_from_view(verify_entry *entry, const ct_view *view, const ct_profile *profile);

#endif
