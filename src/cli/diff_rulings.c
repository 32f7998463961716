/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff_rulings.h"

#include "connections.h"
#include "firewall/save.h"
#include "firewall/target/data.h"

/* What is beyond is counted together, and connections then as "at least". */
enum { ROWS_MOST = 1 << 14, SHOWN_MOST = 20 };

typedef struct change_key {
  diff_ruling a, b; /* mark and way do not count; cls CT_CLASS_COUNT: that and the reason are the same */
} change_key;

typedef struct change {
  change_key key;
  guint64 packets, connections, first;
  guint differs;
  char *flow; /* of the first */
} change;

struct diff_rulings {
  const cli_firewall *firewall[2];
  GHashTable *names;          /* what is written => a number from 1 */
  guint32 *rule_ids[2];       /* by serial */
  gboolean comparable;        /* both are of the same language */
  GPtrArray *changes;         /* change, in the order of their first packets */
  GHashTable *row_of;         /* change_key => number + 1 */
  cli_connections *connected; /* by changes */
  guint64 others;             /* packets beyond ROWS_MOST */
};

/* ---- rules of two rulesets ---- */

static guint32 number_of(diff_rulings *r, const char *text)
{
  guint number = GPOINTER_TO_UINT(g_hash_table_lookup(r->names, text));

  if (number > 0)
    return number;
  number = g_hash_table_size(r->names) + 1;
  g_hash_table_insert(r->names, g_strdup(text), GUINT_TO_POINTER(number));
  return number;
}

/* Counters of nftables stand in the rule as they were when it was listed. */
static void number_rules(diff_rulings *r, guint side, const GRegex *counters)
{
  const fw_ruleset *ruleset = r->firewall[side]->ruleset;
  GString *text = g_string_new(NULL);
  guint t, c, i;

  r->rule_ids[side] = g_new0(guint32, ruleset->n_rules + 1);
  for (t = 0; t < ruleset->tables->len; t++) {
    const fw_table *table = g_ptr_array_index(ruleset->tables, t);

    for (c = 0; c < table->chains->len; c++) {
      const fw_chain *chain = g_ptr_array_index(table->chains, c);

      for (i = 0; i < chain->n_rules; i++) {
        g_autofree char *bare = NULL;

        g_string_printf(text, "%s %s %s ", fw_family_name(table->family), table->name, chain->name);
        fw_save_rule(text, chain->rules[i]);
        bare = table->nft != NULL ? g_regex_replace_literal(counters, text->str, -1, 0, "counter", 0, NULL) : NULL;
        r->rule_ids[side][chain->rules[i]->serial] = number_of(r, bare != NULL ? bare : text->str);
      }
    }
  }
  g_string_free(text, TRUE);
}

static guint languages_of(const fw_ruleset *ruleset)
{
  guint found = 0, i;

  for (i = 0; i < ruleset->tables->len; i++)
    found |= ((const fw_table *)g_ptr_array_index(ruleset->tables, i))->nft != NULL ? 2 : 1;
  return found;
}

static guint ruling_hash(const diff_ruling *x)
{
  return g_direct_hash(x->rule != NULL ? (gconstpointer)x->rule : x->chain) * 31 ^
         ((guint)x->verdict << 20 | (guint)x->kernel << 16 | (guint)x->cls << 12 | (guint)x->refused << 9 | x->reason);
}

static guint key_hash(gconstpointer key)
{
  const change_key *k = key;

  return ruling_hash(&k->a) * 0x9e3779b1U ^ ruling_hash(&k->b);
}

static gboolean ruling_equal(const diff_ruling *x, const diff_ruling *y)
{
  return x->rule == y->rule && x->chain == y->chain && x->verdict == y->verdict && x->kernel == y->kernel &&
         x->cls == y->cls && x->refused == y->refused && x->reason == y->reason && x->answer == y->answer;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
  const change_key *x = a, *y = b;

  return ruling_equal(&x->a, &y->a) && ruling_equal(&x->b, &y->b);
}

static void change_free(gpointer p)
{
  g_free(((change *)p)->flow);
  g_free(p);
}

