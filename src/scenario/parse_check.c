/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expectations: what follows "=>" or "expect". Words in capitals are the kernel's. */
#include "scenario/parse.h"

#include <string.h>

#include "conntrack/proto/proto.h"

enum { RULE_BYTES = 128 };

/* => the i-th state of any protocol that has states, but for NONE; NULL past the last. */
static const char *state_get(guint i)
{
  const ct_proto *proto;
  guint at;

  for (at = 0; (proto = ct_proto_get(NULL, at)) != NULL; at++) {
    if (proto->n_states > 0 && i < proto->n_states - 1u)
      return proto->states[i + 1];
    i -= proto->n_states > 0 ? proto->n_states - 1u : 0;
  }
  return NULL;
}

static gboolean is_state(const char *word)
{
  const char *state;
  guint i;

  for (i = 0; (state = state_get(i)) != NULL; i++)
    if (strcmp(word, state) == 0)
      return TRUE;
  return FALSE;
}

static guint32 status_of(const char *word)
{
  for (guint bit = 0; bit < 16; bit++)
    if (strcmp(word, ct_status_name(bit)) == 0)
      return 1u << bit;
  return 0;
}

/* => how many letters must be changed, put in or left out to make one word of the other. */
static guint distance(const char *a, const char *b)
{
  guint row[SCN_WORD_BYTES + 1], n = (guint)MIN(strlen(b), SCN_WORD_BYTES), left, above, i, j;

  for (j = 0; j <= n; j++)
    row[j] = j;
  for (i = 0; a[i] != '\0'; i++) {
    left = row[0];
    row[0] = i + 1;
    for (j = 1; j <= n; j++) {
      above = row[j];
      row[j] = MIN(MIN(above, row[j - 1]) + 1, left + (a[i] != b[j - 1]));
      left = above;
    }
  }
  return row[n];
}

static void come_nearer(const char *word, const char *name, guint *best, const char **guess)
{
  guint away = distance(word, name);

  if (away < *best) {
    *best = away;
    *guess = name;
  }
}

/* => the state or status bit that the word resembles; NULL where it resembles none. */
static const char *guess_of(const char *word)
{
  guint best = (guint)MIN(strlen(word) / 2, 3), i; /* at most two slips, in a short word one */
  const char *guess = NULL, *state;

  come_nearer(word, "UNREPLIED", &best, &guess);
  for (i = 0; i < 16; i++)
    come_nearer(word, ct_status_name(i), &best, &guess);
  for (i = 0; (state = state_get(i)) != NULL; i++)
    come_nearer(word, state, &best, &guess);
  return guess;
}

/* 2/1: original and reply */
static gboolean take_counters(scn_parser *p, const char *what, guint64 counters[2])
{
  return scn_take_u64(p->c, what, G_MAXUINT64, &counters[0]) && scn_need(p->c, "/") &&
         scn_take_u64(p->c, what, G_MAXUINT64, &counters[1]);
}

static gboolean take_timeout(scn_parser *p, scn_check *check)
{
  const char *begin = p->c->at;

  check->fields |= SCN_CHECK_TIMEOUT;
  if (!scn_take_duration(p->c, "a timeout (120s, 119.5s)", &check->timeout_ns))
    return FALSE;
  check->timeout_exact = memchr(begin, '.', (gsize)(p->c->at - begin)) != NULL;
  return TRUE;
}

static gboolean take_reason(scn_parser *p, scn_check *check)
{
  char word[SCN_WORD_BYTES];
  const char *begin = p->c->at;

  if (!scn_take_word(p->c, "a reason as -P prints it", word, sizeof(word)))
    return FALSE;
  check->reason = (guint16)ct_reason_find(word);
  check->fields |= SCN_CHECK_REASON;
  if (check->reason != CT_REASON_COUNT)
    return TRUE;
  p->c->at = begin;
  return scn_wanted(p->c, "a reason as -P prints it (tcp-seq-over, ...)");
}

