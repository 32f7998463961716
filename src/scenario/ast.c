/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making and freeing the parts of a scenario. */
#include "scenario/scenario.h"

#include <string.h>

#include "conntrack/proto/proto.h"

/* 2026-01-05T10:00:00Z: a scenario that names no date still has one, so that its capture is always the same. */
static const gint64 DEFAULT_START_NS = G_GINT64_CONSTANT(1767607200) * 1000000000;

GQuark scn_error_quark(void) { return g_quark_from_static_string("scn-error-quark"); }

const char *scn_proto_word(guint8 proto)
{
  if (ct_proto_known(NULL, proto) != NULL && ct_proto_ids(NULL, proto) == CT_IDS_NONE)
    return NULL;
  return proto == CT_PROTO_ICMPV6 ? scn_proto_word(CT_PROTO_ICMP) : ct_proto_word(NULL, proto);
}

gboolean scn_proto_of_word(const char *word, guint8 *proto)
{
  int number = ct_proto_number(NULL, word);

  if (number < 0 || g_strcmp0(scn_proto_word((guint8)number), word) != 0)
    return FALSE;
  *proto = (guint8)number;
  return TRUE;
}

gboolean scn_proto_has_ports(guint8 proto) { return ct_proto_ids(NULL, proto) == CT_IDS_PORTS; }

static void bytes_free(GByteArray *bytes)
{
  if (bytes != NULL)
    g_byte_array_unref(bytes);
}

static void patch_free(gpointer p)
{
  bytes_free(((scn_patch *)p)->bytes);
  g_free(p);
}

static void extension_free(gpointer p)
{
  bytes_free(((scn_extension *)p)->body);
  g_free(p);
}

static void chunk_free(gpointer p)
{
  bytes_free(((scn_chunk *)p)->value);
  g_free(p);
}

static void option_clear(gpointer p) { bytes_free(((scn_tcp_option *)p)->raw); }

static void ip_clear(scn_ip *ip)
{
  bytes_free(ip->options);
  bytes_free(ip->trailer);
  g_free(ip->iface);
  if (ip->extensions != NULL)
    g_ptr_array_unref(ip->extensions);
  if (ip->patches != NULL)
    g_ptr_array_unref(ip->patches);
}

void scn_ip_patch_add(scn_ip *ip, guint32 offset, GByteArray *bytes)
{
  scn_patch *patch = g_new0(scn_patch, 1);

  patch->offset = offset;
  patch->bytes = bytes;
  if (ip->patches == NULL)
    ip->patches = g_ptr_array_new_with_free_func(patch_free);
  g_ptr_array_add(ip->patches, patch);
}

void scn_ip_extension_add(scn_ip *ip, guint8 type, GByteArray *body)
{
  scn_extension *extension = g_new0(scn_extension, 1);

  extension->type = type;
  extension->body = body;
  if (ip->extensions == NULL)
    ip->extensions = g_ptr_array_new_with_free_func(extension_free);
  g_ptr_array_add(ip->extensions, extension);
}

scn_tcp_option *scn_tcp_option_add(scn_tcp *tcp, guint16 kind)
{
  scn_tcp_option option = { .kind = kind };

  if (tcp->options == NULL) {
    tcp->options = g_array_new(FALSE, TRUE, sizeof(scn_tcp_option));
    g_array_set_clear_func(tcp->options, option_clear);
  }
  g_array_append_val(tcp->options, option);
  return &g_array_index(tcp->options, scn_tcp_option, tcp->options->len - 1);
}

scn_chunk *scn_chunk_add(scn_sctp *sctp, guint8 type)
{
  scn_chunk *chunk = g_new0(scn_chunk, 1);

  chunk->type = type;
  if (sctp->chunks == NULL)
    sctp->chunks = g_ptr_array_new_with_free_func(chunk_free);
  g_ptr_array_add(sctp->chunks, chunk);
  return chunk;
}

scn_packet *scn_packet_new(void)
{
  scn_packet *packet = g_new0(scn_packet, 1);

  packet->payload = g_byte_array_new();
  return packet;
}

void scn_packet_free(scn_packet *packet)
{
  if (packet == NULL)
    return;
  ip_clear(&packet->ip);
  if (packet->proto == CT_PROTO_TCP && packet->l4.tcp.options != NULL)
    g_array_unref(packet->l4.tcp.options);
  if (packet->proto == CT_PROTO_SCTP && packet->l4.sctp.chunks != NULL)
    g_ptr_array_unref(packet->l4.sctp.chunks);
  if (packet->proto == CT_PROTO_ICMP || packet->proto == CT_PROTO_ICMPV6)
    g_free(packet->l4.icmp.about);
  g_byte_array_unref(packet->payload);
  g_free(packet);
}

