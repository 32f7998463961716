/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --redact: addresses of captured packets renamed by a key, as examples/ctreplay-gather renames those of text. Both
 * have to be the same, for what is gathered on a box has to agree with its capture (tests/cli/redact.sh).
 *
 * Of IPv4 the second, third and fourth number are exchanged, each for one of as many digits; of IPv6 the last byte.
 * So networks of whole numbers stay networks, addresses in payloads keep their length, and ports, sequence numbers and
 * lengths stay. Checksums are changed by as much as what they cover, so that a wrong one stays wrong.
 */
#ifndef CLI_REDACT_H
#define CLI_REDACT_H

#include "capture/capture.h"

typedef struct cli_redact cli_redact;

cli_redact *cli_redact_new(const char *key);
void cli_redact_free(cli_redact *r); /* NULL is fine */
/*
 * l3_offset: where its IP header begins. => the frame with other bytes, valid until the next call; NULL: there is no IP
 * header in it, and what it says is not known.
 */
const cap_frame *cli_redact_frame(cli_redact *r, const cap_frame *frame, guint32 l3_offset);

#endif
