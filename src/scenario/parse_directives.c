/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines and directives, of which a scenario is made. The grammar stands in doc/scenario.md. */
#include "scenario/parse.h"

#include <string.h>

static gboolean name_free(scn_parser *p, const char *begin, const char *name)
{
  static const char *const reserved[] = { "raw", "frame", "fragment", "send", "no" };

  p->c->at = begin; /* for the messages */
  for (guint i = 0; i < G_N_ELEMENTS(reserved); i++)
    if (strcmp(name, reserved[i]) == 0)
      return scn_fail(p->c, "expected the name of a flow, found \"%s\", which is a word of the language", name);
  if (scn_scenario_flow(p->scenario, name) != NULL)
    return scn_fail(p->c, "flow %s was declared in line %u already", name, scn_scenario_flow(p->scenario, name)->line);
  p->c->at = begin + strlen(name);
  return TRUE;
}

static gboolean take_protocol(scn_parser *p, const char *word, guint8 *proto)
{
  if (strcmp(word, "proto") == 0)
    return scn_take_u8(p->c, "a protocol number", proto);
  return scn_proto_of_word(word, proto) ||
         scn_fail(p->c, "expected a protocol (tcp, udp, udplite, icmp, sctp, gre, esp, ah or proto N), found \"%s\"",
                  word);
}

static gboolean take_endpoint(scn_parser *p, scn_flow *flow, guint side)
{
  guint8 family;

  if (!scn_take_addr(p->c, &family, &flow->addr[side]))
    return FALSE;
  if (side == 0)
    flow->family = family;
  else if (family != flow->family)
    return scn_fail(p->c, "expected an address of the same family as the flow's first");
  return !scn_proto_has_ports(flow->proto) || (scn_need(p->c, ":") && scn_take_u16(p->c, "a port", &flow->port[side]));
}

static gboolean take_pair(scn_parser *p, const char *what, guint32 pair[2])
{
  return scn_take_u32(p->c, what, &pair[0]) && scn_need(p->c, ",") && scn_take_u32(p->c, what, &pair[1]);
}

static gboolean take_flow_options(scn_parser *p, scn_flow *flow)
{
  while (p->c->error == NULL && !scn_at_end(p->c)) {
    if (flow->proto == CT_PROTO_TCP && scn_accept_word(p->c, "isn"))
      take_pair(p, "an initial sequence number", flow->isn);
    else if (flow->proto == CT_PROTO_SCTP && scn_accept_word(p->c, "tags"))
      take_pair(p, "a verification tag", flow->isn);
    else if (flow->proto == CT_PROTO_ICMP && scn_accept_word(p->c, "id"))
      scn_take_u16(p->c, "an identifier", &flow->id);
    else if (flow->proto == CT_PROTO_GRE && scn_accept_word(p->c, "call")) {
      flow->has_call = TRUE;
      if (scn_take_u16(p->c, "a call id", &flow->call[0]) && scn_need(p->c, ","))
        scn_take_u16(p->c, "a call id", &flow->call[1]);
    } else
      scn_wanted(p->c, "isn A,B (tcp), tags A,B (sctp), id N (icmp), call A,B (gre) or the end of the line");
  }
  return p->c->error == NULL;
}

/* flow web: tcp 10.0.0.2:1031 > 10.0.0.9:80 isn 1000,5000 */
static gboolean parse_flow(scn_parser *p)
{
  char name[SCN_WORD_BYTES], word[SCN_WORD_BYTES];
  scn_flow *flow;

  if (!scn_take_word(p->c, "the name of the flow", name, sizeof(name)) || !name_free(p, p->c->at - strlen(name), name))
    return FALSE;
  if (scn_accept(p->c, ":")) {
    if (!scn_take_word(p->c, "a protocol", word, sizeof(word)))
      return FALSE;
  } else
    g_strlcpy(word, name, sizeof(word));
  flow = g_new0(scn_flow, 1);
  flow->name = g_strdup(name);
  flow->line = p->c->line;
  flow->index = p->scenario->flows->len;
  flow->isn[0] = 1000;
  flow->isn[1] = 5000;
  g_ptr_array_add(p->scenario->flows, flow);
  g_hash_table_insert(p->scenario->flow_by_name, flow->name, flow);
  if (!take_protocol(p, word, &flow->proto) || !take_endpoint(p, flow, 0) || !scn_need(p->c, ">") ||
      !take_endpoint(p, flow, 1) || !take_flow_options(p, flow))
    return FALSE;
  if (flow->proto == CT_PROTO_ICMP && flow->family == CT_IPV6)
    flow->proto = CT_PROTO_ICMPV6;
  return TRUE;
}

