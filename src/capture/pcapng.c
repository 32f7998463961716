/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, interfaces of different link types and clocks,
 * as libpcap refuses to read them. Of statistics only what was lost is read; blocks of other types are skipped, names
 * resolved and comments are nothing to us.
 */
#include "capture/formats.h"
#include "capture/link.h"
#include "capture/magic.h"
#include "capture/pktap.h"

#include <string.h>

enum {
  BLOCK_SECTION = CAP_MAGIC_SECTION,
  BLOCK_INTERFACE = 1,
  BLOCK_PACKET_OLD = 2,
  BLOCK_PACKET_SIMPLE = 3,
  BLOCK_STATISTICS = 5,
  BLOCK_PACKET = 6,
};
enum { OPTION_END = 0, OPTION_IF_NAME = 2, OPTION_PACKET_FLAGS = 2, OPTION_IF_TSRESOL = 9, OPTION_IF_TSOFFSET = 14 };
/* Of a statistics block: packets that the interface lost, and that the system did; of a packet: lost since the last. */
enum { OPTION_IF_DROPPED = 5, OPTION_OS_DROPPED = 7, OPTION_PACKET_DROPPED = 4 };

/* Of a block: type and length in front, length again behind. Fixed parts follow the front. */
enum {
  FRONT_BYTES = 8,
  BACK_BYTES = 4,
  SECTION_BYTES = 16,
  INTERFACE_BYTES = 8,
  PACKET_BYTES = 20,
  SIMPLE_BYTES = 4,
  STATISTICS_BYTES = 12
};
/* More than anybody has lost: a sum of such figures overflows nothing. */
#define DROPPED_MOST (G_GUINT64_CONSTANT(1) << 40)
enum { SECTION_MAX_BYTES = 1 << 20, OPTIONS_MAX_BYTES = 128 << 10, BLOCK_MAX_BYTES = 16 << 20, NAME_MAX_BYTES = 255 };

/* An interface of the current section. */
typedef struct ng_interface {
  guint32 number; /* in the reader */
  guint16 link;
  guint32 snaplen;
  guint32 max_captured;
  gint64 offset_s;
  /*
   * One of the two is not 1: nanoseconds in a tick, ticks in a nanosecond; both 1 with a shift: a tick is 2^-shift
   * seconds.
   */
  guint64 multiply, divide;
  guint8 shift;
  guint64 dropped; /* by its latest statistics */
} ng_interface;

typedef struct pcapng_reader {
  cap_reader base;
  gboolean swapped;
  guint32 block_max_bytes;
  gint64 last_ts_ns;
  /* The section as it was when the first packet came; NULL: none has come. Places are read with it. */
  GArray *first_section;
  gboolean first_swapped;
  gboolean unplaced; /* something between packets decides how those behind it are read: they have no places */
  guint64 dropped, dropped_between; /* by the statistics of all interfaces, by the packets' own counts */
  GArray *section;                  /* of ng_interface */
  GHashTable *known; /* "index link name" -> number + 1: the same interface in a later section keeps its number */
} pcapng_reader;

typedef struct block {
  guint32 type;
  const guint8 *body; /* after the front */
  gsize body_bytes;   /* without front and back */
} block;

static gboolean pcapng_recognises(const guint8 *start, gsize n)
{
  guint32 order;

  if (cap_get32(start, FALSE) != BLOCK_SECTION)
    return FALSE;
  if (n < 12)
    return TRUE;
  order = cap_get32(start + 8, FALSE);
  return order == CAP_MAGIC_BYTE_ORDER || order == GUINT32_SWAP_LE_BE(CAP_MAGIC_BYTE_ORDER);
}

static gboolean broken(pcapng_reader *r, const char *reason)
{
  cap_reader_fail(&r->base, r->base.window.start, CAP_ERROR_BROKEN, "%s", reason);
  return FALSE;
}

/* Calls see(option, value, length) for each. => FALSE where one runs past the end, or see says so. */
typedef gboolean (*option_fn)(pcapng_reader *r, guint option, const guint8 *value, gsize n, gpointer user);