diff_rulings *cli_diff_rulings_new(const cli_firewall *a, const cli_firewall *b)
{
  diff_rulings *r = g_new0(diff_rulings, 1);

  r->firewall[0] = a;
  r->firewall[1] = b;
  r->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  r->changes = g_ptr_array_new_with_free_func(change_free);
  r->row_of = g_hash_table_new(key_hash, key_equal);
  r->connected = cli_connections_new();
  if (a->firewall != NULL && b->firewall != NULL) {
    GRegex *counters = g_regex_new("\\bcounter packets [0-9]+ bytes [0-9]+", 0, 0, NULL);

    number_rules(r, 0, counters);
    number_rules(r, 1, counters);
    g_regex_unref(counters);
    r->comparable = languages_of(a->ruleset) == languages_of(b->ruleset);
  }
  return r;
}

void cli_diff_rulings_free(diff_rulings *r)
{
  if (r == NULL)
    return;
  g_hash_table_unref(r->names);
  g_free(r->rule_ids[0]);
  g_free(r->rule_ids[1]);
  g_ptr_array_unref(r->changes);
  g_hash_table_unref(r->row_of);
  cli_connections_free(r->connected);
  g_free(r);
}

/* ---- one packet ---- */

static guint64 policy_way(const fw_chain *chain)
{
  return chain == NULL ? 1 : (guint64)g_str_hash(chain->name) << 32 | g_str_hash(chain->table->name) | 1;
}

static guint64 then(guint64 way, guint64 who) { return (way ^ who) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) + 1; }

/* Of those who accepted a packet, whom people would name: filters before translation, rules before policies. */
static guint weight(const fw_program *program, const fw_rule *rule, const fw_chain *base)
{
  guint number = GPOINTER_TO_UINT(g_hash_table_lookup(program->chain_of, base));

  return (number > 0 && program->chains[number - 1].nat ? 0 : 2) + (rule != NULL ? 1 : 0);
}

/* Policies that accept are no decision: where a table is new, its policies are. */
static void accepted(const diff_rulings *r, guint side, diff_ruling *ruling)
{
  fw_firewall *firewall = r->firewall[side]->firewall;
  const fw_record *record = fw_firewall_record(firewall);
  guint best = 0, i;

  ruling->rule = NULL;
  ruling->chain = NULL;
  for (i = 0; i < record->lines->len; i++) {
    const fw_recorded *line = &g_array_index(record->lines, fw_recorded, i);
    const fw_walk_said *said = &line->said;
    const fw_rule *rule = said->step != NULL ? said->step->rule : NULL;

    if (line->answer || said->maybe || !fw_recorded_ends(said))
      continue;
    if (rule != NULL)
      ruling->way = then(ruling->way, r->rule_ids[side][rule->serial]);
    if (ruling->chain != NULL && weight(fw_firewall_program(firewall), rule, said->chain) < best)
      continue;
    best = weight(fw_firewall_program(firewall), rule, said->chain);
    ruling->rule = rule;
    ruling->chain = said->chain;
  }
}

static guint32 answer_of(const fw_outcome *o)
{
  const fw_reject *with =
    o->verdict == FW_VERDICT_REJECT && o->decision.rule != NULL ? o->decision.rule->target.data : NULL;

  return with != NULL ? 1 + ((guint32)with->kind << 16 | (guint32)with->type << 8 | with->code) : 0;
}

diff_ruling cli_diff_ruling(const diff_rulings *r, guint side, const diff_seen *seen)
{
  const cli_firewall *f = r->firewall[side];
  diff_ruling ruling = { .cls = (guint8)seen->result->cls,
                         .reason = (guint16)seen->result->reason,
                         .refused = seen->result->verdict == CT_VERDICT_DROP };
  const fw_outcome *o;

  if (f->firewall == NULL || seen->packet->kind == CT_PACKET_NONE)
    return ruling;
  o = fw_firewall_outcome(f->firewall);
  ruling.verdict = (guint8)o->verdict;
  ruling.kernel = (guint8)o->kernel;
  ruling.mark = o->verdict != FW_VERDICT_NONE ? o->packet.mark : 0;
  ruling.rule =
    o->verdict == FW_VERDICT_UNKNOWN && o->decision.unknown != NULL ? o->decision.unknown : o->decision.rule;
  ruling.chain = ruling.rule != NULL ? ruling.rule->chain : o->decision.chain;
  ruling.answer = answer_of(o);
  if (o->verdict == FW_VERDICT_ACCEPT)
    accepted(r, side, &ruling);
  else
    ruling.way = ruling.rule != NULL ? r->rule_ids[side][ruling.rule->serial] : policy_way(ruling.chain);
  return ruling;
}

