/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Helpers: readers of application payloads that announce further connections (spec 8). One file each under helper/, one
 * line each in helper/list.h. A helper can only look at a payload, keep state of a fixed size per connection, add or
 * remove expectations, set its connection's timeout, refuse the packet, and under NAT write the payload anew
 * (nat/help.h). This is what one is; how it is asked, and what it may do then, stands in helping.h. Internal
 * to src/conntrack.
 */
#ifndef CT_HELPER_H
#define CT_HELPER_H

#include "conntrack/engine.h"

typedef struct ct_helper ct_helper;
typedef struct ct_helping ct_helping;

enum { CT_HELPER_CLASSES = 4 };
enum { CT_HELPER_TCP = 1, CT_HELPER_UDP = 2, CT_HELPER_V4 = 4, CT_HELPER_V6 = 8 };

typedef struct ct_helper_class {
  const char *name; /* shown after the helper's name in /proc; NULL: none */
  uint16_t max_expected;
  uint32_t timeout_s;
} ct_helper_class;

/* What a helper is. Constant data. */
struct ct_helper {
  const char *name;
  const char *help;     /* one line for people */
  uint8_t kinds;        /* CT_HELPER_*: what it can be attached to */
  uint16_t state_bytes; /* kept per connection, zeroed at first */
  const char
    *state_fields; /* what that consists of, for who writes it down: 1, 2, 4 for an unsigned of so many bytes */
  bool (*state_is_sound)(const void *state); /* whether some messages could have led to it; NULL: all could */
  bool own_host;                             /* only for what the host itself sends */
  bool once_timeless;                        /* its expectations had no timeout in 2.4 */
  const char
    *unwritten; /* the module that writes its payloads anew in a kernel that translates, where nothing here does */
  ct_helper_class classes[CT_HELPER_CLASSES];
  /* Where its module was loaded with something else than what stands in classes; NULL: it cannot be. */
  void (*policy)(const ct_module_settings *modules, ct_helper_class *policy);
  /* A packet with so many bytes of payload, 0 too, which may be cut: what needs no reading. May be NULL. */
  void (*arrived)(ct_helping *helping, size_t length);
  /* payload is whole, length >= 1; of TCP only ESTABLISHED packets are shown. => CT_VERDICT_ACCEPT or CT_VERDICT_DROP
   */
  ct_verdict (*inspect)(ct_helping *helping, const uint8_t *payload, size_t length);
  void (*gone)(ct_helping *helping); /* the connection was deleted; may be NULL */
};

/* How many of a class are expected at most, and for how long. */
ct_helper_class ct_helper_policy(const ct_params *params, const ct_helper *helper, unsigned class_number);

#endif
