/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches of a packet's bytes: string, u32, bpf. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

/* -- string -- */

enum { FROM, TO, ALGORITHM, STRING, HEX_STRING, IGNORE_CASE };

static void string_init(void *data, fw_family family)
{
  (void)family;
  ((fw_string *)data)->to = G_MAXUINT16;
}

static gboolean put(fw_string *s, guint8 byte)
{
  if (s->length == FW_STRING_MAX)
    return FALSE;
  s->pattern[s->length++] = byte;
  return TRUE;
}

/* "text|0a 0b|text": hexadecimal between bars, a backslash before what is itself. => FALSE: it is not that. */
static gboolean read_hex(const char *text, fw_string *s)
{
  gboolean hex = FALSE;

  for (; *text != '\0'; text++) {
    if (*text == '|') {
      hex = !hex;
    } else if (hex && *text == ' ') {
      continue;
    } else if (hex) {
      if (!g_ascii_isxdigit(text[0]) || !g_ascii_isxdigit(text[1]) || text[2] == '\0' ||
          !put(s, g_ascii_xdigit_value(text[0]) * 16 + g_ascii_xdigit_value(text[1])))
        return FALSE;
      text++;
    } else {
      if (*text == '\\' && *++text == '\0')
        return FALSE;
      if (!put(s, *text))
        return FALSE;
    }
  }
  return !hex && s->length > 0;
}

static gboolean string_parse(fw_parse *p)
{
  fw_string *s = p->data;

  switch (p->option->id) {
  case ALGORITHM:
    if (strcmp(p->arg, "bm") != 0 && strcmp(p->arg, "kmp") != 0)
      return fw_parse_bad_value(p, "bm or kmp");
    g_strlcpy(s->algorithm, p->arg, sizeof s->algorithm);
    return TRUE;
  case STRING:
    s->invert = p->invert;
    for (; *p->arg != '\0'; p->arg++)
      if (!put(s, *p->arg))
        return fw_parse_fail(p, "expected at most %d bytes", FW_STRING_MAX);
    return TRUE;
  case HEX_STRING:
    s->invert = p->invert;
    return read_hex(p->arg, s) || fw_parse_bad_value(p, "up to 128 bytes, hexadecimal ones between bars");
  case IGNORE_CASE: s->ignore_case = TRUE; return TRUE;
  default: return TRUE;
  }
}

static gboolean string_check(fw_parse *p)
{
  if ((p->given & (1 << STRING | 1 << HEX_STRING)) == 0)
    return fw_parse_fail(p, "expected --string or --hex-string");
  return TRUE;
}

static gboolean must_be_hex(const fw_string *s)
{
  guint i;

  for (i = 0; i < s->length; i++)
    if (!g_ascii_isprint(s->pattern[i]))
      return TRUE;
  return s->length > 0 && s->pattern[s->length - 1] == '\\';
}

static void string_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_string *s = m->data;
  gboolean hex = must_be_hex(s);
  guint i;

  (void)family;
  fw_save_invert(out, s->invert);
  g_string_append(out, hex ? " --hex-string \"|" : " --string \"");
  for (i = 0; i < s->length; i++)
    if (hex)
      g_string_append_printf(out, "%02x", s->pattern[i]);
    else
      g_string_append_printf(out, "%s%c", s->pattern[i] == '"' || s->pattern[i] == '\\' ? "\\" : "", s->pattern[i]);
  g_string_append_printf(out, "%s --algo %s", hex ? "|\"" : "\"", s->algorithm);
  if (s->from != 0)
    g_string_append_printf(out, " --from %u", s->from);
  if (s->to != G_MAXUINT16)
    g_string_append_printf(out, " --to %u", s->to);
  if (s->ignore_case)
    g_string_append(out, " --icase");
}

