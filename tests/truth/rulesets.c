/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rulesets that people wrote and the peers' own test files (CTREPLAY_TRUTH/rulesets), through the readers: what the
 * tools accept is understood to the shares that are asked for, everything else is read or refused with file and line,
 * what is written back reads as the same, and of iptables' extension tests each line comes out as it says.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firewall/iptables.h"
#include "firewall/nft/text.h"
#include "firewall/save.h"

/* Of the files that the tools accept: whole ones, and rules, in per cent. */
#define WHOLE_PERCENT 95
#define RULES_PERCENT 99
/* The same of nftables' JSON. */
#define NFT_WHOLE_PERCENT 90
#define NFT_RULES_PERCENT 97

typedef struct figures {
  guint accepted, whole, refused_wrongly;
  guint rules, unknown;
  guint other, other_read, other_refused, bad_message, not_stable;
} figures;

static guint tests, failures;

static void ok(gboolean good, const char *what)
{
  tests++;
  failures += !good;
  printf("%sok %u - %s\n", good ? "" : "not ", tests, what);
}

static char *saved(const fw_ruleset *r)
{
  const fw_save_style style = { .counters = TRUE };
  GString *out = g_string_new(NULL);
  guint i;

  for (i = 0; i < r->tables->len; i++)
    fw_save_table(out, g_ptr_array_index(r->tables, i), &style);
  return g_string_free(out, FALSE);
}

static fw_ruleset *read_text(const char *name, const char *text, gsize length, fw_family family, fw_backend backend,
                             GError **error)
{
  const fw_read_options options = { TRUE, family, backend };
  fw_ruleset *r = fw_ruleset_new();

  if (fw_rules_read(r, name, text, length, &options, error)) {
    fw_rules_finish(r);
    return r;
  }
  fw_ruleset_free(r);
  return NULL;
}

static guint not_understood(const fw_ruleset *r)
{
  guint n = 0, i;

  for (i = 0; i < r->notes->len; i++) {
    const fw_note *note = g_ptr_array_index(r->notes, i);

    n += note->kind != FW_NOTE_WARNING && note->kind != FW_NOTE_INCOMPLETE;
  }
  return n;
}

/* What was written reads as what it was written from. */
static gboolean is_stable(const fw_ruleset *r, fw_family family)
{
  char *first = saved(r), *second;
  fw_ruleset *again = read_text("again", first, strlen(first), family, FW_BACKEND_NFT, NULL);
  gboolean same;

  second = again != NULL ? saved(again) : NULL;
  same = g_strcmp0(first, second) == 0;
  g_free(first);
  g_free(second);
  fw_ruleset_free(again);
  return same;
}

/* "FILE:LINE..." */
static gboolean says_where(const GError *error, const char *name)
{
  gsize n = strlen(name);

  return strncmp(error->message, name, n) == 0 && error->message[n] == ':' && g_ascii_isdigit(error->message[n + 1]);
}

static void try_file(const char *path, const char *name, fw_family family, gboolean accepted, guint rules, figures *f)
{
  GError *error = NULL;
  fw_ruleset *r;
  char *text;
  gsize length;

  if (!g_file_get_contents(path, &text, &length, NULL)) {
    printf("# %s: not there\n", path);
    f->bad_message++;
    return;
  }
  r = read_text(name, text, length, family, FW_BACKEND_UNSET, &error);
  f->accepted += accepted;
  f->other += !accepted;
  if (r == NULL) {
    f->bad_message += !says_where(error, name);
    f->refused_wrongly += accepted;
    f->other_refused += !accepted;
    f->rules += accepted ? rules : 0;
    f->unknown += accepted ? rules : 0;
    if (accepted)
      printf("# refused: %s\n", error->message);
  } else {
    f->not_stable += !is_stable(r, family);
    f->other_read += !accepted;
    if (accepted) {
      f->whole += not_understood(r) == 0;
      f->rules += r->n_rules;
      f->unknown += fw_ruleset_unknown_rules(r);
    }
  }
  g_clear_error(&error);
  fw_ruleset_free(r);
  g_free(text);
}

