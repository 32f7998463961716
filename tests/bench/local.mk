# SPDX-License-Identifier: GPL-2.0-or-later
# make bench [BENCH_SCALE=0.1] [BENCH_PAIRS=5] [BENCH_LARGE=1] [BENCH_ONLY="dns mixed"]; make bench-compare OLD=before.json.
# Not part of make check: machines are noisy.
bench_tools = bench_generate bench_pcap_loop bench_run bench_stages bench_reader
EXTRA_PROGRAMS = bench_pcap_loop bench_run bench_stages bench_reader
check_PROGRAMS += bench_generate # for tests/cli/sweep.sh
bench_generate_SOURCES = tests/bench/bench_generate.c
bench_pcap_loop_SOURCES = tests/bench/bench_pcap_loop.c
bench_pcap_loop_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
bench_pcap_loop_LDADD = $(PCAP_LIBS)
bench_run_SOURCES = tests/bench/bench_run.c
bench_stages_SOURCES = tests/bench/bench_stages.c
bench_stages_LDADD = $(CTREPLAY_LIBS)
bench_reader_SOURCES = tests/bench/bench_reader.c
bench_reader_LDADD = libcapture.la $(PCAP_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS) $(GLIB_LIBS)
CLEANFILES += $(bench_tools)
DISTCLEANFILES += bench.json
EXTRA_DIST += tests/bench/bench.sh tests/bench/bench_compare.sh

bench: ctreplay$(EXEEXT) $(bench_tools) screen_jumps$(EXEEXT)
	SCALE=$(BENCH_SCALE) PAIRS=$(BENCH_PAIRS) LARGE=$(BENCH_LARGE) ONLY="$(BENCH_ONLY)" $(SHELL) $(srcdir)/tests/bench/bench.sh
bench-compare:
	@$(SHELL) $(srcdir)/tests/bench/bench_compare.sh "$(OLD)" bench.json
clean-local: bench-clean
bench-clean:
	rm -rf bench-captures
.PHONY: bench bench-compare bench-clean
