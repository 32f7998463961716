/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a connection ended, in words and in JSON: of ends, and of packets that would have belonged to one. */
#ifndef EMIT_PAST_H
#define EMIT_PAST_H

#include "journal/advice.h"
#include "text.h"

/*
 * What ended an entry: "nf_conntrack_udp_timeout ran out", "the timeout that its helper set ran out", "early_drop: the
 * table was full". timeout: as ct_view has it.
 */
void emit_end_words(emit_text *out, const ct_profile *profile, ct_reason reason, guint timeout);

/* Whether there is something to tell. NULL: no. */
gboolean emit_past_is_known(const journal_past *past);
/*
 * "belonged to #1, which ended 10 s before by nf_conntrack_tcp_timeout_close_wait; 71 s would have kept it"; "answers
 * packet 5, which made no entry: rules kept it from conntrack (UNTRACKED)". There is something to tell.
 */
void emit_past_words(emit_text *out, const ct_profile *profile, const journal_past *past);
/*
 * ,"past":{"conn":1,"ended":"...","ago":10,"reason":"timeout","sysctl":"nf_...","kept_by":71} or
 * ,"opener":{"packet":5,"fate":"untracked"}. There is something to tell.
 */
void emit_past_member(emit_text *out, const ct_profile *profile, const journal_past *past);

/* Whether the words of the past tell a cure already, this one or another: one is enough. */
gboolean emit_past_tells(const journal_past *past, const journal_advice *advice);

/* "nf_conntrack_tcp_timeout_close_wait=71"; helps is JOURNAL_HELPS_SETTING. */
void emit_advice_setting(emit_text *out, const journal_advice *advice);
/*
 * What would have let a packet pass that was refused for that reason: "nf_conntrack_tcp_be_liberal=1 would let it
 * pass"; nothing where nothing is known. ruled: rules have the last word on packets.
 */
void emit_advice_words(emit_text *out, const ct_profile *profile, ct_reason reason, const journal_advice *advice,
                       gboolean ruled);

/* ,"advice":"nf_conntrack_tcp_timeout_close_wait=71"; of nf_conntrack_max the name alone where no value is known: a
 * larger one */
void emit_advice_member(emit_text *out, const journal_advice *advice);

#endif
