/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vfs.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The one file. */
typedef struct open_file {
  sqlite3_file base;
  int fd;
} open_file;

static int vfs_fd = -1;

/* ---- the file ---- */

static int file_close(sqlite3_file *file)
{
  (void)file; /* the descriptor is somebody else's */
  return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
  char *p = to;

  while (n > 0) {
    ssize_t got = pread(((open_file *)file)->fd, p, (size_t)n, at);

    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return SQLITE_IOERR_READ;
    if (got == 0) {
      memset(p, 0, (size_t)n); /* what SQLite asks for beyond the end */
      return SQLITE_IOERR_SHORT_READ;
    }
    p += got;
    at += got;
    n -= (int)got;
  }
  return SQLITE_OK;
}

static int file_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
  const char *p = from;

  while (n > 0) {
    ssize_t done = pwrite(((open_file *)file)->fd, p, (size_t)n, at);

    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return errno == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    p += done;
    at += done;
    n -= (int)done;
  }
  return SQLITE_OK;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
  return ftruncate(((open_file *)file)->fd, size) == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
  struct stat st;

  if (fstat(((open_file *)file)->fd, &st) != 0)
    return SQLITE_IOERR_FSTAT;
  *size = st.st_size;
  return SQLITE_OK;
}

/* Nobody else knows the file yet; whoever loses power replays the capture. */
static int file_sync(sqlite3_file *file, int flags)
{
  (void)file;
  (void)flags;
  return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int lock)
{
  (void)file;
  (void)lock;
  return SQLITE_OK;
}

static int file_is_reserved(sqlite3_file *file, int *reserved)
{
  (void)file;
  *reserved = 0;
  return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int op, void *argument)
{
  (void)file;
  (void)op;
  (void)argument;
  return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
  (void)file;
  return 4096;
}

static int file_traits(sqlite3_file *file)
{
  (void)file;
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
  .iVersion = 1,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_lock,
  .xCheckReservedLock = file_is_reserved,
  .xFileControl = file_control,
  .xSectorSize = file_sector,
  .xDeviceCharacteristics = file_traits,
};

/* ---- the file system ---- */

static int fs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  open_file *f = (open_file *)file;

  (void)vfs;
  (void)name;
  f->base.pMethods = NULL;
  /* Journals and temporary data stay in memory, or are not kept at all. */
  if (!(flags & SQLITE_OPEN_MAIN_DB))
    return SQLITE_CANTOPEN;
  f->base.pMethods = &methods;
  f->fd = vfs_fd;
  if (out_flags != NULL)
    *out_flags = flags;
  return SQLITE_OK;
}

static int fs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
  (void)vfs;
  (void)name;
  (void)sync;
  return SQLITE_OK;
}

static int fs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
  (void)vfs;
  (void)name;
  (void)flags;
  *result = 0;
  return SQLITE_OK;
}

static int fs_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
  (void)vfs;
  g_strlcpy(out, name, (gsize)n);
  return SQLITE_OK;
}

static int fs_random(sqlite3_vfs *vfs, int n, char *out)
{
  (void)vfs;
  memset(out, 0, (size_t)n);
  return n;
}

static int fs_sleep(sqlite3_vfs *vfs, int microseconds)
{
  (void)vfs;
  return microseconds;
}

/* Nothing that is written depends on it. */
static int fs_time(sqlite3_vfs *vfs, double *julian_day)
{
  (void)vfs;
  *julian_day = 2440587.5;
  return SQLITE_OK;
}

static int fs_error(sqlite3_vfs *vfs, int n, char *out)
{
  (void)vfs;
  if (n > 0)
    *out = '\0';
  return 0;
}

int database_vfs_use(int fd)
{
  static sqlite3_vfs vfs = {
    .iVersion = 1,
    .szOsFile = sizeof(open_file),
    .mxPathname = 64,
    .zName = DATABASE_VFS_NAME,
    .xOpen = fs_open,
    .xDelete = fs_delete,
    .xAccess = fs_access,
    .xFullPathname = fs_full_name,
    .xRandomness = fs_random,
    .xSleep = fs_sleep,
    .xCurrentTime = fs_time,
    .xGetLastError = fs_error,
  };

  vfs_fd = fd;
  return sqlite3_vfs_register(&vfs, 1);
}
