/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that takes another's place when it is whole, by a process behind the fence, which may not rename anything. A
 * child made before the fence waits for one byte; then it has the bytes of the output and of the new file written to
 * the disk, and renames it. Where the byte does not come, however its parent ended, the new file goes and the old one
 * stays.
 */
#ifndef CLI_RESUME_PLACE_H
#define CLI_RESUME_PLACE_H

#include <glib.h>

typedef struct cli_place {
  char *path, *beside; /* the new file, in the same folder */
  int fd;              /* of the new file */
  int child;           /* the socket to who waits; -1: none */
} cli_place;

/* output_fd: written to the disk before the file takes its place; -1: none. => FALSE, and errno says why. */
gboolean cli_place_open(cli_place *place, const char *path, int output_fd);
/* => 0, or the errno of what failed; the place is then as it was. */
int cli_place_take(cli_place *place);
/* Frees; what was not taken goes. */
void cli_place_close(cli_place *place);

#endif
