# SPDX-License-Identifier: GPL-2.0-or-later

test_emit_text_SOURCES = tests/unit/test_emit_text.c $(UNIT_KIT)
test_emit_text_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_emit_text_LDADD = libemit.la libjournal.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_emit_lines_SOURCES = tests/unit/test_emit_lines.c $(EMIT_VIEWS) $(UNIT_KIT)
check_PROGRAMS += test_emit_text test_emit_output test_emit_lines test_emit_people test_emit_json
TESTS += test_emit_text test_emit_output test_emit_lines test_emit_people test_emit_json
test_emit_output_SOURCES = tests/unit/test_emit_output.c $(EMIT_VIEWS) $(UNIT_KIT)
test_emit_output_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_emit_output_LDADD = libemit.la libjournal.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_emit_lines_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_emit_json_SOURCES = tests/unit/test_emit_json.c $(EMIT_VIEWS) $(UNIT_KIT)
test_emit_json_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_emit_json_LDADD = libemit.la libjournal.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_emit_people_SOURCES = tests/unit/test_emit_people.c $(EMIT_VIEWS) $(UNIT_KIT)
test_emit_people_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_emit_people_LDADD = libemit.la libjournal.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_emit_lines_LDADD = libemit.la libjournal.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_param test_tables
check_PROGRAMS += test_param test_tables
test_param_SOURCES = tests/unit/test_param.c $(UNIT_KIT)
test_param_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_param_LDADD = libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_tables_SOURCES = tests/unit/test_tables.c $(UNIT_KIT)
test_tables_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_tables_LDADD = libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_verify
check_PROGRAMS += test_verify
test_verify_SOURCES = tests/unit/test_verify.c $(UNIT_KIT)
test_verify_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_verify_LDADD = libverify.la libpacket.la libconntrack.la $(PCAP_LIBS) $(CHECK_LIBS) $(JSON_LIBS) $(ZLIB_LIBS) $(GLIB_LIBS)

CAPTURE_KIT_LIBS = libcapture.la $(CHECK_LIBS) $(PCAP_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS) $(GLIB_LIBS)
CAPTURE_TESTS = test_capture test_gzip test_inflate_ahead test_capture_pcapng test_capture_kinds test_capture_stream test_capture_writer test_capture_referee
TESTS += $(CAPTURE_TESTS)
check_PROGRAMS += $(CAPTURE_TESTS)
test_capture_SOURCES = tests/unit/test_capture.c $(CAPTURE_EXPECT) $(CAPTURE_KIT) $(UNIT_KIT)
test_capture_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_capture_LDADD = $(CAPTURE_KIT_LIBS)
test_capture_pcapng_SOURCES = tests/unit/test_capture_pcapng.c $(CAPTURE_EXPECT) $(CAPTURE_KIT) $(UNIT_KIT)
test_capture_pcapng_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_capture_pcapng_LDADD = $(CAPTURE_KIT_LIBS)
test_capture_kinds_SOURCES = tests/unit/test_capture_kinds.c $(CAPTURE_EXPECT) $(PACKET_KIT) $(CAPTURE_KIT) $(UNIT_KIT)
test_capture_kinds_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_capture_kinds_LDADD = libpacket.la libconntrack.la $(CAPTURE_KIT_LIBS)
test_gzip_SOURCES = tests/unit/test_gzip.c $(UNIT_KIT)
test_gzip_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(ZLIB_CFLAGS)
test_gzip_LDADD = $(CAPTURE_KIT_LIBS)
test_inflate_ahead_SOURCES = tests/unit/test_inflate_ahead.c $(CAPTURE_EXPECT) $(CAPTURE_KIT) $(UNIT_KIT)
test_inflate_ahead_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_inflate_ahead_LDADD = $(CAPTURE_KIT_LIBS)
# In 2,000 places of each file.
check-long: check-long-ahead
check-long-ahead: test_inflate_ahead
	AHEAD_PLACES=2000 ./test_inflate_ahead
