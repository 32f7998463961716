/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules made of a packet, as people and programs read it. */
#ifndef EMIT_RULES_H
#define EMIT_RULES_H

#include "emit/emit.h"

/* "drop by filter:FORWARD:rule:4 (rules.v4:12): why, mark 3". rules->verdict is not NULL. */
void emit_rules_words(emit_text *out, const emit_rules *rules);
/* ,"rules":{...}; nothing where rules are NULL or had no say. */
void emit_rules_member(emit_text *out, const emit_rules *rules);

#endif
