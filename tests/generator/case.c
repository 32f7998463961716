/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generator.h"

#include <stdarg.h>

const char *gen_kind_name(gen_kind kind)
{
  static const char *const names[] = {
#define X(name, text) text,
    GEN_KIND_LIST(X)
#undef X
  };

  return names[kind];
}

static void line_clear(gpointer line) { g_free(((gen_line *)line)->text); }

gen_case *gen_case_new(guint64 seed, gen_kind kind, guint n_packets)
{
  gen_case *c = g_new0(gen_case, 1);
  verify_random random = { seed * GEN_KINDS + kind + 1 };

  c->seed = seed;
  c->kind = kind;
  c->lines = g_array_new(FALSE, TRUE, sizeof(gen_line));
  g_array_set_clear_func(c->lines, line_clear);
  c->packets = g_array_new(FALSE, TRUE, sizeof(gen_packet));
  gen_packets(c, &random, n_packets);
  if (kind == GEN_NFT)
    gen_rules_nft(c, &random);
  else
    gen_rules_iptables(c, &random);
  return c;
}

void gen_case_free(gen_case *c)
{
  g_array_free(c->lines, TRUE);
  g_array_free(c->packets, TRUE);
  g_free(c);
}

char *gen_case_text(const gen_case *c, gboolean six)
{
  GString *text = g_string_new(NULL);

  for (guint i = 0; i < c->lines->len; i++) {
    const gen_line *line = &g_array_index(c->lines, gen_line, i);

    if (line->six == six && !line->set)
      g_string_append_printf(text, "%s\n", line->text);
  }
  return g_string_free(text, FALSE);
}

char *gen_case_sets(const gen_case *c)
{
  GString *text = g_string_new(NULL);

  for (guint i = 0; i < c->lines->len; i++) {
    const gen_line *line = &g_array_index(c->lines, gen_line, i);

    if (line->set)
      g_string_append_printf(text, "%s\n", line->text);
  }
  return g_string_free(text, FALSE);
}

void gen_line_add(gen_case *c, gboolean rule, gboolean six, const char *format, ...)
{
  gen_line *line;
  va_list args;

  g_array_set_size(c->lines, c->lines->len + 1);
  line = &g_array_index(c->lines, gen_line, c->lines->len - 1);
  *line = (gen_line){ .rule = rule, .six = six };
  va_start(args, format);
  line->text = g_strdup_vprintf(format, args);
  va_end(args);
}

const char *gen_one_of(verify_random *random, const char *const *words)
{
  guint n = 0;

  while (words[n] != NULL)
    n++;
  return words[verify_random_below(random, n)];
}