/* MANIFEST.tsv: name, kind, ..., rules (8th), ..., accepted (14th), accepted_2nd (15th). */
static gboolean try_manifest(const char *folder, figures *f)
{
  char *path = g_build_filename(folder, "MANIFEST.tsv", NULL), *text = NULL;
  char **lines, **line;

  if (!g_file_get_contents(path, &text, NULL, NULL)) {
    g_free(path);
    return FALSE;
  }
  lines = g_strsplit(text, "\n", -1);
  for (line = lines; *line != NULL; line++) {
    char **cell = g_strsplit(*line, "\t", -1);

    if (g_strv_length(cell) >= 15 && (strcmp(cell[1], "iptables") == 0 || strcmp(cell[1], "ip6tables") == 0)) {
      char *file = g_build_filename(folder, cell[0], NULL);
      gboolean accepted = strcmp(cell[13], "ok") == 0 || strcmp(cell[14], "ok") == 0;

      try_file(file, cell[0], cell[1][2] == '6' ? FW_IPV6 : FW_IPV4, accepted, (guint)atoi(cell[7]), f);
      g_free(file);
    }
    g_strfreev(cell);
  }
  g_strfreev(lines);
  g_free(text);
  g_free(path);
  return TRUE;
}

static void report_files(const figures *f)
{
  printf("# accepted by the tools: %u files, %u whole (%.1f %%), %u refused; %u rules, %u unknown (%.2f %%)\n",
         f->accepted, f->whole, 100.0 * f->whole / MAX(f->accepted, 1), f->refused_wrongly, f->rules, f->unknown,
         100.0 * f->unknown / MAX(f->rules, 1));
  printf("# refused by the tools: %u files, %u read, %u refused\n", f->other, f->other_read, f->other_refused);
  ok(f->accepted > 0 && f->whole * 100 >= f->accepted * WHOLE_PERCENT,
     "files that the tools accept are understood whole");
  ok(f->rules > 0 && (f->rules - f->unknown) * 100 >= f->rules * RULES_PERCENT, "their rules are understood");
  ok(f->bad_message == 0, "what is refused is refused with file and line");
  ok(f->not_stable == 0, "what is written back reads as the same");
}

/* -- nftables -- */

/* A document: what it holds is understood, or what is not is said; the text of it is made. */
static void try_nft(const char *path, const char *name, gboolean accepted, figures *f)
{
  g_autofree char *text = NULL;
  GString *out = g_string_new(NULL);
  GError *error = NULL;
  gsize length;
  fw_ruleset *r;

  if (!g_file_get_contents(path, &text, &length, NULL)) {
    printf("# %s: not there\n", path);
    f->bad_message++;
    g_string_free(out, TRUE);
    return;
  }
  r = read_text(name, text, length, FW_IPV4, FW_BACKEND_UNSET, &error);
  f->accepted += accepted;
  f->other += !accepted;
  if (r == NULL) {
    f->bad_message += !says_where(error, name);
    f->refused_wrongly += accepted;
    if (accepted)
      printf("# refused: %s\n", error->message);
  } else {
    fw_nft_text_ruleset(out, r, NULL);
    f->other_read += !accepted;
    f->bad_message += out->len == 0 && r->tables->len > 0;
  }
  if (r != NULL && accepted) {
    f->whole += not_understood(r) == 0;
    f->rules += r->n_rules;
    f->unknown += fw_ruleset_unknown_rules(r);
  }
  g_string_free(out, TRUE);
  g_clear_error(&error);
  fw_ruleset_free(r);
}

