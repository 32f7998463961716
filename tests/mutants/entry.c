/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program's own main under another name, for a test that calls it over and over in one process. */
#define main ctreplay_main
int ctreplay_main(int argc, char **argv);
#include "../../src/cli/main.c"
