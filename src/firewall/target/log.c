/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets that tell somebody: LOG, NFLOG, ULOG, NFQUEUE, TRACE, AUDIT. */
#include <string.h>

#include "firewall/parse.h"
#include "firewall/save.h"
#include "firewall/target/data.h"

#define PREFIX_MAX 127 /* of nftables; legacy keeps 29, 63 of NFLOG */

static gboolean one_line(fw_parse *p)
{
  return p->option->type != FW_TYPE_STRING || strchr(p->arg, '\n') == NULL ||
         fw_parse_bad_value(p, "a prefix without line feeds");
}

/* -- LOG -- */

enum { LEVEL, PREFIX, TCP_SEQUENCE, TCP_OPTIONS, IP_OPTIONS, UID, MAC };

#define DEFAULT_LEVEL 4

static void log_init(void *data, fw_family family)
{
  fw_log *l = data;

  (void)family;
  l->level = DEFAULT_LEVEL;
  l->prefix = "";
}

static gboolean log_parse(fw_parse *p)
{
  static const guint8 bits[] = { [TCP_SEQUENCE] = FW_LOG_TCP_SEQUENCE,
                                 [TCP_OPTIONS] = FW_LOG_TCP_OPTIONS,
                                 [IP_OPTIONS] = FW_LOG_IP_OPTIONS,
                                 [UID] = FW_LOG_UID,
                                 [MAC] = FW_LOG_MAC };

  ((fw_log *)p->data)->flags |= bits[p->option->id];
  return one_line(p);
}

static void save_prefix(GString *out, const char *option, const char *prefix)
{
  if (prefix[0] == '\0')
    return;
  g_string_append_printf(out, " --%s ", option);
  fw_save_word(out, prefix);
}

static void log_save(const fw_target *t, fw_family family, GString *out)
{
  static const struct {
    guint8 bit;
    const char *name;
  } flags[] = { { FW_LOG_TCP_SEQUENCE, "log-tcp-sequence" },
                { FW_LOG_TCP_OPTIONS, "log-tcp-options" },
                { FW_LOG_IP_OPTIONS, "log-ip-options" },
                { FW_LOG_UID, "log-uid" },
                { FW_LOG_MAC, "log-macdecode" } };
  const fw_log *l = t->data;
  guint i;

  (void)family;
  save_prefix(out, "log-prefix", l->prefix);
  if (l->level != DEFAULT_LEVEL)
    g_string_append_printf(out, " --log-level %u", l->level);
  for (i = 0; i < G_N_ELEMENTS(flags); i++)
    if ((l->flags & flags[i].bit) != 0)
      g_string_append_printf(out, " --%s", flags[i].name);
}

static const fw_option log_options[] = {
  FW_OPTION("log-level", LEVEL, LEVEL, FW_PUT, fw_log, level),
  { .name = "log-prefix",
    .id = PREFIX,
    .type = FW_TYPE_STRING,
    .flags = FW_PUT,
    .min = 1,
    .max = PREFIX_MAX,
    .offset = offsetof(fw_log, prefix) },
  FW_OPTION_BARE("log-tcp-sequence", TCP_SEQUENCE, NONE, 0),
  FW_OPTION_BARE("log-tcp-options", TCP_OPTIONS, NONE, 0),
  FW_OPTION_BARE("log-ip-options", IP_OPTIONS, NONE, 0),
  FW_OPTION_BARE("log-uid", UID, NONE, 0),
  FW_OPTION_BARE("log-macdecode", MAC, NONE, 0),
  FW_OPTION_END,
};

const fw_target_ops fw_target_LOG = {
  .name = "LOG",
  .id = FW_TARGET_ID_LOG,
  .size = sizeof(fw_log),
  .options = log_options,
  .init = log_init,
  .parse = log_parse,
  .save = log_save,
};

/* -- NFLOG -- */

