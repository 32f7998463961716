/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed.h"

#include <sys/stat.h>
#include <unistd.h>

struct replay_feed {
  const replay_options *o;
  int *fds; /* opened, not yet a reader's; -1: none */
  cap_reader *reader;
  gboolean live;
  GPtrArray *problems;
};

/* Readers name the file in their messages. */
static void keep_problem(replay_feed *feed, GError *error)
{
  replay_feed_complain(feed, g_strdup(error->message));
  g_error_free(error);
}

static gboolean waits(int fd)
{
  struct stat about;

  return fstat(fd, &about) == 0 && !S_ISREG(about.st_mode);
}

replay_feed *replay_feed_new(const replay_options *options)
{
  replay_feed *feed = g_new0(replay_feed, 1);
  GError *error = NULL;
  guint i;

  feed->o = options;
  feed->problems = g_ptr_array_new_with_free_func(g_free);
  feed->fds = g_new(int, options->n_captures);
  for (i = 0; i < options->n_captures; i++) {
    feed->fds[i] =
      options->fds != NULL && options->fds[i] >= 0 ? options->fds[i] : cap_input_open(options->captures[i], &error);
    if (feed->fds[i] < 0)
      keep_problem(feed, g_steal_pointer(&error));
    else if (waits(feed->fds[i]))
      feed->live = TRUE;
  }
  return feed;
}

void replay_feed_start(replay_feed *feed, const GPtrArray *names)
{
  cap_reader **readers = g_new0(cap_reader *, feed->o->n_captures);
  GError *error = NULL;
  guint i, n = 0;

  for (i = 0; i < feed->o->n_captures; i++) {
    if (feed->fds[i] < 0)
      continue;
    readers[n] = cap_reader_open_fd(feed->fds[i], feed->o->captures[i], &error);
    feed->fds[i] = -1; /* the reader's now, also where it failed */
    if (readers[n] != NULL)
      n++;
    else
      keep_problem(feed, g_steal_pointer(&error));
  }
  if (n > 0 && names != NULL && names->len > 0)
    feed->reader = cap_reader_new_behind((char *const *)names->pdata, names->len, readers, n, feed->o->merge);
  else if (n == 1)
    feed->reader = readers[0];
  else if (n > 1)
    feed->reader = feed->o->merge ? cap_reader_new_merged(readers, n) : cap_reader_new_list(readers, n);
  g_free(readers);
}

gboolean replay_feed_readable(const replay_feed *feed)
{
  guint i;

  for (i = 0; i < feed->o->n_captures; i++)
    if (feed->fds[i] >= 0)
      return TRUE;
  return feed->reader != NULL;
}

gboolean replay_feed_reads(const replay_feed *feed, const char *path)
{
  struct stat there, here;
  guint i;

  if (stat(path, &there) != 0 || !S_ISREG(there.st_mode))
    return FALSE;
  for (i = 0; i < feed->o->n_captures; i++)
    if (feed->fds[i] >= 0 && fstat(feed->fds[i], &here) == 0 && here.st_dev == there.st_dev &&
        here.st_ino == there.st_ino)
      return TRUE;
  return feed->reader != NULL && cap_reader_reads(feed->reader, path);
}

void replay_feed_free(replay_feed *feed)
{
  guint i;

  if (feed == NULL)
    return;
  if (feed->reader != NULL)
    cap_reader_free(feed->reader);
  for (i = 0; i < feed->o->n_captures; i++)
    if (feed->fds[i] > STDIN_FILENO)
      close(feed->fds[i]);
  g_free(feed->fds);
  g_ptr_array_unref(feed->problems);
  g_free(feed);
}

cap_reader *replay_feed_reader(const replay_feed *feed) { return feed->reader; }

gboolean replay_feed_next(replay_feed *feed, cap_batch *batch)
{
  GError *error = NULL;

  while (feed->reader != NULL) {
    if (cap_reader_next(feed->reader, batch, &error))
      return TRUE;
    if (error == NULL)
      return FALSE;
    /* The other captures go on. */
    keep_problem(feed, g_steal_pointer(&error));
  }
  return FALSE;
}

gboolean replay_feed_live(const replay_feed *feed) { return feed->live; }

const char *replay_feed_problem(const replay_feed *feed, guint i)
{
  return i < feed->problems->len ? g_ptr_array_index(feed->problems, i) : NULL;
}

void replay_feed_complain(replay_feed *feed, char *text) { g_ptr_array_add(feed->problems, text); }

void replay_feed_progress(const replay_feed *feed, guint64 *done_bytes, guint64 *total_bytes)
{
  *done_bytes = *total_bytes = 0;
  if (feed->reader != NULL)
    cap_reader_progress(feed->reader, done_bytes, total_bytes);
}
