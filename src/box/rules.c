/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rules of a box are followed. Tables of iptables-nft stand in nft's listing as well, where matches and targets
 * of iptables have no more than names: these are taken from iptables-save, and all others from nft's.
 */
#include "internal.h"

#include <string.h>

enum { NAME_BYTES = 64, TOLD_MOST = 16 };
#define BUILT_IN " built-in"

static gboolean has_tables(const box_file *f)
{
  return f->text->len > 0 && (f->text->str[0] == '*' || strstr(f->text->str, "\n*") != NULL);
}

/* A rule, or a policy that drops. */
static gboolean has_rules(const box_file *f)
{
  return strstr(f->text->str, "\n-A ") != NULL || strstr(f->text->str, "] -A ") != NULL ||
         strstr(f->text->str, " DROP [") != NULL;
}

static gboolean is_json(const box_file *f) { return f->text->len > 0 && f->text->str[0] == '{'; }

static gboolean is_of_nft(const box_file *f) { return strstr(f->text->str, "(nf_tables)") != NULL; }

/* ---- nft's listing: {"nftables": [{"table": {"family": "ip", "name": "nat", ...}}, ...]} ---- */

/* One element of the list, and the table and chain that it is or belongs to; without any where it is neither. */
typedef struct nft_element {
  const char *at;
  gsize n;
  char family[NAME_BYTES], table[NAME_BYTES], chain[NAME_BYTES];
} nft_element;

/* Behind the closing quote; at stands behind the opening one. */
static const char *end_of_string(const char *at)
{
  for (; *at != '\0' && *at != '"'; at++)
    if (*at == '\\' && at[1] != '\0')
      at++;
  return *at == '"' ? at + 1 : at;
}

static const char *skip_blanks(const char *at) { return at + strspn(at, " \t\r\n"); }

static gboolean is_key(const char *from, const char *to, const char *name)
{
  gsize n = strlen(name);

  return (gsize)(to - from) == n + 1 && memcmp(from, name, n) == 0; /* with its quote */
}

/* A member of the element's object, of which the key ends at `to`: the own name of a table or a chain is "name". */
static void take_member(nft_element *e, gboolean is_table, gboolean is_chain, const char *from, const char *to)
{
  const char *value = skip_blanks(to), *end;
  char *into = is_key(from, to, "family")                      ? e->family
               : is_key(from, to, is_table ? "name" : "table") ? e->table
               : is_key(from, to, is_chain ? "name" : "chain") ? e->chain
                                                               : NULL;

  if (into == NULL || *into != '\0' || *value != ':')
    return;
  value = skip_blanks(value + 1);
  end = *value == '"' ? end_of_string(value + 1) : value;
  if (end - value >= 2)
    box_copy(into, NAME_BYTES, value + 1, (gsize)(end - value) - 2);
}

/* The element that begins at *at, which is behind it then. => FALSE: there is none. */
static gboolean next_element(const char **at, nft_element *e)
{
  const char *p = *at + strspn(*at, ", \t\r\n"), *end;
  gboolean is_table = FALSE, is_chain = FALSE;
  guint depth = 0;

  if (*p != '{')
    return FALSE;
  *e = (nft_element){ .at = p };
  do {
    if (*p == '"') {
      end = end_of_string(++p);
      if (depth == 1) {
        is_table = is_key(p, end, "table");
        is_chain = is_key(p, end, "chain");
      } else if (depth == 2) {
        take_member(e, is_table, is_chain, p, end);
      }
      p = end;
      continue;
    }
    depth += *p == '{' || *p == '[';
    depth -= *p == '}' || *p == ']';
    p += *p != '\0';
  } while (depth > 0 && *p != '\0');
  e->n = (gsize)(p - e->at);
  *at = p;
  return depth == 0;
}

/* => behind the list's bracket; NULL: it has none. */
static const char *elements_of(const box_file *f)
{
  const char *list = strchr(f->text->str, '[');

  return list != NULL ? list + 1 : NULL;
}

