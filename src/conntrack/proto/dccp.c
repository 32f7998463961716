/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DCCP (RFC 4340), which kernels up to 6.16 tracked: the state by packet type and role. Sequence numbers matter once,
 * for ASSURED: the client's ACK has to acknowledge the response. packet_check.c judges the header before.
 */
#include "conntrack/engine_internal.h"
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"
#include "conntrack/read/packet_check.h"
#include "conntrack/state/io.h"
#include "conntrack/trace_internal.h"

enum { DCCP_HEADER = 12, LONG_SEQUENCE = 4, ACK_FIELD = 8 };

/* One packet, read once. */
typedef struct dccp_packet {
  uint8_t type;
  bool is_long;      /* 48-bit sequence numbers */
  uint64_t seq, ack; /* 48 bits, or 24 where the header is short; ack 0 where there is none */
} dccp_packet;

static uint64_t be48(const uint8_t *p)
{
  uint64_t n = 0;
  int i;

  for (i = 0; i < 6; i++)
    n = n << 8 | p[i];
  return n;
}

/* What follows the basic header, by type. */
static uint32_t subheader_bytes(uint8_t type)
{
  switch (type) {
  case CT_DCCP_ROW_REQUEST: return 4;
  case CT_DCCP_ROW_DATA: return 0;
  case CT_DCCP_ROW_RESPONSE:
  case CT_DCCP_ROW_RESET: return ACK_FIELD + 4;
  default: return ACK_FIELD;
  }
}

static uint64_t read_seq(const uint8_t *bytes, bool is_long)
{
  if (is_long) /* 16 bits in the basic header, 32 behind it */
    return (uint64_t)(bytes[10] << 8 | bytes[11]) << 32 | (uint64_t)bytes[12] << 24 |
           (uint64_t)(bytes[13] << 16 | bytes[14] << 8 | bytes[15]);
  return (uint64_t)(bytes[9] << 16 | bytes[10] << 8 | bytes[11]);
}

/* => false where the header is cut off. */
static bool read_header(const ct_packet *packet, dccp_packet *dp)
{
  uint8_t scratch[DCCP_HEADER + LONG_SEQUENCE + ACK_FIELD + 4];
  const uint8_t *bytes = ct_packet_at(packet, packet->l4_offset, DCCP_HEADER, scratch);
  uint32_t basic, sub;

  if (bytes == NULL)
    return false;
  dp->type = bytes[8] >> 1 & 0x0f;
  dp->is_long = bytes[8] & 1;
  basic = DCCP_HEADER + (dp->is_long ? LONG_SEQUENCE : 0);
  sub = subheader_bytes(dp->type);
  bytes = ct_packet_at(packet, packet->l4_offset, basic + sub, scratch);
  if (bytes == NULL)
    return false;
  dp->seq = read_seq(bytes, dp->is_long);
  dp->ack = sub >= ACK_FIELD ? be48(bytes + basic + 2) : 0;
  return true;
}

/* RFC 4340, 5.1: only data and acknowledgements may save the upper half. */
static bool needs_long(uint8_t type)
{
  return type != CT_DCCP_ROW_DATA && type != CT_DCCP_ROW_ACK && type != CT_DCCP_ROW_DATAACK;
}

static bool begin(const ct_engine *engine, ct_entry *entry, const dccp_packet *dp, ct_result *result)
{
  uint8_t state = engine->params.profile->dccp_table[CT_DCCP_CLIENT][dp->type][CT_DCCP_NONE];

  if (state == CT_DCCP_INVALID || (state != CT_DCCP_REQUEST && engine->params.dccp_loose == 0)) {
    result->reason = state == CT_DCCP_INVALID ? CT_REASON_DCCP_NEW : CT_REASON_DCCP_NOT_LOOSE;
    return false;
  }
  entry->l4.dccp = (ct_dccp){ .client = CT_ORIGINAL, .last_dir = CT_ORIGINAL, .last_type = CT_DCCP_ROW_REQUEST };
  return true;
}

/* A reset that nobody had answered before: the entry goes, and the packet is counted. */
static ct_track end_unreplied(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet,
                              ct_result *result)
{
  if (entry->traits & CT_ENTRY_COUNTED)
    ct_counter_add(&entry->counter[dir], packet->length);
  result->reason = CT_REASON_DCCP_RESET_UNREPLIED;
  result->new_state = (uint8_t)entry->state;
  ct_core_destroy(engine, entry, CT_REASON_END_RST);
  return CT_TRACK_GONE;
}

/* What the table's cell brings about beside the state. => false: let through, nothing changes. */
static bool follow(ct_dccp *dccp, ct_entry *entry, ct_dir dir, const dccp_packet *dp, uint8_t *new, ct_result *result)
{
  switch (*new) {
  case CT_DCCP_REQUEST:
    if (entry->state == CT_DCCP_TIMEWAIT && dccp->client != dir)
      dccp->client = (uint8_t)dir; /* born again the other way round */
    break;
  case CT_DCCP_RESPOND:
    if (entry->state == CT_DCCP_REQUEST)
      dccp->handshake_seq = dp->seq;
    break;
  case CT_DCCP_PARTOPEN:
    if (entry->state == CT_DCCP_RESPOND && dp->type == CT_DCCP_ROW_ACK && dp->ack == dccp->handshake_seq)
      entry->status |= CT_STATUS_ASSURED;
    break;
  case CT_DCCP_IGNORE:
    if (dccp->last_dir == dir || dccp->last_type != CT_DCCP_ROW_REQUEST || dp->type != CT_DCCP_ROW_RESPONSE) {
      result->reason = CT_REASON_DCCP_IGNORED;
      return false;
    }
    /* The response to a request that was let through: the connection starts over. */
    dccp->client = !dir;
    dccp->handshake_seq = dp->seq;
    *new = CT_DCCP_RESPOND;
    result->reason = CT_REASON_DCCP_RESYNC;
    break;
  default: break;
  }
  return true;
}

