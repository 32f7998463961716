/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay timeouts: what each timeout ended, whom it cut, and the smallest value that would have cut nobody. */
#include "commands.h"
#include "part.h"
#include "run.h"
#include "say.h"

#include <string.h>

#include "journal/timeouts.h"

typedef struct timing {
  cli_run run;
  ct_trace trace;
  timeouts *timeouts;
} timing;

typedef enum timeouts_style { TIMEOUTS_STYLE_TEXT, TIMEOUTS_STYLE_JSON, TIMEOUTS_STYLE_CSV } timeouts_style;

typedef struct timeouts_own {
  timeouts_style style;
} timeouts_own;

static void on_packet(const replay_seen *seen, gpointer user)
{
  timeouts_packet(((timing *)user)->timeouts, seen->packet, seen->result);
}

/* => a timeout's sysctl as the kernel spells it; NULL where none sets it. */
static const char *spelled(const timing *t, guint timeout)
{
  return timeout < CT_TIMEOUT_COUNT ? ct_params_spell_timeout(t->run.params.profile, (ct_timeout)timeout) : NULL;
}

static const char *sysctl_of(const timing *t, const timeouts_row *row) { return spelled(t, row->timeout); }

/* What a timeout without a sysctl is of: a state (TCP_SYN_SENT2), a helper, a rule's timeout policy. */
static const char *owner_of(guint timeout)
{
  static const char *const owners[] = {
#define X(id, name, old, s, help) #id,
    CT_TIMEOUT_LIST(X)
#undef X
      "HELPER",
    "POLICY"
  };

  return owners[timeout];
}

/* Why a smallest value is not known, or may not be the least: the word of JSON and CSV, the sentence. */
static const struct {
  const char *word, *sentence;
} doubts[] = {
  [TIMEOUTS_NO_SYSCTL] = { "no-sysctl", "no sysctl sets it" },
  [TIMEOUTS_CHOSEN] = { "chosen", "with another value TCP would choose among its timeouts otherwise" },
  [TIMEOUTS_COMPARED] = { "compared", "a FIN or reset outside the window makes TCP compare timeouts and keep the "
                                      "entry for the shorter" },
  [TIMEOUTS_PPTP] = { "pptp", "which entry a GRE packet belongs to depends on call ids that PPTP announced" },
  [TIMEOUTS_RULED] = { "rules",
                       "with rules nothing is said of values that no replay had, since a packet that comes in "
                       "time is another one to them (ctreplay sweep --rules FILE --sysctl NAME=A,B,... replays "
                       "each)" },
  [TIMEOUTS_FORGOTTEN] = { "forgotten", "more connections than can be followed, or ends that were forgotten" },
  [TIMEOUTS_TOO_LONG] = { "too-long", "not even the longest value keeps all that was missed" },
  [TIMEOUTS_REUSED] = { "reused", "with less, another connection of the same addresses and ports would not have found "
                                  "the entry of the one before" },
};

/* --- for people --- */

enum { NAME_WIDTH = 40, COLUMN_WIDTH = 11 };

/* What is as wide as a column makes it wider. */
static void column(emit_text *out, const char *text)
{
  if (strlen(text) >= COLUMN_WIDTH)
    emit_text_char(out, ' ');
  emit_text_pad(out, text, -COLUMN_WIDTH);
}

/* Cut to milliseconds. */
static void seconds_column(emit_text *out, gint64 ns)
{
  char text[32];

  g_snprintf(text, sizeof(text), "%" G_GINT64_FORMAT ".%03" G_GINT64_FORMAT " s", ns / 1000000000, ns / 1000000 % 1000);
  column(out, ns > 0 ? text : "-");
}

static void missed_column(emit_text *out, const timeouts_row *row)
{
  char text[32];

  g_snprintf(text, sizeof(text), "%s%" G_GUINT64_FORMAT, row->complete ? "" : ">= ", row->missed);
  column(out, text);
}

static void smallest_columns(emit_text *out, const timeouts_row *row)
{
  char text[32];

  if (!row->known)
    g_strlcpy(text, "?", sizeof(text));
  else if (row->smallest_s == 0)
    g_strlcpy(text, "any", sizeof(text));
  else
    g_snprintf(text, sizeof(text), "%s%u s", row->least ? "" : "<= ", row->smallest_s);
  column(out, text);
  g_snprintf(text, sizeof(text), "%" G_GUINT64_FORMAT, row->peak);
  column(out, row->has_cost ? text : "-");
  g_snprintf(text, sizeof(text), "%.1f", row->mean);
  column(out, row->has_cost ? text : "-");
}

