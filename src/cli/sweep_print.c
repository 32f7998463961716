/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep_print.h"
#include "sweep_settings.h"

#include <string.h>

enum { LABEL_LEAST = 8, GAP = 3 };

const char *cli_sweep_max_name(const ct_params *params) { return ct_params_spell(params->profile, "nf_conntrack_max"); }

/* --- the verdict --- */

static gboolean varies_max(const sweep_result *r)
{
  guint i;

  for (i = 1; i < r->n && r->settings[i].params.max == r->settings[0].params.max; i++)
    ;
  return i < r->n;
}

/* Some may be cut or INVALID all the same, with each setting: then it is the fewest, and not nothing. */
static const char *lost_words(const sweep_judgement *j)
{
  return j->cut + j->invalid + j->clashed == 0 ? "nothing is lost" : "no more is lost than at any other";
}

/* "; 2 INVALID packets, the fewest of all" */
static void put_fewest(emit_text *out, guint64 fewest, const char *none, const char *one, const char *many)
{
  emit_text_literal(out, "; ");
  if (fewest == 0) {
    emit_text_string(out, none);
    return;
  }
  emit_text_u64_grouped(out, fewest);
  emit_text_string(out, fewest == 1 ? one : many);
  emit_text_literal(out, ", the fewest of all");
}

static void put_judged(emit_text *out, const sweep_judgement *j)
{
  emit_text_literal(out, "Judged: nobody evicted, dropped or missed");
  put_fewest(out, j->cut, "no connection cut", " connection cut", " connections cut");
  put_fewest(out, j->invalid, "no INVALID packet", " INVALID packet", " INVALID packets");
  if (j->clashed > 0)
    put_fewest(out, j->clashed, "", " clash", " clashes");
  emit_text_literal(out, ".\n");
}

static void put_count(emit_text *out, guint64 n, const char *one, const char *many)
{
  if (n == 0)
    return;
  emit_text_literal(out, "; ");
  emit_text_u64_grouped(out, n);
  emit_text_string(out, n == 1 ? one : many);
}

/* Of one setting there is no smallest. */
static void put_single(emit_text *out, const sweep_setting *setting, const sweep_figures *f)
{
  gboolean roomy = f->evicted == 0 && f->dropped == 0 && f->insert_failed == 0;

  emit_text_string(out, f->lossless ? "Nothing is lost at "
                        : roomy     ? "Nobody is evicted or dropped at "
                                    : "Something is lost (evicted, dropped, or a chain too long) at ");
  emit_text_string(out, cli_sweep_max_name(&setting->params));
  emit_text_char(out, '=');
  emit_text_u64(out, setting->params.max);
  put_count(out, f->cut, " connection is cut", " connections are cut");
  put_count(out, f->invalid, " packet is INVALID", " packets are INVALID");
  put_count(out, f->clashed, " packet is dropped as a clash", " packets are dropped as clashes");
  emit_text_string(out, "; the peak was ");
  emit_text_u64(out, f->peak);
  emit_text_string(out, ". Several values (--max 1k,4k,16k) are compared.\n");
}

static void put_least(emit_text *out, const sweep_result *r)
{
  const sweep_setting *least = &r->settings[r->judgement.least];

  if (r->partial) {
    emit_text_literal(out, "Of this part alone, which recommends nothing for the whole, the least at which ");
    emit_text_string(out, lost_words(&r->judgement));
    emit_text_literal(out, ": ");
  } else if (varies_max(r)) {
    emit_text_literal(out, "Of these the smallest ");
    emit_text_string(out, cli_sweep_max_name(&least->params));
    emit_text_literal(out, " at which ");
    emit_text_string(out, lost_words(&r->judgement));
    emit_text_literal(out, ": ");
    emit_text_u64(out, least->params.max);
    emit_text_literal(out, " (");
  } else {
    emit_text_literal(out, "The least of these at which ");
    emit_text_string(out, lost_words(&r->judgement));
    emit_text_literal(out, ": ");
  }
  emit_text_string(out, least->label);
  if (!r->partial && varies_max(r))
    emit_text_char(out, ')');
  emit_text_char(out, '\n');
}

static gboolean has_clashes(const sweep_result *r)
{
  guint i;

  for (i = 0; i < r->n && r->figures[i].clashed == 0; i++)
    ;
  return i < r->n;
}

