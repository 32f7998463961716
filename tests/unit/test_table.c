/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slab and index: what was put in is found, through growth in place and gaps that close, and nothing else is. */
#include <glib.h>
#include <signal.h>
#include <string.h>

#include "conntrack/table/table.h"
#include "unit.h"

enum { ENTRIES = 30000, STEPS = 200000 };

static ct_tuple tuple_of(guint i)
{
  ct_tuple t = { .family = i % 4 == 3 ? CT_IPV6 : CT_IPV4, .proto = CT_PROTO_TCP, .src_id = (guint16)i, .dst_id = 80 };

  t.src.v4 = i + 1;
  t.dst.v4 = 0x01020304;
  if (t.family == CT_IPV6)
    t.dst.words[3] = i;
  return t;
}

static ct_entry *find(const ct_table *table, guint i, guint32 hash, ct_dir *dir)
{
  ct_tuple t = tuple_of(i), reply;
  ct_dir back = CT_ORIGINAL;
  ct_entry *entry = ct_table_find(table, &t, hash, dir);

  ct_tuple_invert(&t, &reply);
  ck_assert_ptr_eq(ct_table_find(table, &reply, hash, &back), entry);
  if (entry != NULL) {
    ck_assert_int_eq(back, CT_REPLY);
    ck_assert_ptr_eq(ct_table_find_hinted(table, &t, ct_table_number(table, entry), dir), entry);
    ck_assert_int_eq(*dir, CT_ORIGINAL);
    ck_assert_ptr_eq(ct_table_find_hinted(table, &reply, ct_table_number(table, entry), &back), entry);
    ck_assert_int_eq(back, CT_REPLY);
  }
  return entry;
}

/* In and out at random, against an array that knows what should be there. */
START_TEST(random_steps)
{
  static gboolean there[ENTRIES];
  static guint32 was[ENTRIES]; /* the number of its entry the last time that it had one */
  GRand *rand = g_rand_new_with_seed(7 + (guint32)_i);
  ct_table table;
  ct_dir dir = CT_ORIGINAL;
  guint step, i, n = 0;

  ct_table_init(&table);
  memset(there, 0, sizeof(there));
  memset(was, 0, sizeof(was));
  for (step = 0; step < STEPS; step++) {
    ct_tuple t;
    ct_entry *entry;

    i = (guint)g_rand_int_range(rand, 0, ENTRIES);
    t = tuple_of(i);
    entry = find(&table, i, ct_tuple_hash(&t), &dir);
    ck_assert_int_eq(entry != NULL, there[i]);
    if (entry == NULL) {
      guint32 hint = (guint32)g_rand_int_range(rand, 0, (gint32)table.top);

      ck_assert_ptr_null(ct_table_find_hinted(&table, &t, hint, &dir));
      ck_assert_ptr_null(ct_table_find_hinted(&table, &t, was[i], &dir)); /* freed, or another's now */
      entry = ct_table_take(&table, &t);
      entry->status |= CT_STATUS_CONFIRMED;
      was[i] = ct_table_number(&table, entry);
      ct_table_insert(&table, entry, ct_tuple_hash(&t));
    } else if (g_rand_int_range(rand, 0, 3) == 0) {
      ck_assert_int_eq(dir, CT_ORIGINAL);
      ct_table_remove(&table, entry);
      ct_table_give(&table, entry);
    } else {
      continue;
    }
    there[i] = !there[i];
    n += there[i] ? 1 : -1u;
    ck_assert_uint_eq(table.used, n);
    if (step % 256 == 0)
      ct_table_populate(&table, 256);
  }
  ck_assert_uint_gt(n, 8192); /* enough to have populated ahead, and to have grown several times */
  ct_table_clear(&table);
  g_rand_free(rand);
}
END_TEST

/* Hashes in a few crowds, one of which runs over the end of the index at every size: growth keeps each within reach. */
START_TEST(crowds_survive_growth)
{
  enum { CROWDED = 6000 };
  ct_table table;
  ct_dir dir = CT_ORIGINAL;
  guint i, j;

  ct_table_init(&table);
  for (i = 0; i < CROWDED; i++) {
    static const guint32 crowds[] = { 0xffffffff, 0x7fffffff, 0, 0x40000200, 0xffffff00 };
    ct_tuple t = tuple_of(i);

    ct_entry *entry = ct_table_take(&table, &t);

    entry->status |= CT_STATUS_CONFIRMED;
    ct_table_insert(&table, entry, crowds[i % G_N_ELEMENTS(crowds)] - i % 7 * 64);
    if ((i & (i + 1)) != 0 && i + 1 != CROWDED && i % 769 != 0)
      continue;
    for (j = 0; j <= i; j++)
      ck_assert_ptr_nonnull(find(&table, j, crowds[j % G_N_ELEMENTS(crowds)] - j % 7 * 64, &dir));
  }
  ck_assert_ptr_null(find(&table, CROWDED, 0xffffffff, &dir));
  ct_table_clear(&table);
}
END_TEST

/* What an entry of the next test was given. */
typedef struct mapped {
  ct_tuple original, reply;
  guint32 number, device;
} mapped;

