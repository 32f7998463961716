/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Both sides are written in the same words, and only the differences are written. */
#include "scenario/check.h"

#include <string.h>

#include "conntrack/proto/proto.h"

typedef struct sides {
  GString *expected, *got, *related;
  gboolean met;
} sides;

static void differ(sides *s, const char *what, const char *expected, const char *got)
{
  s->met = FALSE;
  g_string_append_printf(s->expected, "%s%s%s%s", s->expected->len ? ", " : "", what, *what ? " " : "", expected);
  g_string_append_printf(s->got, "%s%s%s%s", s->got->len ? ", " : "", what, *what ? " " : "", got);
}

static void same_string(sides *s, const char *what, const char *expected, const char *got)
{
  if (strcmp(expected, got) != 0)
    differ(s, what, expected, got);
}

static void same_number(sides *s, const char *what, guint64 expected, guint64 got)
{
  char left[24], right[24];

  if (expected == got)
    return;
  g_snprintf(left, sizeof(left), "%" G_GUINT64_FORMAT, expected);
  g_snprintf(right, sizeof(right), "%" G_GUINT64_FORMAT, got);
  differ(s, what, left, right);
}

static void same_pair(sides *s, const char *what, const guint64 expected[2], const guint64 got[2])
{
  char left[48], right[48];

  if (expected[0] == got[0] && expected[1] == got[1])
    return;
  g_snprintf(left, sizeof(left), "%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, expected[0], expected[1]);
  g_snprintf(right, sizeof(right), "%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, got[0], got[1]);
  differ(s, what, left, right);
}

static void seconds(char text[32], gint64 ns, gboolean exact)
{
  if (exact)
    g_snprintf(text, 32, "%" G_GINT64_FORMAT ".%09ds", ns / 1000000000, (int)(ns % 1000000000));
  else
    g_snprintf(text, 32, "%" G_GINT64_FORMAT "s", ns / 1000000000);
}

static void same_timeout(sides *s, const scn_check *check, gint64 got_ns)
{
  char left[32], right[32];

  if (check->timeout_exact ? got_ns == check->timeout_ns : got_ns / 1000000000 == check->timeout_ns / 1000000000)
    return;
  seconds(left, check->timeout_ns, check->timeout_exact);
  seconds(right, got_ns, check->timeout_exact);
  differ(s, "", left, right);
}

/* A bit that should be set or not, in the words in which one asks for it. */
static void same_status(sides *s, const scn_check *check, guint32 status)
{
  for (guint bit = 0; bit < 16; bit++) {
    gboolean is = (status >> bit & 1) != 0;
    char yes[32], no[32];

    if (!((is ? check->status_off : check->status_on) >> bit & 1))
      continue;
    g_strlcpy(yes, ct_status_name(bit), sizeof(yes));
    g_snprintf(no, sizeof(no), "!%s", ct_status_name(bit));
    differ(s, "", is ? no : yes, is ? yes : no);
  }
}

static char *labels_in_words(const ct_labels *labels)
{
  GString *out = g_string_new(NULL);

  for (guint n = 0; n < CT_LABELS; n++)
    if (ct_labels_have(labels, n))
      g_string_append_printf(out, "%s%u", out->len > 0 ? "," : "", n);
  return g_string_free(out->len > 0 ? out : g_string_assign(out, "none"), FALSE);
}

static void same_labels(sides *s, const ct_labels *expected, const ct_labels *got)
{
  g_autofree char *left = labels_in_words(expected), *right = labels_in_words(got);

  same_string(s, "labels", left, right);
}

/* "5", or "5/0" where the two directions are in two. */
static char *zone_in_words(guint original, guint reply)
{
  return original == reply ? g_strdup_printf("%u", original) : g_strdup_printf("%u/%u", original, reply);
}

static void same_zone(sides *s, const guint32 expected[2], const ct_view *view)
{
  g_autofree char *left = zone_in_words(expected[CT_ORIGINAL], expected[CT_REPLY]);
  g_autofree char *right = zone_in_words(view->tuple[CT_ORIGINAL].zone, view->tuple[CT_REPLY].zone);

  same_string(s, "zone", left, right);
}

static void tuple_of_flow(const scn_flow *flow, ct_tuple *tuple)
{
  memset(tuple, 0, sizeof(*tuple));
  tuple->src = flow->addr[0];
  tuple->dst = flow->addr[1];
  tuple->family = flow->family;
  tuple->proto = flow->proto;
  if (ct_tuple_is_icmp(tuple)) {
    tuple->src_id = flow->id;
    tuple->dst_id = (guint16)(ct_proto_known(NULL, flow->proto)->answers[0][0] << 8);
  } else if (scn_proto_has_ports(flow->proto)) {
    tuple->src_id = flow->port[0];
    tuple->dst_id = flow->port[1];
  } else if (flow->has_call)
    tuple->dst_id = flow->call[0];
}

static gboolean find_entry(const scn_runner *runner, const scn_flow *flow, ct_view *view)
{
  ct_tuple tuple;
  ct_dir dir;

  tuple_of_flow(flow, &tuple);
  if (ct_engine_lookup(runner->engine, &tuple, view, &dir))
    return TRUE;
  /* PPTP's helper knows both call ids; without it the source's stays 0. */
  tuple.src_id = flow->has_call ? flow->call[1] : tuple.src_id;
  return flow->has_call && ct_engine_lookup(runner->engine, &tuple, view, &dir);
}

static void check_master(sides *s, const scn_flow *master, const ct_view *view)
{
  ct_tuple tuple, inverse;

  tuple_of_flow(master, &tuple);
  if (view->has_master && (ct_tuple_equal(&view->master_tuple, &tuple) ||
                           (ct_tuple_invert(&tuple, &inverse) && ct_tuple_equal(&view->master_tuple, &inverse))))
    return;
  differ(s, "master", master->name, view->has_master ? "another connection" : "none");
}

static gboolean asks_for_entry(const scn_check *check)
{
  return (check->fields & (SCN_CHECK_STATE | SCN_CHECK_TIMEOUT | SCN_CHECK_PACKETS | SCN_CHECK_BYTES |
                           SCN_CHECK_HELPER | SCN_CHECK_MASTER | SCN_CHECK_MARK | SCN_CHECK_LABELS | SCN_CHECK_ZONE)) ||
         check->status_on || check->status_off;
}

static void differ_missing(sides *s, const scn_check *check)
{
  char *expected =
    check->fields & SCN_CHECK_STATE ? g_strdup_printf("an entry in state %s", check->state) : g_strdup("an entry");

  differ(s, "", expected, "no entry");
  g_free(expected);
}

static void check_entry(sides *s, const scn_check *check, const ct_view *view)
{
  if (!asks_for_entry(check))
    return;
  if (view == NULL) {
    differ_missing(s, check);
    return;
  }
  if (check->fields & SCN_CHECK_STATE) {
    const char *state = ct_state_name(view->tuple[0].proto, view->state);

    same_string(s, "", check->state, state != NULL ? state : "no state");
  }
  if (check->fields & SCN_CHECK_TIMEOUT)
    same_timeout(s, check, view->timeout_ns);
  same_status(s, check, view->status);
  if (check->fields & SCN_CHECK_PACKETS)
    same_pair(s, "packets", check->packets, view->packets);
  if (check->fields & SCN_CHECK_BYTES)
    same_pair(s, "bytes", check->bytes, view->bytes);
  if (check->fields & SCN_CHECK_HELPER)
    same_string(s, "helper", *check->helper ? check->helper : "none", view->helper != NULL ? view->helper : "none");
  if (check->fields & SCN_CHECK_MARK)
    same_number(s, "mark", check->mark, view->mark);
  if (check->fields & SCN_CHECK_LABELS)
    same_labels(s, &check->labels, &view->labels);
  if (check->fields & SCN_CHECK_ZONE)
    same_zone(s, check->zone, view);
  if (check->fields & SCN_CHECK_MASTER)
    check_master(s, check->master, view);
}

/* "filter:FORWARD:rule:4 -A FORWARD ... (edge.rules:12); nat:POSTROUTING:policy" */
static char *names_of(const GPtrArray *held, gboolean decided)
{
  GString *out = g_string_new(NULL);

  for (guint i = 0; i < held->len; i++) {
    const scn_held *h = g_ptr_array_index(held, i);

    if (h->decided || !decided)
      g_string_append_printf(out, "%s%s%s%s", out->len > 0 ? "; " : "", h->place, *h->text != '\0' ? " " : "", h->text);
  }
  return g_string_free(out, FALSE);
}

static gboolean is_among(const GPtrArray *held, gboolean decided, const scn_rule_wanted *wanted)
{
  for (guint i = 0; i < held->len; i++) {
    const scn_held *h = g_ptr_array_index(held, i);

    if ((h->decided || !decided) && (wanted->place == NULL || strcmp(h->place, wanted->place) == 0) &&
        (wanted->text == NULL || strstr(h->text, wanted->text) != NULL))
      return TRUE;
  }
  return FALSE;
}

/* by, hit: a rule that decided, a rule that held. */
static void check_held(sides *s, const scn_runner *runner, const scn_rule_wanted *wanted, gboolean decided)
{
  GPtrArray *held = runner->firewall->held(runner->firewall->user);

  if (!is_among(held, decided, wanted)) {
    char *quoted = wanted->place == NULL ? g_strdup_printf("\"%s\"", wanted->text) : NULL;
    char *got = names_of(held, decided);

    differ(s, decided ? "by" : "hit", quoted != NULL ? quoted : wanted->place, *got != '\0' ? got : "no rule");
    g_free(quoted);
    g_free(got);
  }
  g_ptr_array_unref(held);
}

/* What rules said of the packet. */
static void check_ruling(sides *s, const scn_runner *runner, const scn_check *check)
{
  const emit_rules *r = runner->rules;

  if (!(check->fields & (SCN_CHECK_VERDICT | SCN_CHECK_BY | SCN_CHECK_HIT | SCN_CHECK_NFMARK)))
    return;
  if (r == NULL) {
    differ(s, "", "rules", "no rules (\"rules FILE\" in the scenario, --rules FILE)");
    return;
  }
  if (check->fields & SCN_CHECK_VERDICT)
    same_string(s, "", check->verdict, r->verdict != NULL ? r->verdict : "no verdict");
  if (check->fields & SCN_CHECK_BY)
    check_held(s, runner, &check->by, TRUE);
  if (check->fields & SCN_CHECK_HIT)
    check_held(s, runner, &check->hit, FALSE);
  if (check->fields & SCN_CHECK_NFMARK)
    same_number(s, "nfmark", check->nfmark, r->mark);
}

static void check_packet(sides *s, const scn_runner *runner, const scn_check *check)
{
  const ct_result *result = &runner->result;
  gboolean belongs =
    result->cls == CT_CLASS_NEW || result->cls == CT_CLASS_ESTABLISHED || result->cls == CT_CLASS_RELATED;

  same_string(s, "", ct_class_name(check->cls), ct_class_name(result->cls));
  if (check->fields & SCN_CHECK_DIR)
    same_string(s, "", check->dir == CT_ORIGINAL ? "orig" : "reply",
                !belongs                     ? "no direction"
                : result->dir == CT_ORIGINAL ? "orig"
                                             : "reply");
  if (check->fields & SCN_CHECK_DROPPED && result->verdict != CT_VERDICT_DROP)
    differ(s, "", "dropped", "not dropped");
  if (check->fields & SCN_CHECK_REASON)
    same_string(s, "reason", ct_reason_word(check->reason), ct_reason_word(result->reason));
  check_ruling(s, runner, check);
  check_entry(s, check, runner->has_view ? &runner->view : NULL);
}

static void check_flow(sides *s, const scn_runner *runner, const scn_check *check)
{
  ct_view view;
  gboolean found = find_entry(runner, check->flow, &view);
  char *line;

  if (check->about == SCN_ABOUT_ABSENT) {
    if (!found)
      return;
    line = scn_line_of_entry(runner, &view);
    differ(s, "", "no entry", line);
    g_free(line);
  } else if (!found)
    differ_missing(s, check);
  else
    check_entry(s, check, &view);
}

static void check_stats(sides *s, const scn_runner *runner, const scn_check *check)
{
  const ct_stats *is = ct_engine_stats(runner->engine);

  for (guint i = 0; i < check->stats->len; i++) {
    const scn_stat *asked = &g_array_index(check->stats, scn_stat, i);

#define X(counter)                        \
  if (strcmp(asked->name, #counter) == 0) \
    same_number(s, #counter, asked->value, is->counter);
    CT_STAT_LIST(X)
#undef X
  }
}

typedef struct line_list {
  const scn_runner *runner;
  GPtrArray *lines; /* char * */
} line_list;

static void add_entry(const ct_view *view, void *user)
{
  line_list *list = user;

  g_ptr_array_add(list->lines, scn_line_of_entry(list->runner, view));
}

static void add_expect(const ct_expect_view *expect, void *user)
{
  line_list *list = user;

  g_ptr_array_add(list->lines, scn_line_of_expect(list->runner, expect));
}

static void check_lines(sides *s, const scn_check *check, const GPtrArray *lines, const char *what)
{
  const char *found = NULL;

  for (guint i = 0; i < lines->len && found == NULL; i++)
    if (check->text == NULL || strstr(g_ptr_array_index(lines, i), check->text) != NULL)
      found = g_ptr_array_index(lines, i);
  if ((found != NULL) != check->absent)
    return;
  s->met = FALSE;
  g_string_append_printf(s->expected, "%s%s%s%s", check->absent ? "no " : "", what, check->text != NULL ? " with " : "",
                         check->text != NULL ? check->text : "");
  g_string_append(s->got, found != NULL ? found : lines->len ? "others" : "none");
  for (guint i = 0; found == NULL && i < lines->len; i++)
    g_string_append_printf(s->related, "%s\n", (const char *)g_ptr_array_index(lines, i));
}

/* Where nothing happened just now, the last event may be the one meant. */
static void check_events(sides *s, const scn_runner *runner, const scn_check *check)
{
  check_lines(s, check, runner->events, "event");
  for (guint i = 0; !s->met && !check->absent && runner->events->len == 0 && i < runner->past->len; i++)
    g_string_append_printf(s->related, "before: %s\n", (const char *)g_ptr_array_index(runner->past, i));
}

static void check_table(sides *s, const scn_runner *runner, const scn_check *check)
{
  line_list list = { runner, g_ptr_array_new_with_free_func(g_free) };

  if (check->about == SCN_ABOUT_LIST)
    ct_engine_each(runner->engine, add_entry, &list);
  else
    ct_engine_each_expect(runner->engine, add_expect, &list);
  check_lines(s, check, list.lines, check->about == SCN_ABOUT_LIST ? "entry" : "expectation");
  g_ptr_array_unref(list.lines);
}

static void check_rule(sides *s, const scn_runner *runner, const scn_check *check)
{
  const scn_firewall *firewall = runner->firewall;
  guint64 packets, bytes;

  if (firewall == NULL)
    differ(s, "", "rules", "no rules (\"rules FILE\" in the scenario, --rules FILE)");
  else if (!firewall->counted(check->by.place, &packets, &bytes, firewall->user))
    differ(s, "", check->by.place, "no such rule");
  else {
    if (check->fields & SCN_CHECK_PACKETS)
      same_number(s, "packets", check->packets[0], packets);
    if (check->fields & SCN_CHECK_BYTES)
      same_number(s, "bytes", check->bytes[0], bytes);
  }
}

gboolean scn_check_eval(const scn_runner *runner, const scn_check *check, GString *expected, GString *got,
                        GString *related)
{
  sides s = { expected, got, related, TRUE };

  switch (check->about) {
  case SCN_ABOUT_PACKET: check_packet(&s, runner, check); break;
  case SCN_ABOUT_ENTRY:
  case SCN_ABOUT_ABSENT: check_flow(&s, runner, check); break;
  case SCN_ABOUT_COUNT: same_number(&s, "count", check->count, ct_engine_count(runner->engine)); break;
  case SCN_ABOUT_STATS: check_stats(&s, runner, check); break;
  case SCN_ABOUT_EVENT: check_events(&s, runner, check); break;
  case SCN_ABOUT_LIST:
  case SCN_ABOUT_EXPECTATION: check_table(&s, runner, check); break;
  case SCN_ABOUT_RULE: check_rule(&s, runner, check); break;
  }
  return s.met;
}
