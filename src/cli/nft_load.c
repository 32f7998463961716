/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h> /* for _GNU_SOURCE */

#include "nft_load.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#include "filter.h"
#include "nft_child.h"
#include "say.h"

enum {
  TEXT_MOST = 16 << 20, /* of the file, and of it with all that it includes */
  INCLUDE_DEPTH = 16,   /* as nft has it */
  NAME_BYTES = 15,      /* of a link */
  ROUNDS_MOST = 32
};

/* ---- what is included ---- */

typedef struct whole_text {
  GString *text;
  GArray *lines; /* guint: of the file itself */
  gboolean full;
} whole_text;

static void take_text(whole_text *w, const char *text, gsize length, guint line, guint depth);

static void take_file(whole_text *w, const char *path, guint line, guint depth)
{
  g_autofree char *text = NULL;
  struct stat st;
  gsize length;

  /* A pipe would be empty for nft then. */
  if (depth >= INCLUDE_DEPTH || stat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > TEXT_MOST ||
      !g_file_get_contents(path, &text, &length, NULL))
    return;
  take_text(w, text, length, line, depth);
}

/* line: 'include "PATTERN"' => whether it was that. */
static gboolean take_include(whole_text *w, const char *from, const char *end, guint line, guint depth)
{
  g_autofree char *statement = g_strndup(from, (gsize)(end - from)), *pattern = NULL;
  char *quote, *close;
  glob_t found;

  g_strchug(statement);
  if (!g_str_has_prefix(statement, "include") || (quote = strchr(statement, '"')) == NULL ||
      (close = strchr(quote + 1, '"')) == NULL)
    return FALSE;
  *close = '\0';
  quote++;
  pattern = *quote == '/' || *quote == '.' ? g_strdup(quote) : g_strconcat("/etc/", quote, NULL);
  if (glob(pattern, 0, NULL, &found) == 0) {
    for (gsize i = 0; i < found.gl_pathc; i++)
      take_file(w, found.gl_pathv[i], line, depth + 1);
    globfree(&found);
  }
  return TRUE;
}

/* line: 0: these are the file's own lines. */
static void take_text(whole_text *w, const char *text, gsize length, guint line, guint depth)
{
  const char *at = text, *stop = text + length;
  guint own = 1;

  for (; at < stop && !w->full; own++) {
    const char *end = memchr(at, '\n', (gsize)(stop - at));
    guint named = line > 0 ? line : own;

    end = end != NULL ? end : stop;
    if (!take_include(w, at, end, named, depth)) {
      g_string_append_len(w->text, at, end - at);
      g_string_append_c(w->text, '\n');
      g_array_append_val(w->lines, named);
    }
    w->full |= w->text->len > TEXT_MOST;
    at = end + 1;
  }
}

/* ---- links that the text names ---- */

static gboolean is_of_name(char c) { return g_ascii_isalnum(c) || (c != '\0' && strchr("_-.@+", c) != NULL); }