static gboolean take_helper(scn_parser *p, scn_check *check)
{
  char word[SCN_WORD_BYTES];

  if (!scn_take_word(p->c, "a helper's name, or none", word, sizeof(word)))
    return FALSE;
  g_free(check->helper);
  check->helper = g_strdup(strcmp(word, "none") == 0 ? "" : word);
  check->fields |= SCN_CHECK_HELPER;
  return TRUE;
}

static gboolean take_status(scn_parser *p, scn_check *check, gboolean off)
{
  static const char what[] = "a state, a timeout, [!]ASSURED, UNREPLIED or another status bit, packets A/B, bytes A/B, "
                             "reason WORD, helper NAME, "
                             "master FLOW, mark N, labels N,N, zone N, dropped, a verdict of rules (accept, drop, "
                             "reject, unknown), by RULE, hit RULE, "
                             "nfmark N, or the end of the line";
  char word[SCN_WORD_BYTES];
  const char *begin = p->c->at;
  guint32 bit;

  if (!scn_take_word(p->c, what, word, sizeof(word)))
    return FALSE;
  if (!off && is_state(word)) {
    g_free(check->state);
    check->state = g_strdup(word);
    check->fields |= SCN_CHECK_STATE;
    return TRUE;
  }
  if (strcmp(word, "UNREPLIED") == 0) {
    bit = CT_STATUS_SEEN_REPLY;
    off = !off;
  } else
    bit = status_of(word);
  if (bit == 0) {
    p->c->at = begin;
    return scn_unknown(p->c, what, guess_of(word));
  }
  *(off ? &check->status_off : &check->status_on) |= bit;
  return TRUE;
}

/* The text of a line, or a part of it; how many blanks columns were padded with does not matter. */
static gboolean take_squeezed(scn_parser *p, char **squeezed)
{
  GByteArray *bytes;
  GString *text;

  if (!scn_take_string(p->c, "a part of the line in double quotes", &bytes))
    return FALSE;
  text = g_string_new(NULL);
  for (guint i = 0; i < bytes->len; i++)
    if (bytes->data[i] != 0 && (bytes->data[i] != ' ' || (text->len > 0 && text->str[text->len - 1] != ' ')))
      g_string_append_c(text, (char)bytes->data[i]);
  g_byte_array_unref(bytes);
  g_free(*squeezed);
  *squeezed = g_string_free(text, FALSE);
  return TRUE;
}

/* What rules say of a packet. */
static const char *const verdicts[] = { "accept", "drop", "reject", "unknown" };

static gboolean take_verdict(scn_parser *p, scn_check *check)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(verdicts); i++)
    if (scn_accept_word(p->c, verdicts[i])) {
      check->verdict = verdicts[i];
      check->fields |= SCN_CHECK_VERDICT;
      return TRUE;
    }
  return FALSE;
}

/* Names of chains may hold anything but blanks. */
static gboolean take_rule_name(scn_parser *p, scn_rule_wanted *wanted)
{
  static const char what[] = "a rule (TABLE:CHAIN:rule:NUMBER or TABLE:CHAIN:policy, as -P names them)";
  const char *begin = p->c->at, *number;
  char place[RULE_BYTES];

  if (!scn_take_rest_of_word(p->c, what, place, sizeof(place)))
    return FALSE;
  g_free(wanted->place);
  wanted->place = scn_rule_spelling(place);
  number = strrchr(wanted->place, ':');
  if (number != NULL && number > wanted->place && (strcmp(number, ":policy") == 0 || g_ascii_isdigit(number[1])))
    return TRUE;
  p->c->at = begin;
  return scn_wanted(p->c, what);
}

/* by filter:FORWARD:rule:4, hit "--dport 22" */
static gboolean take_rule(scn_parser *p, scn_rule_wanted *wanted)
{
  return scn_peek(p->c) == '"' ? take_squeezed(p, &wanted->text) : take_rule_name(p, wanted);
}

