# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libpacket.la
libpacket_la_SOURCES = src/packet/packet.h
