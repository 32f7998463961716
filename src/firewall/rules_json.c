/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/nft/text.h"
#include "firewall/rules_json.h"

#include <string.h>

#include "firewall/cover.h"
#include "firewall/extension.h"
#include "firewall/names.h"
#include "firewall/save.h"

static void put_string(GString *out, const char *text)
{
  g_string_append_c(out, '"');
  for (; *text != '\0'; text++) {
    guint8 c = *text;

    if (c == '"' || c == '\\')
      g_string_append_printf(out, "\\%c", c);
    else if (c < 0x20 || c >= 0x7f)
      /* Bytes that are no ASCII keep their number: files need not be UTF-8. */
      g_string_append_printf(out, "\\u%04x", c);
    else
      g_string_append_c(out, c);
  }
  g_string_append_c(out, '"');
}

static void put_key(GString *out, const char *key)
{
  char before = out->str[out->len - 1];

  if (before != '{' && before != '[')
    g_string_append_c(out, ',');
  put_string(out, key);
  g_string_append_c(out, ':');
}

static void put_text(GString *out, const char *key, const char *text)
{
  if (text == NULL)
    return;
  put_key(out, key);
  put_string(out, text);
}

static void put_number(GString *out, const char *key, gint64 number)
{
  put_key(out, key);
  g_string_append_printf(out, "%" G_GINT64_FORMAT, number);
}

static void put_counters(GString *out, const fw_counters *counters)
{
  put_key(out, "packets");
  g_string_append_printf(out, "%" G_GUINT64_FORMAT, counters->packets);
  put_key(out, "bytes");
  g_string_append_printf(out, "%" G_GUINT64_FORMAT, counters->bytes);
}

static void put_true(GString *out, const char *key)
{
  put_key(out, key);
  g_string_append(out, "true");
}

static void separate(GString *out)
{
  if (out->str[out->len - 1] != '[')
    g_string_append(out, ",\n");
}

static void put_options(GString *out, GString *words)
{
  if (words->len > 1)
    put_text(out, "options", words->str + 1);
}

static void put_match(GString *out, const fw_match *m, fw_family family)
{
  GString *words = g_string_new(NULL);

  separate(out);
  g_string_append_c(out, '{');
  if (m->ops != NULL && m->ops->save != NULL)
    m->ops->save(m, family, words);
  else if (m->ops != NULL)
    fw_save_options(words, family, m->ops->options, m->ops->given, m->ops->invert, m->data);
  put_text(out, "match", m->ops != NULL ? m->ops->name : m->name);
  put_options(out, words);
  put_text(out, "unknown", m->ops == NULL && m->text == NULL ? "" : m->text);
  g_string_append_c(out, '}');
  g_string_free(words, TRUE);
}

static void put_target(GString *out, const fw_target *t, fw_family family)
{
  GString *words = g_string_new(NULL);

  put_key(out, "target");
  g_string_append_c(out, '{');
  put_text(out, "kind", fw_target_kind_name(t->kind));
  put_text(out, "name", t->ops != NULL ? t->ops->name : t->name);
  if (t->ops != NULL && t->ops->save != NULL)
    t->ops->save(t, family, words);
  else if (t->ops != NULL)
    fw_save_options(words, family, t->ops->options, t->ops->given, t->ops->invert, t->data);
  put_options(out, words);
  put_text(out, "unknown", t->text);
  g_string_append_c(out, '}');
  g_string_free(words, TRUE);
}

static void put_side(GString *out, fw_family family, const fw_tests *t, guint8 bit, const char *key,
                     const fw_address *address, const fw_address *mask)
{
  GString *words;

  if ((t->given & bit) == 0)
    return;
  words = g_string_new((t->invert & bit) != 0 ? "! " : "");
  fw_save_network(words, family, address, mask);
  put_text(out, key, words->str);
  g_string_free(words, TRUE);
}

static void put_interface(GString *out, const fw_tests *t, guint8 bit, const char *key, const fw_interface *interface)
{
  GString *words;

  if ((t->given & bit) == 0)
    return;
  words = g_string_new((t->invert & bit) != 0 ? "! " : "");
  fw_save_interface(words, interface);
  put_text(out, key, words->str);
  g_string_free(words, TRUE);
}