/* nft-json of the manifest: "name", "nft-json", ..., accepted (14th). */
static void try_nft_json(const char *folder)
{
  char *path = g_build_filename(folder, "MANIFEST.tsv", NULL), *text = NULL;
  figures f = { 0 };
  char **lines, **line;

  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  lines = g_strsplit(text, "\n", -1);
  for (line = lines; *line != NULL; line++) {
    char **cell = g_strsplit(*line, "\t", -1);

    if (g_strv_length(cell) >= 15 && strcmp(cell[1], "nft-json") == 0 && g_str_has_suffix(cell[0], ".json")) {
      char *file = g_build_filename(folder, cell[0], NULL);

      try_nft(file, cell[0], strcmp(cell[13], "ok") == 0, &f);
      g_free(file);
    }
    g_strfreev(cell);
  }
  printf(
    "# nftables' JSON, accepted by nft: %u files, %u whole (%.1f %%), %u refused; %u rules, %u unknown (%.2f %%)\n",
    f.accepted, f.whole, 100.0 * f.whole / MAX(f.accepted, 1), f.refused_wrongly, f.rules, f.unknown,
    100.0 * f.unknown / MAX(f.rules, 1));
  ok(f.accepted > 0 && f.whole * 100 >= f.accepted * NFT_WHOLE_PERCENT, "nftables' JSON is understood whole");
  ok(f.rules > 0 && (f.rules - f.unknown) * 100 >= f.rules * NFT_RULES_PERCENT, "its rules are understood");
  ok(f.bad_message == 0, "what is refused of it is refused with file and line");
  g_strfreev(lines);
  g_free(text);
  g_free(path);
}

static void try_dumps_in(const char *folder, figures *f)
{
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    char *path = g_build_filename(folder, name, NULL);

    if (g_file_test(path, G_FILE_TEST_IS_DIR))
      try_dumps_in(path, f);
    else if (g_str_has_suffix(name, ".json-nft"))
      try_nft(path, name, TRUE, f);
    g_free(path);
  }
  if (dir != NULL)
    g_dir_close(dir);
}

/* The dumps of nft's own tests: newer than any nft that we have seen, so that only reading them is asked for. */
static void try_nft_dumps(const char *folder)
{
  char *path = g_build_filename(folder, "nft-tests", NULL);
  figures f = { 0 };

  try_dumps_in(path, &f);
  printf("# dumps of nft's tests: %u files, %u whole, %u refused; %u rules, %u unknown\n", f.accepted, f.whole,
         f.refused_wrongly, f.rules, f.unknown);
  ok(f.accepted > 0 && f.refused_wrongly == 0 && f.bad_message == 0, "the dumps of nft's own tests are read");
  g_free(path);
}

/* -- the extension tests -- */

typedef struct extension_test {
  const char *file; /* without its folder */
  fw_family family;
  char *table, **chains;
  guint lines, good;
} extension_test;

/*
 * A set may come from another file, and so may the name of a label: that it is in none is noted, where the tools ask
 * their own machine and refuse.
 */
static gboolean lacks_set(const fw_ruleset *r)
{
  const fw_note *note = r->notes->len == 1 ? g_ptr_array_index(r->notes, 0) : NULL;

  return note != NULL && (note->kind == FW_NOTE_NO_SET || note->kind == FW_NOTE_LABEL);
}

/* => the only rule as it is written back, to be freed; NULL: refused, or not understood. */
static char *only_rule(const fw_ruleset *r)
{
  const fw_table *table = g_ptr_array_index(r->tables, 0);
  GString *out = g_string_new(NULL);
  guint i, j;

  for (i = 0; i < table->chains->len; i++) {
    const fw_chain *chain = g_ptr_array_index(table->chains, i);

    for (j = 0; j < chain->n_rules; j++)
      fw_save_rule(out, chain->rules[j]);
  }
  return g_string_free(out, FALSE);
}

