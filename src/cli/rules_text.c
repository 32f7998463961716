/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules_text.h"

#include <string.h>

#include "capture/magic.h"
#include "capture/unpack.h"
#include "filter.h"
#include "firewall/iptables.h"

/* A small file may unpack to much: no more than this is ever held of it. */
enum { UNPACKED_MOST = 256 << 20 };

static void text_free(gpointer data)
{
  cli_rules_text *t = data;

  g_free(t->name);
  g_string_free(t->text, TRUE);
  g_free(t);
}

GPtrArray *cli_rules_texts_new(void) { return g_ptr_array_new_with_free_func(text_free); }

void cli_rules_texts_add(GPtrArray *texts, const char *name, GString *text)
{
  cli_rules_text *t = g_new0(cli_rules_text, 1);

  t->name = g_strdup(name);
  t->text = text;
  g_ptr_array_add(texts, t);
}

GPtrArray *cli_rules_texts_read(const GPtrArray *paths, GError **error)
{
  GPtrArray *texts = cli_rules_texts_new();
  guint i;

  for (i = 0; i < paths->len; i++) {
    const char *path = g_ptr_array_index(paths, i);
    GString *text = g_string_new(NULL);

    cli_rules_texts_add(texts, strcmp(path, "-") == 0 ? "standard input" : path, text);
    if (!fw_rules_load(path, text, error)) {
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

/* The first word that is no comment. */
static const char *first_word(const char *text)
{
  while (g_ascii_isspace(*text) || *text == '#')
    text += *text == '#' ? strcspn(text, "\n") : 1;
  return text;
}

static gboolean is_nft(const char *text)
{
  static const char *const begins[] = { "table ",        "flush ruleset", "add table ",
                                        "create table ", "define ",       "include \"" };
  const char *word = first_word(text);
  guint i;

  for (i = 0; i < G_N_ELEMENTS(begins); i++)
    if (strncmp(word, begins[i], strlen(begins[i])) == 0)
      return TRUE;
  return FALSE;
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
    else if (is_nft(t->text->str))
      wrong = "nft's own language, which is not read here: give what nft -j list ruleset writes, or, of rules that "
              "iptables-nft loaded, what iptables-save writes";
    if (wrong != NULL)
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s: %s", t->name, wrong);
  }
  return wrong == NULL;
}