/* Each has something that another spares. */
static void put_trade(emit_text *out, const sweep_result *r)
{
  const sweep_judgement *j = &r->judgement;

  emit_text_literal(out, "No setting loses least in all: the fewest cut (");
  emit_text_u64_grouped(out, j->cut);
  emit_text_literal(out, ") at ");
  emit_text_string(out, r->settings[j->fewest_cut].label);
  emit_text_literal(out, ", the fewest INVALID (");
  emit_text_u64_grouped(out, j->invalid);
  emit_text_literal(out, ") at ");
  emit_text_string(out, r->settings[j->fewest_invalid].label);
  if (has_clashes(r)) {
    emit_text_literal(out, ", the fewest clashes (");
    emit_text_u64_grouped(out, j->clashed);
    emit_text_literal(out, ") at ");
    emit_text_string(out, r->settings[j->fewest_clashed].label);
  }
  emit_text_literal(out, ".\n");
}

static gboolean has_kernels(const sweep_result *r) { return cli_sweep_kernel_len(r->settings, 0, r->n) < r->n; }

/* Of one kernel. */
static void put_several(emit_text *out, const sweep_result *r)
{
  const sweep_judgement *j = &r->judgement;

  if (j->least < r->n) {
    put_least(out, r);
  } else if (j->any_lossless) {
    gboolean nothing = j->cut + j->invalid + j->clashed == 0;

    emit_text_string(out, nothing ? "Nothing is lost only where there is no limit; each "
                                  : "The least is lost only where there is no limit; each ");
    emit_text_string(out, cli_sweep_max_name(&r->settings[0].params));
    emit_text_string(out, nothing ? " that was tried loses something.\n" : " that was tried loses more.\n");
  } else if (j->any_roomy) {
    put_trade(out, r);
  } else {
    emit_text_string(out, "Each of these settings loses something: evicts, drops, or finds a chain too long.\n");
  }
  if (j->any_roomy)
    put_judged(out, j);
}

/* Of a kernel that has one setting: there is no least. */
static void put_alone(emit_text *out, const sweep_result *r)
{
  const sweep_figures *f = r->figures;

  if (!r->judgement.any_roomy)
    emit_text_literal(out, "something is lost (evicted, dropped, missed, or a chain too long)");
  else
    emit_text_string(out, f->cut + f->invalid == 0 ? "nothing is lost" : "nobody is evicted, dropped or missed");
  put_count(out, f->cut, " connection is cut", " connections are cut");
  put_count(out, f->invalid, " packet is INVALID", " packets are INVALID");
  emit_text_literal(out, ".\n");
}

/* Settings of one kernel are less or more than each other; those of two are not, and lose what their rules have them.
 */
static void put_by_kernel(emit_text *out, const sweep_result *r)
{
  guint i, n;

  for (i = 0; i < r->n; i += n) {
    sweep_result own = *r;

    n = own.n = cli_sweep_kernel_len(r->settings, i, r->n);
    own.settings += i;
    own.figures += i;
    own.judgement = sweep_judge(own.settings, own.figures, n);
    emit_text_string(out, own.settings->params.profile->name);
    emit_text_literal(out, ": ");
    if (n == 1)
      put_alone(out, &own);
    else
      put_several(out, &own);
  }
  emit_text_format(out,
                   "By which rules two kernels differ, a comparison tells: ctreplay diff --profile %s --profile %s\n",
                   r->settings[0].params.profile->name, r->settings[r->n - 1].params.profile->name);
}

static gboolean has_forgotten(const sweep_result *r)
{
  guint i;

  for (i = 0; i < r->n && !r->figures[i].forgot; i++)
    ;
  return i < r->n;
}

/* Which setting would have been enough: what a sweep is asked. */
static void print_verdict(emit_text *out, const sweep_result *r)
{
  if (r->partial) {
    emit_text_literal(out, "Of a part: ");
    emit_part_put(out, &r->part);
    emit_text_literal(out, ". On the whole more may be lost.\n");
  }
  if (!r->judgement.tracked)
    emit_text_string(out, "No packet began a connection: nothing is said about settings.\n");
  else if (r->n == 1)
    put_single(out, r->settings, r->figures);
  else if (has_kernels(r))
    put_by_kernel(out, r);
  else
    put_several(out, r);
  if (has_forgotten(r))
    emit_text_literal(out, "More may have been missed or cut: who ended too long before was forgotten (LIMITS).\n");
}

/* --- the table --- */

typedef struct column {
  const char *name;
  void (*print)(char *text, gsize size, const sweep_figures *f);
  gboolean always; /* shown also where all of it is zero */
  gboolean of_rules;
} column;

static void put_number(char *text, gsize size, guint64 value) { g_snprintf(text, size, "%" G_GUINT64_FORMAT, value); }

static void print_bytes(char *text, gsize size, const sweep_figures *f)
{
  if (f->kernel_bytes < 1000000)
    g_snprintf(text, size, "%.1f kB", (double)f->kernel_bytes / 1e3);
  else
    g_snprintf(text, size, "%.1f MB", (double)f->kernel_bytes / 1e6);
}

