/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile conversations against the kernel of this machine: check_kernel [PACKETS [SEED]]. Exits with 0 where both
 * agree, 1 at a difference (printed, and reduced to a capture in the working directory), 77 where this machine cannot.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#ifdef HAVE_LIVE
#include "verify/trial.h"

enum { PACKETS_IN_CHECK = 3000, SEED = 1 };

static void say(const verify_trial_report *r)
{
  printf("%" G_GUINT64_FORMAT " packets of %u conversations sent, %" G_GUINT64_FORMAT " fields compared%s\n",
         r->packets, r->conversations, r->counts.fields, r->difference ? ", DIFFERENT" : "");
  fflush(stdout);
}

static void difference_show(const verify_trial_report *r, guint64 seed)
{
  GError *error = NULL;
  g_autofree char *path = g_strdup_printf("check-kernel-%" G_GUINT64_FORMAT "-%u.pcap", seed, r->conversation);
  printf("first difference (seed %" G_GUINT64_FORMAT ", conversation %u):\n%s", seed, r->conversation, r->difference);
  for (guint i = 0; r->sysctls && r->sysctls[i]; i++)
    printf("  --sysctl %s\n", r->sysctls[i]);
  if (r->minimal.packets->len == 0)
    printf("it does not happen again when the conversation is sent alone\n");
  else if (verify_trial_write(r, path, &error))
    printf("%u packets are enough for it: %s (ctreplay verify --checksums verify --max-gap 5 with the sysctls above)\n",
           r->minimal.packets->len, path);
  else
    printf("%s\n", error->message);
  g_clear_error(&error);
}

int main(int argc, char **argv)
{
  const guint64 packets = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : PACKETS_IN_CHECK;
  const guint64 seed = argc > 2 ? g_ascii_strtoull(argv[2], NULL, 10) : SEED;
  verify_trial_report report;
  GError *error = NULL;
  int code = 0;
  if (!verify_trial_run(seed, packets, say, &report, &error)) {
    printf("%s: %s\n", g_error_matches(error, VERIFY_ERROR, VERIFY_ERROR_MISSING) ? "skipped" : "failed",
           error->message);
    code = g_error_matches(error, VERIFY_ERROR, VERIFY_ERROR_MISSING) ? 77 : 1;
    g_clear_error(&error);
  } else if (report.difference) {
    difference_show(&report, seed);
    code = 1;
  }
  if (report.changed != NULL)
    printf("during the run %s\n", report.changed);
  verify_trial_report_clear(&report);
  return code;
}

#else

int main(void)
{
  puts("skipped: built without libmnl or Linux headers");
  return 77;
}

#endif
