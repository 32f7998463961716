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

/* ---- a folder ---- */

/* => its bytes, of which there may be more than `most`; NULL: it is no plain file. */
static GString *read_file(int folder, const char *name, gsize most)
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
    while (text->len <= most && (n = read(fd, buffer, sizeof buffer)) > 0)
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

  while (dir != NULL && names->len < BOX_NAMES_MOST && (entry = readdir(dir)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      g_ptr_array_add(names, g_strdup(entry->d_name));
  if (dir != NULL)
    closedir(dir);
  else if (fd >= 0)
    close(fd);
  g_ptr_array_sort(names, by_name);
  return names;
}

static gboolean walk(box *b, int folder, const char *prefix, guint depth, guint *left, GError **error)
{
  GPtrArray *names = names_of(folder);
  gboolean fine = TRUE;
  guint i;

  for (i = 0; fine && i < names->len; i++) {
    const char *name = g_ptr_array_index(names, i);
    char *path = g_strconcat(prefix, name, NULL);
    GString *text = NULL;
    box_kind kind;
    int inner;

    if (*left == 0) {
      g_set_error(error, BOX_ERROR, 0, "%s: there is too much: more than %d names", b->path, BOX_NAMES_MOST);
      g_free(path);
      fine = FALSE;
      break;
    }
    (*left)--;
    inner = depth > 0 ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (inner >= 0) {
      char *below = g_strconcat(path, "/", NULL);

      fine = walk(b, inner, below, depth - 1, left, error);
      g_free(below);
      close(inner);
    } else if (box_kind_of(path, &kind) && (text = read_file(folder, name, BOX_FILE_MOST)) != NULL) {
      fine = box_add(b, kind, path, text, error);
    }
    g_free(path);
  }
  g_ptr_array_unref(names);
  return fine;
}

gboolean box_walk(box *b, const char *path, GError **error)
{
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  guint left = BOX_NAMES_MOST;
  gboolean fine;

  if (folder < 0) {
    g_set_error(error, BOX_ERROR, 0, "%s: %s", path, g_strerror(errno));
    return FALSE;
  }
  fine = walk(b, folder, "", BOX_DEPTH_MOST, &left, error);
  close(folder);
  return fine;
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

static box *new_box(const char *path)
{
  box *b = g_new0(box, 1);

  b->path = g_strdup(path);
  b->files = g_ptr_array_new_with_free_func(box_file_free);
  b->sysctls = g_string_new(NULL);
  b->down = g_string_new(NULL);
  b->locals = g_ptr_array_new_with_free_func(g_free);
  b->routes = g_ptr_array_new_with_free_func(g_free);
  b->rules[0] = g_ptr_array_new_with_free_func(g_free);
  b->rules[1] = g_ptr_array_new_with_free_func(g_free);
  b->tables = g_ptr_array_new_with_free_func(g_free);
  b->modules = g_ptr_array_new_with_free_func(g_free);
  b->told = g_ptr_array_new_with_free_func(g_free);
  b->interfaces = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  b->masters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return b;
}

box *box_of_archive(const char *path, GString *bytes)
{
  box *b = new_box(path);

  b->archive = bytes;
  b->archived = TRUE;
  return b;
}

box *box_open(const char *path, GError **error)
{
  GString *bytes;
  box *b;

  if (!is_folder(path)) {
    errno = EISDIR; /* what is no plain file has no reason of its own */
    bytes = read_file(AT_FDCWD, path, BOX_ALL_MOST);
    if (bytes == NULL)
      g_set_error(error, BOX_ERROR, 0, "%s: %s", path, g_strerror(errno));
    return bytes != NULL ? box_of_archive(path, bytes) : NULL;
  }
  b = new_box(path);
  if (box_walk(b, path, error))
    return b;
  box_free(b);
  return NULL;
}

static gboolean unpack(box *b, GError **error)
{
  const char *reason;

  if (!cap_unpack(b->archive, BOX_ALL_MOST, &reason))
    g_set_error(error, BOX_ERROR, 0, "%s: %s", b->path, reason);
  else if (!box_is_tar(b->archive->str, b->archive->len))
    g_set_error(error, BOX_ERROR, 0, "%s: give a folder, or a tar of one (.tar, .tar.gz, .tar.xz)", b->path);
  else
    return box_untar(b, b->archive, error);
  return FALSE;
}

gboolean box_understand(box *b, GError **error)
{
  if (b->archive != NULL) {
    gboolean fine = unpack(b, error);

    g_string_free(g_steal_pointer(&b->archive), TRUE);
    if (!fine)
      return FALSE;
  }
  box_find_facts(b);
  box_settle_ports(b);
  if (b->files->len == 0)
    g_set_error(error, BOX_ERROR, 0,
                "%s: no file in it is one of those that examples/ctreplay-gather writes, or sos report", b->path);
  return b->files->len > 0;
}

void box_free(box *b)
{
  if (b == NULL)
    return;
  g_free(b->path);
  g_free(b->release);
  if (b->archive != NULL)
    g_string_free(b->archive, TRUE);
  g_ptr_array_unref(b->files);
  g_string_free(b->sysctls, TRUE);
  g_string_free(b->down, TRUE);
  g_ptr_array_unref(b->locals);
  g_ptr_array_unref(b->routes);
  g_ptr_array_unref(b->rules[0]);
  g_ptr_array_unref(b->rules[1]);
  g_ptr_array_unref(b->tables);
  g_ptr_array_unref(b->modules);
  g_ptr_array_unref(b->told);
  g_hash_table_destroy(b->interfaces);
  g_hash_table_destroy(b->masters);
  g_free(b);
}

const char *box_interface(const box *b, guint32 index)
{
  return g_hash_table_lookup(b->interfaces, GUINT_TO_POINTER(index));
}
