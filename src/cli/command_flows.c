/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay flows: a record of each connection that ever was; sorted, or counted together. */
#include "commands.h"
#include "flows_database.h"
#include "help.h"
#include "run.h"
#include "say.h"
#include "snapshots.h"

#include <stdio.h>
#include <string.h>

#include "flows/order.h"
#include "journal/journal.h"

typedef struct flows_own {
  gboolean grouped;
  flows_key by;
  guint8 length[2];         /* of --by net */
  cli_kept_packets packets; /* of -o sqlite */
  const char *sort;         /* NULL: as they end */
  guint64 top;              /* 0: all */
} flows_own;

typedef struct showing {
  cli_run run;
  const flows_own *own;
  flows *flows;
  const emit_field *sort; /* NULL: as they come */
  gboolean turned;
  flows_order *order;
  flows_groups *groups;
  cli_snapshots *snapshots;
  journal *ends; /* where somebody asks who was missed */
  guint64 shown;
} showing;

/* ---- options ---- */

/* "net", "net/24", "net/24,64" => the lengths. */
static gboolean read_net(guint8 *length, const char *value)
{
  char **words = g_strsplit(value, ",", 3);
  guint n = g_strv_length(words), i;
  gboolean fine = n >= 1 && n <= 2;
  guint64 number;

  for (i = 0; fine && i < n; i++) {
    fine = g_ascii_string_to_unsigned(words[i], 10, 0, i == 0 ? 32 : 128, &number, NULL);
    if (fine)
      length[i] = (guint8)number;
  }
  g_strfreev(words);
  return fine;
}

static gboolean read_by(const cli_option *option, gpointer base, const char *value, GError **error)
{
  static const cli_choice keys[] = { { "src", FLOWS_BY_SRC },     { "dst", FLOWS_BY_DST },
                                     { "net", FLOWS_BY_NET },     { "dport", FLOWS_BY_DPORT },
                                     { "state", FLOWS_BY_STATE }, { "reason", FLOWS_BY_REASON },
                                     { "proto", FLOWS_BY_PROTO }, { NULL, 0 } };
  flows_own *own = base;
  const cli_choice *key = keys;

  own->grouped = TRUE;
  if (g_str_has_prefix(value, "net/") && read_net(own->length, value + 4)) {
    own->by = FLOWS_BY_NET;
    return TRUE;
  }
  while (key->word != NULL && strcmp(key->word, value) != 0)
    key++;
  own->by = (flows_key)key->value;
  return key->word != NULL || cli_option_refuse(option, value, error);
}

/* A moment, or the one at which the table was fullest. */
static gboolean read_at(const cli_option *option, gpointer base, const char *value, GError **error)
{
  if (strcmp(value, "peak") != 0)
    return cli_read_points(option, base, value, error);
  ((cli_options *)base)->at_peak = TRUE;
  return TRUE;
}

/* ---- what is shown ---- */

static void show_record(const flow_record *record, gpointer user)
{
  showing *s = user;

  s->shown++;
  emit_output_row(&s->run.shown, record);
}

static void show_group(const flows_group *group, gpointer user)
{
  emit_output_row(&((showing *)user)->run.shown, group);
}

static void take(const flow_record *record, gpointer user)
{
  showing *s = user;

  if (s->groups != NULL)
    flows_groups_add(s->groups, record);
  else if (s->order != NULL)
    flows_order_add(s->order, record);
  else
    show_record(record, user);
}

/*
 * Of groups: an IPv6 address as a key needs a wider column than most. Only lines for people give way to it: what is
 * data keeps its columns.
 */
static void order_taken(showing *s)
{
  guint longest;

  if (s->groups == NULL)
    return;
  longest = flows_groups_sort(s->groups, s->sort, s->turned, s->own->top);
  if (s->run.format->fits_screen)
    emit_columns_widen(&s->run.columns, "key", longest, s->run.screen);
}

static void show_taken(showing *s)
{
  if (s->groups != NULL)
    flows_groups_end(s->groups, show_group, s);
  else if (s->order != NULL)
    flows_order_end(s->order, show_record, s);
}