static gboolean options_each(pcapng_reader *r, const guint8 *at, gsize left, option_fn see, gpointer user)
{
  while (left >= 4) {
    guint option = cap_get16(at, r->swapped);
    gsize n = cap_get16(at + 2, r->swapped), padded = (n + 3) & ~(gsize)3;

    if (option == OPTION_END)
      return TRUE;
    if (padded > left - 4)
      return broken(r, "an option runs past the end of its block");
    if (!see(r, option, at + 4, n, user))
      return FALSE;
    at += 4 + padded;
    left -= 4 + padded;
  }
  return TRUE;
}

/* if_tsresol: a power of 10, or of 2 where the top bit is set, both negative. */
static gboolean resolution_set(ng_interface *i, guint8 value)
{
  static const guint64 power[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, G_GUINT64_CONSTANT(10000000000)
  };
  guint exponent = value & 0x7f;

  i->multiply = i->divide = 1;
  i->shift = 0;
  if ((value & 0x80) != 0)
    i->shift = (guint8)exponent; /* 2^-0 is a second: multiply below */
  if ((value & 0x80) == 0 || exponent == 0) {
    if (exponent > 19)
      return FALSE;
    if (exponent <= 9)
      i->multiply = power[9 - exponent];
    else
      i->divide = power[exponent - 9];
  }
  return TRUE;
}

static gint64 ticks_to_ns(const ng_interface *i, guint64 ticks)
{
  __int128 ns;

  if (i->shift > 0)
    ns = (__int128)(((unsigned __int128)ticks * 1000000000u) >> i->shift);
  else
    ns = (__int128)ticks * i->multiply / i->divide;
  return cap_ts_clamp(ns + (__int128)i->offset_s * 1000000000);
}

typedef struct interface_options {
  ng_interface *interface;
  char name[NAME_MAX_BYTES + 1];
} interface_options;

static gboolean interface_option(pcapng_reader *r, guint option, const guint8 *value, gsize n, gpointer user)
{
  interface_options *o = user;

  switch (option) {
  case OPTION_IF_NAME:
    n = MIN(n, NAME_MAX_BYTES);
    memcpy(o->name, value, n);
    o->name[n] = '\0';
    return TRUE;
  case OPTION_IF_TSRESOL:
    if (n != 1 || !resolution_set(o->interface, value[0]))
      return broken(r, "an interface claims a time resolution that cannot be");
    return TRUE;
  case OPTION_IF_TSOFFSET:
    if (n != 8)
      return broken(r, "an interface's time offset is not 8 bytes long");
    o->interface->offset_s = (gint64)cap_get64(value, r->swapped);
    return TRUE;
  default: return TRUE;
  }
}

static gboolean interface_number(pcapng_reader *r, ng_interface *i, const char *name)
{
  char *key = g_strdup_printf("%u %u %s", r->section->len, i->link, name);
  int number = GPOINTER_TO_INT(g_hash_table_lookup(r->known, key)) - 1;

  if (number < 0) {
    g_autofree char *utf8 = g_utf8_make_valid(name, -1);

    number = cap_reader_add_interface(&r->base, utf8);
    if (number < 0) {
      g_free(key);
      return broken(r, "there are more interfaces than can be told apart");
    }
    g_hash_table_insert(r->known, key, GINT_TO_POINTER(number + 1));
  } else {
    g_free(key);
  }
  i->number = (guint32)number;
  return TRUE;
}

static gboolean take_interface(pcapng_reader *r, const block *b)
{
  ng_interface i = { 0 };
  interface_options o = { .interface = &i };

  if (b->body_bytes < INTERFACE_BYTES)
    return broken(r, "an interface block is too short");
  if (r->section->len >= CAP_INTERFACES_MAX)
    return broken(r, "there are more interfaces than can be told apart");
  resolution_set(&i, 6);
  i.link = (guint16)cap_link_from_file(cap_get16(b->body, r->swapped));
  i.max_captured = cap_link_max_captured(i.link);
  i.snaplen = cap_get32(b->body + 4, r->swapped);
  if (i.snaplen == 0 || i.snaplen > i.max_captured)
    i.snaplen = i.max_captured;
  if (!options_each(r, b->body + INTERFACE_BYTES, b->body_bytes - INTERFACE_BYTES, interface_option, &o) ||
      !interface_number(r, &i, o.name))
    return FALSE;
  if (cap_pktap_is(i.link))
    r->base.name_frames = cap_pktap_name;
  g_array_append_val(r->section, i);
  r->block_max_bytes =
    MAX(r->block_max_bytes, FRONT_BYTES + PACKET_BYTES + i.max_captured + OPTIONS_MAX_BYTES + BACK_BYTES);
  return TRUE;
}

