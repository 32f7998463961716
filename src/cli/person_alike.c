/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person.h"

#include "emit/fold.h"

#include <string.h>

/* Where the line goes on that tells of them. */
enum { FOLD_INDENT = 12 };

static void tell(cli_person *p, const cli_alike_kind *kind)
{
  const cli_alike *last = &kind->last;
  emit_text *out = &p->line;
  const char *proto = ct_proto_word(p->run.params.profile, last->key.proto);

  emit_text_literal(out, "        ... ");
  emit_text_u64_grouped(out, kind->more);
  emit_text_format(out, " more like this: %s%s%s to ", cli_person_word(last->what), proto != NULL ? " " : "",
                   proto != NULL ? proto : "");
  emit_text_addr(out, last->key.family, &last->key.dst, FALSE);
  if (!kind->ports && (last->key.proto == CT_PROTO_TCP || last->key.proto == CT_PROTO_UDP))
    emit_text_format(out, ".%u", last->port);
  emit_text_literal(out, ", the last ");
  if (last->packet != 0)
    emit_text_format(out, "packet %" G_GUINT64_FORMAT " ", last->packet);
  emit_text_literal(out, "at ");
  cli_person_time(p, out, last->time_ns, 0);
  emit_fold_line(&p->run.output.text, out->data, out->used, 0, FOLD_INDENT, p->run.screen);
  emit_text_char(&p->run.output.text, '\n');
  out->used = 0;
}

void cli_alike_tell(cli_person *p)
{
  gboolean few = p->alike_more <= CLI_ALIKE_HELD;
  guint i;

  if (few) {
    emit_text_bytes(&p->run.output.text, p->held.data, p->held.used);
    p->lines += p->alike_more;
  } else {
    p->line_conn = 0;
  }
  for (i = 0; i < CLI_ALIKE_KINDS; i++) {
    if (!few && p->alike[i].more > 0)
      tell(p, &p->alike[i]);
    p->alike[i].more = 0;
  }
  p->held.used = 0;
  p->alike_more = 0;
}

/* => the kind of a line, a new one in place of the oldest where it has none. */
static cli_alike_kind *kind_of(cli_person *p, const cli_alike *line)
{
  cli_alike_kind *oldest = &p->alike[0];
  guint i;

  for (i = 0; i < CLI_ALIKE_KINDS; i++) {
    cli_alike_kind *kind = &p->alike[i];

    if (kind->shown > 0 && memcmp(&kind->last.key, &line->key, sizeof(line->key)) == 0)
      return kind;
    if (kind->begun < oldest->begun)
      oldest = kind;
  }
  cli_alike_tell(p);
  *oldest = (cli_alike_kind){ .begun = p->alike_lines };
  return oldest;
}

cli_alike_fate cli_alike_ask(cli_person *p, const cli_alike *line)
{
  cli_alike_kind *kind;

  if (p->shows_all)
    return CLI_ALIKE_SHOW;
  p->alike_lines++;
  kind = kind_of(p, line);
  kind->ports = kind->ports || (kind->shown > 0 && kind->last.port != line->port);
  kind->last = *line;
  kind->begun = p->alike_lines;
  if (kind->shown >= CLI_ALIKE_SHOWN) {
    kind->more++;
    return ++p->alike_more <= CLI_ALIKE_HELD ? CLI_ALIKE_HOLD : CLI_ALIKE_COUNT;
  }
  cli_alike_tell(p);
  kind->shown++;
  return CLI_ALIKE_SHOW;
}