static void print_row(const timing *t, emit_text *out, const timeouts_row *row)
{
  const char *sysctl = sysctl_of(t, row);
  char name[64];

  g_snprintf(name, sizeof(name), "%s%s", sysctl != NULL ? sysctl : owner_of(row->timeout),
             sysctl != NULL ? "" : " (no sysctl)");
  emit_text_pad(out, name, NAME_WIDTH);
  if (row->timeout < CT_TIMEOUT_COUNT) {
    emit_text_u64_pad(out, row->now_s, 2 - COLUMN_WIDTH);
    emit_text_literal(out, " s");
  } else {
    column(out, "-");
  }
  emit_text_u64_pad(out, row->ended, -COLUMN_WIDTH);
  missed_column(out, row);
  seconds_column(out, row->survived_ns);
  seconds_column(out, row->cut_ns);
  smallest_columns(out, row);
  emit_text_char(out, '\n');
}

/* Of the rows with this doubt, and a value or none, the names and why. */
static void print_doubt(const timing *t, emit_text *out, timeouts_doubt doubt, gboolean known)
{
  gboolean first = TRUE;
  timeouts_row row;
  guint i;

  for (i = 0; timeouts_get(t->timeouts, i, &row); i++) {
    const char *sysctl = sysctl_of(t, &row);

    if (row.doubt != doubt || row.known != known)
      continue;
    emit_text_string(out, !first ? ", " : known ? "<=  " : "?   ");
    emit_text_string(out, sysctl != NULL ? sysctl : owner_of(row.timeout));
    first = FALSE;
  }
  if (first)
    return;
  emit_text_literal(out, ": ");
  emit_text_string(out, doubts[doubt].sentence);
  emit_text_string(out, known ? "; a smaller value might do\n" : "\n");
}

/* What cuts next, the row's own longest value aside: names with a separator between them. => how many */
static guint put_next(const timing *t, emit_text *out, const timeouts_row *row, const char *between, gboolean quoted)
{
  guint i, n = 0;

  for (i = 0; i < CT_TIMEOUT_OWNERS; i++) {
    const char *sysctl = spelled(t, i), *name = sysctl != NULL ? sysctl : owner_of(i);

    if (i == row->timeout || !(row->next >> i & 1))
      continue;
    emit_text_string(out, n++ > 0 ? between : "");
    if (quoted)
      emit_text_json_string(out, name);
    else
      emit_text_string(out, name);
  }
  return n;
}

/* Of a row without a smallest value: what can be had, and what stands in the way of more. */
static void print_kept(const timing *t, emit_text *out, const timeouts_row *row)
{
  const char *sysctl = sysctl_of(t, row);
  gboolean others = (row->next & ~(G_GUINT64_CONSTANT(1) << row->timeout)) != 0;

  if (row->known || sysctl == NULL || (row->kept == 0 && !others))
    return;
  emit_text_format(out, "    %s: ", sysctl);
  if (row->kept > 0)
    emit_text_format(out, "%u s keeps at least %" G_GUINT64_FORMAT " of the %" G_GUINT64_FORMAT " missed%s",
                     row->kept_s, row->kept, row->missed, others ? "; " : "");
  if (others) {
    emit_text_literal(out, "however long it is, some are cut next by ");
    put_next(t, out, row, ", ", FALSE);
  }
  emit_text_char(out, '\n');
}

static void print_legend(const timing *t, emit_text *out, gboolean any, gboolean complete)
{
  timeouts_row row;
  guint64 peak;
  double mean;
  guint i;

  emit_text_literal(out,
                    "\nmissed: a packet came later that would have belonged to the entry\nsmallest: the least value "
                    "in whole seconds with which it cuts nobody here, all else as it is; peak and mean: the "
                    "entries\nthere are then, at the most and in the mean");
  if (timeouts_occupancy(t->timeouts, &peak, &mean))
    emit_text_format(out, " (now %" G_GUINT64_FORMAT " and %.1f)", peak, mean);
  emit_text_literal(out, "\n");
  if (any)
    emit_text_literal(out, "any: no packet came behind a silence on it, in time or too late\n");
  for (i = TIMEOUTS_SURE + 1; i < G_N_ELEMENTS(doubts); i++) {
    print_doubt(t, out, (timeouts_doubt)i, FALSE);
    print_doubt(t, out, (timeouts_doubt)i, TRUE);
  }
  for (i = 0; timeouts_get(t->timeouts, i, &row); i++)
    print_kept(t, out, &row);
  if (!complete)
    emit_text_literal(out, ">=: the oldest ends were forgotten, and who came for those is not counted\n");
}

