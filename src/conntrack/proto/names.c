/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The descriptions as people and their tools look them up: by number, by name, one after the other. */
#include "conntrack/proto/proto.h"

#include <glib.h>
#include <string.h>

static const ct_proto *const listed[] = {
#define X(id, number) &ct_proto_##id,
  CT_PROTO_LIST(X)
#undef X
};

const ct_proto *const ct_proto_by_number[256] = { CT_PROTO_LIST(CT_PROTO_TRACKER) };

/* Words for what nobody tracks, and other words for what somebody does. */
static const struct {
  const char *word;
  uint8_t number;
} words[] = { { "esp", 50 }, { "ah", 51 }, { "ipv6-icmp", CT_PROTO_ICMPV6 } };

/* => what the profile tracks under this number, NULL where that is nothing. */
static const ct_proto *tracked(const ct_profile *profile, uint8_t number)
{
  return (profile != NULL ? profile : ct_profile_get(0))->trackers[number];
}

const ct_proto *ct_proto_get(const ct_profile *profile, unsigned i)
{
  unsigned number;

  if (i < G_N_ELEMENTS(listed))
    return listed[i];
  i -= G_N_ELEMENTS(listed);
  for (number = 0; number < 256; number++)
    if (ct_proto_by_number[number] == NULL && tracked(profile, (uint8_t)number) != NULL && i-- == 0)
      return tracked(profile, (uint8_t)number);
  return NULL;
}

const ct_proto *ct_proto_known(const ct_profile *profile, uint8_t number)
{
  const ct_proto *proto = tracked(profile, number);

  return proto != NULL ? proto : ct_proto_by_number[number];
}

const char *ct_proto_name(const ct_profile *profile, uint8_t number)
{
  const ct_proto *proto = ct_proto_known(profile, number);

  return proto != NULL ? proto->name : "unknown";
}

const char *ct_proto_word(const ct_profile *profile, uint8_t number)
{
  const ct_proto *proto = ct_proto_known(profile, number);
  size_t i;

  if (proto != NULL)
    return proto->name;
  for (i = 0; i < G_N_ELEMENTS(words); i++)
    if (words[i].number == number)
      return words[i].word;
  return NULL;
}

int ct_proto_number(const ct_profile *profile, const char *word)
{
  const ct_proto *proto;
  unsigned i;

  for (i = 0; (proto = ct_proto_get(profile, i)) != NULL; i++)
    if (g_ascii_strcasecmp(proto->name, word) == 0)
      return proto->number;
  for (i = 0; i < G_N_ELEMENTS(words); i++)
    if (g_ascii_strcasecmp(words[i].word, word) == 0)
      return words[i].number;
  return -1;
}

const ct_proto *ct_proto_tracker(const ct_profile *profile, uint8_t number)
{
  const ct_proto *proto = tracked(profile, number);

  return proto != NULL ? proto : &ct_proto_generic;
}

ct_ids ct_proto_ids(const ct_profile *profile, uint8_t number)
{
  return (ct_ids)ct_proto_tracker(profile, number)->ids;
}

const char *ct_proto_state_name(const ct_profile *profile, uint8_t number, unsigned state)
{
  const ct_proto *proto = profile != NULL ? profile->trackers[number] : ct_proto_by_number[number];

  return proto != NULL && state < proto->n_states ? proto->states[state] : NULL;
}
