/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "place.h"
#include "select.h"

#include <pcap/pcap.h>
#include <string.h>

enum { SNAP_LENGTH = 262144, NAMES_KEPT = 16 };

typedef struct compiled {
  guint link;
  gboolean good;
  struct bpf_program program;
} compiled;

struct replay_select {
  const replay_options *o;
  gboolean anything; /* else every frame is taken */
  gboolean started, ended;
  gint64 first_ns; /* of the stream; as soon as a frame has come */
  gboolean seen;   /* one has */
  guint64 taken;
  GArray *programs;        /* compiled, one per link type met */
  gint64 interface_number; /* -1: no number */
  GPtrArray *names;        /* interfaces met, as people would name them; at most NAMES_KEPT */
  gboolean named;          /* one of them by a name, not by its number */
  guint64 with_direction, matched;
  char *problem, *remark;
};

static gboolean compile(compiled *c, const char *expression, guint link, char **why)
{
  pcap_t *dead = pcap_open_dead((int)link, SNAP_LENGTH);

  c->link = link;
  c->good = pcap_compile(dead, &c->program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
  if (!c->good && why != NULL)
    *why = g_strdup(pcap_geterr(dead));
  pcap_close(dead);
  return c->good;
}

replay_select *replay_select_new(const replay_options *options, GError **error)
{
  replay_select *select;
  compiled ethernet, raw;
  char *why = NULL;
  gint64 number = -1;

  /* Link types are known only when frames come; an expression that suits neither of these two is nobody's. */
  if (options->bpf != NULL) {
    gboolean good = compile(&ethernet, options->bpf, DLT_EN10MB, &why);

    if (good)
      pcap_freecode(&ethernet.program);
    else if ((good = compile(&raw, options->bpf, DLT_RAW, NULL)))
      pcap_freecode(&raw.program);
    if (!good)
      g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_FILTER, "--bpf '%s': %s; see pcap-filter(7)", options->bpf, why);
    g_free(why);
    if (!good)
      return NULL;
  }
  if (options->interface != NULL) {
    guint64 value;

    if (g_ascii_string_to_unsigned(options->interface, 10, 0, G_MAXUINT32, &value, NULL))
      number = (gint64)value;
  }
  select = g_new0(replay_select, 1);
  select->o = options;
  select->interface_number = number;
  select->programs = g_array_new(FALSE, FALSE, sizeof(compiled));
  select->names = g_ptr_array_new_with_free_func(g_free);
  select->anything = options->bpf != NULL || options->interface != NULL || options->direction != CAP_DIR_UNKNOWN ||
                     options->count != 0 || options->start.kind != REPLAY_POINT_NONE ||
                     options->end.kind != REPLAY_POINT_NONE;
  return select;
}

void replay_select_free(replay_select *select)
{
  guint i;

  if (select == NULL)
    return;
  for (i = 0; i < select->programs->len; i++) {
    compiled *c = &g_array_index(select->programs, compiled, i);

    if (c->good)
      pcap_freecode(&c->program);
  }
  g_array_unref(select->programs);
  g_ptr_array_unref(select->names);
  g_free(select->problem);
  g_free(select->remark);
  g_free(select);
}

static gboolean bpf_takes(replay_select *select, const cap_frame *frame)
{
  struct pcap_pkthdr header = { .caplen = frame->captured, .len = frame->wire };
  compiled *c, made;
  guint i;
  char *why = NULL;

  for (i = 0; i < select->programs->len; i++) {
    c = &g_array_index(select->programs, compiled, i);
    if (c->link == frame->link)
      return c->good && pcap_offline_filter(&c->program, &header, frame->data) != 0;
  }
  if (!compile(&made, select->o->bpf, frame->link, &why) && select->problem == NULL)
    select->problem = g_strdup_printf("--bpf '%s' does not fit link type %s: %s; its packets are left out",
                                      select->o->bpf, pkt_link_name(frame->link), why);
  g_free(why);
  g_array_append_val(select->programs, made);
  return made.good && pcap_offline_filter(&made.program, &header, frame->data) != 0;
}

/*
 * The direction and interface that a frame tells of itself, without decoding it: frames that are left out must not
 * touch the decoder.
 */
static void where_captured(const cap_frame *frame, guint *direction, guint32 *ifindex)
{
  static const guint8 by_packet_type[] = { CAP_DIR_IN, CAP_DIR_IN, CAP_DIR_IN, CAP_DIR_IN, CAP_DIR_OUT };
  const guint8 *p = frame->data;
  guint type = G_MAXUINT;

  *direction = frame->direction;
  *ifindex = 0;
  if (frame->link == DLT_LINUX_SLL && frame->captured >= 2)
    type = (guint)p[0] << 8 | p[1];
  else if (frame->link == DLT_LINUX_SLL2 && frame->captured >= 11) {
    *ifindex = (guint32)p[4] << 24 | (guint32)p[5] << 16 | (guint32)p[6] << 8 | p[7];
    type = p[10];
  }
  if (*direction == CAP_DIR_UNKNOWN && type < G_N_ELEMENTS(by_packet_type))
    *direction = by_packet_type[type];
}

