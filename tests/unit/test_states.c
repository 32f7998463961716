/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machines that states draws: every cell of every profile's tables, and what the engine says where there is no
 * table.
 */
#include <string.h>

#include "conntrack/proto/tables.h"
#include "states/arcs.h"
#include "states/picture.h"
#include "unit.h"

static const states_arc *find_arc(const states_machine *m, guint from, guint dir, guint input)
{
  guint i;

  for (i = 0; i < m->arcs->len; i++) {
    const states_arc *arc = &g_array_index(m->arcs, states_arc, i);

    if (arc->from == from && arc->dir == dir && arc->input == input)
      return arc;
  }
  return NULL;
}

static guint cell_of(const states_arc *arc)
{
  return arc->to == STATES_INVALID ? CT_TCP_INVALID : arc->to == STATES_IGNORE ? CT_TCP_IGNORE : (guint)arc->to;
}

START_TEST(every_cell_is_told)
{
  const ct_profile *profile;
  guint i, state, dir, row;

  for (i = 0; (profile = ct_profile_get(i)) != NULL; i++) {
    states_machine *tcp, *sctp;
    ct_params params;

    ct_params_init(&params, profile);
    tcp = states_machine_new("tcp", &params);
    sctp = states_machine_new("sctp", &params);
    for (state = 0; state < CT_TCP_STATE_COUNT; state++)
      for (dir = 0; dir < (state == 0 ? 1u : 2u); dir++)
        for (row = 0; row < CT_TCP_INDEX_COUNT; row++)
          ck_assert_uint_eq(cell_of(find_arc(tcp, state, dir, row)), profile->tcp_table[dir][row][state]);
    for (state = 0; profile->sctp_table != NULL && state < CT_SCTP_STATE_COUNT; state++)
      for (dir = 0; dir < (state == 0 ? 1u : 2u); dir++)
        for (row = 0; row < CT_SCTP_ROW_COUNT; row++)
          ck_assert_uint_eq(cell_of(find_arc(sctp, state, dir, row)), profile->sctp_table[dir][row][state]);
    states_machine_free(tcp);
    states_machine_free(sctp);
  }
}
END_TEST

/* => how many of the cells that a picture asks for differ, each of which is marked with what it was. */
static guint count_marked(const states_machine *m, const guint8 *mine, const guint8 *others, guint rows, guint states)
{
  guint state, dir, row, n = 0;

  for (state = 0; state < states; state++)
    for (dir = 0; dir < (state == 0 ? 1u : 2u); dir++)
      for (row = 0; row < rows; row++) {
        guint cell = (dir * rows + row) * states + state;
        const states_arc *arc = find_arc(m, state, dir, row);
        gint was = others[cell] == CT_TCP_INVALID  ? STATES_INVALID
                   : others[cell] == CT_TCP_IGNORE ? STATES_IGNORE
                                                   : others[cell];

        if (state != 0 && !m->nodes[state].entered)
          continue;
        ck_assert_str_eq(arc->was, mine[cell] == others[cell] ? "" : states_target_name(m, was));
        n += mine[cell] != others[cell];
      }
  return n;
}

/* Each profile beside the one before it: what its tables have otherwise is marked, all of it and nothing else. */
START_TEST(what_differs_is_marked)
{
  const ct_profile *profile, *before;
  guint i, marked = 0;

  for (i = 0; (profile = ct_profile_get(i)) != NULL && (before = ct_profile_get(i + 1)) != NULL; i++) {
    states_machine *m[2][2];
    ct_params params;
    guint k, n;

    for (k = 0; k < 2; k++) {
      ct_params_init(&params, k == 0 ? profile : before);
      m[k][0] = states_machine_new("tcp", &params);
      m[k][1] = states_machine_new("sctp", &params);
    }
    states_machine_compare(m[0][0], m[1][0]);
    n = count_marked(m[0][0], &profile->tcp_table[0][0][0], &before->tcp_table[0][0][0], CT_TCP_INDEX_COUNT,
                     CT_TCP_STATE_COUNT);
    ck_assert_uint_eq(m[0][0]->n_differing, n);
    marked += n;
    if (profile->sctp_table != NULL && before->sctp_table != NULL) {
      states_machine_compare(m[0][1], m[1][1]);
      n = count_marked(m[0][1], &profile->sctp_table[0][0][0], &before->sctp_table[0][0][0], CT_SCTP_ROW_COUNT,
                       CT_SCTP_STATE_COUNT);
      ck_assert_uint_eq(m[0][1]->n_differing, n);
      marked += n;
    }
    for (k = 0; k < 4; k++)
      states_machine_free(m[k / 2][k % 2]);
  }
  ck_assert_uint_gt(marked, 20);
}
END_TEST

