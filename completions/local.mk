# SPDX-License-Identifier: GPL-2.0-or-later
# Made of the tables of options by a program that is built with them, so that later options appear of themselves.
noinst_PROGRAMS += completions/generate
completions_generate_SOURCES = completions/generate.c src/cli/option_help.h
completions_generate_LDADD = $(CTREPLAY_COMMANDS)

bashcompletiondir = $(datadir)/bash-completion/completions
nodist_bashcompletion_DATA = completions/ctreplay
zshcompletiondir = $(datadir)/zsh/site-functions
nodist_zshcompletion_DATA = completions/_ctreplay
EXTRA_DIST += completions/ctreplay.bash
CLEANFILES += completions/ctreplay completions/_ctreplay

completions/ctreplay: completions/generate$(EXEEXT) completions/ctreplay.bash
	$(AM_V_GEN){ completions/generate$(EXEEXT) bash && sed '/^# SPDX/d' $(srcdir)/completions/ctreplay.bash; } > $@.tmp && mv $@.tmp $@
completions/_ctreplay: completions/generate$(EXEEXT)
	$(AM_V_GEN)completions/generate$(EXEEXT) zsh > $@.tmp && mv $@.tmp $@