/* What meets no rule passes. */
static fw_verdict passes_as(const diff_ruling *x)
{
  return x->verdict == FW_VERDICT_NONE ? FW_VERDICT_ACCEPT : (fw_verdict)x->verdict;
}

gboolean cli_diff_rulings_same(const diff_ruling *a, const diff_ruling *b)
{
  if (a->kernel == FW_KERNEL_CONNTRACK || b->kernel == FW_KERNEL_CONNTRACK)
    return TRUE; /* that is conntrack's difference */
  return passes_as(a) == passes_as(b) && a->kernel == b->kernel && a->answer == b->answer;
}

gboolean cli_diff_rulings_same_way(const diff_rulings *r, const diff_ruling *a, const diff_ruling *b)
{
  return !r->comparable || a->kernel != FW_KERNEL_NOTHING || b->kernel != FW_KERNEL_NOTHING || a->way == b->way;
}

gboolean cli_diff_rulings_comparable(const diff_rulings *r) { return r->comparable; }

/* ---- counted ---- */

static change *find_change(diff_rulings *r, const change_key *key, guint *row)
{
  guint number = GPOINTER_TO_UINT(g_hash_table_lookup(r->row_of, key));
  change *c;

  if (number > 0) {
    *row = number - 1;
    return g_ptr_array_index(r->changes, number - 1);
  }
  if (r->changes->len >= ROWS_MOST)
    return NULL;
  c = g_new0(change, 1);
  c->key = *key;
  *row = r->changes->len;
  g_ptr_array_add(r->changes, c);
  g_hash_table_insert(r->row_of, &c->key, GUINT_TO_POINTER(r->changes->len));
  return c;
}

static char *flow_text(const ct_packet *packet, const ct_profile *profile)
{
  emit_text text;
  char *flow;

  emit_text_init(&text, -1);
  emit_packet_flow(&text, profile, packet);
  flow = g_strndup(text.data, text.used);
  emit_text_clear(&text);
  return flow;
}

void cli_diff_rulings_count(diff_rulings *r, const diff_ruling *a, const diff_ruling *b, const ct_tuple *flow,
                            const ct_packet *packet, const ct_profile *profile, guint differs)
{
  change_key key = { *a, *b };
  change *c;
  guint row = 0;

  if (a->cls == b->cls && a->reason == b->reason) {
    key.a.cls = key.b.cls = CT_CLASS_COUNT;
    key.a.reason = key.b.reason = CT_REASON_NONE;
  }
  c = find_change(r, &key, &row);
  if (c == NULL) {
    r->others++;
    return;
  }
  if (c->packets++ == 0) {
    c->first = packet->number;
    c->flow = flow_text(packet, profile);
  }
  c->differs |= differs;
  c->connections += cli_connections_meet(r->connected, flow, row) ? 1 : 0;
}

/* ---- words ---- */

static const char *by_kernel(guint8 kernel)
{
  switch (kernel) {
  case FW_KERNEL_CONNTRACK: return "conntrack itself";
  case FW_KERNEL_TTL: return "the kernel, as its TTL ends here";
  case FW_KERNEL_NO_LISTENER: return "the kernel, as multicast that the box neither takes nor forwards";
  case FW_KERNEL_NO_ROUTE: return "the kernel, as there is no way to where it goes";
  case FW_KERNEL_HOST: return "the kernel, as it is not for the box, which forwards nothing";
  case FW_KERNEL_MARTIAN: return "the kernel, as it is a martian: no link brings such addresses";
  case FW_KERNEL_SCOPE: return "the kernel, as its source address is one of its own link alone";
  case FW_KERNEL_OPTIONS: return "the kernel, as its IP options are malformed";
  case FW_KERNEL_SOURCE_ROUTE: return "the kernel, as it asks for a source route";
  case FW_KERNEL_NAT: return "address translation";
  default: return NULL;
  }
}

static const char *verdict_words(const diff_ruling *x)
{
  static const char *const words[] = { [FW_VERDICT_NONE] = "let through",
                                       [FW_VERDICT_ACCEPT] = "accepted",
                                       [FW_VERDICT_DROP] = "dropped",
                                       [FW_VERDICT_REJECT] = "rejected",
                                       [FW_VERDICT_UNKNOWN] = "unknown" };

  return x->refused && x->verdict == FW_VERDICT_NONE ? "dropped" : words[x->verdict];
}

