/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command's words, one option at a time, as getopt_long and iptables' parser take them (RULES 2.1, 2.2, 2.4). */
#include "firewall/iptables_rule.h"

#include <string.h>

#include "firewall/iptables_load.h"
#include "firewall/names.h"

/* -- the rule's own tests -- */

static gboolean take_test(fw_command *c, guint8 bit)
{
  if ((c->tests.given & bit) != 0)
    return fw_command_fail(c, "given twice");
  c->tests.given |= bit;
  if (c->invert)
    c->tests.invert |= bit;
  return TRUE;
}

static gboolean take_protocol(fw_command *c, const char *text)
{
  char *lower = g_ascii_strdown(text, -1);
  gboolean ok = fw_read_protocol(lower, &c->tests.protocol);

  g_free(lower);
  if (!ok)
    return fw_command_fail(c, "expected a protocol's number or name, found \"%s\"", text);
  if (!take_test(c, FW_TEST_PROTOCOL))
    return FALSE;
  c->tests.protocol_named = !g_ascii_isdigit(*text);
  if (c->tests.protocol == 0 && c->invert)
    return fw_command_fail(c, "the rule would never match");
  return TRUE;
}

static gboolean take_interface(fw_command *c, const char *text, guint8 bit, fw_interface *interface)
{
  if (text[0] == '\0')
    return fw_command_fail(c, "expected the name of an interface");
  if (!fw_read_interface(c->f->ruleset, text, interface))
    return fw_command_fail(c, "expected an interface's name of at most 15 bytes, found \"%s\"", text);
  if (!take_test(c, bit))
    return FALSE;
  /* "+" alone is every interface, and no test unless it is inverted. */
  if (interface->prefix && interface->length == 0 && !c->invert)
    c->tests.given &= ~bit;
  return TRUE;
}

static gboolean read_count(const char *text, guint64 *count)
{
  if (!g_ascii_isdigit(text[0]))
    return FALSE;
  *count = g_ascii_strtoull(text, NULL, 10);
  return TRUE;
}

static gboolean take_counters(fw_command *c, const char *text)
{
  const char *bytes = strchr(text, ',');

  if (c->has_counters)
    return fw_command_fail(c, "given twice");
  if (bytes != NULL)
    bytes++;
  else if (fw_command_has_argument(c))
    bytes = fw_command_word(c, c->at++);
  if (bytes == NULL || !read_count(text, &c->counters.packets) || !read_count(bytes, &c->counters.bytes))
    return fw_command_fail(c, "expected a number of packets and one of bytes");
  c->has_counters = TRUE;
  return TRUE;
}

static gboolean take_fragment(fw_command *c)
{
  if (c->f->family == FW_IPV6)
    return fw_command_fail(c, "-f is not for IPv6: -m frag is");
  return take_test(c, FW_TEST_FRAGMENT);
}

/* -- commands -- */

static gboolean take_number(fw_command *c)
{
  guint64 n;

  if (!fw_read_number(fw_command_word(c, c->at), NULL, &n, 1, G_MAXINT32))
    return c->at++, fw_command_fail(c, "expected the number of a rule, found \"%s\"", fw_command_word(c, c->at - 1));
  c->at++;
  c->has_number = TRUE;
  c->number = n;
  return TRUE;
}

static gboolean take_command(fw_command *c, fw_builtin id, const char *value)
{
  if (c->invert)
    return fw_command_fail(c, "expected no '!' before a command");
  if (c->has_command)
    return fw_command_fail(c, "expected one command");
  c->has_command = TRUE;
  c->command = id;
  c->chain = value;
  if (value == NULL && fw_command_has_argument(c))
    c->chain = fw_command_word(c, c->at++);
  switch (id) {
  case FW_BUILTIN_INSERT:
  case FW_BUILTIN_DELETE:
  case FW_BUILTIN_REPLACE:
  case FW_BUILTIN_ZERO: return !fw_command_has_argument(c) || take_number(c);
  case FW_BUILTIN_POLICY:
  case FW_BUILTIN_RENAME:
    if (!fw_command_has_argument(c))
      return fw_command_fail(c, "expected a word behind the chain");
    c->second = fw_command_word(c, c->at++);
    return TRUE;
  default: return TRUE;
  }
}

