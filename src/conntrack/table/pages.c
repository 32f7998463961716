/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h> /* for mremap */

#include "conntrack/table/pages.h"

#include <glib.h>
#include <sys/mman.h>

enum {
  PAGE_LARGEST = 64 * 1024,         /* of any machine: what is a multiple of it is one of the page size */
  SCATTERED_LEAST = 4 * 1024 * 1024 /* below, few pages are many enough */
};

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* since Linux 5.14; older ones refuse it */
#endif

/* Ends the process, as GLib does it, also where assertions are compiled out. */
static void no_memory(void)
{
  g_assertion_message(G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, "there is no memory for the table");
}

static size_t bytes_of(size_t n, size_t element_bytes)
{
  size_t bytes;

  if (__builtin_mul_overflow(n, element_bytes, &bytes))
    no_memory();
  return bytes;
}

static void *given(void *pages)
{
  if (pages == MAP_FAILED)
    no_memory();
  return pages;
}

void *ct_pages_new(size_t n, size_t element_bytes)
{
  return given(mmap(NULL, bytes_of(n, element_bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

bool ct_pages_affordable(uint64_t n, size_t element_bytes)
{
  size_t bytes;
  void *pages;

  if (n == 0)
    return true;
  if (__builtin_mul_overflow(n, element_bytes, &bytes))
    return false;
  pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED)
    return false;
  munmap(pages, bytes);
  return true;
}

void *ct_pages_grow(void *pages, size_t old_n, size_t n, size_t element_bytes)
{
  if (old_n == 0)
    return ct_pages_new(n, element_bytes);
  return given(mremap(pages, bytes_of(old_n, element_bytes), bytes_of(n, element_bytes), MREMAP_MAYMOVE));
}

void ct_pages_free(void *pages, size_t n, size_t element_bytes)
{
  if (n != 0)
    munmap(pages, bytes_of(n, element_bytes));
}

void ct_pages_populate(void *pages, size_t from, size_t to, size_t element_bytes)
{
  size_t start = bytes_of(from, element_bytes) / PAGE_LARGEST * PAGE_LARGEST;

  madvise((char *)pages + start, bytes_of(to, element_bytes) - start, MADV_POPULATE_WRITE);
}

void ct_pages_scattered(void *pages, size_t n, size_t element_bytes)
{
#ifdef MADV_HUGEPAGE
  if (bytes_of(n, element_bytes) >= SCATTERED_LEAST)
    madvise(pages, bytes_of(n, element_bytes), MADV_HUGEPAGE);
#endif
}

void ct_pages_discard(void *pages, size_t from, size_t to, size_t element_bytes)
{
  size_t start = (bytes_of(from, element_bytes) + PAGE_LARGEST - 1) / PAGE_LARGEST * PAGE_LARGEST;
  size_t end = bytes_of(to, element_bytes) / PAGE_LARGEST * PAGE_LARGEST;

  if (start < end)
    madvise((char *)pages + start, end - start, MADV_DONTNEED);
}