static void add_step(scn_parser *p, scn_step *step)
{
  g_ptr_array_add(p->scenario->steps, step);
  if (step->label != NULL && step->packet != NULL)
    g_hash_table_insert(p->scenario->step_by_label, step->label, step);
}

static void add_setting(GPtrArray *list, guint line, const char *name, const char *value)
{
  scn_setting *setting = g_new0(scn_setting, 1);

  setting->line = line;
  setting->name = g_strdup(name);
  setting->value = g_strdup(value);
  g_ptr_array_add(list, setting);
}

static gboolean is_setting(const char *name)
{
  static const char *const names[] = { "max",       "hashsize",  "ram",    "features",  "gc",     "hz",
                                       "hash-seed", "checksums", "helper", "no-helper", "module", "local",
                                       "route",     "iface",     "bridge", "assume",    "mode",   "backend" };

  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    if (strcmp(name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

/* sysctl NAME=VALUE, set NAME=VALUE */
static gboolean parse_setting(scn_parser *p, GPtrArray *list)
{
  const char *begin = p->c->at;
  char name[128], value[128];

  if (p->scenario->steps->len > 0)
    return scn_fail(p->c, "settings stand before the first packet");
  if (!scn_take_word(p->c, "NAME=VALUE", name, sizeof(name)) || !scn_need(p->c, "=") ||
      !scn_take_rest_of_word(p->c, "a value", value, sizeof(value)))
    return FALSE;
  if (list == p->scenario->settings && !is_setting(name)) {
    p->c->at = begin;
    return scn_wanted(p->c,
                      "max, hashsize, ram, features, gc, hz, hash-seed, checksums, helper, no-helper, module, local, "
                      "route, iface, bridge, assume, mode or backend");
  }
  add_setting(list, p->c->line, name, value);
  return TRUE;
}

/* max 4, hashsize 1024: the two that everybody sets, by their short names */
static gboolean parse_limit(scn_parser *p, GPtrArray *list, const char *name)
{
  guint32 value;
  char text[16];

  if (p->scenario->steps->len > 0)
    return scn_fail(p->c, "settings stand before the first packet");
  if (!scn_take_u32(p->c, "a number of entries", &value))
    return FALSE;
  g_snprintf(text, sizeof(text), "%u", value);
  add_setting(list, p->c->line, name, text);
  return TRUE;
}

/* local 192.0.2.1/24@wan0, route 10.0.0.0/8=lan0, iface wan0: where the box stands, as the options spell it */
static gboolean parse_place(scn_parser *p, const char *name)
{
  char value[128];

  if (p->scenario->steps->len > 0)
    return scn_fail(p->c, "settings stand before the first packet");
  if (!scn_take_rest_of_word(p->c,
                             strcmp(name, "local") == 0   ? "ADDRESS/LENGTH, with @INTERFACE if you like"
                             : strcmp(name, "route") == 0 ? "PREFIX=INTERFACE"
                                                          : "the name of an interface",
                             value, sizeof(value)))
    return FALSE;
  add_setting(p->scenario->settings, p->c->line, name, value);
  return TRUE;
}

static gboolean parse_profile(scn_parser *p)
{
  char name[SCN_WORD_BYTES];

  if (!scn_take_word(p->c, "the name of a profile", name, sizeof(name)))
    return FALSE;
  g_free(p->scenario->profile);
  p->scenario->profile = g_strdup(name);
  p->scenario->profile_line = p->c->line;
  return TRUE;
}

static gboolean take_layers(scn_parser *p, scn_link *link)
{
  static const struct {
    const char *word;
    guint32 largest;
  } kinds[] = { [SCN_LAYER_VLAN] = { "vlan", 4095 },
                [SCN_LAYER_QINQ] = { "qinq", 4095 },
                [SCN_LAYER_MPLS] = { "mpls", 1048575 },
                [SCN_LAYER_PPPOE] = { "pppoe", 65535 } };

  while (p->c->error == NULL && !scn_at_end(p->c)) {
    guint64 value;
    guint kind;

    for (kind = 0; kind < G_N_ELEMENTS(kinds); kind++)
      if (scn_accept_word(p->c, kinds[kind].word))
        break;
    if (kind == G_N_ELEMENTS(kinds))
      return scn_wanted(p->c, "vlan ID, qinq ID, mpls LABEL, pppoe SESSION or the end of the line");
    if (link->layers == G_N_ELEMENTS(link->layer))
      return scn_fail(p->c, "expected at most %u layers", (guint)G_N_ELEMENTS(link->layer));
    if (!scn_take_u64(p->c, "a number", kinds[kind].largest, &value))
      return FALSE;
    link->layer[link->layers++] = (scn_layer){ .kind = kind, .value = (guint32)value };
  }
  return p->c->error == NULL;
}

static gboolean parse_link(scn_parser *p)
{
  static const struct {
    const char *word;
    guint16 dlt;
  } known[] = { { "ethernet", 1 }, { "ppp", 9 },   { "raw", 101 },      { "chdlc", 104 }, { "wlan", 105 },
                { "loop", 108 },   { "sll", 113 }, { "radiotap", 127 }, { "null", 0 },    { "sll2", 276 } };
  const char *begin = p->c->at;
  char word[SCN_WORD_BYTES];
  scn_step *step;
  guint i;

  if (!scn_take_word(p->c, "a link type", word, sizeof(word)))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS(known) && strcmp(word, known[i].word) != 0; i++)
    ;
  if (i == G_N_ELEMENTS(known)) {
    p->c->at = begin;
    return scn_wanted(p->c, "a link type (ethernet, raw, null, loop, ppp, chdlc, sll, sll2, wlan, radiotap)");
  }
  step = scn_step_new(SCN_STEP_LINK, p->c->line);
  step->link.dlt = known[i].dlt;
  step->link.ifindex = 1;
  add_step(p, step);
  if (known[i].dlt == 276 && !scn_at_end(p->c))
    return scn_take_u16(p->c, "an interface index", &step->link.ifindex);
  return known[i].dlt != 1 || take_layers(p, &step->link);
}

/* isn web 9000,7000: the next connection on the same addresses and ports */
static gboolean parse_isn(scn_parser *p)
{
  scn_step *step = scn_step_new(SCN_STEP_ISN, p->c->line);

  add_step(p, step);
  return scn_parse_flow_name(p, &step->flow) && take_pair(p, "an initial sequence number", step->isn);
}

static gboolean parse_hold(scn_parser *p)
{
  char label[SCN_WORD_BYTES];
  scn_step *step;

  if (!scn_take_word(p->c, "a label for the packet", label, sizeof(label)) || !scn_need(p->c, ":"))
    return FALSE;
  step = scn_step_new(SCN_STEP_HOLD, p->c->line);
  if (!scn_parse_packet(p, step) || (step->label != NULL && !scn_fail(p->c, "a held packet has its label in front"))) {
    scn_step_free(step);
    return FALSE;
  }
  step->label = g_strdup(label);
  add_step(p, step);
  return TRUE;
}

static gboolean parse_start(scn_parser *p)
{
  if (p->scenario->steps->len > 0)
    return scn_fail(p->c, "the start stands before the first packet");
  return scn_take_date(p->c, &p->scenario->start_ns);
}

/* A check with its own text, for messages. */
static gboolean parse_check(scn_parser *p, const char *begin, gboolean (*parse)(scn_parser *p, scn_step *step))
{
  scn_step *step = scn_step_new(SCN_STEP_CHECK, p->c->line);

  add_step(p, step);
  if (!parse(p, step))
    return FALSE;
  step->source = g_strndup(begin, (gsize)(p->c->at - begin));
  g_strchomp(step->source);
  return TRUE;
}

/* => on a line of its own, or after a packet */
static gboolean parse_arrow(scn_parser *p)
{
  if (p->last_packet == NULL)
    return scn_fail(p->c, "\"=>\" speaks of the packet before, and there is none");
  return parse_check(p, p->c->at - 2, scn_parse_arrow);
}

static gboolean take_time(scn_parser *p, scn_step *step)
{
  gboolean minus;

  if (scn_accept(p->c, "@")) {
    step->time_kind = SCN_TIME_ABSOLUTE;
    return scn_take_date(p->c, &step->time_ns);
  }
  minus = scn_accept(p->c, "-");
  step->time_kind = minus || scn_accept(p->c, "+") ? SCN_TIME_PLUS : SCN_TIME_SINCE_START;
  if (!scn_take_duration(p->c, "a time (+0.1, 2.5, +5d)", &step->time_ns))
    return FALSE;
  if (minus)
    step->time_ns = -step->time_ns;
  return TRUE;
}

static gboolean take_label_of(scn_parser *p, scn_step *step)
{
  char label[SCN_WORD_BYTES];
  const char *begin = p->c->at;

  if (!scn_take_word(p->c, "the label of a packet", label, sizeof(label)))
    return FALSE;
  if (scn_scenario_labelled(p->scenario, label) == NULL) {
    p->c->at = begin;
    return scn_wanted(p->c, "the label of a packet before (\"as LABEL\" or \"hold LABEL:\")");
  }
  step->label = g_strdup(label);
  return TRUE;
}

static gboolean parse_what_is_sent(scn_parser *p, scn_step *step)
{
  if (scn_at_end(p->c)) {
    step->kind = SCN_STEP_WAIT;
    return TRUE;
  }
  if (scn_accept_word(p->c, "send")) {
    step->kind = SCN_STEP_AGAIN;
    return take_label_of(p, step);
  }
  if (scn_accept_word(p->c, "fragment")) {
    step->kind = SCN_STEP_FRAGMENT;
    return take_label_of(p, step) && scn_parse_fragment(p, step);
  }
  if (scn_accept_word(p->c, "raw") || scn_accept_word(p->c, "frame")) {
    step->kind = p->c->at[-1] == 'w' ? SCN_STEP_RAW : SCN_STEP_FRAME;
    return scn_take_hex(p->c, "the packet in hexadecimal", &step->bytes) && scn_parse_frame_attributes(p, step);
  }
  step->kind = SCN_STEP_SEND;
  return scn_parse_packet(p, step);
}

static gboolean parse_timed(scn_parser *p)
{
  scn_step *step = scn_step_new(SCN_STEP_SEND, p->c->line);

  if (!take_time(p, step) || !parse_what_is_sent(p, step)) {
    scn_step_free(step);
    return FALSE;
  }
  add_step(p, step);
  if (step->kind != SCN_STEP_WAIT)
    p->last_packet = step;
  return !scn_accept(p->c, "=>") || parse_arrow(p);
}

static gboolean parse_statement(scn_parser *p)
{
  static const char what[] = "a time (+0.1 ...), =>, or one of flow, isn, hold, expect, link, start, profile, sysctl, "
                             "set, max, hashsize, rules, local, route, iface, repeat";
  char word[SCN_WORD_BYTES];
  const char *begin = p->c->at;
  char next = scn_peek(p->c);

  if (g_ascii_isdigit(next) || next == '+' || next == '-' || next == '@')
    return parse_timed(p);
  if (scn_accept(p->c, "=>"))
    return parse_arrow(p);
  if (!scn_take_word(p->c, what, word, sizeof(word)))
    return FALSE;
  if (strcmp(word, "flow") == 0)
    return parse_flow(p);
  if (strcmp(word, "isn") == 0)
    return parse_isn(p);
  if (strcmp(word, "hold") == 0)
    return parse_hold(p);
  if (strcmp(word, "expect") == 0)
    return parse_check(p, begin, scn_parse_expect);
  if (strcmp(word, "link") == 0)
    return parse_link(p);
  if (strcmp(word, "start") == 0)
    return parse_start(p);
  if (strcmp(word, "profile") == 0)
    return parse_profile(p);
  if (strcmp(word, "sysctl") == 0)
    return parse_setting(p, p->scenario->sysctls);
  if (strcmp(word, "set") == 0)
    return parse_setting(p, p->scenario->settings);
  if (strcmp(word, "max") == 0)
    return parse_limit(p, p->scenario->settings, "max");
  if (strcmp(word, "hashsize") == 0)
    return parse_limit(p, p->scenario->settings, "hashsize");
  if (strcmp(word, "local") == 0 || strcmp(word, "route") == 0 || strcmp(word, "iface") == 0)
    return parse_place(p, word);
  p->c->at = begin;
  if (strcmp(word, "rules") == 0)
    return scn_fail(p->c, "rules stand on their own, not in what is repeated");
  return scn_wanted(p->c, what);
}

gboolean scn_parse_line(scn_parser *p, guint line, const char *text, gsize n, GError **error)
{
  scn_cursor c;

  scn_cursor_init(&c, p->scenario->file, line, text, text + n);
  p->c = &c;
  if (!scn_at_end(&c)) {
    parse_statement(p);
    scn_need_end(&c);
    if (p->scenario->steps->len > SCN_MAX_STEPS)
      scn_fail(&c, "expected at most %d steps", SCN_MAX_STEPS);
  }
  p->c = NULL;
  if (c.error == NULL)
    return TRUE;
  g_propagate_error(error, c.error);
  return FALSE;
}