static void print_text(timing *t)
{
  emit_text *out = &t->run.output.text;
  gboolean any = FALSE, complete = TRUE;
  timeouts_row row;
  guint i;

  for (i = 0; timeouts_get(t->timeouts, i, &row); i++) {
    if (i == 0)
      emit_text_literal(out, "timeout                                         now      ended     missed   survived"
                             "  cut after   smallest       peak       mean\n");
    any = any || (row.known && row.smallest_s == 0);
    complete = complete && row.complete;
    print_row(t, out, &row);
  }
  if (i == 0)
    emit_text_literal(out, "No timeout ended an entry, and no packet came that one might have.\n");
  else
    print_legend(t, out, any, complete);
}

/* --- for programs --- */

static void json_seconds(emit_text *out, const char *key, gint64 ns)
{
  emit_text_format(out, ",\"%s\":", key);
  if (ns > 0)
    emit_text_seconds(out, ns, 0);
  else
    emit_text_literal(out, "null");
}

static void json_kept(const timing *t, emit_text *out, const timeouts_row *row)
{
  if (row->kept > 0)
    emit_text_format(out, ",\"kept\":%" G_GUINT64_FORMAT ",\"kept_by\":%u", row->kept, row->kept_s);
  if ((row->next & ~(G_GUINT64_CONSTANT(1) << row->timeout)) == 0)
    return;
  emit_text_literal(out, ",\"next\":[");
  put_next(t, out, row, ",", TRUE);
  emit_text_char(out, ']');
}

static void json_row(const timing *t, emit_text *out, const timeouts_row *row)
{
  const char *sysctl = sysctl_of(t, row);

  emit_text_literal(out, "{\"schema\":1,\"type\":\"timeout\",\"sysctl\":");
  if (sysctl != NULL)
    emit_text_json_string(out, sysctl);
  else
    emit_text_format(out, "null,\"of\":\"%s\"", owner_of(row->timeout));
  if (row->timeout < CT_TIMEOUT_COUNT)
    emit_text_format(out, ",\"now\":%u", row->now_s);
  emit_text_format(out, ",\"ended\":%" G_GUINT64_FORMAT ",\"missed\":%" G_GUINT64_FORMAT, row->ended, row->missed);
  if (!row->complete)
    emit_text_literal(out, ",\"missed_complete\":false");
  json_seconds(out, "survived", row->survived_ns);
  json_seconds(out, "cut_after", row->cut_ns);
  if (row->known)
    emit_text_format(out, ",\"smallest\":%u,\"least\":%s", row->smallest_s, row->least ? "true" : "false");
  else
    emit_text_literal(out, ",\"smallest\":null");
  if (row->doubt != TIMEOUTS_SURE)
    emit_text_format(out, ",\"doubt\":\"%s\"", doubts[row->doubt].word);
  if (!row->known)
    json_kept(t, out, row);
  if (row->has_cost)
    emit_text_format(out, ",\"peak\":%" G_GUINT64_FORMAT ",\"mean\":%.3f", row->peak, row->mean);
  emit_text_literal(out, "}\n");
}

static void print_json(timing *t)
{
  emit_text *out = &t->run.output.text;
  timeouts_row row;
  guint64 peak;
  double mean;
  guint i;

  if (timeouts_occupancy(t->timeouts, &peak, &mean))
    emit_text_format(out, "{\"schema\":1,\"type\":\"occupancy\",\"peak\":%" G_GUINT64_FORMAT ",\"mean\":%.3f}\n", peak,
                     mean);
  for (i = 0; timeouts_get(t->timeouts, i, &row); i++)
    json_row(t, out, &row);
}

