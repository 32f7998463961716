/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "NAME src,dst,...": how matches and targets name a set. */
#ifndef FIREWALL_SET_REF_H
#define FIREWALL_SET_REF_H

#include "firewall/match/data.h"
#include "firewall/parse.h"

#define FW_SET_NAME_MAX 31

/* From p->arg and p->second. */
gboolean fw_set_ref_parse(fw_parse *p, fw_set_ref *ref);
/* " NAME src,dst" */
void fw_set_ref_save(GString *out, const fw_set_ref *ref);

#endif
