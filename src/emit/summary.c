/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary.h"

#include "formats.h"
#include "zone.h"

/* Labels stand in the first columns, what belongs to them behind; long lists wrap under themselves. */
enum { COLUMNS = 80, LABEL_WIDTH = 14, REASONS_MOST = 8 };

void emit_summary_init(emit_summary *summary)
{
  memset(summary, 0, sizeof(*summary));
  emit_tally_init(&summary->tally);
}

static void label(emit_text *out, const char *name)
{
  emit_text_literal(out, "  ");
  emit_text_pad(out, name, LABEL_WIDTH - 2);
}

static void count(emit_text *out, guint64 n, const char *one, const char *many)
{
  emit_text_u64_grouped(out, n);
  emit_text_string(out, n == 1 ? one : many);
}

static void capture(emit_text *out, const emit_summary *s)
{
  label(out, "capture");
  count(out, s->frames, " frame", " frames");
  if (s->fed < s->frames) {
    emit_text_literal(out, ", ");
    count(out, s->fed, " of them replayed", " of them replayed");
  }
  if (s->tally.first_ns <= s->tally.last_ns) {
    emit_text_literal(out, ", ");
    emit_text_span(out, emit_time_since(s->tally.last_ns, s->tally.first_ns));
    emit_text_literal(out, " from ");
    emit_text_moment(out, s->tally.first_ns);
  }
  emit_text_char(out, '\n');
  if (s->tally.cut > 0) {
    label(out, "");
    count(out, s->tally.cut, " packet", " packets");
    emit_text_literal(out, " cut by the snap length\n");
  }
  if (s->stats->clock_back > 0) {
    label(out, "");
    count(out, s->stats->clock_back, " packet", " packets");
    emit_text_literal(out, " older than the one before: tracked at the present\n");
  }
}

static void kernel(emit_text *out, const emit_summary *s)
{
  label(out, "kernel");
  emit_text_string(out, s->params->profile->name);
  emit_text_literal(out, ", max ");
  emit_text_u64_grouped(out, s->params->max);
  emit_text_literal(out, ", hash size ");
  emit_text_u64_grouped(out, s->params->buckets);
  emit_text_literal(out, ", hash seed ");
  emit_text_u64(out, s->params->hash_seed);
  emit_text_literal(out, ", gc ");
  emit_text_string(out, ct_gc_name(s->params->gc));
  emit_text_char(out, '\n');
  if (s->doubt == NULL)
    return;
  label(out, "");
  emit_text_string(out, s->doubt);
  emit_text_char(out, '\n');
}

static guint64 class_total(const emit_summary *s, guint cls)
{
  guint64 total = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(s->tally.packets); i++)
    total += s->tally.packets[i][cls];
  return total;
}

/* The columns of the packet table, as wide as their headings; packets that conntrack dropped come last. */
static const struct {
  const char *name;
  ct_class cls;
  guint width;
} columns[] = {
  { "NEW", CT_CLASS_NEW, 10 },         { "ESTABLISHED", CT_CLASS_ESTABLISHED, 13 }, { "RELATED", CT_CLASS_RELATED, 10 },
  { "INVALID", CT_CLASS_INVALID, 10 }, { "UNTRACKED", CT_CLASS_UNTRACKED, 11 },     { "dropped", CT_CLASS_NONE, 10 }
};

static void packet_row(emit_text *out, const emit_summary *s, const emit_tally_row *row)
{
  guint i;

  label(out, row->name);
  for (i = 0; i < G_N_ELEMENTS(columns); i++)
    if (class_total(s, columns[i].cls) > 0)
      emit_text_u64_grouped_pad(out, row->packets[columns[i].cls], columns[i].width);
  emit_text_char(out, '\n');
}

static void packets(emit_text *out, const emit_summary *s)
{
  emit_tally_row row, total = { .name = "all" };
  guint64 sum;
  guint i, rows = 0;

  label(out, "packets");
  for (i = 0, sum = 0; i < G_N_ELEMENTS(columns); i++)
    sum += class_total(s, columns[i].cls);
  if (sum == 0) {
    emit_text_literal(out, "none\n");
    return;
  }
  for (i = 0; i < G_N_ELEMENTS(columns); i++) {
    total.packets[columns[i].cls] = class_total(s, columns[i].cls);
    if (total.packets[columns[i].cls] > 0)
      emit_text_pad(out, columns[i].name, -(int)columns[i].width);
  }
  emit_text_char(out, '\n');
  for (i = 0; emit_tally_row_get(&s->tally, s->params->profile, i, &row); i++) {
    if (row.all == 0)
      continue;
    packet_row(out, s, &row);
    rows++;
  }
  if (rows != 1)
    packet_row(out, s, &total);
}

