/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expectations that are otherwise than behind the packet before, as a referee lists them: a registrar's answer makes
 * one active, without an event. Internal to src/verify.
 */
#ifndef VERIFY_RULES_EXPECTS_H
#define VERIFY_RULES_EXPECTS_H

#include <glib.h>

#include "conntrack/engine.h"

typedef struct verify_rules_expects verify_rules_expects;

verify_rules_expects *verify_rules_expects_new(void);
void verify_rules_expects_free(verify_rules_expects *expects);

/* => ct_expect_view of those that were there before and whose flags have changed since; valid until the next call. */
const GArray *verify_rules_expects_changed(verify_rules_expects *expects, const ct_engine *engine);

#endif
