/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay agree: a box's own listing of its table against a replay of what was captured on it. */
#include "box_options.h"
#include "commands.h"
#include "run.h"
#include "run_table.h"
#include "say.h"

#include <stdlib.h>
#include <string.h>

#include "agree/agree.h"
#include "emit/json_parts.h"
#include "emit/parts.h"
#include "journal/journal.h"
#include "emit/zone.h"

typedef enum agree_style { STYLE_TEXT, STYLE_JSON } agree_style;

typedef struct agree_own {
  agree_style style;
  replay_point at;
  gint64 lines;
} agree_own;

typedef struct agreeing {
  cli_run run;
  agree_own *own;
  const char *path;
  GString *text;
  listing *there;
  agree *agree;
  cli_listed_when when;
  gboolean reached;
  guint64 number;
} agreeing;

/* ---- the play ---- */

static void on_packet(const replay_seen *seen, gpointer user)
{
  agreeing *g = user;
  const replay_door *door = g->run.firewall.firewall != NULL ? &g->run.firewall.door : NULL;

  if (!g->reached)
    agree_packet(g->agree, seen->packet, seen->result, door != NULL && door->dropped(door->user));
}

static void reach(agreeing *g, const replay_moments *moments)
{
  if (g->reached)
    return;
  g->reached = TRUE;
  g->number = moments->last_number;
  agree_at(g->agree, moments->first_ns);
  g->run.unwanted = g->run.o->save_state == NULL; /* the rest need not be played */
}

static void on_moment(replay_moments *moments, gpointer user)
{
  agreeing *g = user;
  const replay_point *at = &g->own->at;

  if (moments->by_time || moments->by_number || (moments->ended && at->kind == REPLAY_POINT_NONE))
    reach(g, moments);
  moments->next_ns = G_MAXINT64;
  moments->next_number = G_MAXUINT64;
  if (g->reached)
    return;
  if (at->kind == REPLAY_POINT_NUMBER)
    moments->next_number = (guint64)at->value;
  else if (at->kind != REPLAY_POINT_NONE)
    moments->next_ns = replay_point_time_ns(at, moments->first_ns);
}

/* ---- for people ---- */

static void put_there(emit_text *out, const agreeing *g, const listing_entry *e)
{
  const ct_profile *profile = g->run.params.profile;
  const char *state = ct_proto_state_name(profile, e->tuple[CT_ORIGINAL].proto, e->state);

  emit_flow(out, profile, &e->tuple[CT_ORIGINAL]);
  if (e->has & LISTING_STATE && state != NULL)
    emit_text_format(out, " %s", state);
  if (e->has & LISTING_TIMEOUT)
    emit_text_format(out, " %u s", e->timeout_s);
  emit_text_format(out, " (line %u)", e->line);
}

static void put_here(emit_text *out, const agreeing *g, const ct_view *v)
{
  const ct_profile *profile = g->run.params.profile;
  const char *state = ct_proto_state_name(profile, v->tuple[CT_ORIGINAL].proto, v->state);

  emit_text_format(out, "#%" G_GUINT64_FORMAT " ", v->id);
  emit_flow(out, profile, &v->tuple[CT_ORIGINAL]);
  if (state != NULL)
    emit_text_format(out, " %s", state);
  emit_text_format(out, " %" G_GUINT64_FORMAT " s", emit_view_seconds(v));
}

static const char *state_of(const agreeing *g, guint8 proto, guint state)
{
  const char *name = ct_proto_state_name(g->run.params.profile, proto, state);

  return name != NULL ? name : "-";
}

static void put_status(emit_text *out, guint32 status)
{
  emit_text_string(out, status & CT_STATUS_SEEN_REPLY ? "replied" : "unreplied");
  emit_text_string(out, status & CT_STATUS_ASSURED ? ", assured" : "");
}

static void put_tuples(emit_text *out, const agreeing *g, const ct_tuple *there, const ct_tuple *here)
{
  emit_flow(out, g->run.params.profile, there);
  emit_text_literal(out, ", here ");
  emit_flow(out, g->run.params.profile, here);
}

