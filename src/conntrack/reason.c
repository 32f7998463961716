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

const char *ct_reason_words(ct_reason reason, const ct_profile *profile, char *words)
{
  const char *sentence = reasons[reason].sentence, *today = reasons[reason].sysctl, *at = strstr(sentence, today),
             *own = ct_reason_sysctl(reason, profile);
  size_t before, name, behind;

  if (*own == '\0' || at == NULL || strcmp(own, today) == 0)
    return sentence;
  before = (size_t)(at - sentence);
  name = strlen(own);
  behind = strlen(at + strlen(today)) + 1;
  if (before + name + behind > CT_REASON_WORDS_BYTES)
    return sentence;
  memcpy(words, sentence, before);
  memcpy(words + before, own, name);
  memcpy(words + before + name, at + strlen(today), behind);
  return words;
}

ct_reason ct_reason_find(const char *word)
{
  unsigned i;

  for (i = 0; i < CT_REASON_COUNT; i++)
    if (strcmp(reasons[i].word, word) == 0)
      return (ct_reason)i;
  return CT_REASON_COUNT;
}
