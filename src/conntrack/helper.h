/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Helpers: readers of application payloads that announce further connections (spec 8). One file each under helper/, one line
 * each in helper/list.c. A helper can only look at a payload, keep state of a fixed size per connection, and
 * add or remove expectations. Internal to src/conntrack.
 */
#ifndef CT_HELPER_H
#define CT_HELPER_H

#include "expect.h"

typedef struct ct_helper ct_helper;

/*
 * The engine's side. attach: called for each new entry that was not met by an expectation with a helper of its own; decides by
 * port (params.helpers_by_port and the ports added) and sets CT_STATUS_HELPER and the extension.
 */
void ct_helper_attach(ct_engine *engine, ct_entry *entry, const ct_tuple *original);

/*
 * At the confirm hook, after tracking, for packets of entries with a helper (not for RELATED_REPLY): inspects the payload.
 * => CT_VERDICT_ACCEPT, or CT_VERDICT_DROP where the helper refuses the packet.
 */
ct_verdict ct_helper_run(ct_engine *engine, ct_entry *entry, ct_dir dir, ct_class cls, const ct_packet *packet);

#endif
