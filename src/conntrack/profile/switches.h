/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The switches of a profile as a table: what each is about, and in words what each of its values means. What tells two
 * kernels apart is read from here, and so are the tests that turn each of them.
 */
#ifndef CT_PROFILE_SWITCHES_H
#define CT_PROFILE_SWITCHES_H

#include "conntrack/profile/profile.h"

typedef struct ct_switch_value {
  const void *pointer; /* where the field is one */
  uint32_t number;     /* else */
  const char *says;    /* a sentence without its full stop */
} ct_switch_value;

typedef struct ct_switch {
  const char *name;  /* as the field is called: "tcp_overshoot" */
  const char *rule;  /* of KERNELS.md: "K1.6" */
  const char *topic; /* what people call that part: "TCP windows" */
  size_t offset;     /* of the field in ct_profile, */
  uint8_t size;      /* and its bytes */
  bool is_pointer;
  bool is_default;               /* a sysctl's value at the start, which is told as such */
  const ct_switch_value *values; /* ends with NULL for says; NULL: a number, which counts is all about */
  const char *counts;            /* with %u: "at least %u buckets"; NULL: has values */
} ct_switch;

/* The i-th; NULL past the end. They stand in the order of their topics. */
const ct_switch *ct_switch_get(unsigned i);
const ct_switch *ct_switch_find(const char *name);
bool ct_switch_differs(const ct_switch *sw, const ct_profile *a, const ct_profile *b);
/* What the kernel does, in words, into text of so many bytes; "" where it does not track what the rule is of. => text
 */
const char *ct_switch_say(const ct_switch *sw, const ct_profile *profile, char *text, size_t bytes);
/* Sets it in a copy of a profile as another has it. */
void ct_switch_take(const ct_switch *sw, ct_profile *profile, const ct_profile *from);
/* Turns it in a copy of a profile to another value: the next of its values, or half the number. */
void ct_switch_turn(const ct_switch *sw, ct_profile *profile);

#endif
