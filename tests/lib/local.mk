# SPDX-License-Identifier: GPL-2.0-or-later
# What tests of several folders share. A test names the kits it wants among its sources, and includes them by their bare names.
AM_CPPFLAGS += -I$(top_srcdir)/tests/lib
UNIT_KIT = tests/lib/unit.h
CAPTURE_KIT = tests/lib/capture_kit.h tests/lib/capture_kit.c
CAPTURE_EXPECT = tests/lib/capture_expect.h
PACKET_KIT = tests/lib/packet_kit.h tests/lib/packet_kit.c
LINK_FRAMES = tests/lib/link_frames.h
PACKET_EXPECT = tests/lib/packet_expect.h
HELPER_KIT = tests/lib/helper_kit.h tests/lib/helper_kit.c
FRAGMENTS = tests/lib/fragments.h
REPLAY_RECORD = tests/lib/replay_record.h
PER_WRITER = tests/lib/per_writer.h
EMIT_VIEWS = tests/lib/emit_views.h
# Two that hold the engine to something: its parts to each other, and lanes to engines of their own.
STATE_KIT = tests/lib/state_kit.h tests/lib/state_kit.c $(ENGINE_CHECK)
ENGINE_CHECK = tests/lib/engine_check.h tests/lib/engine_check.c
LANES_PAIR = tests/lib/lanes_pair.h tests/lib/lanes_pair.c
