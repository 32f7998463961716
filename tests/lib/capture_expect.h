/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of captures expect of frames and of errors. */
#ifndef TESTS_CAPTURE_EXPECT_H
#define TESTS_CAPTURE_EXPECT_H

#include <string.h>

#include "capture/magic.h"
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

/* n frames, one a second from `from` on, seeds from `seed` on. */
static inline kit_file make_pcap(guint n, guint from, guint step, guint seed, guint32 linktype)
{
  kit_file f = kit_file_new(FALSE);

  kit_pcap_header(&f, CAP_MAGIC_PCAP_USEC, 4, 0, linktype);
  for (guint i = 0; i < n; i++)
    kit_pcap_record(&f, from + i * step, 0, 20 + i % 300, 1500, seed + i);
  return f;
}

static inline kit_result *read_bytes(const void *data, gsize n)
{
  kit_file f = { .bytes = g_byte_array_new() };
  kit_result *r;

  kit_put_bytes(&f, data, n);
  r = kit_read_file(&f);
  kit_file_clear(&f);
  return r;
}

static inline void expect_same(const kit_result *a, const kit_result *b)
{
  g_autofree char *difference = kit_frames_differ(a, b);

  ck_assert_msg(difference == NULL, "%s", difference);
}

#endif
