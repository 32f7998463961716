/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures under rules against what a kernel did with them; one TAP result each. Arguments, if any, select recordings
 * by a part of their name. Some stand in the tree
 * (recorded-rules); the others are found through CTREPLAY_TRUTH, else in ../shared beside the source tree.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "verify/rules.h"

static gboolean selected(const char *name, char **parts)
{
  gboolean all = parts[0] == NULL;

  for (; *parts != NULL; parts++)
    if (strstr(name, *parts) != NULL)
      return TRUE;
  return all;
}

static int by_name(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static GPtrArray *names_in(const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
    if (g_str_has_suffix(name, ".jsonl.gz"))
      g_ptr_array_add(names, g_strndup(name, strlen(name) - strlen(".jsonl.gz")));
  if (dir != NULL)
    g_dir_close(dir);
  g_ptr_array_sort(names, by_name);
  return names;
}

static void diagnose(const char *text)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  guint i;

  for (i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      printf("# %s\n", lines[i]);
}

static char *file_of(const char *folder, const char *name, const char *end)
{
  g_autofree char *file = g_strconcat(name, end, NULL);

  return g_build_filename(folder, file, NULL);
}

/* => whether it agrees. */
static gboolean check(const char *folder, const char *name, guint number)
{
  g_autofree char *capture = file_of(folder, name, ".pcap"), *truth = file_of(folder, name, ".jsonl.gz");
  g_autofree char *four = file_of(folder, name, ".rules"), *six = file_of(folder, name, ".rules6"),
                  *nft = file_of(folder, name, ".nft.json");
  const char *rules[4] = { NULL };
  verify_rules_report report = { 0 };
  GError *error = NULL;
  guint n = 0;
  gboolean fine;

  if (g_file_test(four, G_FILE_TEST_EXISTS))
    rules[n++] = four;
  if (g_file_test(six, G_FILE_TEST_EXISTS))
    rules[n++] = six;
  if (g_file_test(nft, G_FILE_TEST_EXISTS))
    rules[n++] = nft;
  fine = verify_rules_capture(capture, truth, rules, NULL, -1, &report, &error) && report.differences == 0;
  printf("%sok %u - %s: %" G_GUINT64_FORMAT " packets, %" G_GUINT64_FORMAT " fields, %u differences\n",
         fine ? "" : "not ", number, name, report.packets, report.fields, report.differences);
  if (!fine)
    diagnose(error != NULL ? error->message : report.text != NULL ? report.text : "nobody says why");
  g_clear_error(&error);
  verify_rules_report_clear(&report);
  return fine;
}

/* => the number of the last result. */
static guint check_all(const char *folder, char **parts, guint number)
{
  g_autoptr(GPtrArray) names = names_in(folder);
  guint i;

  for (i = 0; i < names->len; i++)
    if (selected(g_ptr_array_index(names, i), parts))
      check(folder, g_ptr_array_index(names, i), ++number);
  return number;
}

/* => whether it is refused, with words. */
static gboolean is_refused(const char *capture, const char *truth, const char *why)
{
  const char *none[1] = { NULL };
  verify_rules_report report = { 0 };
  GError *error = NULL;
  gboolean refused = !verify_rules_capture(capture, truth, none, NULL, -1, &report, &error) && error != NULL &&
                     strstr(error->message, why) != NULL;

  if (!refused)
    printf("# %s with %s: %s\n", truth, capture, error != NULL ? error->message : "no words");
  g_clear_error(&error);
  verify_rules_report_clear(&report);
  return refused;
}

/* Recordings of which a part is missing, or that are empty. */
static void check_broken(guint number)
{
  g_autofree char *folder = g_dir_make_tmp(NULL, NULL), *empty = g_build_filename(folder, "empty.jsonl.gz", NULL),
                  *gone = g_build_filename(folder, "gone", NULL);
  gboolean fine = g_file_set_contents(empty, "", 0, NULL);

  fine &= is_refused(RECORDED_RULES "/ttl-nat.pcap", empty, "line 1: nothing is in it");
  fine &= is_refused(RECORDED_RULES "/ttl-nat.pcap", gone, "No such file");
  fine &= is_refused(gone, RECORDED_RULES "/ttl-nat.jsonl.gz", "No such file");
  printf("%sok %u - recordings that are empty or not there are refused with words\n", fine ? "" : "not ", number);
  g_remove(empty);
  g_rmdir(folder);
}

int main(int argc, char **argv)
{
  const char *set = g_getenv("CTREPLAY_TRUTH");
  g_autofree char *folder = g_build_filename(set != NULL && *set != '\0' ? set : TRUTH_DEFAULT, "rules", NULL);
  guint own, number;

  own = check_all(RECORDED_RULES, argv + 1, 0);
  number = check_all(folder, argv + 1, own);
  if (number == own)
    printf("ok %u - rules # SKIP no recordings in %s (CTREPLAY_TRUTH)\n", ++number, folder);
  if (argc == 1)
    check_broken(++number);
  printf("1..%u\n", number);
  return 0;
}
