/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From captured frames back to a scenario that passes: every IP packet again, in notation where the builder can make
 * the very same bytes of it, else as raw bytes; after each the engine's answer. Link layers are kept as far as
 * the language has them; frames that carry no IP are left out, and counted.
 */
#ifndef SCN_DECOMPILE_H
#define SCN_DECOMPILE_H

#include "conntrack/engine.h"
#include "scenario/ruling.h"
#include "scenario/scenario.h"

typedef struct scn_decompiler scn_decompiler;

/* The engine that answers to the packets; firewall: rules around it, NULL: none. */
scn_decompiler *scn_decompiler_new(const ct_params *params, ct_checksums checksums, const scn_firewall *firewall);
void scn_decompiler_free(scn_decompiler *decompiler); /* NULL is fine */

/* Frames in the order of the capture. interface: by which it came in, where rules ask for that; NULL: not said. */
void scn_decompiler_frame(scn_decompiler *decompiler, const cap_frame *frame, const char *interface);

/* The scenario; head is put at its top (settings, remarks; may be ""). To be freed by the caller. */
char *scn_decompiler_text(const scn_decompiler *decompiler, const char *head);

#endif
