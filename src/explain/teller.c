/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain/teller.h"

#include <stdarg.h>

void explain_say(explain_teller *t, explain_topic topic, const char *format, ...)
{
  explain_sentence *sentence = g_new(explain_sentence, 1);
  va_list args;

  va_start(args, format);
  *sentence = (explain_sentence){ topic, g_strdup_vprintf(format, args) };
  va_end(args);
  g_ptr_array_add(t->sentences, sentence);
}

const char *explain_sysctl(const explain_teller *t, const char *name)
{
  const char *own = ct_params_spell(t->facts->params->profile, name);

  return own != NULL ? own : name;
}
