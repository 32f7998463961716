/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the capture tests share: captures made by hand, in either byte order, and frames read back into memory. */
#ifndef TESTS_CAPTURE_KIT_H
#define TESTS_CAPTURE_KIT_H

#include "capture/capture.h"

/* A file being put together. big: written by a big-endian machine. */
typedef struct kit_file {
  GByteArray *bytes;
  gboolean big;
} kit_file;

kit_file kit_file_new(gboolean big);
void kit_file_clear(kit_file *f);
void kit_put16(kit_file *f, guint16 v);
void kit_put32(kit_file *f, guint32 v);
void kit_put_bytes(kit_file *f, const void *data, gsize n);
/* n bytes that depend on the seed. */
void kit_put_frame(kit_file *f, guint seed, gsize n);

void kit_pcap_header(kit_file *f, guint32 magic, guint minor, guint32 snaplen, guint32 linktype);
void kit_pcap_record(kit_file *f, guint32 s, guint32 fraction, guint32 captured, guint32 wire, guint seed);

/* pcapng: begin writes type and a length to be filled in by end. */
gsize kit_block_begin(kit_file *f, guint32 type);
void kit_block_end(kit_file *f, gsize begin);
void kit_option(kit_file *f, guint code, const void *value, gsize n);
void kit_section(kit_file *f);
void kit_interface(kit_file *f, guint linktype, const char *name, int tsresol);
/* flags < 0: no options at all */
void kit_packet(kit_file *f, guint32 interface, guint64 ticks, guint32 captured, guint32 wire, guint seed, int flags);

typedef enum { KIT_GZIP, KIT_XZ, KIT_ZSTD, KIT_COMPRESSIONS } kit_compression;
GByteArray *kit_compress(kit_compression kind, const void *data, gsize n);
const char *kit_compression_name(kit_compression kind);

/* A temporary file with these bytes; the caller frees the path. kit_remove removes and frees. */
char *kit_save(const void *data, gsize n);
void kit_remove(char *path);

/* All that a reader delivered: frames own their data (data is of the array's clear function). */
typedef struct kit_result {
  GArray *frames;   /* of cap_frame */
  GPtrArray *names; /* of each frame's interface */
  GError *error;    /* the first */
  guint errors;
  guint batches;
} kit_result;

/*
 * Reads to the end, also past errors, and frees the reader. With reader NULL: error is what opening said (taken
 * over).
 */
kit_result *kit_read(cap_reader *reader, GError *error);
kit_result *kit_read_path(const char *path);
kit_result *kit_read_file(const kit_file *f);
void kit_result_free(kit_result *r);
const cap_frame *kit_frame(const kit_result *r, guint i);
/* TRUE where the frame's bytes are those of kit_put_frame. */
gboolean kit_frame_is(const cap_frame *f, guint seed, gsize n);
/* NULL where equal, else what differs in frame i (free it). */
char *kit_frames_differ(const kit_result *a, const kit_result *b);

/* Captures of the shared truth, sorted paths, or NULL where there is none. */
GPtrArray *kit_truth_captures(void);

#endif