static void map(ct_table *table, mapped *m, guint i, GRand *rand)
{
  ct_entry *entry;

  m->original = tuple_of(i);
  m->device = 0;
  entry = ct_table_take(table, &m->original);
  m->number = ct_table_number(table, entry);
  ct_tuple_invert(&m->original, &m->reply);
  ck_assert_uint_eq(ct_table_device(table, entry), 0);
  if (g_rand_boolean(rand)) {
    /* More addresses than there are aliases, and few of them often. */
    m->reply.dst.v4 = 0x0a000000 + (guint32)g_rand_int_range(rand, 0, g_rand_boolean(rand) ? 4 : 600);
    m->reply.dst_id = (guint16)(m->reply.dst_id + (g_rand_int_range(rand, 0, 4) == 0 ? 30000 : 0));
    ct_table_set_reply(table, entry, &m->reply);
  }
  if (g_rand_boolean(rand)) {
    m->device = (guint32)g_rand_int_range(rand, 1, g_rand_boolean(rand) ? 3 : 90);
    ct_table_set_device(table, entry, m->device);
  }
  if (g_rand_int_range(rand, 0, 4) == 0) { /* a second mapping, of the other end */
    m->reply.src.v4 ^= 0x00010000;
    ct_table_set_reply(table, entry, &m->reply);
  }
  entry->status = CT_STATUS_CONFIRMED;
  ct_table_insert(table, entry, ct_tuple_hash(&m->original));
}

static void check_mapped(const ct_table *table, const mapped *m)
{
  ct_entry *entry = ct_table_entry(table, m->number);
  guint32 hash = ct_tuple_hash(&m->original), second;
  ct_dir dir = CT_ORIGINAL;
  ct_tuple tuple;

  ct_table_tuple(table, entry, CT_ORIGINAL, &tuple);
  ck_assert(ct_tuple_equal(&tuple, &m->original));
  ct_table_tuple(table, entry, CT_REPLY, &tuple);
  ck_assert(ct_tuple_equal(&tuple, &m->reply));
  ck_assert_uint_eq(ct_table_device(table, entry), m->device);
  ck_assert_int_eq(ct_table_has_second(table, entry, hash, &second), ct_tuple_hash(&m->reply) != hash);
  ck_assert_ptr_eq(ct_table_find(table, &m->original, hash, &dir), entry);
  ck_assert_int_eq(dir, CT_ORIGINAL);
  ck_assert_ptr_eq(ct_table_find_hinted(table, &m->reply, m->number, &dir), entry);
  ck_assert_int_eq(dir, CT_REPLY);
  ck_assert_ptr_eq(ct_table_find_as(table, &m->reply, ct_tuple_hash(&m->reply), CT_REPLY), entry);
}

/* Replies and devices are what was said, whether an alias has them or a key. */
START_TEST(replies_are_kept)
{
  enum { MAPPED = 3000 };
  GRand *rand = g_rand_new_with_seed(70 + (guint32)_i);
  mapped *all = g_new0(mapped, MAPPED);
  guint step, i, spelled = 0, short_ones = 0;
  ct_table table;

  ct_table_init(&table);
  for (i = 0; i < MAPPED; i++)
    map(&table, &all[i], i, rand);
  for (step = 0; step < 3 * MAPPED; step++) {
    i = (guint)g_rand_int_range(rand, 0, MAPPED);
    check_mapped(&table, &all[i]);
    ct_table_remove(&table, ct_table_entry(&table, all[i].number));
    ct_table_give(&table, ct_table_entry(&table, all[i].number));
    map(&table, &all[i], i, rand);
  }
  for (i = 0; i < MAPPED; i++) {
    check_mapped(&table, &all[i]);
    spelled += ct_table_is_spelled(ct_table_entry(&table, all[i].number));
    short_ones += ct_table_entry(&table, all[i].number)->alias != 0;
  }
  ck_assert_uint_eq(table.spelled, spelled);
  ck_assert_uint_gt(spelled, 0);
  ck_assert_uint_gt(short_ones, 0);
  ct_table_clear(&table);
  g_free(all);
  g_rand_free(rand);
}
END_TEST

/* A share gives back its own entries' memory and none of the other's; pages at the border may stay. */
START_TEST(shares_are_discarded)
{
  enum { MANY = 16384, BORDER = 64 * 1024 / sizeof(ct_entry) };
  ct_table table;
  guint i;

  ct_table_init(&table);
  for (i = 0; i < MANY; i++) {
    ct_tuple t = tuple_of(i);

    ct_table_take(&table, &t)->id = i + 1;
  }
  ct_table_discard(&table, 1, 2);
  for (i = 1; i < MANY / 2; i++)
    ck_assert_uint_eq(ct_table_entry(&table, i)->id, i);
  for (i = MANY / 2 + BORDER; i < MANY - BORDER; i++)
    ck_assert_uint_eq(ct_table_entry(&table, i)->id, 0);
  ct_table_discard(&table, 0, 2);
  for (i = 1; i < MANY / 2 - BORDER; i++)
    ck_assert_uint_eq(ct_table_entry(&table, i)->id, 0);
  ct_table_clear(&table);
}
END_TEST

/* More than a size can say, and more than a system can give. */
START_TEST(what_cannot_be_had_ends_the_process)
{
  static const struct {
    gsize n, element_bytes;
  } wishes[] = { { G_MAXSIZE / 4, 8 }, { G_MAXSIZE / 4, 1 } };

  ct_pages_new(wishes[_i].n, wishes[_i].element_bytes);
}
END_TEST

START_TEST(what_cannot_be_extended_ends_the_process)
{
  void *pages = ct_pages_new(1000, 8);

  ct_pages_grow(pages, 1000, G_MAXSIZE / 16, 8);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("table");
  TCase *tc = tcase_create("index");

  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, random_steps, 0, 2);
  tcase_add_test(tc, crowds_survive_growth);
  tcase_add_loop_test(tc, replies_are_kept, 0, 2);
  tcase_add_test(tc, shares_are_discarded);
  tcase_add_loop_test_raise_signal(tc, what_cannot_be_had_ends_the_process, SIGABRT, 0, 2);
  tcase_add_test_raise_signal(tc, what_cannot_be_extended_ends_the_process, SIGABRT);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
