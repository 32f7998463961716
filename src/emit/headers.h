/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the headers of SCTP, GRE and ESP hold that tells packets apart: chunks and tags, keys and call ids, security
 * parameter indexes. Said three ways: as tcpdump spells it, as JSON, and in words. Reads no byte that was not captured.
 */
#ifndef EMIT_HEADERS_H
#define EMIT_HEADERS_H

#include "text.h"
#include "wire.h"

/*
 * "sctp (1) [INIT] [init tag: 1111] ...", "GREv1, call 2000, seq 0", "ESP(spi=0x00001000,seq=0x1)". => FALSE where the
 * packet is none of these, or its header was not captured: then nothing was written.
 */
gboolean emit_headers_line(emit_text *out, const ct_packet *packet, const emit_wire *wire);
/* ,"sctp":{...} or ,"gre":{...} or ,"esp":{...}; nothing where the line would say nothing. */
void emit_headers_json(emit_text *out, const ct_packet *packet, const emit_wire *wire);
/* "verification tag 1111 (0x00000457), chunks: DATA"; "" where the line would say nothing. */
void emit_headers_words(emit_text *out, const ct_packet *packet, const emit_wire *wire);

#endif