/* clang-format off */
#define COLUMN_LIST(X)                                                                                                 \
  X(peak, f->peak) X(mean, (guint64)(f->mean + 0.5)) X(evicted, f->evicted)                                            \
  X(dropped, f->dropped + f->insert_failed) X(refused, f->refused) X(missed, f->missed) X(cut, f->cut)                 \
  X(invalid, f->invalid) X(clash, f->clashed) X(by_rules, f->by_rules)
#define X(name, value) \
  static void print_##name(char *text, gsize size, const sweep_figures *f) { put_number(text, size, value); }
COLUMN_LIST(X)
#undef X
/* clang-format on */

static const column columns[] = { { .name = "peak", .print = print_peak, .always = TRUE },
                                  { .name = "mean", .print = print_mean, .always = TRUE },
                                  { .name = "evicted", .print = print_evicted },
                                  { .name = "dropped", .print = print_dropped },
                                  { .name = "refused", .print = print_refused },
                                  { .name = "missed", .print = print_missed },
                                  { .name = "cut", .print = print_cut },
                                  { .name = "INVALID", .print = print_invalid },
                                  { .name = "clash", .print = print_clash, .of_rules = TRUE },
                                  { .name = "by rules", .print = print_by_rules, .of_rules = TRUE },
                                  { .name = "kernel memory", .print = print_bytes, .always = TRUE } };

/* All settings have the same rules, or none has. */
static gboolean has_rules(const sweep_result *r) { return r->settings[0].door != NULL; }

/* => as wide as its widest figure; 0: all of it is zero, and it is not shown. */
static guint width_of(const sweep_result *r, const column *c)
{
  guint width = (guint)strlen(c->name), i;
  gboolean any = c->always;
  char text[32];

  for (i = 0; i < r->n; i++) {
    c->print(text, sizeof(text), &r->figures[i]);
    any = any || strcmp(text, "0") != 0;
    width = MAX(width, (guint)strlen(text));
  }
  return any ? width + GAP : 0;
}

static void print_row(emit_text *out, const sweep_result *r, const guint *widths, guint row)
{
  char text[32];
  guint i;

  for (i = 0; i < G_N_ELEMENTS(columns); i++)
    if (widths[i] != 0) {
      columns[i].print(text, sizeof(text), &r->figures[row]);
      emit_text_pad(out, text, -(int)widths[i]);
    }
  emit_text_char(out, '\n');
}

/* "0 everywhere: missed, cut" */
static void print_zeros(emit_text *out, const guint *widths, gboolean rules)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(columns); i++)
    if (widths[i] == 0 && (rules || !columns[i].of_rules)) {
      emit_text_string(out, any ? ", " : "0 everywhere: ");
      emit_text_string(out, columns[i].name);
      any = TRUE;
    }
  if (any)
    emit_text_char(out, '\n');
}

static void print_table(emit_text *out, const sweep_result *r)
{
  guint widths[G_N_ELEMENTS(columns)], label = LABEL_LEAST, i;

  for (i = 0; i < G_N_ELEMENTS(columns); i++)
    widths[i] = width_of(r, &columns[i]);
  for (i = 0; i < r->n; i++)
    label = MAX(label, (guint)strlen(r->settings[i].label));
  emit_text_pad(out, "setting", (int)label);
  for (i = 0; i < G_N_ELEMENTS(columns); i++)
    if (widths[i] != 0)
      emit_text_pad(out, columns[i].name, -(int)widths[i]);
  emit_text_char(out, '\n');
  for (i = 0; i < r->n; i++) {
    emit_text_pad(out, r->settings[i].label, (int)label);
    print_row(out, r, widths, i);
  }
  print_zeros(out, widths, has_rules(r));
  emit_text_char(out, '\n');
  print_verdict(out, r);
}

/* --- for programs --- */

/* The figures by name, for JSON and CSV alike. */
/* clang-format off */
#define FIGURE_LIST(X)                                                                                                 \
  X(peak, f->peak) X(mean, (guint64)(f->mean + 0.5)) X(created, f->created) X(expired, f->expired)                     \
  X(evicted, f->evicted) X(dropped, f->dropped) X(insert_failed, f->insert_failed) X(refused, f->refused)              \
  X(missed, f->missed) X(cut, f->cut) X(invalid, f->invalid) X(count, f->final_count) X(kernel_bytes, f->kernel_bytes)
/* clang-format on */

static void print_pair(emit_text *out, const char *name, guint64 value)
{
  emit_text_string(out, ",\"");
  emit_text_string(out, name);
  emit_text_string(out, "\":");
  emit_text_u64(out, value);
}

