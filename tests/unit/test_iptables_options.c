/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of extensions: what each accepts and how it is written back, what it refuses. */
#include <string.h>

#include "firewall/extension.h"
#include "firewall/iptables.h"
#include "firewall/match/data.h"
#include "firewall/save.h"
#include "iptables_option_cases.h"
#include "unit.h"

static const char *const first_words[] = { "raw", "mangle", "nat", "filter", "security" };

/* => NULL: refused. */
static fw_ruleset *read_case(const option_case *c, fw_family *family, char **chain)
{
  gboolean six = g_str_has_prefix(c->chain, "6 ");
  char **words = g_strsplit(c->chain + (six ? 2 : 0), " ", 2);
  char *text = g_strdup_printf("*%s\n-A %s %s\nCOMMIT\n", words[0], words[1], c->rule);
  fw_read_options options = { TRUE, six ? FW_IPV6 : FW_IPV4, FW_BACKEND_NFT };
  fw_ruleset *r = fw_ruleset_new();

  *family = options.family;
  *chain = g_strdup(words[1]);
  ck_assert(g_strv_contains(
    (const char *const[]){ first_words[0], first_words[1], first_words[2], first_words[3], first_words[4], NULL },
    words[0]));
  if (!fw_rules_read(r, "f", text, strlen(text), &options, NULL)) {
    fw_ruleset_free(r);
    r = NULL;
  } else {
    fw_rules_finish(r);
  }
  g_strfreev(words);
  g_free(text);
  return r;
}

START_TEST(option_cases)
{
  const option_case *c = &option_case_list[_i];
  GString *out = g_string_new(NULL);
  fw_family family;
  char *chain;
  fw_ruleset *r = read_case(c, &family, &chain);
  const fw_table *table;

  if (c->saved == NULL) {
    ck_assert_msg(r == NULL, "%s: accepted", c->rule);
  } else {
    ck_assert_msg(r != NULL, "%s: refused", c->rule);
    ck_assert_msg(r->notes->len == 0, "%s: not understood", c->rule);
    table = g_ptr_array_index(r->tables, 0);
    fw_save_rule_words(out, fw_table_chain(table, chain)->rules[0]);
    ck_assert_str_eq(out->str + 1, strcmp(c->saved, "=") == 0 ? c->rule : c->saved);
  }
  fw_ruleset_free(r);
  g_string_free(out, TRUE);
  g_free(chain);
}
END_TEST

/* What evaluation reads: the parsed values themselves. */
START_TEST(parsed_values)
{
  static const option_case c = {
    "filter INPUT",
    "-s 10.1.2.3/8 -p tcp -m tcp ! --sport 5:6 -m limit --limit 7/min -m set --match-set s src,dst "
    "-j CONNMARK --or-mark 8",
    NULL
  };
  fw_family family;
  char *chain;
  fw_ruleset *r = read_case(&c, &family, &chain);
  const fw_rule *rule = fw_table_chain(g_ptr_array_index(r->tables, 0), "INPUT")->rules[0];
  const fw_tcp *tcp = rule->matches[0].data;
  const fw_limit *limit = rule->matches[1].data;
  const fw_set_match *set = rule->matches[2].data;

  ck_assert_uint_eq(rule->tests->source.bytes[0], 10);
  ck_assert_uint_eq(rule->tests->source.bytes[1], 0);
  ck_assert_uint_eq(rule->tests->source_mask.bytes[0], 255);
  ck_assert_uint_eq(rule->tests->given, FW_TEST_SOURCE | FW_TEST_PROTOCOL);
  ck_assert_uint_eq(tcp->given, FW_TCP_SPORT);
  ck_assert_uint_eq(tcp->invert, FW_TCP_SPORT);
  ck_assert_uint_eq(tcp->sport.from, 5);
  ck_assert_uint_eq(tcp->dport.to, 65535);
  ck_assert_uint_eq(limit->avg, 85714);
  ck_assert_uint_eq(limit->burst, 5);
  ck_assert_uint_eq(set->ref.n, 2);
  ck_assert_uint_eq(set->ref.source, 1);
  ck_assert_ptr_null(set->ref.set);
  ck_assert(rule->unknown); /* there is no such set */
  ck_assert_int_eq(rule->target.kind, FW_TARGET_EXTENSION);
  ck_assert_int_eq(rule->target.ops->id, FW_TARGET_ID_CONNMARK);
  fw_ruleset_free(r);
  g_free(chain);
}
END_TEST

/* A table whose ids or offsets are wrong would put values elsewhere. */
START_TEST(tables_are_sound)
{
  static const char *const names[] = {
#define X(name) #name,
    FW_MATCH_LIST(X)
#undef X
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(names); i++) {
    const char *name = strcmp(names[i], "ah6") == 0 ? "ah" : names[i];
    const fw_match_ops *ops = fw_match_find(name, FW_IPV4);
    const fw_option *o;

    if (ops == NULL || strcmp(names[i], "ah6") == 0)
      ops = fw_match_find(name, FW_IPV6);
    ck_assert_msg(ops != NULL, "%s is not found", names[i]);
    ck_assert_uint_eq(ops->id, i);
    ck_assert(ops->given.offset + ops->given.size <= ops->size || ops->size == 0);
    for (o = ops->options; o != NULL && o->name != NULL; o++) {
      ck_assert_uint_lt(o->id, 32);
      ck_assert_msg((o->flags & FW_OPTION_PUT) == 0 || o->offset < ops->size, "%s --%s", ops->name, o->name);
    }
  }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("iptables_options");
  TCase *tc = tcase_create("extensions");

  tcase_add_loop_test(tc, option_cases, 0, (int)n_option_cases);
  tcase_add_test(tc, parsed_values);
  tcase_add_test(tc, tables_are_sound);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