static void put_tests(GString *out, fw_family family, const fw_tests *t)
{
  char number[8];
  const char *name;
  char *text;

  put_side(out, family, t, FW_TEST_SOURCE, "source", &t->source, &t->source_mask);
  put_side(out, family, t, FW_TEST_DESTINATION, "destination", &t->destination, &t->destination_mask);
  put_interface(out, t, FW_TEST_IN, "in", &t->in);
  put_interface(out, t, FW_TEST_OUT, "out", &t->out);
  if ((t->given & FW_TEST_PROTOCOL) != 0) {
    name = fw_protocol_saved(t->protocol);
    g_snprintf(number, sizeof number, "%u", t->protocol);
    text = g_strconcat((t->invert & FW_TEST_PROTOCOL) != 0 ? "! " : "", name != NULL ? name : number, NULL);
    put_text(out, "protocol", text);
    g_free(text);
  }
  if ((t->given & FW_TEST_FRAGMENT) != 0)
    put_text(out, "fragment", (t->invert & FW_TEST_FRAGMENT) != 0 ? "! later" : "later");
}

/* Of nftables: as nft prints them; `unknown` has what could not be read. */
static void put_statements(GString *out, const fw_rule *rule)
{
  guint i;

  put_key(out, "statements");
  g_string_append_c(out, '[');
  for (i = 0; i < rule->nft->n; i++) {
    const fw_nft_statement *s = &rule->nft->statements[i];
    GString *text = g_string_new(NULL);

    separate(out);
    g_string_append_c(out, '{');
    put_text(out, "statement", s->name);
    if (s->kind == FW_NFT_DO_UNKNOWN) {
      put_text(out, "unknown", s->text);
    } else {
      fw_nft_text_statement(text, s, NULL);
      put_text(out, "text", text->str);
    }
    g_string_append_c(out, '}');
    g_string_free(text, TRUE);
  }
  g_string_append_c(out, ']');
}

static void put_rule(GString *out, const fw_rule *rule)
{
  fw_family family = rule->chain->table->family;
  GString *words = g_string_new(NULL);
  guint i;

  separate(out);
  g_string_append_c(out, '{');
  put_number(out, "number", rule->number);
  put_number(out, "line", rule->line);
  fw_save_rule(words, rule);
  put_text(out, "rule", words->str);
  if (rule->nft == NULL)
    put_counters(out, &rule->counters);
  if (rule->unknown)
    put_true(out, "unknown");
  if (rule->nft != NULL) {
    put_statements(out, rule);
    g_string_append_c(out, '}');
    g_string_free(words, TRUE);
    return;
  }
  if (rule->tests != NULL)
    put_tests(out, family, rule->tests);
  put_key(out, "matches");
  g_string_append_c(out, '[');
  for (i = 0; i < rule->n_matches; i++)
    put_match(out, &rule->matches[i], family);
  g_string_append_c(out, ']');
  put_target(out, &rule->target, family);
  g_string_append_c(out, '}');
  g_string_free(words, TRUE);
}

static void put_hooks(GString *out, guint8 hooks)
{
  guint hook;

  put_key(out, "reached_from");
  g_string_append_c(out, '[');
  for (hook = 0; hook < FW_HOOKS; hook++)
    if ((hooks & 1 << hook) != 0) {
      if (out->str[out->len - 1] != '[')
        g_string_append_c(out, ',');
      put_string(out, fw_hook_name(hook));
    }
  g_string_append_c(out, ']');
}

static void put_chain(GString *out, const fw_chain *chain)
{
  guint i;

  separate(out);
  g_string_append_c(out, '{');
  put_text(out, "chain", chain->name);
  if (chain->hook != FW_HOOK_NONE) {
    put_number(out, "priority", chain->priority);
    put_text(out, "policy", fw_policy_name(chain->policy));
    if (chain->nft == NULL)
      put_counters(out, &chain->counters);
    else
      put_text(out, "hook", chain->nft->hook);
  } else {
    put_hooks(out, chain->hooks);
  }
  put_key(out, "rules");
  g_string_append_c(out, '[');
  for (i = 0; i < chain->n_rules; i++)
    put_rule(out, chain->rules[i]);
  g_string_append(out, "]}");
}