static gboolean take_section(pcapng_reader *r, const block *b)
{
  guint major, minor;

  if (b->body_bytes < SECTION_BYTES)
    return broken(r, "a section header is too short");
  major = cap_get16(b->body + 4, r->swapped);
  minor = cap_get16(b->body + 6, r->swapped);
  if (major != 1 || (minor != 0 && minor != 2)) { /* 1.2 is 1.0 as some programs call it */
    cap_reader_fail(&r->base, r->base.window.start, CAP_ERROR_FORMAT, "pcapng version %u.%u is not known", major,
                    minor);
    return FALSE;
  }
  g_array_set_size(r->section, 0);
  return TRUE;
}

/*
 * Of the flags word only the two lowest bits: direction; and what was lost before the packet. Damage in options harms
 * nothing else of the packet, so it is passed over.
 */
static guint16 packet_options(pcapng_reader *r, const guint8 *at, gsize left)
{
  guint16 direction = CAP_DIR_UNKNOWN;

  while (left >= 8) {
    guint option = cap_get16(at, r->swapped);
    gsize n = cap_get16(at + 2, r->swapped), padded = (n + 3) & ~(gsize)3;

    if (option == OPTION_END || padded > left - 4)
      break;
    if (option == OPTION_PACKET_FLAGS && n == 4) {
      guint bits = cap_get32(at + 4, r->swapped) & 3;

      direction = bits == 1 ? CAP_DIR_IN : bits == 2 ? CAP_DIR_OUT : CAP_DIR_UNKNOWN;
    } else if (option == OPTION_PACKET_DROPPED && n == 8) {
      r->dropped_between += MIN(cap_get64(at + 4, r->swapped), DROPPED_MOST);
    }
    at += 4 + padded;
    left -= 4 + padded;
  }
  return direction;
}

static gboolean add_frame(pcapng_reader *r, cap_batch *batch, guint32 index, const guint8 *data, gsize room,
                          guint32 captured, guint32 wire, const guint64 *ticks)
{
  if (index >= r->section->len)
    return broken(r, "a packet is of an interface that is not described before it");

  const ng_interface *i = &g_array_index(r->section, ng_interface, index);

  if (captured > i->max_captured)
    return broken(r, "a packet claims more bytes than any frame of its link type has");
  if (captured > room)
    return broken(r, "a packet claims more bytes than its block has");

  gsize padded = MIN(((gsize)captured + 3) & ~(gsize)3, room);
  cap_frame *f = &batch->frames[batch->n++];

  if (ticks != NULL)
    r->last_ts_ns = ticks_to_ns(i, *ticks);
  f->ts_ns = r->last_ts_ns;
  f->data = data;
  f->captured = captured;
  f->wire = MAX(wire, captured);
  f->interface = i->number;
  f->link = i->link;
  f->direction = ticks != NULL && padded < room ? packet_options(r, data + padded, room - padded) : CAP_DIR_UNKNOWN;
  return TRUE;
}

static gboolean take_packet(pcapng_reader *r, const block *b, cap_batch *batch)
{
  const guint8 *p = b->body;

  if (b->body_bytes < PACKET_BYTES)
    return broken(r, "a packet block is too short");

  /* The old block differs in the first word only: 16 bits of interface, 16 of drop count. */
  guint32 index = b->type == BLOCK_PACKET ? cap_get32(p, r->swapped) : cap_get16(p, r->swapped);
  guint64 ticks = (guint64)cap_get32(p + 4, r->swapped) << 32 | cap_get32(p + 8, r->swapped);

  return add_frame(r, batch, index, p + PACKET_BYTES, b->body_bytes - PACKET_BYTES, cap_get32(p + 12, r->swapped),
                   cap_get32(p + 16, r->swapped), &ticks);
}

