/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include "resume_file.h"
#include "box/box.h"
#include "rules_text.h"
#include "say.h"

#include "conntrack/read/checksum.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the file ---- */

guint8 *cli_resume_read(int fd, gsize *n, const char **why)
{
  struct stat st;
  guint8 *bytes;
  gsize at = 0;
  ssize_t got;

  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    *why = "a state is a regular file";
    return NULL;
  }
  bytes = g_try_malloc(MAX((gsize)st.st_size, 1));
  if (bytes == NULL) {
    *why = "there is no memory for it";
    return NULL;
  }
  while (at < (gsize)st.st_size) {
    got = read(fd, bytes + at, (gsize)st.st_size - at);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    at += (gsize)got;
  }
  *n = at;
  return bytes;
}

static gsize refuse(char **why, char *text)
{
  *why = text;
  return 0;
}

gsize cli_resume_check(const guint8 *bytes, gsize n, const guint8 magic[CLI_RESUME_MAGIC_BYTES], guint32 version,
                       char **why)
{
  guint32 written, sum;
  guint64 length;

  if (n < CLI_RESUME_HEAD_BYTES || memcmp(bytes, magic, CLI_RESUME_MAGIC_BYTES) != 0)
    return refuse(why, g_strdup(n > 0 && memcmp(bytes, magic, MIN(n, (gsize)CLI_RESUME_MAGIC_BYTES)) == 0
                                  ? "it is cut short"
                                  : "it is no state of --save-state, or one of another command"));
  memcpy(&written, bytes + CLI_RESUME_MAGIC_BYTES, sizeof written);
  memcpy(&length, bytes + CLI_RESUME_MAGIC_BYTES + 4, sizeof length);
  if (GUINT32_FROM_LE(written) != version)
    return refuse(why, g_strdup_printf("it is of version %u of the format, and this program reads version %u",
                                       GUINT32_FROM_LE(written), version));
  length = GUINT64_FROM_LE(length);
  if (length < CLI_RESUME_HEAD_BYTES || length > n || n - length < CLI_RESUME_SUM_BYTES)
    return refuse(why, g_strdup("it is cut short"));
  memcpy(&sum, bytes + length, sizeof sum);
  if (GUINT32_FROM_LE(sum) != ct_crc32c(0, bytes, length))
    return refuse(why, g_strdup("it is damaged: its checksum is wrong"));
  return (gsize)length + CLI_RESUME_SUM_BYTES;
}

void cli_resume_begin(GByteArray *bytes, const guint8 magic[CLI_RESUME_MAGIC_BYTES], guint32 version)
{
  resume_io io = { .out = bytes };
  guint64 length = 0;

  resume_raw(&io, (gpointer)magic, CLI_RESUME_MAGIC_BYTES);
  resume_u32(&io, &version);
  resume_u64(&io, &length);
}

void cli_resume_seal(GByteArray *bytes)
{
  resume_io io = { .out = bytes };
  guint64 length = GUINT64_TO_LE((guint64)bytes->len);
  guint32 sum;

  memcpy(bytes->data + CLI_RESUME_MAGIC_BYTES + 4, &length, sizeof length);
  sum = ct_crc32c(0, bytes->data, bytes->len);
  resume_u32(&io, &sum);
}

void cli_resume_say_held(const char *path, guint64 packets)
{
  if (packets > 0)
    cli_say("note: --save-state %s: the last %" G_GUINT64_FORMAT
            " packet%s not played yet: the capture ends before it shows how they left the box. They wait in the "
            "state, and the run that loads it begins with them",
            path, packets, packets == 1 ? " is" : "s are");
}

/* ---- what a state is of ---- */

void cli_resume_fact(GPtrArray *facts, const char *name, const char *value)
{
  g_ptr_array_add(facts, g_strdup_printf("%s %s", name, value != NULL ? value : "(none)"));
}

