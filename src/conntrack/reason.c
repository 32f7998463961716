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

/* => where it begins, -1 where it does not. */
static int name_in(const char *sentence, const char *name)
{
  size_t n = strlen(name), last = strlen(sentence), i;

  for (i = 0; i + n <= last; i++)
    if (memcmp(sentence + i, name, n) == 0)
      return (int)i;
  return -1;
}

const char *ct_reason_words(ct_reason reason, const ct_profile *profile, char *words)
{
  const char *sentence = reasons[reason].sentence, *today = reasons[reason].sysctl,
             *own = ct_reason_sysctl(reason, profile), *behind;
  size_t name = strlen(own), rest;
  int at;

  if (name == 0 || strcmp(own, today) == 0 || (at = name_in(sentence, today)) < 0)
    return sentence;
  behind = sentence + at + strlen(today);
  rest = strlen(behind) + 1;
  if ((size_t)at + name + rest > CT_REASON_WORDS_BYTES)
    return sentence;
  memcpy(words, sentence, (size_t)at);
  memcpy(words + at, own, name); /* the end follows: NOLINT(bugprone-not-null-terminated-result) */
  memcpy(words + at + name, behind, rest);
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
