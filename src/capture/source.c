/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/source.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/decompress.h"
#include "capture/inflate_ahead.h"

G_DEFINE_QUARK(cap - error - quark, cap_error)

/* The first read is small: a list of captures has all of them open from the start. */
enum { RAW_BYTES = 64 * 1024, RAW_FIRST_BYTES = 4096 };

struct cap_source {
  int fd;
  int wake_fd;  /* readable once interrupted; -1 where reads never wait */
  gint stopped; /* atomic */
  gboolean live;
  gboolean opening; /* nobody can call cap_source_interrupt yet: any signal ends the wait */
  gboolean raw_ended;
  char *name;
  guint64 read_bytes; /* from the descriptor, by whoever reads there */
  guint64 done_bytes; /* that went into what was handed out; atomic, relaxed: only for show */
  guint64 total_bytes;
  gint64 begins; /* where the stream starts in the file */
  gint64 at;     /* after a seek: where it is read, whoever else reads through the descriptor; -1: where that stands */
  cap_decompressor *decompressor; /* NULL: plain */
  GError *failed;                 /* told once the output made before it is taken */
  gboolean ended;
  gboolean begun;          /* the first piece was made */
  gboolean inflates_ahead; /* on a thread, which the next piece asked for starts */
  cap_ahead *ahead;        /* that thread: descriptor, raw, decompressor, ended and failed are its own; NULL: none */
  gsize raw_start, raw_end;
  guint8 *raw; /* first the bytes read to look at the magic, then the input of the decompressor */
};

/* => FALSE where interrupted. A regular file never waits, so it needs no poll. */
static gboolean wait_readable(cap_source *s)
{
  struct pollfd fds[2] = { { .fd = s->fd, .events = POLLIN }, { .fd = s->wake_fd, .events = POLLIN } };

  while (!cap_source_interrupted(s)) {
    if (!s->live || poll(fds, 2, -1) > 0)
      return !cap_source_interrupted(s);
    if (errno != EINTR)
      return TRUE; /* read will name the fault */
    if (s->opening)
      cap_source_interrupt(s);
  }
  return FALSE;
}

static gssize raw_read(cap_source *s, guint8 *to, gsize size, GError **error)
{
  gssize n;

  do {
    if (!wait_readable(s))
      return 0;
    n = s->at < 0 ? read(s->fd, to, size) : pread(s->fd, to, size, (off_t)s->at);
  } while (n < 0 && (errno == EINTR || errno == EAGAIN));
  if (n < 0)
    g_set_error(error, CAP_ERROR, CAP_ERROR_OPEN, "%s: cannot be read: %s", s->name, g_strerror(errno));
  else if (s->at >= 0)
    s->at += n;
  if (n > 0)
    s->read_bytes += (guint64)n;
  return n;
}

static void tell_done(cap_source *s, guint64 done_bytes)
{
  __atomic_store_n(&s->done_bytes, done_bytes, __ATOMIC_RELAXED);
}

static guint64 used_bytes(const cap_source *s) { return s->read_bytes - (s->raw_end - s->raw_start); }

/* => bytes added to the raw buffer, which must be empty or hold the magic only. */
static gssize raw_fill(cap_source *s, gsize size, GError **error)
{
  if (s->raw_start == s->raw_end)
    s->raw_start = s->raw_end = 0;

  gssize n = raw_read(s, s->raw + s->raw_end, size - s->raw_end, error);

  if (n > 0)
    s->raw_end += (gsize)n;
  else
    s->raw_ended = TRUE;
  return n;
}

cap_source *cap_source_new(int fd, const char *name, GError **error)
{
  cap_source *s = g_new0(cap_source, 1);
  struct stat st;

  s->fd = fd;
  s->at = -1;
  s->name = g_strdup(name);
  s->opening = TRUE;
  s->raw = g_malloc(RAW_BYTES);
  s->live = fstat(fd, &st) != 0 || !S_ISREG(st.st_mode);
  s->wake_fd = s->live ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
  if (!s->live) {
    off_t at = lseek(fd, 0, SEEK_CUR); /* standard input may be a file somebody has read from */

    s->begins = MAX(at, 0);
    s->total_bytes = (guint64)MAX(st.st_size - MAX(at, 0), 0);
  }
  while (s->raw_end < CAP_DECOMPRESS_MAGIC_BYTES) {
    gssize n = raw_fill(s, RAW_FIRST_BYTES, error);

    if (n < 0) {
      cap_source_free(s);
      return NULL;
    }
    if (n == 0)
      break;
  }
  s->decompressor = cap_decompressor_new(s->raw, s->raw_end);
  if (s->decompressor == NULL)
    tell_done(s, s->read_bytes);
  return s;
}

void cap_source_opened(cap_source *s) { s->opening = FALSE; }

void cap_source_free(cap_source *s)
{
  if (s == NULL)
    return;
  cap_source_interrupt(s);
  cap_ahead_free(s->ahead);
  cap_decompressor_free(s->decompressor);
  g_clear_error(&s->failed);
  if (s->wake_fd >= 0)
    close(s->wake_fd);
  if (s->fd > STDERR_FILENO)
    close(s->fd);
  g_free(s->raw);
  g_free(s->name);
  g_free(s);
}

