/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The outcome: the verdict, the timeout and why that one, the entry's members that changed and those that did not, the
 * events.
 */
#include "conntrack/proto/proto.h"
#include "emit/formats.h"
#include "emit/json_parts.h"
#include "emit/past.h"
#include "emit/one_sided.h"
#include "explain/topics.h"

/* --- verdict --- */

/* What has been tried beside the replay, and what is sure without; nothing where neither is. */
static void say_advice(explain_teller *t, ct_reason reason)
{
  static const char *const without[] = {
    [JOURNAL_HELPS_NOTHING] = "",
    [JOURNAL_HELPS_NONE_TRIED] =
      ": each was tried alone, at its least, its greatest and around the silences of this connection",
    [JOURNAL_HELPS_UNADVISABLE] =
      ", but one that makes conntrack forget, or refuse, what it should keep: each was tried alone",
  };
  const journal_history *h = t->facts->history;
  emit_text words;

  if (h == NULL)
    return;
  if (h->advice.helps < G_N_ELEMENTS(without) && without[h->advice.helps] != NULL)
    explain_say(t, EXPLAIN_VERDICT, "No sysctl would have made it pass%s.", without[h->advice.helps]);
  if (h->advice.helps != JOURNAL_HELPS_SETTING)
    return;
  emit_text_init(&words, -1);
  emit_advice_words(&words, t->facts->params->profile, reason, &h->advice, t->facts->rules != NULL);
  if (words.used > 2 && memcmp(words.data, "a ", 2) == 0)
    *words.data = 'A';
  explain_say(t, EXPLAIN_VERDICT, "%.*s.", (int)words.used, words.data);
  emit_text_clear(&words);
}

static void say_bound_broken(explain_teller *t)
{
  const ct_bound *bound = &t->facts->result->bound;

  switch (t->facts->result->reason) {
  case CT_REASON_TCP_SEQ_OVER:
    explain_say(t, EXPLAIN_VERDICT, "Its sequence number %u lies %u beyond %u.", bound->value,
                bound->value - bound->limit, bound->limit);
    break;
  case CT_REASON_TCP_ACK_OVER:
    explain_say(t, EXPLAIN_VERDICT, "It acknowledges %u, which is %u beyond %u.", bound->value, bound->over,
                bound->limit);
    explain_say(t, EXPLAIN_VERDICT,
                "If it is honest, %u byte%s of its other side %s missing here: lost while capturing, gone another way, "
                "refused, or later in the capture.",
                bound->over, bound->over == 1 ? "" : "s", bound->over == 1 ? "is" : "are");
    break;
  case CT_REASON_TCP_SEQ_LOW:
    explain_say(t, EXPLAIN_VERDICT, "It ends at %u, which is %u before %u.", bound->value, bound->over, bound->limit);
    break;
  case CT_REASON_TCP_ACK_LOW:
    explain_say(t, EXPLAIN_VERDICT, "It acknowledges %u, which is %u before %u.", bound->value, bound->over,
                bound->limit);
    break;
  case CT_REASON_TCP_RST_SEQ:
    explain_say(t, EXPLAIN_VERDICT, "Its sequence number %u lies %u before %u.", bound->value, bound->over,
                bound->limit);
    break;
  default: break;
  }
}

static void say_sides(explain_teller *t)
{
  const explain_facts *f = t->facts;
  const journal_sides *sides = f->history != NULL ? &f->history->sides : NULL;
  emit_text words;

  if (!emit_sides_tell(f->packet, f->result, f->after, sides))
    return;
  emit_text_init(&words, -1);
  emit_sides_words(&words, f->params->profile, f->after, sides);
  *words.data = g_ascii_toupper(*words.data);
  explain_say(t, EXPLAIN_VERDICT, "%.*s.%s", (int)words.used, words.data,
              sides != NULL && (sides->synack != 0 || sides->untranslated != 0)
                ? ""
                : " A kernel that saw both sides in order may have judged otherwise.");
  emit_text_clear(&words);
}

