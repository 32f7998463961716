/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The making and unmaking of a firewall, and what it writes down of a packet's way. */
#include "firewall/iptables.h"
#include "firewall/walk/firewall_internal.h"
#include "firewall/walk/nat.h"
#include "firewall/walk/own.h"
#include "firewall/walk/words.h"

const char *fw_path_name(fw_path path)
{
  static const char *const names[] = {
#define X(name, text) text,
    FW_PATH_LIST(X)
#undef X
  };

  return names[path];
}

static void write_down(const fw_walk_said *said, const fw_packet *p, gpointer user)
{
  fw_firewall *f = user;
  fw_recorded line = { *said, p->hook, f->record.answer, f->record.looped, NULL };

  /* The rule has its line already. */
  if (said->event == FW_WALK_BROKEN) {
    g_array_index(f->record.lines, fw_recorded, f->record.lines->len - 1).said.event = FW_WALK_BROKEN;
    return;
  }

  if (f->options.record_passed && said->failed != FW_FAILED_NOTHING) {
    GString *words = g_string_new(NULL);

    fw_words_failed(words, p, said->step, said->failed, said->event);
    line.failed = g_string_free(words, FALSE);
  }
  g_array_append_val(f->record.lines, line);
}

static void recorded_clear(gpointer data) { g_free(((fw_recorded *)data)->failed); }

static fw_backend backend_of(const fw_ruleset *ruleset)
{
  fw_read_options none = { FALSE, FW_IPV4, FW_BACKEND_UNSET };
  guint i;

  for (i = 0; i < ruleset->files->len; i++) {
    const fw_file *file = g_ptr_array_index(ruleset->files, i);
    const char *said;

    if (!file->sets && !file->nft)
      return fw_file_backend(file, &none, &said);
  }
  return FW_BACKEND_NFT;
}

fw_firewall *fw_firewall_new(const fw_ruleset *ruleset, const fw_box_facts *facts, const fw_firewall_options *options)
{
  fw_firewall *f = g_new0(fw_firewall, 1);
  guint i;

  f->options = *options;
  f->facts = facts;
  f->program = fw_program_new(ruleset, options->backend != FW_BACKEND_UNSET ? options->backend : backend_of(ruleset),
                              facts, options->hz, options->seed);
  f->record.lines = g_array_new(FALSE, FALSE, sizeof(fw_recorded));
  g_array_set_clear_func(f->record.lines, recorded_clear);
  f->watcher = (fw_walk_watcher){ write_down, options->record_passed, f };
  f->listener = options->record ? &f->watcher : NULL;
  fw_memory_init(&f->peers, sizeof(fw_address), sizeof(fw_peer));
  fw_nat_begin(f);
  for (i = 0; i < 2 * FW_WAYS; i++)
    f->ways[i / FW_WAYS][i % FW_WAYS] = fw_way_new(f->program->rows[i / FW_WAYS], (fw_way_id)(i % FW_WAYS));
  f->bare = f->nat_families[FW_IPV4] && f->facts->routing[FW_IPV4] == NULL;
  for (i = 0; i < FW_HOOKS; i++)
    f->bare = f->bare && f->program->rows[FW_IPV4][i].n == 0;
  return f;
}

void fw_firewall_free(fw_firewall *f)
{
  guint i;

  if (f == NULL)
    return;
  for (i = 0; i < 2 * FW_WAYS; i++)
    fw_way_free(f->ways[i / FW_WAYS][i % FW_WAYS]);
  fw_program_free(f->program);
  fw_nat_end(f);
  fw_memory_clear(&f->peers);
  fw_own_clear(&f->own);
  g_array_free(f->record.lines, TRUE);
  g_free(f);
}

void fw_firewall_listen(fw_firewall *f, const fw_walk_watcher *watcher) { f->listener = watcher; }