static void stat_clear(gpointer p) { g_free(((scn_stat *)p)->name); }

scn_check *scn_check_new(scn_about about)
{
  scn_check *check = g_new0(scn_check, 1);

  check->about = about;
  check->stats = g_array_new(FALSE, TRUE, sizeof(scn_stat));
  g_array_set_clear_func(check->stats, stat_clear);
  return check;
}

static void rule_wanted_clear(scn_rule_wanted *wanted)
{
  g_free(wanted->place);
  g_free(wanted->text);
}

void scn_check_free(scn_check *check)
{
  if (check == NULL)
    return;
  g_free(check->state);
  g_free(check->helper);
  g_free(check->text);
  if (check->label_names != NULL)
    g_ptr_array_unref(check->label_names);
  rule_wanted_clear(&check->by);
  rule_wanted_clear(&check->hit);
  g_array_unref(check->stats);
  g_free(check);
}

scn_step *scn_step_new(scn_step_kind kind, guint line)
{
  scn_step *step = g_new0(scn_step, 1);

  step->kind = kind;
  step->line = line;
  step->fragment.more = -1;
  return step;
}

void scn_step_free(scn_step *step)
{
  if (step == NULL)
    return;
  g_free(step->label);
  scn_packet_free(step->packet);
  ip_clear(&step->fragment.ip);
  ip_clear(&step->frame);
  bytes_free(step->fragment.data);
  bytes_free(step->bytes);
  scn_check_free(step->check);
  g_free(step->source);
  g_free(step);
}

static void flow_free(gpointer p)
{
  g_free(((scn_flow *)p)->name);
  g_free(p);
}

static void setting_free(gpointer p)
{
  g_free(((scn_setting *)p)->name);
  g_free(((scn_setting *)p)->value);
  g_free(p);
}

static void rules_free(gpointer p)
{
  g_free(((scn_rules *)p)->file);
  g_free(((scn_rules *)p)->text);
  g_free(p);
}

scn_scenario *scn_scenario_new(const char *file)
{
  scn_scenario *scenario = g_new0(scn_scenario, 1);

  scenario->file = g_strdup(file);
  scenario->start_ns = DEFAULT_START_NS;
  scenario->sysctls = g_ptr_array_new_with_free_func(setting_free);
  scenario->settings = g_ptr_array_new_with_free_func(setting_free);
  scenario->rules = g_ptr_array_new_with_free_func(rules_free);
  scenario->flows = g_ptr_array_new_with_free_func(flow_free);
  scenario->steps = g_ptr_array_new_with_free_func((GDestroyNotify)scn_step_free);
  scenario->flow_by_name = g_hash_table_new(g_str_hash, g_str_equal);
  scenario->step_by_label = g_hash_table_new(g_str_hash, g_str_equal);
  return scenario;
}

void scn_scenario_free(scn_scenario *scenario)
{
  if (scenario == NULL)
    return;
  g_hash_table_unref(scenario->flow_by_name);
  g_hash_table_unref(scenario->step_by_label);
  g_ptr_array_unref(scenario->steps);
  g_ptr_array_unref(scenario->flows);
  g_ptr_array_unref(scenario->settings);
  g_ptr_array_unref(scenario->rules);
  g_ptr_array_unref(scenario->sysctls);
  g_free(scenario->profile);
  g_free(scenario->file);
  g_free(scenario);
}

const scn_flow *scn_scenario_flow(const scn_scenario *scenario, const char *name)
{
  return g_hash_table_lookup(scenario->flow_by_name, name);
}

const scn_step *scn_scenario_labelled(const scn_scenario *scenario, const char *label)
{
  return g_hash_table_lookup(scenario->step_by_label, label);
}

char *scn_rule_spelling(const char *place)
{
  const char *end = strrchr(place, ':');
  gsize n = end != NULL ? (gsize)(end - place) : 0;

  if (n > strlen(":policy") && strncmp(end - strlen(":policy"), ":policy", strlen(":policy")) == 0)
    return g_strndup(place, n);
  return g_strdup(place);
}

void scn_payload_fill(GByteArray *payload, gsize n)
{
  gsize begin = payload->len;

  g_byte_array_set_size(payload, (guint)(begin + n));
  for (gsize i = 0; i < n; i++)
    payload->data[begin + i] = (guint8)('a' + i % 26);
}
