/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pages.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* How many are written together. */
enum { TOGETHER = 64 };
/* The bytes from here on are locked by who shares the file: no page may be where they are. */
#define LOCKED_BYTE G_GUINT64_CONSTANT(0x40000000)
/* Of the file's header: how often it has changed, its pages, and at which change that was counted. */
enum { HEADER_CHANGES = 24, HEADER_PAGES = 28, HEADER_COUNTED_AT = 92 };

static void write_at(pages *p, const guint8 *data, gsize n, guint64 at)
{
  while (n > 0 && p->error == 0) {
    ssize_t done = pwrite(p->fd, data, n, (off_t)at);

    if (done < 0) {
      if (errno != EINTR)
        p->error = errno;
      continue;
    }
    data += done;
    at += (guint64)done;
    n -= (gsize)done;
  }
}

static guint64 place_of(guint32 number) { return (guint64)(number - 1) * PAGE_BYTES; }

static void write_waiting(pages *p)
{
  write_at(p, p->buffer, (gsize)p->waiting * PAGE_BYTES, place_of(p->next - p->waiting));
  p->waiting = 0;
}

void pages_begin(pages *p, int fd, guint32 count)
{
  *p = (pages){ .fd = fd, .next = count + 1, .buffer = g_malloc((gsize)TOGETHER * PAGE_BYTES) };
}

static gboolean is_locked(guint32 number) { return place_of(number) == LOCKED_BYTE; }

static void append(pages *p, const guint8 *page)
{
  guint8 *to = p->buffer + (gsize)p->waiting * PAGE_BYTES;

  if (page != NULL)
    memcpy(to, page, PAGE_BYTES);
  else
    memset(to, 0, PAGE_BYTES);
  p->waiting++;
  p->next++;
  if (p->waiting == TOGETHER)
    write_waiting(p);
}

guint32 pages_add(pages *p, const guint8 *page)
{
  if (is_locked(p->next))
    append(p, NULL);
  append(p, page);
  return p->next - 1;
}

guint32 pages_after(const pages *p)
{
  guint32 next = p->next + (is_locked(p->next) ? 2 : 1);

  return is_locked(next) ? next + 1 : next;
}

void pages_put(pages *p, guint32 number, const guint8 *page) { write_at(p, page, PAGE_BYTES, place_of(number)); }

static void put_u32(pages *p, guint32 value, guint64 at)
{
  guint32 bytes = GUINT32_TO_BE(value);

  write_at(p, (const guint8 *)&bytes, sizeof(bytes), at);
}

/* SQLite believes the count of pages only if it was counted at the last change. */
static void write_header(pages *p)
{
  guint32 changes;

  if (pread(p->fd, &changes, sizeof(changes), HEADER_CHANGES) != sizeof(changes)) {
    p->error = p->error != 0 ? p->error : EIO;
    return;
  }
  put_u32(p, p->next - 1, HEADER_PAGES);
  put_u32(p, GUINT32_FROM_BE(changes), HEADER_COUNTED_AT);
}

gboolean pages_end(pages *p)
{
  write_waiting(p);
  write_header(p);
  pages_clear(p);
  return p->error == 0;
}

void pages_clear(pages *p) { g_clear_pointer(&p->buffer, g_free); }