enum { N_GROUP, N_PREFIX, N_RANGE, N_SIZE, N_THRESHOLD };

static void nflog_init(void *data, fw_family family)
{
  fw_nflog *n = data;

  (void)family;
  n->prefix = "";
}

static gboolean nflog_parse(fw_parse *p)
{
  fw_nflog *n = p->data;

  n->has_range |= p->option->id == N_RANGE;
  n->has_size |= p->option->id == N_SIZE;
  return one_line(p);
}

static void nflog_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_nflog *n = t->data;

  (void)family;
  save_prefix(out, "nflog-prefix", n->prefix);
  if (n->group != 0)
    g_string_append_printf(out, " --nflog-group %u", n->group);
  if (n->has_size)
    g_string_append_printf(out, " --nflog-size %u", n->size);
  else if (n->size != 0)
    g_string_append_printf(out, " --nflog-range %u", n->size);
  if (n->threshold != 0)
    g_string_append_printf(out, " --nflog-threshold %u", n->threshold);
}

static const fw_option nflog_options[] = {
  FW_OPTION("nflog-group", N_GROUP, U16, FW_PUT, fw_nflog, group),
  { .name = "nflog-prefix",
    .id = N_PREFIX,
    .type = FW_TYPE_STRING,
    .flags = FW_PUT,
    .min = 1,
    .max = PREFIX_MAX,
    .offset = offsetof(fw_nflog, prefix) },
  { .name = "nflog-range",
    .id = N_RANGE,
    .type = FW_TYPE_U32,
    .flags = FW_PUT,
    .offset = offsetof(fw_nflog, size),
    .excluded = 1 << N_SIZE },
  { .name = "nflog-size",
    .id = N_SIZE,
    .type = FW_TYPE_U32,
    .flags = FW_PUT,
    .offset = offsetof(fw_nflog, size),
    .excluded = 1 << N_RANGE },
  FW_OPTION("nflog-threshold", N_THRESHOLD, U16, FW_PUT, fw_nflog, threshold),
  FW_OPTION_END,
};

const fw_target_ops fw_target_NFLOG = {
  .name = "NFLOG",
  .id = FW_TARGET_ID_NFLOG,
  .size = sizeof(fw_nflog),
  .options = nflog_options,
  .init = nflog_init,
  .parse = nflog_parse,
  .save = nflog_save,
};

/* -- ULOG -- */

static void ulog_init(void *data, fw_family family)
{
  fw_ulog *u = data;

  (void)family;
  u->prefix = "";
  u->group = 1;
  u->threshold = 1;
}

static gboolean ulog_parse(fw_parse *p) { return one_line(p); }

static void ulog_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_ulog *u = t->data;

  (void)family;
  save_prefix(out, "ulog-prefix", u->prefix);
  if (u->group != 1)
    g_string_append_printf(out, " --ulog-nlgroup %u", u->group);
  if (u->copy_range != 0)
    g_string_append_printf(out, " --ulog-cprange %u", u->copy_range);
  if (u->threshold != 1)
    g_string_append_printf(out, " --ulog-qthreshold %u", u->threshold);
}

static const fw_option ulog_options[] = {
  { .name = "ulog-nlgroup",
    .id = 0,
    .type = FW_TYPE_U32,
    .flags = FW_PUT,
    .min = 1,
    .max = 32,
    .offset = offsetof(fw_ulog, group) },
  { .name = "ulog-prefix",
    .id = 1,
    .type = FW_TYPE_STRING,
    .flags = FW_PUT,
    .min = 1,
    .max = 31,
    .offset = offsetof(fw_ulog, prefix) },
  FW_OPTION("ulog-cprange", 2, U32, FW_PUT, fw_ulog, copy_range),
  { .name = "ulog-qthreshold",
    .id = 3,
    .type = FW_TYPE_U32,
    .flags = FW_PUT,
    .min = 1,
    .max = 50,
    .offset = offsetof(fw_ulog, threshold) },
  FW_OPTION_END,
};

