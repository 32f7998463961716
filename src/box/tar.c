/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tar (ustar, GNU's and pax's long names) gone through in memory. Nothing is written anywhere: of the members only
 * plain files with a known name are looked at, and where a name leads to does not matter.
 */
#include "internal.h"

#include <string.h>

enum { BLOCK = 512, NAME_MOST = 4096 };

typedef struct header {
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100], magic[6], version[2], user[32],
    group[32], major[8], minor[8], prefix[155], rest[12];
} header;
G_STATIC_ASSERT(sizeof(header) == BLOCK);

gboolean box_is_tar(const char *bytes, gsize n) { return n >= BLOCK && memcmp(bytes + 257, "ustar", 5) == 0; }

/* Octal, ended by a blank or a NUL; or GNU's binary form, which only huge members have. */
static gboolean number(const char *field, gsize n, guint64 *value)
{
  gsize i = 0;

  *value = 0;
  while (i < n && field[i] == ' ')
    i++;
  for (; i < n && field[i] >= '0' && field[i] <= '7'; i++)
    *value = *value * 8 + (guint64)(field[i] - '0');
  return i == n || field[i] == ' ' || field[i] == '\0';
}

static char *name_of(const header *h)
{
  char *name = g_strndup(h->name, sizeof h->name), *prefix, *whole;

  if (memcmp(h->magic, "ustar\0", 6) != 0 || h->prefix[0] == '\0')
    return name;
  prefix = g_strndup(h->prefix, sizeof h->prefix);
  whole = g_strconcat(prefix, "/", name, NULL);
  g_free(prefix);
  g_free(name);
  return whole;
}

/* "27 path=a/long/name\n" among a pax header's records. */
static char *path_of_pax(const char *data, gsize n)
{
  const char *at = g_strstr_len(data, (gssize)n, " path="), *end;

  if (at == NULL)
    return NULL;
  at += 6;
  end = memchr(at, '\n', n - (gsize)(at - data));
  return end != NULL ? g_strndup(at, MIN((gsize)(end - at), (gsize)NAME_MOST)) : NULL;
}

static gboolean take(box *b, const char *name, const char *data, gsize n, GError **error)
{
  box_kind kind;

  return !box_kind_of(name, &kind) || box_add(b, kind, name, g_string_new_len(data, (gssize)n), error);
}

gboolean box_untar(box *b, const GString *archive, GError **error)
{
  gsize at = 0, left;
  char *longer = NULL;
  gboolean fine = TRUE;

  while (fine && archive->len - at >= BLOCK) {
    const header *h = (const header *)(gconstpointer)(archive->str + at);
    const char *data = archive->str + at + BLOCK;
    guint64 n;

    if (h->name[0] == '\0')
      break;
    left = archive->len - at - BLOCK;
    if (!number(h->size, sizeof h->size, &n) || n > left) {
      g_free(longer);
      g_set_error(error, BOX_ERROR, 0, "%s: the archive is cut or damaged at byte %" G_GSIZE_FORMAT, b->path, at);
      return FALSE;
    }
    if (h->type == 'L' || h->type == 'x') {
      g_free(longer);
      longer = h->type == 'L' ? g_strndup(data, MIN(n, (guint64)NAME_MOST)) : path_of_pax(data, n);
    } else if (h->type != 'g') {
      char *name = longer != NULL ? longer : name_of(h);

      if (h->type == '0' || h->type == '\0')
        fine = take(b, name, data, n, error);
      g_free(name);
      longer = NULL;
    }
    at += BLOCK + MIN((n + BLOCK - 1) / BLOCK * BLOCK, left);
  }
  g_free(longer);
  return fine;
}
