/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_rules [RULESETS [PACKETS [SEED [KIND]]]]: random rulesets, each with random packets, against the kernel of this
 * machine. Exits with 0 where all agree, 1 where one does not (printed, and made smaller), 77 where this machine
 * cannot.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIVE
#include "generator.h"

enum { RULESETS = 100, PACKETS = 100, DIFFERENCES_MOST = 10, ROUNDS_MOST = 150 };

typedef struct checking {
  gen_box *box;
  GString *what;
  guint64 compared, rules, packets;
  guint refused, less, luck, found, once, rounds;
  gboolean shows; /* the packets of each run */
} checking;

/* The packets as they were sent last. */
static void show_packets(const gen_case *c, const gen_result *result)
{
  for (guint i = 0; i < result->sent->len; i++) {
    const gen_sent *s = g_ptr_array_index(result->sent, i);
    const gen_packet *p = &g_array_index(c->packets, gen_packet, i);

    printf("  packet %u, flow %u, at %s%s:", i + 1, p->flow, s->side == 0 ? "lan0" : "wan0",
           p->bad_sum ? ", bad checksum" : "");
    for (guint b = 0; b < MIN(s->packet->len, 60); b++)
      printf("%s%02x", b % 4 == 0 ? " " : "", s->packet->data[b]);
    printf("\n");
  }
}

/* => FALSE: the router has failed, said. */
static gboolean differs(checking *k, const gen_case *c, gboolean *differ)
{
  gen_result result;
  GError *error = NULL;
  gboolean fine = gen_box_run(k->box, c, &result, &error);

  *differ = FALSE;
  if (!fine) {
    printf("failed: %s\n", error->message);
    g_error_free(error);
  } else if (result.refused) {
    g_string_assign(k->what, "refused\n");
    k->refused++;
  } else if (result.less) {
    g_string_assign(k->what, "listed with less than it has\n");
    k->less++;
  } else {
    gboolean luck;

    *differ = !gen_judge(c, &result, k->what, &k->compared, &luck);
    k->luck += luck;
    if (k->shows)
      show_packets(c, &result);
  }
  gen_result_clear(&result);
  return fine;
}

/* ---- smaller ---- */

/* Whether it differs still without the elements [at, at + n) of a list; else they are put back. */
static gboolean leave_out(checking *k, gen_case *c, GArray **list, guint at, guint n)
{
  const guint size = g_array_get_element_size(*list);
  GArray *whole = *list, *less = g_array_new(FALSE, TRUE, size);
  gboolean differ = FALSE;

  g_array_append_vals(less, whole->data, at);
  g_array_append_vals(less, whole->data + (gsize)(at + n) * size, whole->len - at - n);
  *list = less;
  if (k->rounds++ < ROUNDS_MOST && differs(k, c, &differ) && differ) {
    g_array_set_clear_func(whole, NULL);
    g_array_free(whole, TRUE);
    return TRUE;
  }
  g_array_free(less, TRUE);
  *list = whole;
  return FALSE;
}

static void make_smaller(checking *k, gen_case *c)
{
  for (guint n = MAX(c->packets->len / 2, 1); n >= 1; n = n > 1 ? n / 2 : 0)
    for (guint at = 0; at + n <= c->packets->len;)
      if (!leave_out(k, c, &c->packets, at, n))
        at += n;
  for (guint at = c->lines->len; at-- > 0;)
    if (g_array_index(c->lines, gen_line, at).rule)
      leave_out(k, c, &c->lines, at, 1);
  for (guint at = 0; at < c->packets->len;)
    if (!leave_out(k, c, &c->packets, at, 1))
      at++;
}

static void show(checking *k, gen_case *c)
{
  gboolean differ;
  g_autofree char *four = NULL, *six = NULL, *sets = gen_case_sets(c);

  printf("DIFFERENT: %s, seed %" G_GUINT64_FORMAT "\n%s", gen_kind_name(c->kind), c->seed, k->what->str);
  k->rounds = 0;
  make_smaller(k, c);
  k->shows = TRUE;
  differs(k, c, &differ);
  k->shows = FALSE;
  four = gen_case_text(c, FALSE);
  six = gen_case_text(c, TRUE);
  printf("%s; these rules and %u packets are enough:\n%s%s%s%s\n",
         differ ? "made smaller" : "it does not happen every time", c->packets->len, sets, four, six, k->what->str);
  fflush(stdout);
}

