/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel draws at random, drawn from the seed. */
#include "firewall/walk/program.h"

guint32 fw_program_random(fw_program *program)
{
  program->random ^= program->random << 13;
  program->random ^= program->random >> 7;
  program->random ^= program->random << 17;
  return (guint32)(program->random >> 32);
}
