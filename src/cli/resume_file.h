/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of --save-state have in common, whichever command wrote them: magic, version and length in front, then
 * what the state is of, as lines of text, then its parts, and a sum (doc/state.md). The functions that read tell why
 * where they cannot.
 */
#ifndef CLI_RESUME_FILE_H
#define CLI_RESUME_FILE_H

#include "firewall.h"
#include "options.h"
#include "resume/io.h"

enum { CLI_RESUME_MAGIC_BYTES = 8, CLI_RESUME_HEAD_BYTES = CLI_RESUME_MAGIC_BYTES + 4 + 8, CLI_RESUME_SUM_BYTES = 4 };

/* => all bytes of the file, to be freed; NULL and *why, static. */
guint8 *cli_resume_read(int fd, gsize *n, const char **why);
/* => behind the parts' sum; 0, and *why, to be freed. */
gsize cli_resume_check(const guint8 *bytes, gsize n, const guint8 magic[CLI_RESUME_MAGIC_BYTES], guint32 version,
                       char **why);
/* Into an empty array, before the parts; and when they are all there. */
void cli_resume_begin(GByteArray *bytes, const guint8 magic[CLI_RESUME_MAGIC_BYTES], guint32 version);
void cli_resume_seal(GByteArray *bytes);

/* Says how many packets wait in the state that was written, where some do. */
void cli_resume_say_held(const char *path, guint64 packets);

/* A line, "name value" or "name (none)". */
void cli_resume_fact(GPtrArray *facts, const char *name, const char *value);
/* => the lines that states of all commands begin with: program, machine, choice of packets. To be unreferenced. */
GPtrArray *cli_resume_facts(const replay_options *replay);
/* The rules, by their bytes, and what belongs to them; nothing where there are none. */
void cli_resume_fact_rules(GPtrArray *facts, const cli_options *o, const cli_firewall *firewall);
/* Puts them, or gets others. => a new array where it gets; else facts. */
GPtrArray *cli_resume_keep_facts(resume_io *io, GPtrArray *facts);
/* => the reason, to be freed; NULL: they are the same. */
char *cli_resume_difference(const GPtrArray *there, const GPtrArray *here);

#endif
