/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader's insides: a document, the place in it, and what could not be read there. */
#ifndef FIREWALL_NFT_READER_H
#define FIREWALL_NFT_READER_H

#include <json-glib/json-glib.h>

#include "firewall/build.h"
#include "firewall/nft/value.h"

/* JSON nests no deeper, by a count of brackets before it is parsed. */
enum { FW_NFT_DEPTH_MOST = 64 };

typedef struct fw_nft_reader {
  fw_ruleset *ruleset;
  fw_nft_ruleset *nft;
  fw_table *table; /* whose rule or set is being read */
  fw_place place;
  GString *path;             /* where in the document: "nftables[3].rule.expr[1]" */
  GString *why;              /* the first thing in a statement that could not be read; empty: none */
  guint8 family;             /* of addresses, by the table: 4, 6, 0 both */
  const fw_nft_set *key_of;  /* whose key the next concatenation is: of what type its constants are; NULL: nobody's */
  const fw_nft_lines *lines; /* of the text that this is a listing of, just loaded; NULL: it is its own text */
} fw_nft_reader;

/* Says why a statement cannot be read, once. => NULL, always. */
void *fw_nft_fail(fw_nft_reader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A note at a place, with its path. */
void fw_nft_note(fw_nft_reader *r, fw_note_kind kind, const char *words);

/* What is read from a packet, or made of such. => NULL: not understood, said. */
fw_nft_expr *fw_nft_read_left(fw_nft_reader *r, JsonNode *node);
/* The same of a key for a set or map: data names it ("@name"), or lists its elements, which types no constant. */
fw_nft_expr *fw_nft_read_key(fw_nft_reader *r, JsonNode *node, JsonNode *data);
/* What something of a shape is compared with, or set to. Names of sets too. => NULL: the same. */
fw_nft_expr *fw_nft_read_right(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape);
fw_nft_shape fw_nft_shape_of(const fw_nft_expr *e);
fw_nft_shape fw_nft_shape_single(const char *type);
guint fw_nft_shape_bytes(const fw_nft_shape *shape);

/* "@name" or {"set":[...]} or a list of pairs: of a map or a verdict map. data NULL: verdicts. */
fw_nft_set *fw_nft_read_map(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *key, const fw_nft_shape *data);
/* The shape of an anonymous map's data by its first element: `one` address, or that and a port. */
fw_nft_shape fw_nft_nat_shape(JsonNode *data, const fw_nft_shape *one);
/* An anonymous set with its elements. */
fw_nft_set *fw_nft_read_anonymous(fw_nft_reader *r, JsonArray *elements, const fw_nft_shape *key);
/* The set that a name stands for; what is not known of its key is learned from its use. */
fw_nft_set *fw_nft_set_named(fw_nft_reader *r, const char *name, const fw_nft_shape *key);
fw_nft_set *fw_nft_set_new(fw_nft_reader *r, const char *name);
/* A set's or map's own elements, once all rules are read. */
void fw_nft_read_elements(fw_nft_reader *r, fw_nft_set *set);
/* {"set": ...}, {"map": ...} of a list. */
gboolean fw_nft_read_set(fw_nft_reader *r, JsonObject *o, gboolean is_map);
/* Counters, limits, quotas, and what ct has. */
gboolean fw_nft_read_object(fw_nft_reader *r, const char *kind, JsonObject *o);

/* A table with its name, flags and comment: the ruleset's. The caller knows that there is none of that name yet. */
fw_table *fw_nft_read_table(fw_nft_reader *r, fw_family family, JsonObject *o);
/* A chain of a table that has none of that name. => FALSE: a base chain's priority is none. */
gboolean fw_nft_read_chain(fw_nft_reader *r, fw_table *table, JsonObject *o);
/* A rule with its statements, its "expr"; it stands in no chain yet, but knows that it is to be of this one. */
fw_rule *fw_nft_read_rule(fw_nft_reader *r, fw_chain *chain, JsonObject *o, JsonArray *list);

/* {"accept":null}, {"jump":{"target":...}}. => FALSE: it is none. */
gboolean fw_nft_read_verdict(fw_nft_reader *r, JsonNode *node, fw_nft_verdict *verdict);
/* One member of "expr". Never fails: what is not understood is UNKNOWN, and said. */
void fw_nft_read_statement(fw_nft_reader *r, JsonNode *node, fw_nft_statement *s);
/* Of read_statement, in read_change.c. => FALSE: it is not understood, and r->why says why. */
gboolean fw_nft_read_mangle(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s);
gboolean fw_nft_read_set_op(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s);
gboolean fw_nft_read_meter(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s);
gboolean fw_nft_read_nat(fw_nft_reader *r, const char *name, JsonNode *value, fw_nft_statement *s);
/* counter, limit, quota, ct count, last: what an element may carry. => FALSE: none of these. */
gboolean fw_nft_read_stateful(fw_nft_reader *r, const char *name, JsonNode *value, fw_nft_statement *s);
/* A list of stateful statements, or one. => how many; *statements is the ruleset's. */
guint fw_nft_read_inner(fw_nft_reader *r, JsonNode *node, fw_nft_statement **statements);
void fw_nft_read_limit(JsonObject *o, fw_nft_limit *limit);
void fw_nft_read_quota(JsonObject *o, fw_nft_quota *quota);

/* Members of an object; `otherwise` where it is not there or of another kind. */
const char *fw_nft_text(JsonObject *o, const char *name, const char *otherwise);
gint64 fw_nft_integer(JsonObject *o, const char *name, gint64 otherwise);
gboolean fw_nft_boolean(JsonObject *o, const char *name);
/* => NULL: not there, or no object. */
JsonObject *fw_nft_object_member(JsonObject *o, const char *name);
/* Calls each for the texts of a list, or for the one text. */
void fw_nft_each_text(JsonNode *node, void (*each)(const char *text, gpointer user), gpointer user);
/* "a,b" or "a b" of such a list; "": none. */
char *fw_nft_joined(JsonNode *node, const char *separator);
const char *fw_nft_word(fw_nft_reader *r, const char *text); /* the ruleset's copy; NULL stays NULL */
/* The only member of an object: its name and value. => FALSE: it has none or several. */
gboolean fw_nft_only_member(JsonNode *node, const char **name, JsonNode **value);
/*
 * A number, a name, an address, true or false. n_bits: as fw_nft_text_read has it, 8 * n_bytes where all count. =>
 * FALSE: the type has no such value.
 */
gboolean fw_nft_scalar_read(JsonNode *node, const fw_nft_type *type, guint n_bytes, guint8 *value, guint16 *n_bits);
/* A node as JSON, cut where it is long; to be freed. */
char *fw_nft_json(JsonNode *node);

/* A new expression, of the ruleset's memory. */
fw_nft_expr *fw_nft_expr_new(fw_nft_reader *r, fw_nft_expr_kind kind, const fw_nft_type *type, guint n_bytes);

#endif
