/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SCTP: the association's state by the chunks seen, its verification tags learnt from INIT, INIT_ACK and heartbeats
 * (RFC 9260, 8.5). A packet's chunks are judged in order, and effects of the earlier ones stay when a later one is
 * refused. Spec 6.5.
 */
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"
#include "conntrack/read/packet_check.h"
#include "conntrack/state/io.h"
#include "conntrack/trace_internal.h"

enum { COMMON_HEADER = 12, CHUNK_HEADER = 4, INIT_BYTES = 16, FLAG_T = 1 };

/* clang-format off */
#define CHUNK_TYPE_LIST(X)                                                                                             \
  X(DATA, 0) X(INIT, 1) X(INIT_ACK, 2) X(SACK, 3) X(HEARTBEAT, 4) X(HEARTBEAT_ACK, 5) X(ABORT, 6) X(SHUTDOWN, 7)       \
  X(SHUTDOWN_ACK, 8) X(ERROR, 9) X(COOKIE_ECHO, 10) X(COOKIE_ACK, 11) X(SHUTDOWN_COMPLETE, 14)
/* clang-format on */
enum {
#define X(name, type) CHUNK_##name = type,
  CHUNK_TYPE_LIST(X)
#undef X
};

/* ct_sctp.flags */
enum { VTAG_FAILED = 1 };

/* The types of a packet's chunks, as far as anything asks for them: one bit each. */
#define HAS(types, name) ((types) >> CHUNK_##name & 1)

typedef struct sctp_packet {
  const ct_packet *packet;
  ct_dir dir;
  uint32_t vtag;
  uint32_t types;
} sctp_packet;

typedef struct chunk {
  uint32_t at; /* from packet->data */
  uint8_t type, flags;
} chunk;