.PHONY: check-long check-long-ahead
test_capture_stream_SOURCES = tests/unit/test_capture_stream.c $(CAPTURE_EXPECT) $(CAPTURE_KIT) $(UNIT_KIT)
test_capture_stream_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(ZLIB_CFLAGS) $(LZMA_CFLAGS) $(ZSTD_CFLAGS)
test_capture_stream_LDADD = $(CAPTURE_KIT_LIBS)
test_capture_writer_SOURCES = tests/unit/test_capture_writer.c $(CAPTURE_EXPECT) $(CAPTURE_KIT) $(UNIT_KIT)
test_capture_writer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(ZLIB_CFLAGS) $(LZMA_CFLAGS) $(ZSTD_CFLAGS)
test_capture_writer_LDADD = $(CAPTURE_KIT_LIBS)
test_capture_referee_SOURCES = tests/unit/test_capture_referee.c $(CAPTURE_KIT) $(UNIT_KIT)
test_capture_referee_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_capture_referee_LDADD = $(CAPTURE_KIT_LIBS)

check_PROGRAMS += test_scenario test_scenario_build
TESTS += test_scenario test_scenario_build
test_scenario_SOURCES = tests/unit/test_scenario.c $(UNIT_KIT)
test_scenario_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_scenario_LDADD = libscenario.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_scenario_build_SOURCES = tests/unit/test_scenario_build.c $(UNIT_KIT)
test_scenario_build_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_scenario_build_LDADD = libscenario.la $(CTREPLAY_LIBS) $(CHECK_LIBS)

TESTS += test_table
check_PROGRAMS += test_table
test_table_SOURCES = tests/unit/test_table.c $(UNIT_KIT)
test_table_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_table_LDADD = libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_timer
check_PROGRAMS += test_timer
test_timer_SOURCES = tests/unit/test_timer.c $(UNIT_KIT)
test_timer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_timer_LDADD = libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_engine
check_PROGRAMS += test_engine
test_engine_SOURCES = tests/unit/test_engine.c $(UNIT_KIT)
test_engine_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_engine_LDADD = libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_tcp_ways
check_PROGRAMS += test_tcp_ways
test_tcp_ways_SOURCES = tests/unit/test_tcp_ways.c $(UNIT_KIT)
test_tcp_ways_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_tcp_ways_LDADD = libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_sweep
check_PROGRAMS += test_sweep
test_sweep_SOURCES = tests/unit/test_sweep.c $(UNIT_KIT)
test_sweep_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_sweep_LDADD = $(CTREPLAY_LIBS) $(CHECK_LIBS)

TESTS += test_lanes test_lanes_helped test_lanes_victims
check_PROGRAMS += test_lanes test_lanes_helped test_lanes_victims
test_lanes_helped_SOURCES = tests/unit/test_lanes_helped.c $(LANES_PAIR) $(UNIT_KIT)
test_lanes_victims_SOURCES = tests/unit/test_lanes_victims.c $(UNIT_KIT)
test_lanes_victims_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_lanes_victims_LDADD = libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_lanes_helped_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_lanes_helped_LDADD = libpressure.la libscenario.la libexplain.la libemit.la libpacket.la libjournal.la libconntrack.la $(CHECK_LIBS) $(PCAP_LIBS) $(GLIB_LIBS)
test_lanes_SOURCES = tests/unit/test_lanes.c $(LANES_PAIR) $(UNIT_KIT)
test_lanes_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_lanes_LDADD = libpressure.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_nat
check_PROGRAMS += test_nat
test_nat_SOURCES = tests/unit/test_nat.c $(ENGINE_CHECK) $(UNIT_KIT)
test_nat_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_nat_LDADD = libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
TESTS += test_state
check_PROGRAMS += test_state
test_state_SOURCES = tests/unit/test_state.c $(STATE_KIT) $(UNIT_KIT)
test_state_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_state_LDADD = libscenario.la libexplain.la libemit.la libpacket.la libcapture.la libjournal.la libconntrack.la $(CHECK_LIBS) $(PCAP_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS) $(GLIB_LIBS)

