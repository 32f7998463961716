/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single values of nftables: from numbers and words to bytes, and from bytes to what nft prints. */
#ifndef FIREWALL_NFT_VALUE_H
#define FIREWALL_NFT_VALUE_H

#include "firewall/nft/nft.h"

/* The parts of a value and how wide they are. One part: no concatenation. */
typedef struct fw_nft_shape {
  const fw_nft_type *types[FW_NFT_PARTS_MOST];
  guint16 widths[FW_NFT_PARTS_MOST];
  guint n;
} fw_nft_shape;

/* How far a part reaches in a concatenation. */
static inline guint fw_nft_padded(guint bytes) { return (bytes + 3U) & ~3U; }

/*
 * A value by its number, by its name or as it is written. n_bits: how many of the value's first bits count; what it
 * was but for names that end in '*'. => FALSE: the type has no such value.
 */
gboolean fw_nft_number_read(gint64 number, const fw_nft_type *type, guint n_bytes, guint8 *value);
gboolean fw_nft_text_read(const char *text, const fw_nft_type *type, guint n_bytes, guint8 *value, guint16 *n_bits);
/* => FALSE: it does not fit. */
gboolean fw_nft_number_put(guint64 number, guint8 *value, guint n_bytes);
guint64 fw_nft_number_of(const guint8 *value, guint n_bytes);

/* As nft prints it. */
void fw_nft_scalar_text(GString *out, const fw_nft_type *type, const guint8 *value, guint n_bytes);
/* The same without names, as in ranges. */
void fw_nft_bare_text(GString *out, const fw_nft_type *type, const guint8 *value, guint n_bytes);
/* "1d2h3m4s" */
void fw_nft_seconds_text(GString *out, guint64 seconds);
/* With "5ms" behind it. */
void fw_nft_ms_text(GString *out, guint64 ms);
void fw_nft_quoted(GString *out, const char *text);

#endif
