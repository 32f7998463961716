/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "firewall/nft/text.h"
#include "firewall/nft/value.h"

/* A value of several parts: each at its place. */
static void put_value(GString *out, const fw_nft_expr *e) { fw_nft_scalar_text(out, e->type, e->value, e->n_bytes); }

static void put_wildcard(GString *out, const fw_nft_expr *e)
{
  g_autofree char *name = g_strndup((const char *)e->value, e->n_bits / 8);

  g_string_append_printf(out, "\"%s*\"", name);
}

static void put_parts(GString *out, const fw_nft_expr *e, const char *between)
{
  guint i;

  for (i = 0; i < e->n_parts; i++) {
    if (i > 0)
      g_string_append(out, between);
    fw_nft_text_expr(out, e->parts[i]);
  }
}

/* The bits of a mask: "(fin | syn)"; bare: without the brackets. */
static gboolean put_flags_in(GString *out, const fw_nft_expr *e, gboolean bare)
{
  const fw_nft_symbol *s;
  guint64 number;
  guint n = 0;
  GString *text;

  if (e->kind != FW_NFT_VALUE || !e->type->bits || e->n_bytes > 8)
    return FALSE;
  number = fw_nft_number_of(e->value, e->n_bytes);
  text = g_string_new(NULL);
  for (s = e->type->symbols; s->name != NULL; s++)
    if (number & s->value) {
      g_string_append_printf(text, "%s%s", n++ > 0 ? " | " : "", s->name);
      number &= ~(guint64)s->value;
    }
  if (number == 0 && n > 0)
    g_string_append_printf(out, n > 1 && !bare ? "(%s)" : "%s", text->str);
  g_string_free(text, TRUE);
  return number == 0 && n > 0;
}

static gboolean put_flags(GString *out, const fw_nft_expr *e) { return put_flags_in(out, e, FALSE); }

static void put_binary(GString *out, const fw_nft_expr *e)
{
  const char *op = e->op == '<' ? "<<" : e->op == '>' ? ">>" : NULL;
  guint i;

  fw_nft_text_expr(out, e->parts[0]);
  for (i = 1; i < e->n_parts; i++) {
    if (op != NULL)
      g_string_append_printf(out, " %s ", op);
    else
      g_string_append_printf(out, " %c ", e->op);
    if (!put_flags(out, e->parts[i]))
      fw_nft_text_expr(out, e->parts[i]);
  }
}

static void put_payload(GString *out, const fw_nft_expr *e)
{
  static const char *const bases[] = { "ll", "nh", "th", "ih" };

  if (e->field != NULL)
    g_string_append_printf(out, "%s %s", e->field->protocol, e->field->name);
  else
    g_string_append_printf(out, "@%s,%u,%u", bases[e->base], e->offset_bits, e->n_bits);
}

static void put_option(GString *out, const fw_nft_expr *e)
{
  if (e->field->protocol[0] == '\0' && e->presence)
    g_string_append_printf(out, "tcp option %u", e->field->number);
  else if (e->field->protocol[0] == '\0')
    g_string_append_printf(out, "tcp option @%u,%u,%u", e->field->number, e->offset_bits, e->n_bits);
  else
    g_string_append_printf(out, "tcp option %s", e->field->protocol);
  if (!e->presence && e->field->protocol[0] != '\0')
    g_string_append_printf(out, " %s", e->field->name);
}

/* "sctp chunk init", "sctp chunk init init-tag" */
static void put_part_of(GString *out, const char *word, const fw_nft_expr *e)
{
  g_string_append_printf(out, "%s %s", word, e->field->protocol);
  if (!e->presence)
    g_string_append_printf(out, " %s", e->field->name);
}

/* Interfaces, their names and groups go without the word; their types and kinds do not. */
static void put_meta(GString *out, const fw_nft_expr *e)
{
  const char *name = fw_nft_meta_keys[e->key].name, *behind = name + MIN(strlen(name), strlen("iif"));
  gboolean bare = (strncmp(name, "iif", 3) == 0 || strncmp(name, "oif", 3) == 0) &&
                  (*behind == '\0' || strcmp(behind, "name") == 0 || strcmp(behind, "group") == 0);

  g_string_append_printf(out, bare ? "%s" : "meta %s", name);
}