PACKET_TESTS = test_packet test_packet_icmp test_packet_checksum test_packet_link test_packet_defrag test_packet_defrag6
TESTS += $(PACKET_TESTS)
check_PROGRAMS += $(PACKET_TESTS)
PACKET_TEST_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
PACKET_TEST_LIBS = libpacket.la libconntrack.la $(CHECK_LIBS) $(PCAP_LIBS) $(GLIB_LIBS)
test_packet_SOURCES = tests/unit/test_packet.c $(PACKET_EXPECT) $(PACKET_KIT) $(UNIT_KIT)
test_packet_CFLAGS = $(PACKET_TEST_CFLAGS)
test_packet_LDADD = $(PACKET_TEST_LIBS)
test_packet_icmp_SOURCES = tests/unit/test_packet_icmp.c $(PACKET_EXPECT) $(PACKET_KIT) $(UNIT_KIT)
test_packet_icmp_CFLAGS = $(PACKET_TEST_CFLAGS)
test_packet_icmp_LDADD = $(PACKET_TEST_LIBS)
test_packet_checksum_SOURCES = tests/unit/test_packet_checksum.c $(PACKET_KIT) $(UNIT_KIT)
test_packet_checksum_CFLAGS = $(PACKET_TEST_CFLAGS)
test_packet_checksum_LDADD = $(PACKET_TEST_LIBS)
check_PROGRAMS += link_captures # for tests/cli/links.sh
link_captures_SOURCES = tests/unit/link_captures.c $(LINK_FRAMES) $(CAPTURE_KIT) $(PACKET_KIT)
link_captures_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(ZLIB_CFLAGS) $(LZMA_CFLAGS) $(ZSTD_CFLAGS)
link_captures_LDADD = libcapture.la libpacket.la libconntrack.la $(CHECK_LIBS) $(PCAP_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS) $(GLIB_LIBS)
test_packet_link_SOURCES = tests/unit/test_packet_link.c $(LINK_FRAMES) $(PACKET_KIT) $(UNIT_KIT)
test_packet_link_CFLAGS = $(PACKET_TEST_CFLAGS)
test_packet_link_LDADD = $(PACKET_TEST_LIBS)
test_packet_defrag_SOURCES = tests/unit/test_packet_defrag.c $(FRAGMENTS) $(PACKET_KIT) $(UNIT_KIT)
test_packet_defrag_CFLAGS = $(PACKET_TEST_CFLAGS)
test_packet_defrag_LDADD = $(PACKET_TEST_LIBS)
test_packet_defrag6_SOURCES = tests/unit/test_packet_defrag6.c $(FRAGMENTS) $(PACKET_KIT) $(UNIT_KIT)
test_packet_defrag6_CFLAGS = $(PACKET_TEST_CFLAGS)
test_packet_defrag6_LDADD = $(PACKET_TEST_LIBS)

REPLAY_TESTS = test_replay test_replay_problems test_replay_point test_look test_pairs
TESTS += $(REPLAY_TESTS)
check_PROGRAMS += $(REPLAY_TESTS)
REPLAY_TEST_LIBS = libreplay.la libpacket.la libcapture.la libconntrack.la $(CHECK_LIBS) $(PCAP_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS) $(GLIB_LIBS)
test_replay_SOURCES = tests/unit/test_replay.c $(REPLAY_RECORD) $(PACKET_KIT) $(UNIT_KIT)
test_replay_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_replay_LDADD = $(REPLAY_TEST_LIBS)
test_replay_problems_SOURCES = tests/unit/test_replay_problems.c $(REPLAY_RECORD) $(PACKET_KIT) $(UNIT_KIT)
test_replay_problems_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_replay_problems_LDADD = $(REPLAY_TEST_LIBS)
test_replay_point_SOURCES = tests/unit/test_replay_point.c $(UNIT_KIT)
test_replay_point_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_replay_point_LDADD = $(REPLAY_TEST_LIBS)
test_pairs_SOURCES = tests/unit/test_pairs.c $(UNIT_KIT)
test_pairs_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_pairs_LDADD = $(REPLAY_TEST_LIBS)
test_look_SOURCES = tests/unit/test_look.c $(UNIT_KIT)
test_look_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_look_LDADD = $(REPLAY_TEST_LIBS)