static ct_track dccp_track(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  ct_dccp *dccp = &entry->l4.dccp;
  uint8_t old = (uint8_t)entry->state, new;
  bool changes, first = !(entry->status & CT_STATUS_CONFIRMED);
  dccp_packet dp;

  /* From 5.0 to 6.8 too short for a header was not called INVALID but dropped: the one tracker that did so. */
  if (!read_header(packet, &dp)) {
    result->reason = CT_REASON_DCCP_SHORT;
    return engine->params.profile->dccp_short_header == CT_SHORT_DROPPED ? CT_TRACK_DROP : CT_TRACK_INVALID;
  }
  if (engine->params.profile->dccp_needs_48_bit_sequence && !dp.is_long && needs_long(dp.type)) {
    result->reason = CT_REASON_DCCP_SEQUENCE;
    return CT_TRACK_INVALID;
  }
  if (first && !begin(engine, entry, &dp, result))
    return CT_TRACK_INVALID;
  if (dp.type == CT_DCCP_ROW_RESET && !(entry->status & CT_STATUS_SEEN_REPLY))
    return end_unreplied(engine, entry, dir, packet, result);
  new = engine->params.profile->dccp_table[dccp->client == dir ? CT_DCCP_CLIENT : CT_DCCP_SERVER][dp.type][old];
  CT_TRACE(engine, ct_trace_note_cell(engine->trace, dir, dp.type, old, new));
  if (new == CT_DCCP_INVALID) {
    result->reason = CT_REASON_DCCP_STATE;
    return CT_TRACK_INVALID;
  }
  changes = follow(dccp, entry, dir, &dp, &new, result);
  CT_TRACE(engine, ct_trace_note_arc(engine->trace, changes ? CT_TRACE_ARC_ACCEPT : CT_TRACE_ARC_UNCHANGED, old,
                                     changes ? new : old));
  dccp->last_dir = (uint8_t)dir;
  dccp->last_type = dp.type;
  if (!changes) {
    if (first)
      ct_core_refresh(engine, entry, 0); /* no timeout was ever set: over as soon as it is in the table */
    return CT_TRACK_ACCEPT;
  }
  entry->state = new;
  if (new != old)
    result->events |= CT_EV_PROTOINFO;
  ct_core_refresh_acct(engine, entry, dir, packet, ct_core_timeout(engine, (ct_timeout)(CT_TIMEOUT_DCCP_NONE + new)),
                       result);
  return CT_TRACK_ACCEPT;
}

/* In the collector's early-drop mode: on its way out. */
static bool dccp_may_evict(const ct_entry *entry)
{
  return entry->state == CT_DCCP_CLOSEREQ || entry->state == CT_DCCP_CLOSING || entry->state == CT_DCCP_TIMEWAIT;
}

/* An entry whose first packet was let through without a judgement has no state, and no timeout of DCCP's. */
static ct_timeout dccp_timeout(const ct_entry *entry)
{
  return entry->state == CT_DCCP_NONE ? CT_TIMEOUT_GENERIC : (ct_timeout)(CT_TIMEOUT_DCCP_NONE + entry->state);
}

/* NONE has no name here: nothing is printed for it. */
static const char *const states[CT_DCCP_STATE_COUNT] = {
#define X(name) [CT_DCCP_##name] = CT_DCCP_##name == CT_DCCP_NONE ? NULL : #name,
  CT_DCCP_STATE_LIST(X)
#undef X
};

static const char *const inputs[CT_DCCP_ROW_COUNT] = {
#define X(id, name) [CT_DCCP_ROW_##id] = name,
  CT_DCCP_ROW_LIST(X)
#undef X
};

/* By role: the original side is the client until a connection is born again the other way round. */
static const uint8_t *dccp_table(const ct_profile *profile) { return &profile->dccp_table[0][0][0]; }

static void dccp_keep(ct_state_io *io, const ct_engine *engine, ct_entry *entry)
{
  ct_dccp *d = &entry->l4.dccp;

  (void)engine;
  io_var64(io, &d->handshake_seq);
  io_u8(io, &d->client);
  io_u8(io, &d->last_dir);
  io_u8(io, &d->last_type);
}

static bool dccp_sound(const ct_entry *entry)
{
  const ct_dccp *d = &entry->l4.dccp;

  return d->client <= 1 && d->last_dir <= 1 && d->last_type < CT_DCCP_ROW_COUNT && d->handshake_seq < UINT64_C(1) << 48;
}

const ct_proto ct_proto_dccp = { .name = "dccp",
                                 .number = CT_PROTO_DCCP,
                                 .ids = CT_IDS_PORTS,
                                 .sum_at = 6,
                                 .sum_bytes = 2,
                                 .read_ids = ct_ids_read_ports,
                                 .check = ct_check_dccp,
                                 .states = states,
                                 .n_states = CT_DCCP_STATE_COUNT,
                                 .inputs = inputs,
                                 .n_inputs = CT_DCCP_ROW_COUNT,
                                 .table = dccp_table,
                                 .first_timeout = CT_TIMEOUT_DCCP_NONE,
                                 .packet = dccp_track,
                                 .may_evict = dccp_may_evict,
                                 .timeout = dccp_timeout,
                                 .keep = dccp_keep,
                                 .sound = dccp_sound };