static const fw_option string_options[] = {
  FW_OPTION("from", FROM, U16, FW_PUT, fw_string, from),
  FW_OPTION("to", TO, U16, FW_PUT, fw_string, to),
  FW_OPTION_BARE("algo", ALGORITHM, STRING, FW_REQ),
  { .name = "string", .id = STRING, .type = FW_TYPE_STRING, .flags = FW_INV, .excluded = 1 << HEX_STRING },
  { .name = "hex-string", .id = HEX_STRING, .type = FW_TYPE_STRING, .flags = FW_INV, .excluded = 1 << STRING },
  FW_OPTION_BARE("icase", IGNORE_CASE, NONE, 0),
  FW_OPTION_END,
};

const fw_match_ops fw_match_string = {
  .name = "string",
  .id = FW_MATCH_string,
  .size = sizeof(fw_string),
  .options = string_options,
  .init = string_init,
  .parse = string_parse,
  .check = string_check,
  .save = string_save,
};

/* -- u32 -- */

static void skip_blanks(const char **at)
{
  while (g_ascii_isspace(**at))
    (*at)++;
}

static gboolean read_u32(const char **at, guint32 *number)
{
  guint64 v;

  skip_blanks(at);
  if (!fw_read_number(*at, at, &v, 0, G_MAXUINT32))
    return FALSE;
  *number = v;
  skip_blanks(at);
  return TRUE;
}

/* NUMBER { & NUMBER, << NUMBER, >> NUMBER, @ NUMBER } */
static gboolean read_location(const char **at, fw_u32_test *t)
{
  static const struct {
    const char *text;
    guint8 op;
  } ops[] = { { "&", FW_U32_AND }, { "<<", FW_U32_LEFT }, { ">>", FW_U32_RIGHT }, { "@", FW_U32_AT } };
  guint i = 0;

  if (!read_u32(at, &t->locations[0].number))
    return FALSE;
  for (t->n_locations = 1; **at != '='; t->n_locations++) {
    for (i = 0; i < G_N_ELEMENTS(ops) && !g_str_has_prefix(*at, ops[i].text); i++)
      ;
    if (i == G_N_ELEMENTS(ops) || t->n_locations >= FW_U32_TESTS)
      return FALSE;
    *at += strlen(ops[i].text);
    t->locations[t->n_locations].op = ops[i].op;
    if (!read_u32(at, &t->locations[t->n_locations].number))
      return FALSE;
  }
  (*at)++;
  return TRUE;
}

/* NUMBER[:NUMBER]{,NUMBER[:NUMBER]} */
static gboolean read_values(const char **at, fw_u32_test *t)
{
  for (;;) {
    fw_range32 *value = &t->values[t->n_values];

    if (t->n_values >= FW_U32_TESTS || !read_u32(at, &value->from))
      return FALSE;
    value->to = value->from;
    if (**at == ':' && ((*at)++, !read_u32(at, &value->to)))
      return FALSE;
    t->n_values++;
    if (**at != ',')
      return TRUE;
    (*at)++;
  }
}

static gboolean u32_parse(fw_parse *p)
{
  fw_u32 *u = p->data;
  const char *at = p->arg;

  u->invert = p->invert;
  for (;;) {
    if (u->n >= FW_U32_TESTS || !read_location(&at, &u->tests[u->n]) || !read_values(&at, &u->tests[u->n]))
      break;
    u->n++;
    if (*at == '\0')
      return TRUE;
    if (!g_str_has_prefix(at, "&&"))
      break;
    at += 2;
  }
  return fw_parse_fail(p, "expected tests LOCATION=VALUE joined by &&, at most 10 of each, found \"%s\"", at);
}

static void save_test(GString *out, const fw_u32_test *t)
{
  static const char *const ops[] = { "&", "<<", ">>", "@" };
  guint i;

  g_string_append_printf(out, "0x%x", t->locations[0].number);
  for (i = 1; i < t->n_locations; i++)
    g_string_append_printf(out, "%s0x%x", ops[t->locations[i].op], t->locations[i].number);
  for (i = 0; i < t->n_values; i++) {
    g_string_append_printf(out, "%c0x%x", i == 0 ? '=' : ',', t->values[i].from);
    if (t->values[i].to != t->values[i].from)
      g_string_append_printf(out, ":0x%x", t->values[i].to);
  }
}

