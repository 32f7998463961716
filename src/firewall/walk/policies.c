/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/policies.h"

#include <string.h>

#include "conntrack/engine.h"
#include "firewall/names.h"
#include "firewall/parse.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)
enum { GENERIC = 255, NAME_MOST = 31, L3_IPV4 = 2, L3_IPV6 = 10, LABEL_NAME_MOST = 255 };

/* What nfct calls them, whatever the case; ends with a NULL. */
static const struct {
  guint8 protocol;
  const char *state;
  ct_timeout timeout;
} states[] = {
  { CT_PROTO_TCP, "SYN_SENT", CT_TIMEOUT_TCP_SYN_SENT },
  { CT_PROTO_TCP, "SYN_RECV", CT_TIMEOUT_TCP_SYN_RECV },
  { CT_PROTO_TCP, "ESTABLISHED", CT_TIMEOUT_TCP_ESTABLISHED },
  { CT_PROTO_TCP, "FIN_WAIT", CT_TIMEOUT_TCP_FIN_WAIT },
  { CT_PROTO_TCP, "CLOSE_WAIT", CT_TIMEOUT_TCP_CLOSE_WAIT },
  { CT_PROTO_TCP, "LAST_ACK", CT_TIMEOUT_TCP_LAST_ACK },
  { CT_PROTO_TCP, "TIME_WAIT", CT_TIMEOUT_TCP_TIME_WAIT },
  { CT_PROTO_TCP, "CLOSE", CT_TIMEOUT_TCP_CLOSE },
  { CT_PROTO_TCP, "SYN_SENT2", CT_TIMEOUT_TCP_SYN_SENT2 },
  { CT_PROTO_TCP, "RETRANS", CT_TIMEOUT_TCP_RETRANS },
  { CT_PROTO_TCP, "UNACKNOWLEDGED", CT_TIMEOUT_TCP_UNACK },
  { CT_PROTO_UDP, "UNREPLIED", CT_TIMEOUT_UDP },
  { CT_PROTO_UDP, "REPLIED", CT_TIMEOUT_UDP_STREAM },
  { CT_PROTO_UDPLITE, "UNREPLIED", CT_TIMEOUT_UDPLITE },
  { CT_PROTO_UDPLITE, "REPLIED", CT_TIMEOUT_UDPLITE_STREAM },
  { CT_PROTO_GRE, "UNREPLIED", CT_TIMEOUT_GRE },
  { CT_PROTO_GRE, "REPLIED", CT_TIMEOUT_GRE_STREAM },
  { CT_PROTO_ICMP, "TIMEOUT", CT_TIMEOUT_ICMP },
  { CT_PROTO_ICMPV6, "TIMEOUT", CT_TIMEOUT_ICMPV6 },
  { GENERIC, "TIMEOUT", CT_TIMEOUT_GENERIC },
  { CT_PROTO_SCTP, "CLOSED", CT_TIMEOUT_SCTP_CLOSED },
  { CT_PROTO_SCTP, "COOKIE_WAIT", CT_TIMEOUT_SCTP_COOKIE_WAIT },
  { CT_PROTO_SCTP, "COOKIE_ECHOED", CT_TIMEOUT_SCTP_COOKIE_ECHOED },
  { CT_PROTO_SCTP, "ESTABLISHED", CT_TIMEOUT_SCTP_ESTABLISHED },
  { CT_PROTO_SCTP, "SHUTDOWN_SENT", CT_TIMEOUT_SCTP_SHUTDOWN_SENT },
  { CT_PROTO_SCTP, "SHUTDOWN_RECD", CT_TIMEOUT_SCTP_SHUTDOWN_RECD },
  { CT_PROTO_SCTP, "SHUTDOWN_ACK_SENT", CT_TIMEOUT_SCTP_SHUTDOWN_ACK_SENT },
  { CT_PROTO_SCTP, "HEARTBEAT_SENT", CT_TIMEOUT_SCTP_HEARTBEAT_SENT },
  { CT_PROTO_SCTP, "HEARTBEAT_ACKED", CT_TIMEOUT_SCTP_HEARTBEAT_ACKED },
  { CT_PROTO_DCCP, "REQUEST", CT_TIMEOUT_DCCP_REQUEST },
  { CT_PROTO_DCCP, "RESPOND", CT_TIMEOUT_DCCP_RESPOND },
  { CT_PROTO_DCCP, "PARTOPEN", CT_TIMEOUT_DCCP_PARTOPEN },
  { CT_PROTO_DCCP, "OPEN", CT_TIMEOUT_DCCP_OPEN },
  { CT_PROTO_DCCP, "CLOSEREQ", CT_TIMEOUT_DCCP_CLOSEREQ },
  { CT_PROTO_DCCP, "CLOSING", CT_TIMEOUT_DCCP_CLOSING },
  { CT_PROTO_DCCP, "TIMEWAIT", CT_TIMEOUT_DCCP_TIMEWAIT },
};

