/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters that a kernel has: as conntrack -S prints what it sends, and as /proc/net/stat has them (KERNELS K5,
 * K11). What a kernel counts no more is a column of zeros in /proc, and none in -S.
 */
#include "formats.h"

#include <string.h>

#define SENT_3_10                                                                                              \
  "searched", "found", "new", "invalid", "ignore", "delete", "delete_list", "insert", "insert_failed", "drop", \
    "early_drop", "error", "search_restart"
#define SENT_4_19 \
  "found", "invalid", "ignore", "insert", "insert_failed", "drop", "early_drop", "error", "search_restart"
#define SENT_5_10 \
  "found", "invalid", "insert", "insert_failed", "drop", "early_drop", "error", "search_restart", "clash_resolve"

static const char *const sent[][EMIT_STATS_SENT_MOST + 1] = {
  [CT_STATISTICS_3_10] = { SENT_3_10, NULL },
  [CT_STATISTICS_4_19] = { SENT_4_19, NULL },
  [CT_STATISTICS_5_10] = { SENT_5_10, NULL },
  [CT_STATISTICS_5_15] = { SENT_5_10, "chaintoolong", NULL },
};

/* Between entries and search_restart. */
enum { FILE_COLUMNS = 15, FIRST_OF_EXPECTATIONS = 12 };
static const char *const in_file[FILE_COLUMNS] = { "searched",      "found",         "new",          "invalid",
                                                   "ignore",        "delete",        "delete_list",  "insert",
                                                   "insert_failed", "drop",          "early_drop",   "icmp_error",
                                                   "expect_new",    "expect_create", "expect_delete" };

static guint8 statistics_of(const ct_profile *profile)
{
  return profile != NULL ? profile->statistics : CT_STATISTICS_5_15;
}

const char *const *emit_stats_sent(const ct_profile *profile) { return sent[statistics_of(profile)]; }

static guint64 ended(const ct_stats *s)
{
  guint64 n = 0;
  guint i;

  for (i = 0; i < CT_REASON_COUNT; i++)
    n += s->ended[i];
  return n;
}

/* Those that only old kernels count. Whom their look-ups passed on the way hangs on the hash key: not known. */
static guint64 counted_once(const ct_stats *s, const char *name)
{
  if (strcmp(name, "found") == 0)
    return s->hits + s->found;
  if (strcmp(name, "new") == 0)
    return s->begun - s->expect_new;
  if (strcmp(name, "delete") == 0)
    return ended(s) + s->begun - s->created;
  if (strcmp(name, "delete_list") == 0)
    return ended(s);
  if (strcmp(name, "insert") == 0)
    return s->created;
  return 0;
}

guint64 emit_stats_value(const ct_stats *s, const ct_profile *profile, const char *name)
{
  guint8 statistics = statistics_of(profile);
  guint64 value;

  if (strcmp(name, "ignore") == 0)
    return statistics < CT_STATISTICS_5_10 ? s->untracked : 0;
  if (statistics == CT_STATISTICS_3_10 && (value = counted_once(s, name)) != 0)
    return value;
#define X(field)                 \
  if (strcmp(name, #field) == 0) \
    return s->field;
  CT_STAT_LIST(X)
#undef X
  return strcmp(name, "icmp_error") == 0 ? s->error : 0;
}

/* Two of the columns got other names when what they had counted was gone. */
static const char *name_in_file(guint8 statistics, guint column, gboolean heading)
{
  if (column == 0 && statistics >= CT_STATISTICS_5_10)
    return heading ? "clashres" : "clash_resolve";
  if (column == 6 && statistics >= CT_STATISTICS_5_15)
    return heading ? "chainlength" : "chaintoolong";
  return in_file[column];
}

static void put_file(emit_output *output, const emit_statistics *statistics, gboolean restarts)
{
  const ct_profile *profile = output->options.profile;
  guint8 kind = statistics_of(profile);
  emit_text *out = output->text;
  guint i;

  emit_text_literal(out, "entries ");
  for (i = 0; i < FILE_COLUMNS; i++) {
    emit_text_string(out, i == FIRST_OF_EXPECTATIONS ? "  " : " ");
    emit_text_string(out, name_in_file(kind, i, TRUE));
  }
  emit_text_string(out, restarts ? " search_restart" : "");
  emit_text_format(out, "\n%08x ", (guint32)statistics->count);
  for (i = 0; i < FILE_COLUMNS; i++)
    emit_text_format(out, i == FIRST_OF_EXPECTATIONS ? "  %08x" : " %08x",
                     (guint32)emit_stats_value(statistics->stats, profile, name_in_file(kind, i, FALSE)));
  if (restarts)
    emit_text_format(out, " %08x", (guint32)statistics->stats->search_restart);
  else
    emit_text_char(out, ' ');
  emit_text_char(out, '\n');
}

void emit_stats_file(emit_output *output, const emit_statistics *statistics) { put_file(output, statistics, TRUE); }

void emit_stats_file_ip_conntrack(emit_output *output, const emit_statistics *statistics)
{
  put_file(output, statistics, FALSE);
}