static gboolean comes_out(const extension_test *t, const char *chain, char **part)
{
  char *text = g_strdup_printf("*%s\n-A %s %s\nCOMMIT\n", t->table, chain, part[0]);
  char *wanted = g_strdup_printf("-A %s %s", chain, strcmp(part[1], "=") == 0 ? part[0] : part[1]), *got = NULL;
  gboolean fails = g_str_has_prefix(part[2], "FAIL"), good = fails;
  fw_ruleset *r = read_text("test", text, strlen(text), t->family, FW_BACKEND_NFT, NULL);

  if (r != NULL) {
    got = only_rule(r);
    good = fails ? lacks_set(r) : not_understood(r) == 0 && strcmp(g_strchomp(wanted), got) == 0;
  } else if (!fails) {
    good = FALSE;
  }
  if (!good)
    printf("# %s %s: %s;%s;%s: %s\n", t->file, chain, part[0], part[1], part[2], got != NULL ? got : "refused");
  fw_ruleset_free(r);
  g_free(text);
  g_free(wanted);
  g_free(got);
  return good;
}

static void try_test_line(extension_test *t, const char *line)
{
  char **part, **chain;

  if (line[0] == '\0' || strchr("#@%", line[0]) != NULL)
    return;
  if (line[0] == ':') {
    g_strfreev(t->chains);
    t->chains = g_strsplit(line + 1, ",", -1);
    return;
  }
  if (line[0] == '*') {
    g_free(t->table);
    t->table = g_strdup(line + 1);
    return;
  }
  part = g_strsplit(line, ";", -1);
  for (chain = t->chains; g_strv_length(part) >= 3 && chain != NULL && *chain != NULL; chain++) {
    gboolean good = comes_out(t, *chain, part);

    t->lines++;
    t->good += good;
  }
  g_strfreev(part);
}

static void try_test_file(const char *path, extension_test *t)
{
  char *text, **lines, **line;

  if (!g_file_get_contents(path, &text, NULL, NULL))
    return;
  t->table = g_strdup("filter");
  t->chains = NULL;
  lines = g_strsplit(text, "\n", -1);
  for (line = lines; *line != NULL; line++)
    try_test_line(t, g_strchomp(*line));
  g_strfreev(lines);
  g_strfreev(t->chains);
  g_free(t->table);
  g_free(text);
}

static void try_extensions(const char *folder)
{
  char *tests_folder = g_build_filename(folder, "iptables-tests", "extensions", NULL);
  GDir *dir = g_dir_open(tests_folder, 0, NULL);
  extension_test t = { NULL, FW_IPV4, NULL, NULL, 0, 0 };

  while (dir != NULL && (t.file = g_dir_read_name(dir)) != NULL) {
    char *path = g_build_filename(tests_folder, t.file, NULL);
    gboolean bridge = g_str_has_prefix(t.file, "libebt") || g_str_has_prefix(t.file, "libarpt");

    for (t.family = FW_IPV4; !bridge && t.family <= FW_IPV6; t.family++)
      if (!g_str_has_prefix(t.file, t.family == FW_IPV4 ? "libip6t" : "libipt"))
        try_test_file(path, &t);
    g_free(path);
  }
  if (dir != NULL)
    g_dir_close(dir);
  printf("# extension tests: %u lines (each with each of its chains and families), %u as they say\n", t.lines, t.good);
  ok(t.lines > 0 && t.good == t.lines, "the extension tests of iptables come out as they say");
  g_free(tests_folder);
}

int main(void)
{
  const char *truth = g_getenv("CTREPLAY_TRUTH");
  char *folder = g_build_filename(truth != NULL ? truth : TRUTH_DEFAULT, "rulesets", NULL);
  figures f = { 0 };

  if (!try_manifest(folder, &f)) {
    printf("1..0 # SKIP no rulesets: set CTREPLAY_TRUTH to the folder that holds them\n");
    g_free(folder);
    return 0;
  }
  report_files(&f);
  try_nft_json(folder);
  try_nft_dumps(folder);
  try_extensions(folder);
  printf("1..%u\n", tests);
  g_free(folder);
  return failures > 0;
}