static void put_field(emit_text *out, const agreeing *g, const agree_difference *d, agree_field field)
{
  const listing_entry *e = d->there;
  const ct_view *v = d->here;
  guint8 proto = e->tuple[CT_ORIGINAL].proto;

  emit_text_format(out, "%s ", agree_field_word(field));
  switch (field) {
  case AGREE_FIELD_STATE:
    emit_text_format(out, "%s, here %s", state_of(g, proto, e->state), state_of(g, proto, v->state));
    break;
  case AGREE_FIELD_TIMEOUT:
    emit_text_format(out, "%u s, here %" G_GUINT64_FORMAT " s", e->timeout_s, emit_view_seconds(v));
    break;
  case AGREE_FIELD_STATUS:
    put_status(out, e->status);
    emit_text_literal(out, "; here ");
    put_status(out, v->status);
    break;
  case AGREE_FIELD_ORIGINAL: put_tuples(out, g, &e->tuple[CT_ORIGINAL], &v->tuple[CT_ORIGINAL]); break;
  case AGREE_FIELD_REPLY: put_tuples(out, g, &e->tuple[CT_REPLY], &v->tuple[CT_REPLY]); break;
  case AGREE_FIELD_COUNTERS:
    emit_text_format(
      out,
      "%" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT " packets of %" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT
      " bytes, here %" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT,
      e->packets[0], e->packets[1], e->bytes[0], e->bytes[1], v->packets[0], v->packets[1], v->bytes[0], v->bytes[1]);
    break;
  case AGREE_FIELD_MARK: emit_text_format(out, "%u, here %u", e->mark, v->mark); break;
  default:
    emit_text_format(out, "%s, here %s", e->helper != NULL ? e->helper : "none",
                     v->helper != NULL ? v->helper : "none");
  }
}

static void put_difference(emit_text *out, const agreeing *g, const agree_difference *d)
{
  gboolean any = FALSE;
  guint field;

  emit_text_literal(out, "  ");
  if (d->there != NULL)
    put_there(out, g, d->there);
  else
    put_here(out, g, d->here);
  emit_text_literal(out, "\n      ");
  for (field = 0; d->there != NULL && d->here != NULL && field < AGREE_FIELDS; field++)
    if (d->fields & 1u << field) {
      emit_text_string(out, any ? "; " : "");
      put_field(out, g, d, (agree_field)field);
      any = TRUE;
    }
  emit_text_string(out, any ? "\n      " : "");
  if (d->perhaps)
    emit_text_literal(out, "perhaps: ");
  if (d->words != NULL)
    emit_text_string(out, d->words);
  if (d->cause == AGREE_UNKNOWN)
    emit_text_string(out, d->words != NULL ? "; the rest is not explained" : "not explained");
  emit_text_char(out, '\n');
}

static gboolean is_open(const agree_difference *d) { return d->cause == AGREE_UNKNOWN || d->perhaps; }

static void print_kind(const agreeing *g, agree_kind kind, const char *title)
{
  emit_text *out = &((agreeing *)g)->run.output.text;
  const agree_difference *d;
  gint64 n = 0;
  guint i;

  /* Those without a cause that is certain first: they are what is to be looked at. */
  for (i = 0; (d = agree_get(g->agree, i)) != NULL; i++)
    n += d->kind == kind;
  if (n == 0)
    return;
  emit_text_format(out, "\n%s: %" G_GINT64_FORMAT "\n", title, n);
  for (n = 0, i = 0; (d = agree_get(g->agree, i)) != NULL; i++)
    if (d->kind == kind && is_open(d) && n++ < g->own->lines)
      put_difference(out, g, d);
  for (i = 0; (d = agree_get(g->agree, i)) != NULL; i++)
    if (d->kind == kind && !is_open(d) && n++ < g->own->lines)
      put_difference(out, g, d);
  if (n > g->own->lines)
    emit_text_format(out, "  and %" G_GINT64_FORMAT " more (--lines all)\n", n - g->own->lines);
}

