# SPDX-License-Identifier: GPL-2.0-or-later
dist_man_MANS += doc/ctreplay.1
dist_doc_DATA += doc/architecture.md doc/formats.md
dist_doc_DATA += doc/scenario.md