TESTS += test_cli
check_PROGRAMS += test_cli
test_cli_SOURCES = tests/unit/test_cli.c $(UNIT_KIT)
test_cli_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_cli_LDADD = libcli.la $(CTREPLAY_LIBS) $(CHECK_LIBS)

TESTS += test_packet_common
check_PROGRAMS += test_packet_common
test_packet_common_SOURCES = tests/unit/test_packet_common.c $(UNIT_KIT)
test_packet_common_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_packet_common_LDADD = libpacket.la libconntrack.la $(PCAP_LIBS) $(CHECK_LIBS) $(GLIB_LIBS)
HELPER_TESTS = test_expect test_helper_parse test_helper_sip test_helper_h323 test_helper_ras test_helper_flow test_helper_modules test_door
TESTS += $(HELPER_TESTS)
check_PROGRAMS += $(HELPER_TESTS)
HELPER_TEST_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
HELPER_TEST_LIBS = libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_expect_SOURCES = tests/unit/test_expect.c $(HELPER_KIT) $(UNIT_KIT)
test_door_SOURCES = tests/unit/test_door.c $(HELPER_KIT) $(UNIT_KIT)
test_door_CFLAGS = $(HELPER_TEST_CFLAGS)
test_door_LDADD = $(HELPER_TEST_LIBS)
test_expect_CFLAGS = $(HELPER_TEST_CFLAGS)
test_expect_LDADD = $(HELPER_TEST_LIBS)
test_helper_parse_SOURCES = tests/unit/test_helper_parse.c $(UNIT_KIT)
test_helper_parse_CFLAGS = $(HELPER_TEST_CFLAGS)
test_helper_parse_LDADD = $(HELPER_TEST_LIBS)
test_helper_sip_SOURCES = tests/unit/test_helper_sip.c $(HELPER_KIT) $(UNIT_KIT)
test_helper_sip_CFLAGS = $(HELPER_TEST_CFLAGS)
test_helper_sip_LDADD = $(HELPER_TEST_LIBS)
test_helper_h323_SOURCES = tests/unit/test_helper_h323.c $(PER_WRITER) $(HELPER_KIT) $(UNIT_KIT)
test_helper_h323_CFLAGS = $(HELPER_TEST_CFLAGS)
test_helper_h323_LDADD = $(HELPER_TEST_LIBS)
test_helper_ras_SOURCES = tests/unit/test_helper_ras.c $(PER_WRITER) $(HELPER_KIT) $(UNIT_KIT)
test_helper_ras_CFLAGS = $(HELPER_TEST_CFLAGS)
test_helper_ras_LDADD = $(HELPER_TEST_LIBS)
test_helper_modules_SOURCES = tests/unit/test_helper_modules.c $(HELPER_KIT) $(UNIT_KIT)
test_helper_modules_CFLAGS = $(HELPER_TEST_CFLAGS)
test_helper_modules_LDADD = $(HELPER_TEST_LIBS)
test_helper_flow_SOURCES = tests/unit/test_helper_flow.c $(HELPER_KIT) $(UNIT_KIT)
test_helper_flow_CFLAGS = $(HELPER_TEST_CFLAGS)
test_helper_flow_LDADD = $(HELPER_TEST_LIBS)

TESTS += test_states
check_PROGRAMS += test_states
test_states_SOURCES = tests/unit/test_states.c $(UNIT_KIT)
test_states_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_states_LDADD = libstates.la libemit.la libjournal.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
TESTS += test_sandbox
check_PROGRAMS += test_sandbox
test_sandbox_SOURCES = tests/unit/test_sandbox.c $(UNIT_KIT) src/cli/sandbox.c src/cli/sandbox.h
test_sandbox_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(SECCOMP_CFLAGS)
test_sandbox_LDADD = $(CTREPLAY_LIBS) $(CHECK_LIBS) $(SECCOMP_LIBS)