/* "filter:FORWARD:rule:2" => FALSE: nobody. */
static gboolean put_place(GString *out, const diff_ruling *x)
{
  const fw_chain *chain = x->rule != NULL ? x->rule->chain : x->chain;

  if (chain == NULL)
    return FALSE;
  g_string_append_printf(out, "%s:%s:", chain->table->name, chain->name);
  if (x->rule != NULL)
    g_string_append_printf(out, "rule:%u", x->rule->number);
  else
    g_string_append(out, "policy");
  return TRUE;
}

/* "ICMP type 3 code 13" */
static char *answer_words(const diff_ruling *x)
{
  const guint32 what = x->answer - 1;

  if (what >> 16 == FW_REJECT_TCP_RESET)
    return g_strdup("a TCP reset");
  return g_strdup_printf("ICMP type %u code %u", what >> 8 & 0xff, what & 0xff);
}

static void put_ruling(emit_text *out, const diff_ruling *x, gboolean with_class, gboolean with_answer)
{
  g_autoptr(GString) place = g_string_new(NULL);
  guint line = x->rule != NULL ? x->rule->line : x->chain != NULL ? x->chain->line : 0;

  if (with_class)
    emit_text_format(out, "%s%s%s%s, ", ct_class_name((ct_class)x->cls), x->reason != CT_REASON_NONE ? " (" : "",
                     x->reason != CT_REASON_NONE ? ct_reason_word((ct_reason)x->reason) : "",
                     x->reason != CT_REASON_NONE ? ")" : "");
  emit_text_string(out, verdict_words(x));
  if (with_answer) {
    g_autofree char *words = answer_words(x);

    emit_text_format(out, " with %s", words);
  }
  if (by_kernel(x->kernel) != NULL) {
    emit_text_format(out, " by %s", by_kernel(x->kernel));
    return;
  }
  if (!put_place(place, x))
    return;
  emit_text_format(out, " by %s", place->str);
  if (line > 0)
    emit_text_format(out, " (%s:%u)", (x->rule != NULL ? x->rule->chain : x->chain)->table->file, line);
}

void cli_diff_ruling_why(emit_text *out, const char *side, const diff_ruling *x)
{
  g_autoptr(GString) text = NULL;

  if (x->rule == NULL || x->kernel != FW_KERNEL_NOTHING)
    return;
  text = g_string_new(NULL);
  fw_save_rule(text, x->rule);
  emit_text_format(out, "   why %s  %s:%u: %s\n", side, x->rule->chain->table->file, x->rule->line, text->str);
}

/* Another verdict first, then the most packets, else the first packet. */
static gint heavier(gconstpointer a, gconstpointer b)
{
  const change *x = *(const change *const *)a, *y = *(const change *const *)b;
  gboolean same_x = cli_diff_rulings_same(&x->key.a, &x->key.b), same_y = cli_diff_rulings_same(&y->key.a, &y->key.b);

  if (same_x != same_y)
    return same_x ? 1 : -1;
  if (x->packets != y->packets)
    return x->packets < y->packets ? 1 : -1;
  return x->first < y->first ? -1 : x->first > y->first;
}

static GPtrArray *sorted(const diff_rulings *r)
{
  GPtrArray *list = g_ptr_array_copy(r->changes, NULL, NULL);

  g_ptr_array_set_free_func(list, NULL);
  g_ptr_array_sort(list, heavier);
  return list;
}

static void put_words(emit_text *out, const char *const *words, guint bits)
{
  guint i, n = 0;

  for (i = 0; words[i] != NULL; i++)
    if (bits >> i & 1)
      emit_text_format(out, "%s%s", n++ > 0 ? ", " : "", words[i]);
}

static void put_change(emit_text *out, const diff_rulings *r, const change *c, const char *const *words)
{
  const diff_ruling *a = &c->key.a, *b = &c->key.b;
  gboolean with_class = a->cls != CT_CLASS_COUNT,
           with_answer = a->answer != b->answer && a->answer != 0 && b->answer != 0;

  emit_text_literal(out, "  ");
  emit_text_u64_grouped(out, c->packets);
  emit_text_format(out, " packet%s of %s%" G_GUINT64_FORMAT " connection%s: ", c->packets == 1 ? "" : "s",
                   cli_connections_full(r->connected) ? "at least " : "", c->connections,
                   c->connections == 1 ? "" : "s");
  put_ruling(out, a, with_class, with_answer);
  emit_text_literal(out, " -> ");
  put_ruling(out, b, with_class, with_answer);
  emit_text_format(out, "\n      from packet %" G_GUINT64_FORMAT " on, %s; differs: ", c->first, c->flow);
  put_words(out, words, c->differs);
  emit_text_char(out, '\n');
}

