/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters in a state's head, and in what those of two runs differ. */
#include "conntrack/state/parts.h"

enum { NAME_MOST = 64 };
#define PHASE_MOST_NS (3600 * CT_NS_PER_S)

static void io_flag(ct_state_io *io, bool *flag)
{
  uint64_t v = *flag;

  io_varint(io, &v, 1);
  *flag = v != 0;
}

static void io_profile(ct_state_io *io, const ct_profile **profile)
{
  char name[NAME_MOST] = "";
  uint64_t n;

  if (io->writing)
    memcpy(name, (*profile)->name, MIN(strlen((*profile)->name), sizeof(name) - 1));
  n = strlen(name);
  io_varint(io, &n, sizeof(name) - 1);
  io_bytes(io, name, (size_t)n);
  if (io->writing || io->failed)
    return;
  *profile = ct_profile_find(name);
  if (*profile == NULL || strlen(name) != n)
    ct_state_fail(io, "it is of a kernel that this program does not know");
}

static void io_settings(ct_state_io *io, ct_params *p)
{
  int i;

  for (i = 0; i < CT_TIMEOUT_COUNT; i++) {
    uint64_t ms = p->timeout_ms[i];

    io_var32(io, &p->timeout_s[i]);
    io_varint(io, &ms, 999);
    p->timeout_ms[i] = (uint16_t)ms;
  }
#define X(field, name, old, value, largest, help) \
  {                                               \
    uint64_t v = p->field;                        \
    io_varint(io, &v, largest);                   \
    p->field = (uint32_t)v;                       \
  }
  CT_SETTING_LIST(X)
#undef X
  io_var32(io, &p->ipfrag_time_s);
  io_var32(io, &p->ipfrag_high_thresh);
  io_var32(io, &p->ipfrag_low_thresh);
  io_var32(io, &p->ipfrag_max_dist);
  io_var32(io, &p->flowtable_tcp_timeout_s);
  io_var32(io, &p->flowtable_udp_timeout_s);
  io_var32(io, &p->hooks_lwtunnel);
}

static void io_helper_settings(ct_state_io *io, ct_helper_settings *s)
{
  uint64_t n_ports = s->n_ports, n_local = s->n_local;
  unsigned i;

  io_u32(io, &s->disabled);
  io_u32(io, &s->moved);
  io_varint(io, &n_ports, CT_HELPER_PORTS_MAX);
  s->n_ports = (uint8_t)n_ports;
  for (i = 0; i < s->n_ports; i++) {
    io_var16(io, &s->ports[i].port);
    io_u8(io, &s->ports[i].helper);
    io_flag(io, &s->ports[i].by_module);
    if (ct_helper_get(s->ports[i].helper) == NULL)
      ct_state_fail(io, "a port is given to a helper that there is not");
  }
  io_varint(io, &n_local, CT_LOCAL_MAX);
  s->n_local = (uint8_t)n_local;
  for (i = 0; i < s->n_local; i++) {
    io_u8(io, &s->local[i].family);
    io_u8(io, &s->local[i].prefix);
    io_bytes(io, s->local[i].addr.bytes, sizeof(s->local[i].addr.bytes));
    if (!io->failed && !(s->local[i].family == CT_IPV4 && s->local[i].prefix <= 32) &&
        !(s->local[i].family == CT_IPV6 && s->local[i].prefix <= 128))
      ct_state_fail(io, "an address of the host has no network");
  }
}

static void io_modules(ct_state_io *io, ct_module_settings *m)
{
#define X(field, module, name, helper, kind, usual, least, largest, old, help) \
  {                                                                            \
    uint64_t v = m->field;                                                     \
    io_varint(io, &v, largest);                                                \
    m->field = (uint32_t)v;                                                    \
    if (!io->failed && v + 1 < (least) + UINT64_C(1))                          \
      ct_state_fail(io, "a module's " name " is too small");                   \
  }
  CT_MODULE_LIST(X)
#undef X
}

void ct_state_io_params(ct_state_io *io, ct_params *p)
{
  uint64_t gc = p->gc, hz = p->hz;

  io_profile(io, &p->profile);
  io_settings(io, p);
  io_u64(io, &p->hash_seed);
  io_varint(io, &gc, CT_GC_KERNEL);
  p->gc = (ct_gc)gc;
  io_varint(io, &hz, CT_HZ_MOST);
  p->hz = (uint32_t)hz;
  io_near64(io, &p->hz_phase_ns, 0);
  if (p->hz_phase_ns < -PHASE_MOST_NS || p->hz_phase_ns > PHASE_MOST_NS)
    ct_state_fail(io, "its clock's phase is too large");
  io_flag(io, &p->helpers_by_port);
  io_helper_settings(io, &p->helpers);
  io_modules(io, &p->modules);
  io_flag(io, &p->features_mark);
  io_flag(io, &p->features_secmark);
}