/* ---- one policy ---- */

static void begin(fw_timeout_policy *p, const char *name)
{
  guint i;

  *p = (fw_timeout_policy){ .name = g_strndup(name, NAME_MOST) };
  for (i = 0; i < G_N_ELEMENTS(p->seconds); i++)
    p->seconds[i] = -1;
}

static gboolean set_state(fw_timeout_policy *p, const char *state, const char *value)
{
  guint64 seconds;
  guint i;

  if (!g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT32, &seconds, NULL))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS(states); i++)
    if (states[i].protocol == p->protocol && g_ascii_strcasecmp(states[i].state, state) == 0) {
      p->seconds[states[i].timeout] = (gint64)seconds;
      return TRUE;
    }
  return FALSE;
}

/* A policy of the same name takes the place of the one before, as the kernel's update does. */
static void keep(fw_box_facts *facts, const fw_timeout_policy *p)
{
  guint i;

  for (i = 0; i < facts->policies->len; i++)
    if (strcmp(g_array_index(facts->policies, fw_timeout_policy, i).name, p->name) == 0) {
      g_array_remove_index(facts->policies, i);
      break;
    }
  g_array_append_val(facts->policies, *p);
}

/* ---- commands: nfct timeout add NAME inet tcp established 100 ---- */

static const char *read_add(fw_box_facts *facts, char **words)
{
  guint n = g_strv_length(words), i;
  fw_timeout_policy p;

  if (n < 3 || strlen(words[0]) > NAME_MOST || n % 2 != 1)
    return "nfct timeout add wants NAME inet|inet6 PROTOCOL STATE SECONDS ...";
  begin(&p, words[0]);
  p.family = strcmp(words[1], "inet6") == 0 ? FW_IPV6 : FW_IPV4;
  if ((p.family == FW_IPV4 && strcmp(words[1], "inet") != 0) ||
      (strcmp(words[2], "generic") == 0 ? (p.protocol = GENERIC) == 0 : !fw_protocol_find(words[2], &p.protocol))) {
    g_free(p.name);
    return "nfct timeout add wants inet or inet6, and a protocol that has timeouts";
  }
  for (i = 3; i + 1 < n; i += 2)
    if (!set_state(&p, words[i], words[i + 1])) {
      g_free(p.name);
      return "no state of that protocol, or no number of seconds";
    }
  keep(facts, &p);
  return NULL;
}

/* "timeout add" and "add timeout" are the same to nfct; its own name may stand before them. */
static char **after_verb(char **words)
{
  if (*words != NULL && strcmp(*words, "nfct") == 0)
    words++;
  if (words[0] == NULL || words[1] == NULL)
    return NULL;
  return (strcmp(words[0], "timeout") == 0 && strcmp(words[1], "add") == 0) ||
             (strcmp(words[0], "add") == 0 && strcmp(words[1], "timeout") == 0)
           ? words + 2
           : NULL;
}

/* ---- nfct timeout list ---- */

typedef struct listing {
  fw_timeout_policy policy;
  guint depth; /* of braces */
} listing;

/* ".NAME = VALUE," => FALSE: another line. */
static gboolean split(const char *line, char **name, char **value)
{
  g_auto(GStrv) parts = NULL;
  gsize n;

  if (*line != '.')
    return FALSE;
  parts = g_strsplit(line + 1, " = ", 2);
  if (parts[0] == NULL || parts[1] == NULL)
    return FALSE;
  n = strlen(parts[1]);
  if (n > 0 && parts[1][n - 1] == ',')
    parts[1][n - 1] = '\0';
  *name = g_strdup(parts[0]);
  *value = g_strdup(parts[1]);
  return TRUE;
}

static const char *list_value(listing *l, const char *name, const char *value)
{
  guint64 number;

  if (l->depth == 2)
    return set_state(&l->policy, name, value) ? NULL : "no state of that protocol, or no number of seconds";
  if (!g_ascii_string_to_unsigned(value, 10, 0, 255, &number, NULL))
    return "not a number";
  if (strcmp(name, "l3proto") == 0 && (number == L3_IPV4 || number == L3_IPV6))
    l->policy.family = number == L3_IPV6 ? FW_IPV6 : FW_IPV4;
  else if (strcmp(name, "l4proto") == 0)
    l->policy.protocol = (guint8)number;
  else
    return "neither l3proto nor l4proto";
  return NULL;
}

static const char *list_open(listing *l, const char *name)
{
  if (l->depth == 0)
    begin(&l->policy, name);
  else if (l->depth != 1 || strcmp(name, "policy") != 0)
    return "not a list of nfct";
  l->depth++;
  return NULL;
}

