/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What rules write into a TCP header and behind it. Where the program may not change a packet's bytes, nothing is
 * written, and what is told of the packet is the same.
 */
#ifndef FIREWALL_WALK_OPTIONS_H
#define FIREWALL_WALK_OPTIONS_H

#include "firewall/walk/program.h"

/* Targets (targets.h). => FALSE: the header is malformed, and the packet is dropped. */
gboolean fw_act_tcpmss(fw_program *program, fw_packet *p, const fw_step *step);
gboolean fw_act_tcpoptstrip(fw_program *program, fw_packet *p, const fw_step *step);
/* Clears bits of a TCP header's flags: ECE, CWR. */
void fw_options_clear_ecn(const fw_program *program, fw_packet *p, guint bits);
/* The largest segment that the way's MTU has room for: of the box's facts, or 1500. 0: it has none for any. */
guint16 fw_options_path_mss(const fw_program *program, const fw_packet *p);
/*
 * nft's "tcp option ... set": n bytes (2 or 4) at an offset in the option become value; a largest segment is never
 * raised. => NO: there is no sound header, or the option is too short for it. YES also where there is no such option.
 */
fw_truth fw_options_set(const fw_program *program, fw_packet *p, guint8 option, guint offset, const guint8 *value,
                        guint n);
/*
 * nft's "reset tcp option": its bytes become NOPs. => NO: there is no TCP header; HOTDROP: the option leads beyond it.
 * YES also where there is no such option.
 */
fw_truth fw_options_strip(const fw_program *program, fw_packet *p, guint8 option);

#endif