static void keep_name(replay_select *select, const char *interface, guint32 number)
{
  char *name;
  guint i;

  select->named |= *interface != '\0';
  if (select->names->len >= NAMES_KEPT)
    return;
  name = replay_place_name(interface, number);
  for (i = 0; i < select->names->len; i++)
    if (strcmp(g_ptr_array_index(select->names, i), name) == 0) {
      g_free(name);
      return;
    }
  g_ptr_array_add(select->names, name);
}

static gboolean place_takes(replay_select *select, const cap_frame *frame, const char *interface)
{
  const replay_options *o = select->o;
  guint direction;
  guint32 ifindex;

  where_captured(frame, &direction, &ifindex);
  if (o->interface != NULL) {
    guint32 number = ifindex != 0 ? ifindex : frame->interface;

    keep_name(select, ifindex != 0 ? "" : interface, number);
    if (strcmp(interface, o->interface) != 0 && select->interface_number != (gint64)number)
      return FALSE;
  }
  if (o->direction != CAP_DIR_UNKNOWN) {
    if (direction != CAP_DIR_UNKNOWN)
      select->with_direction++;
    if (direction != o->direction)
      return FALSE;
  }
  select->matched++;
  return TRUE;
}

gboolean replay_select_asks(const replay_select *select) { return select->anything; }

replay_choice replay_select_frame(replay_select *select, const cap_frame *frame, const char *interface, guint64 number,
                                  gint64 first_ns)
{
  const replay_options *o = select->o;

  select->first_ns = first_ns;
  select->seen = TRUE;
  if (!select->started) {
    if (o->start.kind == REPLAY_POINT_NUMBER
          ? number < (guint64)o->start.value
          : o->start.kind != REPLAY_POINT_NONE && frame->ts_ns < replay_point_time_ns(&o->start, first_ns))
      return REPLAY_LEAVE;
    select->started = TRUE;
  }
  if (o->end.kind == REPLAY_POINT_NUMBER
        ? number > (guint64)o->end.value
        : o->end.kind != REPLAY_POINT_NONE && frame->ts_ns >= replay_point_time_ns(&o->end, first_ns)) {
    select->ended = TRUE;
    return REPLAY_PAST_END;
  }
  if (o->count != 0 && select->taken >= o->count) {
    select->ended = TRUE;
    return REPLAY_PAST_END;
  }
  if ((o->interface != NULL || o->direction != CAP_DIR_UNKNOWN) && !place_takes(select, frame, interface))
    return REPLAY_LEAVE;
  if (o->bpf != NULL && !bpf_takes(select, frame))
    return REPLAY_LEAVE;
  select->taken++;
  return REPLAY_TAKE;
}

const char *replay_select_problem(replay_select *select) { return select->problem; }

/* Of a stretch that is not what somebody may think: it begins or ends a day later. */
static char *stretch_remark(const replay_select *select)
{
  const replay_options *o = select->o;
  g_autofree char *start = replay_point_missed(&o->start, select->first_ns);
  g_autofree char *end = replay_point_missed(&o->end, select->first_ns);

  if (!select->started && o->start.kind != REPLAY_POINT_NONE)
    return g_strdup_printf("--start: %sthe captures end before", start);
  if (!select->ended && *end != '\0')
    return g_strdup_printf("--end: %sthe captures end before", end);
  return NULL;
}

const char *replay_select_remark(replay_select *select)
{
  GString *text;
  guint i;

  if (select->remark == NULL && select->seen)
    select->remark = stretch_remark(select);
  if (select->remark != NULL || !select->started || select->matched > 0)
    return select->remark;
  if (select->o->direction != CAP_DIR_UNKNOWN && select->with_direction == 0)
    select->remark = g_strdup("--direction: no packet says which way it went (captures of \"any\" and some pcapng do)");
  else if (select->o->interface != NULL) {
    text = g_string_new(NULL);
    g_string_printf(text, "--interface %s: no packet of it; %s:", select->o->interface,
                    select->named || select->interface_number >= 0
                      ? "there are"
                      : "this capture knows interfaces by number only (ip -o link, where it was taken, has the names)");
    for (i = 0; i < select->names->len; i++)
      g_string_append_printf(text, "%s %s", i > 0 ? "," : "", (const char *)g_ptr_array_index(select->names, i));
    select->remark = g_string_free(text, FALSE);
  }
  return select->remark;
}
