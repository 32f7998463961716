/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures as a stream of frames with nanosecond timestamps, whatever the file's kind. One interface, several
 * readers behind it (plain pcap, pcapng, snoop, Network Monitor 2 and ERF by our own readers, everything else that
 * libpcap knows through libpcap; gzip, xz, zstd recognised by content). Frames come in batches; a batch owns the bytes
 * of its frames, so that reading and tracking can happen on different threads.
 */
#ifndef CAP_CAPTURE_H
#define CAP_CAPTURE_H

#include <glib.h>

typedef enum { CAP_DIR_UNKNOWN, CAP_DIR_IN, CAP_DIR_OUT } cap_direction;

/*
 * The latest time a frame can have: half of what the type holds (year 2116, past the end of pcap's unsigned seconds
 * in 2106), so that a deadline computed from it does not overflow. Files that claim other times are clamped to 0
 * and to this.
 */
#define CAP_TS_MAX_NS (G_MAXINT64 / 2)

/* A frame that is none: what the capturing program noted of itself. No link type has this number. */
#define CAP_LINK_NOTES G_MAXUINT16

typedef struct cap_frame {
  gint64 ts_ns; /* since 1970-01-01 UTC; 0 to CAP_TS_MAX_NS */
  const guint8 *data;
  guint32 captured;  /* bytes at data */
  guint32 wire;      /* bytes the frame had on the wire; >= captured */
  guint32 interface; /* cap_interface number in the reader; 0 where the file has only one */
  guint16 link; /* CAP_LINK_NOTES, or DLT_* of this frame, as libpcap on Linux numbers them (raw IP is 12, under any
                   number that the file gives it) */
  guint16 direction; /* cap_direction from the capture file (pcapng flags); link headers may know more */
} cap_frame;

enum { CAP_BATCH_FRAMES = 256 };
#define CAP_NO_PLACE G_MAXUINT64

/*
 * Frames stay valid until the batch is given to cap_reader_next again or freed, on whichever thread and even after the
 * reader is gone: the batch holds references on the buffers behind them.
 */
typedef struct cap_batch {
  guint n;
  guint64 place; /* of its first frame, for cap_reader_seek; CAP_NO_PLACE: it cannot be found again */
  cap_frame frames[CAP_BATCH_FRAMES];
  GPtrArray *chunks; /* private: the buffers behind the frames */
} cap_batch;

cap_batch *cap_batch_new(void);
void cap_batch_free(cap_batch *batch);
/* Memory that the batch keeps alive. Buffers that it shares with other batches count in each. */
gsize cap_batch_bytes(const cap_batch *batch);
/* Empties it: its frames are gone, and the memory with them. Not while it is being filled. */
void cap_batch_clear(cap_batch *batch);

/*
 * The frames of a batch kept for later, for captures whose places cannot be found again: the bytes are not copied, the
 * buffers behind them stay.
 */
typedef struct cap_kept cap_kept;
cap_kept *cap_batch_keep(const cap_batch *batch);
void cap_kept_free(cap_kept *kept); /* NULL is fine */
/* The batch is what was kept; it may outlive it. */
void cap_kept_load(const cap_kept *kept, cap_batch *batch);
/* Memory that it keeps alive beyond what `before` does, which was kept just before it; NULL: nothing was. */
gsize cap_kept_bytes(const cap_kept *kept, const cap_kept *before);

typedef struct cap_reader cap_reader;

/* Error domain of all of src/capture: messages say file, offset and reason. */
#define CAP_ERROR (cap_error_quark())
GQuark cap_error_quark(void);
typedef enum {
  CAP_ERROR_OPEN,   /* cannot be opened or read */
  CAP_ERROR_FORMAT, /* no capture, or of a kind that is not supported */
  CAP_ERROR_CUT,    /* ends inside a record: all before it was delivered */
  CAP_ERROR_BROKEN, /* a record that cannot be: all before it was delivered */
  CAP_ERROR_WRITE,  /* output cannot be opened or written */
  CAP_ERROR_CLOSED  /* the reader of our output has closed the pipe */
} cap_error;

/*
 * Opens a capture; path "-" is standard input. => NULL and error set on failure. The file's header has been read
 * when this returns; where that waits for a pipe, any signal that has a handler makes it fail with CAP_ERROR_OPEN.
 */
cap_reader *cap_reader_open(const char *path, GError **error);

/*
 * The same in two steps, for a program that wants every input open before it looks at the first byte of any:
 * cap_input_open opens (=> descriptor, or -1 and error), cap_reader_open_fd reads the header. The descriptor belongs to
 * the reader, also on failure.
 */
int cap_input_open(const char *path, GError **error);
cap_reader *cap_reader_open_fd(int fd, const char *path, GError **error);

/*
 * Several captures as one. list: one after the other, in the order given. merged: by timestamp, ties in the order
 * given; each file's own order is kept, so where a file's clock jumps back the result does too. Both own the
 * readers given (n >= 1; the array is copied; of one reader it is that reader). Interface numbers differ from file
 * to file, even where the names are the same.
 */