/* Those of which the box says something else than was assumed. */
static void print_timeouts(const agreeing *g)
{
  emit_text *out = &((agreeing *)g)->run.output.text;
  const ct_params *params = &g->run.params;
  const agree_shift shift = agree_shift_of(g->agree);
  gboolean any = FALSE;
  agree_timeout t;
  guint i;

  for (i = 0; i < CT_TIMEOUT_COUNT; i++) {
    const char *name = ct_params_spell_timeout(params->profile, (ct_timeout)i);
    gint64 assumed = params->timeout_s[i];

    /* Where no value has most entries, what is listed still is a bound. */
    if (name == NULL || !agree_timeout_of(g->agree, (ct_timeout)i, &t) ||
        ((t.agreeing == 0 || ABS((gint64)t.value_s - assumed) <= 1) && t.largest_s <= assumed))
      continue;
    emit_text_string(out, any ? "" : "\nTimeouts that the box has otherwise\n");
    any = TRUE;
    if (t.agreeing == 0) {
      emit_text_format(out, "  %s: at least %u s, the largest that is listed, where %u was assumed\n", name,
                       t.largest_s, params->timeout_s[i]);
      continue;
    }
    emit_text_format(out,
                     "  %s: %u s, where %u was assumed (%u of %u entr%s say%s so; the largest that is listed is %u)\n",
                     name, t.value_s, params->timeout_s[i], t.agreeing, t.seen, t.seen == 1 ? "y" : "ies",
                     t.agreeing == 1 ? "s" : "", t.largest_s);
  }
  if (shift.shift_s != 0 && (any || shift.is_sure))
    emit_text_format(out, "%s the listing is of a moment %" G_GINT64_FORMAT " s %s than was told (--at)\n",
                     !any            ? "\nAll timeouts are off by as much:"
                     : shift.is_sure ? "  All are off by as much:"
                                     : "  Or",
                     ABS(shift.shift_s), shift.shift_s > 0 ? "later" : "earlier");
}

static void print_text(agreeing *g)
{
  static const char *const titles[] = { [AGREE_ONLY_THERE] = "Only in the listing",
                                        [AGREE_ONLY_HERE] = "Only here",
                                        [AGREE_DIFFERS] = "In both, and different" };
  emit_text *out = &g->run.output.text;
  guint n, unexplained = agree_unexplained(g->agree);

  for (n = 0; agree_get(g->agree, n) != NULL; n++)
    ;
  emit_text_format(out, "%s against the replay at ", g->path);
  emit_text_moment(out, agree_now(g->agree));
  emit_text_format(out, ", after packet %" G_GUINT64_FORMAT "\n", g->number);
  emit_text_format(out, "  in both %u, alike %u; differences %u, unexplained %u\n", agree_in_both(g->agree),
                   agree_alike(g->agree), n, unexplained);
  if (agree_second_apart(g->agree) > 0)
    emit_text_format(out, "  of those alike %u %s a second apart, as both are cut\n", agree_second_apart(g->agree),
                     agree_second_apart(g->agree) == 1 ? "has a timeout that is" : "have timeouts that are");
  if (agree_listed_later(g->agree) > 0)
    emit_text_format(out, "  of those alike %u %s\n", agree_listed_later(g->agree),
                     agree_listed_later(g->agree) == 1
                       ? "was listed later than the first, by what its timeout says"
                       : "were listed later than the first, by what their timeouts say");
  print_kind(g, AGREE_DIFFERS, titles[AGREE_DIFFERS]);
  print_kind(g, AGREE_ONLY_THERE, titles[AGREE_ONLY_THERE]);
  print_kind(g, AGREE_ONLY_HERE, titles[AGREE_ONLY_HERE]);
  print_timeouts(g);
}

/* ---- for programs ---- */

