/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sysctl would have let a packet pass, as a clause. */
#include "formats.h"

#include <string.h>

const char *emit_would_pass(gboolean ruled) { return ruled ? " would let conntrack accept it" : " would let it pass"; }

gboolean emit_reason_hint(emit_text *out, const ct_profile *profile, ct_reason reason, gboolean ruled)
{
  static const struct {
    const char *sysctl, *before, *behind;
  } hints[] = {
    { "nf_conntrack_tcp_be_liberal", "", "=1" },
    { "nf_conntrack_tcp_ignore_invalid_rst", "", "=1" },
    { "nf_conntrack_tcp_loose", "", "=1" },
    { "nf_conntrack_dccp_loose", "", "=1" },
    { "nf_conntrack_checksum", "", "=0" },
    { "nf_conntrack_max", "a larger ", " would have room" },
    { "nf_conntrack_buckets", "more ", " would make chains shorter" },
    { "ipfrag_high_thresh", "a larger ", " would have room" },
  };
  const char *own = ct_reason_sysctl(reason, profile), *sysctl = ct_reason_sysctl(reason, NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS(hints) && *own != '\0'; i++)
    if (strcmp(sysctl, hints[i].sysctl) == 0) {
      emit_text_string(out, hints[i].before);
      emit_text_string(out, own);
      emit_text_string(out, hints[i].behind);
      if (hints[i].behind[0] == '=')
        emit_text_string(out, emit_would_pass(ruled));
      return TRUE;
    }
  return FALSE;
}
