/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "interrupt.h"

#include <string.h>

/* A signal comes to the process as a whole: what its handler reads cannot stand anywhere else. */
volatile sig_atomic_t cli_stop;
static replay_source *volatile interruptible[2];

static void on_interrupt(int number)
{
  guint i;

  cli_stop = number;
  for (i = 0; i < G_N_ELEMENTS(interruptible); i++)
    if (interruptible[i] != NULL)
      replay_source_interrupt(interruptible[i]);
}

static void handle(void (*handler)(int number))
{
  struct sigaction action;

  memset(&action, 0, sizeof(action));
  action.sa_handler = handler;
  /* Once: whoever asks twice means it. */
  action.sa_flags = (int)SA_RESETHAND;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

cli_exit cli_interrupted(void) { return cli_stop == SIGTERM ? CLI_EXIT_TERMINATED : CLI_EXIT_INTERRUPTED; }

void cli_interrupts_catch(replay_source *first, replay_source *second)
{
  interruptible[0] = first;
  interruptible[1] = second;
  handle(on_interrupt);
}

void cli_interrupts_release(void)
{
  interruptible[0] = interruptible[1] = NULL;
  handle(SIG_DFL);
}
