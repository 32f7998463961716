/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From messages of nfnetlink to the values of model.h. */
#include "verify/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>

#include "conntrack/proto/proto.h"

/* Attributes of one level by type; the highest type that any level we read has is below this. */
enum { ATTRIBUTES = 32, RECEIVE_BUFFER_BYTES = 64 << 20 };

typedef struct attributes {
  const struct nlattr *at[ATTRIBUTES];
} attributes;

gboolean verify_netlink_open(verify_netlink *nl, int bus, GError **error)
{
  int bytes = RECEIVE_BUFFER_BYTES;

  memset(nl, 0, sizeof(*nl));
  nl->socket = mnl_socket_open(bus);
  if (nl->socket == NULL || mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_MISSING, "netlink: %s", g_strerror(errno));
    verify_netlink_close(nl);
    return FALSE;
  }
  /* FORCE needs privilege in the first user namespace; the plain one is cut to the machine's limit. */
  if (setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
    setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
  nl->buffer = g_malloc(NETLINK_BUFFER_BYTES);
  nl->sequence = 1;
  return TRUE;
}

void verify_netlink_close(verify_netlink *nl)
{
  if (nl->socket != NULL)
    mnl_socket_close(nl->socket);
  g_free(nl->buffer);
  memset(nl, 0, sizeof(*nl));
}

int verify_netlink_talk(verify_netlink *nl, struct nlmsghdr *request, mnl_cb_t fn, void *user, const char *what,
                        GError **error)
{
  guint port = mnl_socket_get_portid(nl->socket);

  request->nlmsg_seq = ++nl->sequence;

  int status = mnl_socket_sendto(nl->socket, request, request->nlmsg_len) < 0 ? -1 : 1;

  while (status > 0) {
    ssize_t n = mnl_socket_recvfrom(nl->socket, nl->buffer, NETLINK_BUFFER_BYTES);

    status = n < 0 ? -1 : mnl_cb_run(nl->buffer, (size_t)n, nl->sequence, port, fn, user);
  }
  if (status == 0)
    return 0;

  int failure = errno;

  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "%s: %s", what, g_strerror(failure));
  return failure;
}

int verify_netlink_drain(verify_netlink *nl, mnl_cb_t fn, void *user, GError **error)
{
  int messages = 0;

  for (;;) {
    ssize_t n = recv(mnl_socket_get_fd(nl->socket), nl->buffer, NETLINK_BUFFER_BYTES, MSG_DONTWAIT);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return messages;
    if (n < 0) {
      g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_SYSTEM, "netlink: messages were lost: %s", g_strerror(errno));
      return -1;
    }

    int left = (int)n;

    for (const struct nlmsghdr *m = (const struct nlmsghdr *)nl->buffer; mnl_nlmsg_ok(m, left);
         m = mnl_nlmsg_next(m, &left)) {
      fn(m, user);
      messages++;
    }
  }
}

struct nlmsghdr *verify_netlink_request(char *buffer, guint subsystem, guint message, guint flags, guint8 family,
                                        guint16 resource)
{
  struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);

  request->nlmsg_type = (guint16)(subsystem << 8 | message);
  request->nlmsg_flags = (guint16)(NLM_F_REQUEST | flags);

  struct nfgenmsg *nf = mnl_nlmsg_put_extra_header(request, sizeof(*nf));

  nf->nfgen_family = family;
  nf->version = NFNETLINK_V0;
  nf->res_id = htons(resource);
  return request;
}

/* --- ctnetlink's attributes --- */

static int attribute_keep(const struct nlattr *attr, void *user)
{
  attributes *a = user;
  guint16 type = mnl_attr_get_type(attr);

  if (type < ATTRIBUTES)
    a->at[type] = attr;
  return MNL_CB_OK;
}

static attributes nested(const struct nlattr *attr)
{
  attributes a = { { NULL } };

  if (attr != NULL)
    mnl_attr_parse_nested(attr, attribute_keep, &a);
  return a;
}

