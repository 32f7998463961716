/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AST to notation, which the parser reads as the same again. Appends to the GString. Internal to src/scenario. */
#ifndef SCN_NOTATION_H
#define SCN_NOTATION_H

#include "scenario/ast.h"

/* The packet in notation, from the direction on; bytes stands for cut payloads. */
void scn_print_packet(GString *out, const scn_packet *packet);
void scn_print_flow(GString *out, const scn_flow *flow);
void scn_print_addr(GString *out, guint8 family, const ct_addr *addr, gboolean brackets);
/* Seconds with as many decimals as it takes. */
void scn_print_seconds(GString *out, gint64 ns);
void scn_print_hex(GString *out, const guint8 *data, gsize n);
/* cap_direction; nothing where it is not known. */
void scn_print_direction(GString *out, guint8 direction);
void scn_print_link(GString *out, const scn_link *link);

#endif
