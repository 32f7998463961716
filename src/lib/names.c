/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for numbers: what libctreplay says without an engine. */
#include <config.h>

#include "library.h"

const char *ctreplay_version(void) { return PACKAGE_VERSION; }

const char *ctreplay_error_text(int error)
{
  switch (error) {
  case CTREPLAY_OK: return "no error";
  case CTREPLAY_ERROR_ARGUMENT: return "an argument that cannot be";
  case CTREPLAY_ERROR_UNKNOWN: return "no such name";
  case CTREPLAY_ERROR_VALUE: return "a value that is out of range or no number";
  case CTREPLAY_ERROR_STARTED: return "the engine has started: its settings are fixed";
  case CTREPLAY_ERROR_BUSY: return "called by a callback of the same engine";
  case CTREPLAY_ERROR_TIME: return "a time that is out of range or has passed";
  case CTREPLAY_ERROR_LINK: return "a link type that cannot be decoded";
  case CTREPLAY_ERROR_MANY: return "one too many";
  case CTREPLAY_ERROR_NOT_FOUND: return "no such entry";
  default: return "unknown error";
  }
}

const char *ctreplay_profile_name(unsigned i)
{
  const ct_profile *profile = ct_profile_get(i);

  return profile != NULL ? profile->name : NULL;
}

int ctreplay_link_supported(uint32_t link) { return link <= G_MAXUINT16 && pkt_link_supported(link); }

const char *ctreplay_class_name(uint32_t packet_class)
{
  return packet_class < CT_CLASS_COUNT ? ct_class_name((ct_class)packet_class) : NULL;
}

const char *ctreplay_state_name(uint32_t protocol, uint32_t state)
{
  return protocol <= G_MAXUINT8 ? ct_state_name((uint8_t)protocol, state) : NULL;
}

const char *ctreplay_status_name(uint32_t status)
{
  unsigned bit = 0;

  if (status == 0 || (status & (status - 1)) != 0 || status > G_MAXUINT16)
    return NULL;
  while (status >> bit != 1)
    bit++;
  return ct_status_name(bit);
}

const char *ctreplay_event_name(uint32_t type)
{
  static const char *const names[] = {
    [CTREPLAY_EVENT_NEW] = "NEW",
    [CTREPLAY_EVENT_UPDATE] = "UPDATE",
    [CTREPLAY_EVENT_DESTROY] = "DESTROY",
    [CTREPLAY_EVENT_EXPECT_NEW] = "EXPECT_NEW",
    [CTREPLAY_EVENT_EXPECT_DESTROY] = "EXPECT_DESTROY",
    [CTREPLAY_EVENT_DROP] = "DROP",
  };

  return type < G_N_ELEMENTS(names) ? names[type] : NULL;
}
