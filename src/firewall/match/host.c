/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only the box knows: owner, cgroup, socket, cpu, cluster, osf, ipvs, nfacct. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

static gboolean given_check(fw_parse *p) { return p->given != 0 || fw_parse_fail(p, "expected one of its options"); }

/* -- owner -- */

enum { UID, GID, SOCKET, SUPPL };

/* "N", "N-M", "N:M". => FALSE: no numbers. */
static gboolean read_ids(const char *text, fw_range32 *ids)
{
  const char *end;
  guint64 from, to;

  if (!fw_read_number(text, &end, &from, 0, G_MAXUINT32 - 1))
    return FALSE;
  to = from;
  if ((*end == '-' || *end == ':') && !fw_read_number(end + 1, &end, &to, 0, G_MAXUINT32 - 1))
    return FALSE;
  ids->from = from;
  ids->to = to;
  return *end == '\0';
}

/* Names are the box's; of those only root is the same everywhere. */
static gboolean read_owner(fw_parse *p, fw_range32 *ids, const char **name)
{
  if (read_ids(p->arg, ids))
    return TRUE;
  if (p->arg[0] == '\0' || p->arg[0] == '-' || g_ascii_isdigit(p->arg[0]))
    return fw_parse_bad_value(p, "a number, a range of numbers, or a name");
  if (strcmp(p->arg, "root") != 0)
    *name = fw_ruleset_word(p->ruleset, p->arg, -1);
  return TRUE;
}

static gboolean owner_parse(fw_parse *p)
{
  fw_owner *o = p->data;

  if (p->option->id == UID)
    return read_owner(p, &o->uid, &o->uid_name);
  if (p->option->id == GID)
    return read_owner(p, &o->gid, &o->gid_name);
  if (p->option->id == SUPPL && (o->given & FW_OWNER_GID) == 0)
    return fw_parse_fail(p, "expected --gid-owner before it");
  return TRUE;
}

static void save_ids(GString *out, const fw_owner *o, guint8 bit, const char *option, const fw_range32 *ids,
                     const char *name)
{
  if ((o->given & bit) == 0)
    return;
  fw_save_invert(out, (o->invert & bit) != 0);
  g_string_append_printf(out, " --%s ", option);
  if (name != NULL)
    fw_save_word(out, name);
  else if (ids->from != ids->to)
    g_string_append_printf(out, "%u-%u", ids->from, ids->to);
  else
    g_string_append_printf(out, "%u", ids->from);
}

static void owner_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_owner *o = m->data;

  (void)family;
  if ((o->given & FW_OWNER_SOCKET) != 0)
    g_string_append(out, (o->invert & FW_OWNER_SOCKET) != 0 ? " ! --socket-exists" : " --socket-exists");
  save_ids(out, o, FW_OWNER_UID, "uid-owner", &o->uid, o->uid_name);
  save_ids(out, o, FW_OWNER_GID, "gid-owner", &o->gid, o->gid_name);
  if ((o->given & FW_OWNER_SUPPL) != 0)
    g_string_append(out, " --suppl-groups");
}

static const fw_option owner_options[] = {
  FW_OPTION_BARE("uid-owner", UID, STRING, FW_INV),
  FW_OPTION_BARE("gid-owner", GID, STRING, FW_INV),
  FW_OPTION_BARE("socket-exists", SOCKET, NONE, FW_INV),
  FW_OPTION_BARE("suppl-groups", SUPPL, NONE, 0),
  FW_OPTION_END,
};

const fw_match_ops fw_match_owner = {
  .name = "owner",
  .id = FW_MATCH_owner,
  .size = sizeof(fw_owner),
  .bounds = { .hooks = 1 << FW_HOOK_OUTPUT | 1 << FW_HOOK_POSTROUTING },
  .given = FW_BITS(fw_owner, given),
  .invert = FW_BITS(fw_owner, invert),
  .options = owner_options,
  .parse = owner_parse,
  .check = given_check,
  .save = owner_save,
};

/* -- cgroup -- */

static gboolean cgroup_check(fw_parse *p)
{
  return p->given == 1 || p->given == 2 || fw_parse_fail(p, "expected --path or --cgroup, and not both");
}

static const fw_option cgroup_options[] = {
  { .name = "path",
    .id = 0,
    .type = FW_TYPE_STRING,
    .flags = FW_INV | FW_SAVE,
    .max = 511,
    .offset = offsetof(fw_cgroup, path) },
  FW_OPTION("cgroup", 1, U32, FW_INV | FW_SAVE, fw_cgroup, classid),
  FW_OPTION_END,
};

