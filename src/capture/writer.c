/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcap with nanoseconds, or pcapng, in this machine's byte order, through one buffer and write(2). */
#include "capture/link.h"
#include "capture/magic.h"
#include "capture/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 128 * 1024 };

struct cap_writer {
  cap_writer_kind kind;
  int fd;
  gboolean regular;
  char *name;
  GByteArray *buffer;
  GError *failed;         /* the first; nothing is written after it */
  int link;               /* of a pcap file; -1 before its first frame */
  GHashTable *interfaces; /* of a pcapng file: interface and link type -> place of their block */
  guint64 last_key;       /* the one used last */
  guint last_index;
};

static void put16(cap_writer *w, guint16 v) { g_byte_array_append(w->buffer, (const guint8 *)&v, sizeof(v)); }

static void put32(cap_writer *w, guint32 v) { g_byte_array_append(w->buffer, (const guint8 *)&v, sizeof(v)); }

static void put_padded(cap_writer *w, const void *data, gsize n)
{
  g_byte_array_append(w->buffer, data, (guint)n);
  g_byte_array_append(w->buffer, (const guint8 *)"\0\0", (guint)(-n & 3));
}

static void put_option(cap_writer *w, guint code, const void *value, gsize n)
{
  put16(w, (guint16)code);
  put16(w, (guint16)n);
  put_padded(w, value, n);
}

/* => where the block begins in the buffer, for block_end. */
static guint block_begin(cap_writer *w, guint32 type)
{
  guint begin = w->buffer->len;

  put32(w, type);
  put32(w, 0);
  return begin;
}

static void block_end(cap_writer *w, guint begin)
{
  guint32 total = w->buffer->len - begin + 4;

  put32(w, total);
  memcpy(w->buffer->data + begin + 4, &total, sizeof(total));
}

static void put_section(cap_writer *w)
{
  guint begin = block_begin(w, CAP_MAGIC_SECTION);

  put32(w, CAP_MAGIC_BYTE_ORDER);
  put16(w, 1);
  put16(w, 0);
  put32(w, G_MAXUINT32); /* length of the section: not known */
  put32(w, G_MAXUINT32);
  block_end(w, begin);
}

static void put_interface(cap_writer *w, const cap_frame *frame, const char *name)
{
  guint begin = block_begin(w, 1);

  put16(w, (guint16)cap_link_to_file(frame->link));
  put16(w, 0);
  put32(w, cap_link_max_captured(frame->link));
  if (name != NULL && name[0] != '\0')
    put_option(w, 2, name, MIN(strlen(name), 255));
  put_option(w, 9, "\x09", 1); /* ticks of 10^-9 s */
  put_option(w, 0, "", 0);
  block_end(w, begin);
}

/* => index of the frame's interface in the file, described now where it was not yet. */
static guint interface_index(cap_writer *w, const cap_frame *frame, const char *name)
{
  guint64 key = (guint64)frame->interface << 16 | frame->link;
  gpointer found;

  if (g_hash_table_size(w->interfaces) > 0 && key == w->last_key)
    return w->last_index;
  if (g_hash_table_lookup_extended(w->interfaces, &key, NULL, &found)) {
    w->last_index = GPOINTER_TO_UINT(found);
  } else {
    w->last_index = g_hash_table_size(w->interfaces);
    g_hash_table_insert(w->interfaces, g_memdup2(&key, sizeof(key)), GUINT_TO_POINTER(w->last_index));
    put_interface(w, frame, name);
  }
  w->last_key = key;
  return w->last_index;
}

/* What is said of a packet beside it: a comment, and the number that it had where it comes from. */
static void put_note(cap_writer *w, const cap_note *note)
{
  /* What is not valid may become three times as long. */
  enum { COMMENT = 1, PACKET_ID = 5, COMMENT_BYTES = 16384 };

  if (note->comment != NULL && note->comment[0] != '\0') {
    /* Names of files and rules may be in any encoding; the format knows one. */
    char *valid = g_utf8_make_valid(note->comment, (gssize)MIN(strlen(note->comment), COMMENT_BYTES));

    put_option(w, COMMENT, valid, strlen(valid));
    g_free(valid);
  }
  if (note->number != 0)
    put_option(w, PACKET_ID, &note->number, sizeof(note->number));
}

static void put_packet(cap_writer *w, const cap_frame *frame, guint index, const cap_note *note)
{
  guint begin = block_begin(w, 6);

  put32(w, index);
  put32(w, (guint32)((guint64)frame->ts_ns >> 32));
  put32(w, (guint32)frame->ts_ns);
  put32(w, frame->captured);
  put32(w, frame->wire);
  put_padded(w, frame->data, frame->captured);
  if (frame->direction != CAP_DIR_UNKNOWN) {
    guint32 flags = frame->direction == CAP_DIR_IN ? 1 : 2;

    put_option(w, 2, &flags, sizeof(flags));
  }
  if (note != NULL)
    put_note(w, note);
  if (frame->direction != CAP_DIR_UNKNOWN || note != NULL)
    put_option(w, 0, "", 0);
  block_end(w, begin);
}