/* One step of the decompressor, into io's room; sets ended or failed where there is no other. */
static void decompress_step(cap_source *s, cap_decompress_io *io)
{
  gsize room_before = io->out_bytes;
  const char *kind = cap_decompressor_name(s->decompressor);
  cap_decompress_result result;

  if (s->raw_start == s->raw_end && !s->raw_ended && raw_fill(s, RAW_BYTES, &s->failed) < 0)
    return;
  if (cap_source_interrupted(s)) {
    s->ended = TRUE;
    return;
  }
  io->in = s->raw + s->raw_start;
  io->in_bytes = s->raw_end - s->raw_start;
  io->end = io->in_bytes == 0;
  result = cap_decompressor_run(s->decompressor, io);
  s->raw_start = s->raw_end - io->in_bytes;
  if (result == CAP_DECOMPRESS_BROKEN)
    g_set_error(&s->failed, CAP_ERROR, CAP_ERROR_BROKEN,
                "%s: %s: near byte %" G_GUINT64_FORMAT " of the compressed file: %s", s->name, kind, used_bytes(s),
                io->reason);
  else if (io->end && io->out_bytes == room_before && result == CAP_DECOMPRESS_MORE)
    g_set_error(&s->failed, CAP_ERROR, CAP_ERROR_CUT,
                "%s: %s: the compressed file ends early, at byte %" G_GUINT64_FORMAT, s->name, kind, s->read_bytes);
  else if (io->end && io->out_bytes == room_before)
    s->ended = TRUE;
}

static gssize decompressed_read(cap_source *s, guint8 *to, gsize size, GError **error)
{
  cap_decompress_io io = { .out = to, .out_bytes = size };

  while (io.out == to && !s->ended && s->failed == NULL)
    decompress_step(s, &io);
  tell_done(s, used_bytes(s));
  if (io.out == to && s->failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&s->failed));
    s->ended = TRUE;
    return -1;
  }
  return io.out - to;
}

gboolean cap_source_in_pieces(const cap_source *s) { return s->decompressor != NULL && !s->live; }

void cap_source_inflate_ahead(cap_source *s) { s->inflates_ahead = cap_source_in_pieces(s); }

/* The first piece is one step's: a list of captures has all of them open from the start. */
static void make_piece(gpointer user, cap_piece *piece)
{
  cap_source *s = user;
  cap_decompress_io io = { .out = piece->chunk->data + CAP_PIECE_HEAD_BYTES, .out_bytes = CAP_PIECE_BYTES };

  while (io.out_bytes > 0 && !s->ended && s->failed == NULL && (s->begun || io.out_bytes == CAP_PIECE_BYTES))
    decompress_step(s, &io);
  s->begun = TRUE;
  piece->bytes = CAP_PIECE_BYTES - io.out_bytes;
  piece->file_bytes = used_bytes(s);
  piece->failed = piece->bytes == 0 ? g_steal_pointer(&s->failed) : NULL;
  s->ended = s->ended || piece->bytes == 0;
}

gssize cap_source_piece(cap_source *s, cap_piece *piece, GError **error)
{
  if (s->inflates_ahead) {
    s->inflates_ahead = FALSE;
    s->ahead = cap_ahead_new(make_piece, s);
  }
  if (cap_source_interrupted(s))
    return 0;
  if (s->ahead != NULL)
    cap_ahead_take(s->ahead, piece);
  else
    make_piece(s, piece);
  tell_done(s, piece->file_bytes);
  if (piece->bytes > 0)
    return (gssize)piece->bytes;
  g_clear_pointer(&s->ahead, cap_ahead_free); /* its memory is not kept as long as a list of captures is */
  if (piece->failed == NULL)
    return 0;
  g_propagate_error(error, g_steal_pointer(&piece->failed));
  return -1;
}

gssize cap_source_read(cap_source *s, guint8 *to, gsize size, GError **error)
{
  gssize n;

  if (s->decompressor != NULL)
    return decompressed_read(s, to, size, error);
  if (s->raw_start < s->raw_end) {
    n = (gssize)MIN(size, s->raw_end - s->raw_start);
    memcpy(to, s->raw + s->raw_start, (gsize)n);
    s->raw_start += (gsize)n;
    return n;
  }
  g_clear_pointer(&s->raw, g_free);
  n = raw_read(s, to, size, error);
  tell_done(s, s->read_bytes);
  return n;
}

gboolean cap_source_seekable(const cap_source *s) { return !s->live && s->decompressor == NULL; }

gboolean cap_source_seek(cap_source *s, guint64 offset)
{
  if (!cap_source_seekable(s) || offset > (guint64)(G_MAXINT64 - s->begins))
    return FALSE;
  s->at = s->begins + (gint64)offset;
  s->raw_start = s->raw_end = 0;
  return TRUE;
}

void cap_source_interrupt(cap_source *s)
{
  int kept = errno; /* a signal handler must not change it */
  guint64 one = 1;

  g_atomic_int_set(&s->stopped, 1);
  if (s->wake_fd >= 0 && write(s->wake_fd, &one, sizeof(one)) < 0)
    errno = kept; /* it can only fail where it is readable already */
  errno = kept;
}

gboolean cap_source_interrupted(const cap_source *s) { return g_atomic_int_get(&s->stopped) != 0; }

const char *cap_source_name(const cap_source *s) { return s->name; }

gboolean cap_source_live(const cap_source *s) { return s->live; }

gboolean cap_source_reads(const cap_source *s, const char *path)
{
  struct stat own, other;

  return !s->live && fstat(s->fd, &own) == 0 && stat(path, &other) == 0 && own.st_dev == other.st_dev &&
         own.st_ino == other.st_ino;
}

void cap_source_progress(const cap_source *s, guint64 *done_bytes, guint64 *total_bytes)
{
  *done_bytes = __atomic_load_n(&s->done_bytes, __ATOMIC_RELAXED);
  *total_bytes = s->total_bytes;
}
