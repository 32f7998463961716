/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exit.h"

#include <glib.h>

static unsigned gravity(cli_exit code)
{
  static const cli_exit order[] = {
#define X(name, number, meaning) CLI_EXIT_##name,
    CLI_EXIT_LIST(X)
#undef X
  };
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS(order); i++)
    if (order[i] == code)
      return i;
  g_assert_not_reached();
}

cli_exit cli_exit_graver(cli_exit a, cli_exit b) { return gravity(a) > gravity(b) ? a : b; }
