/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/settled.h"

#include "firewall/walk/quick.h"

enum {
  KINDS = 16, /* that are remembered: a hash's first four bits */
  ROWS = 3,
  RULES_MOST = 64 /* of a chain that are looked at: there may be as many kinds as packets */
};

/* A stretch of the chains of one hook. */
typedef struct way_row {
  fw_walk_chain *const *chains;
  guint n;
  fw_hook hook;
} way_row;

struct fw_way {
  way_row rows[ROWS];
  guint n_rows;
  fw_settled kinds[KINDS];
};

/* ---- ways ---- */

static guint add_row(fw_way *way, const fw_hook_chains *chains, fw_hook hook, gboolean before)
{
  way_row *row = &way->rows[way->n_rows++];

  row->chains = before ? chains->chains : chains->chains + chains->n_before;
  row->n = before ? chains->n_before : chains->n - chains->n_before;
  row->hook = hook;
  return row->n;
}

void fw_way_free(fw_way *way)
{
  guint i;

  if (way == NULL)
    return;
  for (i = 0; i < KINDS; i++) {
    g_free(way->kinds[i].passed);
    g_free(way->kinds[i].held);
  }
  g_free(way);
}

fw_way *fw_way_new(const fw_hook_chains *rows, fw_way_id id)
{
  static const fw_hook hooks[FW_WAYS][ROWS + 1] = {
    [FW_WAY_BEFORE_IN] = { FW_HOOK_PREROUTING, FW_HOOK_NONE },
    [FW_WAY_BEFORE_OUT] = { FW_HOOK_OUTPUT, FW_HOOK_NONE },
    [FW_WAY_INPUT] = { FW_HOOK_PREROUTING, FW_HOOK_INPUT, FW_HOOK_NONE },
    [FW_WAY_FORWARD] = { FW_HOOK_PREROUTING, FW_HOOK_FORWARD, FW_HOOK_POSTROUTING, FW_HOOK_NONE },
    [FW_WAY_OUTPUT] = { FW_HOOK_OUTPUT, FW_HOOK_POSTROUTING, FW_HOOK_NONE },
  };
  const fw_hook *hook;
  fw_way *way = g_new0(fw_way, 1);
  guint n = 0;

  for (hook = hooks[id]; *hook != FW_HOOK_NONE; hook++)
    n += add_row(way, &rows[*hook], *hook, id == FW_WAY_BEFORE_IN || id == FW_WAY_BEFORE_OUT);
  if (n > 0 || id > FW_WAY_BEFORE_OUT)
    return way;
  fw_way_free(way);
  return NULL;
}

/* ---- what is said of a kind ---- */

/* A kind at one hook. */
typedef struct kind_at {
  const fw_packet *p;
  const fw_interface_name *in, *out;
  guint quick;
} kind_at;

static gboolean refuses(const fw_step *s, const kind_at *k)
{
  guint ask = s->quick & k->quick;

  return (ask & FW_QUICK_PROTOCOL && k->p->protocol != s->protocol) ||
         (ask & FW_QUICK_STATE && !(k->p->state & s->states)) ||
         (ask & FW_QUICK_IN && (k->in->holds[s->in] != 0) == ((s->invert & FW_TEST_IN) != 0)) ||
         (ask & FW_QUICK_OUT && (k->out->holds[s->out] != 0) == ((s->invert & FW_TEST_OUT) != 0));
}

/* => whether a rule that does not refuse them holds for all of a kind, and says what becomes of them. */
static gboolean decides(const fw_step *s, const kind_at *k)
{
  const guint asked = FW_QUICK_PROTOCOL | FW_QUICK_STATE | FW_QUICK_IN | FW_QUICK_OUT | FW_QUICK_WHOLE;

  return s->quick & FW_QUICK_WHOLE && (s->quick & ~(k->quick & asked)) == 0 &&
         (s->end == FW_END_ACCEPT || s->end == FW_END_DROP);
}

/* => FALSE: the chain has to be walked. */
static gboolean ask_chain(fw_settled *d, fw_walk_chain *c, const kind_at *k)
{
  const fw_step *by = NULL;
  guint i;

  if (c->n > RULES_MOST)
    return FALSE;
  for (i = 0; i < c->n && refuses(&c->steps[i], k); i++)
    continue;
  if (i < c->n) {
    by = &c->steps[i];
    if (!decides(by, k))
      return FALSE;
  }
  c->deepest = MAX(c->deepest, MIN(i + 1, c->n));
  d->n++;
  if (by != NULL)
    d->held[d->n_held++] = by->rule;
  else
    d->passed[d->n_passed++] = &c->counters;
  d->decision = (fw_decision){ .chain = c->chain, .rule = by != NULL ? by->rule : NULL };
  d->decision.verdict = by == NULL ? c->policy : by->end == FW_END_DROP ? FW_VERDICT_DROP : FW_VERDICT_ACCEPT;
  return TRUE;
}

