/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements that change something: marks, headers, and what conntrack is told. */
#include <string.h>

#include "firewall/nft/run_internal.h"
#include "firewall/walk/options.h"
#include "firewall/walk/quick.h"

/* ---- marks and headers ---- */

static void set_mark(const fw_program *program, fw_packet *p, const fw_nft_value *v)
{
  guint32 mark = (guint32)fw_nft_number_of(v->bytes, 4);

  if (program->maybe) {
    p->mark_unknown |= (p->mark ^ mark) | v->unknown;
    return;
  }
  p->mark = mark;
  p->mark_unknown = v->unknown;
}

static fw_truth set_meta(fw_program *program, fw_packet *p, fw_nft_meta key, const fw_nft_value *v)
{
  if (key == FW_NFT_META_MARK)
    set_mark(program, p, v);
  else if (program->maybe)
    return FW_YES;
  else if (key == FW_NFT_META_NFTRACE)
    program->traced = v->bytes[0] != 0;
  else if (key == FW_NFT_META_PKTTYPE)
    p->type = v->bytes[0];
  return FW_YES;
}

/* A packet that has an entry or a template already keeps it (nft_ct_set_zone_eval). */
static void set_zone(fw_program *program, fw_packet *p, const fw_nft_expr *left, const fw_nft_value *v)
{
  if (p->seen || p->has_entry || program->template == NULL)
    return;
  *program->template = (ct_template){
    .zone = (guint16)fw_nft_number_of(v->bytes, 2),
    .zone_dirs = left->direction < 0 ? 1 << CT_ORIGINAL | 1 << CT_REPLY : (guint8)(1 << left->direction),
  };
  p->has_entry = TRUE; /* a template */
  p->state = FW_STATE_NEW;
}

/* A value of 128 bits, the highest byte first. */
static void add_labels(fw_program *program, const fw_nft_value *v)
{
  ct_labels labels = { { 0 } };
  guint i;

  for (i = 0; i < 16; i++)
    labels.words[i / 4] |= (guint32)v->bytes[15 - i] << i % 4 * 8;
  ct_passage_add_labels((ct_engine *)program->engine, program->passage, &labels);
}

static fw_truth set_ct(fw_program *program, fw_packet *p, const fw_nft_expr *left, const fw_nft_value *v)
{
  ct_engine *engine = (ct_engine *)program->engine;

  if (program->maybe || v->unknown != 0)
    return FW_YES;
  if (left->key == FW_NFT_CT_ZONE)
    set_zone(program, p, left, v);
  if ((p->entry == NULL && !p->gone) || program->passage == NULL)
    return FW_YES;
  switch (left->key) {
  case FW_NFT_CT_MARK:
    ct_passage_set_mark(engine, program->passage, (guint32)fw_nft_number_of(v->bytes, 4));
    fw_quick_know_connmark(program, p);
    break;
  case FW_NFT_CT_LABEL: add_labels(program, v); break;
  case FW_NFT_CT_EVENT:
    ct_passage_set_event_mask(engine, program->passage, (guint16)fw_nft_number_of(v->bytes, 4));
    break;
  default: break;
  }
  return FW_YES;
}

/* Those that a packet keeps beside its bytes; others were refused when the rule was read. */
static fw_truth set_payload(const fw_program *program, fw_packet *p, const fw_nft_field *field, const fw_nft_value *v)
{
  fw_truth truth = fw_nft_field_is_there(p, field);
  guint8 tos = p->tos, ttl = p->ttl;

  if (truth != FW_YES || program->maybe)
    return truth;
  if (strcmp(field->name, "dscp") == 0)
    tos = (guint8)((tos & 3) | v->bytes[0] << 2);
  else if (strcmp(field->name, "ecn") == 0)
    tos = (guint8)((tos & ~3) | (v->bytes[0] & 3));
  else
    ttl = v->bytes[0];
  p->edited |= tos != p->tos || ttl != p->ttl;
  p->tos = tos;
  p->ttl = ttl;
  return FW_YES;
}

/* Of TCP; what "rt mtu" is, is known where the devices' MTU is. */
static fw_truth set_option(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  const fw_nft_expr *left = s->left;
  fw_nft_value v;
  fw_truth truth = fw_truth_of(p->protocol == CT_PROTO_TCP && p->fragment == 0 && p->l4 & FW_L4_WHOLE);

  if (truth != FW_YES || program->maybe)
    return truth;
  if (s->right->kind == FW_NFT_OTHER && strcmp(s->right->text, "rt mtu") == 0)
    fw_nft_value_number(&v, fw_options_path_mss(program, p), 2);
  else if (s->unfollowed || fw_nft_value_of(program, p, s->right, &v) != FW_YES || v.unknown != 0)
    return truth;
  if (left->offset_bits % 8 != 0 || (left->n_bits != 16 && left->n_bits != 32) || v.n != left->n_bits / 8)
    return truth;
  return fw_options_set(program, p, left->field->number, left->offset_bits / 8, v.bytes, v.n);
}

