/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of captures expect of frames and of errors. */
#ifndef TESTS_CAPTURE_EXPECT_H
#define TESTS_CAPTURE_EXPECT_H

#include <string.h>

#include "capture_kit.h"
#include "unit.h"

#define S_NS G_GINT64_CONSTANT(1000000000)

static inline void expect_frame(const kit_result *r, guint i, gint64 ts_ns, guint seed, guint captured, guint wire,
                                guint link)
{
  const cap_frame *f = kit_frame(r, i);

  ck_assert_int_eq(f->ts_ns, ts_ns);
  ck_assert(kit_frame_is(f, seed, captured));
  ck_assert_uint_eq(f->wire, wire);
  ck_assert_uint_eq(f->link, link);
}

/* The file ends in this error after so many frames; the message names the byte. */
static inline void expect_error(const kit_file *f, guint frames, cap_error code, const char *says)
{
  kit_result *r = kit_read_file(f);

  ck_assert_uint_eq(r->frames->len, frames);
  ck_assert_msg(r->error != NULL, "no error, want \"%s\"", says);
  ck_assert_msg(g_error_matches(r->error, CAP_ERROR, (int)code), "%s", r->error->message);
  ck_assert_msg(strstr(r->error->message, says) != NULL, "\"%s\" does not say \"%s\"", r->error->message, says);
  ck_assert_msg(strstr(r->error->message, "ctreplay-test-") != NULL, "\"%s\" does not name the file",
                r->error->message);
  ck_assert_uint_eq(r->errors, 1);
  kit_result_free(r);
}

#endif
