/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names by which scenarios speak of ICMP messages; read by the parser and by the decompiler. Internal to
 * src/scenario. */
#ifndef SCN_ICMP_NAMES_H
#define SCN_ICMP_NAMES_H

#include <glib.h>

typedef struct scn_icmp_code {
  const char *word;
  guint8 code;
} scn_icmp_code;

typedef struct scn_icmp_name {
  const char *word, *second; /* second: NULL where one word names it */
  guint8 type;
  gboolean has_id;        /* bytes 4 to 7 are identifier and sequence number */
  scn_icmp_code codes[8]; /* none: the code is 0 unless given as "code N" */
} scn_icmp_name;

/* The i-th of a family; NULL past the end. */
const scn_icmp_name *scn_icmp_name_get(guint8 family, guint i);
/* => the name of a type, or NULL. */
const scn_icmp_name *scn_icmp_name_of(guint8 family, guint8 type);

#endif
