/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From options to the kernel that they describe. */
#ifndef CLI_KERNEL_H
#define CLI_KERNEL_H

#include "options.h"

/* What there is to say of how near the rules of --profile are to those of the kernel that it names; NULL: nothing. */
const char *cli_profile_doubt(const cli_options *o);
/* The kernel that the options describe. => FALSE and CLI_ERROR_USAGE. */
gboolean cli_kernel_params(const cli_options *options, ct_params *params, GError **error);

/*
 * The sizes of the table again, as the options say and by the rules of the profile that the parameters now follow. Of
 * options that cli_kernel_params has taken.
 */
void cli_kernel_sizes(const cli_options *options, ct_params *params);

/*
 * A profile by its name, an alias or a kernel's release; says which one a name that is not its own stands for. => NULL
 * and CLI_ERROR_USAGE, which begins with where, if there is none.
 */
const ct_profile *cli_profile_named(const char *name, const char *where, GError **error);

/*
 * For a command that makes engines with so many buckets in all: cli_kernel_params asks for one. => FALSE and
 * CLI_ERROR_USAGE where the machine has no memory for them.
 */
gboolean cli_kernel_affords(guint64 buckets, GError **error);

/*
 * Settings from the text of a sysctl.conf(5), which messages call path. A name this kernel does not have is left out,
 * and a line in notes (char *, to be freed) says so. => FALSE and CLI_ERROR_USAGE with the numbers of all lines whose
 * values are no good.
 */
gboolean cli_kernel_sysctl_text(ct_params *params, const char *path, const char *text, GPtrArray *notes,
                                GError **error);

/* "net.netfilter.nf_conntrack_max", or with slashes => "nf_conntrack_max", in name. */
const char *cli_sysctl_base_name(const char *name);

/*
 * Says where a kernel makes another number of buckets of a --hashsize: it decides who is evicted, and must not go
 * unseen. hashsize: as given; NULL or "auto": nothing is said.
 */
void cli_say_rounding(const char *hashsize, guint32 buckets);

#endif
