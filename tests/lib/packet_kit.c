/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet_kit.h"

#include <string.h>

void kit_start(kit_bytes *b) { b->n = 0; }

void kit_add(kit_bytes *b, const void *bytes, guint32 n)
{
  g_assert(b->n + n <= sizeof(b->at));
  memcpy(b->at + b->n, bytes, n);
  b->n += n;
}

void kit_fill(kit_bytes *b, guint8 byte, guint32 n)
{
  g_assert(b->n + n <= sizeof(b->at));
  memset(b->at + b->n, byte, n);
  b->n += n;
}

void kit_add16(kit_bytes *b, guint v)
{
  guint8 bytes[2] = { (guint8)(v >> 8), (guint8)v };

  kit_add(b, bytes, 2);
}

void kit_add32(kit_bytes *b, guint32 v)
{
  kit_add16(b, v >> 16);
  kit_add16(b, v & 0xffff);
}

void kit_add_hex(kit_bytes *b, const char *hex)
{
  while (*hex != '\0') {
    guint8 byte;

    if (*hex == ' ' || *hex == ':') {
      hex++;
      continue;
    }
    g_assert(g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]));
    byte = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
    kit_add(b, &byte, 1);
    hex += 2;
  }
}

void kit_set16(kit_bytes *b, guint32 at, guint v)
{
  b->at[at] = (guint8)(v >> 8);
  b->at[at + 1] = (guint8)v;
}

void kit_ipv4(kit_bytes *b, guint8 proto)
{
  kit_start(b);
  kit_add_hex(b, "45 00 0000 1234 0000 40 00 0000 0a000001 0a000002");
  b->at[9] = proto;
}

void kit_ipv6(kit_bytes *b, guint8 next)
{
  kit_start(b);
  kit_add_hex(b, "60000000 0000 00 40 fd000000 00000000 00000000 00000001 fd000000 00000000 00000000 00000002");
  b->at[6] = next;
}

static gboolean is_ipv6(const kit_bytes *b) { return b->at[0] >> 4 == 6; }

void kit_swap_addresses(kit_bytes *b)
{
  guint at = is_ipv6(b) ? 8 : 12, n = is_ipv6(b) ? 16 : 4;
  guint8 swap[16];

  memcpy(swap, b->at + at, n);
  memcpy(b->at + at, b->at + at + n, n);
  memcpy(b->at + at + n, swap, n);
}

void kit_tcp(kit_bytes *b, guint16 sport, guint16 dport, guint8 flags, const char *options_hex)
{
  guint32 l4 = b->n;

  kit_add16(b, sport);
  kit_add16(b, dport);
  kit_add_hex(b, "01020304 05060708 50 00 2000 0000 0000");
  b->at[l4 + 13] = flags;
  kit_add_hex(b, options_hex);
  b->at[l4 + 12] = (guint8)((b->n - l4) / 4 << 4);
}

void kit_udp(kit_bytes *b, guint16 sport, guint16 dport, guint payload_bytes)
{
  kit_add16(b, sport);
  kit_add16(b, dport);
  kit_add16(b, 8 + payload_bytes);
  kit_add16(b, 0);
  kit_fill(b, 0x55, payload_bytes);
}

void kit_icmp(kit_bytes *b, guint8 type, guint8 code, guint16 id)
{
  guint8 head[2] = { type, code };

  kit_add(b, head, 2);
  kit_add16(b, 0);
  kit_add16(b, id);
  kit_add16(b, 1);
}

guint32 kit_icmp_error(kit_bytes *b, gboolean ipv6)
{
  guint32 at;

  if (ipv6) {
    kit_ipv6(b, CT_PROTO_ICMPV6);
    kit_icmp(b, 1, 0, 0);
    at = b->n;
    kit_add_hex(b, "60000000 0014 06 40 fd000000 00000000 00000000 000000aa fd000000 00000000 00000000 000000bb");
  } else {
    kit_ipv4(b, CT_PROTO_ICMP);
    kit_icmp(b, 3, 1, 0);
    at = b->n;
    kit_add_hex(b, "45 00 0028 0000 0000 40 06 0000 0a0000aa 0a0000bb");
  }
  return at;
}

static guint32 sum16(guint32 sum, const guint8 *bytes, guint32 n)
{
  for (guint32 i = 0; i < n; i++)
    sum += i % 2 == 0 ? (guint32)bytes[i] << 8 : bytes[i];
  return sum;
}

static guint16 fold(guint32 sum)
{
  while (sum > 0xffff)
    sum = (sum >> 16) + (sum & 0xffff);
  return (guint16)sum;
}

void kit_finish(kit_bytes *b)
{
  if (is_ipv6(b)) {
    kit_set16(b, 4, b->n - 40);
    return;
  }
  kit_set16(b, 2, b->n);
  kit_set16(b, 10, 0);
  kit_set16(b, 10, (guint16)~fold(sum16(0, b->at, (b->at[0] & 15u) * 4)));
}

guint16 kit_pseudo(const kit_bytes *b, guint32 l4, guint8 proto)
{
  guint32 sum = is_ipv6(b) ? sum16(0, b->at + 8, 32) : sum16(0, b->at + 12, 8);

  return fold(sum + proto + (b->n - l4));
}

void kit_sum(kit_bytes *b, guint32 l4, guint32 field, guint8 proto)
{
  guint32 sum = proto != 0 ? kit_pseudo(b, l4, proto) : 0;

  kit_set16(b, field, 0);
  sum = fold(sum16(sum, b->at + l4, b->n - l4));
  kit_set16(b, field, sum == 0xffff && proto == CT_PROTO_UDP ? 0xffff : (guint16)~sum);
}

const ct_params *kit_params(gboolean checksum)
{
  static ct_params params[2];

  ct_params_init(&params[checksum != FALSE], ct_profile_get(0));
  params[checksum != FALSE].checksum = checksum != FALSE;
  return &params[checksum != FALSE];
}

ct_packet kit_prepare(const kit_bytes *b, ct_checksums checksums, gboolean verify_l4)
{
  ct_packet packet;

  memset(&packet, 0xa5, sizeof(packet)); /* what prepare leaves unset would show */
  packet.flags = 0;
  packet.data = b->at;
  packet.length = packet.captured = b->n;
  ct_packet_prepare(&packet, checksums, kit_params(verify_l4));
  return packet;
}
