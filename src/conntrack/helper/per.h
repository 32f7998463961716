/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aligned PER (X.691) by description: a walk over a message along constant type tables, which reports the few fields
 * that somebody marked. Nothing is built in memory. Every read is checked; the first that fails ends the walk.
 *
 * The descriptions leave out what nobody needs: a part with PER_STOP ends its type, whatever follows. An enclosing type
 * goes on reading at that very bit, as the kernel does; where that matters the part is of open type and has its own
 * length.
 */
#ifndef CT_HELPER_PER_H
#define CT_HELPER_PER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum per_kind {
  PER_NULL,
  PER_BITS,         /* size bits: small integers, runs of booleans */
  PER_BYTES,        /* aligned, size bytes: integers of 8 and 16 bits */
  PER_INTEGER,      /* constrained beyond 64K: 2 bits tell its length; base is added */
  PER_ANY_INTEGER,  /* unconstrained: length, bytes */
  PER_OID,          /* 1 byte length */
  PER_OCTETS,       /* size bytes, aligned where there are more than 2 */
  PER_STRING,       /* size bits of length, plus base; unit bits each; aligned */
  PER_STRING8,      /* aligned length byte, plus base; unit bits each */
  PER_STRING_ANY,   /* length determinant; unit bits each */
  PER_BIT_STRING16, /* 2 bytes of length, then as many bits */
  PER_BIT_STRING,   /* length determinant, then as many bits */
  PER_SEQUENCE,
  PER_LIST, /* SEQUENCE OF: length determinant */
  PER_CHOICE
} per_kind;

/* per_part.flags */
enum {
  PER_OPTIONAL = 1, /* among the root parts of a sequence */
  PER_READ = 2,     /* what is below may be reported; else it is only passed over */
  PER_OPEN = 4,     /* of open type: has a length in front */
  PER_STOP = 8
};

typedef struct per_type per_type;

typedef struct per_part {
  const per_type *type; /* NULL in a choice: nothing to read */
  uint8_t flags;
  uint8_t mark; /* reported when the part is met inside what is read; 0: not */
} per_part;

struct per_type {
  uint8_t kind;
  uint8_t size; /* bits, bytes; LIST: items read at most (others are passed over) */
  uint8_t base, unit;
  uint8_t extensible;
  uint8_t optional;    /* SEQUENCE: optional parts in the root */
  uint8_t root;        /* SEQUENCE, CHOICE: parts of the root */
  uint8_t known;       /* SEQUENCE, others_stop: with the extensions that the description's version knows */
  uint8_t others_stop; /* CHOICE: a known alternative that is not listed ends the type */
  uint8_t listed;      /* how many parts stand in the table; those after are passed over */
  const per_part *parts;
};

/* mark of the innermost marked part, and where the value of the reported field begins (byte offset). */
typedef struct per_walk {
  const uint8_t *data;
  size_t length;
  void (*met)(void *user, unsigned mark);                   /* a marked part begins */
  void (*octets)(void *user, size_t offset, unsigned size); /* a PER_OCTETS inside what is read */
  void (*integer)(void *user, uint32_t value);              /* a PER_INTEGER inside what is read */
  void *user;
} per_walk;

/* => false where the message ends too early or an alternative does not exist. Reports made before that stand. */
bool per_walk_message(const per_walk *walk, const per_type *type);

#endif
