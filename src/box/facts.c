/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each file says. */
#include "internal.h"

#include <string.h>

/* The first line, without its end. To be freed. */
static char *first_line(const box_file *f)
{
  return g_strstrip(g_strndup(f->text->str, MIN(strcspn(f->text->str, "\n"), (gsize)BOX_LINE_MOST)));
}

/* "Linux box 6.1.0-18-amd64 #1 SMP ...", or the release alone. */
static void read_uname(box *b, box_file *f)
{
  char *line = first_line(f), **words = g_strsplit_set(line, " \t", 5);
  guint n = g_strv_length(words);
  const char *release = n >= 3 ? words[2] : n == 1 ? words[0] : "";

  if (b->release == NULL && g_ascii_isdigit(*release))
    b->release = g_strndup(release, 64);
  box_say(f, g_ascii_isdigit(*release),
          g_ascii_isdigit(*release) ? g_strdup_printf("Linux %.64s", release) : g_strdup("not used: no release in it"));
  g_strfreev(words);
  g_free(line);
}

/* Whether a line sets something that tracking asks. */
static gboolean is_of_tracking(const char *line)
{
  static const char *const parts[] = { "nf_conntrack_", "ip_conntrack_", "ipfrag_", "ip6frag_", "nf_conntrack_frag6" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(parts); i++) {
    const char *at = strstr(line, parts[i]), *equals = strchr(line, '=');

    if (at != NULL && equals != NULL && at < equals)
      return TRUE;
  }
  return FALSE;
}

/* net.ipv4.conf.DEVICE.route_localnet. */
static void read_localnet(box *b, const char *line)
{
  const char *equals = strchr(line, '=');

  if (equals == NULL || !g_str_has_prefix(line, "net.ipv4.conf.") || strstr(line, ".route_localnet") == NULL)
    return;
  b->localnet_told = TRUE;
  b->route_localnet |= strtoul(equals + 1, NULL, 10) != 0;
}

static gboolean is_conf(const char *name, const char *family, const char *which)
{
  return g_str_has_prefix(name, family) && g_str_has_suffix(name, which);
}

/*
 * Of IPv4 each device has its own, which ip_forward sets all at once; of IPv6 all have one, and single ones may since
 * 6.17 be forced to.
 */
static void read_forwarding(box *b, const char *line)
{
  const char *equals = strchr(line, '=');
  char name[BOX_WORD_MOST];
  gboolean all4, all6, on;

  if (equals == NULL || !g_str_has_prefix(line, "net.ipv"))
    return;
  box_copy(name, sizeof name, line, (gsize)(equals - line));
  g_strchomp(name);
  all4 = strcmp(name, "net.ipv4.ip_forward") == 0 || strcmp(name, "net.ipv4.conf.all.forwarding") == 0;
  all6 = strcmp(name, "net.ipv6.conf.all.forwarding") == 0;
  on = strtoul(equals + 1, NULL, 10) != 0;
  b->forwarding_told[0] |= all4;
  b->forwarding_told[1] |= all6;
  b->router6_told |= all6;
  b->router6 |= on && is_conf(name, "net.ipv6.conf.", ".forwarding");
  b->forwards[0] |= on && (all4 || is_conf(name, "net.ipv4.conf.", ".forwarding"));
  b->forwards[1] |= on && (all6 || is_conf(name, "net.ipv6.conf.", ".force_forwarding"));
}

/* net.ipv4.conf.DEVICE.accept_source_route: a device takes what both its own and that of `all` let in. */
static void read_source_routes(box *b, const char *line)
{
  static const char head[] = "net.ipv4.conf.";
  const char *equals = strchr(line, '=');

  if (equals == NULL || !g_str_has_prefix(line, head) || strstr(line, ".accept_source_route") == NULL ||
      strtoul(equals + 1, NULL, 10) == 0)
    return;
  if (g_str_has_prefix(line + sizeof head - 1, "all."))
    b->all_source_routes = TRUE;
  else if (!g_str_has_prefix(line + sizeof head - 1, "default."))
    b->source_routes = TRUE;
}

/* net.ipv4.conf.DEVICE.rp_filter, 1 or 2. */
static gboolean asks_way_back(const char *line)
{
  const char *equals = strchr(line, '=');

  return equals != NULL && g_str_has_prefix(line, "net.ipv4.conf.") && strstr(line, ".rp_filter") != NULL &&
         strtoul(equals + 1, NULL, 10) != 0;
}

