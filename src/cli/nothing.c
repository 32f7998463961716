/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nothing.h"
#include "say.h"

#include <string.h>

enum { REASONS_TOLD = 5 };

void cli_nothing_packet(cli_nothing *n, const ct_result *result, fw_verdict verdict, gboolean met)
{
  n->any |= met;
  if (n->any)
    return;
  n->packets++;
  n->classes[result->verdict == CT_VERDICT_DROP ? CT_CLASS_COUNT : result->cls]++;
  n->reasons[result->reason]++;
  n->verdicts[verdict]++;
}

void cli_nothing_event(cli_nothing *n, ct_event_type type, gboolean met)
{
  n->any |= met;
  n->events[type]++;
}

/* "2 NEW", with a comma before all but the first. */
static void add(GString *words, guint64 count, const char *what)
{
  if (count > 0)
    g_string_append_printf(words, "%s%" G_GUINT64_FORMAT " %s", words->len > 0 ? ", " : "", count, what);
}

static void add_classes(GString *words, const cli_nothing *n)
{
  guint i;

  for (i = 0; i < CT_CLASS_COUNT; i++)
    add(words, n->classes[i], i == CT_CLASS_NONE ? "that conntrack never saw" : ct_class_name((ct_class)i));
  add(words, n->classes[CT_CLASS_COUNT], "dropped");
}

static void add_verdicts(GString *words, const cli_nothing *n)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(n->verdicts); i++)
    add(words, n->verdicts[i], i == FW_VERDICT_NONE ? "that no rule saw" : fw_verdict_name((fw_verdict)i));
}

/* The most frequent ones. */
static void add_reasons(GString *words, const cli_nothing *n)
{
  guint64 below = G_MAXUINT64;
  guint told = 0, i;

  while (told < REASONS_TOLD) {
    guint64 most = 0;

    for (i = CT_REASON_NONE + 1; i < CT_REASON_COUNT; i++)
      if (n->reasons[i] > most && n->reasons[i] < below)
        most = n->reasons[i];
    if (most == 0)
      return;
    for (i = CT_REASON_NONE + 1; i < CT_REASON_COUNT && told < REASONS_TOLD; i++)
      if (n->reasons[i] == most) {
        add(words, most, ct_reason_word((ct_reason)i));
        told++;
      }
    below = most;
  }
}

static void add_events(GString *words, const cli_nothing *n)
{
  add(words, n->events[CT_EVENT_NEW] + n->events[CT_EVENT_EXPECT_NEW], "NEW");
  add(words, n->events[CT_EVENT_UPDATE], "UPDATES");
  add(words, n->events[CT_EVENT_DESTROY] + n->events[CT_EVENT_EXPECT_DESTROY], "DESTROY");
}

gboolean cli_nothing_say(const cli_nothing *n, const cli_options *o, guint64 connections)
{
  gboolean of_packets =
    o->flow != 0 || o->classes != 0 || o->any_reason || o->verdicts != 0 || o->rule_wanted.table != NULL;
  GString *words;

  if (n->any || (!of_packets && o->event_mask == CLI_EVENT_ALL))
    return FALSE;
  if (o->flow > connections && connections > 0) {
    cli_say("note: nothing matches; there is no connection #%" G_GUINT64_FORMAT ", the last one is #%" G_GUINT64_FORMAT,
            o->flow, connections);
    return TRUE;
  }
  words = g_string_new(NULL);
  if (!of_packets)
    add_events(words, n);
  else if (o->any_reason)
    add_reasons(words, n);
  else if (o->verdicts != 0 || o->rule_wanted.table != NULL)
    add_verdicts(words, n);
  else
    add_classes(words, n);
  if (words->len > 0)
    cli_say("note: nothing matches; there were %s", words->str);
  else
    cli_say("note: nothing matches; there was no %s", !of_packets                       ? "event"
                                                      : n->packets > 0 && o->any_reason ? "packet with a reason"
                                                                                        : "packet");
  g_string_free(words, TRUE);
  return TRUE;
}