static void json_difference(agreeing *g, const agree_difference *d)
{
  static const char *const kinds[] = {
    [AGREE_ONLY_THERE] = "only-there", [AGREE_ONLY_HERE] = "only-here", [AGREE_DIFFERS] = "differs"
  };
  emit_text *out = &g->run.output.text;
  const ct_tuple *tuple = d->there != NULL ? &d->there->tuple[CT_ORIGINAL] : &d->here->tuple[CT_ORIGINAL];
  gboolean any = FALSE;
  guint field;

  emit_text_format(out, "{\"schema\":1,\"type\":\"difference\",\"kind\":\"%s\",\"cause\":\"%s\"", kinds[d->kind],
                   agree_cause_word(d->cause));
  if (d->perhaps)
    emit_text_literal(out, ",\"perhaps\":true");
  if (d->words != NULL) {
    emit_text_literal(out, ",\"text\":");
    emit_text_json_string(out, d->words);
  }
  emit_text_literal(out, ",\"orig\":");
  emit_json_tuple(out, &g->run.emit, tuple);
  if (d->there != NULL)
    emit_text_format(out, ",\"line\":%u", d->there->line);
  if (d->here != NULL)
    emit_text_format(out, ",\"conn\":%" G_GUINT64_FORMAT, d->here->id);
  if (d->fields != 0) {
    emit_text_literal(out, ",\"fields\":[");
    for (field = 0; field < AGREE_FIELDS; field++)
      if (d->fields & 1u << field) {
        emit_text_format(out, "%s\"%s\"", any ? "," : "", agree_field_word((agree_field)field));
        any = TRUE;
      }
    emit_text_literal(out, "]");
  }
  if (d->fields & 1u << AGREE_FIELD_TIMEOUT)
    emit_text_format(out, ",\"timeout\":[%u,%" G_GUINT64_FORMAT "]", d->there->timeout_s, emit_view_seconds(d->here));
  emit_text_literal(out, "}\n");
}

static void json_timeout(agreeing *g, ct_timeout timeout)
{
  const char *name = ct_params_spell_timeout(g->run.params.profile, timeout);
  agree_timeout t;

  if (name == NULL || !agree_timeout_of(g->agree, timeout, &t))
    return;
  emit_text_format(&g->run.output.text,
                   "{\"schema\":1,\"type\":\"timeout\",\"sysctl\":\"%s\",\"assumed\":%u,\"largest\":%u,\"seen\":%u",
                   name, g->run.params.timeout_s[timeout], t.largest_s, t.seen);
  if (t.agreeing > 0)
    emit_text_format(&g->run.output.text, ",\"value\":%u,\"agreeing\":%u", t.value_s, t.agreeing);
  emit_text_literal(&g->run.output.text, "}\n");
}

static void print_json(agreeing *g)
{
  emit_text *out = &g->run.output.text;
  const agree_difference *d;
  guint i;

  for (i = 0; (d = agree_get(g->agree, i)) != NULL; i++)
    json_difference(g, d);
  for (d = NULL, i = 0; i < CT_TIMEOUT_COUNT; i++)
    json_timeout(g, (ct_timeout)i);
  emit_text_literal(out, "{\"schema\":1,\"type\":\"agree\",\"time\":\"");
  emit_text_time(out, agree_now(g->agree));
  for (i = 0; agree_get(g->agree, i) != NULL; i++)
    ;
  emit_text_format(out,
                   "\",\"n\":%" G_GUINT64_FORMAT ",\"listed\":%u,\"both\":%u,\"alike\":%u,\"differences\":%u,"
                   "\"unexplained\":%u,\"second_apart\":%u,\"listed_later\":%u}\n",
                   g->number, g->there->entries->len, agree_in_both(g->agree), agree_alike(g->agree), i,
                   agree_unexplained(g->agree), agree_second_apart(g->agree), agree_listed_later(g->agree));
}

/* ---- the command ---- */

/* Whether the box's own list of sysctls gives the one of this name the value that the run has. */
static gboolean is_told(const cli_run *run, const char *name, gulong value)
{
  const char *at;
  gsize n = name != NULL ? strlen(name) : 0;

  if (n == 0 || run->o->box == NULL)
    return FALSE;
  for (at = run->o->box->sysctls->str; (at = strstr(at, name)) != NULL; at += n)
    if (at[n + strspn(at + n, " \t")] == '=')
      return strtoul(at + n + strspn(at + n, " \t="), NULL, 10) == value;
  return FALSE;
}

