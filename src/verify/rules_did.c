/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/rules_did.h"

#include <string.h>

#include "conntrack/nat/nat.h"
#include "firewall/iptables.h"
#include "firewall/parse.h"
#include "firewall/walk/program.h"
#include "firewall/walk/policies.h"
#include "firewall/walk/tell.h"

/* ---- rules ---- */

/* The table's block in a text of iptables-save; NULL: there is none. *end is its COMMIT. */
static char *block_of(GString *text, const char *table, char **end)
{
  g_autofree char *head = g_strdup_printf("*%s\n", table);
  char *block = text->str;

  while ((block = strstr(block, head)) != NULL && block != text->str && block[-1] != '\n')
    block++;
  *end = block != NULL ? strstr(block, "\nCOMMIT") : NULL;
  return *end != NULL ? block : NULL;
}

/* A listing names all base chains; those that are not there yet stay away. */
static void keep_away(const fw_ruleset *old, fw_ruleset *fresh)
{
  guint t, u, c;

  for (t = 0; t < old->tables->len; t++)
    for (u = 0; u < fresh->tables->len; u++) {
      const fw_table *was = g_ptr_array_index(old->tables, t), *is = g_ptr_array_index(fresh->tables, u);

      for (c = 0; was->family == is->family && strcmp(was->name, is->name) == 0 && c < was->chains->len; c++) {
        const fw_chain *chain = g_ptr_array_index(was->chains, c);
        fw_chain *now = fw_table_chain(is, chain->name);

        if (chain->hook != FW_HOOK_NONE && !chain->declared && now != NULL)
          now->declared = FALSE;
      }
    }
}

/* Makes firewall and ruleset anew of both families' texts. => FALSE: they are no rules; all stays. */
static gboolean load(verify_rules_box *box, const GString *four, const GString *six)
{
  const GString *texts[2] = { four, six };
  fw_ruleset *ruleset = fw_ruleset_new();
  fw_firewall *firewall;
  guint i;

  for (i = 0; i < 2; i++) {
    const fw_read_options read = { TRUE, i == 0 ? FW_IPV4 : FW_IPV6, FW_BACKEND_NFT };

    if (texts[i]->len > 0 && !fw_rules_read(ruleset, "changed rules", texts[i]->str, texts[i]->len, &read, NULL)) {
      fw_ruleset_free(ruleset);
      return FALSE;
    }
  }
  keep_away(box->ruleset, ruleset);
  fw_rules_finish(ruleset);
  firewall = fw_firewall_new(ruleset, box->facts, &box->options);
  fw_firewall_free(box->firewall);
  fw_ruleset_free(box->ruleset);
  box->ruleset = ruleset;
  box->firewall = firewall;
  return TRUE;
}

/* Rules of nftables have another text, which is not read. */
static gboolean has_nft(const fw_ruleset *r)
{
  guint i;

  for (i = 0; i < r->tables->len; i++)
    if (((const fw_table *)g_ptr_array_index(r->tables, i))->nft != NULL)
      return TRUE;
  return FALSE;
}

/* A command is a line of the table: before its COMMIT, or in a table that comes with it. */
static void add_line(GString *text, const char *table, char **words)
{
  GString *line = g_string_new(NULL);
  char *end;
  guint i;

  for (i = 0; words[i] != NULL; i++) {
    g_autofree char *quoted = NULL;

    if (strchr(words[i], ' ') != NULL)
      quoted = g_strdup_printf("\"%s\"", words[i]);
    g_string_append_printf(line, "%s%s", i > 0 ? " " : "", quoted != NULL ? quoted : words[i]);
  }
  if (block_of(text, table, &end) != NULL)
    g_string_insert(text, end + 1 - text->str, g_string_append_c(line, '\n')->str);
  else
    g_string_append_printf(text, "*%s\n%s\nCOMMIT\n", table, line->str);
  g_string_free(line, TRUE);
}