static void put_pcap_header(cap_writer *w, guint link)
{
  put32(w, CAP_MAGIC_PCAP_NSEC);
  put16(w, 2);
  put16(w, 4);
  put32(w, 0);
  put32(w, 0);
  put32(w, cap_link_max_captured(link));
  put32(w, cap_link_to_file(link));
  w->link = (int)link;
}

static void put_pcap_record(cap_writer *w, const cap_frame *frame)
{
  put32(w, (guint32)MIN(frame->ts_ns / 1000000000, (gint64)G_MAXUINT32));
  put32(w, (guint32)(frame->ts_ns % 1000000000));
  put32(w, frame->captured);
  put32(w, frame->wire);
  g_byte_array_append(w->buffer, frame->data, frame->captured);
}

static gboolean write_some(cap_writer *w, const guint8 **at, gsize *left)
{
  gssize n = write(w->fd, *at, *left);

  if (n >= 0) {
    *at += n;
    *left -= (gsize)n;
    return TRUE;
  }
  if (errno == EINTR)
    return TRUE;
  if (errno == EAGAIN) { /* somebody made our standard output non-blocking */
    poll(&(struct pollfd){ .fd = w->fd, .events = POLLOUT }, 1, -1);
    return TRUE;
  }
  g_set_error(&w->failed, CAP_ERROR, errno == EPIPE ? CAP_ERROR_CLOSED : CAP_ERROR_WRITE, "%s: cannot be written: %s",
              w->name, g_strerror(errno));
  return FALSE;
}

static gboolean report(const cap_writer *w, GError **error)
{
  if (w->failed != NULL && error != NULL)
    *error = g_error_copy(w->failed);
  return w->failed == NULL;
}

gboolean cap_writer_flush(cap_writer *w, GError **error)
{
  const guint8 *at = w->buffer->data;
  gsize left = w->buffer->len;

  while (w->failed == NULL && left > 0)
    write_some(w, &at, &left);
  g_byte_array_set_size(w->buffer, 0);
  return report(w, error);
}

int cap_output_open(const char *path, GError **error)
{
  int fd = strcmp(path, "-") == 0 ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

  if (fd < 0)
    g_set_error(error, CAP_ERROR, CAP_ERROR_WRITE, "%s: cannot be opened for writing: %s", path, g_strerror(errno));
  return fd;
}

cap_writer *cap_writer_open(const char *path, cap_writer_kind kind, GError **error)
{
  int fd = cap_output_open(path, error);

  return fd < 0 ? NULL : cap_writer_open_fd(fd, path, kind);
}

cap_writer *cap_writer_open_fd(int fd, const char *path, cap_writer_kind kind)
{
  gboolean is_stdout = strcmp(path, "-") == 0;
  struct stat st;
  cap_writer *w = g_new0(cap_writer, 1);

  w->kind = kind;
  w->fd = fd;
  w->regular = !is_stdout && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
  w->name = g_strdup(is_stdout ? "standard output" : path);
  w->buffer = g_byte_array_sized_new(BUFFER_BYTES);
  w->interfaces = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  w->link = -1;
  if (kind == CAP_WRITER_PCAPNG)
    put_section(w);
  return w;
}

gboolean cap_writer_frame(cap_writer *w, const cap_frame *frame, const char *interface_name, GError **error)
{
  return cap_writer_frame_noted(w, frame, interface_name, NULL, error);
}

gboolean cap_writer_frame_noted(cap_writer *w, const cap_frame *frame, const char *interface_name, const cap_note *note,
                                GError **error)
{
  if (w->failed != NULL)
    return report(w, error);
  if (w->kind == CAP_WRITER_PCAPNG) {
    put_packet(w, frame, interface_index(w, frame, interface_name), note);
  } else {
    if (w->link < 0)
      put_pcap_header(w, frame->link);
    if (w->link != frame->link) {
      g_set_error(&w->failed, CAP_ERROR, CAP_ERROR_FORMAT,
                  "%s: pcap holds frames of one link type only, and these are %d and %u", w->name, w->link,
                  frame->link);
      return report(w, error);
    }
    put_pcap_record(w, frame);
  }
  return w->buffer->len < BUFFER_BYTES || cap_writer_flush(w, error);
}

gboolean cap_writer_close(cap_writer *w, GError **error)
{
  gboolean good;

  if (w == NULL)
    return TRUE;
  if (w->kind == CAP_WRITER_PCAP && w->link < 0)
    put_pcap_header(w, 1); /* without frames it is a capture all the same */
  cap_writer_flush(w, NULL);
  if (w->failed != NULL && w->regular && ftruncate(w->fd, 0) != 0)
    g_prefix_error(&w->failed, "(what was written of it stays there, cut) ");
  if (w->fd > STDERR_FILENO && close(w->fd) != 0 && w->failed == NULL)
    g_set_error(&w->failed, CAP_ERROR, CAP_ERROR_WRITE, "%s: cannot be written: %s", w->name, g_strerror(errno));
  good = report(w, error);
  g_clear_error(&w->failed);
  g_byte_array_unref(w->buffer);
  g_hash_table_unref(w->interfaces);
  g_free(w->name);
  g_free(w);
  return good;
}
