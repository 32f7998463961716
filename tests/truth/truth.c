/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every transcript against the engine; one TAP result each, with the first difference where there is one. Arguments, if
 * any, select transcripts by a part of their name. The truth is found through CTREPLAY_TRUTH (the folder that holds
 * captures/ and transcripts/), else in ../shared beside the source tree; where there is none, only the samples are
 * compared, whose recordings lie in recorded/ (record.sh).
 */
#include <config.h>

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "verify/offline.h"

typedef struct totals {
  guint number, failed, captures;
  verify_counts counts;
} totals;

static void counts_add(verify_counts *sum, const verify_counts *n)
{
  sum->frames += n->frames;
  sum->not_ip += n->not_ip;
  sum->packets += n->packets;
  sum->left_out += n->left_out;
  sum->fields += n->fields;
  sum->events += n->events;
  sum->entries += n->entries;
  sum->destroys_later += n->destroys_later;
  sum->timeouts_late += n->timeouts_late;
  sum->edges += n->edges;
  sum->expects_late += n->expects_late;
  sum->streams += n->streams;
}

static int by_name(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* => names of the folder's transcripts, sorted; empty where there is no such folder. */
static GPtrArray *transcripts_in(const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while (dir && (name = g_dir_read_name(dir)))
    if (g_str_has_suffix(name, ".jsonl.gz") || g_str_has_suffix(name, ".jsonl"))
      g_ptr_array_add(names, g_strdup(name));
  if (dir)
    g_dir_close(dir);
  g_ptr_array_sort(names, by_name);
  return names;
}

/* => names of the folders of other kernels, sorted. */
static GPtrArray *folders_in(const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while (dir && (name = g_dir_read_name(dir))) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (g_str_has_prefix(name, "linux-") && g_file_test(path, G_FILE_TEST_IS_DIR))
      g_ptr_array_add(names, g_strdup(name));
  }
  if (dir)
    g_dir_close(dir);
  g_ptr_array_sort(names, by_name);
  return names;
}

static gboolean selected(const char *name, char **parts)
{
  gboolean any = FALSE;
  for (; *parts; parts++) {
    any = TRUE;
    if (strstr(name, *parts))
      return TRUE;
  }
  return !any;
}

/* Text as TAP diagnostics: "# " before each line. */
static void diagnose(const char *text)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    if (*lines[i])
      printf("# %s\n", lines[i]);
}

/* A capture of a kind that ctreplay does not read, converted by editcap (Wireshark), which the referee used too. =>
 * path of a temporary file, or NULL where there is no editcap or it fails. */
static char *capture_convert(const char *capture)
{
  char *path = NULL;
  const int fd = g_file_open_tmp("ctreplay-truth-XXXXXX.pcap", &path, NULL);
  if (fd < 0)
    return NULL;
  g_close(fd, NULL);
  const char *argv[] = { "editcap", "-F", "pcap", capture, path, NULL };
  int status = -1;
  const GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL;
  if (g_spawn_sync(NULL, (char **)argv, NULL, flags, NULL, NULL, NULL, NULL, &status, NULL) && status == 0)
    return path;
  g_unlink(path);
  g_free(path);
  return NULL;
}

/* => whether the comparison could be made. *skip: it could not, for want of a reader and a converter. */
static gboolean capture_compare(const char *capture, const char *transcript, verify_report *report, gboolean *skip,
                                GError **error)
{
  GError *local = NULL;
  *skip = FALSE;
  if (verify_offline_capture(capture, transcript, report, &local))
    return TRUE;
  if (!g_error_matches(local, CAP_ERROR, CAP_ERROR_FORMAT)) {
    g_propagate_error(error, local);
    return FALSE;
  }
  g_autofree char *converted = capture_convert(capture);
  *skip = converted == NULL;
  if (*skip) {
    g_propagate_error(error, local);
    return FALSE;
  }
  g_clear_error(&local);
  const gboolean done = verify_offline_capture(converted, transcript, report, error);
  g_unlink(converted);
  return done;
}