/* What was seen to be lost is lost; that nothing is takes all packets, and some. */
static const char *lossless_word(const sweep_result *r, guint row)
{
  if (r->judgement.tracked && !r->figures[row].lossless)
    return "false";
  return r->partial || !r->judgement.tracked ? "null" : "true";
}

/*
 * "tcp_timeout_established=600 max=4096", what is varied, as members: values as they were given. Each label has the
 * same names in the same order.
 */
static void print_setting(emit_text *out, const char *label)
{
  char **words = g_strsplit(label, " ", -1), **word;

  emit_text_literal(out, ",\"setting\":{");
  for (word = words; *word != NULL && strchr(*word, '=') != NULL; word++) {
    char *equals = strchr(*word, '=');

    *equals = '\0';
    if (word != words)
      emit_text_char(out, ',');
    emit_text_json_string(out, *word);
    emit_text_char(out, ':');
    emit_text_json_string(out, equals + 1);
  }
  emit_text_char(out, '}');
  g_strfreev(words);
}

/* Of its kernel. */
static gboolean is_least(const sweep_result *r, guint row)
{
  guint first, n;

  for (first = 0; first + (n = cli_sweep_kernel_len(r->settings, first, r->n)) <= row; first += n)
    ;
  return first + sweep_least(r->settings + first, r->figures + first, n) == row;
}

static void print_json(emit_text *out, const sweep_result *r)
{
  guint i;

  for (i = 0; i < r->n; i++) {
    const sweep_setting *s = &r->settings[i];
    const sweep_figures *f = &r->figures[i];

    emit_text_string(out, "{\"schema\":1,\"sweep\":");
    emit_text_json_string(out, s->label);
    print_setting(out, s->label);
    print_pair(out, "max", s->params.max);
    print_pair(out, "buckets", s->params.buckets);
#define X(name, value) print_pair(out, #name, value);
    FIGURE_LIST(X)
#undef X
    if (has_rules(r)) {
      print_pair(out, "dropped_by_rules", f->by_rules);
      print_pair(out, "clashed", f->clashed);
    }
    if (f->forgot)
      emit_text_literal(out, ",\"forgot\":true");
    if (r->partial)
      emit_part_members(out, &r->part);
    else
      emit_text_literal(out, ",\"partial\":false");
    emit_text_literal(out, ",\"lossless\":");
    emit_text_string(out, lossless_word(r, i));
    emit_text_string(out, is_least(r, i) && !r->partial && r->judgement.tracked ? ",\"smallest_lossless\":true}\n"
                                                                                : ",\"smallest_lossless\":false}\n");
  }
}

/* The sysctls that are varied have columns of their own, the last: their names, or their values in this label. */
static void print_sysctls(emit_text *out, const char *label, gboolean names)
{
  char **words = g_strsplit(label, " ", -1), **word;

  for (word = words; *word != NULL && strchr(*word, '=') != NULL; word++) {
    char *equals = strchr(*word, '=');

    *equals = '\0';
    if (strcmp(*word, "max") == 0 || strcmp(*word, "hashsize") == 0)
      continue;
    emit_text_char(out, ',');
    emit_text_string(out, names ? *word : equals + 1);
  }
  emit_text_char(out, '\n');
  g_strfreev(words);
}

static void print_csv(emit_text *out, const sweep_result *r)
{
  guint i;

  emit_text_string(out, "setting,max,buckets");
#define X(name, value) emit_text_string(out, "," #name);
  FIGURE_LIST(X)
#undef X
  emit_text_string(out, has_rules(r) ? ",dropped_by_rules,clashed,partial" : ",partial");
  print_sysctls(out, r->settings[0].label, TRUE);
  for (i = 0; i < r->n; i++) {
    const sweep_setting *s = &r->settings[i];
    const sweep_figures *f = &r->figures[i];

    emit_text_string(out, s->label);
    emit_text_char(out, ',');
    emit_text_u64(out, s->params.max);
    emit_text_char(out, ',');
    emit_text_u64(out, s->params.buckets);
#define X(name, value) emit_text_char(out, ','), emit_text_u64(out, value);
    FIGURE_LIST(X)
#undef X
    if (has_rules(r)) {
      emit_text_char(out, ','), emit_text_u64(out, f->by_rules);
      emit_text_char(out, ','), emit_text_u64(out, f->clashed);
    }
    emit_text_string(out, r->partial ? ",true" : ",false");
    print_sysctls(out, s->label, FALSE);
  }
}

void cli_sweep_print(emit_text *out, sweep_style style, const sweep_result *result)
{
  static void (*const prints[])(emit_text * out, const sweep_result *r) = { print_table, print_json, print_csv };

  prints[style](out, result);
}
