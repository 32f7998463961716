/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/iptables_words.h"

gboolean fw_command_fail(const fw_command *c, const char *format, ...)
{
  fw_place place = c->f->place;
  va_list args;
  char *text;

  if (c->at > 0)
    place = fw_command_place(c, c->at - 1);
  va_start(args, format);
  text = g_strdup_vprintf(format, args);
  va_end(args);
  fw_fail(c->error, &place, "%s", text);
  g_free(text);
  return FALSE;
}
