/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    puts("ctreplay " PACKAGE_VERSION);
    return 0;
  }
  fputs("ctreplay: give a capture, or --help\n", stderr);
  return 2;
}
