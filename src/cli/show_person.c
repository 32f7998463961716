/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plain command: what a person wants to know of a capture, in the order of asking. */
#include "person.h"
#include "show.h"

enum { LINES = 50, TABLE_LINES = 30 };

cli_exit cli_show_person(const cli_options *o)
{
  cli_person *p = g_new0(cli_person, 1);
  cli_watch watch = { .packet = cli_person_packet, .ahead = TRUE, .user = p };
  cli_exit code;

  emit_summary_init(&p->summary);
  if (cli_run_open_twice(&p->run, o)) {
    /* Who watches a live capture sees everything; a file of a million packets is for reading. */
    p->lines_most = o->lines >= 0 ? (guint64)o->lines : replay_source_live(p->run.source) ? G_MAXUINT64 : LINES;
    p->table_most = o->lines >= 0 ? (guint64)o->lines : TABLE_LINES;
    p->notable_most = p->lines_most / 2;
    p->shows_all = p->lines_most >= G_MAXINT32;
    emit_text_init(&p->line, -1);
    emit_text_init(&p->held, -1);
    ct_engine_watch(p->run.engine, 1u << CT_EVENT_DESTROY | 1u << CT_EVENT_EXPECT_NEW | 1u << CT_EVENT_EXPECT_DESTROY,
                    cli_person_event, p);
    p->drops = p->run.firewall.firewall != NULL ? cli_rules_drops_new() : NULL;
    journal_history_begin(&p->history, p->run.engine);
    journal_history_remember(&p->history, p->run.engine);
    if (o->load_state != NULL)
      journal_history_goes_on(&p->history, FALSE);
    cli_beside_begin(&p->beside, &p->run);
    cli_run_play(&p->run, &watch);
    cli_beside_end(&p->beside);
    journal_history_end(&p->history);
    cli_person_hidden(p);
    cli_person_table(p);
    cli_person_holders(p);
    cli_person_summary(p);
  }
  if (p->line.data != NULL) {
    emit_text_clear(&p->line);
    emit_text_clear(&p->held);
  }
  cli_rules_drops_free(p->drops);
  emit_tally_clear(&p->summary.tally);
  code = cli_run_close(&p->run);
  g_free(p);
  return code;
}