static void read_sysctls(box *b, box_file *f)
{
  char **lines = g_strsplit(f->text->str, "\n", -1);
  gboolean asks_back = FALSE;
  char count[16] = "no";
  guint i, n = 0;

  for (i = 0; lines[i] != NULL; i++) {
    if (is_of_tracking(lines[i]) && strlen(lines[i]) < BOX_LINE_MOST) {
      g_string_append(b->sysctls, lines[i]);
      n++;
    }
    asks_back |= asks_way_back(lines[i]);
    read_localnet(b, lines[i]);
    read_forwarding(b, lines[i]);
    read_source_routes(b, lines[i]);
    g_string_append_c(b->sysctls, '\n'); /* also of the others: messages name lines */
  }
  g_strfreev(lines);
  if (n > 0)
    g_snprintf(count, sizeof count, "%u", n);
  box_say(f, n > 0 || (b->localnet_told && !b->route_localnet),
          g_strdup_printf("%s setting%s of tracking%s%s", count, n == 1 ? "" : "s",
                          asks_back ? "; net.ipv4.conf.*.rp_filter is not followed: what comes by another way than "
                                      "leads back is not dropped"
                                    : "",
                          b->localnet_told && !b->route_localnet
                            ? "; net.ipv4.conf.*.route_localnet is 0: 127.0.0.0/8 from elsewhere is dropped"
                            : ""));
}

static gboolean has_address(const box *b, gboolean six)
{
  guint i;

  for (i = 0; i < b->locals->len; i++)
    if ((strchr(g_ptr_array_index(b->locals, i), ':') != NULL) == six)
      return TRUE;
  return FALSE;
}

/*
 * Whether what is not for the box goes nowhere. That asks for all that is for it: its addresses, and rules of policy
 * routing, which may take in what has none of these.
 */
static void settle_host(box *b)
{
  static const char *const names[] = { "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding" };
  box_file *f = box_get(b, BOX_SYSCTL);
  guint six;

  for (six = 0; six < 2; six++) {
    char *says = f != NULL ? f->says : NULL;

    if (says == NULL || !b->forwarding_told[six] || b->forwards[six])
      continue;
    b->host[six] = b->decided[six] && has_address(b, six) && b->locals->len < BOX_LISTED_MOST;
    f->used |= b->host[six];
    f->says = g_strdup_printf(b->host[six] ? "%s; %s is 0: nothing is forwarded"
                                           : "%s; %s is 0, which is not followed: the box's addresses (ip addr) and "
                                             "which table decides (ip rule) have to be known",
                              says, names[six]);
    g_free(says);
  }
}

static void read_meminfo(box *b, box_file *f)
{
  const char *at = strstr(f->text->str, "MemTotal:");
  guint64 kib = at != NULL ? g_ascii_strtoull(at + 9, NULL, 10) : 0;

  b->ram_kib = kib < G_GUINT64_CONSTANT(1) << 40 ? kib : 0;
  box_say(f, b->ram_kib != 0,
          b->ram_kib != 0 ? g_strdup_printf("%" G_GUINT64_FORMAT " KiB of memory", b->ram_kib)
                          : g_strdup("not used: no MemTotal in it"));
}

static void add_parameter(box *b, const char *module, const char *name, const char *value)
{
  guint64 buckets;

  if (!box_is_word(module) || !box_is_word(name) || strchr(name, '=') != NULL || !box_is_word(value) ||
      strlen(value) > 64)
    return;
  if (strcmp(module, "nf_conntrack") == 0 && strcmp(name, "hashsize") == 0) {
    if (g_ascii_string_to_unsigned(value, 10, 1, G_MAXINT32, &buckets, NULL))
      b->buckets = buckets;
    return;
  }
  g_ptr_array_add(b->modules, g_strdup_printf("%s.%s=%s", module, name, value));
}

/* A file of a parameter, or a list of lines "module.parameter=value". */
static void read_modules(box *b, box_file *f)
{
  const char *at = strstr(f->name, "sys/module/");
  char **lines = g_strsplit(f->text->str, "\n", BOX_LINE_MOST), **parts;
  guint i, n = 0;

  if (at != NULL) {
    parts = g_strsplit(at + 11, "/", 3);
    if (g_strv_length(parts) == 3 && lines[0] != NULL)
      add_parameter(b, parts[0], parts[2], g_strstrip(lines[0]));
    g_strfreev(parts);
    n = 1;
  }
  for (i = 0; at == NULL && lines[i] != NULL; i++) {
    char *equals = strchr(lines[i], '='), *dot = strchr(lines[i], '.');

    if (equals == NULL || dot == NULL || dot > equals)
      continue;
    *equals = *dot = '\0';
    add_parameter(b, lines[i], dot + 1, g_strstrip(equals + 1));
    n++;
  }
  g_strfreev(lines);
  box_say(f, n > 0, g_strdup_printf("%u parameters of modules", n));
}

