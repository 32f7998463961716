# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets: each a plain program that make check runs on its seeds, its corpus and 2000 mutants (FUZZ_MUTANTS); with
# configure --enable-libfuzzer (clang) each is a libFuzzer program instead. make fuzz [FUZZ_SECONDS=60] runs them as long as one likes.
# A new target: add it to FUZZ_TARGETS and give it the three lines that fuzz_capture has.
FUZZ_TARGETS = fuzz_capture fuzz_packet fuzz_engine fuzz_lanes fuzz_helper fuzz_scenario fuzz_decompile fuzz_options fuzz_state fuzz_rules fuzz_nft fuzz_walk fuzz_listing fuzz_box fuzz_resume fuzz_rows \
	fuzz_nft_text fuzz_scenario_rules
FUZZ_MAIN = tests/fuzz/fuzz.h
if LIBFUZZER
FUZZ_MAIN += tests/fuzz/fuzz_seeds.c
else
FUZZ_MAIN += tests/fuzz/fuzz_main.c
TESTS += $(FUZZ_TARGETS)
endif
check_PROGRAMS += $(FUZZ_TARGETS)
EXTRA_DIST += tests/fuzz/choices.h tests/fuzz/engines.h tests/fuzz/fuzz_main.c tests/fuzz/fuzz_seeds.c tests/fuzz/corpus tests/fuzz/dict build-aux/fuzz-build.sh
CLEANFILES += crash-fuzz_*

fuzz_capture_SOURCES = tests/fuzz/fuzz_capture.c $(CAPTURE_KIT) $(FUZZ_MAIN)
fuzz_capture_LDADD = libcapture.la $(PCAP_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS) $(GLIB_LIBS)
fuzz_capture_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz_packet_SOURCES = tests/fuzz/fuzz_packet.c $(LINK_FRAMES) $(PACKET_KIT) $(FUZZ_MAIN)
fuzz_packet_LDADD = libpacket.la libconntrack.la $(PCAP_LIBS) $(GLIB_LIBS)
fuzz_packet_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

ENGINE_SEEDS = tests/fuzz/engine_seeds.c tests/fuzz/engine_seeds.h
fuzz_engine_SOURCES = tests/fuzz/fuzz_engine.c $(ENGINE_CHECK) $(ENGINE_SEEDS) $(FUZZ_MAIN)
fuzz_engine_LDADD = $(scenario_fuzz_libs)
fuzz_engine_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz_lanes_SOURCES = tests/fuzz/fuzz_lanes.c $(LANES_PAIR) $(ENGINE_SEEDS) $(FUZZ_MAIN)
fuzz_lanes_LDADD = libpressure.la $(scenario_fuzz_libs)
fuzz_lanes_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

scenario_fuzz_libs = libscenario.la libexplain.la libemit.la libpacket.la libjournal.la libconntrack.la $(PCAP_LIBS) $(GLIB_LIBS)
fuzz_scenario_SOURCES = tests/fuzz/fuzz_scenario.c $(FUZZ_MAIN)
fuzz_scenario_LDADD = $(scenario_fuzz_libs)
fuzz_scenario_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz_decompile_SOURCES = tests/fuzz/fuzz_decompile.c $(FUZZ_MAIN)
fuzz_decompile_LDADD = $(scenario_fuzz_libs)
fuzz_decompile_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz_helper_SOURCES = tests/fuzz/fuzz_helper.c $(ENGINE_CHECK) $(HELPER_KIT) $(FUZZ_MAIN)
fuzz_helper_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
fuzz_helper_LDADD = libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
fuzz_helper_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz_state_SOURCES = tests/fuzz/fuzz_state.c $(STATE_KIT) $(FUZZ_MAIN)
fuzz_state_LDADD = libscenario.la libexplain.la libemit.la libpacket.la libcapture.la libjournal.la libconntrack.la $(PCAP_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS) $(GLIB_LIBS)
fuzz_state_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz_options_SOURCES = tests/fuzz/fuzz_options.c $(FUZZ_MAIN)
fuzz_options_LDADD = libcli.la $(CTREPLAY_LIBS)
fuzz_options_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz_rules_SOURCES = tests/fuzz/fuzz_rules.c $(FUZZ_MAIN)
fuzz_rules_LDADD = libfirewall.la $(GLIB_LIBS)
fuzz_rules_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_nft_SOURCES = tests/fuzz/fuzz_nft.c $(FUZZ_MAIN)
fuzz_nft_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
fuzz_nft_LDADD = libfirewall.la libconntrack.la $(GLIB_LIBS)
fuzz_nft_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_nft_text_SOURCES = tests/fuzz/fuzz_nft_text.c $(FUZZ_MAIN)
fuzz_nft_text_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
fuzz_nft_text_LDADD = libfirewall.la libconntrack.la $(GLIB_LIBS)
fuzz_nft_text_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_scenario_rules_SOURCES = tests/fuzz/fuzz_scenario_rules.c $(FUZZ_MAIN)
fuzz_scenario_rules_LDADD = $(CTREPLAY_COMMANDS)
fuzz_scenario_rules_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_walk_SOURCES = tests/fuzz/fuzz_walk.c $(FUZZ_MAIN)
fuzz_walk_LDADD = libfirewall.la libconntrack.la $(GLIB_LIBS)
fuzz_walk_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz_listing_SOURCES = tests/fuzz/fuzz_listing.c $(ENGINE_CHECK) $(FUZZ_MAIN)
fuzz_listing_LDADD = liblisting.la libconntrack.la $(GLIB_LIBS)
fuzz_listing_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

