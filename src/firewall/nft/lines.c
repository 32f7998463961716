/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/nft/lines.h"

#include <string.h>

enum { WORDS_MOST = 8 };

/* A table, a chain, or something else with a name. */
typedef struct spot {
  guint line;
  GArray *rules;   /* guint: of a chain's rules, in order; NULL: it is no chain */
  gboolean unsure; /* something was done to the rules that is not followed */
} spot;

struct fw_nft_lines {
  GHashTable *spots; /* "chain ip filter input" => spot */
};

/* ---- tokens ---- */

typedef enum { TOKEN_WORD, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_END, TOKEN_EOF } token_kind;

typedef struct token {
  token_kind kind;
  const char *text; /* of a word, without quotes */
  gsize length;
  guint line;
} token;

typedef struct scanner {
  fw_nft_lines *lines;
  const char *at, *end;
  guint line; /* from 1 */
  const GArray *names;
} scanner;

static guint named(const scanner *s, guint line)
{
  return s->names == NULL ? line : line <= s->names->len ? g_array_index(s->names, guint, line - 1) : 0;
}

/* Blanks, comments, and ends of lines that a backslash takes back. */
static void skip_blanks(scanner *s)
{
  for (; s->at < s->end; s->at++) {
    if (*s->at == '#') {
      while (s->at < s->end && *s->at != '\n')
        s->at++;
      s->at--;
    } else if (*s->at == '\\' && s->at + 1 < s->end && s->at[1] == '\n') {
      s->line++;
      s->at++;
    } else if (*s->at != ' ' && *s->at != '\t' && *s->at != '\r') {
      return;
    }
  }
}

static void take_quoted(scanner *s, token *t)
{
  t->text = ++s->at;
  while (s->at < s->end && *s->at != '"') {
    s->line += *s->at == '\n';
    s->at++;
  }
  t->length = (gsize)(s->at - t->text);
  if (s->at < s->end)
    s->at++;
}

static token take(scanner *s)
{
  token t = { .kind = TOKEN_EOF };

  skip_blanks(s);
  t.line = s->line;
  if (s->at >= s->end)
    return t;
  switch (*s->at) {
  case '{': t.kind = TOKEN_OPEN; break;
  case '}': t.kind = TOKEN_CLOSE; break;
  case '\n':
    s->line++;
    t.kind = TOKEN_END;
    break;
  case ';': t.kind = TOKEN_END; break;
  case '"':
    t.kind = TOKEN_WORD;
    take_quoted(s, &t);
    return t;
  default:
    t.kind = TOKEN_WORD;
    t.text = s->at;
    while (s->at < s->end && strchr(" \t\r\n{};\"#", *s->at) == NULL)
      s->at++;
    t.length = (gsize)(s->at - t.text);
    /* A zero byte: no text, but no reason to stand still. */
    if (t.length > 0)
      return t;
  }
  s->at++;
  return t;
}

/* The rest of a statement, with all its braces. => what ended it: END, EOF, or the brace that closes a block around it.
 */
static token_kind skip_statement(scanner *s, token_kind first)
{
  token_kind kind = first;
  guint depth = 0;

  for (;; kind = take(s).kind) {
    if (kind == TOKEN_EOF || (depth == 0 && (kind == TOKEN_END || kind == TOKEN_CLOSE)))
      return kind;
    if (kind == TOKEN_OPEN)
      depth++;
    else if (kind == TOKEN_CLOSE)
      depth--;
  }
}

/* ---- what is kept ---- */

static void spot_free(gpointer data)
{
  spot *p = data;

  if (p->rules != NULL)
    g_array_free(p->rules, TRUE);
  g_free(p);
}

static char *key_of(const char *kind, const char *family, const char *table, const char *name)
{
  if (strcmp(kind, "table") != 0 && strcmp(kind, "chain") != 0)
    kind = "other";
  return g_strjoin("\n", kind, family, table, name, NULL);
}

static spot *spot_of(fw_nft_lines *l, const char *kind, const char *family, const char *table, const char *name)
{
  g_autofree char *key = key_of(kind, family, table, name);

  return g_hash_table_lookup(l->spots, key);
}

