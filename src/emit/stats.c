/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats.h"
#include "parts.h"
#include "zone.h"

const emit_stats_column emit_stats_columns[EMIT_STATS_COLUMNS] = {
#define COLUMN(name)                       \
  {                                        \
#name, G_STRUCT_OFFSET(ct_stats, name) \
  }
  COLUMN(found),      COLUMN(invalid), COLUMN(insert),         COLUMN(insert_failed), COLUMN(drop),
  COLUMN(early_drop), COLUMN(error),   COLUMN(search_restart), COLUMN(clash_resolve), COLUMN(chaintoolong),
#undef COLUMN
};

const char *emit_timeout_name(ct_timeout timeout, char *text)
{
  static const char *const names[CT_TIMEOUT_COUNT] = {
#define X(id, name, old, s, help) #id,
    CT_TIMEOUT_LIST(X)
#undef X
  };
  guint i;

  g_assert(strlen(names[timeout]) < EMIT_TIMEOUT_NAME_BYTES);
  for (i = 0; names[timeout][i] != '\0'; i++)
    text[i] = g_ascii_tolower(names[timeout][i]);
  text[i] = '\0';
  return text;
}

void emit_timeouts_object(emit_text *out, const ct_stats *stats)
{
  char name[EMIT_TIMEOUT_NAME_BYTES];
  gboolean any = FALSE;
  guint i;

  emit_text_literal(out, ",\"expired_by_timeout\":{");
  for (i = 0; i < CT_TIMEOUT_COUNT; i++) {
    if (stats->expired_by_timeout[i] == 0)
      continue;
    emit_text_string(out, any ? ",\"" : "\"");
    emit_text_string(out, emit_timeout_name(i, name));
    emit_text_literal(out, "\":");
    emit_text_u64(out, stats->expired_by_timeout[i]);
    any = TRUE;
  }
  emit_text_char(out, '}');
}

static void line(emit_text *out, const char *name, guint64 value)
{
  emit_text_pad(out, name, 32);
  emit_text_char(out, ' ');
  emit_text_u64(out, value);
  emit_text_char(out, '\n');
}

static void by_reason(emit_text *out, const char *what, const uint64_t *figures)
{
  char name[64];
  guint i;

  for (i = 0; i < CT_REASON_COUNT; i++) {
    if (figures[i] == 0)
      continue;
    g_strlcpy(name, what, sizeof(name));
    g_strlcat(name, ct_reason_word(i), sizeof(name));
    line(out, name, figures[i]);
  }
}

static void by_timeout(emit_text *out, const ct_stats *stats)
{
  char name[EMIT_TIMEOUT_NAME_BYTES + 16], timeout[EMIT_TIMEOUT_NAME_BYTES];
  guint i;

  for (i = 0; i < CT_TIMEOUT_COUNT; i++) {
    if (stats->expired_by_timeout[i] == 0)
      continue;
    g_strlcpy(name, "expired ", sizeof(name));
    g_strlcat(name, emit_timeout_name(i, timeout), sizeof(name));
    line(out, name, stats->expired_by_timeout[i]);
  }
}

static const struct {
  const char *words, *key;
} heavy_names[EMIT_HEAVY_COUNT] = {
#define X(id, words, key) [EMIT_HEAVY_##id] = { words, key },
  EMIT_HEAVY_LIST(X)
#undef X
};

static void decimal(emit_text *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  emit_text_string(out, g_ascii_formatd(text, sizeof(text), "%.1f", value));
}

