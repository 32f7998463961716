/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocols without a state table: send an engine packets from either side, soon and late, and look at the entry
 * afterwards. Every node is reached by a known path of packets; from there each input is tried on a fresh engine.
 */
#include "states/probe.h"

#include <string.h>

#include "states/arcs.h"

enum { NONE, UNREPLIED, REPLIED, ASSURED, NODES };
enum { SOON_MS = 100, LATE_MS = 3000, PATH_MAX_STEPS = 4, PACKET_BYTES = 64 };
enum { ANY, SOON, LATE };

typedef struct step {
  guint dir, gap_ms;
} step;

typedef struct path {
  gboolean known;
  guint n;
  step steps[PATH_MAX_STEPS + 1];
} path;

guint states_node_of_status(guint32 status)
{
  return status & CT_STATUS_ASSURED ? ASSURED : status & CT_STATUS_SEEN_REPLY ? REPLIED : UNREPLIED;
}

/*
 * => length. The least packet of the protocol, with a header as UDP has it where its ids are ports; checksums are not
 * judged here.
 */
static guint make_packet(guint8 *bytes, const ct_proto *proto, guint dir)
{
  gboolean v6 = proto->family == CT_IPV6;
  guint l4 = v6 ? 40 : 20, n = l4 + 16;
  guint8 *p = bytes + l4;

  memset(bytes, 0, PACKET_BYTES);
  bytes[0] = v6 ? 0x60 : 0x45;
  bytes[v6 ? 5 : 3] = (guint8)(v6 ? n - l4 : n);
  bytes[v6 ? 6 : 9] = proto->number;
  bytes[v6 ? 7 : 8] = 64;
  bytes[v6 ? 23 : 15] = dir == CT_ORIGINAL ? 1 : 2; /* addresses ...1 and ...2, ports 1 and 2 */
  bytes[v6 ? 39 : 19] = dir == CT_ORIGINAL ? 2 : 1;
  if (proto->ids == CT_IDS_ICMP)
    p[0] = proto->answers[0][dir];
  if (proto->ids == CT_IDS_PORTS) {
    p[1] = dir == CT_ORIGINAL ? 1 : 2;
    p[3] = dir == CT_ORIGINAL ? 2 : 1;
    p[5] = 16; /* the length, or what the sum covers */
    p[7] = 1;  /* a sum that is there, and not judged */
  }
  return n;
}

/*
 * Sends the path's packets to a fresh engine. => TRUE where an entry is left, with *view as it is then; *cls is the
 * last one's.
 */
static gboolean follow(const ct_params *params, const ct_proto *proto, const path *way, ct_view *view, guint8 *cls)
{
  ct_engine *engine = ct_engine_new(params);
  gint64 now_ns = 0;
  gboolean left = FALSE;
  guint i;

  for (i = 0; i < way->n; i++) {
    guint8 bytes[PACKET_BYTES];
    guint n = make_packet(bytes, proto, way->steps[i].dir);
    ct_packet packet = { .number = i + 1, .data = bytes, .length = n, .captured = n };
    ct_result result;

    now_ns += (gint64)way->steps[i].gap_ms * 1000000;
    packet.time_ns = now_ns;
    ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, params);
    ct_engine_packet(engine, &packet, &result);
    *cls = result.cls;
    left = result.entry != NULL;
    if (left)
      ct_entry_view(engine, result.entry, view);
  }
  ct_engine_free(engine);
  return left;
}

static void name_nodes(states_machine *m)
{
  static const char *const names[NODES] = { "no entry", "unreplied", "replied", "assured" };
  guint i;

  m->n_nodes = NODES;
  for (i = 0; i < NODES; i++)
    g_strlcpy(m->nodes[i].name, names[i], sizeof(m->nodes[i].name));
  m->n_inputs = 3;
  m->inputs[ANY] = "packet";
  m->inputs[SOON] = "packet within 2 s";
  m->inputs[LATE] = "packet after 2 s";
}

/* => where one more packet leads from the end of a path, and the entry then. */
static gint try_step(const states_machine *m, const ct_params *params, path *way, guint dir, guint gap_ms,
                     ct_view *view)
{
  guint8 cls = CT_CLASS_NONE;
  gboolean left;

  way->steps[way->n] = (step){ dir, gap_ms };
  way->n++;
  left = follow(params, ct_proto_known(params->profile, m->proto), way, view, &cls);
  way->n--;
  if (cls == CT_CLASS_INVALID)
    return STATES_INVALID;
  return left ? (gint)states_node_of_status(view->status) : NONE;
}

static void note_node(states_machine *m, path *paths, const path *from, gint to, guint dir, guint gap_ms,
                      const ct_view *view)
{
  if (to <= NONE || paths[to].known || from->n == PATH_MAX_STEPS)
    return;
  paths[to] = *from;
  paths[to].known = TRUE;
  paths[to].steps[paths[to].n++] = (step){ dir, gap_ms };
  m->nodes[to].timeout_ns = view->timeout_ns;
}

static void probe_from(states_machine *m, const ct_params *params, path *paths, guint node)
{
  path way = paths[node];
  guint dir;

  for (dir = 0; dir < (node == NONE ? 1u : 2u); dir++) {
    ct_view view;
    gint soon = try_step(m, params, &way, dir, SOON_MS, &view), late;

    note_node(m, paths, &way, soon, dir, SOON_MS, &view);
    late = try_step(m, params, &way, dir, LATE_MS, &view);
    note_node(m, paths, &way, late, dir, LATE_MS, &view);
    states_arc_add(m, node, dir, soon == late ? ANY : SOON, soon);
    if (soon != late)
      states_arc_add(m, node, dir, LATE, late);
  }
}

/* The sysctl that holds a node's timeout: the one whose change changes it. */
static void find_sysctl(states_node *node, const ct_params *params, const ct_proto *proto, const path *way)
{
  static const ct_timeout candidates[] = { CT_TIMEOUT_UDP, CT_TIMEOUT_UDP_STREAM, CT_TIMEOUT_ICMP,   CT_TIMEOUT_ICMPV6,
                                           CT_TIMEOUT_GRE, CT_TIMEOUT_GRE_STREAM, CT_TIMEOUT_GENERIC };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(candidates); i++) {
    ct_params changed = *params;
    ct_view view;
    guint8 cls;

    changed.timeout_s[candidates[i]] += 1000;
    if (follow(&changed, proto, way, &view, &cls) && view.timeout_ns != node->timeout_ns)
      node->sysctl = ct_params_spell_timeout(params->profile, candidates[i]);
  }
}

void states_probe(states_machine *m, const ct_params *asked)
{
  path paths[NODES] = { [NONE] = { .known = TRUE } };
  ct_profile profile = *asked->profile;
  ct_params prompt = *asked, *params = &prompt;
  guint node;

  /* The packets follow each other closely: a kernel that then saves itself a renewal would show less than it gives. */
  profile.refresh_skips_a_second = false;
  prompt.profile = &profile;

  name_nodes(m);
  for (node = 0; node < NODES; node++)
    if (paths[node].known)
      probe_from(m, params, paths, node);
  for (node = UNREPLIED; node < NODES; node++)
    if (paths[node].known)
      find_sysctl(&m->nodes[node], params, ct_proto_known(params->profile, m->proto), &paths[node]);
}