/* A list of "12 word" under a label, wrapped. */
typedef struct wrapped {
  emit_text *out;
  gsize line; /* where the line began */
  gboolean any;
} wrapped;

static void wrapped_item(wrapped *w, const char *name, guint64 value)
{
  emit_text figure;
  gsize width;

  emit_text_init(&figure, -1);
  emit_text_u64_grouped(&figure, value);
  emit_text_reserve(w->out, 256); /* widths are taken from the buffer: no flush between here and the end of the item */
  width = strlen(name) + 1 + figure.used;
  if (!w->any) {
    w->line = w->out->used;
    label(w->out, "");
  } else if (w->out->used - w->line + width + 2 > COLUMNS) {
    emit_text_literal(w->out, ",\n");
    w->line = w->out->used;
    label(w->out, "");
  } else {
    emit_text_literal(w->out, ", ");
  }
  w->any = TRUE;
  emit_text_string(w->out, name);
  emit_text_char(w->out, ' ');
  emit_text_bytes(w->out, figure.data, figure.used);
  emit_text_clear(&figure);
}

static void mean(emit_text *out, const emit_summary *s)
{
  if (s->tally.first_ns >= s->tally.last_ns)
    return;
  emit_text_literal(out, ", mean ");
  if (s->mean < 10.0) {
    guint tenths = (guint)(s->mean * 10.0 + 0.5);

    emit_text_u64(out, tenths / 10);
    emit_text_char(out, '.');
    emit_text_u64(out, tenths % 10);
  } else {
    emit_text_u64_grouped(out, (guint64)(s->mean + 0.5));
  }
}

static void peak(emit_text *out, const emit_summary *s)
{
  label(out, "");
  emit_text_literal(out, "peak ");
  emit_text_u64_grouped(out, s->stats->peak_count);
  if (s->params->max != 0) {
    emit_text_literal(out, " of ");
    emit_text_u64_grouped(out, s->params->max);
  }
  if (s->stats->peak_count > 0) {
    emit_text_literal(out, " at +");
    emit_text_seconds(out, emit_time_since(s->stats->peak_time_ns, s->tally.first_ns) / 1000000 * 1000000, 0);
    emit_text_literal(out, " s");
  }
  mean(out, s);
  emit_text_char(out, '\n');
}

static void entries(emit_text *out, const emit_summary *s)
{
  char name[EMIT_TIMEOUT_NAME_BYTES];
  wrapped w = { out, 0, FALSE };
  guint64 ended = 0, others = s->stats->ended[CT_REASON_END_TIMEOUT]; /* helpers', and those that rules gave */
  guint i;

  for (i = 0; i < CT_REASON_COUNT; i++)
    ended += s->stats->ended[i];
  label(out, "entries");
  count(out, s->stats->created, " created, ", " created, ");
  count(out, ended, " ended, ", " ended, ");
  count(out, s->entries, " still there\n", " still there\n");
  peak(out, s);
  for (i = 0; i < CT_REASON_COUNT; i++)
    if (s->stats->ended[i] > 0 && i != CT_REASON_END_TIMEOUT)
      wrapped_item(&w, ct_reason_word(i), s->stats->ended[i]);
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    if (s->stats->expired_by_timeout[i] > 0) {
      others -= s->stats->expired_by_timeout[i];
      const char *sysctl = ct_params_spell_timeout(s->params->profile, (ct_timeout)i);
      char shown[EMIT_TIMEOUT_NAME_BYTES + 8] = "timeout ";

      g_strlcat(shown, emit_timeout_name(i, name), sizeof(shown));
      wrapped_item(&w, sysctl != NULL ? sysctl : shown, s->stats->expired_by_timeout[i]);
    }
  if (others > 0)
    wrapped_item(&w, "timeout that no sysctl sets", others);
  if (w.any)
    emit_text_char(out, '\n');
}

