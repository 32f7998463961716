/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link layers around a packet. Addresses are made up: locally administered, the last byte says which side. */
#include "scenario/build.h"

#include "capture/capture.h"

enum {
  DLT_NULL = 0,
  DLT_ETHERNET = 1,
  DLT_PPP = 9,
  DLT_RAW = 101,
  DLT_CHDLC = 104,
  DLT_WLAN = 105,
  DLT_LOOP = 108,
  DLT_SLL = 113,
  DLT_RADIOTAP = 127,
  DLT_SLL2 = 276,
  TYPE_IPV4 = 0x0800,
  TYPE_IPV6 = 0x86dd,
  TYPE_VLAN = 0x8100,
  TYPE_QINQ = 0x88a8,
  TYPE_MPLS = 0x8847,
  TYPE_PPPOE = 0x8864
};

static void put_mac(GByteArray *out, guint8 side)
{
  static const guint8 zero[4];

  scn_put_u8(out, 2);
  g_byte_array_append(out, zero, 4);
  scn_put_u8(out, (guint8)(side + 1));
}

static guint16 layer_type(const scn_layer *layer)
{
  static const guint16 types[] = { [SCN_LAYER_VLAN] = TYPE_VLAN,
                                   [SCN_LAYER_QINQ] = TYPE_QINQ,
                                   [SCN_LAYER_MPLS] = TYPE_MPLS,
                                   [SCN_LAYER_PPPOE] = TYPE_PPPOE };

  return types[layer->kind];
}

/* Ethernet's type is written by the layer before: MPLS and PPPoE have no place for it. */
static void put_layers(const scn_link *link, guint8 family, guint packet_bytes, GByteArray *out)
{
  guint16 ip_type = family == CT_IPV4 ? TYPE_IPV4 : TYPE_IPV6;

  scn_put_u16(out, link->layers ? layer_type(&link->layer[0]) : ip_type);
  for (guint i = 0; i < link->layers; i++) {
    const scn_layer *layer = &link->layer[i], *next = i + 1 < link->layers ? layer + 1 : NULL;

    switch (layer->kind) {
    case SCN_LAYER_VLAN:
    case SCN_LAYER_QINQ:
      scn_put_u16(out, (guint16)layer->value);
      scn_put_u16(out, next != NULL ? layer_type(next) : ip_type);
      break;
    case SCN_LAYER_MPLS:
      scn_put_u32(out, layer->value << 12 | (next != NULL && next->kind == SCN_LAYER_MPLS ? 0 : 0x100) | 64);
      break;
    case SCN_LAYER_PPPOE:
      scn_put_u16(out, 0x1100);
      scn_put_u16(out, (guint16)layer->value);
      scn_put_u16(out, (guint16)(packet_bytes + 2));
      scn_put_u16(out, family == CT_IPV4 ? 0x0021 : 0x0057);
      break;
    }
  }
}

static void put_cooked(const scn_link *link, ct_dir dir, const scn_ip *ip, guint8 family, GByteArray *out)
{
  guint16 type = family == CT_IPV4 ? TYPE_IPV4 : TYPE_IPV6;
  guint8 kind = ip->direction == CAP_DIR_OUT ? 4 : 0;

  if (link->dlt == DLT_SLL) {
    scn_put_u16(out, kind);
    scn_put_u16(out, 1);
    scn_put_u16(out, 6);
    put_mac(out, (guint8)dir);
    scn_put_u16(out, 0);
    scn_put_u16(out, type);
    return;
  }
  scn_put_u16(out, type);
  scn_put_u16(out, 0);
  scn_put_u32(out, link->ifindex);
  scn_put_u16(out, 1);
  scn_put_u8(out, kind);
  scn_put_u8(out, 6);
  put_mac(out, (guint8)dir);
  scn_put_u16(out, 0);
}

static void put_wlan(ct_dir dir, guint8 family, GByteArray *out)
{
  static const guint8 llc[] = { 0xaa, 0xaa, 0x03, 0, 0, 0 };

  scn_put_u16(out, 0x0802); /* data, from the access point */
  scn_put_u16(out, 0);
  put_mac(out, (guint8)!dir);
  put_mac(out, 9);
  put_mac(out, (guint8)dir);
  scn_put_u16(out, 0);
  g_byte_array_append(out, llc, sizeof(llc));
  scn_put_u16(out, family == CT_IPV4 ? TYPE_IPV4 : TYPE_IPV6);
}

void scn_link_wrap(const scn_link *link, ct_dir dir, const scn_ip *ip, guint8 family, const GByteArray *packet,
                   GByteArray *frame)
{
  static const guint8 radiotap[] = { 0, 0, 8, 0, 0, 0, 0, 0 };

  switch (link->dlt) {
  case DLT_ETHERNET:
    put_mac(frame, (guint8)!dir);
    put_mac(frame, (guint8)dir);
    put_layers(link, family, packet->len, frame);
    break;
  case DLT_NULL: /* in the byte order of the machine that captured; here always little-endian */
    scn_put_u32(frame, family == CT_IPV4 ? 0x02000000 : 0x1e000000);
    break;
  case DLT_LOOP: scn_put_u32(frame, family == CT_IPV4 ? 2 : 30); break;
  case DLT_PPP: scn_put_u32(frame, 0xff030000 | (family == CT_IPV4 ? 0x0021 : 0x0057)); break;
  case DLT_CHDLC: scn_put_u32(frame, 0x0f000000 | (family == CT_IPV4 ? TYPE_IPV4 : TYPE_IPV6)); break;
  case DLT_SLL:
  case DLT_SLL2: put_cooked(link, dir, ip, family, frame); break;
  case DLT_RADIOTAP: g_byte_array_append(frame, radiotap, sizeof(radiotap)); /* fall through */
  case DLT_WLAN: put_wlan(dir, family, frame); break;
  default: break; /* raw */
  }
  g_byte_array_append(frame, packet->data, packet->len);
  if (ip->trailer != NULL)
    g_byte_array_append(frame, ip->trailer->data, ip->trailer->len);
}