/* What is declared twice is where it was declared first. */
static spot *declare(scanner *s, const char *kind, const char *family, const char *table, const char *name, guint line)
{
  spot *p = spot_of(s->lines, kind, family, table, name);

  if (p != NULL)
    return p;
  p = g_new0(spot, 1);
  p->line = named(s, line);
  if (strcmp(kind, "chain") == 0)
    p->rules = g_array_new(FALSE, FALSE, sizeof(guint));
  g_hash_table_insert(s->lines->spots, key_of(kind, family, table, name), p);
  return p;
}

static gboolean is_of_table(gpointer key, gpointer value, gpointer user)
{
  g_auto(GStrv) parts = g_strsplit(key, "\n", 4);
  const char *const *wanted = user;

  (void)value;
  return strcmp(parts[1], wanted[0]) == 0 && strcmp(parts[2], wanted[1]) == 0;
}

static void forget_table(fw_nft_lines *l, const char *family, const char *table)
{
  const char *wanted[] = { family, table };

  g_hash_table_foreach_remove(l->spots, is_of_table, wanted);
}

static void add_rule(scanner *s, spot *chain, guint line, gboolean first)
{
  const guint name = named(s, line);

  if (first)
    g_array_prepend_val(chain->rules, name);
  else
    g_array_append_val(chain->rules, name);
}

/* ---- statements ---- */

/* Its first words, up to a brace or its end. */
typedef struct statement {
  char *words[WORDS_MOST + 1];
  guint n, line;
  token_kind end;
} statement;

static void statement_clear(statement *st)
{
  for (guint i = 0; i < st->n; i++)
    g_free(st->words[i]);
}

/* => FALSE: there is no more, or the block has ended; st->end says which. */
static gboolean statement_read(scanner *s, statement *st)
{
  token t;

  *st = (statement){ .n = 0 };
  do
    t = take(s);
  while (t.kind == TOKEN_END);
  st->line = t.line;
  for (; t.kind == TOKEN_WORD; t = take(s))
    if (st->n < WORDS_MOST)
      st->words[st->n++] = g_strndup(t.text, t.length);
  st->end = t.kind;
  return st->n > 0 || t.kind == TOKEN_OPEN;
}

static const char *word(const statement *st, guint i) { return i < st->n ? st->words[i] : ""; }

static gboolean is(const statement *st, guint i, const char *text) { return strcmp(word(st, i), text) == 0; }

static gboolean is_any(const statement *st, guint i, const char *const *texts)
{
  for (; *texts != NULL; texts++)
    if (is(st, i, *texts))
      return TRUE;
  return FALSE;
}

/* A chain's own lines, and what stands everywhere. */
static gboolean is_rule(const statement *st)
{
  static const char *const others[] = { "type",   "policy",   "comment",  "flags",   "device", "devices",
                                        "define", "redefine", "undefine", "include", NULL };

  return !is_any(st, 0, others);
}

static void read_chain(scanner *s, const char *family, const char *table, const char *name, guint line)
{
  spot *chain = declare(s, "chain", family, table, name, line);
  statement st;
  gboolean more;

  do {
    more = statement_read(s, &st);
    if (more && is_rule(&st))
      add_rule(s, chain, st.line, FALSE);
    if (more)
      more = skip_statement(s, st.end) == TOKEN_END;
    statement_clear(&st);
  } while (more);
}

static void read_table(scanner *s, const char *family, const char *table, guint line)
{
  static const char *const variables[] = { "define", "redefine", "undefine", NULL };
  statement st;
  gboolean more;

  declare(s, "table", family, table, NULL, line);
  do {
    more = statement_read(s, &st);
    if (more && st.end == TOKEN_OPEN && st.n >= 2 && is(&st, 0, "chain")) {
      read_chain(s, family, table, word(&st, 1), st.line);
    } else if (more) {
      if (st.end == TOKEN_OPEN && st.n >= 2 && !is_any(&st, 0, variables))
        declare(s, word(&st, 0), family, table, word(&st, st.n - 1), st.line);
      more = skip_statement(s, st.end) == TOKEN_END;
    }
    statement_clear(&st);
  } while (more);
}

/* ---- commands ---- */

/* Where a name begins behind a family that may be left out. */
static guint family_at(const statement *st, guint i, const char **family)
{
  static const char *const families[] = { "ip", "ip6", "inet", "arp", "bridge", "netdev", NULL };

  *family = "ip";
  if (!is_any(st, i, families))
    return i;
  *family = word(st, i);
  return i + 1;
}

