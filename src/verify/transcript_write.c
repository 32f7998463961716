/* SPDX-License-Identifier: GPL-2.0-or-later */
/* transcript_json.c reads these lines as the same values again. */
#include "verify/transcript_write.h"

#include <arpa/inet.h>

#include "conntrack/proto/proto.h"
#include "verify/seconds.h"

/* JSON string of text that may be anything (a kernel's release, a file's name). */
static void print_string(GString *out, const char *text)
{
  g_string_append_c(out, '"');
  for (const guchar *c = (const guchar *)text; *c; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf(out, "\\%c", *c);
    else if (*c < 0x20)
      g_string_append_printf(out, "\\u%04x", *c);
    else
      g_string_append_c(out, (char)*c);
  g_string_append_c(out, '"');
}

static void print_strings(GString *out, GStrv strings)
{
  g_string_append_c(out, '[');
  for (guint i = 0; strings != NULL && strings[i] != NULL; i++) {
    g_string_append(out, i ? "," : "");
    print_string(out, strings[i]);
  }
  g_string_append_c(out, ']');
}

/* The moment, and that of the look at the table where it is another. */
static void print_moment(GString *out, gint64 time_ns, gint64 seen_ns)
{
  g_string_append(out, ",\"t\":");
  verify_seconds_put(out, time_ns);
  if (seen_ns == time_ns)
    return;
  g_string_append(out, ",\"seen\":");
  verify_seconds_put(out, seen_ns);
}

void verify_tuple_put(GString *out, const ct_tuple *tuple)
{
  char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
  int af = tuple->family == CT_IPV6 ? AF_INET6 : AF_INET;

  inet_ntop(af, tuple->src.bytes, src, sizeof(src));
  inet_ntop(af, tuple->dst.bytes, dst, sizeof(dst));
  g_string_append_printf(out, "{\"src\":\"%s\",\"dst\":\"%s\",\"proto\":%u", src, dst, tuple->proto);
  if (ct_tuple_is_icmp(tuple))
    g_string_append_printf(out, ",\"id\":%u,\"type\":%u,\"code\":%u", tuple->src_id, ct_tuple_icmp_type(tuple),
                           ct_tuple_icmp_code(tuple));
  else if (ct_proto_ids(NULL, tuple->proto) != CT_IDS_NONE || tuple->src_id || tuple->dst_id)
    g_string_append_printf(out, ",\"sport\":%u,\"dport\":%u", tuple->src_id, tuple->dst_id);
  g_string_append_c(out, '}');
}

static void print_status(GString *out, guint32 status)
{
  const char *separator = "";

  g_string_append(out, ",\"status\":[");
  for (guint bit = 0; bit < 16; bit++)
    if (status & 1u << bit) {
      g_string_append_printf(out, "%s\"%s\"", separator, ct_status_name(bit));
      separator = ",";
    }
  g_string_append_c(out, ']');
}

static void entry_members(GString *out, const verify_entry *e)
{
  g_string_append(out, "\"orig\":");
  verify_tuple_put(out, &e->orig);
  if (e->has & VERIFY_HAS_REPLY) {
    g_string_append(out, ",\"reply\":");
    verify_tuple_put(out, &e->reply);
  }
  if (e->has & VERIFY_HAS_STATUS)
    print_status(out, e->status);
  if (e->has & VERIFY_HAS_STATE) {
    g_string_append(out, ",\"state\":");
    print_string(out, e->state);
  }
  if (e->has & VERIFY_HAS_WSCALE)
    g_string_append_printf(out, ",\"wscale\":[%u,%u]", e->wscale[0], e->wscale[1]);
  if (e->has & VERIFY_HAS_TFLAGS)
    g_string_append_printf(out, ",\"tflags\":[%u,%u]", e->tflags[0], e->tflags[1]);
  if (e->has & VERIFY_HAS_VTAG)
    g_string_append_printf(out, ",\"vtag\":[%u,%u]", e->vtag[0], e->vtag[1]);
  if (e->has & VERIFY_HAS_HELPER) {
    g_string_append(out, ",\"helper\":");
    print_string(out, e->helper);
  }
  if (e->has & VERIFY_HAS_TIMEOUT)
    g_string_append_printf(out, ",\"timeout\":%" G_GINT64_FORMAT, e->timeout_s);
  if (e->has & VERIFY_HAS_COUNTERS)
    g_string_append_printf(out,
                           ",\"counters\":[[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "],[%" G_GUINT64_FORMAT
                           ",%" G_GUINT64_FORMAT "]]",
                           e->packets[0], e->bytes[0], e->packets[1], e->bytes[1]);
  if (e->has & VERIFY_HAS_MASTER) {
    g_string_append(out, ",\"master\":");
    verify_tuple_put(out, &e->master);
  }
}

static void expect_members(GString *out, const verify_expect *x)
{
  g_string_append(out, "\"master\":");
  verify_tuple_put(out, &x->master);
  g_string_append(out, ",\"tuple\":");
  verify_tuple_put(out, &x->tuple);
  g_string_append(out, ",\"mask\":");
  verify_tuple_put(out, &x->mask);
  if (!x->timeless)
    g_string_append_printf(out, ",\"timeout\":%u", (guint32)x->timeout_s);
  g_string_append(out, ",\"helper\":");
  print_string(out, x->helper);
  g_string_append_printf(out, ",\"flags\":%u,\"class\":%u", x->flags, x->class_number);
}

void verify_entry_put(GString *out, const verify_entry *entry)
{
  g_string_append_c(out, '{');
  entry_members(out, entry);
  g_string_append_c(out, '}');
}

void verify_expect_put(GString *out, const verify_expect *expect)
{
  g_string_append_c(out, '{');
  expect_members(out, expect);
  g_string_append_c(out, '}');
}

void verify_event_put(GString *out, const verify_event *event)
{
  g_string_append_c(out, '{');
  if (event->type >= VERIFY_EV_EXP_NEW)
    expect_members(out, &event->u.expect);
  else
    entry_members(out, &event->u.entry);
  g_string_append_printf(out, ",\"ev\":\"%s\"}", verify_event_name(event->type));
}

void verify_header_put(GString *out, const verify_header *header)
{
  g_string_append(out, "{\"transcript\":1,\"kernel\":");
  print_string(out, header->kernel);
  g_string_append(out, ",\"capture\":");
  print_string(out, header->capture);
  g_string_append(out, ",\"sysctl\":");
  print_strings(out, header->sysctls);
  g_string_append(out, ",\"helper\":");
  print_strings(out, header->helpers);
  g_string_append_printf(out, ",\"clock\":\"%s\"}\n", header->virtual_clock ? "virtual" : "arrival");
}

/* Lists are left out where they are empty. */
#define PRINT_LIST(out, name, array, type, print)           \
  for (guint i = 0; i < (array)->len; i++) {                \
    g_string_append(out, i ? "," : ",\"" name "\":[");      \
    print(out, &g_array_index(array, type, i));             \
    g_string_append(out, i + 1 == (array)->len ? "]" : ""); \
  }

void verify_line_put(GString *out, const verify_line *line)
{
  g_string_append_printf(out, "{\"n\":%" G_GUINT64_FORMAT, line->number);
  if (line->why != NULL) {
    g_string_append(out, ",\"cls\":null,\"why\":");
    print_string(out, line->why);
    g_string_append(out, "}\n");
    return;
  }
  if (line->padded)
    g_string_append(out, ",\"padded\":1");
  print_moment(out, line->time_ns, line->seen_ns);
  g_string_append_printf(out, ",\"fwd\":%d,\"cls\":", line->forwarded ? 1 : 0);
  if (line->cls == CT_CLASS_NONE)
    g_string_append(out, "null");
  else
    g_string_append_printf(out, "\"%s\",\"dir\":\"%c\"", ct_class_name(line->cls), line->dir);
  PRINT_LIST(out, "ev", line->events, verify_event, verify_event_put)
  PRINT_LIST(out, "ct", line->listed, verify_entry, verify_entry_put)
  PRINT_LIST(out, "gone", line->gone, ct_tuple, verify_tuple_put)
  PRINT_LIST(out, "exp", line->expected, verify_expect, verify_expect_put)
  PRINT_LIST(out, "exp_gone", line->expect_gone, ct_tuple, verify_tuple_put)
  g_string_append(out, "}\n");
}

void verify_end_put(GString *out, const verify_end *end)
{
  g_string_append(out, "{\"end\":1");
  if (end->time_ns >= 0)
    print_moment(out, end->time_ns, end->seen_ns);
  g_string_append(out, ",\"table\":[");
  for (guint i = 0; i < end->table->len; i++) {
    g_string_append(out, i ? "," : "");
    verify_entry_put(out, &g_array_index(end->table, verify_entry, i));
  }
  g_string_append(out, "],\"expect\":[");
  for (guint i = 0; i < end->expected->len; i++) {
    g_string_append(out, i ? "," : "");
    verify_expect_put(out, &g_array_index(end->expected, verify_expect, i));
  }
  g_string_append(out, "],\"stats\":[");

  g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(end->stats), (GCompareFunc)g_strcmp0);

  for (GList *name = names; name != NULL; name = name->next) {
    const guint64 *sum = g_hash_table_lookup(end->stats, name->data);

    g_string_append_printf(out, "%s\"%s=%" G_GUINT64_FORMAT "\"", name == names ? "" : ",", (const char *)name->data,
                           *sum);
  }
  g_string_append(out, "]}\n");
}