void explain_verdict(explain_teller *t)
{
  const ct_result *result = t->facts->result;
  ct_reason reason = (ct_reason)result->reason;
  char words[CT_REASON_WORDS_BYTES], *rule;
  const char *sentence = ct_reason_words(reason, t->facts->params->profile, words);

  if (result->cls == CT_CLASS_INVALID) {
    explain_say(t, EXPLAIN_VERDICT, "Refused: %s.", sentence);
    if ((rule = explain_rule_words(reason, t->facts->params->profile)) != NULL)
      explain_say(t, EXPLAIN_VERDICT, "The rule: %s.", rule);
    g_free(rule);
    say_bound_broken(t);
    say_advice(t, reason);
  } else if (result->verdict == CT_VERDICT_DROP) {
    explain_say(t, EXPLAIN_VERDICT, "Dropped by connection tracking itself: %s.", sentence);
    say_advice(t, reason);
  } else if (reason != CT_REASON_NONE && t->facts->packet->kind != CT_PACKET_NONE &&
             t->facts->packet->kind != CT_PACKET_UNTRACKED && reason != t->facts->trace->timeout_why) {
    explain_say(t, EXPLAIN_VERDICT, "Accepted: %s.", sentence);
  }
  say_sides(t);
}

/* --- timeout --- */

/* Why it is this timeout and not another. => text */
static const char *why_timeout(const explain_teller *t, char *text, gsize bytes)
{
  const explain_facts *f = t->facts;
  const ct_trace *trace = f->trace;
  const char *state = ct_proto_state_name(f->params->profile, f->after->tuple[0].proto, f->after->state);

  switch (trace->timeout_why) {
  case CT_REASON_TCP_RETRANS:
    g_snprintf(text, bytes, "the same ACK came %u time%s again (%s is %u)", f->after->tcp.retrans,
               f->after->tcp.retrans == 1 ? "" : "s", explain_sysctl(t, "nf_conntrack_tcp_max_retrans"),
               f->params->tcp_max_retrans);
    return text;
  case CT_REASON_TCP_UNACKED: return "there is data that nobody has acknowledged yet";
  case CT_REASON_TCP_ZERO_WINDOW:
    return f->packet->l4.tcp.window != 0 ? "no window has been remembered yet, which counts as a window of zero"
                                         : "the last window was zero";
  default: break;
  }
  switch (trace->timeout) {
  case CT_TIMEOUT_TCP_UNACK:
    return f->result->dir == CT_ORIGINAL
             ? "it was picked up in the middle and nobody has answered yet"
             : "it was picked up in the middle, and this first answer counts only afterwards";
  case CT_TIMEOUT_UDP:
  case CT_TIMEOUT_GRE:
    if (!(f->after->status & CT_STATUS_SEEN_REPLY))
      return "nobody has answered yet";
    if (trace->has_before && !(trace->before.status & CT_STATUS_SEEN_REPLY))
      return "this is the first answer, and only what follows it makes a stream";
    return "the flow is not two seconds old, so it is no stream yet";
  case CT_TIMEOUT_UDP_STREAM:
  case CT_TIMEOUT_GRE_STREAM: return "both sides were seen: it is a stream";
  default: break;
  }
  if (state == NULL)
    return "the protocol has only this one";
  if (trace->timeout == CT_TIMEOUT_TCP_CLOSE && f->after->state != CT_TCP_CLOSE)
    g_snprintf(text, bytes, "a reset gives that of CLOSE, though the state is kept %s", state);
  else
    g_snprintf(text, bytes, "it is that of the state %s", state);
  return text;
}

void explain_timeout(explain_teller *t)
{
  const explain_facts *f = t->facts;
  const char *sysctl;
  char why[128], *seconds;
  gint64 chosen_ns;

  if (f->after == NULL || f->result->cls == CT_CLASS_INVALID)
    return;
  seconds = explain_seconds(f->after->timeout_ns);
  chosen_ns = ct_params_timeout_ns(f->params, f->trace->timeout);
  if (explain_is_reset_by_rules(f)) {
    explain_say(t, EXPLAIN_TIMEOUT, "%s by %s, because the reset that answers the packet closes the entry.", seconds,
                ct_params_spell_timeout(f->params->profile, CT_TIMEOUT_TCP_CLOSE));
  } else if (!(f->result->changes & CT_CHANGE_REFRESHED)) {
    explain_say(t, EXPLAIN_TIMEOUT, "Not renewed: %s are left.", seconds);
  } else if (f->params->profile->entry_timers && f->after->timeout_ns < chosen_ns &&
             chosen_ns - f->after->timeout_ns < G_GINT64_CONSTANT(1000000000)) {
    /* A timer is set anew only for a second or more. KERNELS K6. */
    explain_say(t, EXPLAIN_TIMEOUT, "Not renewed, since less than a second would be gained: %s are left.", seconds);
  } else if (f->after->timeout == CT_TIMEOUT_OF_POLICY) {
    explain_say(t, EXPLAIN_TIMEOUT, "%s, by the timeout policy that a rule gave it.", seconds);
  } else if (f->after->timeout_ns != chosen_ns) {
    explain_say(t, EXPLAIN_TIMEOUT, "%s, set by its helper.", seconds);
  } else if ((sysctl = ct_params_spell_timeout(f->params->profile, f->trace->timeout)) != NULL) {
    explain_say(t, EXPLAIN_TIMEOUT, "%s by %s, because %s.", seconds, sysctl, why_timeout(t, why, sizeof(why)));
  } else {
    explain_say(t, EXPLAIN_TIMEOUT, "%s, because %s.", seconds, why_timeout(t, why, sizeof(why)));
  }
  g_free(seconds);
}