/* 3; web */
static gboolean take_label(scn_parser *p, scn_check *check)
{
  char name[SCN_WORD_BYTES];
  guint64 n;

  if (g_ascii_isalpha(scn_peek(p->c))) {
    if (!scn_take_word(p->c, "a label's name", name, sizeof(name)))
      return FALSE;
    if (check->label_names == NULL)
      check->label_names = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(check->label_names, g_strdup(name));
    return TRUE;
  }
  if (!scn_take_u64(p->c, "a label's number or name, or none,", CT_LABELS - 1, &n))
    return FALSE;
  check->labels.words[n / 32] |= 1U << n % 32;
  return TRUE;
}

/* none; 3; 3,17; web,17 */
static gboolean take_labels(scn_parser *p, scn_check *check)
{
  check->fields |= SCN_CHECK_LABELS;
  if (scn_accept_word(p->c, "none"))
    return TRUE;
  do {
    if (!take_label(p, check))
      return FALSE;
  } while (scn_accept(p->c, ","));
  return TRUE;
}

/* 5; 5/0: original and reply */
static gboolean take_zone(scn_parser *p, scn_check *check)
{
  guint64 n;
  guint i;

  check->fields |= SCN_CHECK_ZONE;
  for (i = 0; i < 2 && (i == 0 || scn_accept(p->c, "/")); i++) {
    if (!scn_take_u64(p->c, "a zone", G_MAXUINT16, &n))
      return FALSE;
    check->zone[i] = (guint32)n;
  }
  if (i == 1)
    check->zone[CT_REPLY] = check->zone[CT_ORIGINAL];
  return TRUE;
}

static gboolean take_condition(scn_parser *p, scn_check *check)
{
  scn_cursor *c = p->c;

  if (g_ascii_isdigit(scn_peek(c)))
    return take_timeout(p, check);
  if (scn_accept_word(c, "packets"))
    return (check->fields |= SCN_CHECK_PACKETS) && take_counters(p, "a number of packets", check->packets);
  if (scn_accept_word(c, "bytes"))
    return (check->fields |= SCN_CHECK_BYTES) && take_counters(p, "a number of bytes", check->bytes);
  if (scn_accept_word(c, "reason"))
    return take_reason(p, check);
  if (scn_accept_word(c, "helper"))
    return take_helper(p, check);
  if (scn_accept_word(c, "master"))
    return (check->fields |= SCN_CHECK_MASTER) && scn_parse_flow_name(p, &check->master);
  if (scn_accept_word(c, "mark"))
    return (check->fields |= SCN_CHECK_MARK) && scn_take_u32(c, "a mark", &check->mark);
  if (scn_accept_word(c, "labels"))
    return take_labels(p, check);
  if (scn_accept_word(c, "zone"))
    return take_zone(p, check);
  if (scn_accept_word(c, "dropped")) {
    check->fields |= SCN_CHECK_DROPPED;
    return TRUE;
  }
  if (take_verdict(p, check))
    return TRUE;
  if (scn_accept_word(c, "by"))
    return (check->fields |= SCN_CHECK_BY) && take_rule(p, &check->by);
  if (scn_accept_word(c, "hit"))
    return (check->fields |= SCN_CHECK_HIT) && take_rule(p, &check->hit);
  if (scn_accept_word(c, "nfmark"))
    return (check->fields |= SCN_CHECK_NFMARK) && scn_take_u32(c, "a mark", &check->nfmark);
  if (scn_accept(c, "!"))
    return take_status(p, check, TRUE);
  return take_status(p, check, FALSE);
}

static gboolean take_conditions(scn_parser *p, scn_check *check)
{
  while (p->c->error == NULL && !scn_at_end(p->c))
    if (!take_condition(p, check))
      return FALSE;
  return p->c->error == NULL;
}

static gboolean take_class(scn_parser *p, scn_check *check)
{
  for (guint cls = 0; cls < CT_CLASS_COUNT; cls++)
    if (scn_accept_word(p->c, ct_class_name(cls))) {
      check->cls = (guint8)cls;
      check->fields |= SCN_CHECK_CLASS;
      return TRUE;
    }
  return scn_wanted(p->c, "the packet's class (NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED or none)");
}