static void u32_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_u32 *u = m->data;
  guint i;

  (void)family;
  fw_save_invert(out, u->invert);
  g_string_append(out, " --u32 \"");
  for (i = 0; i < u->n; i++) {
    if (i > 0)
      g_string_append(out, "&&");
    save_test(out, &u->tests[i]);
  }
  g_string_append_c(out, '"');
}

static const fw_option u32_options[] = { FW_OPTION_BARE("u32", 0, STRING, FW_REQ | FW_INV), FW_OPTION_END };

const fw_match_ops fw_match_u32 = {
  .name = "u32",
  .id = FW_MATCH_u32,
  .size = sizeof(fw_u32),
  .options = u32_options,
  .parse = u32_parse,
  .save = u32_save,
};

/* -- bpf -- */

enum { BYTECODE, OBJECT };

static gboolean read_field(const char **at, guint64 max, guint64 *value)
{
  char *end;

  while (**at == ' ')
    (*at)++;
  if (!g_ascii_isdigit(**at))
    return FALSE;
  *value = g_ascii_strtoull(*at, &end, 10);
  *at = end;
  return *value <= max;
}

/* "N,CODE JT JF K,...": N instructions. */
static gboolean read_program(const char *at, fw_bpf *b)
{
  guint64 n, code, jt, jf, k;
  guint i;

  if (!read_field(&at, FW_BPF_MAX, &n) || n == 0)
    return FALSE;
  for (i = 0; i < n; i++) {
    if (*at++ != ',' || !read_field(&at, G_MAXUINT16, &code) || !read_field(&at, 255, &jt) ||
        !read_field(&at, 255, &jf) || !read_field(&at, G_MAXUINT32, &k))
      return FALSE;
    b->program[i].code = code;
    b->program[i].jt = jt;
    b->program[i].jf = jf;
    b->program[i].k = k;
  }
  b->n = n;
  return *at == '\0' || (*at == ',' && at[1] == '\0');
}

static gboolean bpf_parse(fw_parse *p)
{
  fw_bpf *b = p->data;

  if (p->option->id == OBJECT) {
    b->path = p->value.string;
    return TRUE;
  }
  return read_program(p->arg, b) ||
         fw_parse_bad_value(p, "a program \"N,CODE JT JF K,...\" of at most 64 instructions");
}

static gboolean bpf_check(fw_parse *p)
{
  return p->given == 1 << BYTECODE || p->given == 1 << OBJECT ||
         fw_parse_fail(p, "expected --bytecode or --object-pinned");
}

static void bpf_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_bpf *b = m->data;
  guint i;

  (void)family;
  if (b->path != NULL) {
    g_string_append(out, " --object-pinned ");
    fw_save_bare(out, b->path);
    return;
  }
  g_string_append_printf(out, " --bytecode \"%u", b->n);
  for (i = 0; i < b->n; i++)
    g_string_append_printf(out, ",%u %u %u %u", b->program[i].code, b->program[i].jt, b->program[i].jf,
                           b->program[i].k);
  g_string_append_c(out, '"');
}

static const fw_option bpf_options[] = {
  FW_OPTION_BARE("bytecode", BYTECODE, STRING, 0),
  { .name = "object-pinned", .id = OBJECT, .type = FW_TYPE_STRING, .min = 1, .max = 511 },
  FW_OPTION_END,
};

const fw_match_ops fw_match_bpf = {
  .name = "bpf",
  .id = FW_MATCH_bpf,
  .size = sizeof(fw_bpf),
  .options = bpf_options,
  .parse = bpf_parse,
  .check = bpf_check,
  .save = bpf_save,
};