static gboolean change(verify_rules_box *box, fw_family family, const char *table, char **words)
{
  g_autoptr(GString) four = g_string_new(NULL), six = g_string_new(NULL);
  GString *text = family == FW_IPV6 ? six : four;
  char *block, *end;

  if (box->firewall == NULL || has_nft(box->ruleset))
    return FALSE;
  fw_tell_save(four, box->firewall, FW_IPV4);
  fw_tell_save(six, box->firewall, FW_IPV6);
  if (words != NULL) {
    add_line(text, table, words);
  } else { /* the table goes */
    block = block_of(text, table, &end);
    if (block == NULL)
      return FALSE;
    g_string_erase(text, block - text->str, end + (gssize)strlen("\nCOMMIT\n") - block);
  }
  return load(box, four, six);
}

/* iptables [-t TABLE] COMMAND ... */
static gboolean do_iptables(verify_rules_box *box, fw_family family, char **words)
{
  const char *table = "filter";
  GPtrArray *rest = g_ptr_array_new();
  gboolean done;
  guint i;

  for (i = 0; words[i] != NULL; i++) {
    if ((strcmp(words[i], "-t") == 0 || strcmp(words[i], "--table") == 0) && words[i + 1] != NULL)
      table = words[++i];
    else if (strcmp(words[i], "-w") != 0)
      g_ptr_array_add(rest, words[i]);
  }
  g_ptr_array_add(rest, NULL);
  done = rest->len > 1 && change(box, family, table, (char **)rest->pdata);
  g_ptr_array_free(rest, TRUE);
  return done;
}

/* nft delete table ip|ip6 NAME: of those that iptables made. */
static gboolean do_nft(verify_rules_box *box, char **words)
{
  guint n = g_strv_length(words);

  return n >= 3 && (strcmp(words[0], "delete") == 0 || strcmp(words[0], "destroy") == 0) &&
         strcmp(words[1], "table") == 0 &&
         change(box, n > 3 && strcmp(words[2], "ip6") == 0 ? FW_IPV6 : FW_IPV4, words[n - 1], NULL);
}

/* ---- addresses, routes, devices ---- */

static const char *word_after(char **words, const char *name)
{
  for (; *words != NULL; words++)
    if (strcmp(*words, name) == 0)
      return words[1];
  return NULL;
}

static void to_engine(const fw_address *address, ct_addr *to) { memcpy(to->bytes, address->bytes, sizeof *to); }

/* A device without an address of IPv4 has no route of it either. */
static void forget_routes(verify_rules_box *box, const char *device)
{
  guint i;

  for (i = 0; i < box->facts->local->len; i++) {
    const fw_network *n = &g_array_index(box->facts->local, fw_network, i);

    if (n->family == FW_IPV4 && n->interface != NULL && strcmp(n->interface, device) == 0)
      return;
  }
  for (i = box->facts->routes->len; i-- > 0;) {
    const fw_network *n = &g_array_index(box->facts->routes, fw_network, i);

    if (n->family == FW_IPV4 && g_strcmp0(n->interface, device) == 0)
      g_array_remove_index(box->facts->routes, i);
  }
  fw_box_facts_changed(box->facts);
}

static gboolean address_gone(verify_rules_box *box, const char *text)
{
  g_autofree char *bare = g_strndup(text, strcspn(text, "/"));
  fw_family family = strchr(bare, ':') != NULL ? FW_IPV6 : FW_IPV4;
  fw_address address;
  ct_addr gone = { .halves = { 0 } };
  g_autofree char *device = NULL;
  guint i;

  if (!fw_read_address(bare, family, &address))
    return FALSE;
  for (i = box->facts->local->len; i-- > 0;) {
    const fw_network *n = &g_array_index(box->facts->local, fw_network, i);

    if (n->family != family || memcmp(&n->address, &address, sizeof address) != 0)
      continue;
    to_engine(&address, &gone);
    if (box->engine != NULL)
      ct_engine_nat_address_gone(box->engine, n->interface != NULL ? fw_device_number(n->interface) : 0, &gone);
    g_free(device);
    device = g_strdup(n->interface);
    g_array_remove_index(box->facts->local, i);
  }
  fw_box_facts_changed(box->facts);
  if (family == FW_IPV4 && device != NULL)
    forget_routes(box, device);
  return TRUE;
}

