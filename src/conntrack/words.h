/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short sentences with figures in them, in memory. The engine's library asks stdio for nothing, not for formatting
 * either: it formats little, and this is all it needs. Internal to src/conntrack.
 */
#ifndef CT_WORDS_H
#define CT_WORDS_H

#include <glib.h>
#include <stdarg.h>
#include <stddef.h>

/*
 * As snprintf and vsnprintf, of %s, %u, %lu and %llu: what has no room is cut, and text is always ended. size is at
 * least 1.
 * => the length of what stands in text.
 */
size_t ct_words(char *text, size_t size, const char *format, ...) G_GNUC_PRINTF(3, 4);
size_t ct_words_fill(char *text, size_t size, const char *format, va_list args) G_GNUC_PRINTF(3, 0);

#endif
