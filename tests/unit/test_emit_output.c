/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of an output, with a format made for it: state of its own, and errors from its first and last words. */
#include "emit_views.h"
#include "unit.h"

typedef struct counting_private {
  guint entries;
} counting_private;

static gboolean fails_to_open;
static guint closed;

static gboolean counting_open(emit_output *output, GError **error)
{
  ck_assert_uint_eq(((counting_private *)output->priv)->entries, 0);
  if (fails_to_open)
    g_set_error_literal(error, EMIT_ERROR, EMIT_ERROR_FORMAT, "no beginning");
  return !fails_to_open;
}

static void counting_entry(emit_output *output, const ct_view *view)
{
  (void)view;
  ((counting_private *)output->priv)->entries++;
}

static gboolean counting_close(emit_output *output, GError **error)
{
  const counting_private *private = output->priv;

  closed++;
  emit_text_u64(output->text, private->entries);
  if (private->entries == 0)
    g_set_error_literal(error, EMIT_ERROR, EMIT_ERROR_FORMAT, "nothing to count");
  return private->entries > 0;
}

static const emit_format counting = {
  .name = "counting",
  .can = EMIT_CAN_LIST,
  .private_bytes = sizeof(counting_private),
  .open = counting_open,
  .entry = counting_entry,
  .close = counting_close,
};

static emit_text text;
static const emit_options options;

static void setup(void)
{
  emit_text_init(&text, -1);
  fails_to_open = FALSE;
  closed = 0;
}

static void teardown(void) { emit_text_clear(&text); }

START_TEST(two_at_once)
{
  ct_view view = view_tcp(CT_TCP_SYN_SENT, 0, 120);
  emit_output a, b;

  ck_assert(emit_output_open(&a, &counting, EMIT_CAN_LIST, &options, &text, NULL));
  ck_assert(emit_output_open(&b, &counting, EMIT_CAN_LIST, &options, &text, NULL));
  emit_output_entry(&a, &view);
  emit_output_entry(&a, &view);
  emit_output_entry(&b, &view);
  /* What the format has no words for is no mistake. */
  emit_output_snapshot(&b, 0, 0);
  emit_output_skip(&b);
  ck_assert_uint_eq(emit_format_wants(&counting, &options, EMIT_CAN_LIST), 0);
  ck_assert(emit_output_close(&a, NULL));
  ck_assert(emit_output_is_open(&b));
  ck_assert(emit_output_close(&b, NULL));
  ck_assert(!emit_output_is_open(&a) && !emit_output_is_open(&b));
  ck_assert_str_eq(text_taken(&text), "21");
}
END_TEST

START_TEST(no_beginning)
{
  GError *error = NULL;
  emit_output output;

  fails_to_open = TRUE;
  ck_assert(!emit_output_open(&output, &counting, EMIT_CAN_LIST, &options, &text, &error));
  ck_assert(g_error_matches(error, EMIT_ERROR, EMIT_ERROR_FORMAT));
  ck_assert_str_eq(error->message, "no beginning");
  ck_assert(!emit_output_is_open(&output));
  ck_assert_uint_eq(closed, 0);
  g_error_free(error);
}
END_TEST

START_TEST(no_end)
{
  GError *error = NULL;
  emit_output output;

  ck_assert(emit_output_open(&output, &counting, EMIT_CAN_LIST, &options, &text, NULL));
  ck_assert(!emit_output_close(&output, &error));
  ck_assert(g_error_matches(error, EMIT_ERROR, EMIT_ERROR_FORMAT));
  ck_assert(!emit_output_is_open(&output));
  ck_assert_uint_eq(closed, 1);
  g_error_free(error);
}
END_TEST

START_TEST(content_words)
{
  ck_assert_uint_eq(emit_word_find("timestamp"), EMIT_TIMESTAMP);
  ck_assert_uint_eq(emit_word_find("extended"), EMIT_EXTENDED);
  ck_assert_uint_eq(emit_word_find("id"), EMIT_ID);
  ck_assert_uint_eq(emit_word_find("ktimestamp"), EMIT_KTIMESTAMP);
  ck_assert_uint_eq(emit_word_find("time"), 0);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("emit_output");
  TCase *tcase = tcase_create("output");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, two_at_once);
  tcase_add_test(tcase, no_beginning);
  tcase_add_test(tcase, no_end);
  tcase_add_test(tcase, content_words);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