/* Words of a sentence, wrapped under where they began. */
static void paragraph(emit_text *out, gsize indent, const char *sentence)
{
  gsize column = indent;

  while (*sentence != '\0') {
    const char *end = strchr(sentence, ' ');
    gsize n = end != NULL ? (gsize)(end - sentence) : strlen(sentence);

    if (column > indent && column + 1 + n > COLUMNS) {
      emit_text_char(out, '\n');
      emit_text_pad(out, "", (int)indent);
      column = indent;
    } else if (column > indent) {
      emit_text_char(out, ' ');
      column++;
    }
    emit_text_bytes(out, sentence, n);
    column += n;
    sentence += n + (end != NULL);
  }
  emit_text_char(out, '\n');
}

/* => the reason with the largest figure that was not told yet, CT_REASON_COUNT where there is none. */
static guint most_frequent(const uint64_t *figures, const guint8 *told)
{
  guint best = CT_REASON_COUNT, i;

  for (i = 0; i < CT_REASON_COUNT; i++)
    if (figures[i] > 0 && !told[i] && (best == CT_REASON_COUNT || figures[i] > figures[best]))
      best = i;
  return best;
}

/* What would have let packets refused for that reason pass, and how many where it is not all. */
static void hint(emit_text *out, const emit_summary *s, ct_reason reason, guint64 all, gsize indent)
{
  guint64 helped = s->tally.helped_known ? s->tally.helped[reason] : all;
  emit_text words;
  char *sentence;

  if (helped == 0 || ct_reason_sysctl(reason, s->params->profile)[0] == '\0')
    return;
  emit_text_init(&words, -1);
  emit_reason_hint(&words, s->params->profile, reason, s->ruled);
  if (helped < all && words.used > 0) {
    emit_text_literal(&words, ": ");
    emit_text_u64_grouped(&words, helped);
    emit_text_literal(&words, " of them");
  }
  if (reason == CT_REASON_TABLE_FULL)
    emit_text_literal(&words, " (--evictions finds how large)");
  sentence = g_strndup(words.data, words.used);
  emit_text_pad(out, "", (int)indent);
  paragraph(out, indent, sentence);
  g_free(sentence);
  emit_text_clear(&words);
}

/* A row per reason, the most frequent first, with what would have helped beneath it. */
static void by_reason(emit_text *out, const emit_summary *s, const char *name, const uint64_t *figures, gboolean hints,
                      const char *colour)
{
  enum { FIGURE_WIDTH = 9, INDENT = LABEL_WIDTH + FIGURE_WIDTH + 2 };
  guint8 told[CT_REASON_COUNT] = { 0 };
  char sentence[CT_REASON_WORDS_BYTES + 64], words[CT_REASON_WORDS_BYTES];
  guint64 others = 0;
  guint reason, rows = 0;

  while ((reason = most_frequent(figures, told)) != CT_REASON_COUNT) {
    told[reason] = 1;
    if (rows++ >= REASONS_MOST) {
      others += figures[reason];
      continue;
    }
    emit_text_string(out, colour);
    label(out, name);
    if (colour[0] != '\0')
      emit_text_literal(out, "\033[0m");
    name = colour = "";
    emit_text_u64_grouped_pad(out, figures[reason], FIGURE_WIDTH);
    emit_text_literal(out, "  ");
    g_snprintf(sentence, sizeof(sentence), "%s (%s)", ct_reason_words(reason, s->params->profile, words),
               ct_reason_word(reason));
    paragraph(out, INDENT, sentence);
    if (hints)
      hint(out, s, (ct_reason)reason, figures[reason], INDENT);
  }
  if (rows > REASONS_MOST) {
    label(out, "");
    emit_text_u64_grouped_pad(out, others, FIGURE_WIDTH);
    emit_text_literal(out, "  for ");
    count(out, rows - REASONS_MOST, " other reason", " other reasons");
    emit_text_literal(out, " (-S -o extended lists all)\n");
  }
}

static void pressed_row(emit_text *out, const char *name, const emit_pressed *p)
{
  label(out, "");
  emit_text_pad(out, name, 11);
  emit_text_u64_grouped_pad(out, p->evicted, 9);
  emit_text_u64_grouped_pad(out, p->dropped, 9);
  emit_text_u64_grouped_pad(out, p->peak, 9);
  emit_text_u64_grouped_pad(out, p->entries, 13);
  emit_text_char(out, '\n');
}