/* => CLASS [orig|reply] condition... */
gboolean scn_parse_arrow(scn_parser *p, scn_step *step)
{
  scn_check *check = step->check = scn_check_new(SCN_ABOUT_PACKET);

  if (!take_class(p, check))
    return FALSE;
  if (scn_accept_word(p->c, "orig"))
    check->fields |= SCN_CHECK_DIR;
  else if (scn_accept_word(p->c, "reply")) {
    check->fields |= SCN_CHECK_DIR;
    check->dir = CT_REPLY;
  }
  return take_conditions(p, check);
}

static gboolean is_stat(const char *name)
{
#define X(stat) || strcmp(name, #stat) == 0
  return FALSE CT_STAT_LIST(X);
#undef X
}

static gboolean take_stats(scn_parser *p, scn_check *check)
{
  static const char what[] = "NAME=VALUE of conntrack -S (found, invalid, insert_failed, drop, early_drop, error, ...)";

  do {
    const char *begin = p->c->at;
    char name[SCN_WORD_BYTES];
    scn_stat stat = { 0 };

    if (!scn_take_word(p->c, what, name, sizeof(name)))
      return FALSE;
    if (!is_stat(name)) {
      p->c->at = begin;
      return scn_wanted(p->c, what);
    }
    if (!scn_need(p->c, "=") || !scn_take_u64(p->c, "a number", G_MAXUINT64, &stat.value))
      return FALSE;
    g_array_append_val(check->stats, stat);
    g_array_index(check->stats, scn_stat, check->stats->len - 1).name = g_strdup(name);
  } while (!scn_at_end(p->c));
  return TRUE;
}

/* rule filter:FORWARD:rule:4 packets 2 bytes 100 */
static gboolean take_counted(scn_parser *p, scn_check *check)
{
  if (!take_rule_name(p, &check->by))
    return FALSE;
  do {
    if (scn_accept_word(p->c, "packets"))
      check->fields |=
        scn_take_u64(p->c, "a number of packets", G_MAXUINT64, &check->packets[0]) ? SCN_CHECK_PACKETS : 0;
    else if (scn_accept_word(p->c, "bytes"))
      check->fields |= scn_take_u64(p->c, "a number of bytes", G_MAXUINT64, &check->bytes[0]) ? SCN_CHECK_BYTES : 0;
    else
      return scn_wanted(p->c, "packets N, bytes N or both");
  } while (p->c->error == NULL && !scn_at_end(p->c));
  return p->c->error == NULL;
}

gboolean scn_parse_expect(scn_parser *p, scn_step *step)
{
  static const struct {
    const char *word;
    scn_about about;
  } lines[] = { { "event", SCN_ABOUT_EVENT }, { "list", SCN_ABOUT_LIST }, { "expectation", SCN_ABOUT_EXPECTATION } };
  scn_check *check = step->check = scn_check_new(SCN_ABOUT_COUNT);
  scn_cursor *c = p->c;

  check->absent = scn_accept_word(c, "no");
  for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
    if (scn_accept_word(c, lines[i].word)) {
      check->about = lines[i].about;
      return (check->absent && scn_at_end(c)) || take_squeezed(p, &check->text);
    }
  if (scn_accept_word(c, "entry")) {
    check->about = check->absent ? SCN_ABOUT_ABSENT : SCN_ABOUT_ENTRY;
    return scn_parse_flow_name(p, &check->flow) && (check->absent || take_conditions(p, check));
  }
  if (check->absent)
    return scn_wanted(c, "entry FLOW, event, list or expectation");
  if (scn_accept_word(c, "count"))
    return scn_take_u64(c, "a number of entries", G_MAXUINT64, &check->count);
  if (scn_accept_word(c, "stats")) {
    check->about = SCN_ABOUT_STATS;
    return take_stats(p, check);
  }
  if (scn_accept_word(c, "rule")) {
    check->about = SCN_ABOUT_RULE;
    return take_counted(p, check);
  }
  return scn_wanted(c, "entry FLOW, no entry FLOW, count N, stats NAME=N, event \"...\", list \"...\", expectation "
                       "\"...\" or rule RULE packets N");
}
