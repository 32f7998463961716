/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resume_place.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAKE = 1 };

/* A folder's entry is written to the disk with the folder. */
static int sync_folder(const char *path)
{
  char *folder = g_path_get_dirname(path);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), failed = 0;

  g_free(folder);
  if (fd < 0)
    return errno;
  if (fsync(fd) != 0 && errno != EINVAL)
    failed = errno;
  close(fd);
  return failed;
}

/* Pipes and terminals cannot be synced, and need not be. */
static int put_in_place(const cli_place *place, int output_fd)
{
  struct stat st;

  if (output_fd >= 0 && fstat(output_fd, &st) == 0 && S_ISREG(st.st_mode) && fsync(output_fd) != 0)
    return errno;
  if (fsync(place->fd) != 0 || rename(place->beside, place->path) != 0)
    return errno;
  return sync_folder(place->path);
}

/* The child: nothing but its parent's word or end moves it. */
static void wait_for_word(const cli_place *place, int output_fd, int socket)
{
  guint8 word = 0;
  ssize_t n;
  int failed;

  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  do
    n = read(socket, &word, 1);
  while (n < 0 && errno == EINTR);
  if (n != 1 || word != TAKE) {
    unlink(place->beside);
    _exit(0);
  }
  failed = put_in_place(place, output_fd);
  if (failed != 0)
    unlink(place->beside);
  n = write(socket, &failed, sizeof failed);
  _exit(n == (ssize_t)sizeof failed ? 0 : 1);
}

static gboolean make_child(cli_place *place, int output_fd)
{
  int sockets[2];
  pid_t child;

  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    return FALSE;
  child = fork();
  if (child == 0) {
    close(sockets[0]);
    wait_for_word(place, output_fd, sockets[1]);
  }
  close(sockets[1]);
  place->child = sockets[0];
  if (child < 0)
    close(sockets[0]);
  return child > 0;
}

gboolean cli_place_open(cli_place *place, const char *path, int output_fd)
{
  int failed;

  *place = (cli_place){ .path = g_strdup(path), .beside = g_strconcat(path, ".XXXXXX", NULL), .child = -1 };
  place->fd = g_mkstemp_full(place->beside, O_RDWR | O_CLOEXEC, 0644);
  if (place->fd >= 0 && make_child(place, output_fd))
    return TRUE;
  failed = errno;
  if (place->fd >= 0) {
    unlink(place->beside);
    close(place->fd);
  }
  g_clear_pointer(&place->path, g_free);
  g_clear_pointer(&place->beside, g_free);
  errno = failed;
  return FALSE;
}

int cli_place_take(cli_place *place)
{
  const guint8 word = TAKE;
  int failed = EIO;
  ssize_t n;

  if (write(place->child, &word, 1) != 1)
    return errno;
  do
    n = read(place->child, &failed, sizeof failed);
  while (n < 0 && errno == EINTR);
  return n == (ssize_t)sizeof failed ? failed : EIO;
}

void cli_place_close(cli_place *place)
{
  if (place->path == NULL)
    return;
  close(place->fd);
  close(place->child);
  g_clear_pointer(&place->path, g_free);
  g_clear_pointer(&place->beside, g_free);
}
