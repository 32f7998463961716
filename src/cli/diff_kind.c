/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an input is a saved output or a capture, by its first byte, which stays where it is. */
#define _GNU_SOURCE /* tee, pipe2 */
#include "diff.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Copies the pipe's first byte without taking it, which waits until there is one. => as read(2). */
static ssize_t peek_pipe(int fd, char *byte)
{
  int copy[2];
  ssize_t n;

  if (pipe2(copy, O_CLOEXEC) != 0)
    return -1;
  n = tee(fd, copy[1], 1, 0);
  if (n == 1)
    n = read(copy[0], byte, 1);
  close(copy[0]);
  close(copy[1]);
  return n;
}

static ssize_t peek(int fd, const struct stat *status, char *byte)
{
  off_t at;

  if (S_ISFIFO(status->st_mode))
    return peek_pipe(fd, byte);
  at = lseek(fd, 0, SEEK_CUR);
  return at >= 0 ? pread(fd, byte, 1, at) : -1;
}

/* Who opens a named pipe, looks, closes and opens it again ends its writer. */
int cli_diff_open(const char *path)
{
  struct stat status;

  if (strcmp(path, "-") == 0 || stat(path, &status) != 0 || !S_ISFIFO(status.st_mode))
    return -1;
  return open(path, O_RDONLY | O_CLOEXEC);
}

diff_kind cli_diff_kind(const char *path, int opened)
{
  gboolean standard = strcmp(path, "-") == 0;
  struct stat status;
  ssize_t n = -1;
  char byte = '\0';
  int fd = standard ? STDIN_FILENO : opened >= 0 ? opened : open(path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return DIFF_UNREADABLE;
  if (fstat(fd, &status) == 0)
    n = peek(fd, &status, &byte);
  if (!standard && opened < 0)
    close(fd);
  return n < 0 ? DIFF_UNREADABLE : n == 0 ? DIFF_EMPTY : byte == '{' ? DIFF_SAVED : DIFF_CAPTURE;
}
