/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/limits.h"

static guint64 number_read(const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents(path, &text, NULL, NULL) ? g_ascii_strtoull(text, NULL, 10) : 0;
}

void verify_limits_read(const char *folder, verify_limits *limits)
{
  limits->max = number_read(folder, "nf_conntrack_max");
  limits->buckets = number_read(folder, "nf_conntrack_buckets");
}

char *verify_limits_changed(const verify_limits *before, const verify_limits *after)
{
  const struct {
    const char *name;
    guint64 before, after;
  } pairs[] = { { "nf_conntrack_max", before->max, after->max },
                { "nf_conntrack_buckets", before->buckets, after->buckets } };
  GString *text = g_string_new(NULL);

  for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
    /* Before conntrack was loaded there was nothing to read: that is no change. */
    if (pairs[i].before != pairs[i].after && pairs[i].before != 0 && pairs[i].after != 0)
      g_string_append_printf(text, "%s%s changed from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                             text->len > 0 ? ", " : "", pairs[i].name, pairs[i].before, pairs[i].after);
  return g_string_free(text, text->len == 0);
}
