/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MEMORY_H
#define CLI_MEMORY_H

/* From here on, memory that runs out ends the process with one line and CLI_EXIT_USAGE instead of an abort. */
void cli_catch_out_of_memory(void);

#endif