static const char *read_list(fw_box_facts *facts, listing *l, const char *line)
{
  g_autofree char *name = NULL, *value = NULL;

  if (strcmp(line, "};") == 0 && l->depth == 1) {
    keep(facts, &l->policy);
    l->policy.name = NULL;
    l->depth = 0;
    return NULL;
  }
  if (strcmp(line, "},") == 0 && l->depth == 2) {
    l->depth--;
    return NULL;
  }
  if (!split(line, &name, &value))
    return "neither what nfct timeout list prints nor a command to add a policy";
  if (strcmp(value, "{") == 0)
    return list_open(l, name);
  return l->depth > 0 ? list_value(l, name, value) : "a value outside of a policy";
}

gboolean fw_policies_read(fw_box_facts *facts, const char *text, guint *line, const char **reason)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  listing l = { .depth = 0 };
  guint i;

  *reason = NULL;
  for (i = 0; lines[i] != NULL && *reason == NULL; i++) {
    char *bare = g_strstrip(lines[i]), **verb;
    g_auto(GStrv) words = NULL;

    if (*bare == '\0' || *bare == '#')
      continue;
    words = g_regex_split_simple("[ \t]+", bare, 0, 0);
    verb = l.depth == 0 ? after_verb(words) : NULL;
    *reason = verb != NULL ? read_add(facts, verb) : read_list(facts, &l, bare);
  }
  *line = i;
  if (*reason == NULL && l.depth > 0)
    *reason = "a policy that does not end";
  g_free(l.policy.name);
  return *reason == NULL;
}

const fw_timeout_policy *fw_policy_find(const fw_box_facts *facts, const char *name)
{
  guint i;

  for (i = 0; i < facts->policies->len; i++)
    if (strcmp(g_array_index(facts->policies, fw_timeout_policy, i).name, name) == 0)
      return &g_array_index(facts->policies, fw_timeout_policy, i);
  return NULL;
}

static gboolean has_tracker(guint8 protocol)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(states); i++)
    if (states[i].protocol == protocol && protocol != GENERIC)
      return TRUE;
  return FALSE;
}

gboolean fw_policy_fits(const fw_timeout_policy *policy, fw_family family, guint8 protocol)
{
  return policy->family == family &&
         (policy->protocol == protocol || (policy->protocol == GENERIC && !has_tracker(protocol)));
}

void fw_policy_apply(const fw_timeout_policy *policy, gint64 *timeout_ns)
{
  guint i;

  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    if (policy->seconds[i] >= 0)
      timeout_ns[i] = policy->seconds[i] * NS_PER_S;
  /* Before there is a state it is the first one's. */
  if (policy->protocol == CT_PROTO_TCP)
    timeout_ns[CT_TIMEOUT_TCP_NONE] = timeout_ns[CT_TIMEOUT_TCP_SYN_SENT];
  if (policy->protocol == CT_PROTO_SCTP)
    timeout_ns[CT_TIMEOUT_SCTP_NONE] = timeout_ns[CT_TIMEOUT_SCTP_CLOSED];
  /* Today's kernels let UDP-Lite go by UDP's. */
  if (policy->protocol == CT_PROTO_UDPLITE && policy->seconds[CT_TIMEOUT_UDPLITE] >= 0)
    timeout_ns[CT_TIMEOUT_UDP] = timeout_ns[CT_TIMEOUT_UDPLITE];
  if (policy->protocol == CT_PROTO_UDPLITE && policy->seconds[CT_TIMEOUT_UDPLITE_STREAM] >= 0)
    timeout_ns[CT_TIMEOUT_UDP_STREAM] = timeout_ns[CT_TIMEOUT_UDPLITE_STREAM];
}

/* ---- labels ---- */

gboolean fw_labels_read(char **names, const char *text, guint *line, const char **reason)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  guint i;

  *reason = NULL;
  for (i = 0; lines[i] != NULL && *reason == NULL; i++) {
    char *bare = g_strstrip(lines[i]), *end;
    guint64 number;

    if (*bare == '\0' || *bare == '#')
      continue;
    number = g_ascii_strtoull(bare, &end, 0);
    if (end == bare || number >= CT_LABELS || !g_ascii_isspace(*end)) {
      *reason = "give the number of a label, 0 to 127, and its name";
      continue;
    }
    g_strchug(end);
    if (strlen(end) > LABEL_NAME_MOST)
      *reason = "the name is too long";
    else if (names[number] == NULL) /* the first that has a number keeps it */
      names[number] = g_strdup(end);
  }
  *line = i;
  return *reason == NULL;
}

gint fw_label_find(const char *const *names, const char *name)
{
  guint64 number;
  guint i;

  for (i = 0; names != NULL && i < CT_LABELS; i++)
    if (names[i] != NULL && strcmp(names[i], name) == 0)
      return (gint)i;
  return fw_read_number(name, NULL, &number, 0, CT_LABELS - 1) ? (gint)number : -1;
}
