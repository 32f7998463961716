/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/reason.h"

#include <string.h>

#include "conntrack/profile/profile.h"

static const struct {
  const char *word, *sentence, *sysctl;
} reasons[CT_REASON_COUNT] = {
#define X(id, word, sentence, sysctl) [CT_REASON_##id] = { word, sentence, sysctl },
  CT_REASON_LIST(X)
#undef X
};

const char *ct_reason_word(ct_reason reason) { return reasons[reason].word; }
const char *ct_reason_sentence(ct_reason reason) { return reasons[reason].sentence; }
const char *ct_reason_sysctl(ct_reason reason, const ct_profile *profile)
{
  const char *sysctl = reasons[reason].sysctl, *own;

  if (profile == NULL || *sysctl == '\0')
    return sysctl;
  own = ct_params_spell(profile, sysctl);
  return own != NULL ? own : "";
}

ct_reason ct_reason_find(const char *word)
{
  unsigned i;

  for (i = 0; i < CT_REASON_COUNT; i++)
    if (strcmp(reasons[i].word, word) == 0)
      return (ct_reason)i;
  return CT_REASON_COUNT;
}
