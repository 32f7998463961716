/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In place of src/firewall/nft/read.c and what it calls: the reader of nft's JSON needs json-glib, and who links the
 * library is to need GLib alone.
 */
#include "firewall/build.h"
#include "firewall/nft/nft.h"

#define NOT_HERE "libctreplay reads iptables-save and ipset save, not nftables, for which the program ctreplay is"

gboolean fw_nft_read(G_GNUC_UNUSED fw_ruleset *ruleset, const char *name, G_GNUC_UNUSED const char *text,
                     G_GNUC_UNUSED gsize length, GError **error)
{
  const fw_place start = { name, 1, 1 };

  return fw_fail(error, &start, "this is JSON: " NOT_HERE);
}

gboolean fw_nft_refuse_text(const char *name, GError **error)
{
  const fw_place start = { name, 1, 1 };

  return fw_fail(error, &start, "this is nftables' own language: " NOT_HERE);
}
