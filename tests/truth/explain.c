/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain, held against every capture there is: each INVALID packet must be told with a rule the kernel has, with the
 * distance by which it was missed where there is one, and with the sysctl that would have let it pass where there is
 * one; where the window refused it, the four bounds worked out again from the numbers that are told must give that very
 * verdict; and where all four are told as kept, the packet must not be refused for its window. Each capture is replayed
 * a second time with all those sysctls set: no packet may be refused any more for a reason that names one. TAP, one
 * line per capture.
 */
#include <stdio.h>
#include <string.h>

#include "conntrack/profile/profile.h"
#include "explain/explain.h"
#include "replay/replay.h"

typedef struct examined {
  const ct_params *params;
  journal_history history;
  ct_trace trace;
  guint64 packets, invalid, windows, wrong;
  char first_wrong[160];
} examined;

static void complain(examined *e, const replay_seen *seen, const char *what)
{
  if (e->wrong++ == 0)
    g_snprintf(e->first_wrong, sizeof(e->first_wrong), "packet %" G_GUINT64_FORMAT " (%s): %s", seen->packet->number,
               ct_reason_word((ct_reason)seen->result->reason), what);
}

/*
 * The order in which the kernel asks; a window that is a little overrun may be let through, but is never called kept.
 */
static void examine_window(examined *e, const replay_seen *seen)
{
  const ct_result *result = seen->result;
  explain_bound b[EXPLAIN_BOUNDS];
  gboolean refused = result->reason == CT_REASON_TCP_SEQ_OVER || result->reason == CT_REASON_TCP_ACK_OVER;

  if (explain_bounds(&e->trace, b) == 0) {
    if (refused)
      complain(e, seen, "refused by the window, but no bounds are told");
    return;
  }
  e->windows++;
  if (result->reason == CT_REASON_TCP_SEQ_OVER && (b[0].kept || b[0].distance != result->bound.over))
    complain(e, seen, "bound I is told otherwise");
  if (result->reason == CT_REASON_TCP_ACK_OVER && (!b[0].kept || b[2].kept || b[2].distance != result->bound.over))
    complain(e, seen, "bound III is told otherwise");
  if (result->reason == CT_REASON_TCP_SEQ_UNDER && (!b[0].kept || !b[2].kept || b[1].kept))
    complain(e, seen, "bound II is told otherwise");
  if (result->reason == CT_REASON_TCP_ACK_UNDER && (!b[0].kept || !b[2].kept || !b[1].kept || b[3].kept))
    complain(e, seen, "bound IV is told otherwise");
  if (result->reason == CT_REASON_TCP_OVERSHOOT && b[0].kept)
    complain(e, seen, "let through beyond bound I, which is told as kept");
}

/* => TRUE where a sentence of the verdict holds these words. */
static gboolean verdict_tells(const GPtrArray *sentences, const char *words)
{
  guint i;

  for (i = 0; i < sentences->len; i++) {
    const explain_sentence *s = g_ptr_array_index(sentences, i);

    if (s->topic == EXPLAIN_VERDICT && strstr(s->text, words) != NULL)
      return TRUE;
  }
  return FALSE;
}

static void examine_sentences(examined *e, const replay_seen *seen, const GPtrArray *sentences)
{
  ct_reason reason = (ct_reason)seen->result->reason;
  g_autofree char *rule = explain_rule_words(reason, e->params->profile);
  char distance[32];

  if (!verdict_tells(sentences, rule))
    complain(e, seen, "the sentences do not name the rule");
  if (e->history.advice.helps == JOURNAL_HELPS_NOTHING &&
      !verdict_tells(sentences, "No sysctl would have made it pass"))
    complain(e, seen, "the sentences do not say that no sysctl would have helped");
  if (e->history.advice.helps == JOURNAL_HELPS_NONE_TRIED &&
      !verdict_tells(sentences, "No sysctl would have made it pass: each was tried alone"))
    complain(e, seen, "the sentences do not say that no sysctl alone would have helped");
  if (e->history.advice.helps == JOURNAL_HELPS_UNADVISABLE &&
      !verdict_tells(sentences, "No sysctl would have made it pass, but one"))
    complain(e, seen, "the sentences do not say that nothing advisable would have helped");
  if (e->history.advice.helps == JOURNAL_HELPS_SETTING && !verdict_tells(sentences, "_conntrack_"))
    complain(e, seen, "the sentences do not say which sysctl would have helped");
  g_snprintf(distance, sizeof(distance), " %u be", seen->result->bound.over); /* "50 before", "39899 beyond" */
  if ((reason == CT_REASON_TCP_SEQ_OVER || reason == CT_REASON_TCP_ACK_OVER || reason == CT_REASON_TCP_RST_SEQ) &&
      !verdict_tells(sentences, distance))
    complain(e, seen, "the sentences do not say by how much");
}