static void put_table(GString *out, const fw_table *table)
{
  guint i;

  separate(out);
  g_string_append_c(out, '{');
  put_text(out, "family", fw_family_name(table->family));
  put_text(out, "table", table->name);
  put_text(out, "file", table->file);
  put_key(out, "chains");
  g_string_append_c(out, '[');
  for (i = 0; i < table->chains->len; i++)
    put_chain(out, g_ptr_array_index(table->chains, i));
  g_string_append(out, "]}");
}

static void put_file(GString *out, const fw_file *file, const fw_read_options *options)
{
  const char *said;
  fw_backend backend = fw_file_backend(file, options, &said);

  separate(out);
  g_string_append_c(out, '{');
  put_text(out, "file", file->name);
  put_text(out, "form", file->sets ? "ipset" : file->nft ? "nft" : "iptables");
  if (!file->sets && !file->nft) {
    put_text(out, "family", fw_family_name(file->family));
    put_text(out, "backend", backend == FW_BACKEND_NFT ? "nft" : "legacy");
    put_text(out, "backend_why", said);
  }
  g_string_append_c(out, '}');
}

static void put_set(GString *out, const fw_set *set)
{
  separate(out);
  g_string_append_c(out, '{');
  put_text(out, "set", set->name);
  put_text(out, "type", set->type);
  put_text(out, "family", fw_family_name(set->family));
  put_text(out, "options", set->options);
  put_number(out, "elements", set->elements->len);
  if (!set->known)
    put_true(out, "unknown");
  g_string_append_c(out, '}');
}

static void put_note(GString *out, const fw_note *note)
{
  separate(out);
  g_string_append_c(out, '{');
  put_text(out, "file", note->place.file);
  put_number(out, "line", note->place.line);
  put_number(out, "column", note->place.column);
  put_text(out, "what", fw_note_kind_text(note->kind));
  put_text(out, "words", note->words);
  g_string_append_c(out, '}');
}

static void begin_list(GString *out, const char *key)
{
  put_key(out, key);
  g_string_append_c(out, '[');
}

static void put_place_of(GString *out, const char *key, const fw_rule *rule)
{
  g_autofree char *place = g_strdup_printf("%s:%s:rule:%u", rule->chain->table->name, rule->chain->name, rule->number);

  put_text(out, key, place);
}

static void put_never(GString *out, const fw_ruleset *r)
{
  GArray *never = fw_cover_find(r, NULL);
  guint i;

  for (i = 0; i < never->len; i++) {
    const fw_covered *c = &g_array_index(never, fw_covered, i);

    separate(out);
    g_string_append_c(out, '{');
    put_text(out, "file", c->rule->chain->table->file);
    put_number(out, "line", c->rule->line);
    put_place_of(out, "rule", c->rule);
    if (c->by != NULL) {
      put_place_of(out, "by", c->by);
      put_number(out, "by_line", c->by->line);
    }
    g_string_append_c(out, '}');
  }
  g_array_free(never, TRUE);
}

void fw_rules_json(GString *out, const fw_ruleset *r, const fw_read_options *options)
{
  guint i;

  g_string_append_c(out, '{');
  put_number(out, "schema", 1);
  begin_list(out, "files");
  for (i = 0; i < r->files->len; i++)
    put_file(out, g_ptr_array_index(r->files, i), options);
  g_string_append(out, "]");
  begin_list(out, "tables");
  for (i = 0; i < r->tables->len; i++)
    put_table(out, g_ptr_array_index(r->tables, i));
  g_string_append(out, "]");
  begin_list(out, "sets");
  for (i = 0; i < r->sets->len; i++)
    put_set(out, g_ptr_array_index(r->sets, i));
  g_string_append(out, "]");
  begin_list(out, "notes");
  for (i = 0; i < r->notes->len; i++)
    put_note(out, g_ptr_array_index(r->notes, i));
  g_string_append(out, "]");
  begin_list(out, "never");
  put_never(out, r);
  g_string_append(out, "]}\n");
}