fw_truth fw_nft_strip(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  if (program->maybe || s->left->kind != FW_NFT_OPTION || s->left->field == NULL)
    return fw_truth_of(p->protocol == CT_PROTO_TCP && p->fragment == 0 && p->l4 & FW_L4_WHOLE);
  return fw_options_strip(program, p, s->left->field->number);
}

/* Where nobody knows the value, a mark is not known any more. */
static fw_truth set_unknown(const fw_nft_expr *left, fw_packet *p)
{
  if (left->kind != FW_NFT_META || left->key != FW_NFT_META_MARK)
    return FW_UNKNOWN;
  p->mark_unknown = G_MAXUINT32;
  return FW_YES;
}

fw_truth fw_nft_mangle(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  const fw_nft_expr *left = s->left;
  fw_nft_value v;
  fw_truth truth;

  if (left->kind == FW_NFT_OPTION)
    return set_option(program, p, s);
  if (s->unfollowed) {
    truth = left->field != NULL ? fw_nft_field_is_there(p, left->field) : FW_UNKNOWN;
    return truth == FW_NO ? FW_NO : FW_UNKNOWN;
  }
  truth = fw_nft_value_of(program, p, s->right, &v);
  if (truth == FW_UNKNOWN)
    return set_unknown(left, p);
  if (truth != FW_YES)
    return truth;
  switch (left->kind) {
  case FW_NFT_META: return set_meta(program, p, (fw_nft_meta)left->key, &v);
  case FW_NFT_CT: return set_ct(program, p, left, &v);
  case FW_NFT_PAYLOAD: return set_payload(program, p, left->field, &v);
  default: return FW_YES;
  }
}

/* ---- what conntrack is told ---- */

static fw_truth notrack(fw_program *program, fw_packet *p)
{
  if (p->has_entry || p->state != FW_STATE_INVALID || program->maybe)
    return FW_YES;
  if (!p->seen) {
    if (program->template == NULL)
      return FW_YES;
    program->template->untracked = true;
  }
  p->state = FW_STATE_UNTRACKED;
  return FW_YES;
}

fw_truth fw_nft_object_of(fw_program *program, fw_packet *p, const fw_nft_statement *s, const char *kind,
                          const fw_nft_object **object)
{
  fw_nft_value key;
  fw_nft_found found;
  fw_truth truth;

  *object = s->object;
  if (s->object != NULL)
    return FW_YES;
  truth = fw_nft_value_of(program, p, s->left, &key);
  if (truth == FW_YES)
    truth = fw_nft_live_find(program, s->set, &key, &found);
  if (truth != FW_YES)
    return truth;
  if (found.element == NULL || found.element->data == NULL)
    return FW_UNKNOWN;
  *object = fw_nft_object_find(s->set->table, kind, found.element->data->text);
  return *object != NULL ? FW_YES : FW_UNKNOWN;
}

static gboolean is_fresh(const fw_program *program, const fw_packet *p)
{
  return p->entry != NULL && program->passage != NULL && program->passage->is_new;
}

static gboolean is_for(const fw_program *program, const fw_packet *p, const fw_nft_object *object)
{
  const ct_view *view = fw_program_view((fw_program *)program, p);

  return view != NULL && view->tuple[0].proto == object->protocol &&
         (object->l3 == 0 || object->l3 == (view->tuple[0].family == CT_IPV6 ? 6 : 4));
}

static fw_truth give_helper(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  const fw_nft_object *object;
  fw_truth truth = fw_nft_object_of(program, p, s, "ct helper", &object);

  if (truth != FW_YES || program->maybe)
    return truth;
  if (is_fresh(program, p) && object->helper != NULL && is_for(program, p, object) &&
      ct_passage_give_helper((ct_engine *)program->engine, program->passage, object->helper))
    program->view_of = NULL;
  return FW_YES;
}

static ct_timeout first_timeout(const fw_nft_object *object)
{
  return object->protocol == CT_PROTO_TCP ? CT_TIMEOUT_TCP_SYN_SENT : CT_TIMEOUT_UDP;
}

