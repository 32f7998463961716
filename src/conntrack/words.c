/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/words.h"

#include <stdint.h>
#include <string.h>

/* Of n bytes, what text has room for; always ended. */
static void append(char *text, size_t size, const char *more, size_t n)
{
  size_t at = strlen(text);

  n = MIN(n, size - 1 - at);
  memcpy(text + at, more, n);
  text[at + n] = '\0';
}

static void append_number(char *text, size_t size, uint64_t number)
{
  char digits[24];
  size_t at = sizeof(digits);

  do
    digits[--at] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  append(text, size, digits + at, sizeof(digits) - at);
}

size_t ct_words_fill(char *text, size_t size, const char *format, va_list args)
{
  text[0] = '\0';
  while (*format != '\0') {
    const char *percent = strchr(format, '%');
    size_t plain = percent != NULL ? (size_t)(percent - format) : strlen(format);
    unsigned longs = 0;

    append(text, size, format, plain);
    format += plain;
    if (*format == '\0')
      break;
    for (format++; *format == 'l'; format++)
      longs++;
    if (*format == 's') {
      const char *word = va_arg(args, const char *);

      append(text, size, word, strlen(word));
    } else {
      append_number(text, size,
                    longs == 0   ? va_arg(args, unsigned)
                    : longs == 1 ? va_arg(args, unsigned long)
                                 : va_arg(args, unsigned long long));
    }
    format++;
  }
  return strlen(text);
}

size_t ct_words(char *text, size_t size, const char *format, ...)
{
  va_list args;
  size_t length;

  va_start(args, format);
  length = ct_words_fill(text, size, format, args);
  va_end(args);
  return length;
}