static guint count_rules(const gen_case *c)
{
  guint n = 0;

  for (guint i = 0; i < c->lines->len; i++)
    n += g_array_index(c->lines, gen_line, i).rule;
  return n;
}

/* => FALSE: the router has failed. */
static gboolean check_one(checking *k, guint64 seed, gen_kind kind, guint packets)
{
  gen_case *c = gen_case_new(seed, kind, packets);
  gboolean differ, fine = differs(k, c, &differ);

  k->rules += count_rules(c);
  k->packets += c->packets->len;
  if (fine && differ) {
    g_autofree char *first = g_strdup(k->what->str);

    /* A busy machine decides otherwise, now and then, what jiffies decide: who differs does so again. */
    fine = differs(k, c, &differ);
    if (fine && !differ) {
      k->once++;
      printf("differed once, and not again: %s, seed %" G_GUINT64_FORMAT "\n%s\n", gen_kind_name(kind), seed, first);
    }
  }
  if (fine && differ) {
    k->found++;
    show(k, c);
  }
  gen_case_free(c);
  return fine;
}

/*
 * Each ruleset is of one kind, or those of kind `only`. iptables-legacy comes last: its tables stay, and with them what
 * they do to each connection. => FALSE: the router has failed.
 */
static gboolean check(checking *k, guint64 seed, guint rulesets, guint packets, int only)
{
  static const gen_kind order[] = { GEN_IPTABLES, GEN_NFT, GEN_LEGACY };

  for (guint o = 0; o < GEN_KINDS; o++)
    for (guint i = 0; i < rulesets && k->found < DIFFERENCES_MOST; i++) {
      const gboolean mine = only >= 0 ? only == (int)order[o] : (seed + i) % GEN_KINDS == order[o];

      if (mine && !check_one(k, seed + i, order[o], packets))
        return FALSE;
    }
  return TRUE;
}

static int kind_of(const char *name)
{
  for (int i = 0; i < GEN_KINDS; i++)
    if (strcmp(name, gen_kind_name((gen_kind)i)) == 0)
      return i;
  return -1;
}

static guint64 argument(int argc, char **argv, int i, guint64 otherwise)
{
  return argc > i ? g_ascii_strtoull(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
  const guint rulesets = (guint)argument(argc, argv, 1, RULESETS), packets = (guint)argument(argc, argv, 2, PACKETS);
  const guint64 seed = argument(argc, argv, 3, 1);
  checking k = { .what = NULL };
  GError *error = NULL;
  gboolean fine;

  k.box = gen_box_new(&error);
  if (k.box == NULL) {
    const gboolean lacks = g_error_matches(error, VERIFY_ERROR, VERIFY_ERROR_MISSING);

    printf("%s: %s\n", lacks ? "skipped" : "failed", error->message);
    g_error_free(error);
    return lacks ? 77 : 1;
  }
  k.what = g_string_new(NULL);
  fine = check(&k, seed, rulesets, packets, argc > 4 ? kind_of(argv[4]) : -1);
  printf(
    "%u rulesets of %" G_GUINT64_FORMAT " rules, %" G_GUINT64_FORMAT " packets, %" G_GUINT64_FORMAT
    " things compared, %u refused by the kernel or its tools, %u that nft lists without a check that the kernel holds, "
    "%u left to chance, %u different once and not again: %u differ\n",
    rulesets, k.rules, k.packets, k.compared, k.refused, k.less, k.luck, k.once, k.found);
  gen_box_free(k.box);
  g_string_free(k.what, TRUE);
  /* What is refused says nothing: more than a few would be a fault of the generator's. */
  return fine && k.found == 0 && (k.refused + k.less) * 4 <= rulesets ? 0 : 1;
}

#else
int main(void)
{
  puts("skipped: built without libmnl or Linux headers");
  return 77;
}
#endif
