/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emit/formats.h"
#include "person.h"

#include <string.h>

enum { LABEL_WIDTH = 13, STATE_WIDTH = 13, FLOW_WIDTH = 52 };

static void heading(cli_person *p, const char *text)
{
  emit_text *out = &p->run.out;

  emit_text_char(out, '\n');
  cli_text_colour(&p->run, out, "\033[1m");
  emit_text_string(out, text);
  cli_text_colour(&p->run, out, "\033[0m");
}

static void flags(emit_text *out, const ct_view *view)
{
  if (!(view->status & CT_STATUS_SEEN_REPLY))
    emit_text_literal(out, "  [UNREPLIED]");
  if (view->status & CT_STATUS_ASSURED)
    emit_text_literal(out, "  [ASSURED]");
  if (view->helper != NULL) {
    emit_text_literal(out, "  helper=");
    emit_text_string(out, view->helper);
  }
  if (view->has_master) {
    emit_text_literal(out, "  of #");
    emit_text_u64(out, view->master_id);
  }
}

static void on_entry(const ct_view *view, void *user)
{
  cli_person *p = user;
  emit_text *out = &p->run.out;
  const char *state = ct_state_name(view->tuple[CT_ORIGINAL].proto, view->state);
  char text[48];
  gsize begin;

  if (!cli_filter_entry(&p->run.o->filter, view))
    return;
  if (p->in_table++ >= p->table_most) {
    p->table_hidden++;
    return;
  }
  g_snprintf(text, sizeof(text), "  #%-7" G_GUINT64_FORMAT " %7" G_GINT64_FORMAT " s  ", (guint64)view->id,
             (gint64)(view->timeout_ns / 1000000000));
  emit_text_string(out, text);
  emit_text_pad(out, state != NULL ? state : "-", STATE_WIDTH);
  emit_text_reserve(out, 256); /* no flush inside the column */
  begin = out->used;
  cli_text_flow(out, &view->tuple[CT_ORIGINAL]);
  cli_text_pad_from(out, begin, FLOW_WIDTH);
  if (view->counted) {
    emit_text_literal(out, "  ");
    emit_text_u64(out, view->packets[CT_ORIGINAL]);
    emit_text_char(out, '+');
    emit_text_u64(out, view->packets[CT_REPLY]);
    emit_text_literal(out, " packets");
  }
  flags(out, view);
  emit_text_char(out, '\n');
}

/* "12 NEW" and a comma before it where it is not the first. */
static void part(emit_text *out, gboolean *first, guint64 number, const char *text)
{
  if (number == 0)
    return;
  if (!*first)
    emit_text_literal(out, ", ");
  *first = FALSE;
  cli_text_number(out, number);
  emit_text_char(out, ' ');
  emit_text_string(out, text);
}

static void count_entry(const ct_view *view, void *user)
{
  cli_person *p = user;

  if (cli_filter_entry(&p->run.o->filter, view))
    p->by_state[view->tuple[CT_ORIGINAL].proto][MIN(view->state, 15)]++;
}

/* ": 12 tcp ESTABLISHED, 3 udp", protocols in the order of their numbers. */
static void states_of_table(cli_person *p)
{
  emit_text *out = &p->run.out;
  gboolean first = TRUE;
  guint proto, state;

  for (proto = 0; proto < 256; proto++)
    for (state = 0; state < 16; state++) {
      const char *name = ct_state_name((guint8)proto, state), *protocol = cli_proto_name((guint8)proto);
      char text[64];

      if (p->by_state[proto][state] == 0)
        continue;
      if (protocol != NULL)
        g_snprintf(text, sizeof(text), "%s%s%s", protocol, name != NULL ? " " : "", name != NULL ? name : "");
      else
        g_snprintf(text, sizeof(text), "of protocol %u", proto);
      if (first)
        emit_text_literal(out, ": ");
      part(out, &first, p->by_state[proto][state], text);
    }
}

void cli_person_table(cli_person *p)
{
  emit_text *out = &p->run.out;

  heading(p, "Table at the end");
  ct_engine_each(p->run.engine, count_entry, p);
  states_of_table(p);
  emit_text_char(out, '\n');
  ct_engine_each(p->run.engine, on_entry, p);
  if (p->in_table == 0)
    emit_text_literal(out, "  empty\n");
  if (p->table_hidden > 0) {
    emit_text_literal(out, "  ... and ");
    cli_text_number(out, p->table_hidden);
    emit_text_literal(out, " more (-L lists all)\n");
  }
}