static void add_name(GPtrArray *names, const char *from, gsize length)
{
  char name[NAME_BYTES + 1];
  guint i;

  if (length == 0 || length > NAME_BYTES || names->len >= CLI_NFT_LINKS_MOST)
    return;
  memcpy(name, from, length);
  name[length] = '\0';
  for (i = 0; i < names->len; i++)
    if (strcmp(g_ptr_array_index(names, i), name) == 0)
      return;
  if (strcmp(name, "lo") != 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
    g_ptr_array_add(names, g_strdup(name));
}

/* The names up to the end of a statement: "eth0 priority 0;", "= { eth0, eth1 };" */
static void add_names(GPtrArray *names, const char *at)
{
  while (*at != '\0' && *at != ';' && *at != '\n' && *at != '}') {
    gsize n = 0;

    while (is_of_name(at[n]))
      n++;
    add_name(names, at, n);
    at += MAX(n, 1);
  }
}

/* Chains of netdev and flowtables want devices that are there; a variable may stand for them. Names too many do no
 * harm. */
static void find_devices(GPtrArray *names, const char *text)
{
  static const char *const words[] = { "device", "define" };
  gboolean any = strstr(text, "device") != NULL;

  for (guint i = 0; any && i < G_N_ELEMENTS(words); i++)
    for (const char *at = strstr(text, words[i]); at != NULL; at = strstr(at + 1, words[i])) {
      const char *behind = i == 0 ? at + strlen("device") : strchr(at, '=');

      if (behind != NULL)
        add_names(names, behind + (i == 0 && *behind == 's' ? 1 : 0));
    }
}

/*
 * nft shows what it means: the line, and below it "^^^^" under the words.
 *   f.nft:3:14-17: Error: Interface does not exist
 *   define wan = eth0
 *                ^^^^
 * => whether there were new names.
 */
static gboolean find_missing(GPtrArray *names, const char *said)
{
  const guint before = names->len;
  const char *at = said;

  while ((at = strstr(at, "Interface does not exist\n")) != NULL) {
    const char *line = strchr(at, '\n') + 1, *carets = strchr(line, '\n');
    const char *first = carets != NULL ? strpbrk(carets + 1, "^\n") : NULL;

    at = line;
    if (first == NULL || *first != '^')
      continue;

    gsize from = (gsize)(first - carets - 1), n = strspn(first, "^");
    gsize length = (gsize)(carets - line);

    for (; from < length && n > 0 && !is_of_name(line[from]); n--)
      from++;
    for (; n > 0 && (from + n > length || !is_of_name(line[from + n - 1])); n--)
      ;
    add_name(names, line + from, n);
  }
  return names->len > before;
}

/* ---- what went wrong ---- */

static const char *shown(const char *path) { return strcmp(path, "-") == 0 ? "standard input" : path; }

static gboolean cannot(GError **error, const char *path, const char *why)
{
  const char *file = strcmp(path, "-") == 0 ? "FILE" : path;

  g_set_error(error, CLI_ERROR, CLI_ERROR_CANNOT,
              "%s: nft's own language, which only the program nft reads, and %s; where root has it:  unshare --net sh "
              "-c 'nft -f %s && nft -j list ruleset' > rules.json  and give rules.json",
              shown(path), why, file);
  return FALSE;
}

/* The first thing that nft calls an error, as a line: "f.nft:3:14-17: Error: ..." */
static char *first_error(const char *said, const char *path)
{
  const char *error = strstr(said, "Error: "), *from, *end;
  g_autofree char *line = NULL;

  if (error == NULL)
    return g_strdup_printf("%s: nft failed and did not say why", shown(path));
  for (from = error; from > said && from[-1] != '\n';)
    from--;
  end = strchr(from, '\n');
  line = end != NULL ? g_strndup(from, (gsize)(end - from)) : g_strdup(from);
  if (g_str_has_prefix(line, "/dev/stdin:"))
    return g_strdup_printf("%s%s", shown(path), line + strlen("/dev/stdin"));
  return from == error ? g_strdup_printf("%s: %s", shown(path), line) : g_steal_pointer(&line);
}

static gboolean refused(GError **error, const char *path, const char *said)
{
  g_autofree char *line = first_error(said, path);

  if (strstr(line, "Could not process rule") != NULL) {
    g_autofree char *why = g_strdup_printf("this machine's kernel does not take it (%s)", line);

    return cannot(error, path, why);
  }
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s (says nft)", line);
  return FALSE;
}

/* ---- all of it ---- */

static gboolean run(cli_nft_child *c, const char *path, GPtrArray *names, GError **error)
{
  guint round;

  for (round = 0; round < ROUNDS_MOST; round++) {
    switch (cli_nft_child_run(c, names)) {
    case CLI_NFT_DONE: return TRUE;
    case CLI_NFT_NO_NAMESPACE: return cannot(error, path, "this machine gives no network namespace for it");
    case CLI_NFT_TOO_MUCH:
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                  "%s: nft wants more than %d s, %d MiB or a longer listing than %d MiB for it", shown(path),
                  CLI_NFT_SECONDS, CLI_NFT_MEMORY_MIB, CLI_NFT_LISTING_MIB);
      return FALSE;
    case CLI_NFT_DIED: return cannot(error, path, "this machine's nft breaks down over it");
    case CLI_NFT_REFUSED:
      if (!find_missing(names, c->said->str))
        return refused(error, path, c->said->str);
      break;
    }
  }
  return refused(error, path, c->said->str);
}

static guint times_in(const char *text, const char *pattern)
{
  GRegex *regex = g_regex_new(pattern, G_REGEX_OPTIMIZE, 0, NULL);
  GMatchInfo *match;
  guint n = 0;

  for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL))
    n++;
  g_match_info_free(match);
  g_regex_unref(regex);
  return n;
}

/*
 * nft takes some checks that were written for those that it adds itself, and lists a rule without them. What is asked
 * of a connection's protocols it never adds, so that such a one is missed in the listing.
 */
static void tell_unlisted(const char *path, const GString *whole, const GString *json)
{
  GRegex *beside = g_regex_new("\"[^\"\\n]*\"|#[^\\n]*|\\btypeof\\b[^;}]*", G_REGEX_OPTIMIZE, 0, NULL);
  g_autofree char *text = g_regex_replace_literal(beside, whole->str, -1, 0, "", 0, NULL);
  guint written = 0, listed = 0;

  g_regex_unref(beside);
  if (text == NULL)
    return; /* it is no UTF-8 */
  written = times_in(text, "\\bct\\s+(?:(?:original|reply)\\s+)?(?:l3proto|protocol)\\b");
  if (written > 0)
    listed = times_in(json->str, "\"ct\"\\s*:\\s*\\{\\s*\"key\"\\s*:\\s*\"(?:l3proto|protocol)\"");
  if (listed < written)
    cli_say(
      "note: %s: of its %u check%s of 'ct l3proto' and 'ct protocol' nft lists %u; the others, which it takes for "
      "its own, are not asked here",
      shown(path), written, written == 1 ? "" : "s", listed);
}

gboolean cli_nft_load(const char *path, const GString *text, GString *json, GString *whole, GArray *lines,
                      GError **error)
{
  whole_text w = { whole, lines, FALSE };
  cli_nft_child c = { .listing = json, .said = g_string_new(NULL) };
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  struct stat st;
  gboolean fine = FALSE;

  c.nft = cli_nft_child_find();
  /* What cannot be read twice is handed on. */
  c.path = strcmp(path, "-") == 0 || stat(path, &st) < 0 || !S_ISREG(st.st_mode) ? NULL : path;
  c.text = text;
  if (text->len > TEXT_MOST) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s: nft's own language, and longer than %d MiB", shown(path),
                TEXT_MOST >> 20);
  } else if (c.nft == NULL) {
    cannot(error, path, "it is not installed here (package nftables)");
  } else {
    take_text(&w, text->str, text->len, 0, 0);
    find_devices(names, whole->str);
    fine = run(&c, path, names, error);
    if (fine)
      tell_unlisted(path, whole, json);
  }
  g_ptr_array_free(names, TRUE);
  g_string_free(c.said, TRUE);
  g_free(c.nft);
  return fine;
}