cap_reader *cap_reader_new_list(cap_reader *const *readers, guint n);
cap_reader *cap_reader_new_merged(cap_reader *const *readers, guint n);
/*
 * The same behind captures that somebody else has read, whose interfaces were these, in the order of their numbers:
 * they keep these, and in a list an interface of one of these names is that one.
 */
cap_reader *cap_reader_new_behind(char *const *names, guint n_names, cap_reader *const *readers, guint n,
                                  gboolean merge);

/*
 * Before the first cap_reader_next: what is compressed is decompressed on a thread of its own, where it is a file and
 * not one of several that are merged. What the reader gives and says stays the same.
 */
void cap_reader_inflate_ahead(cap_reader *reader);

void cap_reader_free(cap_reader *reader);

/*
 * Fills the batch with the next frames: as many as fit. From a live source (pipe, terminal) it takes the
 * frames that are there, so that nothing waits. => TRUE with batch->n >= 1; FALSE at the end (error unset) or on
 * failure (error set; frames before it have been delivered). After a failure it may be called again: a list or a merger
 * goes on with its other files, a single file is at its end. So a loop that wants everything ends at FALSE without
 * error.
 */
gboolean cap_reader_next(cap_reader *reader, cap_batch *batch, GError **error);

/*
 * Goes on with the frame at place, of a batch that this reader or another one of the same file has given. The reader
 * must have given a batch already: what it learnt at the start of the file is not learnt anew. => FALSE where the place
 * cannot be read.
 */
gboolean cap_reader_seek(cap_reader *reader, guint64 place);

/*
 * Makes the reader end: cap_reader_next returns FALSE without error, at once even where it waits for a pipe. May be
 * called from a signal handler and from another thread.
 */
void cap_reader_interrupt(cap_reader *reader);

/*
 * For people and for --interface: name of an interface ("" where the file has none). Valid while the reader lives.
 * Numbers of frames delivered so far may be asked for on another thread than the one that reads.
 */
guint cap_reader_interfaces(const cap_reader *reader);
const char *cap_reader_interface_name(const cap_reader *reader, guint interface);

/*
 * How many packets the capture says were lost while it was taken (pcapng's statistics and drop counts), so far; 0 also
 * where it says nothing. By the thread that reads, or after the end.
 */
guint64 cap_reader_dropped(const cap_reader *reader);

/* TRUE where path is a file that the reader reads: writing there would destroy the input. */
gboolean cap_reader_reads(const cap_reader *reader, const char *path);

/* How far: bytes of the file consumed and the file's size (0 where unknown), for a progress bar; from any thread. */
void cap_reader_progress(const cap_reader *reader, guint64 *done_bytes, guint64 *total_bytes);

/*
 * Writer for -W FILE; "-" is standard output. pcap (nanoseconds) holds one link type and no interface names; pcapng
 * holds everything. The kinds of later frames are not known at the start, so the caller
 * chooses: cap_reader_writer_kind tells the kind of file that holds every frame which a reader can still deliver.
 */
typedef enum { CAP_WRITER_PCAP, CAP_WRITER_PCAPNG } cap_writer_kind;
typedef struct cap_writer cap_writer;
cap_writer_kind cap_reader_writer_kind(const cap_reader *reader);
cap_writer *cap_writer_open(const char *path, cap_writer_kind kind, GError **error);
/*
 * The same in two steps, for a program that wants every output open before it looks at the first byte of input:
 * cap_output_open opens (=> descriptor, or -1 and error), cap_writer_open_fd takes it over.
 */
int cap_output_open(const char *path, GError **error);
cap_writer *cap_writer_open_fd(int fd, const char *path, cap_writer_kind kind);
/* interface_name may be NULL or ""; frame->interface tells interfaces of the same name apart. */
gboolean cap_writer_frame(cap_writer *writer, const cap_frame *frame, const char *interface_name, GError **error);
/* What is said of a frame beside it; pcap has no room for it, and leaves it out. */
typedef struct cap_note {
  const char *comment; /* of which 16,384 bytes are kept; what is no UTF-8 is replaced; NULL: none */
  guint64 number;      /* that it has elsewhere; 0: not told */
} cap_note;
/* note: NULL for none. */
gboolean cap_writer_frame_noted(cap_writer *writer, const cap_frame *frame, const char *interface_name,
                                const cap_note *note, GError **error);
/* Hands the bytes written so far to the system, so that a reader at the other end of a pipe sees them. */
gboolean cap_writer_flush(cap_writer *writer, GError **error);
/*
 * => FALSE and error where something could not be written, now or before; a regular file is emptied then, so that
 * nothing half-written looks whole. The writer is freed either way.
 */
gboolean cap_writer_close(cap_writer *writer, GError **error);

#endif