/* ---- which tables iptables-save tells ---- */

/* "*nat" => nat, and of "# Table `nat' is incompatible" or "contains incompatible base-chains" as well. => FALSE: the
 * line is neither. */
static gboolean name_of(const char *line, char name[NAME_BYTES], gboolean *foreign)
{
  const char *at = *line == '*' ? line + 1 : g_str_has_prefix(line, "# Table `") ? line + strlen("# Table `") : NULL;
  gsize n;

  if (at == NULL)
    return FALSE;
  n = strcspn(at, "'\r\n");
  box_copy(name, NAME_BYTES, at, n);
  *foreign = *line != '*';
  return n > 0 && n < NAME_BYTES;
}

static gboolean is_listed(const GPtrArray *list, const char *text, guint *at)
{
  return g_ptr_array_find_with_equal_func((GPtrArray *)list, text, g_str_equal, at);
}

/*
 * Of tables that are not iptables' alone it says so. One that is incompatible it leaves out; of one with base chains of
 * others it tells all but these: "ip filter built-in".
 */
static void find_told(box *b, const box_file *f, gboolean foreign)
{
  const char *line = f->text->str, *family = f->kind == BOX_IPTABLES ? "ip" : "ip6";
  char name[NAME_BYTES], table[NAME_BYTES + 24];
  gboolean is_foreign = FALSE;
  guint at;

  for (; line != NULL; line = strchr(line, '\n'), line = line != NULL ? line + 1 : NULL) {
    if (!name_of(line, name, &is_foreign) || is_foreign != foreign)
      continue;
    g_snprintf(table, sizeof table, "%s %s", family, name);
    if (is_listed(b->told, table, &at)) {
      if (foreign) {
        g_ptr_array_remove_index(b->told, at);
        g_strlcat(table, BUILT_IN, sizeof table);
        g_ptr_array_add(b->told, g_strdup(table));
      }
    } else if (!foreign && b->told->len < TOLD_MOST) {
      g_ptr_array_add(b->told, g_strdup(table));
    }
  }
}

void box_find_told(box *b)
{
  guint i, foreign;

  for (i = 0; i < b->files->len; i++) {
    const box_file *f = g_ptr_array_index(b->files, i);

    if ((f->kind == BOX_IPTABLES || f->kind == BOX_IP6TABLES) && is_of_nft(f) && has_rules(f))
      for (foreign = 0; foreign < 2; foreign++)
        find_told(b, f, foreign != 0);
  }
}

static gboolean is_told(const box *b, const nft_element *e)
{
  char table[2 * NAME_BYTES];

  g_snprintf(table, sizeof table, "%s %s", e->family, e->table);
  return is_listed(b->told, table, NULL);
}

/* Only the chains that iptables-save tells of it: the others are nft's own. */
static gboolean is_told_in_part(const box *b, const nft_element *e)
{
  char table[2 * NAME_BYTES + 24];

  g_snprintf(table, sizeof table, "%s %s" BUILT_IN, e->family, e->table);
  return is_listed(b->told, table, NULL);
}

static gboolean is_left_out(const box *b, const nft_element *e)
{
  static const char *const built_in[] = { "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING", NULL };

  return is_told(b, e) || (g_strv_contains(built_in, e->chain) && is_told_in_part(b, e));
}

/* => how many tables nft's listing has that iptables-save does not tell; names: of those that it tells, or NULL. */
static guint count_others(const box *b, const box_file *f, GString *names)
{
  const char *at = elements_of(f);
  nft_element e;
  guint others = 0;

  while (at != NULL && next_element(&at, &e)) {
    if (!g_str_has_prefix(e.at + 1 + strspn(e.at + 1, " \t\r\n"), "\"table\""))
      continue;
    if (!is_told(b, &e))
      others++;
    if (names != NULL && (is_told(b, &e) || is_told_in_part(b, &e)))
      g_string_append_printf(names, "%s%s%s %s", names->len > 0 ? ", " : "",
                             is_told(b, &e) ? "" : "the built-in chains of ", e.family, e.table);
  }
  return others;
}