/* Numbers in netlink messages of this family are in network order; an attribute of another size reads as 0. */
static guint64 number(const struct nlattr *attr)
{
  guint64 value = 0;

  if (attr != NULL && mnl_attr_get_payload_len(attr) <= sizeof(value))
    for (guint i = 0; i < mnl_attr_get_payload_len(attr); i++)
      value = value << 8 | ((const guint8 *)mnl_attr_get_payload(attr))[i];
  return value;
}

static void address(const struct nlattr *attr, ct_addr *addr)
{
  memcpy(addr->bytes, mnl_attr_get_payload(attr), MIN(mnl_attr_get_payload_len(attr), sizeof(addr->bytes)));
}

static void tuple_read(const struct nlattr *attr, ct_tuple *tuple)
{
  const attributes t = nested(attr), ip = nested(t.at[CTA_TUPLE_IP]), proto = nested(t.at[CTA_TUPLE_PROTO]);
  gboolean six = ip.at[CTA_IP_V6_SRC] != NULL;

  memset(tuple, 0, sizeof(*tuple));
  tuple->family = six ? CT_IPV6 : CT_IPV4;
  if (ip.at[six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC] != NULL)
    address(ip.at[six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC], &tuple->src);
  if (ip.at[six ? CTA_IP_V6_DST : CTA_IP_V4_DST] != NULL)
    address(ip.at[six ? CTA_IP_V6_DST : CTA_IP_V4_DST], &tuple->dst);
  tuple->proto = (guint8)number(proto.at[CTA_PROTO_NUM]);
  tuple->src_id = (guint16)number(proto.at[CTA_PROTO_SRC_PORT]);
  tuple->dst_id = (guint16)number(proto.at[CTA_PROTO_DST_PORT]);
  if (ct_tuple_is_icmp(tuple)) {
    tuple->src_id = (guint16)number(proto.at[six ? CTA_PROTO_ICMPV6_ID : CTA_PROTO_ICMP_ID]);
    tuple->dst_id = (guint16)(number(proto.at[six ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE]) << 8 |
                              number(proto.at[six ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE]));
  }
}

static const char *text(const struct nlattr *attr)
{
  g_autofree char *copy = g_strndup(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));

  return g_intern_string(copy);
}

static void state_set(verify_entry *e, guint8 proto, const struct nlattr *attr)
{
  const char *name = ct_state_name(proto, (guint)number(attr));

  e->has |= VERIFY_HAS_STATE;
  e->state = g_intern_string(name != NULL ? name : "?");
}

static void protoinfo_read(const struct nlattr *attr, verify_entry *e)
{
  const attributes a = nested(attr), tcp = nested(a.at[CTA_PROTOINFO_TCP]), sctp = nested(a.at[CTA_PROTOINFO_SCTP]);

  if (tcp.at[CTA_PROTOINFO_TCP_STATE] != NULL)
    state_set(e, CT_PROTO_TCP, tcp.at[CTA_PROTOINFO_TCP_STATE]);
  if (tcp.at[CTA_PROTOINFO_TCP_WSCALE_ORIGINAL] != NULL) {
    e->has |= VERIFY_HAS_WSCALE;
    e->wscale[0] = (guint8)number(tcp.at[CTA_PROTOINFO_TCP_WSCALE_ORIGINAL]);
    e->wscale[1] = (guint8)number(tcp.at[CTA_PROTOINFO_TCP_WSCALE_REPLY]);
  }
  /* struct nf_ct_tcp_flags: flags, then a mask */
  if (tcp.at[CTA_PROTOINFO_TCP_FLAGS_ORIGINAL] != NULL && tcp.at[CTA_PROTOINFO_TCP_FLAGS_REPLY] != NULL) {
    e->has |= VERIFY_HAS_TFLAGS;
    e->tflags[0] = *(const guint8 *)mnl_attr_get_payload(tcp.at[CTA_PROTOINFO_TCP_FLAGS_ORIGINAL]);
    e->tflags[1] = *(const guint8 *)mnl_attr_get_payload(tcp.at[CTA_PROTOINFO_TCP_FLAGS_REPLY]);
  }
  if (sctp.at[CTA_PROTOINFO_SCTP_STATE] != NULL)
    state_set(e, CT_PROTO_SCTP, sctp.at[CTA_PROTOINFO_SCTP_STATE]);
  if (sctp.at[CTA_PROTOINFO_SCTP_VTAG_ORIGINAL] != NULL) {
    e->has |= VERIFY_HAS_VTAG;
    e->vtag[0] = (guint32)number(sctp.at[CTA_PROTOINFO_SCTP_VTAG_ORIGINAL]);
    e->vtag[1] = (guint32)number(sctp.at[CTA_PROTOINFO_SCTP_VTAG_REPLY]);
  }
}

