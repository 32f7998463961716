/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which option a word means: exact names first, then prefixes that only one of them has. */
#include <string.h>

#include "firewall/iptables_file.h"

/* clang-format off */
const fw_builtin_option fw_builtin_options[] = {
  { "append",        'A', FW_BUILTIN_APPEND,       TRUE },
  { "delete",        'D', FW_BUILTIN_DELETE,       TRUE },
  { "check",         'C', FW_BUILTIN_CHECK,        TRUE },
  { "insert",        'I', FW_BUILTIN_INSERT,       TRUE },
  { "replace",       'R', FW_BUILTIN_REPLACE,      TRUE },
  { "list",          'L', FW_BUILTIN_LIST,         FALSE },
  { "list-rules",    'S', FW_BUILTIN_LIST,         FALSE },
  { "flush",         'F', FW_BUILTIN_FLUSH,        FALSE },
  { "zero",          'Z', FW_BUILTIN_ZERO,         FALSE },
  { "new-chain",     'N', FW_BUILTIN_NEW,          TRUE },
  { "delete-chain",  'X', FW_BUILTIN_DELETE_CHAIN, FALSE },
  { "rename-chain",  'E', FW_BUILTIN_RENAME,       TRUE },
  { "policy",        'P', FW_BUILTIN_POLICY,       TRUE },
  { "source",        's', FW_BUILTIN_SOURCE,       TRUE },
  { "src",           0,   FW_BUILTIN_SOURCE,       TRUE },
  { "destination",   'd', FW_BUILTIN_DESTINATION,  TRUE },
  { "dst",           0,   FW_BUILTIN_DESTINATION,  TRUE },
  { "protocol",      'p', FW_BUILTIN_PROTOCOL,     TRUE },
  { "in-interface",  'i', FW_BUILTIN_IN,           TRUE },
  { "out-interface", 'o', FW_BUILTIN_OUT,          TRUE },
  { "jump",          'j', FW_BUILTIN_JUMP,         TRUE },
  { "goto",          'g', FW_BUILTIN_GOTO,         TRUE },
  { "match",         'm', FW_BUILTIN_MATCH,        TRUE },
  { "fragments",     'f', FW_BUILTIN_FRAGMENT,     FALSE },
  { "set-counters",  'c', FW_BUILTIN_COUNTERS,     TRUE },
  { "table",         't', FW_BUILTIN_TABLE,        TRUE },
  { "ipv4",          '4', FW_BUILTIN_IPV4,         FALSE },
  { "ipv6",          '6', FW_BUILTIN_IPV6,         FALSE },
  { "verbose",       'v', FW_BUILTIN_QUIET,        FALSE },
  { "numeric",       'n', FW_BUILTIN_ILLEGAL,      FALSE },
  { "exact",         'x', FW_BUILTIN_ILLEGAL,      FALSE },
  { "version",       'V', FW_BUILTIN_ILLEGAL,      FALSE },
  { "help",          'h', FW_BUILTIN_ILLEGAL,      FALSE },
  { "wait",          'w', FW_BUILTIN_ILLEGAL,      FALSE },
  { "wait-interval", 'W', FW_BUILTIN_ILLEGAL,      FALSE },
  { "line-numbers",  0,   FW_BUILTIN_ILLEGAL,      FALSE },
  { "modprobe",      'M', FW_BUILTIN_ILLEGAL,      TRUE },
  { NULL, 0, 0, FALSE }
};
/* clang-format on */

const fw_builtin_option *fw_builtin_by_letter(char letter)
{
  const fw_builtin_option *o;

  for (o = fw_builtin_options; o->name != NULL; o++)
    if (o->letter == letter)
      return o;
  return NULL;
}

const fw_builtin_option *fw_builtin_by_name(const char *name, gsize length)
{
  const fw_builtin_option *o;

  for (o = fw_builtin_options; o->name != NULL; o++)
    if (strlen(o->name) == length && memcmp(o->name, name, length) == 0)
      return o;
  return NULL;
}

static const fw_option *exact(const fw_option *options, const char *name, gsize length)
{
  for (; options != NULL && options->name != NULL; options++)
    if (strlen(options->name) == length && memcmp(options->name, name, length) == 0)
      return options;
  return NULL;
}

/* Another meaning for the same prefix; synonyms of one option are one meaning. */
static void add_builtin(fw_found_option *found, const fw_builtin_option *o)
{
  if (found->option != NULL || (found->builtin != NULL && found->builtin->id != o->id))
    found->ambiguous = TRUE;
  found->builtin = o;
}

static void add_option(fw_found_option *found, const fw_option *o, guint slot)
{
  if (found->builtin != NULL || (found->option != NULL && (found->slot != slot || found->option->id != o->id)))
    found->ambiguous = TRUE;
  found->option = o;
  found->slot = slot;
}

gboolean fw_option_find(const fw_option *const *tables, guint n, const char *name, gsize length, fw_found_option *found)
{
  const fw_builtin_option *b;
  const fw_option *o;
  guint i;

  memset(found, 0, sizeof *found);
  if (length == 0)
    return FALSE;
  found->builtin = fw_builtin_by_name(name, length);
  if (found->builtin != NULL)
    return TRUE;
  for (i = n; i-- > 0;) {
    found->option = exact(tables[i], name, length);
    found->slot = i;
    if (found->option != NULL)
      return TRUE;
  }
  for (b = fw_builtin_options; b->name != NULL; b++)
    if (strncmp(b->name, name, length) == 0)
      add_builtin(found, b);
  for (i = n; i-- > 0;)
    for (o = tables[i]; o != NULL && o->name != NULL; o++)
      if (strncmp(o->name, name, length) == 0)
        add_option(found, o, i);
  return found->builtin != NULL || found->option != NULL;
}
