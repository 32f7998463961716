/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/names.h"

#include <stdlib.h>
#include <string.h>

gboolean fw_name_find(const fw_name *table, const char *name, guint32 *number)
{
  for (; table->name != NULL; table++)
    if (strcmp(table->name, name) == 0) {
      *number = table->number;
      return TRUE;
    }
  return FALSE;
}

gboolean fw_name_find_caseless(const fw_name *table, const char *name, guint32 *number)
{
  for (; table->name != NULL; table++)
    if (g_ascii_strcasecmp(table->name, name) == 0) {
      *number = table->number;
      return TRUE;
    }
  return FALSE;
}

const char *fw_name_of(const fw_name *table, guint32 number)
{
  for (; table->name != NULL; table++)
    if (table->number == number)
      return table->name;
  return NULL;
}

static int compare(const void *key, const void *element) { return strcmp(key, ((const fw_name *)element)->name); }

gboolean fw_service_find(const char *name, guint16 *port)
{
  const fw_name *found = bsearch(name, fw_services, fw_n_services, sizeof *fw_services, compare);

  if (found != NULL)
    *port = found->number;
  return found != NULL;
}

gboolean fw_protocol_find(const char *name, guint8 *protocol)
{
  /* /etc/protocols has each name in capitals as well. */
  char *lower = g_ascii_strdown(name, -1);
  const fw_name *found = bsearch(lower, fw_protocols, fw_n_protocols, sizeof *fw_protocols, compare);

  g_free(lower);
  if (found != NULL)
    *protocol = (guint8)found->number;
  return found != NULL;
}

const char *fw_protocol_saved(guint8 protocol) { return fw_name_of(fw_saved_protocols, protocol); }

const char *fw_protocol_named(guint8 protocol)
{
  const char *name = fw_protocol_saved(protocol);

  return name != NULL ? name : fw_name_of(fw_machine_protocols, protocol);
}
