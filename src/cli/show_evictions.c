/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --evictions: who had to go, who was dropped, and who was missed later. A line as it happens; totals at the end, on
 * standard error.
 */
#include "person.h"

#include <string.h>

#include "pressure/victims.h"

typedef struct evictions {
  cli_run run;
  pressure_victims *victims;
  gboolean json;
  guint64 dropped;
  guint64 shown;  /* evictions */
  emit_text line; /* in memory: what the format makes of an entry, to stand inside a line of ours */
} evictions;

static void put_seconds(emit_text *out, gint64 ns)
{
  char text[32];

  g_snprintf(text, sizeof(text), "%.3f", (double)ns / 1e9);
  emit_text_string(out, text);
}

static void put_time(const evictions *e, emit_text *out, gint64 ns)
{
  char text[32];

  g_snprintf(text, sizeof(text), "%12.6f ", (double)(ns - e->run.first_ns) / 1e9);
  emit_text_string(out, text);
}

/* The entry's line without its newline. */
static void put_view(evictions *e, const ct_view *view)
{
  gsize n;

  e->run.format->entry(&e->line, &e->run.emit, view);
  n = e->line.used;
  emit_text_bytes(&e->run.out, e->line.data, n > 0 && e->line.data[n - 1] == '\n' ? n - 1 : n);
  e->line.used = 0;
}

static void put_entry(evictions *e, const char *tag, const pressure_victim *victim)
{
  emit_text_pad(&e->run.out, tag, -11);
  emit_text_char(&e->run.out, ' ');
  put_view(e, victim->view);
}

static void put_victim_json(evictions *e, const char *what, const pressure_victim *victim, gint64 time_ns)
{
  emit_text *out = &e->run.out;

  emit_text_string(out, "{\"schema\":1,\"type\":\"");
  emit_text_string(out, what);
  emit_text_string(out, "\",\"time\":\"");
  emit_text_time(out, time_ns);
  emit_text_string(out, "\",\"conn\":");
  emit_text_u64(out, victim->view->id);
  emit_text_string(out, ",\"age\":");
  put_seconds(out, victim->evicted_ns - victim->view->created_ns);
  emit_text_string(out, ",\"reason\":\"");
  emit_text_string(out, ct_reason_word(victim->reason));
  emit_text_string(out, "\",\"entry\":");
  emit_json_entry_object(out, &e->run.emit, victim->view);
}

static void on_event(const ct_event *event, void *user)
{
  evictions *e = user;
  const pressure_victim *victim = pressure_victims_event(e->victims, event);
  emit_text *out = &e->run.out;

  if (victim == NULL || !e->run.showing || !cli_filter_entry(&e->run.o->filter, victim->view))
    return;
  e->shown++;
  if (e->json) {
    put_victim_json(e, "evicted", victim, victim->evicted_ns);
    if (victim->by_packet != 0) {
      emit_text_string(out, ",\"by\":");
      emit_text_u64(out, victim->by_packet);
    }
    emit_text_string(out, "}\n");
    return;
  }
  put_time(e, out, victim->evicted_ns);
  put_entry(e, "[EVICTED]", victim);
  emit_text_string(out, " age ");
  put_seconds(out, victim->evicted_ns - victim->view->created_ns);
  if (victim->by_packet != 0) {
    emit_text_string(out, " s, for packet ");
    emit_text_u64(out, victim->by_packet);
    emit_text_char(out, '\n');
  } else {
    emit_text_string(out, " s, by the collector\n");
  }
}

static void on_missed(const pressure_victim *victim, const ct_packet *packet, const ct_result *result, gpointer user)
{
  evictions *e = user;
  emit_text *out = &e->run.out;

  if (!e->run.showing || !cli_filter_entry(&e->run.o->filter, victim->view))
    return;
  if (e->json) {
    put_victim_json(e, "missed", victim, packet->time_ns);
    emit_text_string(out, ",\"packet\":");
    emit_text_u64(out, packet->number);
    emit_text_string(out, ",\"class\":\"");
    emit_text_string(out, ct_class_name((ct_class)result->cls));
    emit_text_string(out, "\"}\n");
    return;
  }
  put_time(e, out, packet->time_ns);
  put_entry(e, "[MISSED]", victim);
  emit_text_string(out, " by packet ");
  emit_text_u64(out, packet->number);
  emit_text_string(out, ", now ");
  emit_text_string(out, result->verdict == CT_VERDICT_DROP ? "dropped" : ct_class_name((ct_class)result->cls));
  emit_text_char(out, '\n');
}

static void put_dropped(evictions *e, const replay_seen *seen)
{
  emit_text *out = &e->run.out;

  if (e->json) {
    emit_packet packet = {
      .frame = seen->frame, .packet = seen->packet, .result = seen->result, .first_ns = e->run.first_ns
    };

    e->run.format->packet(out, &e->run.emit, &packet);
    return;
  }
  put_time(e, out, seen->packet->time_ns);
  emit_text_pad(out, "[DROPPED]", -11);
  emit_text_string(out, " packet ");
  emit_text_u64(out, seen->packet->number);
  emit_text_char(out, ' ');
  cli_text_flow(out, &seen->packet->tuple);
  emit_text_string(out, " (");
  emit_text_string(out, ct_reason_sentence((ct_reason)seen->result->reason));
  emit_text_string(out, ")\n");
}

static void on_packet(const replay_seen *seen, gpointer user)
{
  evictions *e = user;

  pressure_victims_packet(e->victims, seen->packet, seen->result, ct_engine_now(e->run.engine), on_missed, e);
  if (seen->result->verdict != CT_VERDICT_DROP)
    return;
  e->dropped++;
  if (e->run.showing && cli_filter_packet(&e->run.o->filter, seen->packet))
    put_dropped(e, seen);
}

static gboolean can_show(cli_run *run)
{
  if (run->format->entry != NULL && run->format->packet != NULL)
    return TRUE;
  cli_say("-o %s: not a format of --evictions; it has conntrack and json", run->format->name);
  run->code = CLI_EXIT_USAGE;
  return FALSE;
}

cli_exit cli_show_evictions(const cli_options *o)
{
  evictions *e = g_new0(evictions, 1);
  cli_watch watch = { .packet = on_packet, .user = e };
  char *chosen = NULL;
  cli_exit code;

  emit_text_init(&e->line, -1);
  if (cli_run_open(&e->run, o, EMIT_CAN_EVENTS) && can_show(&e->run)) {
    e->json = strcmp(e->run.format->name, "json") == 0;
    e->victims = pressure_victims_new(pressure_victims_followed(e->run.params.max), TRUE);
    ct_engine_watch(e->run.engine, 1u << CT_EVENT_DESTROY, on_event, e);
    cli_run_play(&e->run, &watch);
    cli_run_finish_output(&e->run);
    if (o->filter.any || o->show_from.kind != REPLAY_POINT_NONE)
      chosen = g_strdup_printf("%" G_GUINT64_FORMAT " shown; in all ", e->shown);
    cli_say("%s%" G_GUINT64_FORMAT " evicted, of these %" G_GUINT64_FORMAT " missed later; %" G_GUINT64_FORMAT
            " packets dropped",
            chosen != NULL ? chosen : "", pressure_victims_count(e->victims), pressure_victims_missed(e->victims),
            e->dropped);
    pressure_victims_free(e->victims);
    g_free(chosen);
  }
  emit_text_clear(&e->line);
  code = cli_run_close(&e->run);
  g_free(e);
  return code;
}
