/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --evictions: who had to go, who was dropped, and who was missed later. A line as it happens; totals at the end, on
 * standard error.
 */
#include "part.h"
#include "run.h"
#include "say.h"
#include "show.h"

#include "pressure/occupancy.h"
#include "pressure/room.h"
#include "pressure/victims.h"

enum { ROOM_MOST = 1 << 22 };

typedef struct evictions {
  cli_run run;
  pressure_victims *victims;
  pressure_room *room; /* NULL where what a larger table holds is not known (cli_run_may_have_room) */
  guint64 dropped;     /* by conntrack */
  guint64 by_rules;    /* dropped by them */
  guint64 in_vain;     /* evicted for packets that rules have dropped then */
  guint64 latest;      /* evicted for the packet that is on its way */
  guint64 shown;       /* evictions */
} evictions;

static gboolean is_wanted(const evictions *e, const ct_view *view)
{
  return e->run.showing && cli_filter_entry(&e->run.o->filter, view);
}

static emit_loss loss_of(const evictions *e, emit_loss_kind kind, const pressure_victim *victim)
{
  return (emit_loss){ .kind = kind,
                      .first_ns = e->run.first_ns,
                      .max = e->run.params.max,
                      .view = victim->view,
                      .evicted_ns = victim->evicted_ns,
                      .reason = victim->reason,
                      .by_packet = victim->by_packet };
}

static void on_event(const ct_event *event, void *user)
{
  evictions *e = user;
  const pressure_victim *victim = pressure_victims_event(e->victims, event);
  emit_loss loss;

  e->latest += victim != NULL && victim->by_packet != 0;
  if (victim == NULL || !is_wanted(e, victim->view))
    return;
  e->shown++;
  loss = loss_of(e, EMIT_LOSS_EVICTED, victim);
  emit_output_loss(&e->run.shown, &loss);
}

/* Of the last packet. */
static gboolean dropped_by_rules(const evictions *e)
{
  const cli_firewall *f = &e->run.firewall;

  return f->firewall != NULL && f->door.dropped(f->door.user);
}

static void on_missed(const pressure_victim *victim, const ct_packet *packet, const ct_result *result, gpointer user)
{
  evictions *e = user;
  emit_loss loss = loss_of(e, EMIT_LOSS_MISSED, victim);

  if (!is_wanted(e, victim->view))
    return;
  loss.packet = packet;
  loss.result = result;
  loss.dropped_by = dropped_by_rules(e) ? cli_firewall_tell(&e->run.firewall, packet) : NULL;
  emit_output_loss(&e->run.shown, &loss);
}

static void show_dropped(evictions *e, const replay_seen *seen)
{
  const emit_loss loss = { .kind = EMIT_LOSS_DROPPED,
                           .first_ns = e->run.first_ns,
                           .max = e->run.params.max,
                           .packet = seen->packet,
                           .result = seen->result };

  emit_output_loss(&e->run.shown, &loss);
}

static void on_packet(const replay_seen *seen, gpointer user)
{
  evictions *e = user;

  if (e->room != NULL)
    pressure_room_packet(e->room, seen);
  if (seen->packet->kind != CT_PACKET_NONE && dropped_by_rules(e)) {
    e->by_rules++;
    e->in_vain += e->latest;
  }
  e->latest = 0;
  pressure_victims_packet(e->victims, seen->packet, seen->result, ct_engine_now(e->run.engine), on_missed, e);
  if (seen->result->verdict != CT_VERDICT_DROP)
    return;
  e->dropped++;
  if (e->run.showing && cli_filter_packet(&e->run.o->filter, seen->packet))
    show_dropped(e, seen);
}

/* What would have been enough, where something was lost for want of room. => to be freed; NULL: not known */
static char *enough(const evictions *e)
{
  const ct_stats *stats = ct_engine_stats(e->run.engine);
  guint64 needed = e->room != NULL ? pressure_room_needed(e->room) : 0;

  if (needed == 0 || pressure_evictions(stats) + stats->dropped_by_reason[CT_REASON_TABLE_FULL] == 0)
    return NULL;
  return g_strdup_printf("; %s=%" G_GUINT64_FORMAT " is the smallest with which nobody would have been evicted, nor "
                         "dropped for want of room",
                         ct_params_spell(e->run.params.profile, "nf_conntrack_max"), needed);
}

/* => to be freed */
static char *words_of_rules(const evictions *e)
{
  if (e->run.firewall.firewall == NULL)
    return g_strdup("");
  if (e->in_vain == 0)
    return g_strdup_printf(" by conntrack, %" G_GUINT64_FORMAT " by rules", e->by_rules);
  return g_strdup_printf(" by conntrack, %" G_GUINT64_FORMAT " by rules, for which %" G_GUINT64_FORMAT
                         " of the evicted had to go",
                         e->by_rules, e->in_vain);
}

static void say_totals(const evictions *e, const emit_part *part)
{
  const cli_options *o = e->run.o;
  char *chosen = NULL, *words = part != NULL ? emit_part_words(part) : NULL, *larger = enough(e);
  char *rules = words_of_rules(e);

  if (o->filter.any || o->show_from.kind != REPLAY_POINT_NONE)
    chosen = g_strdup_printf("%" G_GUINT64_FORMAT " shown; in all ", e->shown);
  cli_say("%s%" G_GUINT64_FORMAT " evicted, of these %s%" G_GUINT64_FORMAT " missed later; %" G_GUINT64_FORMAT
          " packets dropped%s%s%s%s",
          chosen != NULL ? chosen : "", pressure_victims_count(e->victims),
          pressure_victims_forgot(e->victims) ? "at least " : "", pressure_victims_missed(e->victims), e->dropped,
          rules, larger != NULL ? larger : "", words != NULL ? "; of a part: " : "", words != NULL ? words : "");
  g_free(rules);
  g_free(larger);
  g_free(words);
  g_free(chosen);
}

static void play(evictions *e)
{
  cli_watch watch = { .packet = on_packet, .user = e };

  e->victims =
    pressure_victims_new(e->run.params.profile, PRESSURE_EVICTED, pressure_victims_followed(e->run.params.max), TRUE);
  if (cli_run_may_have_room(&e->run))
    e->room = pressure_room_new(&e->run.params, ROOM_MOST);
  ct_engine_watch(e->run.engine, 1u << CT_EVENT_DESTROY, on_event, e);
  if (cli_run_play(&e->run, &watch)) {
    emit_part part;
    gboolean partial =
      cli_part_of(e->run.source, ct_engine_stats(e->run.engine)->packets, e->run.output.text.error != 0, &part);

    cli_run_finish_output(&e->run);
    say_totals(e, partial ? &part : NULL);
    e->run.part_said = TRUE;
  }
  pressure_victims_free(e->victims);
  pressure_room_free(e->room);
}

cli_exit cli_show_evictions(const cli_options *o)
{
  evictions *e = g_new0(evictions, 1);
  cli_exit code;

  if (cli_run_open(&e->run, o, EMIT_CAN_LOSSES))
    play(e);
  code = cli_run_close(&e->run);
  g_free(e);
  return code;
}