static void csv_row(const timing *t, emit_text *out, const timeouts_row *row, gboolean partial)
{
  const char *sysctl = sysctl_of(t, row);

  emit_text_string(out, sysctl != NULL ? sysctl : "");
  emit_text_char(out, ',');
  if (row->timeout < CT_TIMEOUT_COUNT)
    emit_text_u64(out, row->now_s);
  emit_text_format(out, ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",", row->ended, row->missed);
  if (row->survived_ns > 0)
    emit_text_seconds(out, row->survived_ns, 0);
  emit_text_char(out, ',');
  if (row->cut_ns > 0)
    emit_text_seconds(out, row->cut_ns, 0);
  if (row->known)
    emit_text_format(out, ",%u,%s,", row->smallest_s, row->least ? "true" : "false");
  else
    emit_text_literal(out, ",,,");
  if (row->has_cost)
    emit_text_format(out, "%" G_GUINT64_FORMAT ",%.3f", row->peak, row->mean);
  else
    emit_text_char(out, ',');
  emit_text_format(out, ",%s,%s,", sysctl == NULL ? owner_of(row->timeout) : "",
                   row->doubt != TIMEOUTS_SURE ? doubts[row->doubt].word : "");
  if (row->kept > 0)
    emit_text_format(out, "%" G_GUINT64_FORMAT ",%u,", row->kept, row->kept_s);
  else
    emit_text_literal(out, ",,");
  put_next(t, out, row, " ", FALSE);
  emit_text_string(out, partial ? ",true\n" : ",false\n");
}

static void print_csv(timing *t)
{
  emit_text *out = &t->run.output.text;
  emit_part part;
  gboolean partial = cli_part_of_run(&t->run, &part);
  timeouts_row row;
  guint i;

  emit_text_literal(
    out, "sysctl,now,ended,missed,survived,cut_after,smallest,least,peak,mean,of,doubt,kept,kept_by,next,partial\n");
  for (i = 0; timeouts_get(t->timeouts, i, &row); i++)
    csv_row(t, out, &row, partial);
}

static void print_part(timing *t, timeouts_style style)
{
  emit_part part;

  if (style == TIMEOUTS_STYLE_CSV || !cli_part_of_run(&t->run, &part))
    return;
  if (style == TIMEOUTS_STYLE_JSON)
    emit_part_json(&t->run.output.text, &part);
  else
    emit_part_line(&t->run.output.text, &part);
}

static void play(timing *t, timeouts_style style)
{
  static void (*const prints[])(timing * t) = {
    [TIMEOUTS_STYLE_TEXT] = print_text,
    [TIMEOUTS_STYLE_JSON] = print_json,
    [TIMEOUTS_STYLE_CSV] = print_csv,
  };
  cli_watch watch = { .packet = on_packet, .user = t };

  t->timeouts = timeouts_new(&t->run.params);
  ct_engine_trace(t->run.engine, &t->trace);
  timeouts_begin(t->timeouts, t->run.engine, &t->trace, t->run.firewall.firewall != NULL);
  cli_run_play(&t->run, &watch);
  timeouts_end(t->timeouts);
  prints[style](t);
  print_part(t, style);
  timeouts_free(t->timeouts);
}

static const cli_choice styles[] = {
  { "text", TIMEOUTS_STYLE_TEXT }, { "json", TIMEOUTS_STYLE_JSON }, { "csv", TIMEOUTS_STYLE_CSV }, { NULL, 0 }
};
/* clang-format off */
static const cli_option own_options[] = {
  { "output", 'o', "text|json|csv", CLI_OWN, CLI_CHOICE(timeouts_own, style, styles, "text, json or csv"),
    .called = "timeouts -o" },
  { .name = NULL },
};
/* clang-format on */

cli_exit cli_command_timeouts(int argc, char **argv)
{
  timeouts_own own = { TIMEOUTS_STYLE_TEXT };
  timing t = { .timeouts = NULL };
  GError *error = NULL;
  cli_options o;
  cli_exit code;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error)) {
    code = cli_usage(error);
  } else {
    if (cli_run_open(&t.run, &o, 0)) {
      if (t.run.params.gc == CT_GC_EXACT) {
        play(&t, own.style);
      } else {
        cli_say("timeouts counts entries that are alive, whatever the collector does: leave --gc out");
        t.run.code = CLI_EXIT_USAGE;
      }
    }
    code = cli_run_close(&t.run);
  }
  cli_options_clear(&o);
  return code;
}