/* The probe has to find out what the kernels differ in: when a UDP flow becomes a stream. */
START_TEST(the_engine_is_asked)
{
  ct_params params;
  states_machine *m;

  ct_params_init(&params, ct_profile_find("linux-6.18"));
  m = states_machine_new("udp", &params);
  ck_assert_str_eq(m->inputs[find_arc(m, 2, CT_REPLY, 1)->input], "packet within 2 s");
  ck_assert_int_eq(find_arc(m, 2, CT_REPLY, 1)->to, 2);
  ck_assert_int_eq(find_arc(m, 2, CT_REPLY, 2)->to, 3);
  ck_assert_int_eq(m->nodes[3].timeout_ns, 120 * G_GINT64_CONSTANT(1000000000));
  ck_assert_str_eq(m->nodes[3].sysctl, "nf_conntrack_udp_timeout_stream");
  states_machine_free(m);
  ct_params_init(&params, ct_profile_find("linux-2.6"));
  m = states_machine_new("udp", &params);
  ck_assert_int_eq(find_arc(m, 2, CT_REPLY, 0)->to, 3);
  ck_assert_int_eq(m->nodes[3].timeout_ns, 180 * G_GINT64_CONSTANT(1000000000));
  ck_assert_str_eq(m->nodes[3].sysctl, "ip_conntrack_udp_timeout_stream");
  states_machine_free(m);
}
END_TEST

START_TEST(unknown_protocols_are_none)
{
  ct_params params;

  ct_params_init(&params, ct_profile_get(0));
  ck_assert_ptr_null(states_machine_new("quic", &params));
}
END_TEST

START_TEST(pictures_are_well_formed)
{
  static const char *const names[] = { "tcp", "sctp", "udp", "udplite", "icmp", "icmpv6", "gre" };
  const ct_profile *profile;
  guint i, j;

  for (i = 0; (profile = ct_profile_get(i)) != NULL; i++)
    for (j = 0; j < G_N_ELEMENTS(names); j++) {
      GMarkupParser parser = { NULL, NULL, NULL, NULL, NULL };
      GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, NULL, NULL);
      states_machine *m;
      ct_params params;
      emit_text out;
      guint node;

      ct_params_init(&params, profile);
      m = states_machine_new(names[j], &params);
      if (ct_profile_get(i + 1) != NULL) {
        states_machine *before;

        ct_params_init(&params, ct_profile_get(i + 1));
        before = states_machine_new(names[j], &params);
        if (before != NULL)
          states_machine_compare(m, before);
        states_machine_free(before);
      }
      emit_text_init(&out, -1);
      states_put_svg(&out, m);
      ck_assert(g_markup_parse_context_parse(context, out.data, (gssize)out.used, NULL));
      ck_assert(g_markup_parse_context_end_parse(context, NULL));
      for (node = 1; node < m->n_nodes; node++)
        if (m->nodes[node].entered)
          ck_assert(g_strstr_len(out.data, (gssize)out.used, m->nodes[node].name) != NULL);
      g_markup_parse_context_free(context);
      emit_text_clear(&out);
      states_machine_free(m);
    }
}
END_TEST

static const char *walk_of(states_drawing *drawing, const states_step *steps, guint n, emit_text *out)
{
  out->used = 0;
  states_put_walk(out, drawing, steps, n, "words");
  emit_text_char(out, '\0');
  return out->data;
}

