# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libflows.la
libflows_la_SOURCES = \
	src/flows/flows.h src/flows/flows.c \
	src/flows/live.h src/flows/waiting.h src/flows/live.c \
	src/flows/fields_table.c src/flows/record.c \
	src/flows/order.h src/flows/order.c