static void transcript_check(const char *captures, const char *folder, const char *file, const char *label, totals *sum)
{
  GError *error = NULL;
  verify_report report = { 0 };
  g_autofree char *capture_name = g_strndup(file, (gsize)(strstr(file, ".jsonl") - file));
  g_autofree char *capture = g_build_filename(captures, capture_name, NULL);
  g_autofree char *transcript = g_build_filename(folder, file, NULL);
  gboolean skip;
  const gboolean done = capture_compare(capture, transcript, &report, &skip, &error);
  const gboolean fine = done && report.equal;
  if (skip) {
    printf("ok %u - %s%s # SKIP %s\n", ++sum->number, label, capture_name, error->message);
    g_clear_error(&error);
    return;
  }
  if (fine && report.nothing) {
    printf("ok %u - %s%s # SKIP nothing compared: %s\n", ++sum->number, label, capture_name, report.nothing);
    verify_report_clear(&report);
    return;
  }
  printf("%sok %u - %s%s: %" G_GUINT64_FORMAT " packets, %" G_GUINT64_FORMAT " fields\n", fine ? "" : "not ",
         ++sum->number, label, capture_name, report.counts.packets, report.counts.fields);
  if (!fine)
    diagnose(done ? report.difference : error->message);
  fflush(stdout);
  sum->failed += !fine;
  sum->captures++;
  counts_add(&sum->counts, &report.counts);
  verify_report_clear(&report);
  g_clear_error(&error);
}

static void totals_print(const totals *sum)
{
  verify_report all = { .equal = sum->failed == 0, .counts = sum->counts };
  GString *text = g_string_new(NULL);
  verify_counts_print(text, &all.counts);
  printf("# %u transcripts, %u different\n", sum->captures, sum->failed);
  diagnose(text->str);
  g_string_free(text, TRUE);
}

/* A row of the table in doc/fidelity.md: kernel, captures, packets, fields, different. */
static void folder_print(const char *label, const totals *before, const totals *after)
{
  printf("# | %.*s | %u | %" G_GUINT64_FORMAT " | %" G_GUINT64_FORMAT " | %u |\n", (int)strcspn(label, "/"), label,
         after->captures - before->captures, after->counts.packets - before->counts.packets,
         after->counts.fields - before->counts.fields, after->failed - before->failed);
}

static void folder_check(const char *captures, const char *folder, const char *label, char **parts, totals *sum)
{
  g_autoptr(GPtrArray) names = transcripts_in(folder);
  const totals before = *sum;
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *full = g_strconcat(label, g_ptr_array_index(names, i), NULL);
    if (!selected(full, parts))
      continue;
    transcript_check(captures, folder, g_ptr_array_index(names, i), label, sum);
  }
  if (names->len == 0 && selected(label, parts))
    printf("ok %u - %s # SKIP no transcripts in %s (CTREPLAY_TRUTH)\n", ++sum->number, label, folder);
  if (sum->captures > before.captures)
    folder_print(label, &before, sum);
}

int main(int argc, char **argv)
{
  (void)argc;
  const char *set = g_getenv("CTREPLAY_TRUTH");
  const char *truth = set && *set ? set : TRUTH_DEFAULT;
  g_autofree char *captures = g_build_filename(truth, "captures", NULL);
  g_autofree char *folder = g_build_filename(truth, "transcripts", NULL);
  g_autoptr(GPtrArray) kernels = folders_in(folder);
  totals sum = { 0 };
  folder_check(SAMPLES, RECORDED, "samples/", argv + 1, &sum);
  folder_check(captures, folder, "linux-6.18/", argv + 1, &sum);
  for (guint i = 0; i < kernels->len; i++) {
    g_autofree char *label = g_strconcat(g_ptr_array_index(kernels, i), "/", NULL);
    g_autofree char *kernel = g_build_filename(folder, g_ptr_array_index(kernels, i), NULL);

    folder_check(captures, kernel, label, argv + 1, &sum);
  }
  totals_print(&sum);
  printf("1..%u\n", sum.number);
  return 0;
}