/* ---- comparing ---- */

static void differ(ct_state_io *io, const char *what, uint64_t there, uint64_t here)
{
  if (there != here)
    ct_state_fail(io, "other parameters: %s is %" G_GUINT64_FORMAT " there, %" G_GUINT64_FORMAT " here", what, there,
                  here);
}

static void compare_sysctls(ct_state_io *io, const ct_params *there, const ct_params *here)
{
  ct_param_info t, h;
  size_t i;

  /* Under the names that they have in that kernel; then those that it has no name for. */
  for (i = 0; ct_params_describe(there, i, &t) && ct_params_describe(here, i, &h); i++)
    differ(io, t.name, t.value, h.value);
#define X(id, name, old, s, help)                                                                      \
  differ(io, "the timeout " #id, there->timeout_s[CT_TIMEOUT_##id], here->timeout_s[CT_TIMEOUT_##id]); \
  differ(io, "the timeout " #id " (ms)", there->timeout_ms[CT_TIMEOUT_##id], here->timeout_ms[CT_TIMEOUT_##id]);
  CT_TIMEOUT_LIST(X)
#undef X
#define X(field, name, old, value, largest, help) differ(io, #field, there->field, here->field);
  CT_SETTING_LIST(X)
#undef X
  differ(io, "ipfrag_time", there->ipfrag_time_s, here->ipfrag_time_s);
  differ(io, "ipfrag_high_thresh", there->ipfrag_high_thresh, here->ipfrag_high_thresh);
  differ(io, "ipfrag_low_thresh", there->ipfrag_low_thresh, here->ipfrag_low_thresh);
  differ(io, "ipfrag_max_dist", there->ipfrag_max_dist, here->ipfrag_max_dist);
}

static void compare_helpers(ct_state_io *io, const ct_helper_settings *there, const ct_helper_settings *here)
{
  unsigned i;

  for (i = 0; ct_helper_get(i) != NULL; i++)
    if ((there->disabled ^ here->disabled) >> i & 1)
      ct_state_fail(io, "other parameters: the helper %s is %s there, %s here", ct_helper_get(i)->name,
                    there->disabled >> i & 1 ? "off" : "on", here->disabled >> i & 1 ? "off" : "on");
  differ(io, "the number of ports given to helpers", there->n_ports, here->n_ports);
  for (i = 0; !io->failed && i < there->n_ports; i++)
    if (there->ports[i].port != here->ports[i].port || there->ports[i].helper != here->ports[i].helper ||
        there->ports[i].by_module != here->ports[i].by_module)
      ct_state_fail(io, "other parameters: port %u is given to the helper %s there, not here", there->ports[i].port,
                    ct_helper_get(there->ports[i].helper)->name);
  differ(io, "the number of the host's own addresses", there->n_local, here->n_local);
  for (i = 0; !io->failed && i < there->n_local; i++)
    if (there->local[i].family != here->local[i].family || there->local[i].prefix != here->local[i].prefix ||
        !ct_addr_equal(&there->local[i].addr, &here->local[i].addr))
      ct_state_fail(io, "other parameters: number %u of the host's own addresses is another one", i + 1);
}

void ct_state_compare_params(ct_state_io *io, const ct_params *there, const ct_params *here)
{
  /* By name: whoever describes a kernel of his own answers for it. */
  if (strcmp(there->profile->name, here->profile->name) != 0) {
    ct_state_fail(io, "other parameters: the profile is %s there, %s here", there->profile->name, here->profile->name);
    return;
  }
  if (there->gc != here->gc)
    ct_state_fail(io, "other parameters: gc is %s there, %s here", ct_gc_name(there->gc), ct_gc_name(here->gc));
  compare_sysctls(io, there, here);
  differ(io, "the hash seed", there->hash_seed, here->hash_seed);
  differ(io, "hz", there->hz, here->hz);
  if (there->hz_phase_ns != here->hz_phase_ns)
    ct_state_fail(io, "other parameters: the clock's ticks fall otherwise");
  differ(io, "helpers by port", there->helpers_by_port, here->helpers_by_port);
#define X(field, module, name, helper, kind, usual, least, largest, old, help) \
  differ(io, "nf_conntrack_" module "." name, there->modules.field, here->modules.field);
  CT_MODULE_LIST(X)
#undef X
  compare_helpers(io, &there->helpers, &here->helpers);
}