TESTS += test_hostile
check_PROGRAMS += test_hostile
test_hostile_SOURCES = tests/unit/test_hostile.c $(UNIT_KIT)
test_hostile_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_hostile_LDADD = libverify.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_report
check_PROGRAMS += test_report
test_report_SOURCES = tests/unit/test_report.c $(UNIT_KIT)
test_report_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_report_LDADD = libreport.la libstates.la libpressure.la libemit.la libjournal.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_holders
check_PROGRAMS += test_holders
test_holders_SOURCES = tests/unit/test_holders.c $(UNIT_KIT)
test_holders_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_holders_LDADD = libpressure.la libreplay.la libpacket.la libcapture.la libconntrack.la $(CHECK_LIBS) $(PCAP_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS) $(GLIB_LIBS)

TESTS += test_bounds
check_PROGRAMS += test_bounds
test_bounds_SOURCES = tests/unit/test_bounds.c $(UNIT_KIT) $(ENGINE_CHECK) \
	$(HELPER_KIT) $(PACKET_KIT)
test_bounds_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_bounds_LDADD = libpressure.la libreplay.la libpacket.la libcapture.la libconntrack.la $(CHECK_LIBS) $(PCAP_LIBS) $(ZLIB_LIBS) $(LZMA_LIBS) $(ZSTD_LIBS) $(GLIB_LIBS)

TESTS += test_proto
check_PROGRAMS += test_proto
test_proto_SOURCES = tests/unit/test_proto.c $(UNIT_KIT)
test_proto_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_proto_LDADD = libcli.la libstates.la $(CTREPLAY_LIBS) $(CHECK_LIBS)

FIREWALL_TESTS = test_iptables_read test_iptables_options test_ipset test_nft test_nft_lines
TESTS += $(FIREWALL_TESTS)
check_PROGRAMS += $(FIREWALL_TESTS)
test_iptables_read_SOURCES = tests/unit/test_iptables_read.c $(UNIT_KIT)
test_iptables_read_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_iptables_read_LDADD = libfirewall.la $(CHECK_LIBS) $(GLIB_LIBS)
test_iptables_options_SOURCES = tests/unit/test_iptables_options.c tests/unit/iptables_option_cases.h \
	tests/unit/iptables_option_cases_table.c $(UNIT_KIT)
test_iptables_options_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_iptables_options_LDADD = libfirewall.la $(CHECK_LIBS) $(GLIB_LIBS)
test_ipset_SOURCES = tests/unit/test_ipset.c $(UNIT_KIT)
test_ipset_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_ipset_LDADD = libfirewall.la $(CHECK_LIBS) $(GLIB_LIBS)
test_nft_SOURCES = tests/unit/test_nft.c $(UNIT_KIT)
test_nft_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_nft_LDADD = libfirewall.la $(CHECK_LIBS) $(GLIB_LIBS)
test_nft_lines_SOURCES = tests/unit/test_nft_lines.c $(UNIT_KIT)
test_nft_lines_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_nft_lines_LDADD = libfirewall.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_journal
check_PROGRAMS += test_journal
test_journal_SOURCES = tests/unit/test_journal.c $(UNIT_KIT)
test_journal_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_journal_LDADD = libjournal.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

SCREEN_KIT = tests/lib/screen_kit.h
SCREEN_LIBS = libscreen.la libexplain.la $(CTREPLAY_LIBS)
check_PROGRAMS += screen_jumps
screen_jumps_SOURCES = tests/unit/screen_jumps.c $(SCREEN_KIT)
screen_jumps_LDADD = $(SCREEN_LIBS)
# Ten million packets, and no jump may take longer than 150 ms of the process's own time.
check-long: check-long-screen
check-long-screen: screen_jumps bench_generate
	./bench_generate longflows screen-10m.pcap 2 && ./screen_jumps screen-10m.pcap 40 0 150; code=$$?; rm -f screen-10m.pcap; exit $$code
