/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats, by number and by name. */
#include "formats.h"

#include <string.h>

static const emit_format *const formats[] = {
#define X(id) &emit_format_##id,
  EMIT_FORMAT_LIST(X)
#undef X
};

const emit_format *emit_format_get(guint i) { return i < G_N_ELEMENTS(formats) ? formats[i] : NULL; }

const emit_format *emit_format_find(const char *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(formats); i++)
    if (strcmp(formats[i]->name, name) == 0)
      return formats[i];
  return NULL;
}
