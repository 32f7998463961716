/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One member of a gzip file (RFC 1952), inflated by the fastest library that was there at build time: ISA-L's igzip
 * (gzip_isal.c), or else zlib (gzip_zlib.c). Both give the same bytes, take the same input, and say the same words of a
 * file that is whole or cut. In a damaged one igzip may notice later what is wrong, and say that the sum is.
 */
#ifndef CAP_GZIP_H
#define CAP_GZIP_H

#include "capture/decompress.h"

typedef struct cap_gzip cap_gzip;

/* => NULL where there is no memory. */
cap_gzip *cap_gzip_new(void);
/* NULL is fine. */
void cap_gzip_free(cap_gzip *g);
/* A new member begins. */
void cap_gzip_reset(cap_gzip *g);
/* As cap_decompressor_run; WHOLE: the member is over, and what follows it was not taken. */
cap_decompress_result cap_gzip_run(cap_gzip *g, cap_decompress_io *io);

/* What is wrong with a file. */
#define CAP_GZIP_WRAPPER "its header is not gzip's"
#define CAP_GZIP_SUM "its checksum is wrong"
#define CAP_GZIP_DATA "its data are corrupt"

#endif
