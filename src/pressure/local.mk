# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libpressure.la
libpressure_la_SOURCES = \
	src/pressure/victims.h src/pressure/victims.c src/pressure/room.h src/pressure/room.c \
	src/pressure/occupancy.h src/pressure/occupancy.c \
	src/pressure/top.h src/pressure/top.c \
	src/pressure/holders.h src/pressure/holders.c \
	src/pressure/sweep.h src/pressure/sweep.c \
	src/pressure/sweep_runner.h src/pressure/sweep_runner.c \
	src/pressure/plot.h src/pressure/plot.c
