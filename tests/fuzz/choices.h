/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An input read as choices, a byte each: how targets build text that is nearly right out of any bytes. */
#ifndef TESTS_FUZZ_CHOICES_H
#define TESTS_FUZZ_CHOICES_H

#include <glib.h>

typedef struct input {
  const guint8 *at;
  gsize left;
} input;

/* 0 once there are no more. */
static inline guint8 next(input *in)
{
  if (in->left == 0)
    return 0;
  in->left--;
  return *in->at++;
}

#endif
