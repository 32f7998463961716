/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order in which a packet is told. */
#include "explain/topics.h"

static void sentence_free(gpointer data)
{
  g_free(((explain_sentence *)data)->text);
  g_free(data);
}

GPtrArray *explain_sentences(const explain_facts *facts)
{
  explain_teller t = { facts, g_ptr_array_new_with_free_func(sentence_free) };

  explain_packet(&t);
  explain_look_up(&t);
  explain_class(&t);
  explain_cells(&t);
  explain_window(&t);
  explain_verdict(&t);
  explain_rules(&t);
  explain_timeout(&t);
  explain_changes(&t);
  explain_events(&t);
  return t.sentences;
}
