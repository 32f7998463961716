/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where rules stand in a text of nft's own language. */
#include <check.h>
#include <string.h>

#include "firewall/nft/lines.h"
#include "unit.h"

static fw_nft_lines *lines_of(const char *text) { return fw_nft_lines_new(text, strlen(text), NULL); }

/* wanted: the lines of a chain's rules. */
static void rules_are(const char *text, const char *family, const char *table, const char *chain, guint n,
                      const guint *wanted)
{
  fw_nft_lines *l = lines_of(text);
  guint i;

  for (i = 0; i < n; i++)
    ck_assert_uint_eq(fw_nft_lines_of_rule(l, family, table, chain, i, n), wanted[i]);
  fw_nft_lines_free(l);
}

START_TEST(blocks_are_taken_apart)
{
  rules_are("table ip x {\n"
            " chain c { type filter hook input priority 0; policy drop; comment \"a { } ; b\"\n"
            "  # accept\n"
            "  tcp dport { 1,\n"
            "   2 } accept\n"
            "  udp dport 3 accept; drop\n"
            "  ip saddr \\\n"
            "   1.2.3.4 drop comment \"# } {\"\n"
            "  define x = { 1, 2 }\n"
            "  return }\n"
            "}\n",
            "ip", "x", "c", 5, (const guint[]){ 4, 6, 6, 7, 10 });
}
END_TEST

START_TEST(a_table_comes_in_parts)
{
  rules_are("table inet t {\n chain c {\n  accept\n }\n}\n"
            "table inet t {\n set s { type mark; }\n chain c {\n  drop\n }\n}\n",
            "inet", "t", "c", 2, (const guint[]){ 3, 9 });
}
END_TEST

START_TEST(commands_add_and_insert)
{
  const char *text = "add table ip6 t\nadd chain ip6 t c { type filter hook input priority 0; policy drop; }\n"
                     "add rule ip6 t c accept\ninsert rule ip6 t c drop\nrule ip6 t c return\n";

  rules_are(text, "ip6", "t", "c", 3, (const guint[]){ 4, 3, 5 });
}
END_TEST

START_TEST(what_is_taken_away_is_forgotten)
{
  rules_are("table t {\n chain c {\n  accept\n }\n}\ndelete table t\ntable t {\n chain c {\n  drop\n }\n}\n", "ip", "t",
            "c", 1, (const guint[]){ 9 });
  rules_are("table t {\n chain c {\n  accept\n }\n}\nflush chain t c\nadd rule t c drop\n", "ip", "t", "c", 1,
            (const guint[]){ 7 });
  rules_are("table t {\n chain c {\n  accept\n }\n}\nflush ruleset\ntable t {\n chain c {\n  drop\n }\n}\n", "ip", "t",
            "c", 1, (const guint[]){ 9 });
}
END_TEST

START_TEST(what_is_not_followed_names_the_chain)
{
  rules_are("table t {\n chain c {\n  accept\n  drop\n }\n}\n", "ip", "t", "c", 3, (const guint[]){ 2, 2, 2 });
  rules_are("table t {\n chain c {\n  accept\n }\n}\nadd rule t c index 0 drop\n", "ip", "t", "c", 2,
            (const guint[]){ 2, 2 });
}
END_TEST

START_TEST(other_things_have_lines)
{
  fw_nft_lines *l = lines_of("\ntable ip x {\n set s { type mark; }\n ct helper f {\n  type \"ftp\" protocol tcp;\n }\n"
                             " chain c {\n }\n}\n");

  ck_assert_uint_eq(fw_nft_lines_of(l, "table", "ip", "x", NULL), 2);
  ck_assert_uint_eq(fw_nft_lines_of(l, "set", "ip", "x", "s"), 3);
  ck_assert_uint_eq(fw_nft_lines_of(l, "ct helper", "ip", "x", "f"), 4);
  ck_assert_uint_eq(fw_nft_lines_of(l, "chain", "ip", "x", "c"), 7);
  ck_assert_uint_eq(fw_nft_lines_of(l, "chain", "ip6", "x", "c"), 0);
  ck_assert_uint_eq(fw_nft_lines_of_rule(l, "ip", "x", "d", 0, 1), 0);
  fw_nft_lines_free(l);
}
END_TEST

START_TEST(lines_have_other_names)
{
  const guint names[] = { 1, 7, 7, 8 };
  GArray *given = g_array_new(FALSE, FALSE, sizeof(guint));
  const char *text = "table t {\n chain c {\n accept\n drop\n}\n}\n";
  fw_nft_lines *l;

  g_array_append_vals(given, names, G_N_ELEMENTS(names));
  l = fw_nft_lines_new(text, strlen(text), given);
  ck_assert_uint_eq(fw_nft_lines_of_rule(l, "ip", "t", "c", 0, 2), 7);
  ck_assert_uint_eq(fw_nft_lines_of_rule(l, "ip", "t", "c", 1, 2), 8);
  fw_nft_lines_free(l);
  g_array_free(given, TRUE);
}
END_TEST

/* Cut anywhere, and with each of its bytes made another that means something: it ends, and answers. */
START_TEST(broken_texts_end)
{
  static const char text[] =
    "table ip x {\n chain c { type filter hook input priority 0\n \"q\" ; a \\\n b { c } }\n}\n"
    "add rule x c drop # d\n";
  static const char others[] = "{};\"\n\\# ";
  gsize cut, i, k;

  for (cut = 0; cut < sizeof text; cut++)
    fw_nft_lines_free(fw_nft_lines_new(text, cut, NULL));
  for (i = 0; i + 1 < sizeof text; i++)
    for (k = 0; k < sizeof others; k++) {
      char copy[sizeof text];
      fw_nft_lines *l;

      memcpy(copy, text, sizeof text);
      copy[i] = others[k];
      l = fw_nft_lines_new(copy, sizeof text - 1, NULL);
      ck_assert_uint_le(fw_nft_lines_of_rule(l, "ip", "x", "c", 0, 2), 8);
      fw_nft_lines_free(l);
    }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("nft_lines");
  TCase *tcase = tcase_create("lines");

  tcase_add_test(tcase, blocks_are_taken_apart);
  tcase_add_test(tcase, a_table_comes_in_parts);
  tcase_add_test(tcase, commands_add_and_insert);
  tcase_add_test(tcase, what_is_taken_away_is_forgotten);
  tcase_add_test(tcase, what_is_not_followed_names_the_chain);
  tcase_add_test(tcase, other_things_have_lines);
  tcase_add_test(tcase, lines_have_other_names);
  tcase_add_test(tcase, broken_texts_end);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
