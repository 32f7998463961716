# SPDX-License-Identifier: GPL-2.0-or-later
dist_man_MANS += doc/ctreplay.1 doc/libctreplay.3 doc/ctreplay-rules.5
dist_doc_DATA += doc/performance.md doc/architecture.md doc/formats.md doc/tutorial.md
dist_doc_DATA += doc/helpers.md doc/scenario.md doc/fidelity.md doc/library.md doc/state.md doc/rules.md doc/nat.md doc/captures.md doc/flows.md doc/tutorial-data.md doc/database.md doc/database-5.sql doc/fleet.md
# The specification that comments cite: "spec N" is a section of CONNTRACK.md.
specdir = $(docdir)/spec
dist_spec_DATA = doc/spec/CONNTRACK.md doc/spec/RULES.md doc/spec/NAT.md doc/spec/KERNELS.md

# The manual page of the scenario language says what scenario.md says: it is made of it.
man_MANS = doc/ctreplay-scenario.5
EXTRA_DIST += build-aux/md2man.awk
CLEANFILES += doc/ctreplay-scenario.5
doc/ctreplay-scenario.5: doc/scenario.md build-aux/md2man.awk
	$(AM_V_GEN)$(MKDIR_P) doc && $(AWK) -v name=ctreplay-scenario -v section=5 -v what='packets and what is expected of them' \
	  -f $(top_srcdir)/build-aux/md2man.awk $(top_srcdir)/doc/scenario.md >$@.new && mv $@.new $@