static void label(emit_text *out, const char *text)
{
  emit_text_literal(out, "  ");
  emit_text_pad(out, text, LABEL_WIDTH);
}

static guint64 sum(const guint64 *numbers, guint n)
{
  guint64 all = 0;
  guint i;

  for (i = 0; i < n; i++)
    all += numbers[i];
  return all;
}

static void about_capture(cli_person *p)
{
  emit_text *out = &p->run.out;
  replay_figures f;

  replay_source_figures(p->run.source, &f);
  label(out, "capture");
  cli_text_number(out, f.frames);
  emit_text_string(out, f.frames == 1 ? " packet" : " packets");
  if (f.fed < f.frames) {
    emit_text_literal(out, ", ");
    cli_text_number(out, f.fed);
    emit_text_literal(out, " of them replayed");
  }
  if (f.fed > 0) {
    emit_text_literal(out, ", ");
    emit_text_seconds(out, f.last_ns - p->run.first_ns, 0);
    emit_text_literal(out, " s from ");
    emit_text_time(out, p->run.first_ns);
  }
  emit_text_char(out, '\n');
}

static void about_packets(cli_person *p)
{
  emit_text *out = &p->run.out;
  guint64 others = 0;
  gboolean first = TRUE;
  guint i;

  label(out, "classes");
  for (i = CT_CLASS_NEW; i < CT_CLASS_COUNT; i++)
    part(out, &first, p->by_class[i], ct_class_name((ct_class)i));
  part(out, &first, p->by_class[CT_CLASS_NONE] - MIN(p->by_class[CT_CLASS_NONE], sum(p->none_by_reason, CT_REASON_COUNT)), "dropped");
  part(out, &first, sum(p->none_by_reason, CT_REASON_COUNT), "never reached conntrack");
  emit_text_string(out, first ? "none\n" : "\n");
  first = TRUE;
  for (i = 0; i < 256; i++) {
    if (p->by_proto[i] > 0 && first)
      label(out, "protocols");
    if (cli_proto_name((guint8)i) != NULL)
      part(out, &first, p->by_proto[i], cli_proto_name((guint8)i));
    else
      others += p->by_proto[i];
    if (first && others > 0 && i == 255)
      label(out, "protocols");
  }
  part(out, &first, others, "others");
  if (!first)
    emit_text_char(out, '\n');
}

/* A number and a reason a line, the most frequent first. */
static void by_reason(cli_person *p, const char *name, const guint64 *numbers)
{
  guint8 told[CT_REASON_COUNT] = { 0 };
  emit_text *out = &p->run.out;
  gboolean any = FALSE;
  char text[48];

  for (;;) {
    guint best = CT_REASON_COUNT, i;

    for (i = 0; i < CT_REASON_COUNT; i++)
      if (numbers[i] > 0 && !told[i] && (best == CT_REASON_COUNT || numbers[i] > numbers[best]))
        best = i;
    if (best == CT_REASON_COUNT)
      return;
    told[best] = 1;
    label(out, any ? "" : name);
    any = TRUE;
    g_snprintf(text, sizeof(text), "%" G_GUINT64_FORMAT, numbers[best]);
    emit_text_pad(out, text, -7);
    emit_text_literal(out, "  ");
    emit_text_string(out, ct_reason_sentence((ct_reason)best));
    emit_text_literal(out, " (");
    emit_text_string(out, ct_reason_word((ct_reason)best));
    emit_text_literal(out, ")\n");
  }
}

static void about_entries(cli_person *p)
{
  const ct_stats *stats = ct_engine_stats(p->run.engine);
  emit_text *out = &p->run.out;
  guint64 now = ct_engine_count(p->run.engine), evicted;
  gboolean first = TRUE;

  evicted = stats->ended[CT_REASON_END_EVICTED] + stats->ended[CT_REASON_END_GC_EVICTED];
  label(out, "entries");
  cli_text_number(out, stats->created);
  emit_text_literal(out, " created");
  if (stats->created > 0)
    emit_text_literal(out, ": ");
  part(out, &first, now, "still there");
  part(out, &first, stats->ended[CT_REASON_END_TIMEOUT], "expired");
  part(out, &first, evicted, "evicted");
  part(out, &first, stats->ended[CT_REASON_END_RST], "ended by a reset before any reply");
  part(out, &first, stats->ended[CT_REASON_END_REOPENED], "reopened by a new SYN");
  part(out, &first, stats->ended[CT_REASON_END_HELPER], "ended by a helper");
  emit_text_char(out, '\n');
}