/*
 * Has no time and no captured length: it gets the time of the frame before, so that the clock does not fall back to
 * 1970.
 */
static gboolean take_simple_packet(pcapng_reader *r, const block *b, cap_batch *batch)
{
  guint32 wire, captured;

  if (b->body_bytes < SIMPLE_BYTES)
    return broken(r, "a packet block is too short");
  wire = cap_get32(b->body, r->swapped);
  captured = r->section->len > 0 ? MIN(wire, g_array_index(r->section, ng_interface, 0).snaplen) : wire;
  return add_frame(r, batch, 0, b->body + SIMPLE_BYTES, b->body_bytes - SIMPLE_BYTES, captured, wire, NULL);
}

/* => what an interface and the system lost, in one sum. */
static guint64 statistics_dropped(const pcapng_reader *r, const guint8 *at, gsize left)
{
  guint64 dropped = 0;

  while (left >= 4) {
    guint option = cap_get16(at, r->swapped);
    gsize n = cap_get16(at + 2, r->swapped), padded = (n + 3) & ~(gsize)3;

    if (option == OPTION_END || padded > left - 4)
      break;
    if ((option == OPTION_IF_DROPPED || option == OPTION_OS_DROPPED) && n == 8)
      dropped += MIN(cap_get64(at + 4, r->swapped), DROPPED_MOST);
    at += 4 + padded;
    left -= 4 + padded;
  }
  return dropped;
}

/* Counts since the capture began: a later block of an interface replaces the one before. Damage is passed over. */
static void take_statistics(pcapng_reader *r, const block *b)
{
  guint64 dropped;
  ng_interface *i;
  guint32 index;

  if (b->body_bytes < STATISTICS_BYTES || (index = cap_get32(b->body, r->swapped)) >= r->section->len)
    return;
  dropped = statistics_dropped(r, b->body + STATISTICS_BYTES, b->body_bytes - STATISTICS_BYTES);
  i = &g_array_index(r->section, ng_interface, index);
  r->dropped += dropped - i->dropped;
  i->dropped = dropped;
}

/*
 * => TRUE with a block whose length has been checked, of which *need bytes from the window's start are wanted;
 * *need is 0 where all are there. Of a section header the byte order is learnt first.
 */
static gboolean peek_block(pcapng_reader *r, block *b, gsize *need)
{
  cap_window *w = &r->base.window;
  const guint8 *p = w->chunk->data + w->start;
  gsize have = cap_window_have(w);
  guint32 total;

  *need = FRONT_BYTES + BACK_BYTES;
  if (have < *need)
    return TRUE;
  if (cap_get32(p, FALSE) == BLOCK_SECTION) {
    guint32 order = cap_get32(p + FRONT_BYTES, FALSE);

    if (order != CAP_MAGIC_BYTE_ORDER && order != GUINT32_SWAP_LE_BE(CAP_MAGIC_BYTE_ORDER))
      return broken(r, "a section header without a byte order");
    r->swapped = order != CAP_MAGIC_BYTE_ORDER;
  }
  b->type = cap_get32(p, r->swapped);
  total = cap_get32(p + 4, r->swapped);
  if (total < FRONT_BYTES + BACK_BYTES || total % 4 != 0 ||
      total > (b->type == BLOCK_SECTION ? SECTION_MAX_BYTES : r->block_max_bytes)) {
    if (have >= 16 && b->type != BLOCK_SECTION && cap_magic_begins_another(p))
      cap_reader_fail(&r->base, w->start, CAP_ERROR_BROKEN,
                      "a second capture begins here; give them as separate files");
    else
      cap_reader_fail(&r->base, w->start, CAP_ERROR_BROKEN, "a block of type 0x%x claims a length of %u bytes", b->type,
                      total);
    return FALSE;
  }
  if (have < total) {
    *need = total;
    return TRUE;
  }
  if (cap_get32(p + total - BACK_BYTES, r->swapped) != total)
    return broken(r, "a block's length differs between its front and its end");
  *need = 0;
  b->body = p + FRONT_BYTES;
  b->body_bytes = total - FRONT_BYTES - BACK_BYTES;
  return TRUE;
}

