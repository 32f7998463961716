/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/random.h"

/* splitmix64 (Steele, Lea, Flood 2014): every seed is as good as any other. */
guint64 verify_random_next(verify_random *r)
{
  guint64 z = r->state += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
  return z ^ z >> 31;
}

guint32 verify_random_below(verify_random *r, guint32 n) { return (guint32)((verify_random_next(r) >> 32) * n >> 32); }
gboolean verify_random_percent(verify_random *r, guint percent) { return verify_random_below(r, 100) < percent; }
