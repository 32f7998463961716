/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "captures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gboolean is_capture(const char *name)
{
  return g_str_has_suffix(name, ".pcap") || g_str_has_suffix(name, ".pcapng") || g_str_has_suffix(name, ".snoop") ||
         g_str_has_suffix(name, ".erf");
}

void captures_add(GArray *captures, const char *path)
{
  capture c = { .name = g_path_get_basename(path) };
  char *data;

  if (!g_file_get_contents(path, &data, &c.n, NULL)) {
    printf("cannot be read: %s\n", path);
    exit(1);
  }
  c.data = (guint8 *)data;
  g_array_append_val(captures, c);
}

static gint by_name(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

guint captures_add_folder(GArray *captures, const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  GDir *dir = g_dir_open(path, 0, NULL);
  const char *name;
  guint n;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
    if (is_capture(name))
      g_ptr_array_add(names, g_build_filename(path, name, NULL));
  if (dir != NULL)
    g_dir_close(dir);
  g_ptr_array_sort(names, by_name);
  for (n = 0; n < names->len; n++)
    captures_add(captures, g_ptr_array_index(names, n));
  g_ptr_array_unref(names);
  return n;
}

void captures_add_default(GArray *captures)
{
  const char *truth = g_getenv("CTREPLAY_TRUTH");
  char *folder = g_build_filename(truth != NULL ? truth : TRUTH_DEFAULT, "captures", NULL);

  if (captures_add_folder(captures, folder) == 0) {
    printf("# no captures in %s (CTREPLAY_TRUTH): mutants of the samples instead\n", folder);
    captures_add_folder(captures, SAMPLES);
  }
  g_free(folder);
}