/* No other protocol has a policy in nft. */
static const struct {
  guint8 protocol;
  const char *state;
  ct_timeout timeout;
} policy_states[] = {
  { CT_PROTO_TCP, "syn_sent", CT_TIMEOUT_TCP_SYN_SENT },
  { CT_PROTO_TCP, "syn_recv", CT_TIMEOUT_TCP_SYN_RECV },
  { CT_PROTO_TCP, "established", CT_TIMEOUT_TCP_ESTABLISHED },
  { CT_PROTO_TCP, "fin_wait", CT_TIMEOUT_TCP_FIN_WAIT },
  { CT_PROTO_TCP, "close_wait", CT_TIMEOUT_TCP_CLOSE_WAIT },
  { CT_PROTO_TCP, "last_ack", CT_TIMEOUT_TCP_LAST_ACK },
  { CT_PROTO_TCP, "time_wait", CT_TIMEOUT_TCP_TIME_WAIT },
  { CT_PROTO_TCP, "close", CT_TIMEOUT_TCP_CLOSE },
  { CT_PROTO_TCP, "retrans", CT_TIMEOUT_TCP_RETRANS },
  { CT_PROTO_TCP, "unack", CT_TIMEOUT_TCP_UNACK },
  { CT_PROTO_UDP, "unreplied", CT_TIMEOUT_UDP },
  { CT_PROTO_UDP, "replied", CT_TIMEOUT_UDP_STREAM },
};

/* States that the policy does not name keep the settings' timeouts. */
static const gint64 *timeouts_of(fw_program *program, const fw_nft_object *object)
{
  gint64 *ns = g_hash_table_lookup(program->nft->timeouts, object);
  guint i, k;

  if (ns != NULL)
    return ns;
  ns = g_memdup2(ct_engine_timeouts(program->engine), CT_TIMEOUT_COUNT * sizeof *ns);
  for (i = 0; i < object->policy->len; i++) {
    const fw_nft_timeout *t = &g_array_index(object->policy, fw_nft_timeout, i);

    for (k = 0; k < G_N_ELEMENTS(policy_states); k++)
      if (policy_states[k].protocol == object->protocol && strcmp(policy_states[k].state, t->state) == 0)
        ns[policy_states[k].timeout] = t->seconds * FW_NFT_NS_PER_S;
  }
  ns[CT_TIMEOUT_TCP_NONE] = ns[CT_TIMEOUT_TCP_SYN_SENT];
  g_hash_table_insert(program->nft->timeouts, (gpointer)object, ns);
  return ns;
}

static fw_truth give_timeouts(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  const fw_nft_object *object;
  fw_truth truth = fw_nft_object_of(program, p, s, "ct timeout", &object);

  if (truth != FW_YES || program->maybe)
    return truth;
  if (is_fresh(program, p) && is_for(program, p, object)) {
    ct_passage_set_timeouts((ct_engine *)program->engine, program->passage, timeouts_of(program, object),
                            first_timeout(object));
    program->view_of = NULL;
  }
  return FW_YES;
}

/* The listing's milliseconds are the kernel's seconds, and its ticks wrap at 32 bits (RULES 5.2). */
static guint32 expectation_seconds(const fw_program *program, const fw_nft_object *object)
{
  return object->expectation_timeout * program->hz / program->hz;
}

static fw_truth announce(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  const fw_nft_object *object;
  fw_truth truth = fw_nft_object_of(program, p, s, "ct expectation", &object);

  if (truth != FW_YES || program->maybe)
    return truth;
  if (!is_fresh(program, p))
    return FW_NO;
  const ct_announcement announcement = { .family = object->l3 == 0   ? 0
                                                   : object->l3 == 6 ? CT_IPV6
                                                                     : CT_IPV4,
                                         .proto = object->protocol,
                                         .port = object->expectation_port,
                                         .timeout_s = expectation_seconds(program, object),
                                         .most = object->expectation_size,
                                         .dir = p->direction };

  switch (ct_passage_announce((ct_engine *)program->engine, program->passage, &announcement)) {
  case CT_ANNOUNCED: return FW_YES;
  case CT_ANNOUNCED_REFUSED: return FW_HOTDROP;
  default: return FW_NO;
  }
}

fw_truth fw_nft_track(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  switch (s->kind) {
  case FW_NFT_DO_NOTRACK: return notrack(program, p);
  case FW_NFT_DO_CT_HELPER: return give_helper(program, p, s);
  case FW_NFT_DO_CT_TIMEOUT: return give_timeouts(program, p, s);
  case FW_NFT_DO_CT_EXPECTATION: return announce(program, p, s);
  default: return FW_UNKNOWN;
  }
}
