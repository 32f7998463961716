/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our own readers against libpcap, on real captures. Where libpcap gives up on a file that ours reads (interfaces
 * of different kinds), what it gave before must be the same; where neither reads a file, both must say so.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/open.h"
#include "capture_kit.h"

/* libpcap 1.10 takes seconds for signed where the file has the machine's own byte order. Both agree on the 32 bits. */
static void unsign_seconds(kit_result *r, const kit_result *like)
{
  for (guint i = 0; i < MIN(r->frames->len, like->frames->len); i++) {
    cap_frame *f = &g_array_index(r->frames, cap_frame, i);
    gint64 ts_ns = kit_frame(like, i)->ts_ns;

    if (f->ts_ns == 0 && ts_ns > G_MAXINT32 * G_GINT64_CONSTANT(1000000000))
      f->ts_ns = ts_ns; /* negative, hence clamped: nothing left to compare */
  }
}

/* Reasons for which libpcap may give up earlier than ours. */
static gboolean is_libpcap_limit(const GError *error)
{
  return g_strstr_len(error->message, -1, "different from the") != NULL ||
         g_strstr_len(error->message, -1, "different byte orders") != NULL;
}

static void compare(const char *path)
{
  GError *error = NULL;
  kit_result *own = kit_read_path(path);
  cap_reader *reader = cap_reader_open_libpcap(path, &error);
  kit_result *theirs = kit_read(reader, error);
  g_autofree char *difference = NULL;

  unsign_seconds(theirs, own);
  if (theirs->error != NULL &&
      (g_str_has_suffix(path, ".snoop") || g_str_has_suffix(path, ".erf"))) { /* kinds that only ours reads */
    ck_assert_ptr_null(own->error);
    ck_assert_uint_gt(own->frames->len, 0);
    goto done;
  }
  if (theirs->error != NULL && is_libpcap_limit(theirs->error)) {
    ck_assert_uint_ge(own->frames->len, theirs->frames->len);
    g_array_set_size(own->frames, theirs->frames->len);
    ck_assert_msg(own->error == NULL, "%s", own->error ? own->error->message : "");
  } else {
    ck_assert_msg((own->error == NULL) == (theirs->error == NULL), "%s: own: %s; libpcap: %s", path,
                  own->error ? own->error->message : "fine", theirs->error ? theirs->error->message : "fine");
    if (own->error != NULL)
      ck_assert_msg(own->error->code == theirs->error->code, "%s: own: %s; libpcap: %s", path, own->error->message,
                    theirs->error->message);
  }
  difference = kit_frames_differ(own, theirs);
  ck_assert_msg(difference == NULL, "%s: %s", path, difference);
done:
  kit_result_free(own);
  kit_result_free(theirs);
}

static GPtrArray *captures;

START_TEST(same_frames_as_libpcap) { compare(captures->pdata[_i]); }
END_TEST

int main(void)
{
  Suite *suite;
  TCase *tc;
  SRunner *runner;
  int failed;

  captures = kit_truth_captures();
  if (captures == NULL) {
    puts("skipped: no shared captures here (CTREPLAY_TRUTH)");
    return 77;
  }
  suite = suite_create("capture-referee");
  tc = tcase_create("shared captures");
  tcase_add_loop_test(tc, same_frames_as_libpcap, 0, (int)captures->len);
  suite_add_tcase(suite, tc);
  runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  g_ptr_array_unref(captures);
  return failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