/*
 * Exact expiry frees places that the kernel's collector would not have freed yet; where places mattered, that must be
 * said.
 */
static void pressure(emit_text *out, const emit_summary *s)
{
  gboolean lost = s->pressed.evicted + s->pressed.dropped > 0;

  if (s->params->gc != CT_GC_EXACT || s->params->profile->entry_timers)
    return;
  if (!lost && (s->kernel == NULL || s->kernel->evicted + s->kernel->dropped == 0))
    return;
  label(out, lost ? "table full" : "nearly full");
  if (s->kernel == NULL) {
    paragraph(out, LABEL_WIDTH,
              "a kernel's expired entries count until they are collected, and its collector evicts when the table is "
              "nearly full: --gc kernel shows how");
    return;
  }
  emit_text_literal(out, "             evicted  dropped     peak  still there\n");
  pressed_row(out, "this run", &s->pressed);
  pressed_row(out, "--gc kernel", s->kernel);
  label(out, "");
  if (memcmp(&s->pressed, s->kernel, sizeof(s->pressed)) == 0)
    paragraph(out, LABEL_WIDTH, "the kernel's way of collecting comes to the same here");
  else
    paragraph(out, LABEL_WIDTH,
              "a kernel's expired entries count until they are collected, and its collector evicts when the table is "
              "nearly full");
}

/* What a verdict rests on that the capture does not show, or shows elsewhere; the first that fits a connection. */
typedef enum sided { ONE_SIDED, OUT_OF_ORDER, NO_SYN, NO_SYNACK, BEYOND, SIDED } sided;

static void one_sided_part(emit_text *out, sided which, guint64 n, const guint64 *packets, gboolean more)
{
  static const struct {
    const char *name, *what, *then;
  } parts[] = {
    [ONE_SIDED] = { "one-sided", "of whose other side, which is acknowledged, no packet was accepted",
                    "A kernel that saw both sides may have judged otherwise" },
    [OUT_OF_ORDER] = { "order", "whose other side, which is acknowledged, came later, or came before and was refused",
                       "A kernel that saw both sides in order may have judged otherwise" },
    [NO_SYN] = { "loss", "whose SYN is not here, though packets of both sides are",
                 "They began before the capture, or it was lost: a kernel that saw it may have judged otherwise" },
    [NO_SYNACK] = { "loss", "whose SYN/ACK is not here, though packets of that side are",
                    "A kernel that saw it may have judged otherwise" },
    [BEYOND] = { "loss", "of which data are acknowledged that were not accepted before",
                 "They were lost while capturing, went another way, were refused, or come later: a kernel that saw "
                 "them in time may have judged otherwise" },
  };
  emit_text words;

  if (n == 0)
    return;
  label(out, parts[which].name);
  emit_text_init(&words, -1);
  emit_text_string(&words, more ? "at least " : "");
  count(&words, n, " TCP connection ", " TCP connections ");
  emit_text_string(&words, parts[which].what);
  emit_text_literal(&words, ": ");
  count(&words, packets[0], " packet INVALID", " packets INVALID");
  if (packets[1] > 0) {
    emit_text_literal(&words, " and ");
    emit_text_u64_grouped(&words, packets[1]);
    emit_text_literal(&words, " still NEW");
  }
  emit_text_literal(&words, " for that. ");
  emit_text_string(&words, parts[which].then);
  emit_text_char(&words, '\0');
  paragraph(out, LABEL_WIDTH, words.data);
  emit_text_clear(&words);
}

static sided sided_of(const emit_one_sided_conn *c)
{
  if (c->refused)
    return OUT_OF_ORDER;
  if (c->no_syn)
    return c->came ? NO_SYN : ONE_SIDED;
  return c->waits ? NO_SYNACK : c->came ? OUT_OF_ORDER : ONE_SIDED;
}

