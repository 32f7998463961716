# SPDX-License-Identifier: GPL-2.0-or-later
# What the unit tests need of the command line stands in a library; main is the program's alone.
noinst_LTLIBRARIES += libcli.la
libcli_la_SOURCES = \
	src/cli/box_fenced.c \
	src/cli/box_fenced.h \
	src/cli/box_options.c src/cli/box_options.h \
	src/cli/captures.c src/cli/captures.h \
	src/cli/exit.c src/cli/exit.h \
	src/cli/filter.c src/cli/filter.h \
	src/cli/kernel.c src/cli/kernel.h \
	src/cli/modules.c src/cli/modules.h \
	src/cli/option.c src/cli/option.h \
	src/cli/options.c src/cli/options.h src/cli/options_parse.c \
	src/cli/sandbox.c src/cli/sandbox.h \
	src/cli/say.c src/cli/say.h
libcli_la_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS)
libcli_la_LIBADD = $(SECCOMP_LIBS)

# All but main, so that a test can be the program too.
noinst_LTLIBRARIES += libcommands.la
libcommands_la_SOURCES = \
	src/cli/columns.c src/cli/columns.h \
	src/cli/commands.c src/cli/commands.h \
	src/cli/connections.c src/cli/connections.h \
	src/cli/firewall.c src/cli/firewall.h src/cli/firewall_door.c src/cli/firewall_words.c \
	src/cli/leaving.c src/cli/leaving.h \
	src/cli/help.c src/cli/help.h src/cli/option_help.h src/cli/option_help_table.c \
	src/cli/keep.c src/cli/keep.h \
	src/cli/interrupt.c src/cli/interrupt.h \
	src/cli/labels.c src/cli/labels.h \
	src/cli/memory.c src/cli/memory.h \
	src/cli/nothing.c src/cli/nothing.h \
	src/cli/part.c src/cli/part.h \
	src/cli/progress.c src/cli/progress.h \
	src/cli/redact.c \
	src/cli/redact.h \
	src/cli/replay.c \
	src/cli/rules_drops.c src/cli/rules_drops.h \
	src/cli/rules_run.c src/cli/rules_run.h \
	src/cli/rules_sources.c src/cli/rules_sources.h \
	src/cli/rules_text.c src/cli/rules_text.h \
	src/cli/scenario_rules.c src/cli/scenario_rules.h \
	src/cli/nft_child.c src/cli/nft_child.h src/cli/nft_load.c src/cli/nft_load.h \
	src/cli/sent.c src/cli/sent.h \
	src/cli/output.c src/cli/output.h \
	src/cli/resume_file.c src/cli/resume_file.h \
	src/cli/resume.c src/cli/resume.h src/cli/resume_place.c src/cli/resume_place.h \
	src/cli/run.c src/cli/run.h src/cli/run_again.c src/cli/run_again.h src/cli/run_plot.c src/cli/run_plot.h src/cli/run_table.c src/cli/run_table.h \
	src/cli/person.h src/cli/person_lines.c src/cli/person_alike.c src/cli/person_pieces.c src/cli/person_summary.c src/cli/person_holders.c \
	src/cli/show.h src/cli/beside.c src/cli/beside.h \
	src/cli/show_events.c \
	src/cli/show_evictions.c \
	src/cli/show_packets.c \
	src/cli/show_person.c \
	src/cli/pressure_figures.c src/cli/pressure_figures.h \
	src/cli/show_table.c \
	src/cli/snapshots.c src/cli/snapshots.h \
	src/cli/command_agree.c \
	src/cli/command_box.c \
	src/cli/command_compile.c \
	src/cli/command_decompile.c \
	src/cli/command_diff.c src/cli/diff_across.h src/cli/diff_across.c src/cli/diff_across_tell.c src/cli/diff_across_tally.c src/cli/diff.h src/cli/diff_run.h src/cli/diff_rulings.c src/cli/diff_rulings.h src/cli/diff_summary.c src/cli/diff_kind.c src/cli/diff_packet.c src/cli/diff_saved.c src/cli/diff_sides.c src/cli/diff_side.c src/cli/diff_tally.c src/cli/diff_trial.c src/cli/diff_trial.h src/cli/diff_why.c \
	src/cli/command_explain.c \
	src/cli/command_flows.c src/cli/flows_database.c src/cli/flows_database.h \
	src/cli/command_help.c src/cli/help_words.c src/cli/help_words.h \
	src/cli/command_list.c src/cli/list_changes.h src/cli/list_changes.c src/cli/list_eras_table.c src/cli/list_rules.h src/cli/list_rules.c \
	src/cli/command_report.c \
	src/cli/command_rules.c \
	src/cli/command_states.c \
	src/cli/command_sweep.c src/cli/sweep_resume.c src/cli/sweep_resume.h src/cli/sweep_print.c src/cli/sweep_print.h src/cli/sweep_settings.c src/cli/sweep_settings.h \
	src/cli/command_test.c \
	src/cli/command_timeouts.c \
	src/cli/command_top.c src/cli/top_rules.c src/cli/top_rules.h \
	src/cli/command_verify.c
libcommands_la_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS) $(JSON_CFLAGS)
CTREPLAY_COMMANDS = libcommands.la libagree.la liblisting.la libterminal.la libscreen.la libcli.la libacross.la libdatabase.la libflows.la libexplain.la libreport.la libstates.la libverify.la libfirewall.la $(CTREPLAY_LIBS) $(JSON_LIBS) \
	$(MNL_LIBS) $(SECCOMP_LIBS) $(SQLITE_LIBS) $(NCURSES_LIBS)

bin_PROGRAMS += ctreplay
ctreplay_SOURCES = src/cli/main.c
ctreplay_LDADD = $(CTREPLAY_COMMANDS)
