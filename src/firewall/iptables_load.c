/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/iptables_load.h"

#include <string.h>

#include "firewall/names.h"

/* -- what belongs to nobody -- */

/* Words from `from` on up to the next option, whatever they are. => one past the last. */
static guint end_of_values(const fw_command *c, guint from)
{
  guint i = from + 1;

  while (
    i < c->f->words.n && !fw_command_is_bang(c, i) &&
    (fw_command_word(c, i)[0] != '-' || fw_command_word(c, i)[1] == '\0' || g_ascii_isdigit(fw_command_word(c, i)[1])))
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
    if (fw_command_is_bang(c, i) && i + 1 < c->f->words.n)
      at = i + 1;
    text = fw_command_word(c, at);
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
  fw_place place = fw_command_place(c, from);

  fw_words_join(&c->f->words, from, to, text);
  fw_note_add(c->f->ruleset, kind, &place, text->str);
  g_string_free(text, TRUE);
}

static fw_loading *latest_named(fw_command *c)
{
  return c->loading->len > 0 ? &g_array_index(c->loading, fw_loading, c->loading->len - 1) : NULL;
}

gboolean fw_command_take_unknown(fw_command *c, guint from, guint option)
{
  guint to = end_of_values(c, option);
  fw_loading *l = latest_named(c);

  if (!c->named) {
    c->at = option + 1;
    return fw_command_fail(c, "expected an option of the rule, found \"%s\"", fw_command_word(c, option));
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
  return fw_command_fail(c, "%s is for table %s only", name, bounds->table);
}

/* name NULL: the protocol's own match. */
static gboolean load_match(fw_command *c, const char *name, const fw_match_ops *ops)
{
  fw_loading l;

  memset(&l, 0, sizeof l);
  if (c->loading->len >= FW_MATCHES_MAX)
    return fw_command_fail(c, "expected at most %d matches in a rule", FW_MATCHES_MAX);
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

gboolean fw_command_take_match(fw_command *c, const char *name)
{
  const fw_match_ops *ops;
  guint from = c->at - 1, to;

  if (c->invert)
    return fw_command_fail(c, "expected no '!' before a match");
  if (name[0] == '\0' || name[0] == '-')
    return fw_command_fail(c, "expected the name of a match, found \"%s\"", name);
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
gboolean fw_command_take_target(fw_command *c, const char *name, gboolean is_goto)
{
  const fw_target_ops *ops = NULL;
  fw_target *t = &c->target;

  if (c->target_given)
    return fw_command_fail(c, "expected one -j or -g");
  if (c->invert)
    return fw_command_fail(c, "expected no '!' before a target");
  if (name[0] == '\0' || strlen(name) > FW_CHAIN_NAME_MAX || strpbrk(name, " \t") != NULL)
    return fw_command_fail(c, "expected the name of a target or chain, at most %d bytes", FW_CHAIN_NAME_MAX);
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
    return fw_command_fail(c, "table nat is not for filtering: iptables refuses DROP there");
  if (t->kind != FW_TARGET_NONE)
    return TRUE;
  t->kind = FW_TARGET_JUMP;
  if (fw_table_chain(c->f->table, name) == NULL)
    ops = fw_target_find(name, c->f->family);
  return ops == NULL || take_extension_target(c, ops);
}

/* -- options -- */

gboolean fw_command_take_option(fw_command *c, const fw_found_option *found, const char *value, guint from,
                                guint column)
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
    if (!fw_command_has_argument(c))
      return fw_command_fail(c, "--%s: expected two words", found->option->name);
    p->second = fw_command_word(c, c->at++);
  }
  c->invert = FALSE;
  own(c, owner, from, c->at);
  return fw_parse_option(p, l != NULL ? l->match.ops->parse : c->target.ops->parse);
}

gboolean fw_command_load_protocol(fw_command *c, const char *name, gsize length, gboolean *loaded)
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

/* -- the end of the words -- */

static gboolean check_protocols(fw_command *c, const char *name, const fw_bounds *bounds, gboolean native)
{
  const guint8 *protocol = bounds->protocols;

  if (protocol == NULL)
    return TRUE;
  /* iptables-nft hands what it can say without the match, as `! -p tcp -m tcp --dport 80`, to a kernel that does not
   * ask. */
  if ((c->tests.invert & FW_TEST_PROTOCOL) == 0 || (c->f->backend == FW_BACKEND_NFT && native))
    for (; *protocol != 0; protocol++)
      if (*protocol == c->tests.protocol)
        return TRUE;
  fw_fail(c->error, &c->f->place, "%s: expected -p %s", name, fw_protocol_saved(bounds->protocols[0]));
  return FALSE;
}

/* Of a match without options, or with one that nftables has no words for, nothing but the match itself is left. */
static gboolean is_native(const fw_match_ops *ops, const fw_parse *p)
{
  const fw_option *o;

  if (!ops->bounds.native || p->given == 0)
    return FALSE;
  for (o = ops->options; o->name != NULL; o++)
    if (p->given & 1U << o->id && o->flags & FW_OPTION_UNSAID)
      return FALSE;
  return TRUE;
}

/* An extension that was understood in part is no extension: half of its values would be guesses. */
static gboolean end_match(fw_command *c, guint i)
{
  fw_loading *l = &g_array_index(c->loading, fw_loading, i);
  const fw_match_ops *ops = l->match.ops;

  if (!l->unknown)
    return ops == NULL || (fw_parse_end(&l->parse, ops->check) &&
                           check_protocols(c, ops->name, &ops->bounds, is_native(ops, &l->parse)));
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
    return ops == NULL ||
           (fw_parse_end(&c->target_parse, ops->check) && check_protocols(c, ops->name, &ops->bounds, FALSE));
  t->text = owned_text(c, -1);
  if (ops == NULL && t->kind != FW_TARGET_JUMP && t->kind != FW_TARGET_GOTO)
    return fw_command_fail(c, "expected no option behind -j %s, found \"%s\"", t->name, t->text);
  if (ops != NULL && !ops->opaque) {
    t->kind = FW_TARGET_UNKNOWN;
    t->ops = NULL;
    t->data = NULL;
  }
  return TRUE;
}

gboolean fw_command_end_extensions(fw_command *c)
{
  guint i;

  for (i = 0; i < c->loading->len; i++)
    if (!end_match(c, i))
      return FALSE;
  return end_target(c);
}