static void counters_read(const struct nlattr *attr, verify_entry *e, guint dir)
{
  const attributes a = nested(attr);

  e->has |= VERIFY_HAS_COUNTERS;
  e->packets[dir] = number(a.at[CTA_COUNTERS_PACKETS]);
  e->bytes[dir] = number(a.at[CTA_COUNTERS_BYTES]);
}

static void entry_read(const attributes *a, verify_entry *e)
{
  memset(e, 0, sizeof(*e));
  tuple_read(a->at[CTA_TUPLE_ORIG], &e->orig);
  if (a->at[CTA_TUPLE_REPLY] != NULL) {
    e->has |= VERIFY_HAS_REPLY;
    tuple_read(a->at[CTA_TUPLE_REPLY], &e->reply);
  }
  if (a->at[CTA_STATUS] != NULL) {
    e->has |= VERIFY_HAS_STATUS;
    e->status = (guint32)number(a->at[CTA_STATUS]);
  }
  protoinfo_read(a->at[CTA_PROTOINFO], e);
  if (a->at[CTA_HELP] != NULL) {
    const attributes help = nested(a->at[CTA_HELP]);

    if (help.at[CTA_HELP_NAME] != NULL) {
      e->has |= VERIFY_HAS_HELPER;
      e->helper = text(help.at[CTA_HELP_NAME]);
    }
  }
  if (a->at[CTA_TIMEOUT] != NULL) {
    e->has |= VERIFY_HAS_TIMEOUT;
    e->timeout_s = (gint64)number(a->at[CTA_TIMEOUT]);
    e->rest_ns = e->timeout_s * G_GINT64_CONSTANT(1000000000);
  }
  if (a->at[CTA_COUNTERS_ORIG] != NULL)
    counters_read(a->at[CTA_COUNTERS_ORIG], e, 0);
  if (a->at[CTA_COUNTERS_REPLY] != NULL)
    counters_read(a->at[CTA_COUNTERS_REPLY], e, 1);
  if (a->at[CTA_TUPLE_MASTER] != NULL) {
    e->has |= VERIFY_HAS_MASTER;
    tuple_read(a->at[CTA_TUPLE_MASTER], &e->master);
  }
}

static void expect_read(const attributes *a, verify_expect *x)
{
  memset(x, 0, sizeof(*x));
  tuple_read(a->at[CTA_EXPECT_MASTER], &x->master);
  tuple_read(a->at[CTA_EXPECT_TUPLE], &x->tuple);
  tuple_read(a->at[CTA_EXPECT_MASK], &x->mask);
  x->timeout_s = (gint32)(guint32)number(a->at[CTA_EXPECT_TIMEOUT]);
  x->rest_ns = x->timeout_s * G_GINT64_CONSTANT(1000000000);
  x->helper = a->at[CTA_EXPECT_HELP_NAME] != NULL ? text(a->at[CTA_EXPECT_HELP_NAME]) : "";
  x->flags = (guint32)number(a->at[CTA_EXPECT_FLAGS]);
  x->class_number = (guint32)number(a->at[CTA_EXPECT_CLASS]);
}