static uint32_t be32(const uint8_t *p)
{
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* => false where fewer than n bytes of the packet are left; bytes that were not captured read as zeros. */
static bool read_bytes(const ct_packet *packet, uint32_t at, uint8_t *to, uint32_t n)
{
  if (at > packet->length || packet->length - at < n)
    return false;
  memset(to, 0, n);
  if (at < packet->captured)
    memcpy(to, packet->data + at, MIN(n, packet->captured - at));
  return true;
}

/*
 * Walks the chunks; *next starts at the first one. A chunk of length 0 ends the walk with length 0. => false at the
 * end.
 */
static bool next_chunk(const ct_packet *packet, uint32_t *next, chunk *c, uint32_t *length)
{
  uint8_t header[CHUNK_HEADER];

  if (!read_bytes(packet, *next, header, sizeof(header)))
    return false;
  *length = (uint32_t)header[2] << 8 | header[3];
  *c = (chunk){ *next, header[0], header[1] };
  *next += (*length + 3) & ~3u;
  return true;
}

/* do_basic_checks: what no SCTP sends. Fills the set of types. */
static bool chunks_are_sane(sctp_packet *sp)
{
  uint32_t next = sp->packet->l4_offset + (uint32_t)COMMON_HEADER, length, n = 0;
  bool alone = false;
  chunk c;

  while (next_chunk(sp->packet, &next, &c, &length)) {
    bool stands_alone = c.type == CHUNK_INIT || c.type == CHUNK_INIT_ACK || c.type == CHUNK_SHUTDOWN_COMPLETE;

    if (length == 0)
      return false;
    alone = alone || stands_alone;
    if (n > 0 && (alone || c.type == CHUNK_COOKIE_ACK || c.type == CHUNK_COOKIE_ECHO))
      return false;
    if (c.type < 32)
      sp->types |= 1u << c.type;
    n++;
  }
  return n > 0;
}

static int table_row(uint8_t type)
{
  switch (type) {
#define X(id, number, name) \
  case number: return CT_SCTP_ROW_##id;
    CT_SCTP_ROW_LIST(X)
#undef X
  default: return -1;
  }
}

static uint8_t next_state(const ct_engine *engine, ct_dir dir, uint8_t type, uint8_t state)
{
  int row = table_row(type);

  return row < 0 ? state : engine->params.profile->sctp_table[dir][row][state];
}

static bool refuse(ct_result *result, ct_reason reason)
{
  result->reason = (uint16_t)reason;
  return false;
}

/* The tag an INIT or INIT_ACK announces for the other direction. */
static bool read_init_tag(const ct_packet *packet, const chunk *c, uint32_t *tag)
{
  uint8_t init[INIT_BYTES];

  if (!read_bytes(packet, c->at + CHUNK_HEADER, init, sizeof(init)))
    return false;
  *tag = be32(init);
  return true;
}

/* The first packet of an association (sctp_new). */
static bool begin(const ct_engine *engine, ct_entry *entry, const sctp_packet *sp, ct_result *result)
{
  uint32_t next = sp->packet->l4_offset + (uint32_t)COMMON_HEADER, length;
  const ct_profile *profile = engine->params.profile;
  ct_sctp *sctp = &entry->l4.sctp;
  chunk c;

  memset(sctp, 0, sizeof(*sctp));
  if (HAS(sp->types, ABORT) || HAS(sp->types, SHUTDOWN_COMPLETE) || HAS(sp->types, COOKIE_ACK))
    return refuse(result, CT_REASON_SCTP_NEW);
  while (next_chunk(sp->packet, &next, &c, &length)) {
    uint8_t state = next_state(engine, CT_ORIGINAL, c.type, CT_SCTP_NONE);

    if (state == CT_SCTP_NONE || state == CT_SCTP_INVALID)
      return refuse(result, CT_REASON_SCTP_NEW);
    if (c.type == CHUNK_INIT) {
      if (sp->vtag != 0)
        return refuse(result, CT_REASON_SCTP_INIT_TAG);
      if (!read_init_tag(sp->packet, &c, &sctp->vtag[CT_REPLY]))
        return refuse(result, CT_REASON_SCTP_INIT_SHORT);
    } else if (c.type == CHUNK_HEARTBEAT) {
      sctp->vtag[CT_ORIGINAL] = sp->vtag;
    } else if (c.type == CHUNK_SHUTDOWN_ACK || profile->sctp_any_first_chunk_sets_reply_tag) {
      sctp->vtag[CT_REPLY] = sp->vtag;
    }
    if (profile->sctp_first_state_counts)
      entry->state = state;
  }
  return true;
}

/* => false: the tag is wrong. *ignore: the packet is to change nothing. */
static bool check_heartbeat(const ct_profile *profile, ct_sctp *sctp, const sctp_packet *sp, bool *ignore)
{
  uint32_t *mine = &sctp->vtag[sp->dir];

  if (*mine == 0) { /* learning a tag says nothing about a heartbeat that failed before: the mark stays */
    *mine = sp->vtag;
    return true;
  }
  if (*mine != sp->vtag) {
    if (!profile->sctp_heartbeat_mismatch_tolerated || HAS(sp->types, DATA) || *ignore)
      return false;
    sctp->flags |= VTAG_FAILED;
    sctp->last_dir = (uint8_t)sp->dir;
    *ignore = true;
    return true;
  }
  sctp->flags &= (uint8_t)~VTAG_FAILED;
  return true;
}

/*
 * Both sides with a new tag after one heartbeat failed: the association was restarted behind our back, and is learnt
 * anew.
 */
static bool check_heartbeat_ack(const ct_profile *profile, ct_sctp *sctp, const sctp_packet *sp, bool ignore)
{
  uint32_t *mine = &sctp->vtag[sp->dir];

  if (*mine == 0) {
    *mine = sp->vtag;
    return true;
  }
  if (*mine != sp->vtag) {
    if (!profile->sctp_heartbeat_mismatch_tolerated || HAS(sp->types, DATA) || ignore || !(sctp->flags & VTAG_FAILED) ||
        sctp->last_dir == sp->dir)
      return false;
    sctp->vtag[sp->dir] = sp->vtag;
    sctp->vtag[!sp->dir] = 0;
  }
  sctp->flags &= (uint8_t)~VTAG_FAILED;
  return true;
}

/* The tags of the chunks that end an association. */
static bool check_end_tag(const ct_profile *profile, const ct_sctp *sctp, const sctp_packet *sp, const chunk *c)
{
  bool mine = sp->vtag == sctp->vtag[sp->dir], others = sp->vtag == sctp->vtag[!sp->dir], t_bit = c->flags & FLAG_T;

  if (profile->sctp_tag_rules == CT_SCTP_TAGS_T_BIT)
    return t_bit ? others : mine;
  if (c->type == CHUNK_SHUTDOWN_COMPLETE)
    return profile->sctp_tag_rules == CT_SCTP_TAGS_2_6 ? mine || (others && t_bit) : mine || others || !t_bit;
  return mine || others;
}

/* The tag rules of one chunk. => false: INVALID. *skip: on to the next chunk, without a state change. */
static bool check_tag(const ct_profile *profile, ct_sctp *sctp, const sctp_packet *sp, const chunk *c, bool *ignore,
                      bool *skip)
{
  *skip = false;
  if (!profile->sctp_heartbeats && (c->type == CHUNK_HEARTBEAT || c->type == CHUNK_HEARTBEAT_ACK))
    return true;
  switch (c->type) {
  case CHUNK_INIT: return sp->vtag == 0;
  case CHUNK_ABORT:
  case CHUNK_SHUTDOWN_COMPLETE: return check_end_tag(profile, sctp, sp, c);
  case CHUNK_COOKIE_ECHO: return sp->vtag == sctp->vtag[sp->dir];
  case CHUNK_COOKIE_ACK: sctp->init[0] = sctp->init[1] = 0; return true;
  case CHUNK_HEARTBEAT: {
    bool before = *ignore;

    if (!check_heartbeat(profile, sctp, sp, ignore))
      return false;
    *skip = *ignore && !before;
    return true;
  }
  case CHUNK_HEARTBEAT_ACK: return check_heartbeat_ack(profile, sctp, sp, *ignore);
  default: return true;
  }
}

static bool take_init(const ct_engine *engine, ct_entry *entry, const sctp_packet *sp, const chunk *c, uint8_t old,
                      uint8_t new, bool *ignore, ct_result *result)
{
  const ct_profile *profile = engine->params.profile;
  ct_sctp *sctp = &entry->l4.sctp;
  uint32_t tag;

  if (!read_init_tag(sp->packet, c, &tag))
    return refuse(result, CT_REASON_SCTP_INIT_SHORT);
  /* The same INIT again is no new start. */
  if (profile->sctp_init_collision_marks &&
      !(profile->sctp_init_exemption && old != CT_SCTP_NONE && sctp->vtag[!sp->dir] == tag)) {
    if (sctp->init[sp->dir] && sctp->init[!sp->dir])
      sctp->init[!sp->dir] = 0;
    sctp->init[sp->dir] = 1;
  }
  sctp->vtag[!sp->dir] = tag;
  if (old == CT_SCTP_CLOSED && new == CT_SCTP_CLOSED && entry->status &CT_STATUS_CONFIRMED &&
      !profile->sctp_repeated_init_renews) {
    result->reason = CT_REASON_SCTP_INIT_AGAIN;
    *ignore = true;
  }
  return true;
}

static bool take_init_ack(const ct_engine *engine, ct_sctp *sctp, const sctp_packet *sp, const chunk *c,
                          ct_result *result)
{
  uint32_t tag, known = sctp->vtag[!sp->dir];

  if (!read_init_tag(sp->packet, c, &tag))
    return refuse(result, CT_REASON_SCTP_INIT_SHORT);
  if (!engine->params.profile->sctp_init_collision_marks) {
    sctp->vtag[!sp->dir] = tag;
    return true;
  }
  if ((!sctp->init[!sp->dir] && known != 0 && known != tag) || (sctp->init[0] && sctp->init[1] && known != tag))
    return refuse(result, CT_REASON_SCTP_INIT_ACK_TAG);
  sctp->vtag[!sp->dir] = tag;
  return true;
}

static void assure(ct_entry *entry, ct_result *result)
{
  if (entry->status & CT_STATUS_ASSURED)
    return;
  entry->status |= CT_STATUS_ASSURED;
  result->events |= CT_EV_ASSURED;
}

/* One chunk after the other. => false: INVALID at this point. */
static bool walk(ct_engine *engine, ct_entry *entry, const sctp_packet *sp, bool *ignore, ct_result *result)
{
  uint32_t next = sp->packet->l4_offset + (uint32_t)COMMON_HEADER, length;
  const ct_profile *profile = engine->params.profile;
  ct_sctp *sctp = &entry->l4.sctp;
  uint8_t old, new;
  bool completes = false;
  chunk c;

  while (next_chunk(sp->packet, &next, &c, &length)) {
    bool skip = false;

    old = (uint8_t)entry->state;
    if (!check_tag(profile, sctp, sp, &c, ignore, &skip))
      return refuse(result, c.type == CHUNK_INIT ? CT_REASON_SCTP_INIT_TAG : CT_REASON_SCTP_VTAG);
    if (skip)
      continue;
    new = next_state(engine, sp->dir, c.type, old);
    if (table_row(c.type) >= 0)
      CT_TRACE(engine, ct_trace_note_cell(engine->trace, sp->dir, (uint8_t)table_row(c.type), old, new));
    if (new == CT_SCTP_INVALID)
      return refuse(result, CT_REASON_SCTP_STATE);
    if ((c.type == CHUNK_INIT && !take_init(engine, entry, sp, &c, old, new, ignore, result)) ||
        (c.type == CHUNK_INIT_ACK && !take_init_ack(engine, sctp, sp, &c, result)))
      return false;
    entry->state = new;
    if (new != old)
      result->events |= CT_EV_PROTOINFO;
    if (new != old &&new == CT_SCTP_ESTABLISHED && profile->sctp_assured_on_any_established)
      assure(entry, result);
    completes = old == CT_SCTP_COOKIE_ECHOED && new == CT_SCTP_ESTABLISHED && sp->dir == CT_REPLY;
  }
  if (completes && !*ignore) /* up to 4.19: the packet's last chunk alone is asked */
    assure(entry, result);
  return true;
}

static bool needs_tag(const ct_profile *profile, uint32_t types)
{
  if ((HAS(types, HEARTBEAT) || HAS(types, HEARTBEAT_ACK)) && profile->sctp_heartbeats)
    return false;
  return !(HAS(types, INIT) || HAS(types, SHUTDOWN_COMPLETE) || HAS(types, COOKIE_ECHO) || HAS(types, ABORT) ||
           HAS(types, SHUTDOWN_ACK));
}

static ct_track sctp_packet_track(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet,
                                  ct_result *result)
{
  sctp_packet sp = { .packet = packet, .dir = dir };
  uint8_t tag[4];
  bool ignore = false;

  if (!read_bytes(packet, packet->l4_offset + 4u, tag, sizeof(tag)) || !chunks_are_sane(&sp)) {
    result->reason = CT_REASON_SCTP_CHUNKS;
    return CT_TRACK_INVALID;
  }
  sp.vtag = be32(tag);
  CT_TRACE(engine, ct_trace_note_tags(engine->trace, sp.vtag, entry->l4.sctp.vtag[dir]));
  if (!(entry->status & CT_STATUS_CONFIRMED) && !begin(engine, entry, &sp, result))
    return CT_TRACK_INVALID;
  if (needs_tag(engine->params.profile, sp.types) && sp.vtag != entry->l4.sctp.vtag[dir]) {
    result->reason = CT_REASON_SCTP_VTAG;
    return CT_TRACK_INVALID;
  }
  if (!walk(engine, entry, &sp, &ignore, result))
    return CT_TRACK_INVALID;
  if (ignore) {
    if (result->reason == CT_REASON_NONE)
      result->reason = CT_REASON_SCTP_IGNORED;
    return CT_TRACK_ACCEPT;
  }
  entry->l4.sctp.timeout = (uint8_t)(CT_TIMEOUT_SCTP_NONE + entry->state);
  ct_core_refresh_acct(engine, entry, dir, packet, ct_core_timeout(engine, (ct_timeout)entry->l4.sctp.timeout), result);
  return CT_TRACK_ACCEPT;
}

static bool sctp_may_evict(const ct_entry *entry)
{
  return entry->state == CT_SCTP_SHUTDOWN_SENT || entry->state == CT_SCTP_SHUTDOWN_RECD ||
         entry->state == CT_SCTP_SHUTDOWN_ACK_SENT;
}

/* One that was never renewed has none yet: its state's. */
static ct_timeout sctp_timeout(const ct_entry *entry)
{
  return (ct_timeout)(entry->l4.sctp.timeout != 0 ? entry->l4.sctp.timeout : CT_TIMEOUT_SCTP_NONE + entry->state);
}

static const char *const states[CT_SCTP_STATE_COUNT] = {
#define X(name) [CT_SCTP_##name] = #name,
  CT_SCTP_STATE_LIST(X)
#undef X
};

static const char *const inputs[CT_SCTP_ROW_COUNT] = {
#define X(id, type, name) [CT_SCTP_ROW_##id] = name,
  CT_SCTP_ROW_LIST(X)
#undef X
};

static const uint8_t *sctp_table(const ct_profile *profile) { return &profile->sctp_table[0][0][0]; }

static void sctp_view(const ct_engine *engine, const ct_entry *entry, ct_view *view)
{
  (void)engine;
  memcpy(view->sctp_vtag, entry->l4.sctp.vtag, sizeof(view->sctp_vtag));
}

static void sctp_keep(ct_state_io *io, const ct_engine *engine, ct_entry *entry)
{
  ct_sctp *s = &entry->l4.sctp;

  (void)engine;
  io_u32(io, &s->vtag[0]);
  io_u32(io, &s->vtag[1]);
  io_u8(io, &s->init[0]);
  io_u8(io, &s->init[1]);
  io_u8(io, &s->last_dir);
  io_u8(io, &s->flags);
  io_u8(io, &s->timeout);
}

static bool sctp_sound(const ct_entry *entry)
{
  const ct_sctp *s = &entry->l4.sctp;

  return s->init[0] <= 1 && s->init[1] <= 1 && s->last_dir <= 1 &&
         (s->timeout == 0 ||
          (s->timeout >= CT_TIMEOUT_SCTP_NONE && s->timeout < CT_TIMEOUT_SCTP_NONE + CT_SCTP_STATE_COUNT));
}

const ct_proto ct_proto_sctp = { .name = "sctp",
                                 .number = CT_PROTO_SCTP,
                                 .ids = CT_IDS_PORTS,
                                 .shows = CT_SHOWS_TAGS,
                                 .sum_at = 8,
                                 .sum_bytes = 4,
                                 .read_ids = ct_ids_read_ports,
                                 .check = ct_check_sctp,
                                 .states = states,
                                 .n_states = CT_SCTP_STATE_COUNT,
                                 .inputs = inputs,
                                 .n_inputs = CT_SCTP_ROW_COUNT,
                                 .many_inputs = true,
                                 .table = sctp_table,
                                 .first_timeout = CT_TIMEOUT_SCTP_NONE,
                                 .packet = sctp_packet_track,
                                 .may_evict = sctp_may_evict,
                                 .timeout = sctp_timeout,
                                 .view = sctp_view,
                                 .keep = sctp_keep,
                                 .sound = sctp_sound };