/* "1767607200.123456789"; others have no fractions. => 0: no time. */
static gint64 moment_ns(const char *line)
{
  gint64 seconds, ns = 0, unit = 100000000;
  char *end;

  seconds = g_ascii_strtoll(line, &end, 10);
  if (end == line || seconds <= 0 || seconds >= G_MAXINT64 / 2000000000 || strchr(". \r\n", *end) == NULL)
    return 0;
  for (end += *end == '.'; g_ascii_isdigit(*end) && unit > 0; end++, unit /= 10)
    ns += (*end - '0') * unit;
  return seconds * 1000000000 + ns;
}

/* A moment and its zone, as ctreplay-gather has date write them: before the table is listed, and when that is done. */
static void read_date(box *b, box_file *f)
{
  const char *second = strchr(f->text->str, '\n');

  b->date_ns = moment_ns(f->text->str);
  if (b->date_ns == 0) {
    box_say(f, FALSE,
            g_strdup("not used: no seconds since 1970 in it (date +'%s.%N %z %Z'), and it does not "
                     "tell when the table was listed: --at, --table-at"));
    return;
  }
  b->listed_ns = second != NULL ? MAX(moment_ns(second + 1), 0) : 0;
  box_say(f, TRUE, g_strdup("the moment of the table; its zone is not used, as nothing is told in local time"));
}

gboolean box_is_printed(const box_file *f)
{
  return f->text->len > 0 &&
         (strstr(f->name, "conntrack-L") != NULL || strstr(f->name, "conntrack_-L") != NULL || f->text->str[0] == '<');
}

const box_file *box_printed(const box *b, box_kind kind)
{
  guint i;

  for (i = 0; i < b->files->len; i++) {
    const box_file *f = g_ptr_array_index(b->files, i);

    if (f->kind == kind && box_is_printed(f))
      return f;
  }
  return NULL;
}

/* What conntrack printed says more than /proc's files. */
static void say_table(const box *b, box_file *f)
{
  const box_file *printed = box_printed(b, f->kind);

  if (printed != NULL && !box_is_printed(f))
    box_say(f, FALSE, g_strdup_printf("not used: %s says it", printed->name));
  else
    box_say(f, TRUE, g_strdup("for --table and agree"));
}

/* ---- all ---- */

static void read_one(box *b, box_file *f)
{
  switch (f->kind) {
  case BOX_UNAME: read_uname(b, f); break;
  case BOX_SYSCTL: read_sysctls(b, f); break;
  case BOX_MEMINFO: read_meminfo(b, f); break;
  case BOX_MODULE: read_modules(b, f); break;
  case BOX_ADDR: box_read_addresses(b, f); break;
  case BOX_LINK: box_read_links(b, f); break;
  case BOX_ROUTE: box_read_routes(b, f); break;
  case BOX_DATE: read_date(b, f); break;
  case BOX_POLICY: break; /* before */
  case BOX_TABLE:
  case BOX_EXPECT: say_table(b, f); break;
  case BOX_STATS: box_say(f, FALSE, g_strdup("not used: to be held against -S by eye")); break;
  default: box_say_rules(b, f); break;
  }
}

/* Of two files that say the same, as text and as JSON, the first is read. */
static gboolean is_second(const box *b, const box_file *f)
{
  const box_file *first = box_get(b, f->kind);

  return (f->kind == BOX_ADDR || f->kind == BOX_LINK || f->kind == BOX_SYSCTL) && first != NULL && first != f;
}

void box_find_facts(box *b)
{
  guint i;

  box_find_told(b);
  for (i = 0; i < b->files->len; i++) {
    box_file *f = g_ptr_array_index(b->files, i);

    if (f->kind == BOX_POLICY && f->text->len > 0)
      box_read_policy(b, f);
  }
  for (i = 0; i < b->files->len; i++) {
    box_file *f = g_ptr_array_index(b->files, i);

    if (f->text->len == 0)
      box_say(f, FALSE, g_strdup("not used: it is empty"));
    else if (is_second(b, f))
      box_say(f, FALSE, g_strdup_printf("not used: %s says it", box_get(b, f->kind)->name));
    else
      read_one(b, f);
  }
  box_settle_routes(b);
  settle_host(b);
}