static void put_ct(GString *out, const fw_nft_expr *e)
{
  const char *name = fw_nft_ct_keys[e->key].name;

  g_string_append(out, "ct ");
  if (e->direction >= 0)
    g_string_append(out, e->direction == 1 ? "reply " : "original ");
  if (e->family != 0)
    g_string_append(out, e->family == 10 ? "ip6 " : "ip ");
  g_string_append(out, name);
}

static void put_fib(GString *out, const fw_nft_expr *e)
{
  static const char *const names[] = { "saddr", "daddr", "mark", "iif", "oif" };
  gboolean any = FALSE;
  guint i;

  g_string_append(out, "fib");
  for (i = 0; i < G_N_ELEMENTS(names); i++)
    if (e->flags & 1 << i) {
      g_string_append_printf(out, "%s %s", any ? " ." : "", names[i]);
      any = TRUE;
    }
  g_string_append(out, e->key == FW_NFT_FIB_TYPE ? " type" : e->key == FW_NFT_FIB_OIF_NAME ? " oifname" : " oif");
}

static void put_hash(GString *out, const fw_nft_expr *e)
{
  if (e->kind == FW_NFT_NUMGEN)
    g_string_append_printf(out, "numgen %s mod %u", e->random ? "random" : "inc", e->modulus);
  else if (e->random)
    g_string_append_printf(out, "symhash mod %u", e->modulus);
  else {
    g_string_append(out, "jhash ");
    fw_nft_text_expr(out, e->parts[0]);
    g_string_append_printf(out, " mod %u", e->modulus);
    if (e->has_seed && e->seed != 0)
      g_string_append_printf(out, " seed 0x%x", e->seed);
  }
  if (e->offset != 0)
    g_string_append_printf(out, " offset %u", e->offset);
}

/* Of bits as they were written: a list, with '|', or a number that no single name has. */
static void put_constant(GString *out, const fw_nft_expr *e)
{
  if (e->piped && put_flags_in(out, e, TRUE))
    return;
  if (e->numeric && e->n_bytes <= 8) {
    const guint64 number = fw_nft_number_of(e->value, e->n_bytes);

    if (number != 0 && fw_nft_symbol_name(e->type, (guint32)number) == NULL) {
      g_string_append_printf(out, "0x%" G_GINT64_MODIFIER "x", number);
      return;
    }
  }
  put_value(out, e);
}

void fw_nft_text_expr(GString *out, const fw_nft_expr *e)
{
  switch (e->kind) {
  case FW_NFT_VALUE: put_constant(out, e); return;
  case FW_NFT_WILDCARD: put_wildcard(out, e); return;
  case FW_NFT_PREFIX:
    put_value(out, e);
    g_string_append_printf(out, "/%u", e->n_bits);
    return;
  case FW_NFT_RANGE:
    fw_nft_bare_text(out, e->type, e->value, e->n_bytes);
    g_string_append_c(out, '-');
    fw_nft_bare_text(out, e->type, e->value_to, e->n_bytes);
    return;
  case FW_NFT_ANY: g_string_append_c(out, '*'); return;
  case FW_NFT_CONCAT: put_parts(out, e, " . "); return;
  case FW_NFT_SET:
    if (e->set->name != NULL)
      g_string_append_printf(out, "@%s", e->set->name);
    else
      fw_nft_text_set(out, e->set, NULL);
    return;
  case FW_NFT_MAP:
    fw_nft_text_expr(out, e->parts[0]);
    g_string_append(out, " map ");
    if (e->set->name != NULL)
      g_string_append_printf(out, "@%s", e->set->name);
    else
      fw_nft_text_set(out, e->set, NULL);
    return;
  case FW_NFT_BINARY: put_binary(out, e); return;
  case FW_NFT_PAYLOAD: put_payload(out, e); return;
  case FW_NFT_EXTHDR:
    if (e->presence)
      g_string_append_printf(out, "exthdr %s", e->field->protocol);
    else
      g_string_append_printf(out, "%s %s", e->field->protocol, e->field->name);
    return;
  case FW_NFT_OPTION: put_option(out, e); return;
  case FW_NFT_IP_OPTION: put_part_of(out, "ip option", e); return;
  case FW_NFT_CHUNK: put_part_of(out, "sctp chunk", e); return;
  case FW_NFT_META: put_meta(out, e); return;
  case FW_NFT_CT: put_ct(out, e); return;
  case FW_NFT_FIB: put_fib(out, e); return;
  case FW_NFT_NUMGEN:
  case FW_NFT_JHASH: put_hash(out, e); return;
  default: g_string_append(out, e->text != NULL ? e->text : "?"); return;
  }
}