static gboolean take_builtin(fw_command *c, const fw_builtin_option *o, const char *value)
{
  if (o->id <= FW_BUILTIN_LAST_COMMAND)
    return take_command(c, o->id, value);
  if (value == NULL)
    value = "";
  switch ((fw_builtin)o->id) {
  case FW_BUILTIN_SOURCE:
    c->sources = value;
    c->source_column = fw_command_place(c, c->at - 1).column;
    return take_test(c, FW_TEST_SOURCE);
  case FW_BUILTIN_DESTINATION:
    c->destinations = value;
    c->destination_column = fw_command_place(c, c->at - 1).column;
    return take_test(c, FW_TEST_DESTINATION);
  case FW_BUILTIN_PROTOCOL: return take_protocol(c, value);
  case FW_BUILTIN_IN: return take_interface(c, value, FW_TEST_IN, &c->tests.in);
  case FW_BUILTIN_OUT: return take_interface(c, value, FW_TEST_OUT, &c->tests.out);
  case FW_BUILTIN_JUMP: return fw_command_take_target(c, value, FALSE);
  case FW_BUILTIN_GOTO: return fw_command_take_target(c, value, TRUE);
  case FW_BUILTIN_MATCH: return fw_command_take_match(c, value);
  case FW_BUILTIN_FRAGMENT: return take_fragment(c);
  case FW_BUILTIN_COUNTERS:
    return c->invert ? fw_command_fail(c, "expected no '!' before counters") : take_counters(c, value);
  case FW_BUILTIN_TABLE:
    return strcmp(value, c->f->table->name) == 0 ||
           fw_command_fail(c, "expected no table other than %s", c->f->table->name);
  case FW_BUILTIN_IPV4: c->other_family = c->f->family != FW_IPV4; return TRUE;
  case FW_BUILTIN_IPV6: c->other_family = c->f->family != FW_IPV6; return TRUE;
  case FW_BUILTIN_QUIET: return TRUE;
  default: return fw_command_fail(c, "expected an option of a rule");
  }
}

/* -- options -- */

/* Whether an option stands there, inverted or not. */
static gboolean is_option_at(const fw_command *c, guint at)
{
  if (fw_command_is_bang(c, at))
    at++;
  return at < c->f->words.n && *fw_command_word(c, at) == '-';
}

/* The value of the option at hand: behind its '=', or the next word, whatever it looks like. */
static gboolean take_value(fw_command *c, const char *attached, gboolean invertible, const char **value)
{
  *value = attached;
  if (attached != NULL)
    return TRUE;
  if (!fw_command_more(c))
    return fw_command_fail(c, "expected a value behind \"%s\"", fw_command_word(c, c->at - 1));
  /* Before 1.4.3 '!' stood here. It is a value where it is quoted, where another option follows, or none inverts. */
  if (invertible && fw_command_is_bang(c, c->at) && !c->f->words.words[c->at].quoted && c->at + 1 < c->f->words.n &&
      !is_option_at(c, c->at + 1)) {
    if (c->invert)
      return fw_command_fail(c, "expected one '!'");
    c->invert = TRUE;
    c->at++;
  }
  *value = fw_command_word(c, c->at++);
  return TRUE;
}

static gboolean takes_value(const fw_command *c, const fw_option *option, gboolean equals)
{
  const char *next;

  if (option->type != FW_TYPE_OPTIONAL)
    return option->type != FW_TYPE_NONE;
  next = fw_command_more(c) ? fw_command_word(c, c->at) : NULL;
  return equals || (next != NULL && *next != '-' && *next != '!');
}

