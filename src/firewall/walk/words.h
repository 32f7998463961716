/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet's walk in words: which rules it passed, at what each failed, which held, and what came of it. */
#ifndef FIREWALL_WALK_WORDS_H
#define FIREWALL_WALK_WORDS_H

#include "firewall/walk/firewall.h"

/* Of a firewall that records the rules that did not hold, too. Sentences, a line each; nothing where it met no hook. */
void fw_words_walk(GString *out, const fw_firewall *firewall);
/* How the packet is translated: by which rule, why that port, and what its answers will be. Nothing where it is not. */
void fw_words_nat(GString *out, const fw_firewall *firewall);
/* "destination port 8080 is not 443": at what a rule failed, or why nobody knows. */
void fw_words_failed(GString *out, const fw_packet *p, const fw_step *step, guint failed, fw_walk_event event);

#endif