fuzz_box_SOURCES = tests/fuzz/fuzz_box.c $(FUZZ_MAIN)
fuzz_box_LDADD = libbox.la libcapture.la $(PCAP_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS) $(GLIB_LIBS)
fuzz_box_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_resume_SOURCES = tests/fuzz/fuzz_resume.c $(FUZZ_MAIN)
fuzz_resume_LDADD = libpressure.la libfirewall.la libemit.la libpacket.la libjournal.la libconntrack.la $(PCAP_LIBS) $(GLIB_LIBS)
fuzz_resume_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_rows_SOURCES = tests/fuzz/fuzz_rows.c $(CAPTURE_KIT) $(FUZZ_MAIN)
fuzz_rows_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
fuzz_rows_LDADD = libdatabase.la libflows.la libcapture.la $(scenario_fuzz_libs) $(SQLITE_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS)
fuzz_rows_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

# The corpus that grows in fuzz-corpus/ is kept between runs (and goes with distclean); truth, where there is, seeds the capture target.
# libFuzzer takes the target's own seeds as files (fuzz_seeds.c), and the words of its language from dict/.
FUZZ_SECONDS = 60
fuzz: $(FUZZ_TARGETS)
	@truth="$${CTREPLAY_TRUTH:-$(srcdir)/../shared}/captures"; for target in $(FUZZ_TARGETS); do \
	  $(MKDIR_P) fuzz-corpus/$$target; \
	  more=; test $$target != fuzz_capture || test ! -d "$$truth" || more="$$truth"; \
	  if test -n "$(FUZZ_LDFLAGS)"; then \
	    own=$(srcdir)/tests/fuzz/corpus/$$target; test ! -d $$own || more="$$more $$own"; \
	    words=$(srcdir)/tests/fuzz/dict/$$target.dict; dict=; test ! -f $$words || dict=-dict=$$words; \
	    $(MKDIR_P) fuzz-corpus/seeds/$$target; srcdir=$(srcdir) FUZZ_SEEDS_TO=fuzz-corpus/seeds/$$target ./$$target || exit 1; \
	    ./$$target -max_len=32768 -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 $$dict fuzz-corpus/$$target fuzz-corpus/seeds/$$target $$more >fuzz-corpus/$$target.log 2>&1; \
	    status=$$?; grep -E 'ERROR|SUMMARY|number_of_executed|Test unit|assertion' fuzz-corpus/$$target.log | sed "s/^/$$target: /"; \
	    test $$status = 0 || exit 1; \
	  else \
	    srcdir=$(srcdir) ./$$target --seconds $(FUZZ_SECONDS) --seed $$(date +%s) fuzz-corpus/$$target $$more || exit 1; \
	  fi; done
distclean-local: fuzz-distclean
fuzz-distclean:
	rm -rf fuzz-corpus
.PHONY: fuzz fuzz-distclean