.PHONY: check-long check-long-screen
TESTS += test_screen
check_PROGRAMS += test_screen
test_screen_SOURCES = tests/unit/test_screen.c $(SCREEN_KIT) $(REPLAY_RECORD) $(PACKET_KIT) $(UNIT_KIT)
test_screen_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_screen_LDADD = $(SCREEN_LIBS) $(CHECK_LIBS)

WALK_TESTS = test_walk test_walk_found test_walk_ip_options test_walk_matches test_walk_nft test_walk_own test_walk_random
TESTS += $(WALK_TESTS)
check_PROGRAMS += $(WALK_TESTS)
WALK_KIT = tests/unit/walk_kit.c tests/unit/walk_kit.h $(UNIT_KIT)
test_walk_matches_SOURCES = tests/unit/test_walk_matches.c $(WALK_KIT)
test_walk_matches_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_walk_matches_LDADD = libfirewall.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_walk_own_SOURCES = tests/unit/test_walk_own.c $(WALK_KIT)
test_walk_own_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_walk_own_LDADD = libfirewall.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_walk_ip_options_SOURCES = tests/unit/test_walk_ip_options.c $(WALK_KIT)
test_walk_ip_options_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_walk_ip_options_LDADD = libfirewall.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_walk_found_SOURCES = tests/unit/test_walk_found.c $(WALK_KIT)
test_walk_found_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_walk_found_LDADD = libfirewall.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_walk_nft_SOURCES = tests/unit/test_walk_nft.c $(WALK_KIT)
test_walk_nft_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_walk_nft_LDADD = libfirewall.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
test_walk_random_SOURCES = tests/unit/test_walk_random.c tests/unit/walk_rules.c tests/unit/walk_rules.h $(WALK_KIT)
test_walk_random_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_walk_random_LDADD = libfirewall.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
TESTS += test_leaving
check_PROGRAMS += test_leaving
test_leaving_SOURCES = tests/unit/test_leaving.c $(WALK_KIT)
test_leaving_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_leaving_LDADD = $(CTREPLAY_COMMANDS) $(CHECK_LIBS)
test_walk_SOURCES = tests/unit/test_walk.c $(WALK_KIT)
test_walk_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_walk_LDADD = libfirewall.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_across_done
check_PROGRAMS += test_across_done
test_across_done_SOURCES = tests/unit/test_across_done.c $(PACKET_KIT) $(UNIT_KIT)
test_across_done_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_across_done_LDADD = libacross.la libemit.la libjournal.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_across
check_PROGRAMS += test_across
test_across_SOURCES = tests/unit/test_across.c $(PACKET_KIT) $(UNIT_KIT)
test_across_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_across_LDADD = libacross.la libemit.la libjournal.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)

TESTS += test_help
check_PROGRAMS += test_help
test_help_SOURCES = tests/unit/test_help.c $(UNIT_KIT)
test_help_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_help_LDADD = $(CTREPLAY_COMMANDS) $(CHECK_LIBS)

if SQLITE
TESTS += test_database
check_PROGRAMS += test_database
test_database_SOURCES = tests/unit/test_database.c $(UNIT_KIT)
test_database_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(CHECK_CFLAGS)
test_database_LDADD = libdatabase.la libflows.la libemit.la libjournal.la libconntrack.la $(SQLITE_LIBS) $(CHECK_LIBS) $(GLIB_LIBS)
endif

TESTS += test_flows
check_PROGRAMS += test_flows
test_flows_SOURCES = tests/unit/test_flows.c $(PACKET_KIT) $(UNIT_KIT)
test_flows_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_flows_LDADD = libdatabase.la libflows.la libemit.la libjournal.la libconntrack.la $(SQLITE_LIBS) $(CHECK_LIBS) $(GLIB_LIBS)