/* => FALSE: the way does not go on, or has to be walked from here. */
static gboolean ask_row(fw_settled *d, const way_row *row, const kind_at *k)
{
  guint i;

  for (i = 0; i < row->n; i++) {
    if (!ask_chain(d, row->chains[i], k))
      return FALSE;
    d->spoke = row->hook;
    if (d->decision.verdict == FW_VERDICT_DROP) {
      d->whole = TRUE;
      d->left = row->hook;
      return FALSE;
    }
  }
  return TRUE;
}

/* An output device is there once the packet is routed. */
static gboolean has_out(fw_hook hook) { return hook != FW_HOOK_PREROUTING && hook != FW_HOOK_INPUT; }

static guint64 kind_of(const fw_packet *p) { return (guint64)p->state << 32 | (guint64)p->protocol << 16 | p->quick; }

static void settle(fw_program *program, fw_way *way, fw_settled *d, const fw_packet *p)
{
  guint i, n = 0;

  for (i = 0; i < way->n_rows; i++)
    n += way->rows[i].n;
  if (d->passed == NULL) {
    d->passed = g_new(fw_counters *, n + 1);
    d->held = g_new(const fw_rule *, n + 1);
  }
  d->n = d->n_passed = d->n_held = 0;
  d->whole = FALSE;
  for (i = 0; i < way->n_rows; i++) {
    const fw_hook hook = way->rows[i].hook;
    const fw_interface_name *out = has_out(hook) ? d->out : &program->nothing;
    const fw_interface_name *in = hook == FW_HOOK_POSTROUTING && program->postrouting_blind ? &program->nothing : d->in;
    const kind_at k = { p, in, out, p->quick | in->quick_in | out->quick_out };

    if (!ask_row(d, &way->rows[i], &k))
      return;
  }
  d->whole = TRUE;
  d->left = way->rows[way->n_rows - 1].hook;
}

/* ---- counting ---- */

static void count_waiting(fw_program *program, fw_settled *d)
{
  guint i;

  for (i = 0; i < d->n_passed; i++) {
    d->passed[i]->packets += d->waiting.packets;
    d->passed[i]->bytes += d->waiting.bytes;
  }
  for (i = 0; i < d->n_held; i++) {
    fw_hits *hits = &program->hits[d->held[i]->serial];

    hits->packets += d->waiting.packets;
    hits->counters.packets += d->waiting.packets;
    hits->counters.bytes += d->waiting.bytes;
    /* Other packets may have met the rule since. */
    if (d->last_packet > hits->last_packet) {
      hits->last_packet = d->last_packet;
      hits->last_ns = d->last_ns;
    }
  }
}

static void close_kind(fw_program *program, fw_settled *d)
{
  if (d->waiting.packets > 0)
    count_waiting(program, d);
  d->waiting = (fw_counters){ 0 };
  d->open = FALSE;
}

void fw_way_count(fw_program *program, fw_way *way)
{
  guint i;

  for (i = 0; way != NULL && i < KINDS; i++)
    if (way->kinds[i].open)
      close_kind(program, &way->kinds[i]);
}

/* Of a kind that is not open: the packet is counted at once, as it may be the first of a rule. */
static void open_kind(fw_program *program, fw_settled *d, const fw_packet *p)
{
  guint i;

  for (i = 0; i < d->n_passed; i++) {
    d->passed[i]->packets++;
    d->passed[i]->bytes += p->raw->length;
  }
  for (i = 0; i < d->n_held; i++)
    fw_walk_count(program, p, d->held[i]);
  d->open = program->counted == NULL;
  program->uncounted |= d->open;
}

static const fw_settled *G_GNUC_NO_INLINE settle_anew(fw_program *program, fw_way *way, fw_settled *d,
                                                      const fw_packet *p, const fw_interface_name *out)
{
  if (d->kind != kind_of(p) || d->in != p->in || d->out != out) {
    close_kind(program, d);
    d->kind = kind_of(p);
    d->in = p->in;
    d->out = out;
    settle(program, way, d, p);
  }
  open_kind(program, d, p);
  return d;
}

const fw_settled *fw_way_settle(fw_program *program, fw_way *way, const fw_packet *p, const fw_interface_name *out)
{
  const guint64 kind = kind_of(p);
  fw_settled *d = &way->kinds[(kind + (guintptr)p->in) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) >> 60];

  if (G_UNLIKELY(d->kind != kind || d->in != p->in || d->out != out || !d->open))
    return settle_anew(program, way, d, p, out);
  d->waiting.packets++;
  d->waiting.bytes += p->raw->length;
  d->last_ns = program->now_ns;
  d->last_packet = p->raw->number;
  return d;
}