/* "[add|insert] rule [FAMILY] TABLE CHAIN ..." */
static void take_rule(scanner *s, const statement *st, guint i, gboolean first)
{
  static const char *const places[] = { "position", "index", "handle", NULL };
  const char *family;
  const guint at = family_at(st, i, &family);
  spot *chain = declare(s, "chain", family, word(st, at), word(st, at + 1), st->line);

  chain->unsure |= is_any(st, at + 2, places);
  add_rule(s, chain, st->line, first);
}

static void take_added(scanner *s, const statement *st, guint i)
{
  const char *family;
  const guint at = family_at(st, i + 1, &family);
  const char *kind = word(st, i);

  if (strcmp(kind, "rule") == 0)
    take_rule(s, st, i + 1, is(st, 0, "insert"));
  else if (strcmp(kind, "table") == 0)
    declare(s, kind, family, word(st, at), NULL, st->line);
  else if (strcmp(kind, "element") != 0)
    declare(s, kind, family, word(st, at), word(st, at + 1), st->line);
}

static void take_removed(scanner *s, const statement *st)
{
  const char *family;
  const guint at = family_at(st, 2, &family);
  spot *chain;

  if (is(st, 1, "ruleset"))
    g_hash_table_remove_all(s->lines->spots);
  else if (is(st, 1, "table") && !is(st, 0, "flush"))
    forget_table(s->lines, family, word(st, at));
  else if ((chain = spot_of(s->lines, "chain", family, word(st, at), word(st, at + 1))) != NULL) {
    if (is(st, 0, "flush"))
      g_array_set_size(chain->rules, 0);
    else
      chain->unsure = TRUE;
  }
}

static void take_command(scanner *s, const statement *st)
{
  static const char *const adds[] = { "add", "create", "insert", NULL },
                           *const removes[] = { "flush", "delete", "destroy", "replace", NULL },
                           *const kinds[] = { "table", "chain", "rule", "set", "map", NULL };

  if (is_any(st, 0, adds))
    take_added(s, st, 1);
  else if (is_any(st, 0, removes))
    take_removed(s, st);
  else if (is_any(st, 0, kinds))
    take_added(s, st, 0);
}

/* A block of a table or a chain is read on; of all else the braces are skipped. */
static void read_top(scanner *s)
{
  statement st;
  gboolean more;

  do {
    const char *family;
    guint i, at;

    more = statement_read(s, &st);
    if (!more && st.end == TOKEN_CLOSE)
      continue;
    i = is(&st, 0, "add") || is(&st, 0, "create") ? 1 : 0;
    at = family_at(&st, i + 1, &family);
    if (more && st.end == TOKEN_OPEN && is(&st, i, "table")) {
      read_table(s, family, word(&st, at), st.line);
    } else if (more) {
      take_command(s, &st);
      skip_statement(s, st.end);
    }
    statement_clear(&st);
  } while (more || st.end == TOKEN_CLOSE);
}

/* ---- the door ---- */

fw_nft_lines *fw_nft_lines_new(const char *text, gsize length, const GArray *names)
{
  fw_nft_lines *l = g_new0(fw_nft_lines, 1);
  scanner s = { l, text, text + length, 1, names };

  l->spots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, spot_free);
  read_top(&s);
  return l;
}

void fw_nft_lines_free(fw_nft_lines *l)
{
  if (l == NULL)
    return;
  g_hash_table_destroy(l->spots);
  g_free(l);
}

guint fw_nft_lines_of(const fw_nft_lines *l, const char *kind, const char *family, const char *table, const char *name)
{
  g_autofree char *key = key_of(kind, family, table, name);
  const spot *p = g_hash_table_lookup(l->spots, key);

  return p != NULL ? p->line : 0;
}

guint fw_nft_lines_of_rule(const fw_nft_lines *l, const char *family, const char *table, const char *chain, guint index,
                           guint n)
{
  g_autofree char *key = key_of("chain", family, table, chain);
  const spot *p = g_hash_table_lookup(l->spots, key);

  if (p == NULL)
    return 0;
  return !p->unsure && p->rules->len == n && index < n ? g_array_index(p->rules, guint, index) : p->line;
}