const fw_match_ops fw_match_cgroup = {
  .name = "cgroup",
  .id = FW_MATCH_cgroup,
  .size = sizeof(fw_cgroup),
  .bounds = { .hooks = 1 << FW_HOOK_INPUT | 1 << FW_HOOK_OUTPUT | 1 << FW_HOOK_POSTROUTING },
  .given = FW_BITS(fw_cgroup, given),
  .invert = FW_BITS(fw_cgroup, invert),
  .options = cgroup_options,
  .check = cgroup_check,
};

/* -- socket, cpu, nfacct -- */

static const fw_option socket_options[] = {
  FW_OPTION_BARE("transparent", 0, NONE, FW_SHOW),
  FW_OPTION_BARE("nowildcard", 1, NONE, FW_SHOW),
  FW_OPTION_BARE("restore-skmark", 2, NONE, FW_SHOW),
  FW_OPTION_END,
};

const fw_match_ops fw_match_socket = {
  .name = "socket",
  .id = FW_MATCH_socket,
  .size = sizeof(fw_socket),
  .bounds = { .hooks = 1 << FW_HOOK_PREROUTING | 1 << FW_HOOK_INPUT },
  .given = FW_BITS(fw_socket, given),
  .options = socket_options,
};

static const fw_option cpu_options[] = {
  FW_OPTION("cpu", 0, U32, FW_REQ | FW_INV | FW_SAVE, fw_cpu, cpu),
  FW_OPTION_END,
};

const fw_match_ops fw_match_cpu = {
  .name = "cpu",
  .id = FW_MATCH_cpu,
  .size = sizeof(fw_cpu),
  .invert = FW_BITS(fw_cpu, invert),
  .options = cpu_options,
};

static const fw_option nfacct_options[] = {
  { .name = "nfacct-name",
    .id = 0,
    .type = FW_TYPE_STRING,
    .flags = FW_REQ | FW_SAVE,
    .min = 1,
    .max = 31,
    .offset = offsetof(fw_nfacct, name) },
  FW_OPTION_END,
};

const fw_match_ops fw_match_nfacct = {
  .name = "nfacct",
  .id = FW_MATCH_nfacct,
  .size = sizeof(fw_nfacct),
  .options = nfacct_options,
};

/* -- cluster -- */

enum { TOTAL, NODE, NODEMASK, SEED };

#define CLUSTER_NODES 32

static gboolean cluster_parse(fw_parse *p)
{
  fw_cluster *c = p->data;

  if (p->option->id == NODE)
    c->nodemask = (guint32)1 << (p->value.u32 - 1);
  if (p->invert)
    c->invert = TRUE;
  return TRUE;
}

static gboolean cluster_check(fw_parse *p)
{
  const fw_cluster *c = p->data;

  if ((p->given & (1 << NODE | 1 << NODEMASK)) == 0)
    return fw_parse_fail(p, "expected --cluster-local-node or --cluster-local-nodemask");
  return c->nodemask < (guint64)1 << c->total || fw_parse_fail(p, "expected a node among the %u there are", c->total);
}

static void cluster_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_cluster *c = m->data;

  (void)family;
  fw_save_invert(out, c->invert);
  g_string_append_printf(out, " --cluster-local-nodemask 0x%08x --cluster-total-nodes %u --cluster-hash-seed 0x%08x",
                         c->nodemask, c->total, c->seed);
}

static const fw_option cluster_options[] = {
  { .name = "cluster-total-nodes",
    .id = TOTAL,
    .type = FW_TYPE_U32,
    .flags = FW_REQ | FW_PUT,
    .min = 1,
    .max = CLUSTER_NODES,
    .offset = offsetof(fw_cluster, total) },
  { .name = "cluster-local-node",
    .id = NODE,
    .type = FW_TYPE_U32,
    .flags = FW_INV,
    .min = 1,
    .max = CLUSTER_NODES,
    .excluded = 1 << NODEMASK },
  { .name = "cluster-local-nodemask",
    .id = NODEMASK,
    .type = FW_TYPE_U32,
    .flags = FW_INV | FW_PUT,
    .min = 1,
    .max = CLUSTER_NODES,
    .offset = offsetof(fw_cluster, nodemask),
    .excluded = 1 << NODE },
  FW_OPTION("cluster-hash-seed", SEED, U32, FW_REQ | FW_PUT, fw_cluster, seed),
  FW_OPTION_END,
};

const fw_match_ops fw_match_cluster = {
  .name = "cluster",
  .id = FW_MATCH_cluster,
  .size = sizeof(fw_cluster),
  .options = cluster_options,
  .parse = cluster_parse,
  .check = cluster_check,
  .save = cluster_save,
};

/* -- osf -- */

static const guint8 tcp_only[] = { 6, 0 };