void cli_diff_rulings_put(emit_text *out, const diff_rulings *r, const char *const *words)
{
  GPtrArray *list;
  guint i;

  if (r->changes->len == 0)
    return;
  list = sorted(r);
  emit_text_literal(out, "what becomes of packets, A -> B:\n");
  for (i = 0; i < list->len && i < SHOWN_MOST; i++)
    put_change(out, r, g_ptr_array_index(list, i), words);
  if (i < list->len)
    emit_text_format(out, "  and %u change%s more (-o json has all)\n", list->len - i, list->len - i == 1 ? "" : "s");
  if (r->others > 0)
    emit_text_format(out, "  and %" G_GUINT64_FORMAT " packet%s by other changes\n", r->others,
                     r->others == 1 ? "" : "s");
  g_ptr_array_unref(list);
}

/* ---- JSON ---- */

void cli_diff_words_json(emit_text *out, const char *const *words, guint bits)
{
  guint i, n = 0;

  emit_text_char(out, '[');
  for (i = 0; words[i] != NULL; i++)
    if (bits >> i & 1)
      emit_text_format(out, "%s\"%s\"", n++ > 0 ? "," : "", words[i]);
  emit_text_char(out, ']');
}

static void put_rule_json(emit_text *out, const diff_ruling *x)
{
  const fw_chain *chain = x->rule != NULL ? x->rule->chain : x->chain;
  guint line = x->rule != NULL ? x->rule->line : chain->line;
  g_autoptr(GString) text = g_string_new(NULL);

  put_place(text, x);
  emit_text_literal(out, ",\"by\":");
  emit_text_json_string(out, text->str);
  if (line > 0) {
    emit_text_literal(out, ",\"file\":");
    emit_text_json_string(out, chain->table->file);
    emit_text_format(out, ",\"line\":%u", line);
  }
  if (x->rule == NULL)
    return;
  g_string_truncate(text, 0);
  fw_save_rule(text, x->rule);
  emit_text_literal(out, ",\"text\":");
  emit_text_json_string(out, text->str);
}

void cli_diff_ruling_json(emit_text *out, const diff_ruling *x)
{
  const char *verdict = x->verdict != FW_VERDICT_NONE ? fw_verdict_name((fw_verdict)x->verdict)
                        : x->refused                  ? "drop"
                                                      : "accept";

  emit_text_format(out, "{\"verdict\":\"%s\"", verdict);
  if (x->answer != 0) {
    g_autofree char *words = answer_words(x);

    emit_text_literal(out, ",\"with\":");
    emit_text_json_string(out, words);
  }
  if (x->cls != CT_CLASS_COUNT)
    emit_text_format(out, ",\"class\":\"%s\"", ct_class_name((ct_class)x->cls));
  if (x->reason != CT_REASON_NONE)
    emit_text_format(out, ",\"reason\":\"%s\"", ct_reason_word((ct_reason)x->reason));
  if (by_kernel(x->kernel) != NULL) {
    emit_text_literal(out, ",\"by\":");
    emit_text_json_string(out, by_kernel(x->kernel));
  } else if (x->rule != NULL || x->chain != NULL)
    put_rule_json(out, x);
  emit_text_char(out, '}');
}

void cli_diff_rulings_json(emit_text *out, const diff_rulings *r, const char *const *words)
{
  GPtrArray *list = sorted(r);
  guint i;

  for (i = 0; i < list->len; i++) {
    const change *c = g_ptr_array_index(list, i);

    emit_text_format(out,
                     "{\"schema\":1,\"type\":\"change\",\"packets\":%" G_GUINT64_FORMAT
                     ",\"connections\":%" G_GUINT64_FORMAT ",\"first\":%" G_GUINT64_FORMAT ",\"flow\":",
                     c->packets, c->connections, c->first);
    emit_text_json_string(out, c->flow);
    emit_text_literal(out, ",\"differs\":");
    cli_diff_words_json(out, words, c->differs);
    emit_text_literal(out, ",\"a\":");
    cli_diff_ruling_json(out, &c->key.a);
    emit_text_literal(out, ",\"b\":");
    cli_diff_ruling_json(out, &c->key.b);
    emit_text_literal(out, "}\n");
  }
  g_ptr_array_unref(list);
}
