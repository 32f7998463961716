/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sweep says: a table for people with a verdict, JSON lines, or CSV. */
#ifndef CLI_SWEEP_PRINT_H
#define CLI_SWEEP_PRINT_H

#include "emit/emit.h"
#include "pressure/sweep.h"

typedef enum sweep_style { SWEEP_STYLE_TABLE, SWEEP_STYLE_JSON, SWEEP_STYLE_CSV } sweep_style;

typedef struct sweep_result {
  const sweep_setting *settings;
  sweep_figures *figures;
  guint n; /* of both */
  sweep_judgement judgement;
  gboolean partial; /* part says of what */
  emit_part part;
} sweep_result;

void cli_sweep_print(emit_text *out, sweep_style style, const sweep_result *result);
/* nf_conntrack_max as this kernel spells it. */
const char *cli_sweep_max_name(const ct_params *params);

#endif
