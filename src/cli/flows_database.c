/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flows_database.h"
#include "beside.h"
#include "part.h"
#include "say.h"

#include <config.h>
#include <unistd.h>

#include "database/database.h"
#include "flows/flows.h"
#include "journal/history.h"

typedef struct filling {
  cli_run *run;
  cli_kept_packets packets;
  database *database;
  flows *flows;
  journal_history history;
  cli_beside beside;
  guint64 n_flows, n_packets, n_frames;
} filling;

static void on_flow(const flow_record *record, gpointer user)
{
  filling *f = user;

  database_flow(f->database, record);
  f->n_flows++;
}

static void on_event(const ct_event *event, void *user)
{
  /* Expectations have rows of their own, whoever would have heard of them. */
  if (!event->masked || event->expect != NULL)
    database_event(((filling *)user)->database, event);
}

/*
 * What a reader of the capture would stop at: the first and last of a connection, and all that has a reason, but for
 * what every other packet of a busy connection has.
 */
static gboolean is_notable(const ct_result *result, gboolean has_past)
{
  return has_past || (result->reason != CT_REASON_NONE && result->reason != CT_REASON_TCP_UNACKED) ||
         result->cls == CT_CLASS_INVALID || result->verdict == CT_VERDICT_DROP ||
         (result->changes & (CT_CHANGE_CREATED | CT_CHANGE_ENDED | CT_CHANGE_REOPENED | CT_CHANGE_EXPECTED)) != 0;
}

static void keep_packet(filling *f, const replay_seen *seen, const emit_rules *rules)
{
  emit_packet packet = { .packet = seen->packet,
                         .result = seen->result,
                         .first_ns = f->run->first_ns,
                         .past = &f->history.past,
                         .advice = &f->history.advice,
                         .sides = &f->history.sides,
                         .rules = rules };
  emit_packet_record record = {
    .packet = &packet, .interface = seen->interface, .vlan = seen->link->vlan, .frame_bytes = seen->frame->wire
  };
  ct_view view;

  if (seen->result->entry != NULL) {
    ct_entry_view(f->run->engine, seen->result->entry, &view);
    packet.view = &view;
  }
  emit_wire_read(seen->packet, f->run->params.profile, &record.wire);
  database_packet(f->database, &record);
  f->n_packets++;
}

static void on_packet(const replay_seen *seen, gpointer user)
{
  filling *f = user;
  flow_packet packet = { .packet = seen->packet,
                         .result = seen->result,
                         .interface = seen->interface,
                         .vlan = seen->link->vlan,
                         .past = &f->history.past };

  f->n_frames++;
  journal_history_packet(&f->history, seen->packet, seen->result);
  cli_beside_packet(&f->beside, &f->history, seen);
  if (f->run->firewall.firewall != NULL)
    packet.rules = cli_firewall_tell(&f->run->firewall, seen->packet);
  flows_packet(f->flows, &packet);
  if (f->packets == CLI_PACKETS_ALL ||
      (f->packets == CLI_PACKETS_NOTABLE && is_notable(seen->result, f->history.past.end != NULL)))
    keep_packet(f, seen, packet.rules);
  database_pass(f->database, seen->packet, seen->result, ct_engine_count(f->run->engine), packet.rules);
  if (database_failed(f->database))
    f->run->unwanted = TRUE;
}

static void write_number(filling *f, const char *key, guint64 number)
{
  char digits[24];

  g_snprintf(digits, sizeof(digits), "%" G_GUINT64_FORMAT, number);
  database_meta(f->database, key, digits);
}

/* Whether options chose frames of what the captures hold. */
static gboolean is_selected(const replay_options *r)
{
  return r->bpf != NULL || r->start.kind != REPLAY_POINT_NONE || r->end.kind != REPLAY_POINT_NONE || r->count != 0 ||
         r->interface != NULL || r->direction != CAP_DIR_UNKNOWN;
}

/* What it all was, for who meets the file later. */
static void write_meta(filling *f)
{
  static const char *const kept[] = { "notable", "notable", "all", "none" };
  const ct_params *params = &f->run->params;
  const ct_stats *stats = ct_engine_stats(f->run->engine);
  const cli_options *o = f->run->o;
  emit_part part;
  guint i;

  write_number(f, "schema", DATABASE_SCHEMA);
  database_meta(f->database, "written_by", "ctreplay");
  database_meta(f->database, "kernel", params->profile->name);
  write_number(f, "max", params->max);
  write_number(f, "buckets", params->buckets);
  database_meta(f->database, "packets_kept", kept[f->packets]);
  write_number(f, "frames", f->n_frames);
  write_number(f, "packets", stats->packets);
  write_number(f, "connections", stats->created);
  write_number(f, "peak", stats->peak_count);
  database_meta(f->database, "whole", cli_part_of_run(f->run, &part) ? "no" : "yes");
  database_meta(f->database, "selected", is_selected(&o->replay) ? "yes" : "no");
  for (i = 0; i < o->captures->len; i++)
    database_capture(f->database, g_ptr_array_index(o->captures, i));
}

/* A file that is not whole is emptied, so that it does not look like a database. */
static void give_up(cli_run *run, GError *error)
{
  cli_say("%s: %s", run->o->write, error->message);
  g_error_free(error);
  if (ftruncate(run->database_fd, 0) != 0)
    cli_say("%s: what was written of it is not whole", run->o->write);
  run->code = cli_exit_graver(run->code, CLI_EXIT_OUTPUT);
}

static void play(filling *f)
{
  const guint32 all = 1u << CT_EVENT_NEW | 1u << CT_EVENT_UPDATE | 1u << CT_EVENT_DESTROY,
                expectations = 1u << CT_EVENT_EXPECT_NEW | 1u << CT_EVENT_EXPECT_DESTROY;
  const flows_options options = { .needs = FLOWS_NEEDS_MISSED | FLOWS_NEEDS_RULES, .done = on_flow, .user = f };
  const cli_watch watch = { .packet = on_packet, .ahead = TRUE, .user = f };
  ct_engine *engine = f->run->engine;

  f->flows = flows_new(engine, &options);
  ct_engine_watch(engine, all | expectations, on_event, f);
  journal_history_begin(&f->history, engine);
  journal_history_try(&f->history, engine);
  cli_beside_begin(&f->beside, f->run);
  if (cli_run_play(f->run, &watch))
    flows_end(f->flows);
  write_meta(f);
  cli_beside_end(&f->beside);
  journal_history_end(&f->history);
  flows_free(f->flows);
}

void cli_flows_database(cli_run *run, cli_kept_packets packets)
{
  const emit_row_context context = { run->emit.profile, run->emit.first_ns, g_string_new(NULL), run->emit.label_names };
  filling f = { .run = run, .packets = packets != CLI_PACKETS_UNSAID ? packets : CLI_PACKETS_NOTABLE };
  GError *error = NULL;

  f.database = database_open(run->database_fd, &context, &error);
  if (f.database != NULL) {
    play(&f);
    if (!database_close(f.database, &error))
      give_up(run, error);
    if (run->code != CLI_EXIT_OUTPUT)
      cli_say("%s: %" G_GUINT64_FORMAT " connection%s, %" G_GUINT64_FORMAT " packet%s", run->o->write, f.n_flows,
              f.n_flows == 1 ? "" : "s", f.n_packets, f.n_packets == 1 ? "" : "s");
  } else {
    give_up(run, error);
  }
  g_string_free(context.scratch, TRUE);
}