gboolean verify_netlink_event(const struct nlmsghdr *message, verify_event *event)
{
  attributes a = { { NULL } };
  guint subsystem = message->nlmsg_type >> 8, kind = message->nlmsg_type & 0xff;

  memset(event, 0, sizeof(*event));
  if (mnl_attr_parse(message, sizeof(struct nfgenmsg), attribute_keep, &a) < 0)
    return FALSE;
  if (subsystem == NFNL_SUBSYS_CTNETLINK && (kind == IPCTNL_MSG_CT_NEW || kind == IPCTNL_MSG_CT_DELETE)) {
    entry_read(&a, &event->u.entry);
    if (kind == IPCTNL_MSG_CT_DELETE)
      event->type = VERIFY_EV_DESTROY;
    else
      event->type = message->nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL) ? VERIFY_EV_NEW : VERIFY_EV_UPDATE;
    event->expired = event->type == VERIFY_EV_DESTROY && !(event->u.entry.has & VERIFY_HAS_TIMEOUT);
    return TRUE;
  }
  if (subsystem == NFNL_SUBSYS_CTNETLINK_EXP && (kind == IPCTNL_MSG_EXP_NEW || kind == IPCTNL_MSG_EXP_DELETE)) {
    expect_read(&a, &event->u.expect);
    event->type = kind == IPCTNL_MSG_EXP_NEW ? VERIFY_EV_EXP_NEW : VERIFY_EV_EXP_DESTROY;
    event->expired = event->type == VERIFY_EV_EXP_DESTROY;
    return TRUE;
  }
  return FALSE;
}

void verify_netlink_put_tuple(struct nlmsghdr *request, const ct_tuple *tuple)
{
  gboolean six = tuple->family == CT_IPV6, icmp = ct_tuple_is_icmp(tuple);
  struct nlattr *outer = mnl_attr_nest_start(request, CTA_TUPLE_ORIG);
  struct nlattr *inner = mnl_attr_nest_start(request, CTA_TUPLE_IP);

  mnl_attr_put(request, six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, six ? 16 : 4, tuple->src.bytes);
  mnl_attr_put(request, six ? CTA_IP_V6_DST : CTA_IP_V4_DST, six ? 16 : 4, tuple->dst.bytes);
  mnl_attr_nest_end(request, inner);
  inner = mnl_attr_nest_start(request, CTA_TUPLE_PROTO);
  mnl_attr_put_u8(request, CTA_PROTO_NUM, tuple->proto);
  if (icmp) {
    mnl_attr_put_u16(request, six ? CTA_PROTO_ICMPV6_ID : CTA_PROTO_ICMP_ID, htons(tuple->src_id));
    mnl_attr_put_u8(request, six ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE, ct_tuple_icmp_type(tuple));
    mnl_attr_put_u8(request, six ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE, ct_tuple_icmp_code(tuple));
  } else if (ct_proto_ids(NULL, tuple->proto) != CT_IDS_NONE) {
    mnl_attr_put_u16(request, CTA_PROTO_SRC_PORT, htons(tuple->src_id));
    mnl_attr_put_u16(request, CTA_PROTO_DST_PORT, htons(tuple->dst_id));
  }
  mnl_attr_nest_end(request, inner);
  mnl_attr_nest_end(request, outer);
}

void verify_netlink_stats(const struct nlmsghdr *message, GHashTable *stats)
{
  static const struct {
    guint type;
    const char *name;
  } rows[] = { { CTA_STATS_FOUND, "found" },
               { CTA_STATS_INVALID, "invalid" },
               { CTA_STATS_INSERT, "insert" },
               { CTA_STATS_INSERT_FAILED, "insert_failed" },
               { CTA_STATS_DROP, "drop" },
               { CTA_STATS_EARLY_DROP, "early_drop" },
               { CTA_STATS_ERROR, "error" },
               { CTA_STATS_SEARCH_RESTART, "search_restart" },
               { CTA_STATS_CLASH_RESOLVE, "clash_resolve" },
               { CTA_STATS_CHAIN_TOOLONG, "chaintoolong" } };
  attributes a = { { NULL } };

  mnl_attr_parse(message, sizeof(struct nfgenmsg), attribute_keep, &a);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (a.at[rows[i].type] == NULL)
      continue;

    guint64 *sum = g_hash_table_lookup(stats, rows[i].name);

    if (sum == NULL) {
      sum = g_new0(guint64, 1);
      g_hash_table_insert(stats, g_strdup(rows[i].name), sum);
    }
    *sum += number(a.at[rows[i].type]);
  }
}