/* A simple packet has the time of the packet before, a section or an interface changes what follows. */
static void note_places(pcapng_reader *r, guint32 type)
{
  gboolean packet = type == BLOCK_PACKET || type == BLOCK_PACKET_OLD;

  if (packet && r->first_section == NULL) {
    r->first_section = g_array_copy(r->section);
    r->first_swapped = r->swapped;
  } else if (type == BLOCK_PACKET_SIMPLE ||
             (r->first_section != NULL && (type == BLOCK_INTERFACE || type == BLOCK_SECTION))) {
    r->unplaced = TRUE;
  }
}

static gboolean take_block(pcapng_reader *r, const block *b, cap_batch *batch)
{
  note_places(r, b->type);
  switch (b->type) {
  case BLOCK_PACKET:
  case BLOCK_PACKET_OLD: return take_packet(r, b, batch);
  case BLOCK_PACKET_SIMPLE: return take_simple_packet(r, b, batch);
  case BLOCK_INTERFACE: return take_interface(r, b);
  case BLOCK_SECTION: return take_section(r, b);
  case BLOCK_STATISTICS: take_statistics(r, b); return TRUE;
  default: return TRUE;
  }
}

/* Blocks from the window until the batch is full or, with frames in it, the window has no whole block left. */
static void pcapng_fill(cap_reader *reader, cap_batch *batch)
{
  pcapng_reader *r = (pcapng_reader *)reader;
  cap_window *w = &reader->window;
  guint64 place = cap_window_offset(w);
  block b;
  gsize need;

  while (batch->n < CAP_BATCH_FRAMES && peek_block(r, &b, &need)) {
    if (batch->n == 0)
      place = cap_window_offset(w);
    if (need > 0) {
      if (batch->n > 0 || !cap_reader_need(reader, need, "block"))
        break;
      continue;
    }
    if (!take_block(r, &b, batch))
      break;
    w->start += FRONT_BYTES + b.body_bytes + BACK_BYTES;
  }
  if (batch->n == 0)
    return;
  if (!r->unplaced && cap_source_seekable(w->source))
    batch->place = place;
  cap_batch_hold(batch, w->chunk);
}

/* Reading on may have come to another section. */
static void pcapng_seek(cap_reader *reader)
{
  pcapng_reader *r = (pcapng_reader *)reader;

  if (r->first_section == NULL)
    return;
  g_array_set_size(r->section, 0);
  g_array_append_vals(r->section, r->first_section->data, r->first_section->len);
  r->swapped = r->first_swapped;
}

static void pcapng_free(cap_reader *reader)
{
  pcapng_reader *r = (pcapng_reader *)reader;

  g_array_unref(r->section);
  g_clear_pointer(&r->first_section, g_array_unref);
  g_hash_table_unref(r->known);
  g_free(r);
}

/* Who counts both ways counts the same packets. */
static guint64 pcapng_dropped(const cap_reader *reader)
{
  const pcapng_reader *r = (const pcapng_reader *)reader;

  return MAX(r->dropped, r->dropped_between);
}

static const cap_reader_ops pcapng_ops = {
  .fill = pcapng_fill, .free = pcapng_free, .seek = pcapng_seek, .dropped = pcapng_dropped
};

static cap_reader *pcapng_open(cap_window *window, GError **error)
{
  pcapng_reader *r = (pcapng_reader *)cap_reader_new(&pcapng_ops, sizeof(pcapng_reader), window);
  block b = { 0 };
  gsize need;

  r->block_max_bytes = BLOCK_MAX_BYTES;
  r->section = g_array_new(FALSE, TRUE, sizeof(ng_interface));
  r->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  while (peek_block(r, &b, &need) && need > 0 && cap_reader_need(&r->base, need, "section header"))
    continue;
  if (!r->base.ended && take_section(r, &b))
    return &r->base;
  if (r->base.failed != NULL)
    g_propagate_error(error, g_steal_pointer(&r->base.failed));
  else
    g_set_error(error, CAP_ERROR, CAP_ERROR_OPEN, "%s: interrupted inside its first block",
                cap_source_name(r->base.window.source));
  cap_reader_free(&r->base);
  return NULL;
}

const cap_format cap_format_pcapng = { pcapng_recognises, pcapng_open };
