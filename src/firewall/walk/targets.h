/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each target of iptables does with a packet (RULES 4): a table by the target's id (extension.h). */
#ifndef FIREWALL_WALK_TARGETS_H
#define FIREWALL_WALK_TARGETS_H

#include "firewall/target/data.h"
#include "firewall/walk/program.h"

typedef struct fw_act_ops {
  fw_end end;     /* FW_END_NEXT: acts and goes on */
  fw_act_fn act;  /* NULL: nothing that a replay could see */
  gboolean known; /* FALSE: unknown wherever a packet meets it */
  gboolean tracks;
} fw_act_ops;

const fw_act_ops *fw_act_ops_of(fw_target_id id);

/* npt.c */
gboolean fw_act_snpt(fw_program *program, fw_packet *p, const fw_step *step);
gboolean fw_act_dnpt(fw_program *program, fw_packet *p, const fw_step *step);

#endif