static const fw_option osf_options[] = {
  { .name = "genre",
    .id = 0,
    .type = FW_TYPE_STRING,
    .flags = FW_REQ | FW_INV | FW_SAVE,
    .max = 31,
    .offset = offsetof(fw_osf, genre) },
  { .name = "ttl", .id = 1, .type = FW_TYPE_U32, .flags = FW_SAVE, .max = 2, .offset = offsetof(fw_osf, ttl) },
  { .name = "log", .id = 2, .type = FW_TYPE_U32, .flags = FW_SAVE, .max = 2, .offset = offsetof(fw_osf, log) },
  FW_OPTION_END,
};

const fw_match_ops fw_match_osf = {
  .name = "osf",
  .id = FW_MATCH_osf,
  .size = sizeof(fw_osf),
  .bounds = { .families = 1 << FW_IPV4,
              .hooks = 1 << FW_HOOK_PREROUTING | 1 << FW_HOOK_INPUT | 1 << FW_HOOK_FORWARD,
              .protocols = tcp_only },
  .given = FW_BITS(fw_osf, given),
  .invert = FW_BITS(fw_osf, invert),
  .options = osf_options,
};

/* -- ipvs -- */

enum { IPVS, VPROTO, VADDR, VPORT, VDIR, VMETHOD, VPORTCTL };

static const char *const methods[] = { [0] = "MASQ", [2] = "IPIP", [3] = "GATE" };

static gboolean ipvs_parse(fw_parse *p)
{
  fw_ipvs *v = p->data;
  guint i;

  if (p->option->id == VDIR) {
    v->reply = g_ascii_strcasecmp(p->arg, "REPLY") == 0;
    return v->reply || g_ascii_strcasecmp(p->arg, "ORIGINAL") == 0 || fw_parse_bad_value(p, "ORIGINAL or REPLY");
  }
  if (p->option->id != VMETHOD)
    return TRUE;
  for (i = 0; i < G_N_ELEMENTS(methods); i++)
    if (methods[i] != NULL && g_ascii_strcasecmp(methods[i], p->arg) == 0) {
      v->method = i;
      return TRUE;
    }
  return fw_parse_bad_value(p, "GATE, IPIP or MASQ");
}

static gboolean ipvs_check(fw_parse *p)
{
  const fw_ipvs *v = p->data;

  if (p->given == 0)
    return fw_parse_fail(p, "expected one of its options");
  return (v->invert & FW_IPVS_ANY) == 0 || v->given == FW_IPVS_ANY ||
         fw_parse_fail(p, "! --ipvs cannot stand beside other options");
}

static void ipvs_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_ipvs *v = m->data;

  if (v->given == FW_IPVS_ANY) {
    fw_save_invert(out, v->invert != 0);
    g_string_append(out, " --ipvs");
  }
  fw_save_options(out, family, m->ops->options, m->ops->given, m->ops->invert, v);
  if ((v->given & FW_IPVS_DIR) != 0)
    g_string_append_printf(out, " --vdir %s", v->reply ? "REPLY" : "ORIGINAL");
  if ((v->given & FW_IPVS_METHOD) != 0) {
    fw_save_invert(out, (v->invert & FW_IPVS_METHOD) != 0);
    g_string_append_printf(out, " --vmethod %s", methods[v->method]);
  }
  if ((v->given & FW_IPVS_PORTCTL) != 0) {
    fw_save_invert(out, (v->invert & FW_IPVS_PORTCTL) != 0);
    g_string_append_printf(out, " --vportctl %u", v->portctl);
  }
}

static const fw_option ipvs_options[] = {
  FW_OPTION_BARE("ipvs", IPVS, NONE, FW_INV),
  FW_OPTION("vproto", VPROTO, PROTOCOL, FW_INV | FW_SAVE, fw_ipvs, proto),
  FW_OPTION("vaddr", VADDR, NETWORK, FW_INV | FW_SAVE, fw_ipvs, address),
  FW_OPTION("vport", VPORT, PORT, FW_INV | FW_SAVE, fw_ipvs, port),
  FW_OPTION_BARE("vdir", VDIR, STRING, 0),
  FW_OPTION_BARE("vmethod", VMETHOD, STRING, FW_INV),
  FW_OPTION("vportctl", VPORTCTL, PORT, FW_INV | FW_PUT, fw_ipvs, portctl),
  FW_OPTION_END,
};

const fw_match_ops fw_match_ipvs = {
  .name = "ipvs",
  .id = FW_MATCH_ipvs,
  .size = sizeof(fw_ipvs),
  .given = FW_BITS(fw_ipvs, given),
  .invert = FW_BITS(fw_ipvs, invert),
  .options = ipvs_options,
  .parse = ipvs_parse,
  .check = ipvs_check,
  .save = ipvs_save,
};
