/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite on one open descriptor: a file system that knows one file, has no names, no clock and no randomness. Inside
 * the sandbox there is no other, and the same input gives the same bytes.
 */
#ifndef DATABASE_VFS_H
#define DATABASE_VFS_H

#include <sqlite3.h>

#define DATABASE_VFS_NAME "ctreplay"

/* Registers it, for this descriptor from now on. => SQLITE_OK or an error's number. */
int database_vfs_use(int fd);

#endif