static void play(agreeing *g)
{
  cli_watch watch = { .packet = on_packet, .moment = on_moment, .user = g };
  agree_facts facts = { .ruled = g->run.firewall.firewall != NULL,
                        .loaded = g->run.o->listed != NULL || g->run.o->load_state != NULL,
                        .took_ns = g->when.until_ns > g->when.from_ns ? g->when.until_ns - g->when.from_ns : 0 };
  guint i;

  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    facts.told[i] =
      is_told(&g->run, ct_params_spell_timeout(g->run.params.profile, (ct_timeout)i), g->run.params.timeout_s[i]);
  facts.told_max = is_told(&g->run, ct_params_spell(g->run.params.profile, "nf_conntrack_max"), g->run.params.max);
  g->there = cli_listing_parse("", g->path, g->text, g->run.params.profile);
  if (g->there == NULL) {
    g->run.code = CLI_EXIT_INPUT;
    return;
  }
  g->agree = agree_new(g->there, g->run.engine, &facts);
  if (!cli_run_play(&g->run, &watch))
    return;
  if (!g->reached) {
    cli_say("agree: there is no packet: nothing to compare with");
    g->run.code = cli_exit_graver(g->run.code, CLI_EXIT_INPUT);
    return;
  }
  if (g->own->style == STYLE_JSON)
    print_json(g);
  else
    print_text(g);
  if (agree_unexplained(g->agree) > 0)
    g->run.code = cli_exit_graver(g->run.code, CLI_EXIT_DIFFERENT);
}

static cli_exit run(agreeing *g, cli_options *o)
{
  cli_exit code = CLI_EXIT_OK;
  GError *error = NULL;

  if (o->captures->len < 2) {
    cli_say("agree: give a listing of the box's table (conntrack -L), and a capture");
    return CLI_EXIT_USAGE;
  }
  g->path = g_ptr_array_remove_index(o->captures, 0);
  o->replay.captures = (const char *const *)o->captures->pdata;
  o->replay.n_captures = o->captures->len;
  g->text = g_string_new(NULL);
  if (!cli_listing_bytes("", g->path, !o->no_sandbox, g->text, &g->when, &code))
    return code;
  if (g->own->at.kind == REPLAY_POINT_NONE && g->when.from_ns != 0)
    g->own->at = (replay_point){ .kind = REPLAY_POINT_TIME, .value = g->when.from_ns, .is_zoned = TRUE };
  /* Of a box all of it is taken, not its table alone. */
  if (o->box_path == NULL && box_is(g->path)) {
    o->box_path = g->path;
    if (!cli_box_apply(o, &error))
      return cli_usage(error);
  }
  if (cli_run_open(&g->run, o, 0))
    play(g);
  code = cli_run_close(&g->run);
  agree_free(g->agree);
  listing_free(g->there);
  return code;
}

static const cli_choice styles[] = { { "text", STYLE_TEXT }, { "json", STYLE_JSON }, { NULL, 0 } };
/* clang-format off */
static const cli_option own_options[] = {
  { "at", 0, "POINT", CLI_OWN, CLI_POINT(agree_own, at) },
  { "lines", 0, "N|all", CLI_OWN, CLI_SIZE_OR_ALL(agree_own, lines, G_MAXINT32) },
  { "output", 'o', "text|json", CLI_OWN, CLI_CHOICE(agree_own, style, styles, "text or json"), .called = "agree -o" },
  { .name = NULL },
};
/* clang-format on */

cli_exit cli_command_agree(int argc, char **argv)
{
  agree_own own = { .style = STYLE_TEXT, .lines = 50 };
  agreeing g = { .own = &own };
  GError *error = NULL;
  cli_options o;
  cli_exit code;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES | CLI_RESUME, own_options, &error))
    code = cli_usage(error);
  else
    code = run(&g, &o);
  if (g.text != NULL)
    g_string_free(g.text, TRUE);
  cli_options_clear(&o);
  return code;
}
