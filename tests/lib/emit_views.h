/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Views made by hand, as an engine would hand them out, for the tests of src/emit. */
#ifndef TESTS_EMIT_VIEWS_H
#define TESTS_EMIT_VIEWS_H

#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "emit/emit.h"

/* 2026-11-21T10:04:58Z: the moment of all these views. */
#define VIEW_NOW_NS (G_GINT64_CONSTANT(1795255498) * 1000000000)
#define VIEW_SECOND_NS (G_GINT64_CONSTANT(1000000000))

static inline ct_tuple view_tuple(guint8 proto, const char *src, const char *dst, guint src_id, guint dst_id)
{
  ct_tuple tuple;
  int family = strchr(src, ':') != NULL ? AF_INET6 : AF_INET;

  memset(&tuple, 0, sizeof(tuple));
  ck_assert_int_eq(inet_pton(family, src, tuple.src.bytes), 1);
  ck_assert_int_eq(inet_pton(family, dst, tuple.dst.bytes), 1);
  tuple.family = family == AF_INET6 ? CT_IPV6 : CT_IPV4;
  tuple.proto = proto;
  tuple.src_id = (guint16)src_id;
  tuple.dst_id = (guint16)dst_id;
  return tuple;
}

/* A confirmed entry, the table's first, made two seconds ago, its timeout in whole seconds. */
static inline ct_view view_make(ct_tuple original, guint8 state, guint32 status, gint64 timeout_s)
{
  ct_view view;

  memset(&view, 0, sizeof(view));
  view.id = 1;
  view.tuple[CT_ORIGINAL] = original;
  ck_assert(ct_tuple_invert(&original, &view.tuple[CT_REPLY]));
  view.status = status | CT_STATUS_CONFIRMED;
  view.state = state;
  view.timeout_ns = timeout_s * VIEW_SECOND_NS;
  view.deadline_ns = VIEW_NOW_NS + view.timeout_ns;
  view.created_ns = VIEW_NOW_NS - 2 * VIEW_SECOND_NS;
  view.use = 1;
  return view;
}

static inline ct_view view_counted(ct_view view, guint64 packets, guint64 bytes, guint64 reply_packets,
                                   guint64 reply_bytes)
{
  view.counted = true;
  view.packets[CT_ORIGINAL] = packets;
  view.bytes[CT_ORIGINAL] = bytes;
  view.packets[CT_REPLY] = reply_packets;
  view.bytes[CT_REPLY] = reply_bytes;
  return view;
}

static inline ct_view view_tcp(guint8 state, guint32 status, gint64 timeout_s)
{
  return view_make(view_tuple(CT_PROTO_TCP, "10.1.0.2", "10.2.0.2", 1000, 80), state, status, timeout_s);
}

static inline ct_event event_make(ct_event_type type, guint bits, const ct_view *view)
{
  ct_event event;

  memset(&event, 0, sizeof(event));
  event.type = type;
  event.bits = (guint16)bits;
  event.view = view;
  event.time_ns = VIEW_NOW_NS;
  event.packet = 1;
  return event;
}

static inline ct_expect_view expect_make(void)
{
  ct_expect_view expect;

  memset(&expect, 0, sizeof(expect));
  expect.id = 1;
  expect.tuple = view_tuple(CT_PROTO_TCP, "10.1.0.2", "10.2.0.2", 0, 1234);
  expect.mask = view_tuple(CT_PROTO_TCP, "255.255.255.255", "0.0.0.0", 0, 0);
  expect.master_id = 1;
  expect.master_tuple = view_tuple(CT_PROTO_TCP, "10.1.0.2", "10.2.0.2", 4000, 21);
  expect.timeout_ns = 299 * VIEW_SECOND_NS + 5;
  expect.deadline_ns = VIEW_NOW_NS + expect.timeout_ns;
  expect.class_name = "";
  expect.helper = "ftp";
  expect.made_by = "PASV";
  expect.made_by_packet = 17;
  return expect;
}

/* What was written since the last call, as a string. */
static inline const char *text_taken(emit_text *text)
{
  emit_text_char(text, '\0');
  text->used = 0;
  return text->data;
}

/*
 * An output of the format, on text, with the options as they are now. It stays the same one until another format is
 * asked for; its first words are left out.
 */
static inline emit_output *output_in(emit_output *output, const char *format, guint what, const emit_options *options,
                                     emit_text *text)
{
  const emit_format *wanted = emit_format_find(format);

  if (output->format != wanted) {
    if (emit_output_is_open(output))
      ck_assert(emit_output_close(output, NULL));
    ck_assert(emit_output_open(output, wanted, what, options, text, NULL));
    text->used = 0;
  }
  output->options = *options;
  return output;
}

static inline void output_end(emit_output *output, emit_text *text)
{
  if (emit_output_is_open(output))
    ck_assert(emit_output_close(output, NULL));
  emit_text_clear(text);
}

#endif
