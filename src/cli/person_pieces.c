/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pieces that lines, table and summary are made of. */
#include "person.h"

#include "emit/wire.h"

static const char *const words[CLI_HAPPENING_COUNT] = {
#define X(id, word, colour, notable) word,
  CLI_HAPPENING_LIST(X)
#undef X
};

void cli_text_colour(const cli_run *run, emit_text *out, const char *sequence)
{
  if (run->emit.colour && *sequence != '\0')
    emit_text_string(out, sequence);
}

void cli_text_pad_from(emit_text *out, gsize begin, gsize width)
{
  while (out->used - begin < width)
    emit_text_char(out, ' ');
}

void cli_text_flow(const cli_run *run, emit_text *out, const ct_tuple *t) { emit_flow(out, run->params.profile, t); }

const char *cli_person_word(cli_happening what) { return words[what]; }

/* Cut, not rounded: no packet is to seem earlier than its cause. */
void cli_person_time(const cli_person *p, emit_text *out, gint64 time_ns, int width)
{
  gint64 ns = time_ns - p->run.first_ns;
  guint64 size_ns = ns < 0 ? -(guint64)ns : (guint64)ns;
  char text[32];

  g_snprintf(text, sizeof(text), "%s%" G_GUINT64_FORMAT ".%06" G_GUINT64_FORMAT, ns < 0 ? "-" : "",
             size_ns / 1000000000u, size_ns % 1000000000u / 1000);
  emit_text_pad(out, text, width);
}

void cli_person_heading(cli_person *p, const char *text)
{
  emit_text *out = &p->run.output.text;

  emit_text_char(out, '\n');
  cli_text_colour(&p->run, out, "\033[1m");
  emit_text_string(out, text);
  cli_text_colour(&p->run, out, "\033[0m");
}
