/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was understood of a box, as bytes and back. Whoever wrote them may have been taken over: nothing is believed. */
#include "internal.h"

static void keep_text(resume_io *io, char **text)
{
  gboolean there = *text != NULL;

  resume_bool(io, &there);
  if (!there)
    return;
  if (resume_reads(io)) {
    g_free(*text);
    *text = resume_get_text(io);
  } else {
    resume_put_text(io, *text);
  }
}

static void keep_bytes(resume_io *io, GString *bytes)
{
  guint32 n = resume_count(io, (guint32)bytes->len, 1);

  if (resume_reads(io))
    g_string_set_size(bytes, n);
  resume_raw(io, bytes->str, n);
}

static void keep_list(resume_io *io, GPtrArray *list)
{
  guint32 n = resume_count(io, list->len, 1), i;

  for (i = 0; i < n; i++) {
    char *text = resume_reads(io) ? NULL : g_ptr_array_index(list, i);

    keep_text(io, &text);
    if (resume_reads(io) && text != NULL)
      g_ptr_array_add(list, text);
  }
}

static void keep_interfaces(resume_io *io, GHashTable *interfaces)
{
  guint32 n = resume_count(io, g_hash_table_size(interfaces), 1), i, index;
  GHashTableIter iter;
  gpointer key = NULL, name = NULL;

  g_hash_table_iter_init(&iter, interfaces);
  for (i = 0; i < n; i++) {
    char *text = NULL;

    if (!resume_reads(io) && g_hash_table_iter_next(&iter, &key, &name))
      text = name;
    index = GPOINTER_TO_UINT(key);
    resume_u32(io, &index);
    keep_text(io, &text);
    if (resume_reads(io) && text != NULL)
      g_hash_table_replace(interfaces, GUINT_TO_POINTER(index), text);
  }
}

/* Of a folder the texts are on both sides. */
static void keep_member(box *b, resume_io *io, guint32 i)
{
  GError *error = NULL;
  box_file *f = resume_reads(io) ? NULL : g_ptr_array_index(b->files, i);
  GString *text = f != NULL ? f->text : g_string_new(NULL);
  guint32 kind = f != NULL ? (guint32)f->kind : 0;
  char *name = f != NULL ? f->name : NULL;

  resume_u32(io, &kind);
  keep_text(io, &name);
  keep_bytes(io, text);
  if (f != NULL)
    return;
  if (kind < BOX_KINDS && name != NULL) {
    if (!box_add(b, (box_kind)kind, name, text, &error))
      resume_fail(io, "there is too much in it");
  } else {
    g_string_free(text, TRUE);
    resume_fail(io, "it has a file of no kind");
  }
  g_clear_error(&error);
  g_free(name);
}

static void keep_files(box *b, resume_io *io)
{
  guint32 n = resume_count(io, b->files->len, 1), i;

  for (i = 0; b->archived && i < n && !io->failed; i++)
    keep_member(b, io, i);
  if (n != b->files->len)
    resume_fail(io, "it has other files");
  for (i = 0; i < b->files->len; i++) {
    box_file *f = g_ptr_array_index(b->files, i);

    resume_bool(io, &f->used);
    keep_text(io, &f->says);
    if (f->says == NULL)
      f->says = g_strdup("");
  }
}

void box_keep(box *b, resume_io *io)
{
  keep_files(b, io);
  keep_text(io, &b->release);
  keep_bytes(io, b->sysctls);
  resume_bool(io, &b->localnet_told);
  resume_bool(io, &b->route_localnet);
  resume_bool(io, &b->router6_told);
  resume_bool(io, &b->router6);
  resume_bool(io, &b->host[0]);
  resume_bool(io, &b->host[1]);
  resume_bool(io, &b->all_source_routes);
  resume_bool(io, &b->source_routes);
  resume_u64(io, &b->ram_kib);
  resume_u64(io, &b->buckets);
  keep_list(io, b->locals);
  keep_list(io, b->routes);
  keep_list(io, b->rules[0]);
  keep_list(io, b->rules[1]);
  keep_list(io, b->tables);
  keep_list(io, b->modules);
  keep_list(io, b->told);
  keep_interfaces(io, b->interfaces);
  resume_i64(io, &b->date_ns);
  resume_i64(io, &b->listed_ns);
  if (resume_reads(io) && b->archive != NULL)
    g_string_free(g_steal_pointer(&b->archive), TRUE);
}
