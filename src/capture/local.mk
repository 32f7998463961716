# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libcapture.la
libcapture_la_SOURCES = src/capture/capture.h
libcapture_la_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
