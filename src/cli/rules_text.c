/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules_text.h"

#include <string.h>

#include "capture/magic.h"
#include "capture/unpack.h"
#include "filter.h"
#include "firewall/nft/lines.h"
#include "firewall/nft/nft.h"
#include "nft_load.h"

/* A small file may unpack to much: no more than this is ever held of it. */
enum { UNPACKED_MOST = 256 << 20 };

static void text_free(gpointer data)
{
  cli_rules_text *t = data;

  g_free(t->name);
  g_string_free(t->text, TRUE);
  if (t->source != NULL) {
    g_string_free(t->source, TRUE);
    g_array_free(t->lines, TRUE);
  }
  g_free(t);
}

static gboolean is_nft(const cli_rules_text *t) { return fw_nft_looks_like_text(t->text->str, t->text->len); }

/* Only nft understands its language. */
static gboolean list_by_nft(cli_rules_text *t, const char *path, GError **error)
{
  GString *json = g_string_new(NULL);
  gboolean fine;

  t->source = g_string_new(NULL);
  t->lines = g_array_new(FALSE, FALSE, sizeof(guint));
  fine = cli_nft_load(path, t->text, json, t->source, t->lines, error);
  g_string_free(t->text, TRUE);
  t->text = json;
  return fine;
}

GPtrArray *cli_rules_texts_new(void) { return g_ptr_array_new_with_free_func(text_free); }

void cli_rules_texts_add(GPtrArray *texts, const char *name, GString *text)
{
  cli_rules_text *t = g_new0(cli_rules_text, 1);

  t->name = g_strdup(name);
  t->text = text;
  g_ptr_array_add(texts, t);
}

void cli_rules_texts_add_of(GPtrArray *texts, const char *name, GString *text, fw_family family)
{
  cli_rules_text *t;

  cli_rules_texts_add(texts, name, text);
  t = g_ptr_array_index(texts, texts->len - 1);
  t->has_family = TRUE;
  t->family = family;
}

void cli_rules_texts_add_copy(GPtrArray *texts, const cli_rules_text *text)
{
  cli_rules_text *t = g_new0(cli_rules_text, 1);

  t->name = g_strdup(text->name);
  t->has_family = text->has_family;
  t->family = text->family;
  t->text = g_string_new_len(text->text->str, (gssize)text->text->len);
  if (text->source != NULL)
    t->source = g_string_new_len(text->source->str, (gssize)text->source->len);
  if (text->lines != NULL)
    t->lines = g_array_copy(text->lines);
  g_ptr_array_add(texts, t);
}

GPtrArray *cli_rules_texts_read(const GPtrArray *paths, GError **error)
{
  GPtrArray *texts = cli_rules_texts_new();
  guint i;

  for (i = 0; i < paths->len; i++) {
    const char *path = g_ptr_array_index(paths, i);
    GString *text = g_string_new(NULL);
    cli_rules_text *t;

    cli_rules_texts_add(texts, strcmp(path, "-") == 0 ? "standard input" : path, text);
    t = g_ptr_array_index(texts, i);
    if (!fw_rules_load(path, text, error) || (is_nft(t) && !list_by_nft(t, path, error))) {
      g_ptr_array_free(texts, TRUE);
      return NULL;
    }
  }
  return texts;
}

/* ---- what is no ruleset ---- */

static gboolean is_capture(const GString *text)
{
  guint32 magic;

  if (text->len < 24)
    return FALSE;
  memcpy(&magic, text->str, sizeof magic);
  return cap_magic_is_pcap(magic) || cap_magic_is_pcap(GUINT32_SWAP_LE_BE(magic)) || magic == CAP_MAGIC_SECTION ||
         memcmp(text->str, "snoop\0\0\0", 8) == 0;
}

gboolean cli_rules_texts_open(const GPtrArray *texts, GError **error)
{
  const char *reason, *wrong = NULL;
  guint i;

  for (i = 0; i < texts->len && wrong == NULL; i++) {
    cli_rules_text *t = g_ptr_array_index(texts, i);

    if (!cap_unpack(t->text, UNPACKED_MOST, &reason))
      wrong = reason;
    else if (is_capture(t->text))
      wrong = "that is a capture: give rules here (--rules RULES CAPTURE)";
    else if (t->source == NULL && is_nft(t))
      wrong = "nft's own language, compressed or in a scenario: give what nft -j list ruleset says of it";
    if (wrong != NULL)
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s: %s", t->name, wrong);
  }
  return wrong == NULL;
}

gboolean cli_rules_text_parse(fw_ruleset *ruleset, const cli_rules_text *t, const fw_read_options *options,
                              GError **error)
{
  fw_read_options read = *options;
  fw_nft_lines *lines;
  gboolean fine;

  if (!read.has_family && t->has_family) {
    read.has_family = TRUE;
    read.family = t->family;
  }
  if (t->source == NULL)
    return fw_rules_read(ruleset, t->name, t->text->str, t->text->len, &read, error);
  lines = fw_nft_lines_new(t->source->str, t->source->len, t->lines);
  fine = fw_nft_read_listed(ruleset, t->name, t->text->str, t->text->len, lines, error);
  fw_nft_lines_free(lines);
  return fine;
}

gboolean cli_rules_text_list(fw_ruleset *ruleset, const char *path, const GString *text, GError **error)
{
  const fw_read_options options = { FALSE, FW_IPV4, FW_BACKEND_UNSET };
  GPtrArray *texts = cli_rules_texts_new();
  cli_rules_text *t;
  gboolean fine;

  cli_rules_texts_add(texts, strcmp(path, "-") == 0 ? "standard input" : path,
                      g_string_new_len(text->str, (gssize)text->len));
  t = g_ptr_array_index(texts, 0);
  fine = list_by_nft(t, path, error) && cli_rules_text_parse(ruleset, t, &options, error);
  g_ptr_array_free(texts, TRUE);
  return fine;
}
