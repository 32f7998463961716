/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include "desk.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

desk desk_open(const char *rules)
{
  desk d = { memfd_create("capture", 0), memfd_create("out", 0), memfd_create("err", 0), memfd_create("file", 0),
             memfd_create("rules", 0) };

  g_assert_true(d.in >= 0 && d.out >= 0 && d.err >= 0 && d.file >= 0 && d.rules >= 0);
  g_assert_cmpint(pwrite(d.rules, rules, strlen(rules), 0), ==, (gssize)strlen(rules));
  return d;
}

void desk_fill(int fd, const GByteArray *data)
{
  gsize done = 0;

  g_assert_cmpint(ftruncate(fd, 0), ==, 0);
  while (done < data->len) {
    gssize n = pwrite(fd, data->data + done, data->len - done, (off_t)done);

    g_assert_cmpint(n, >, 0);
    done += (gsize)n;
  }
}

void desk_empty(int fd)
{
  g_assert_cmpint(ftruncate(fd, 0), ==, 0);
  g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
}

GBytes *desk_content(int fd)
{
  struct stat st;
  gsize n, done = 0;
  guint8 *data;

  g_assert_cmpint(fstat(fd, &st), ==, 0);
  n = (gsize)st.st_size;
  data = g_malloc(n + 1);
  while (done < n) {
    gssize more = pread(fd, data + done, n - done, (off_t)done);

    g_assert_cmpint(more, >, 0);
    done += (gsize)more;
  }
  data[n] = '\0';
  return g_bytes_new_take(data, n);
}