static gboolean is_nft_used(const box *b, const box_file *f)
{
  GString *names;
  gboolean used;

  if (!is_json(f))
    return FALSE;
  names = g_string_new(NULL);
  used = count_others(b, f, names) > 0 || names->len == 0;
  g_string_free(names, TRUE);
  return used;
}

/* What is left out takes up its lines all the same: rules are told by the lines of the file. */
static void append_lines(GString *text, const char *from, const char *to)
{
  for (; from < to; from++)
    if (*from == '\n')
      g_string_append_c(text, '\n');
}

GString *box_rules_text(const box *b, const box_file *f)
{
  const char *at = f->kind == BOX_NFT ? elements_of(f) : NULL, *behind = at;
  GString *text;
  nft_element e;
  gboolean any = FALSE;

  if (at == NULL)
    return g_string_new_len(f->text->str, (gssize)f->text->len);
  text = g_string_new_len(f->text->str, at - f->text->str);
  while (next_element(&at, &e)) {
    append_lines(text, behind, is_left_out(b, &e) ? at : e.at);
    behind = at;
    if (is_left_out(b, &e))
      continue;
    g_string_append(text, any ? ", " : "");
    g_string_append_len(text, e.at, (gssize)e.n);
    any = TRUE;
  }
  g_string_append(text, at);
  return text;
}

/* ---- all ---- */

static gboolean has_nft(const box *b)
{
  guint i;

  for (i = 0; i < b->files->len; i++) {
    const box_file *f = g_ptr_array_index(b->files, i);

    if (f->kind == BOX_NFT && is_json(f))
      return TRUE;
  }
  return FALSE;
}

static gboolean is_used(const box *b, const box_file *f)
{
  switch (f->kind) {
  case BOX_IPSET: return f->text->len > 0;
  case BOX_IPTABLES:
  case BOX_IP6TABLES: return has_tables(f) && (has_rules(f) || !is_of_nft(f) || !has_nft(b));
  case BOX_NFT: return is_nft_used(b, f);
  default: return FALSE;
  }
}

static char *used_words(const box *b, const box_file *f)
{
  GString *names = g_string_new(NULL);

  if (f->kind == BOX_NFT)
    count_others(b, f, names);
  if (names->len > 0) {
    g_string_prepend(names, "followed, but for ");
    g_string_append(names, ", which iptables-save tells");
  } else {
    g_string_append(names, "followed");
  }
  return g_string_free(names, FALSE);
}

void box_say_rules(const box *b, box_file *f)
{
  const char *why = "not used: no rules in it";

  if (is_used(b, f)) {
    box_say(f, TRUE, used_words(b, f));
    return;
  }
  if (f->kind == BOX_NFT && is_json(f))
    why = "not used: all of its tables are iptables-nft's, which iptables-save tells; --rules FILE follows it instead";
  else if (f->kind == BOX_NFT && strstr(f->text->str, "table ") != NULL)
    why = "not used: nft's own language, which only nft understands: gather nft -j list ruleset, or give it to --rules";
  else if (strstr(f->text->str, "Chain ") != NULL)
    why = "not used: a listing does not tell rules whole: iptables-save and ip6tables-save do";
  box_say(f, FALSE, g_strdup(why));
}

GPtrArray *box_rules(const box *b)
{
  static const box_kind order[] = { BOX_IPSET, BOX_IPTABLES, BOX_IP6TABLES, BOX_NFT };
  GPtrArray *rules = g_ptr_array_new();
  guint i, k;

  for (k = 0; k < G_N_ELEMENTS(order); k++)
    for (i = 0; i < b->files->len; i++) {
      box_file *f = g_ptr_array_index(b->files, i);

      if (f->kind == order[k] && is_used(b, f))
        g_ptr_array_add(rules, f);
    }
  return rules;
}
