# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libcapture.la
libcapture_la_SOURCES = \
	src/capture/capture.h \
	src/capture/reader.h src/capture/reader.c \
	src/capture/magic.h src/capture/magic.c \
	src/capture/formats.h \
	src/capture/open.h src/capture/open.c \
	src/capture/chunk.h src/capture/chunk.c \
	src/capture/window.h src/capture/window.c \
	src/capture/source.h src/capture/source.c \
	src/capture/decompress.h src/capture/decompress.c \
	src/capture/gzip.h \
	src/capture/piece.h \
	src/capture/inflate_ahead.h src/capture/inflate_ahead.c \
	src/capture/unpack.h src/capture/unpack.c \
	src/capture/link.h src/capture/link.c \
	src/capture/pcap.c \
	src/capture/pcapng.c \
	src/capture/snoop.c \
	src/capture/netmon.c \
	src/capture/erf.c \
	src/capture/pktap.h src/capture/pktap.c \
	src/capture/libpcap.c \
	src/capture/many.c \
	src/capture/writer.c
if ISAL
libcapture_la_SOURCES += src/capture/gzip_isal.c
EXTRA_DIST += src/capture/gzip_zlib.c
else
libcapture_la_SOURCES += src/capture/gzip_zlib.c
EXTRA_DIST += src/capture/gzip_isal.c
endif
libcapture_la_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS) $(ISAL_CFLAGS) $(ZLIB_CFLAGS) $(LZMA_CFLAGS) $(ZSTD_CFLAGS)