/* A step is marked on the arc that its input takes; one that no arc tells is left out, not put elsewhere. */
START_TEST(walks_find_their_arcs)
{
  static const states_step circle[] = { { 0, 1, CT_TCP_INDEX_SYN },
                                        { 1, CT_TCP_CLOSE, CT_TCP_INDEX_RST },
                                        { CT_TCP_CLOSE, 1, CT_TCP_INDEX_SYN },
                                        { 1, CT_TCP_CLOSE, CT_TCP_INDEX_RST } };
  static const states_step none = { CT_TCP_TIME_WAIT, CT_TCP_ESTABLISHED, CT_TCP_INDEX_ACK };
  states_drawing *drawing;
  states_machine *m;
  const char *walk;
  ct_params params;
  emit_text out;

  ct_params_init(&params, ct_profile_get(0));
  m = states_machine_new("tcp", &params);
  drawing = states_drawing_new(m, "t");
  emit_text_init(&out, -1);
  walk = walk_of(drawing, circle, G_N_ELEMENTS(circle), &out);
  ck_assert_ptr_nonnull(strstr(walk, ">1</text>"));
  ck_assert_ptr_nonnull(strstr(walk, ">2,4</text>"));
  ck_assert_ptr_nonnull(strstr(walk, ">3</text>"));
  walk = walk_of(drawing, &none, 1, &out);
  ck_assert_ptr_null(strstr(walk, "class=\"pill\""));
  emit_text_clear(&out);
  states_drawing_free(drawing);
  states_machine_free(m);
}
END_TEST

/* Does another line of that side run across the last stretch of an arc, between its lane and its state? */
static gboolean arrow_is_crossed(const picture *p, const edge *e)
{
  guint i;

  for (i = 0; i < p->n_edges; i++) {
    const edge *other = &p->edges[i];

    if (other == e || other->lane == NO_LANE || other->back != e->back || other->lane >= e->lane)
      continue;
    if (MIN(other->y1, other->y2) < e->y2 && e->y2 < MAX(other->y1, other->y2))
      return TRUE;
  }
  return FALSE;
}

/* Whose arrow is crossed just where it ends, of that nobody sees where it goes. Text and pictures go the same way. */
START_TEST(arrows_end_uncrossed)
{
  const ct_profile *profile;
  const ct_proto *proto;
  guint i, k, j, arcs = 0;

  for (i = 0; (profile = ct_profile_get(i)) != NULL; i++)
    for (k = 0; (proto = states_protocol(profile, k)) != NULL; k++) {
      picture *p = g_new0(picture, 1);
      guint order[STATES_NODES_MAX];
      states_machine *m;
      ct_params params;

      ct_params_init(&params, profile);
      m = states_machine_new(proto->name, &params);
      states_layout(p, m, FALSE);
      for (j = 0; j < p->n_edges; j++)
        if (p->edges[j].lane != NO_LANE) {
          arcs++;
          ck_assert_msg(!arrow_is_crossed(p, &p->edges[j]), "%s of %s: %s -> %s", proto->name, profile->name,
                        m->nodes[p->edges[j].from].name, m->nodes[p->edges[j].to].name);
        }
      ck_assert_uint_eq(states_order(m, order), m->n_nodes);
      for (j = 0; j < p->n_order; j++)
        ck_assert_uint_eq(order[j], p->order[j]);
      states_machine_free(m);
      g_free(p);
    }
  ck_assert_uint_gt(arcs, 100);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("states");
  TCase *tcase = tcase_create("states");

  tcase_add_test(tcase, every_cell_is_told);
  tcase_add_test(tcase, the_engine_is_asked);
  tcase_add_test(tcase, what_differs_is_marked);
  tcase_add_test(tcase, unknown_protocols_are_none);
  tcase_add_test(tcase, pictures_are_well_formed);
  tcase_add_test(tcase, walks_find_their_arcs);
  tcase_add_test(tcase, arrows_end_uncrossed);
  suite_add_tcase(suite, tcase);
  return suite;
}

int main(void) { return unit_run(make_suite()); }
