/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "interrupt.h"
#include "run_again.h"

void cli_run_open_again(cli_run *run, replay_options replay)
{
  if (run->params.gc != CT_GC_EXACT || run->params.profile->entry_timers || run->params.max == 0 ||
      replay_source_live(run->source))
    return;
  sweep_options(&replay);
  run->again = replay_source_prepare(&replay, &run->params, NULL);
}

gboolean cli_run_again(cli_run *run, sweep_figures *figures)
{
  sweep_setting setting = { .params = run->params };
  replay_figures first, second;
  cli_firewall firewall;

  if (run->again == NULL || cli_stop != 0)
    return FALSE;
  setting.params.gc = CT_GC_KERNEL;
  cli_firewall_fork(&firewall, &run->firewall, &setting.params, FALSE);
  if (firewall.firewall != NULL)
    setting.door = &firewall.door;
  replay_source_start(run->again);
  cli_interrupts_catch(run->again, NULL);
  sweep_run(run->again, &setting, 1, 1, 1, figures, NULL, NULL);
  cli_interrupts_release();
  cli_firewall_clear(&firewall);
  if (cli_stop != 0)
    run->code = cli_exit_graver(run->code, cli_interrupted());
  replay_source_figures(run->source, &first);
  replay_source_figures(run->again, &second);
  return cli_stop == 0 && first.frames == second.frames && first.fed == second.fed;
}
