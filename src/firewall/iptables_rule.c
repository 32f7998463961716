/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command's words, one option at a time, as getopt_long and iptables' parser take them (RULES 2.1, 2.2, 2.4). */
#include "firewall/iptables_rule.h"

#include <string.h>

#include "firewall/names.h"
#include "firewall/save.h"

static fw_place place_of(const fw_command *c, guint i)
{
  fw_place place = c->f->place;

  place.column = c->f->words.words[i].column;
  return place;
}

static const char *word(const fw_command *c, guint i) { return c->f->words.words[i].text; }

static gboolean more(const fw_command *c) { return c->at < c->f->words.n; }

/* Fails at the word before `at`, the last one that was taken. */
static gboolean fail(const fw_command *c, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean fail(const fw_command *c, const char *format, ...)
{
  fw_place place = c->f->place;
  va_list args;
  char *text;

  if (c->at > 0)
    place = place_of(c, c->at - 1);
  va_start(args, format);
  text = g_strdup_vprintf(format, args);
  va_end(args);
  fw_fail(c->error, &place, "%s", text);
  g_free(text);
  return FALSE;
}

/* A word that could be an argument: neither an option nor a '!'. */
static gboolean has_argument(const fw_command *c)
{
  return more(c) && word(c, c->at)[0] != '-' && word(c, c->at)[0] != '!';
}

static gboolean is_bang(const fw_command *c, guint i) { return strcmp(word(c, i), "!") == 0; }

/* -- what belongs to nobody -- */

/* Words from `from` on up to the next option, whatever they are. => one past the last. */
static guint end_of_values(const fw_command *c, guint from)
{
  guint i = from + 1;

  while (i < c->f->words.n && !is_bang(c, i) &&
         (word(c, i)[0] != '-' || word(c, i)[1] == '\0' || g_ascii_isdigit(word(c, i)[1])))
    i++;
  return i;
}

/* Words of a match that is not known: up to the next option of the rule itself (RULES 2.4). */
static guint end_of_match(const fw_command *c)
{
  guint i, at;

  for (i = c->at; i < c->f->words.n; i++) {
    const char *text;

    at = i;
    if (is_bang(c, i) && i + 1 < c->f->words.n)
      at = i + 1;
    text = word(c, at);
    if (text[0] != '-')
      continue;
    if (text[1] == '-' ? fw_builtin_by_name(text + 2, strlen(text + 2)) != NULL
                       : text[1] != '\0' && strchr("mjgsdiopfc", text[1]) != NULL)
      return i;
  }
  return i;
}

static void own(fw_command *c, int owner, guint from, guint to)
{
  if (to > from && c->n_owned < FW_WORDS_MAX)
    c->owned[c->n_owned++] = (fw_owned){ owner, from, to };
}

/* All words of an owner as text; NULL: it has none. */
static const char *owned_text(const fw_command *c, int owner)
{
  GString *text = g_string_new(NULL);
  const char *kept = NULL;
  guint i;

  for (i = 0; i < c->n_owned; i++)
    if (c->owned[i].owner == owner)
      fw_words_join(&c->f->words, c->owned[i].from, c->owned[i].to, text);
  if (text->len > 0)
    kept = fw_ruleset_word(c->f->ruleset, text->str, -1);
  g_string_free(text, TRUE);
  return kept;
}

static void note(fw_command *c, fw_note_kind kind, guint from, guint to)
{
  GString *text = g_string_new(NULL);
  fw_place place = place_of(c, from);

  fw_words_join(&c->f->words, from, to, text);
  fw_note_add(c->f->ruleset, kind, &place, text->str);
  g_string_free(text, TRUE);
}

static fw_loading *latest_named(fw_command *c)
{
  return c->loading->len > 0 ? &g_array_index(c->loading, fw_loading, c->loading->len - 1) : NULL;
}

/* An option that nothing knows: it may belong to whatever was loaded by name last. from: its '!', or itself. */
static gboolean unknown_option(fw_command *c, guint from, guint option)
{
  guint to = end_of_values(c, option);
  fw_loading *l = latest_named(c);

  if (!c->named) {
    c->at = option + 1;
    return fail(c, "expected an option of the rule, found \"%s\"", word(c, option));
  }
  if (c->target_is_latest || l == NULL) {
    c->target_unknown = TRUE;
    own(c, -1, from, to);
  } else {
    l->unknown = TRUE;
    own(c, (int)c->loading->len - 1, from, to);
  }
  if (!c->target_is_latest || (c->target.kind == FW_TARGET_EXTENSION && !c->target.ops->opaque))
    note(c, FW_NOTE_OPTION, from, to);
  c->invert = FALSE;
  c->at = to;
  return TRUE;
}

/* -- loading extensions -- */

static void add_table(fw_command *c, const fw_option *options, int owner)
{
  c->tables[c->n_tables] = options;
  c->owner[c->n_tables++] = owner;
}

static void init_parse(fw_command *c, fw_parse *p, const char *name, const fw_option *options)
{
  p->ruleset = c->f->ruleset;
  p->family = c->f->family;
  p->backend = c->f->backend;
  p->table = c->f->table->name;
  p->tests = &c->tests;
  p->name = name;
  p->options = options;
  p->place = c->f->place;
  p->error = c->error;
}

static gboolean check_table(fw_command *c, const char *name, const fw_bounds *bounds)
{
  if (bounds->table == NULL || strcmp(bounds->table, c->f->table->name) == 0)
    return TRUE;
  return fail(c, "%s is for table %s only", name, bounds->table);
}

/* name NULL: the protocol's own match. */
static gboolean load_match(fw_command *c, const char *name, const fw_match_ops *ops)
{
  fw_loading l;

  memset(&l, 0, sizeof l);
  if (c->loading->len >= FW_MATCHES_MAX)
    return fail(c, "expected at most %d matches in a rule", FW_MATCHES_MAX);
  l.match.ops = ops;
  l.match.name = fw_ruleset_word(c->f->ruleset, name, -1);
  if (ops != NULL) {
    if (!check_table(c, name, &ops->bounds))
      return FALSE;
    l.match.data = fw_ruleset_take(c->f->ruleset, MAX(ops->size, 8));
    if (ops->init != NULL)
      ops->init(l.match.data, c->f->family);
    init_parse(c, &l.parse, ops->name, ops->options);
    l.parse.data = l.match.data;
    l.parse.given_bits = ops->given;
    l.parse.invert_bits = ops->invert;
    add_table(c, ops->options, c->loading->len);
  }
  g_array_append_val(c->loading, l);
  return TRUE;
}

static gboolean take_match(fw_command *c, const char *name)
{
  const fw_match_ops *ops;
  guint from = c->at - 1, to;

  if (c->invert)
    return fail(c, "expected no '!' before a match");
  if (name[0] == '\0' || name[0] == '-')
    return fail(c, "expected the name of a match, found \"%s\"", name);
  ops = fw_match_find(name, c->f->family);
  if (!load_match(c, name, ops))
    return FALSE;
  c->named = TRUE;
  c->target_is_latest = FALSE;
  if (ops != NULL)
    return TRUE;
  to = end_of_match(c);
  latest_named(c)->unknown = TRUE;
  own(c, (int)c->loading->len - 1, c->at, to);
  note(c, FW_NOTE_MATCH, from, to);
  c->at = to;
  return TRUE;
}

static fw_target_kind verdict_kind(const char *name)
{
  static const struct {
    const char *name;
    fw_target_kind kind;
  } verdicts[] = { { "ACCEPT", FW_TARGET_ACCEPT },
                   { "DROP", FW_TARGET_DROP },
                   { "RETURN", FW_TARGET_RETURN },
                   { "QUEUE", FW_TARGET_QUEUE } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(verdicts); i++)
    if (strcmp(verdicts[i].name, name) == 0)
      return verdicts[i].kind;
  return FW_TARGET_NONE;
}

static gboolean take_extension_target(fw_command *c, const fw_target_ops *ops)
{
  fw_target *t = &c->target;

  if (!check_table(c, ops->name, &ops->bounds))
    return FALSE;
  t->kind = FW_TARGET_EXTENSION;
  t->ops = ops;
  t->data = fw_ruleset_take(c->f->ruleset, MAX(ops->size, 8));
  if (ops->init != NULL)
    ops->init(t->data, c->f->family);
  init_parse(c, &c->target_parse, ops->name, ops->options);
  c->target_parse.data = t->data;
  c->target_parse.given_bits = ops->given;
  c->target_parse.invert_bits = ops->invert;
  add_table(c, ops->options, -1);
  return TRUE;
}

/* A chain that the table has by now goes before a target of the same name; whether another name is a chain shows later.
 */
static gboolean take_target(fw_command *c, const char *name, gboolean is_goto)
{
  const fw_target_ops *ops = NULL;
  fw_target *t = &c->target;

  if (c->target_given)
    return fail(c, "expected one -j or -g");
  if (c->invert)
    return fail(c, "expected no '!' before a target");
  if (name[0] == '\0' || strlen(name) > FW_CHAIN_NAME_MAX || strpbrk(name, " \t") != NULL)
    return fail(c, "expected the name of a target or chain, at most %d bytes", FW_CHAIN_NAME_MAX);
  c->target_given = TRUE;
  c->named = TRUE;
  c->target_is_latest = TRUE;
  t->name = fw_ruleset_word(c->f->ruleset, name, -1);
  t->is_goto = is_goto;
  if (!is_goto && strcmp(name, "CONTINUE") == 0) {
    c->target_is_latest = FALSE;
    return TRUE;
  }
  t->kind = is_goto ? FW_TARGET_GOTO : verdict_kind(name);
  if (t->kind == FW_TARGET_DROP && strcmp(c->f->table->name, "nat") == 0)
    return fail(c, "table nat is not for filtering: iptables refuses DROP there");
  if (t->kind != FW_TARGET_NONE)
    return TRUE;
  t->kind = FW_TARGET_JUMP;
  if (fw_table_chain(c->f->table, name) == NULL)
    ops = fw_target_find(name, c->f->family);
  return ops == NULL || take_extension_target(c, ops);
}

/* -- the rule's own tests -- */

static gboolean take_test(fw_command *c, guint8 bit)
{
  if ((c->tests.given & bit) != 0)
    return fail(c, "given twice");
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
    return fail(c, "expected a protocol's number or name, found \"%s\"", text);
  if (!take_test(c, FW_TEST_PROTOCOL))
    return FALSE;
  if (c->tests.protocol == 0 && c->invert)
    return fail(c, "the rule would never match");
  return TRUE;
}

static gboolean take_interface(fw_command *c, const char *text, guint8 bit, fw_interface *interface)
{
  if (text[0] == '\0')
    return fail(c, "expected the name of an interface");
  if (!fw_read_interface(c->f->ruleset, text, interface))
    return fail(c, "expected an interface's name of at most 15 bytes, found \"%s\"", text);
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
    return fail(c, "given twice");
  if (bytes != NULL)
    bytes++;
  else if (has_argument(c))
    bytes = word(c, c->at++);
  if (bytes == NULL || !read_count(text, &c->counters.packets) || !read_count(bytes, &c->counters.bytes))
    return fail(c, "expected a number of packets and one of bytes");
  c->has_counters = TRUE;
  return TRUE;
}

static gboolean take_fragment(fw_command *c)
{
  if (c->f->family == FW_IPV6)
    return fail(c, "-f is not for IPv6: -m frag is");
  return take_test(c, FW_TEST_FRAGMENT);
}

/* -- commands -- */

static gboolean take_number(fw_command *c)
{
  guint64 n;

  if (!fw_read_number(word(c, c->at), NULL, &n, 1, G_MAXINT32))
    return c->at++, fail(c, "expected the number of a rule, found \"%s\"", word(c, c->at - 1));
  c->at++;
  c->has_number = TRUE;
  c->number = n;
  return TRUE;
}

static gboolean take_command(fw_command *c, fw_builtin id, const char *value)
{
  if (c->invert)
    return fail(c, "expected no '!' before a command");
  if (c->has_command)
    return fail(c, "expected one command");
  c->has_command = TRUE;
  c->command = id;
  c->chain = value;
  if (value == NULL && has_argument(c))
    c->chain = word(c, c->at++);
  switch (id) {
  case FW_BUILTIN_INSERT:
  case FW_BUILTIN_DELETE:
  case FW_BUILTIN_REPLACE:
  case FW_BUILTIN_ZERO: return !has_argument(c) || take_number(c);
  case FW_BUILTIN_POLICY:
  case FW_BUILTIN_RENAME:
    if (!has_argument(c))
      return fail(c, "expected a word behind the chain");
    c->second = word(c, c->at++);
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
    c->source_column = place_of(c, c->at - 1).column;
    return take_test(c, FW_TEST_SOURCE);
  case FW_BUILTIN_DESTINATION:
    c->destinations = value;
    c->destination_column = place_of(c, c->at - 1).column;
    return take_test(c, FW_TEST_DESTINATION);
  case FW_BUILTIN_PROTOCOL: return take_protocol(c, value);
  case FW_BUILTIN_IN: return take_interface(c, value, FW_TEST_IN, &c->tests.in);
  case FW_BUILTIN_OUT: return take_interface(c, value, FW_TEST_OUT, &c->tests.out);
  case FW_BUILTIN_JUMP: return take_target(c, value, FALSE);
  case FW_BUILTIN_GOTO: return take_target(c, value, TRUE);
  case FW_BUILTIN_MATCH: return take_match(c, value);
  case FW_BUILTIN_FRAGMENT: return take_fragment(c);
  case FW_BUILTIN_COUNTERS: return c->invert ? fail(c, "expected no '!' before counters") : take_counters(c, value);
  case FW_BUILTIN_TABLE:
    return strcmp(value, c->f->table->name) == 0 || fail(c, "expected no table other than %s", c->f->table->name);
  case FW_BUILTIN_IPV4: c->other_family = c->f->family != FW_IPV4; return TRUE;
  case FW_BUILTIN_IPV6: c->other_family = c->f->family != FW_IPV6; return TRUE;
  case FW_BUILTIN_QUIET: return TRUE;
  default: return fail(c, "expected an option of a rule");
  }
}

/* -- options of extensions -- */

static gboolean take_option(fw_command *c, const fw_found_option *found, const char *value, guint from, guint column)
{
  int owner = c->owner[found->slot];
  fw_loading *l = owner >= 0 ? &g_array_index(c->loading, fw_loading, owner) : NULL;
  fw_parse *p = l != NULL ? &l->parse : &c->target_parse;

  p->option = found->option;
  p->arg = value;
  p->invert = c->invert;
  p->place.column = column;
  p->second = NULL;
  if (found->option->type == FW_TYPE_WORDS) {
    if (!has_argument(c))
      return fail(c, "--%s: expected two words", found->option->name);
    p->second = word(c, c->at++);
  }
  c->invert = FALSE;
  own(c, owner, from, c->at);
  return fw_parse_option(p, l != NULL ? l->match.ops->parse : c->target.ops->parse);
}

/* The value of the option at hand: behind its '=', or the next word, whatever it looks like. */
static gboolean take_value(fw_command *c, const char *attached, const char **value)
{
  *value = attached;
  if (attached != NULL)
    return TRUE;
  if (!more(c))
    return fail(c, "expected a value behind \"%s\"", word(c, c->at - 1));
  /* Before 1.4.3 '!' stood here. */
  if (is_bang(c, c->at) && c->at + 1 < c->f->words.n) {
    if (c->invert)
      return fail(c, "expected one '!'");
    c->invert = TRUE;
    c->at++;
  }
  *value = word(c, c->at++);
  return TRUE;
}

/* The match of -p loads by itself for an option that only it knows. */
static gboolean load_protocol(fw_command *c, const char *name, gsize length, gboolean *loaded)
{
  const fw_match_ops *ops = NULL;
  fw_found_option found;

  *loaded = FALSE;
  if (c->protocol_loaded || (c->tests.given & FW_TEST_PROTOCOL) == 0)
    return TRUE;
  ops = fw_match_of_protocol(c->tests.protocol, c->f->family);
  if (ops == NULL || !fw_option_find(&ops->options, 1, name, length, &found))
    return TRUE;
  c->protocol_loaded = TRUE;
  *loaded = TRUE;
  return load_match(c, ops->name, ops);
}

/* "--name", "--name=value". from: where a '!' before it stands, or itself. */
static gboolean take_long(fw_command *c, guint from)
{
  guint at = c->at - 1, column = place_of(c, at).column;
  const char *name = word(c, at) + 2, *equals = strchr(name, '='), *value = NULL;
  gsize length = equals != NULL ? (gsize)(equals - name) : strlen(name);
  gboolean loaded = FALSE, has_value;
  fw_found_option found;

  if (!fw_option_find(c->tables, c->n_tables, name, length, &found) || found.ambiguous) {
    if (!found.ambiguous && !load_protocol(c, name, length, &loaded))
      return FALSE;
    if (loaded && !fw_option_find(c->tables, c->n_tables, name, length, &found))
      loaded = FALSE;
    if (found.ambiguous)
      return fail(c, "\"%s\" could be more than one option", word(c, at));
    if (!loaded)
      return unknown_option(c, from, at);
  }
  has_value = found.builtin != NULL ? found.builtin->has_value : found.option->type != FW_TYPE_NONE;
  if (has_value && !take_value(c, equals != NULL ? equals + 1 : NULL, &value))
    return FALSE;
  if (!has_value && equals != NULL)
    return fail(c, "\"%.*s\" takes no value", (int)length + 2, word(c, at));
  if (found.builtin == NULL)
    return take_option(c, &found, value, from, column);
  if (!take_builtin(c, found.builtin, value))
    return FALSE;
  c->invert = FALSE;
  return TRUE;
}

/* "-x", "-xVALUE", "-fx". */
static gboolean take_short(fw_command *c, guint from)
{
  const char *letters = word(c, c->at - 1) + 1, *value;

  for (; *letters != '\0'; letters++) {
    const fw_builtin_option *o = fw_builtin_by_letter(*letters);

    if (o == NULL)
      return unknown_option(c, from, c->at - 1);
    value = NULL;
    if (o->has_value && !take_value(c, letters[1] != '\0' ? letters + 1 : NULL, &value))
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
  const char *text = word(c, c->at++);

  if (strcmp(text, "!") == 0) {
    if (c->invert)
      return fail(c, "expected one '!'");
    c->invert = TRUE;
    return TRUE;
  }
  if (c->invert)
    from--;
  if (text[0] == '-' && text[1] == '-' && text[2] != '\0')
    return take_long(c, from);
  if (text[0] == '-' && text[1] != '\0' && text[1] != '-')
    return take_short(c, from);
  return fail(c, "expected an option, found \"%s\"", text);
}

/* -- the end of the words -- */

static gboolean check_protocols(fw_command *c, const char *name, const fw_bounds *bounds)
{
  const guint8 *protocol = bounds->protocols;

  if (protocol == NULL)
    return TRUE;
  /* iptables-nft hands rules like `! -p tcp -m tcp` to a kernel that does not ask. */
  if ((c->tests.invert & FW_TEST_PROTOCOL) == 0 || (c->f->backend == FW_BACKEND_NFT && bounds->native))
    for (; *protocol != 0; protocol++)
      if (*protocol == c->tests.protocol)
        return TRUE;
  fw_fail(c->error, &c->f->place, "%s: expected -p %s", name, fw_protocol_saved(bounds->protocols[0]));
  return FALSE;
}

/* An extension that was understood in part is no extension: half of its values would be guesses. */
static gboolean end_match(fw_command *c, guint i)
{
  fw_loading *l = &g_array_index(c->loading, fw_loading, i);
  const fw_match_ops *ops = l->match.ops;

  if (!l->unknown)
    return ops == NULL || (fw_parse_end(&l->parse, ops->check) && check_protocols(c, ops->name, &ops->bounds));
  l->match.ops = NULL;
  l->match.data = NULL;
  l->match.text = owned_text(c, (int)i);
  return TRUE;
}

static gboolean end_target(fw_command *c)
{
  fw_target *t = &c->target;
  const fw_target_ops *ops = t->ops;

  if (!c->target_unknown)
    return ops == NULL || (fw_parse_end(&c->target_parse, ops->check) && check_protocols(c, ops->name, &ops->bounds));
  t->text = owned_text(c, -1);
  if (ops == NULL && t->kind != FW_TARGET_JUMP && t->kind != FW_TARGET_GOTO)
    return fail(c, "expected no option behind -j %s, found \"%s\"", t->name, t->text);
  if (ops != NULL && !ops->opaque) {
    t->kind = FW_TARGET_UNKNOWN;
    t->ops = NULL;
    t->data = NULL;
  }
  return TRUE;
}

/* -i has no meaning where nothing came in, -o where nothing goes out yet. */
static gboolean check_sides(fw_command *c)
{
  gboolean in = strcmp(c->chain, "PREROUTING") == 0 || strcmp(c->chain, "INPUT") == 0;
  gboolean out = strcmp(c->chain, "POSTROUTING") == 0 || strcmp(c->chain, "OUTPUT") == 0;

  if (in && (c->tests.given & FW_TEST_OUT) != 0)
    return fail(c, "-o cannot stand in %s", c->chain);
  if (out && (c->tests.given & FW_TEST_IN) != 0)
    return fail(c, "-i cannot stand in %s", c->chain);
  return TRUE;
}

static gboolean end_rule(fw_command *c)
{
  guint i;

  if (c->tests.protocol == 0)
    c->tests.given &= ~FW_TEST_PROTOCOL;
  for (i = 0; i < c->loading->len; i++)
    if (!end_match(c, i))
      return FALSE;
  return end_target(c) && (c->chain == NULL || check_sides(c));
}

gboolean fw_command_parse(fw_command *c)
{
  c->loading = g_array_new(FALSE, FALSE, sizeof(fw_loading));
  while (more(c) && !c->other_family)
    if (!take_word(c))
      return FALSE;
  if (c->other_family)
    return TRUE;
  if (c->invert)
    return fail(c, "expected an option behind '!'");
  if (!c->has_command)
    return fail(c, "expected a command: -A, -I, -N, -P, -D, -F or -X");
  return end_rule(c);
}

void fw_command_clear(fw_command *c)
{
  if (c->loading != NULL)
    g_array_free(c->loading, TRUE);
}