/* With --at nobody asks for the whole of a life. */
static void pass_over(const flow_record *record, gpointer user)
{
  (void)record;
  (void)user;
}

static gboolean keep(const ct_view *view, gpointer user)
{
  return cli_filter_entry(&((showing *)user)->run.o->filter, view);
}

static void show_snapshot(const replay_moments *now, gpointer user)
{
  showing *s = user;

  if (s->groups != NULL)
    flows_each(s->flows, now->last_ns, take, s);
  order_taken(s);
  emit_output_snapshot(&s->run.shown, now->last_ns, now->last_number);
  if (s->groups == NULL)
    flows_each(s->flows, now->last_ns, take, s);
  show_taken(s);
}

static void show_peak(showing *s)
{
  guint64 packet;
  gint64 time_ns;

  flows_peak(s->flows, &time_ns, &packet);
  if (packet == 0)
    return;
  if (s->groups != NULL)
    flows_each_at_peak(s->flows, take, s);
  order_taken(s);
  emit_output_snapshot(&s->run.shown, time_ns, packet);
  if (s->groups == NULL)
    flows_each_at_peak(s->flows, take, s);
  show_taken(s);
}

/* ---- the play ---- */

static void on_moment(replay_moments *moments, gpointer user)
{
  showing *s = user;

  cli_snapshots_moment(s->snapshots, moments, ct_engine_count(s->run.engine));
}

/* What a rule dropped before conntrack, or kept from it, misses nothing. */
static gboolean is_judged(const replay_seen *seen)
{
  return seen->packet->kind != CT_PACKET_NONE && seen->result->verdict != CT_VERDICT_NONE &&
         (seen->result->cls != CT_CLASS_UNTRACKED || seen->packet->kind == CT_PACKET_UNTRACKED);
}

static void on_packet(const replay_seen *seen, gpointer user)
{
  showing *s = user;
  journal_past past;
  flow_packet packet = {
    .packet = seen->packet, .result = seen->result, .interface = seen->interface, .vlan = seen->link->vlan
  };

  if (s->ends != NULL && is_judged(seen)) {
    past = journal_past_of(s->ends, NULL, seen->packet, seen->result);
    packet.past = &past;
  }
  if (s->run.firewall.firewall != NULL)
    packet.rules = cli_firewall_tell(&s->run.firewall, seen->packet);
  flows_packet(s->flows, &packet);
  if (s->run.live)
    emit_text_flush(&s->run.output.text);
}

static void begin(showing *s)
{
  const cli_options *o = s->run.o;
  guint needs = s->run.columns.needs | (s->sort != NULL ? s->sort->needs : 0u);
  gboolean moments = o->at->len > 0 || o->at_peak;
  const flows_options options = { .needs = needs,
                                  .at_peak = o->at_peak,
                                  .keep = o->filter.any ? keep : NULL,
                                  .done = moments ? pass_over : take,
                                  .user = s };
  const emit_row_context context = { s->run.emit.profile, s->run.emit.first_ns, NULL, s->run.emit.label_names };

  s->run.columns.needs = needs;
  s->flows = flows_new(s->run.engine, &options);
  if (s->own->grouped)
    s->groups = flows_groups_new(s->own->by, s->own->length, &context);
  else if (s->sort != NULL)
    s->order = flows_order_new(s->sort, s->turned, s->own->top, &context);
  if (needs & FLOWS_NEEDS_MISSED) {
    s->ends = journal_new(&s->run.params, JOURNAL_ENDS_MOST);
    journal_watch(s->ends, s->run.engine);
  }
}

static void end(showing *s)
{
  journal_free(s->ends);
  flows_free(s->flows);
  flows_order_free(s->order);
  flows_groups_free(s->groups);
  cli_snapshots_free(s->snapshots);
}

