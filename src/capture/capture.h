/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures as a stream of frames with nanosecond timestamps, whatever the file's kind. One interface, several readers
 * behind it (plain pcap and pcapng by our own readers, everything else that libpcap knows through libpcap; gzip, xz, zstd
 * recognised by content). Frames come in batches; a batch owns the bytes of its frames, so that reading and
 * tracking can happen on different threads.
 */
#ifndef CAP_CAPTURE_H
#define CAP_CAPTURE_H

#include <glib.h>

typedef enum { CAP_DIR_UNKNOWN, CAP_DIR_IN, CAP_DIR_OUT } cap_direction;

typedef struct cap_frame {
  gint64 ts_ns; /* since 1970-01-01 UTC */
  const guint8 *data;
  guint32 captured; /* bytes at data */
  guint32 wire;     /* bytes the frame had on the wire; >= captured */
  guint32 interface; /* cap_interface number in the reader; 0 where the file has only one */
  guint16 link;      /* DLT_* / LINKTYPE_* of this frame */
  guint16 direction; /* cap_direction from the capture file (pcapng flags); link headers may know more */
} cap_frame;

enum { CAP_BATCH_FRAMES = 256 };

typedef struct cap_batch {
  guint n;
  cap_frame frames[CAP_BATCH_FRAMES];
  GByteArray *bytes;  /* the reader's buffer behind the frames; grown by the reader, kept for the next batch */
} cap_batch;

cap_batch *cap_batch_new(void);
void cap_batch_free(cap_batch *batch);

typedef struct cap_reader cap_reader;

/* Error domain of all of src/capture: messages say file, offset and reason. */
#define CAP_ERROR (cap_error_quark())
GQuark cap_error_quark(void);
typedef enum {
  CAP_ERROR_OPEN,        /* cannot be opened or read */
  CAP_ERROR_FORMAT,      /* no capture, or of a kind that is not supported */
  CAP_ERROR_CUT,         /* ends inside a record: all before it was delivered */
  CAP_ERROR_BROKEN       /* a record that cannot be: all before it was delivered */
} cap_error;

/*
 * Opens a capture; path "-" is standard input. => NULL and error set on failure. The file's header has been read when this returns.
 */
cap_reader *cap_reader_open(const char *path, GError **error);
void cap_reader_free(cap_reader *reader);

/*
 * Fills the batch with the next frames: as many as fit, but from a live source (pipe, terminal) what is there, so that nothing waits.
 * => TRUE with batch->n >= 1; FALSE at the end (error unset) or on failure (error set; frames before it have been delivered).
 */
gboolean cap_reader_next(cap_reader *reader, cap_batch *batch, GError **error);

/* For people and for --interface: name of an interface ("" where the file has none). Valid while the reader lives. */
guint cap_reader_interfaces(const cap_reader *reader);
const char *cap_reader_interface_name(const cap_reader *reader, guint interface);

/* How far: bytes consumed and the file's size (0 where unknown), for a progress bar. */
void cap_reader_progress(const cap_reader *reader, guint64 *done_bytes, guint64 *total_bytes);

/* Writer for -w FILE: pcapng where frames differ in link type, else pcap with nanoseconds; "-" is standard output. */
typedef struct cap_writer cap_writer;
cap_writer *cap_writer_open(const char *path, GError **error);
gboolean cap_writer_frame(cap_writer *writer, const cap_frame *frame, const char *interface_name, GError **error);
/* => FALSE and error where something could not be written; the writer is freed either way. */
gboolean cap_writer_close(cap_writer *writer, GError **error);

#endif