static void pressure_lines(emit_text *out, const emit_options *o, const emit_pressure *p)
{
  guint kind, i;

  if (p == NULL)
    return;
  emit_text_pad(out, "mean", 32);
  emit_text_char(out, ' ');
  decimal(out, p->mean);
  emit_text_char(out, '\n');
  for (kind = 0; kind < EMIT_HEAVY_COUNT; kind++)
    for (i = 0; i < p->n[kind]; i++) {
      emit_text_pad(out, heavy_names[kind].words, 32);
      emit_text_char(out, ' ');
      emit_text_u64(out, p->heavy[kind][i].count);
      emit_text_char(out, ' ');
      emit_text_addr(out, p->heavy[kind][i].family, &p->heavy[kind][i].addr, FALSE);
      if (p->heavy[kind][i].least < p->heavy[kind][i].count) {
        emit_text_literal(out, " at most, at least ");
        emit_text_u64(out, p->heavy[kind][i].least);
      }
      emit_text_char(out, '\n');
    }
  for (i = 0; i < p->n_idle; i++) {
    emit_text_pad(out, "idle-assured", 32);
    emit_text_char(out, ' ');
    emit_text_u64(out, (guint64)(p->idle[i].idle_ns / 1000000000));
    emit_text_char(out, ' ');
    emit_text_string(out, ct_proto_name(o->profile, p->idle[i].tuple[CT_ORIGINAL].proto));
    emit_text_char(out, ' ');
    emit_tuple(out, o->profile, &p->idle[i].tuple[CT_ORIGINAL]);
    out->used--; /* the blank behind each of its fields */
    emit_text_char(out, '\n');
  }
}

void emit_pressure_members(emit_text *out, const emit_options *o, const emit_pressure *p)
{
  guint kind, i;

  if (p == NULL)
    return;
  emit_text_literal(out, ",\"mean\":");
  decimal(out, p->mean);
  for (kind = 0; kind < EMIT_HEAVY_COUNT; kind++) {
    emit_text_literal(out, ",\"");
    emit_text_string(out, heavy_names[kind].key);
    emit_text_literal(out, "\":[");
    for (i = 0; i < p->n[kind]; i++) {
      emit_text_string(out, i > 0 ? ",{\"addr\":\"" : "{\"addr\":\"");
      emit_text_addr(out, p->heavy[kind][i].family, &p->heavy[kind][i].addr, FALSE);
      emit_text_literal(out, "\",\"count\":");
      emit_text_u64(out, p->heavy[kind][i].count);
      if (p->heavy[kind][i].least < p->heavy[kind][i].count) {
        emit_text_literal(out, ",\"at_least\":");
        emit_text_u64(out, p->heavy[kind][i].least);
      }
      emit_text_char(out, '}');
    }
    emit_text_char(out, ']');
  }
  emit_text_literal(out, ",\"idle_assured\":[");
  for (i = 0; i < p->n_idle; i++) {
    emit_text_string(out, i > 0 ? ",{\"idle\":" : "{\"idle\":");
    emit_text_u64(out, (guint64)(p->idle[i].idle_ns / 1000000000));
    emit_text_literal(out, ",\"entry\":");
    emit_json_entry_object(out, o, &p->idle[i]);
    emit_text_char(out, '}');
  }
  emit_text_char(out, ']');
}

void emit_stats_extended(emit_text *out, const emit_options *o, const emit_statistics *statistics)
{
  const ct_stats *stats = statistics->stats;

  line(out, "packets", stats->packets);
  line(out, "entries", statistics->count);
  line(out, "created", stats->created);
  by_reason(out, "ended ", stats->ended);
  by_timeout(out, stats);
  line(out, "peak", stats->peak_count);
  if (stats->peak_count > 0) {
    emit_text_pad(out, "peak-time", 32);
    emit_text_char(out, ' ');
    emit_text_moment(out, stats->peak_time_ns);
    emit_text_char(out, '\n');
  }
  by_reason(out, "invalid ", stats->invalid_by_reason);
  by_reason(out, "dropped ", stats->dropped_by_reason);
  line(out, "clock-back", stats->clock_back);
  line(out, "expect-new", stats->expect_new);
  line(out, "expect-create", stats->expect_create);
  line(out, "expect-delete", stats->expect_delete);
  line(out, "expect-expired", stats->expect_expired);
  line(out, "expect-refused", stats->expect_refused);
  line(out, "expect-peak", stats->expect_peak);
  line(out, "helper-cut", stats->helper_cut);
  pressure_lines(out, o, statistics->pressure);
}