static void play(showing *s)
{
  cli_watch watch = { .packet = on_packet, .user = s };
  const cli_options *o = s->run.o;

  begin(s);
  s->snapshots = cli_snapshots_new(o, show_snapshot, s);
  if (s->snapshots != NULL)
    watch.moment = on_moment;
  if (cli_run_play(&s->run, &watch)) {
    if (o->at_peak)
      show_peak(s);
    flows_end(s->flows);
    if (o->at->len == 0 && !o->at_peak) {
      order_taken(s);
      show_taken(s);
    }
  }
  end(s);
}

/* ---- the command ---- */

/* "bytes", "-bytes" */
static gboolean choose_sort(showing *s, const emit_table *table)
{
  const char *name = s->own->sort;

  if (name == NULL && s->own->top > 0)
    name = s->own->grouped ? "connections" : "bytes";
  if (name == NULL)
    return TRUE;
  s->turned = name[0] == '-';
  name += s->turned;
  s->sort = emit_field_find(table, name, strlen(name));
  if (s->sort == NULL)
    cli_say("--sort %s: no such field; see ctreplay list fields", s->own->sort);
  return s->sort != NULL;
}

/* A database holds all that there was: what to see of it is chosen in SQL. */
static gboolean is_for_a_database(const showing *s, const cli_options *o)
{
  if (o->format == NULL || !o->format->is_database) {
    if (s->own->packets != CLI_PACKETS_UNSAID)
      cli_say("--packets: which packets a database holds; give -o sqlite -W FILE with it");
    return s->own->packets == CLI_PACKETS_UNSAID;
  }
  if (o->filter.any || o->fields != NULL || s->own->grouped || s->own->sort != NULL || s->own->top != 0 ||
      o->at->len > 0 || o->at_peak) {
    cli_say("-o sqlite: it holds everything; filters, --fields, --by, --sort, --top and --at are for SQL then");
    return FALSE;
  }
  return TRUE;
}

static const cli_choice kept[] = {
  { "all", CLI_PACKETS_ALL }, { "notable", CLI_PACKETS_NOTABLE }, { "none", CLI_PACKETS_NONE }, { NULL, 0 }
};
/* clang-format off */
static const cli_option own_options[] = {
  { "by", 0, "KEY", CLI_OWN, CLI_BY(read_by, flows_own, by),
    .wanted = "src, dst, net, net/24[,64], dport, proto, state or reason" },
  { "sort", 0, "FIELD", CLI_OWN, CLI_TEXT(flows_own, sort) },
  { "top", 0, "N", CLI_OWN, CLI_SIZE(flows_own, top, 1, G_MAXINT32, "how many, from 1") },
  { "packets", 0, "all|notable|none", CLI_OWN, CLI_CHOICE(flows_own, packets, kept, "all, notable or none") },
  { "output", 'o', "text|csv|tsv|json|sqlite", CLI_OUTPUT, CLI_BY(cli_read_format, cli_options, format),
    .wanted = "text, csv, tsv, json or sqlite" },
  { "at", 0, "POINT|peak", CLI_SHOW, CLI_BY(read_at, cli_options, at) },
  { .name = NULL },
};
/* clang-format on */

cli_exit cli_command_flows(int argc, char **argv)
{
  flows_own own = { .length = { 24, 64 } };
  showing s = { .own = &own };
  GError *error = NULL;
  cli_options o;
  cli_exit code = CLI_EXIT_USAGE;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES | CLI_FILTER | CLI_OUTPUT, own_options,
                         &error)) {
    code = cli_usage(error);
  } else if (o.help) {
    cli_help_subcommand(cli_subcommand_find("flows"));
    code = CLI_EXIT_OK;
  } else {
    o.fields_of = own.grouped ? &flows_group_table : &flows_table;
    if (is_for_a_database(&s, &o) && choose_sort(&s, o.fields_of)) {
      if (cli_run_open(&s.run, &o, EMIT_CAN_FLOWS))
        s.run.database_fd >= 0 ? cli_flows_database(&s.run, own.packets) : play(&s);
      code = cli_run_close(&s.run);
    }
  }
  cli_options_clear(&o);
  return code;
}
