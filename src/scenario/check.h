/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An expectation against the facts. Internal to src/scenario. */
#ifndef SCN_CHECK_H
#define SCN_CHECK_H

#include "scenario/ast.h"
#include "scenario/runner.h"

/*
 * => TRUE where the check is met; else the expectation and the facts, in the same words, and other lines that help,
 * appended.
 */
gboolean scn_check_eval(const scn_runner *runner, const scn_check *check, GString *expected, GString *got,
                        GString *related);

#endif