/* Which timeouts ran out, where any did. */
static void about_timeouts(cli_person *p)
{
  const ct_stats *stats = ct_engine_stats(p->run.engine);
  emit_text *out = &p->run.out;
  char name[EMIT_TIMEOUT_NAME_BYTES];
  gboolean first = TRUE;
  guint i;

  if (stats->ended[CT_REASON_END_TIMEOUT] == 0)
    return;
  label(out, "expired");
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    part(out, &first, stats->expired_by_timeout[i], emit_timeout_name((ct_timeout)i, name));
  emit_text_char(out, '\n');
}

static void about_table(cli_person *p)
{
  const ct_stats *stats = ct_engine_stats(p->run.engine);
  const ct_params *params = &p->run.params;
  emit_text *out = &p->run.out;

  label(out, "peak");
  cli_text_number(out, stats->peak_count);
  if (params->max > 0) {
    emit_text_literal(out, " of ");
    cli_text_number(out, params->max);
  }
  emit_text_literal(out, " entries");
  if (stats->peak_count > 0) {
    emit_text_literal(out, ", at +");
    emit_text_seconds(out, stats->peak_time_ns - p->run.first_ns, 0);
    emit_text_literal(out, " s");
  }
  emit_text_char(out, '\n');
  label(out, "kernel");
  emit_text_string(out, params->profile->name);
  emit_text_literal(out, ", max ");
  emit_text_u64(out, params->max);
  emit_text_literal(out, ", hash size ");
  emit_text_u64(out, params->buckets);
  emit_text_literal(out, ", hash seed ");
  emit_text_u64(out, params->hash_seed);
  emit_text_string(out, params->gc == CT_GC_EXACT ? ", gc exact\n" : ", gc kernel\n");
}

static void about_oddities(cli_person *p)
{
  const ct_stats *stats = ct_engine_stats(p->run.engine);
  emit_text *out = &p->run.out;
  gboolean first = TRUE;
  replay_figures f;

  replay_source_figures(p->run.source, &f);
  if (f.bad_checksums + f.offload_checksums + f.unjudged_checksums > 0) {
    label(out, "checksums");
    part(out, &first, f.bad_checksums, "wrong");
    part(out, &first, f.offload_checksums, "look like offload, not judged (captured on the sending host)");
    part(out, &first, f.unjudged_checksums, "not judged: the packet was cut");
    emit_text_char(out, '\n');
  }
  if (stats->expect_create > 0) {
    first = TRUE;
    label(out, "expectations");
    part(out, &first, stats->expect_create, "made");
    part(out, &first, stats->expect_new, "met");
    part(out, &first, stats->expect_expired, "expired");
    part(out, &first, stats->expect_refused, "refused");
    emit_text_char(out, '\n');
  }
  if (stats->helper_cut > 0) {
    label(out, "helpers");
    cli_text_number(out, stats->helper_cut);
    emit_text_literal(out, " flows whose helper could not see a payload: the snap length cut it\n");
  }
  if (stats->clock_back > 0) {
    label(out, "clock");
    cli_text_number(out, stats->clock_back);
    emit_text_literal(out, " packets with a time before their predecessor's: tracked at the present\n");
  }
}

/* Exact expiry frees places that the kernel's collector would not have freed yet; where places mattered, that must be said. */
static void about_pressure(cli_person *p)
{
  const ct_stats *stats = ct_engine_stats(p->run.engine);
  emit_text *out = &p->run.out;

  if (p->run.params.gc != CT_GC_EXACT || stats->early_drop + stats->drop == 0)
    return;
  label(out, "table full");
  cli_text_number(out, stats->early_drop);
  emit_text_literal(out, " evicted, ");
  cli_text_number(out, stats->drop);
  emit_text_literal(out, " packets dropped; a kernel's expired entries count until they are collected,\n");
  label(out, "");
  emit_text_literal(out, "so it would have been full sooner: --gc kernel shows how\n");
}

void cli_person_summary(cli_person *p)
{
  heading(p, "Summary");
  emit_text_char(&p->run.out, '\n');
  about_capture(p);
  about_packets(p);
  about_entries(p);
  about_timeouts(p);
  about_table(p);
  about_pressure(p);
  by_reason(p, "INVALID", ct_engine_stats(p->run.engine)->invalid_by_reason);
  by_reason(p, "dropped", ct_engine_stats(p->run.engine)->dropped_by_reason);
  by_reason(p, "not tracked", p->none_by_reason);
  about_oddities(p);
}