const fw_target_ops fw_target_ULOG = {
  .name = "ULOG",
  .id = FW_TARGET_ID_ULOG,
  .size = sizeof(fw_ulog),
  .bounds = { .families = 1 << FW_IPV4 },
  .harmless = TRUE,
  .options = ulog_options,
  .init = ulog_init,
  .parse = ulog_parse,
  .save = ulog_save,
};

/* -- NFQUEUE -- */

enum { QUEUE_NUM, QUEUE_BALANCE, QUEUE_BYPASS, QUEUE_CPU };

static gboolean nfqueue_parse(fw_parse *p)
{
  fw_nfqueue *q = p->data;

  switch (p->option->id) {
  case QUEUE_NUM: q->from = q->to = p->value.u16; return TRUE;
  case QUEUE_BALANCE:
    q->balance = TRUE;
    q->from = p->value.range16.from;
    q->to = p->value.range16.to;
    return (p->n_values == 2 && q->from < q->to) || fw_parse_bad_value(p, "a range of queues that goes up");
  case QUEUE_BYPASS: q->bypass = TRUE; return TRUE;
  default: q->cpu_fanout = TRUE; return TRUE;
  }
}

static void nfqueue_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_nfqueue *q = t->data;

  (void)family;
  if (q->balance)
    g_string_append_printf(out, " --queue-balance %u:%u", q->from, q->to);
  else
    g_string_append_printf(out, " --queue-num %u", q->from);
  if (q->bypass)
    g_string_append(out, " --queue-bypass");
  if (q->cpu_fanout)
    g_string_append(out, " --queue-cpu-fanout");
}

static const fw_option nfqueue_options[] = {
  { .name = "queue-num", .id = QUEUE_NUM, .type = FW_TYPE_U16, .excluded = 1 << QUEUE_BALANCE },
  { .name = "queue-balance",
    .id = QUEUE_BALANCE,
    .type = FW_TYPE_RANGE16,
    .max = G_MAXUINT16 - 1,
    .excluded = 1 << QUEUE_NUM },
  FW_OPTION_BARE("queue-bypass", QUEUE_BYPASS, NONE, 0),
  { .name = "queue-cpu-fanout", .id = QUEUE_CPU, .needed = 1 << QUEUE_BALANCE },
  FW_OPTION_END,
};

const fw_target_ops fw_target_NFQUEUE = {
  .name = "NFQUEUE",
  .id = FW_TARGET_ID_NFQUEUE,
  .size = sizeof(fw_nfqueue),
  .options = nfqueue_options,
  .parse = nfqueue_parse,
  .save = nfqueue_save,
};

/* -- TRACE, AUDIT -- */

const fw_target_ops fw_target_TRACE = {
  .name = "TRACE",
  .id = FW_TARGET_ID_TRACE,
  .bounds = { .table = "raw" },
};

static const char *const audit_types[] = { "accept", "drop", "reject" };

static gboolean audit_parse(fw_parse *p)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(audit_types); i++)
    if (g_ascii_strcasecmp(audit_types[i], p->arg) == 0) {
      ((fw_audit *)p->data)->type = i;
      return TRUE;
    }
  return fw_parse_bad_value(p, "accept, drop or reject");
}

static void audit_save(const fw_target *t, fw_family family, GString *out)
{
  (void)family;
  g_string_append_printf(out, " --type %s", audit_types[((const fw_audit *)t->data)->type]);
}

static const fw_option audit_options[] = { FW_OPTION_BARE("type", 0, STRING, FW_REQ), FW_OPTION_END };

const fw_target_ops fw_target_AUDIT = {
  .name = "AUDIT",
  .id = FW_TARGET_ID_AUDIT,
  .size = sizeof(fw_audit),
  .harmless = TRUE,
  .options = audit_options,
  .parse = audit_parse,
  .save = audit_save,
};