static void count_sided(const emit_one_sided_conn *c, guint64 *n, guint64 (*packets)[2])
{
  sided which = sided_of(c);

  if (c->beyond > 0) {
    n[BEYOND]++;
    packets[BEYOND][0] += c->beyond;
  }
  /* Picked up before the other side spoke: as ever, and nothing was refused. */
  if (c->packets[0] + c->packets[1] == 0 || (which != ONE_SIDED && c->packets[0] == 0))
    return;
  n[which]++;
  packets[which][0] += c->packets[0];
  packets[which][1] += c->packets[1];
}

/* What no connection has come of. */
static void count_unopened(const emit_unopened *u, guint64 *n, guint64 (*packets)[2])
{
  sided which = u->syn ? OUT_OF_ORDER : u->both ? NO_SYN : ONE_SIDED;

  n[which]++;
  packets[which][0] += u->packets;
}

static void one_sided(emit_text *out, const emit_summary *s)
{
  guint64 n[SIDED] = { 0 }, packets[SIDED][2] = { 0 };
  GHashTableIter iter;
  gboolean more = FALSE;
  gpointer value;
  guint which;

  if (s->tally.one_sided_conns != NULL) {
    more = g_hash_table_size(s->tally.one_sided_conns) == EMIT_ONE_SIDED_MOST;
    g_hash_table_iter_init(&iter, s->tally.one_sided_conns);
    while (g_hash_table_iter_next(&iter, NULL, &value))
      count_sided(value, n, packets);
  }
  if (s->tally.unopened != NULL) {
    more = more || g_hash_table_size(s->tally.unopened) == EMIT_ONE_SIDED_MOST;
    g_hash_table_iter_init(&iter, s->tally.unopened);
    while (g_hash_table_iter_next(&iter, NULL, &value))
      count_unopened(value, n, packets);
  }
  for (which = 0; which < SIDED; which++)
    one_sided_part(out, (sided)which, n[which], packets[which], more);
}

static void checksums(emit_text *out, const emit_summary *s)
{
  if (s->tally.checksums_bad + s->tally.checksums_offload + s->tally.checksums_skipped == 0)
    return;
  label(out, "checksums");
  count(out, s->tally.checksums_bad, " wrong", " wrong");
  if (s->tally.checksums_offload > 0) {
    emit_text_literal(out, ", ");
    count(out, s->tally.checksums_offload, " looks like offload", " look like offload");
    emit_text_literal(out, " (captured on the sender): not judged");
  }
  if (s->tally.checksums_skipped > 0) {
    emit_text_string(out, s->tally.checksums_offload > 0 ? ",\n" : ", ");
    if (s->tally.checksums_offload > 0)
      label(out, "");
    count(out, s->tally.checksums_skipped, " cut: not judged", " cut: not judged");
  }
  emit_text_char(out, '\n');
}

static void expectations(emit_text *out, const emit_summary *s)
{
  const ct_stats *stats = s->stats;

  if (stats->expect_create + stats->expect_refused > 0) {
    label(out, "expected");
    count(out, stats->expect_create, " expectation made, ", " expectations made, ");
    count(out, stats->expect_new, " met, ", " met, ");
    count(out, stats->expect_expired, " expired, ", " expired, ");
    count(out, stats->expect_refused, " refused; peak ", " refused; peak ");
    count(out, stats->expect_peak, "\n", "\n");
  }
  if (stats->helper_cut > 0) {
    label(out, "helpers");
    count(out, stats->helper_cut, " flow", " flows");
    emit_text_literal(out, " with payload cut by the snap length: helpers could not see it\n");
  }
}

void emit_summary_print(emit_text *out, const emit_summary *s, gboolean colour)
{
  const char *alarm = colour ? "\033[31m" : "";
  guint i;

  g_assert(s->params != NULL && s->stats != NULL);
  capture(out, s);
  kernel(out, s);
  packets(out, s);
  entries(out, s);
  pressure(out, s);
  by_reason(out, s, "INVALID", s->stats->invalid_by_reason, TRUE, alarm);
  by_reason(out, s, "dropped", s->stats->dropped_by_reason, TRUE, alarm);
  by_reason(out, s, "not tracked", s->tally.not_tracked_by_reason, FALSE, "");
  one_sided(out, s);
  checksums(out, s);
  expectations(out, s);
  for (i = 0; s->notes != NULL && s->notes[i] != NULL; i++) {
    label(out, i == 0 ? "note" : "");
    paragraph(out, LABEL_WIDTH, s->notes[i]);
  }
}