static gboolean do_address(verify_rules_box *box, char **words)
{
  const char *device = word_after(words, "dev");
  g_autofree char *local = NULL;

  if (words[0] == NULL || words[1] == NULL || device == NULL)
    return FALSE;
  if (strcmp(words[0], "del") == 0 || strcmp(words[0], "delete") == 0)
    return address_gone(box, words[1]);
  local = g_strdup_printf("%s@%s", words[1], device);
  return (strcmp(words[0], "add") == 0 || strcmp(words[0], "replace") == 0) && fw_box_facts_local(box->facts, local);
}

/* A route to the same prefix goes before the new one comes. */
static gboolean do_route(verify_rules_box *box, gboolean six, char **words)
{
  const char *device = word_after(words, "dev"), *prefix;
  g_autofree char *route = NULL;
  fw_network fresh;
  guint i;

  if (words[0] == NULL || words[1] == NULL || device == NULL || strcmp(words[0], "del") == 0)
    return FALSE;
  prefix = strcmp(words[1], "default") == 0 ? (six ? "::/0" : "0.0.0.0/0") : words[1];
  route = g_strdup_printf("%s=%s", prefix, device);
  if (!fw_box_facts_route(box->facts, route))
    return FALSE;
  fresh = g_array_index(box->facts->routes, fw_network, box->facts->routes->len - 1);
  for (i = 0; i + 1 < box->facts->routes->len; i++) {
    const fw_network *n = &g_array_index(box->facts->routes, fw_network, i);

    if (n->family == fresh.family && n->length == fresh.length &&
        fw_address_under(&n->address, &fresh.address, &fresh.mask)) {
      g_array_remove_index(box->facts->routes, i);
      fw_box_facts_changed(box->facts);
      break;
    }
  }
  return TRUE;
}

static gboolean do_link(verify_rules_box *box, char **words)
{
  const char *device;

  if (words[0] == NULL || words[1] == NULL || strcmp(words[0], "set") != 0)
    return FALSE;
  device = word_after(words, "dev") != NULL ? word_after(words, "dev") : words[1];
  if (strcmp(words[g_strv_length(words) - 1], "down") != 0)
    return FALSE;
  if (box->engine != NULL)
    ct_engine_nat_address_gone(box->engine, fw_device_number(device), NULL);
  return TRUE;
}

static gboolean do_ip(verify_rules_box *box, char **words)
{
  gboolean six = FALSE;

  for (; *words != NULL && **words == '-'; words++)
    six |= strcmp(*words, "-6") == 0;
  if (*words == NULL)
    return FALSE;
  if (g_str_has_prefix("address", *words))
    return do_address(box, words + 1);
  if (g_str_has_prefix("route", *words))
    return do_route(box, six, words + 1);
  return g_str_has_prefix("link", *words) && do_link(box, words + 1);
}

/* ---- policies ---- */

static gboolean do_nfct(verify_rules_box *box, const char *command)
{
  const char *reason;
  guint line;

  return fw_policies_read(box->facts, command, &line, &reason);
}

gboolean verify_rules_box_do(verify_rules_box *box, const char *command)
{
  g_auto(GStrv) words = NULL;

  if (!g_shell_parse_argv(command, NULL, &words, NULL) || words[0] == NULL)
    return FALSE;
  if (strcmp(words[0], "iptables") == 0)
    return do_iptables(box, FW_IPV4, words + 1);
  if (strcmp(words[0], "ip6tables") == 0)
    return do_iptables(box, FW_IPV6, words + 1);
  if (strcmp(words[0], "nft") == 0)
    return do_nft(box, words + 1);
  if (strcmp(words[0], "ip") == 0)
    return do_ip(box, words + 1);
  return strcmp(words[0], "nfct") == 0 && do_nfct(box, command);
}
