/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/read/packet_check.h"
#include "conntrack/proto/tcp.h"

enum {
  FIXED_HEADER = 20,
  OPTION_EOL = 0,
  OPTION_NOP = 1,
  OPTION_SCALE = 3,
  OPTION_SACK_PERM = 4,
  OPTION_SACK = 5,
  OPTIONS_MAX_BYTES = 40
};

typedef struct option_walk {
  const uint8_t *bytes; /* the next option */
  uint32_t left;
} option_walk;

/*
 * The whole list, as the header claims it. What the snap length cut is zeros in scratch (of OPTIONS_MAX_BYTES), as
 * everywhere: an option may begin before the cut and reach beyond it.
 */
static inline option_walk walk_begin(const ct_packet *packet, uint8_t *scratch)
{
  uint32_t n = packet->l4.tcp.header_bytes - (uint32_t)FIXED_HEADER;
  const uint8_t *bytes;

  if (packet->l4.tcp.options == CT_TCP_OPTIONS_NONE)
    return (option_walk){ scratch, 0 };
  bytes = ct_packet_at(packet, (uint32_t)packet->l4_offset + FIXED_HEADER, n, scratch);
  return bytes != NULL ? (option_walk){ bytes, n } : (option_walk){ scratch, 0 };
}

/*
 * => the next option that is no padding, with its length (2 or more, within the header); NULL at the end or where the
 * list is broken.
 */
static inline const uint8_t *walk_next(option_walk *walk, uint32_t *length)
{
  const uint8_t *option = walk->bytes, *end = option + walk->left;

  while (option < end && *option == OPTION_NOP)
    option++;
  if (end - option < 2 || *option == OPTION_EOL)
    return NULL;
  *length = option[1];
  if (*length < 2 || *length > end - option)
    return NULL;
  walk->bytes = option + *length;
  walk->left = (uint32_t)(end - walk->bytes);
  return option;
}

static inline bool is_sack(const uint8_t *option, uint32_t length)
{
  return option[0] == OPTION_SACK && length >= 10 && (length - 2) % 8 == 0;
}

void ct_check_tcp_options(ct_packet *packet)
{
  uint8_t scratch[OPTIONS_MAX_BYTES], holds = 0, scale = 0;
  option_walk walk = walk_begin(packet, scratch);
  const uint8_t *option;
  uint32_t length;

  while ((option = walk_next(&walk, &length)) != NULL) {
    if (option[0] == OPTION_SACK_PERM && length == 2)
      holds |= CT_TCP_HOLDS_SACK_PERM;
    if (option[0] == OPTION_SCALE && length == 3) {
      scale = MIN(option[2], CT_TCP_SCALE_MOST); /* RFC 7323, 2.3 */
      holds |= CT_TCP_HOLDS_SCALE;
    }
    if (is_sack(option, length))
      holds |= CT_TCP_HOLDS_SACK;
  }
  packet->l4.tcp.holds = holds;
  packet->l4.tcp.scale = scale;
}

_Static_assert((int)CT_TCP_HOLDS_SCALE == CT_TCP_FLAG_WINDOW_SCALE &&
                 (int)CT_TCP_HOLDS_SACK_PERM == CT_TCP_FLAG_SACK_PERM,
               "the same bits in a segment and of a side");

inline void ct_tcp_options_read(const ct_engine *engine, const ct_packet *packet, uint8_t *scale, uint8_t *flags)
{
  if (packet->l4.tcp.options == CT_TCP_OPTIONS_NONE)
    return;
  *scale = packet->l4.tcp.scale;
  *flags &= engine->params.profile->tcp_options_keep_liberal ? CT_TCP_FLAG_BE_LIBERAL : 0;
  *flags |= packet->l4.tcp.holds & (CT_TCP_FLAG_WINDOW_SCALE | CT_TCP_FLAG_SACK_PERM);
}

static uint32_t be32(const uint8_t *p)
{
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

inline uint32_t ct_tcp_options_sack(const ct_packet *packet, uint32_t ack)
{
  uint8_t scratch[OPTIONS_MAX_BYTES];
  option_walk walk;
  const uint8_t *option;
  uint32_t length, sack = ack, i;

  if (!(packet->l4.tcp.holds & CT_TCP_HOLDS_SACK))
    return ack;
  walk = walk_begin(packet, scratch);
  while ((option = walk_next(&walk, &length)) != NULL) {
    if (!is_sack(option, length))
      continue;
    for (i = 2; i < length; i += 8) {
      uint32_t right = be32(option + i + 4);

      if (ct_seq_after(right, sack))
        sack = right;
    }
    break; /* only the first one counts */
  }
  return sack;
}