/* "--name", "--name=value". from: where a '!' before it stands, or itself. */
static gboolean take_long(fw_command *c, guint from)
{
  guint at = c->at - 1, column = fw_command_place(c, at).column;
  const char *name = fw_command_word(c, at) + 2, *equals = strchr(name, '='), *value = NULL;
  gsize length = equals != NULL ? (gsize)(equals - name) : strlen(name);
  gboolean loaded = FALSE, has_value, invertible;
  fw_found_option found;

  if (!fw_option_find(c->tables, c->n_tables, name, length, &found) || found.ambiguous) {
    if (!found.ambiguous && !fw_command_load_protocol(c, name, length, &loaded))
      return FALSE;
    if (loaded && !fw_option_find(c->tables, c->n_tables, name, length, &found))
      loaded = FALSE;
    if (found.ambiguous)
      return fw_command_fail(c, "\"%s\" could be more than one option", fw_command_word(c, at));
    if (!loaded)
      return fw_command_take_unknown(c, from, at);
  }
  has_value = found.builtin != NULL ? found.builtin->has_value : takes_value(c, found.option, equals != NULL);
  invertible = found.builtin != NULL || (found.option->flags & FW_OPTION_INVERTIBLE) != 0;
  if (has_value && !take_value(c, equals != NULL ? equals + 1 : NULL, invertible, &value))
    return FALSE;
  if (!has_value && equals != NULL)
    return fw_command_fail(c, "\"%.*s\" takes no value", (int)length + 2, fw_command_word(c, at));
  if (found.builtin == NULL)
    return fw_command_take_option(c, &found, value, from, column);
  if (!take_builtin(c, found.builtin, value))
    return FALSE;
  c->invert = FALSE;
  return TRUE;
}

/* "-x", "-xVALUE", "-fx". */
static gboolean take_short(fw_command *c, guint from)
{
  const char *letters = fw_command_word(c, c->at - 1) + 1, *value;

  for (; *letters != '\0'; letters++) {
    const fw_builtin_option *o = fw_builtin_by_letter(*letters);

    if (o == NULL)
      return fw_command_take_unknown(c, from, c->at - 1);
    value = NULL;
    if (o->has_value && !take_value(c, letters[1] != '\0' ? letters + 1 : NULL, TRUE, &value))
      return FALSE;
    if (!take_builtin(c, o, value))
      return FALSE;
    c->invert = FALSE;
    if (o->has_value || o->id <= FW_BUILTIN_LAST_COMMAND)
      break;
  }
  return TRUE;
}

static gboolean take_word(fw_command *c)
{
  guint from = c->at;
  const char *text = fw_command_word(c, c->at++);

  if (strcmp(text, "!") == 0) {
    if (c->invert)
      return fw_command_fail(c, "expected one '!'");
    c->invert = TRUE;
    return TRUE;
  }
  if (c->invert)
    from--;
  if (text[0] == '-' && text[1] == '-' && text[2] != '\0')
    return take_long(c, from);
  if (text[0] == '-' && text[1] != '\0' && text[1] != '-')
    return take_short(c, from);
  return fw_command_fail(c, "expected an option, found \"%s\"", text);
}

/* -- the end of the words -- */

/* -i has no meaning where nothing came in, -o where nothing goes out yet. */
static gboolean check_sides(fw_command *c)
{
  gboolean in = strcmp(c->chain, "PREROUTING") == 0 || strcmp(c->chain, "INPUT") == 0;
  gboolean out = strcmp(c->chain, "POSTROUTING") == 0 || strcmp(c->chain, "OUTPUT") == 0;

  if (in && (c->tests.given & FW_TEST_OUT) != 0)
    return fw_command_fail(c, "-o cannot stand in %s", c->chain);
  if (out && (c->tests.given & FW_TEST_IN) != 0)
    return fw_command_fail(c, "-i cannot stand in %s", c->chain);
  return TRUE;
}

static gboolean end_rule(fw_command *c)
{
  if (c->tests.protocol == 0)
    c->tests.given &= ~FW_TEST_PROTOCOL;
  return fw_command_end_extensions(c) && (c->chain == NULL || check_sides(c));
}

gboolean fw_command_parse(fw_command *c)
{
  c->loading = g_array_new(FALSE, FALSE, sizeof(fw_loading));
  while (fw_command_more(c) && !c->other_family)
    if (!take_word(c))
      return FALSE;
  if (c->other_family)
    return TRUE;
  if (c->invert)
    return fw_command_fail(c, "expected an option behind '!'");
  if (!c->has_command)
    return fw_command_fail(c, "expected a command: -A, -I, -N, -P, -D, -F or -X");
  return end_rule(c);
}

void fw_command_clear(fw_command *c)
{
  if (c->loading != NULL)
    g_array_free(c->loading, TRUE);
}
