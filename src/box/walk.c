/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder gone through; and the box itself. */
#include "internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/unpack.h"

G_DEFINE_QUARK(box - error - quark, box_error)

enum { UNPACKED_MOST = 1 << 30 };

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

static void file_free(gpointer data)
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

void box_add(box *b, box_kind kind, const char *name, GString *text)
{
  box_file *f = g_new0(box_file, 1);

  f->kind = kind;
  f->name = g_strdup(name);
  f->text = text;
  g_ptr_array_add(b->files, f);
}

/* ---- a folder ---- */

/* => its bytes; NULL: it is no plain file, or more than is read. */
static GString *read_file(int folder, const char *name)
{
  int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  char buffer[16384];
  struct stat st;
  GString *text;
  ssize_t n;

  if (fd < 0)
    return NULL;
  text = g_string_new(NULL);
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
    while ((n = read(fd, buffer, sizeof buffer)) > 0 && text->len < BOX_FILE_MOST)
      g_string_append_len(text, buffer, n);
    close(fd);
    return text;
  }
  close(fd);
  g_string_free(text, TRUE);
  return NULL;
}

static gint by_name(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* In order of names, whatever the file system says. */
static GPtrArray *names_of(int folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  int fd = dup(folder);
  DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
  struct dirent *entry;

  while (dir != NULL && names->len < BOX_FILES_MOST && (entry = readdir(dir)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      g_ptr_array_add(names, g_strdup(entry->d_name));
  if (dir != NULL)
    closedir(dir);
  else if (fd >= 0)
    close(fd);
  g_ptr_array_sort(names, by_name);
  return names;
}

static void walk(box *b, int folder, const char *prefix, guint depth, guint *left)
{
  GPtrArray *names = names_of(folder);
  guint i;

  for (i = 0; i<names->len && * left> 0; i++) {
    const char *name = g_ptr_array_index(names, i);
    char *path = g_strconcat(prefix, name, NULL);
    GString *text = NULL;
    box_kind kind;
    int inner;

    (*left)--;
    inner = depth > 0 ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (inner >= 0) {
      char *below = g_strconcat(path, "/", NULL);

      walk(b, inner, below, depth - 1, left);
      g_free(below);
      close(inner);
    } else if (box_kind_of(path, &kind) && (text = read_file(folder, name)) != NULL) {
      box_add(b, kind, path, text);
    }
    g_free(path);
  }
  g_ptr_array_unref(names);
}

gboolean box_walk(box *b, const char *path, GError **error)
{
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  guint left = BOX_FILES_MOST;

  if (folder < 0) {
    g_set_error(error, BOX_ERROR, 0, "%s: %s", path, g_strerror(errno));
    return FALSE;
  }
  walk(b, folder, "", BOX_DEPTH_MOST, &left);
  close(folder);
  return TRUE;
}

/* ---- the box ---- */

static gboolean is_folder(const char *path)
{
  struct stat st;

  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

gboolean box_is(const char *path)
{
  static const char *const ends[] = { ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst" };
  guint i;

  if (is_folder(path))
    return TRUE;
  for (i = 0; i < G_N_ELEMENTS(ends); i++)
    if (g_str_has_suffix(path, ends[i]))
      return TRUE;
  return FALSE;
}

static gboolean read_archive(box *b, const char *path, GError **error)
{
  GString *bytes = read_file(AT_FDCWD, path);
  const char *reason;
  gboolean fine = FALSE;

  if (bytes == NULL)
    g_set_error(error, BOX_ERROR, 0, "%s: %s", path, g_strerror(errno));
  else if (!cap_unpack(bytes, UNPACKED_MOST, &reason))
    g_set_error(error, BOX_ERROR, 0, "%s: %s", path, reason);
  else if (!box_is_tar(bytes->str, bytes->len))
    g_set_error(error, BOX_ERROR, 0, "%s: give a folder, or a tar of one (.tar, .tar.gz, .tar.xz)", path);
  else
    fine = box_untar(b, bytes, error);
  if (bytes != NULL)
    g_string_free(bytes, TRUE);
  return fine;
}

box *box_read(const char *path, GError **error)
{
  box *b = g_new0(box, 1);

  b->path = g_strdup(path);
  b->files = g_ptr_array_new_with_free_func(file_free);
  b->sysctls = g_string_new(NULL);
  b->locals = g_ptr_array_new_with_free_func(g_free);
  b->routes = g_ptr_array_new_with_free_func(g_free);
  b->modules = g_ptr_array_new_with_free_func(g_free);
  b->interfaces = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  if (is_folder(path) ? box_walk(b, path, error) : read_archive(b, path, error)) {
    box_find_facts(b);
    if (b->files->len > 0)
      return b;
    g_set_error(error, BOX_ERROR, 0,
                "%s: no file in it is one of those that examples/ctreplay-gather writes, or sos report", path);
  }
  box_free(b);
  return NULL;
}

void box_free(box *b)
{
  if (b == NULL)
    return;
  g_free(b->path);
  g_free(b->release);
  g_ptr_array_unref(b->files);
  g_string_free(b->sysctls, TRUE);
  g_ptr_array_unref(b->locals);
  g_ptr_array_unref(b->routes);
  g_ptr_array_unref(b->modules);
  g_hash_table_destroy(b->interfaces);
  g_free(b);
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

const char *box_interface(const box *b, guint32 index)
{
  return g_hash_table_lookup(b->interfaces, GUINT_TO_POINTER(index));
}