static void on_packet(const replay_seen *seen, gpointer user)
{
  examined *e = user;
  explain_facts facts = {
    .params = e->params, .packet = seen->packet, .result = seen->result, .trace = &e->trace, .history = &e->history
  };
  const char *rule = explain_rule((ct_reason)seen->result->reason);
  GPtrArray *sentences;

  e->packets++;
  if (seen->packet->kind == CT_PACKET_NONE)
    return;
  journal_history_packet(&e->history, seen->packet, seen->result);
  examine_window(e, seen);
  if (seen->result->cls != CT_CLASS_INVALID)
    return;
  e->invalid++;
  if (rule == NULL) {
    complain(e, seen, "no rule is told");
    return;
  }
  sentences = explain_sentences(&facts);
  examine_sentences(e, seen, sentences);
  g_ptr_array_unref(sentences);
}

/* With everything let through that a sysctl lets through. */
static void on_packet_helped(const replay_seen *seen, gpointer user)
{
  if (seen->packet->kind != CT_PACKET_NONE && seen->result->cls == CT_CLASS_INVALID &&
      *ct_reason_sysctl((ct_reason)seen->result->reason, ((examined *)user)->params->profile) != '\0')
    complain(user, seen, "refused though the sysctl that is told is set");
}

static void replay(const char *path, const ct_params *params, ct_checksums checksums, examined *e,
                   void (*on)(const replay_seen *, gpointer))
{
  replay_watcher watcher = { .packet = on, .user = e };
  replay_options options;
  replay_source *source;
  ct_engine *engine;

  replay_options_init(&options);
  options.captures = &path;
  options.n_captures = 1;
  options.threads = 1;
  options.checksums = checksums;
  source = replay_source_open(&options, params, NULL);
  g_assert(source != NULL);
  engine = ct_engine_new(params);
  ct_engine_trace(engine, &e->trace);
  journal_history_begin(&e->history, engine);
  journal_history_try(&e->history, engine);
  replay_run(source, engine, &watcher);
  ct_engine_free(engine);
  journal_history_end(&e->history);
  replay_source_free(source);
}

static void examine(const char *path, const char *name, ct_checksums checksums, guint number)
{
  ct_params params, helped;
  examined e = { .params = &params };

  ct_params_init(&params, ct_profile_get(0));
  helped = params;
  helped.tcp_be_liberal = 1;
  helped.tcp_ignore_invalid_rst = 1;
  helped.checksum = 0;
  replay(path, &params, checksums, &e, on_packet);
  replay(path, &helped, checksums, &e, on_packet_helped);
  printf("%s %u - %s: %" G_GUINT64_FORMAT " packets, %" G_GUINT64_FORMAT " INVALID, %" G_GUINT64_FORMAT " windows\n",
         e.wrong == 0 ? "ok" : "not ok", number, name, e.packets, e.invalid, e.windows);
  if (e.wrong != 0)
    printf("# %" G_GUINT64_FORMAT " wrong; first: %s\n", e.wrong, e.first_wrong);
}

int main(void)
{
  const char *truth = g_getenv("CTREPLAY_TRUTH") != NULL ? g_getenv("CTREPLAY_TRUTH") : TRUTH_DEFAULT;
  char *folder = g_build_filename(truth, "captures", NULL);
  GDir *dir = g_dir_open(folder, 0, NULL);
  GPtrArray *names;
  const char *name;
  guint i;

  if (dir == NULL) {
    printf("1..0 # SKIP no captures: CTREPLAY_TRUTH is to name the folder that holds them\n");
    return 0;
  }
  names = g_ptr_array_new_with_free_func(g_free);
  while ((name = g_dir_read_name(dir)) != NULL)
    if (strstr(name, ".pcap") != NULL || g_str_has_suffix(name, ".snoop") || g_str_has_suffix(name, ".cap"))
      g_ptr_array_add(names, g_strdup(name));
  g_dir_close(dir);
  printf("1..%u\n", names->len);
  for (i = 0; i < names->len; i++) {
    char *path = g_build_filename(folder, g_ptr_array_index(names, i), NULL);

    examine(path, g_ptr_array_index(names, i), i % 2 == 0 ? CT_CHECKSUMS_IGNORE : CT_CHECKSUMS_VERIFY, i + 1);
    g_free(path);
  }
  g_ptr_array_unref(names);
  g_free(folder);
  return 0;
}
