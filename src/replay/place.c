/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface by which a packet came, in words. */
#include "place.h"

enum { NAME_BYTES = 40 };

char *replay_place_name(const char *name, guint32 number)
{
  char *text, *p;

  if (*name == '\0')
    return g_strdup_printf("%u", number);
  text = g_strndup(name, NAME_BYTES);
  for (p = text; *p != '\0'; p++)
    if (!g_ascii_isprint(*p))
      *p = '?';
  return text;
}