/* --- changes --- */

static void add_clause(GString *list, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add_clause(GString *list, const char *format, ...)
{
  va_list args;

  if (list->len > 0)
    g_string_append(list, "; ");
  va_start(args, format);
  g_string_append_vprintf(list, format, args);
  va_end(args);
}

static void side_changes(GString *list, guint dir, const ct_tcp_side_view *before, const ct_tcp_side_view *after)
{
  const char *side = explain_dir(dir);

  if (before->end != after->end)
    add_clause(list, "the %s side has sent up to %u (before: %u)", side, after->end, before->end);
  if (before->max_end != after->max_end)
    add_clause(list, "the %s side may send up to %u (before: %u)", side, after->max_end, before->max_end);
  if (before->max_window != after->max_window)
    add_clause(list, "the %s side's largest window is %u (before: %u)", side, after->max_window, before->max_window);
}

static void status_changes(GString *list, guint32 before, guint32 after)
{
  if (after & ~before & CT_STATUS_SEEN_REPLY)
    add_clause(list, "an answer was seen (SEEN_REPLY)");
  if (after & ~before & CT_STATUS_ASSURED)
    add_clause(list, "it is ASSURED: early drop will not throw it out");
}

static void entry_changes(explain_teller *t, const ct_view *before, const ct_view *after)
{
  const ct_profile *profile = t->facts->params->profile;
  GString *list = g_string_new(NULL);
  guint8 proto = after->tuple[0].proto;
  guint dir;

  if (before->state != after->state)
    add_clause(list, "state %s to %s", explain_cell_name(profile, proto, before->state),
               explain_cell_name(profile, proto, after->state));
  status_changes(list, before->status, after->status);
  for (dir = 0; dir < 2; dir++) /* all 0 but for TCP */
    side_changes(list, dir, &before->tcp.side[dir], &after->tcp.side[dir]);
  for (dir = 0; dir < 2; dir++)
    if (before->packets[dir] != after->packets[dir])
      add_clause(list,
                 "%" G_GUINT64_FORMAT " packet%s and %" G_GUINT64_FORMAT " bytes counted so far in the %s direction",
                 after->packets[dir], after->packets[dir] == 1 ? "" : "s", after->bytes[dir], explain_dir(dir));
  if (list->len > 0)
    explain_say(t, EXPLAIN_CHANGES, "On the entry: %s.", list->str);
  else if (!(t->facts->result->changes & CT_CHANGE_REFRESHED))
    explain_say(t, EXPLAIN_CHANGES, "Nothing changed on the entry.");
  if (after->counted && !(t->facts->result->changes & CT_CHANGE_COUNTED) && list->len > 0 &&
      before->packets[0] == after->packets[0] && before->packets[1] == after->packets[1])
    explain_say(t, EXPLAIN_CHANGES, "The packet was not counted.");
  g_string_free(list, TRUE);
}

/* Without rules a translation is what was seen. */
static void say_inferred(explain_teller *t)
{
  const ct_view *after = t->facts->after;
  g_autofree char *answers =
    after != NULL && after->inferred ? explain_tuple_words(t->facts->params->profile, &after->tuple[CT_REPLY]) : NULL;

  if (answers != NULL)
    explain_say(
      t, EXPLAIN_CHANGES,
      "Its connection's answers are %s: that is inferred from how the first packet was seen to leave, as there "
      "are no rules to say it.",
      answers);
}

void explain_changes(explain_teller *t)
{
  const explain_facts *f = t->facts;
  const ct_result *result = f->result;
  const char *state;

  if (result->changes & CT_CHANGE_CREATED && f->after != NULL) {
    state = ct_proto_state_name(f->params->profile, f->after->tuple[0].proto, f->after->state);
    explain_say(t, EXPLAIN_CHANGES, "Connection #%" G_GUINT64_FORMAT " is in the table now%s%s%s.", f->after->id,
                state != NULL ? ", in state " : "", state != NULL ? state : "",
                f->after->helper != NULL ? ", with a helper" : "");
  } else if (result->changes & CT_CHANGE_ENDED) {
    explain_say(t, EXPLAIN_CHANGES, "The entry is gone at once: %s.",
                result->reason == CT_REASON_ICMP_ANSWERED ? "no request waits for an answer" : "nobody had answered");
  } else if (result->reason == CT_REASON_TCP_OUT_OF_SYNC) {
    explain_say(t, EXPLAIN_CHANGES, "The entry is gone, so that the SYN, sent again, begins anew.");
  } else if (f->trace->has_before && f->after != NULL && f->after->id == f->trace->before.id) {
    entry_changes(t, &f->trace->before, f->after);
  } else if (result->reason == CT_REASON_TABLE_FULL) {
    explain_say(t, EXPLAIN_CHANGES, "The table is as before.");
  } else if (explain_is_dropped_by_rules(f) && f->packet->kind == CT_PACKET_TRACK && result->conn == 0 &&
             (result->cls == CT_CLASS_NEW || result->cls == CT_CLASS_RELATED)) {
    explain_say(t, EXPLAIN_CHANGES,
                "The entry that was begun for it goes with it, as %s the packet before it is confirmed: the table "
                "is as before, and no event tells of it.",
                f->rules->rule[0] == '\0' ? "the kernel drops" : "rules drop");
  } else if (f->packet->kind == CT_PACKET_TRACK &&
             (result->cls == CT_CLASS_INVALID || result->verdict == CT_VERDICT_DROP)) {
    explain_say(t, EXPLAIN_CHANGES, "The entry that was begun for it was forgotten: the table is as before.");
  }
  say_inferred(t);
}

/* --- events --- */

static void say_destroy(explain_teller *t, const ct_event *event)
{
  emit_text words;

  emit_text_init(&words, -1);
  emit_end_words(&words, t->facts->params->profile, (ct_reason)event->reason, event->view->timeout);
  explain_say(t, EXPLAIN_EVENTS, "%s#%" G_GUINT64_FORMAT " left the table: %.*s.",
              event->packet == 0 || event->reason == CT_REASON_END_TIMEOUT ? "Before it, connection " : "Connection ",
              event->view->id, (int)words.used, words.data);
  emit_text_clear(&words);
}

static void say_message(explain_teller *t, const char *type, guint bits)
{
  static const struct {
    guint bit;
    const char *name;
  } names[] = { { CT_EV_REPLY, "reply" },
                { CT_EV_ASSURED, "assured" },
                { CT_EV_PROTOINFO, "state" },
                { CT_EV_HELPER, "helper" },
                { CT_EV_RELATED, "related" } };
  GString *list = g_string_new(NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS(names); i++)
    if (bits & names[i].bit)
      g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", names[i].name);
  explain_say(t, EXPLAIN_EVENTS, list->len > 0 ? "The kernel reports %s (%s)." : "The kernel reports %s.", type,
              list->str);
  g_string_free(list, TRUE);
}

void explain_events(explain_teller *t)
{
  const emit_collector *collector = t->facts->collector;
  guint i, n = collector != NULL ? emit_collector_count(collector) : 0;

  for (i = 0; i < n; i++) {
    const ct_event *event = emit_collector_get(collector, i);

    switch (event->type) {
    case CT_EVENT_DESTROY: say_destroy(t, event); break;
    case CT_EVENT_NEW:
    case CT_EVENT_UPDATE: say_message(t, emit_event_name(event->type), event->bits); break;
    case CT_EVENT_EXPECT_NEW: {
      emit_text words;

      emit_text_init(&words, -1);
      emit_expect_class(&words, t->facts->params->profile, event->expect);
      if (event->expect->helper != NULL)
        explain_say(t, EXPLAIN_EVENTS, "The %s helper expects a connection: %.*s.", event->expect->helper,
                    (int)words.used, words.data);
      else
        explain_say(t, EXPLAIN_EVENTS, "A rule expects a connection: %.*s.", (int)words.used, words.data);
      emit_text_clear(&words);
      break;
    }
    case CT_EVENT_EXPECT_DESTROY:
      explain_say(t, EXPLAIN_EVENTS, "An expectation of connection #%" G_GUINT64_FORMAT " ended: %s.",
                  event->expect->master_id, ct_reason_sentence((ct_reason)event->reason));
      break;
    default: break;
    }
  }
}