GPtrArray *cli_resume_facts(const replay_options *r)
{
  static const char *const checksums[] = {
    [CT_CHECKSUMS_AUTO] = "auto", [CT_CHECKSUMS_VERIFY] = "verify", [CT_CHECKSUMS_IGNORE] = "ignore"
  };
  GPtrArray *facts = g_ptr_array_new_with_free_func(g_free);
  char *machine = g_strdup_printf("%u-bit %s", 8 * (guint)sizeof(gpointer),
                                  G_BYTE_ORDER == G_LITTLE_ENDIAN ? "little-endian" : "big-endian");

  cli_resume_fact(facts, "ctreplay", PACKAGE_VERSION);
  cli_resume_fact(facts, "a machine that is", machine);
  cli_resume_fact(facts, "--checksums", checksums[r->checksums]);
  cli_resume_fact(facts, "--bpf", r->bpf);
  cli_resume_fact(facts, "--interface", r->interface);
  cli_resume_fact(facts, "--direction", r->direction == CAP_DIR_IN ? "in" : r->direction == CAP_DIR_OUT ? "out" : NULL);
  cli_resume_fact(facts, "--zone-by",
                  r->zone_by == REPLAY_ZONE_VLAN        ? "vlan"
                  : r->zone_by == REPLAY_ZONE_INTERFACE ? "interface"
                                                        : NULL);
  g_free(machine);
  return facts;
}

static void add_list(GPtrArray *facts, const char *name, const GPtrArray *values)
{
  guint i;

  for (i = 0; i < values->len; i++)
    cli_resume_fact(facts, name, g_ptr_array_index(values, i));
}

/* What a box's sysctls and rules of policy routing say of where packets go. */
static void add_routing(GPtrArray *facts, const cli_options *o, const fw_box_facts *f)
{
  char *switches =
    g_strdup_printf("%s%s%s%s%s", f->host[FW_IPV4] ? "no forwarding of IPv4, " : "",
                    f->host[FW_IPV6] ? "no forwarding of IPv6, " : "", f->no_router6 ? "no router of IPv6, " : "",
                    f->localnet_ends ? "no localnet, " : "", f->source_routes ? "source routes, " : "");

  if (*switches != '\0')
    switches[strlen(switches) - 2] = '\0';
  cli_resume_fact(facts, "a box with", *switches != '\0' ? switches : NULL);
  g_free(switches);
  if (!o->box_routed)
    return;
  add_list(facts, "a rule of routing, IPv", o->box->rules[FW_IPV4]);
  add_list(facts, "a rule of routing, IPv", o->box->rules[FW_IPV6]);
  add_list(facts, "a route of table", o->box->tables);
}

/* By their bytes, not their names: a file that was edited is other rules. */
void cli_resume_fact_rules(GPtrArray *facts, const cli_options *o, const cli_firewall *firewall)
{
  guint i;

  if (firewall->firewall == NULL)
    return;
  for (i = 0; i < firewall->texts->len; i++) {
    const cli_rules_text *t = g_ptr_array_index(firewall->texts, i);
    char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)t->text->str, t->text->len);

    cli_resume_fact(facts, "--rules of SHA-256", sum);
    g_free(sum);
  }
  add_list(facts, "--local", o->locals);
  add_list(facts, "--route", o->routes);
  add_routing(facts, o, firewall->facts);
  add_list(facts, "--assume", o->assumptions);
  cli_resume_fact(facts, "--iface", o->iface);
  cli_resume_fact(facts, "--bridge", o->bridge);
  cli_resume_fact(facts, "--backend",
                  o->backend == FW_BACKEND_LEGACY ? "legacy"
                  : o->backend == FW_BACKEND_NFT  ? "nft"
                                                  : NULL);
  cli_resume_fact(facts, "--view",
                  o->view == CLI_VIEW_INSIDE    ? "inside"
                  : o->view == CLI_VIEW_OUTSIDE ? "outside"
                                                : NULL);
  cli_resume_fact(facts, "--mode", o->rules_mode == FW_MODE_OBSERVE + 1 ? "observe" : "faithful");
}

char *cli_resume_difference(const GPtrArray *there, const GPtrArray *here)
{
  guint i;

  for (i = 0; i < MAX(there->len, here->len); i++) {
    const char *a = i < there->len ? g_ptr_array_index(there, i) : "(nothing)";
    const char *b = i < here->len ? g_ptr_array_index(here, i) : "(nothing)";

    if (strcmp(a, b) != 0)
      return g_strdup_printf("it is of %s, and this run of %s", a, b);
  }
  return NULL;
}

GPtrArray *cli_resume_keep_facts(resume_io *io, GPtrArray *facts)
{
  guint32 n = resume_count(io, facts->len, 4), i;

  if (resume_reads(io))
    facts = g_ptr_array_new_with_free_func(g_free);
  for (i = 0; i < n; i++) {
    if (resume_reads(io))
      g_ptr_array_add(facts, resume_get_text(io));
    else
      resume_put_text(io, g_ptr_array_index(facts, i));
  }
  return facts;
}
