/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats.h"

const emit_stats_column emit_stats_columns[EMIT_STATS_COLUMNS] = {
#define COLUMN(name) { #name, G_STRUCT_OFFSET(ct_stats, name) }
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

void emit_stats_extended(emit_text *out, const ct_stats *stats, guint64 count)
{
  line(out, "packets", stats->packets);
  line(out, "entries", count);
  line(out, "created", stats->created);
  by_reason(out, "ended ", stats->ended);
  by_timeout(out, stats);
  line(out, "peak", stats->peak_count);
  if (stats->peak_count > 0) {
    emit_text_pad(out, "peak-time", 32);
    emit_text_char(out, ' ');
    emit_text_time(out, stats->peak_time_ns);
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
}
