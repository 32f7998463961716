/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The replay loop: captures in (one after the other or merged by time), decoded and filtered, through one engine, to whoever watches.
 * Reading and decoding may run on a thread of their own; what the watcher sees is the same either way.
 */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include "capture/capture.h"
#include "conntrack/engine.h"
#include "packet/packet.h"

#endif
