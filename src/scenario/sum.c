/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums and byte order for the builders. Their own, not the decoder's: a mistake in one must not hide in the other.
 */
#include "scenario/build.h"

void scn_put_u8(GByteArray *out, guint8 v) { g_byte_array_append(out, &v, 1); }

void scn_put_u16(GByteArray *out, guint16 v)
{
  scn_put_u8(out, (guint8)(v >> 8));
  scn_put_u8(out, (guint8)v);
}

void scn_put_u32(GByteArray *out, guint32 v)
{
  scn_put_u16(out, (guint16)(v >> 16));
  scn_put_u16(out, (guint16)v);
}

void scn_set_u16(GByteArray *out, guint offset, guint16 v)
{
  g_assert(offset + 2 <= out->len);
  out->data[offset] = (guint8)(v >> 8);
  out->data[offset + 1] = (guint8)v;
}

guint32 scn_sum_add(guint32 sum, const guint8 *data, gsize n)
{
  for (gsize i = 0; i + 1 < n; i += 2)
    sum += (guint32)(data[i] << 8 | data[i + 1]);
  if (n & 1)
    sum += (guint32)(data[n - 1] << 8);
  return sum;
}

guint16 scn_sum_fold(guint32 sum)
{
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16)~sum;
}

guint32 scn_crc32c(const guint8 *data, gsize n)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n; i++) {
    crc ^= data[i];
    for (guint bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc;
}
