/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/straight.h"

void fw_straight_tell(fw_firewall *f)
{
  const fw_arrival a = f->straight.arrival;
  ct_passage passage = { .packet = a.packet, .entry = f->straight.entry };

  f->straight.due = FALSE;
  passage.result.cls = f->straight.cls;
  passage.result.dir = f->straight.dir;
  fw_firewall_pass_again(f, &a, &passage);
}
