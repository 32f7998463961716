/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a box, whatever they came in. */
#include "internal.h"

G_DEFINE_QUARK(box - error - quark, box_error)

const char *box_kind_word(box_kind kind)
{
  static const char *const words[] = {
#define X(name, word, cost) word,
    BOX_KIND_LIST(X)
#undef X
  };

  return words[kind];
}

const char *box_kind_cost(box_kind kind)
{
  static const char *const costs[] = {
#define X(name, word, cost) cost,
    BOX_KIND_LIST(X)
#undef X
  };

  return costs[kind];
}

void box_file_free(gpointer data)
{
  box_file *f = data;

  g_free(f->name);
  g_free(f->says);
  g_string_free(f->text, TRUE);
  g_free(f);
}

void box_say(box_file *f, gboolean used, char *text)
{
  g_free(f->says);
  f->says = text;
  f->used = used;
}

static gsize kept_bytes(const box *b)
{
  gsize n = 0;
  guint i;

  for (i = 0; i < b->files->len; i++)
    n += ((const box_file *)g_ptr_array_index(b->files, i))->text->len;
  return n;
}

gboolean box_add(box *b, box_kind kind, const char *name, GString *text, GError **error)
{
  box_file *f;

  if (text->len > BOX_FILE_MOST || b->files->len >= BOX_FILES_MOST || kept_bytes(b) + text->len > BOX_ALL_MOST) {
    g_set_error(error, BOX_ERROR, 0,
                "%s: %s: there is too much: of a file %d MiB are read, of all that is known 1 GiB and %d files",
                b->path, name, BOX_FILE_MOST >> 20, BOX_FILES_MOST);
    g_string_free(text, TRUE);
    return FALSE;
  }
  f = g_new0(box_file, 1);
  f->kind = kind;
  f->name = g_strdup(name);
  f->text = text;
  g_ptr_array_add(b->files, f);
  return TRUE;
}

box_file *box_get(const box *b, box_kind kind)
{
  guint i;

  for (i = 0; i < b->files->len; i++) {
    box_file *f = g_ptr_array_index(b->files, i);

    if (f->kind == kind && f->text->len > 0)
      return f;
  }
  return NULL;
}
