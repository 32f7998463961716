# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libscenario.la
libscenario_la_SOURCES = \
	src/scenario/scenario.h \
	src/scenario/ast.h src/scenario/ast.c \
	src/scenario/lexer.h src/scenario/lexer.c \
	src/scenario/parse.h src/scenario/parse_common.c src/scenario/parse_directives.c src/scenario/parse_lines.c src/scenario/parse_packet.c \
	src/scenario/parse_tcp.c src/scenario/parse_icmp.c src/scenario/parse_sctp.c src/scenario/parse_check.c \
	src/scenario/icmp_names.h src/scenario/icmp_names.c \
	src/scenario/sctp_names.h src/scenario/sctp_names.c \
	src/scenario/build.h src/scenario/build_ip.c src/scenario/build_l4.c src/scenario/build_sctp.c \
	src/scenario/sum.c src/scenario/link.c src/scenario/compile.c src/scenario/write.c \
	src/scenario/ruling.h src/scenario/runner.h src/scenario/runner.c src/scenario/check.h src/scenario/check.c src/scenario/labels.c \
	src/scenario/perform.h src/scenario/perform.c \
	src/scenario/decompile.h src/scenario/decompile.c \
	src/scenario/unbuild.h src/scenario/unbuild.c src/scenario/unbuild_sctp.c src/scenario/notation.h src/scenario/notation.c
