# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libreport.la
libreport_la_SOURCES = \
	src/report/report.h src/report/collect.h \
	src/report/collect.c \
	src/report/hosts.c \
	src/report/ladder.c \
	src/report/walk.c \
	src/report/page.c
nodist_libreport_la_SOURCES = src/report/assets.c

# The page's style and script as C, line by line.
report_assets = src/report/page.css src/report/page.js
EXTRA_DIST += $(report_assets)
CLEANFILES += src/report/assets.c
src/report/assets.c: $(report_assets) src/report/local.mk
	$(AM_V_GEN)$(MKDIR_P) src/report && { \
	  echo '/* Made of page.css and page.js. */'; \
	  echo '#include "report/collect.h"'; \
	  for name in css js; do \
	    echo "const char *const report_$$name[] = {"; \
	    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/  "/' -e 's/$$/\\n",/' $(srcdir)/src/report/page.$$name; \
	    echo '  NULL'; \
	    echo '};'; \
	  done; \
	} > $@.part && mv $@.part $@
