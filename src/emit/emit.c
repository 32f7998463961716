/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats.h"

GQuark emit_error_quark(void) { return g_quark_from_static_string("emit-error"); }

guint emit_format_wants(const emit_format *format, const emit_options *options, guint what)
{
  return format->wants != NULL ? format->wants(options, what) : 0;
}

guint emit_word_find(const char *word)
{
  static const char *const words[] = {
#define X(id, bit, word) [bit] = word,
    EMIT_WORD_LIST(X)
#undef X
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(words); i++)
    if (strcmp(words[i], word) == 0)
      return 1u << i;
  return 0;
}

static void clear(emit_output *output)
{
  g_free(output->priv);
  output->priv = NULL;
  output->format = NULL;
}

gboolean emit_output_open(emit_output *output, const emit_format *format, guint what, const emit_options *options,
                          emit_text *text, GError **error)
{
  g_assert((format->can & what) != 0);
  *output = (emit_output){ .format = format,
                           .priv = format->private_bytes > 0 ? g_malloc0(format->private_bytes) : NULL,
                           .text = text,
                           .options = *options,
                           .what = what };
  if (format->open == NULL || format->open(output, error))
    return TRUE;
  clear(output);
  return FALSE;
}

gboolean emit_output_is_open(const emit_output *output) { return output->format != NULL; }

gboolean emit_output_close(emit_output *output, GError **error)
{
  gboolean fine = output->format->close == NULL || output->format->close(output, error);

  clear(output);
  return fine;
}
