/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A case's rules and sets, put into the kernel by their own programs, listed and taken out again. */
#include "box_rules.h"

#include <stdio.h>
#include <string.h>

enum { TRIES = 200 }; /* of 10 ms */

/* in NULL: nothing. => what it printed; NULL: it failed. */
static char *run_program(const char *directory, const char *command, const char *in)
{
  g_autofree char *said = g_build_filename(directory, "said", NULL);
  g_autofree char *line =
    in != NULL ? g_strdup_printf("%s > %s 2>&1", command, said) : g_strdup_printf("{ %s; } 2> /dev/null", command);
  GString *out = g_string_new(NULL);
  char buffer[65536];
  size_t n;
  FILE *pipe;
  int status;

  fflush(NULL);
  pipe = popen(line, in != NULL ? "w" : "r");
  if (pipe == NULL)
    return g_string_free(out, TRUE);
  if (in != NULL)
    fputs(in, pipe);
  while (in == NULL && (n = fread(buffer, 1, sizeof buffer, pipe)) > 0)
    g_string_append_len(out, buffer, (gssize)n);
  status = pclose(pipe);
  if (status != 0 && in != NULL) {
    g_autofree char *text = NULL;

    if (g_file_get_contents(said, &text, NULL, NULL))
      fprintf(stderr, "%s: %s", command, text);
  }
  return g_string_free(out, status != 0);
}

/* => FALSE: they were refused. */
gboolean gen_rules_load_sets(const char *directory, const gen_case *c, gen_result *result)
{
  g_autofree char *text = gen_case_sets(c), *out = NULL;

  if (*text == '\0')
    return TRUE;
  out = run_program(directory, "ipset restore", text);
  result->sets = out != NULL ? run_program(directory, "ipset save", NULL) : NULL;
  return result->sets != NULL;
}

/* Rules let go of their sets a while after they have gone, and lists of sets when they are emptied. */
static gboolean unload_sets(const char *directory, const gen_case *c)
{
  g_autofree char *text = gen_case_sets(c);

  if (*text == '\0')
    return TRUE;
  for (guint i = 0; i < TRIES; i++) {
    g_autofree char *out = run_program(directory, "ipset flush && ipset destroy", NULL);

    if (out != NULL)
      return TRUE;
    g_usleep(10000);
  }
  return FALSE;
}

gboolean gen_rules_load(const char *directory, const gen_case *c, gboolean six)
{
  static const char *const programs[GEN_KINDS][2] = { { "iptables-nft-restore", "ip6tables-nft-restore" },
                                                      { "iptables-legacy-restore -w 20",
                                                        "ip6tables-legacy-restore -w 20" },
                                                      { "nft -f -", NULL } };
  g_autofree char *text = gen_case_text(c, six), *out = NULL;

  if (programs[c->kind][six] == NULL || *text == '\0')
    return TRUE;
  out = run_program(directory, programs[c->kind][six], text);
  return out != NULL;
}

/* The tables of a case of nft, in the order in which they are made. => "inet t0", ...: to be freed */
static char **tables_of(const gen_case *c)
{
  GPtrArray *names = g_ptr_array_new();

  for (guint i = 0; i < c->lines->len; i++) {
    const char *line = g_array_index(c->lines, gen_line, i).text;

    if (g_str_has_prefix(line, "table "))
      g_ptr_array_add(names, g_strndup(line + strlen("table "), strcspn(line + strlen("table "), "{") - 1));
  }
  g_ptr_array_add(names, NULL);
  return (char **)g_ptr_array_free(names, FALSE);
}

/* Of nft one table after the other, in the order in which they were made: without ours. => NULL: the tool has failed */
char *gen_rules_list(const char *directory, const gen_case *c, gboolean six, gboolean counters)
{
  g_autoptr(GString) all = NULL;

  if (c->kind != GEN_NFT) {
    g_autofree char *command = g_strdup_printf("ip%stables-%s-save%s", six ? "6" : "",
                                               c->kind == GEN_LEGACY ? "legacy" : "nft", counters ? " -c" : "");

    return run_program(directory, command, NULL);
  }
  all = g_string_new(NULL);
  g_auto(GStrv) tables = tables_of(c);
  for (guint i = 0; tables[i] != NULL; i++) {
    g_autofree char *command = g_strdup_printf("nft %s list table %s", counters ? "" : "-j", tables[i]),
                    *out = run_program(directory, command, NULL);

    if (out == NULL)
      return NULL;
    g_string_append(all, out);
  }
  return g_strdup(all->str);
}

static guint64 times_in(const char *text, const char *what)
{
  guint64 n = 0;

  for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
    n++;
  return n;
}

gboolean gen_rules_listed_whole(const char *directory, const gen_case *c, const char *json)
{
  static const struct {
    const char *held, *listed;
  } checks[] = { { "ct load protocol", "{\"ct\": {\"key\": \"protocol\"" },
                 { "ct load l3protocol", "{\"ct\": {\"key\": \"l3proto\"" },
                 { "payload load 1b @ network header + 6 ", "{\"protocol\": \"ip6\", \"field\": \"nexthdr\"" } };
  g_autoptr(GString) all = g_string_new(NULL);

  if (c->kind != GEN_NFT)
    return TRUE;
  g_auto(GStrv) tables = tables_of(c);
  for (guint i = 0; tables[i] != NULL; i++) {
    g_autofree char *command = g_strdup_printf("nft --debug=netlink list table %s", tables[i]),
                    *out = run_program(directory, command, NULL);

    g_string_append(all, out != NULL ? out : "");
  }
  for (guint i = 0; i < G_N_ELEMENTS(checks); i++)
    if (times_in(all->str, checks[i].held) > times_in(json, checks[i].listed))
      return FALSE;
  return TRUE;
}

/* Tables of iptables-legacy stay once they are there: empty. */
static void unload_legacy(const char *directory)
{
  static const char bare[] =
    "*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n*mangle\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:FORWARD ACCEPT\n"
    ":OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT\n*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n"
    ":POSTROUTING ACCEPT\nCOMMIT\n*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n";
  g_autofree char *four = run_program(directory, "iptables-legacy-restore -w 20", bare),
                  *six = run_program(directory, "ip6tables-legacy-restore -w 20", bare);

  (void)four;
  (void)six;
}

/* nft itself may fail to list it. => FALSE: it is still there. */
static gboolean unload_rules(const char *directory, const gen_case *c)
{
  g_autofree char *out = NULL;

  if (c->kind == GEN_LEGACY) {
    unload_legacy(directory);
    return TRUE;
  }
  if (c->kind == GEN_NFT) {
    g_auto(GStrv) tables = tables_of(c);
    g_autoptr(GString) gone = g_string_new(NULL);

    for (guint i = 0; tables[i] != NULL; i++)
      g_string_append_printf(gone, "add table %s\ndelete table %s\n", tables[i], tables[i]);
    out = run_program(directory, "nft -f -", gone->str);
    return out != NULL;
  }
  out = run_program(directory, "nft list tables", NULL);
  if (out == NULL)
    return FALSE;
  g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
  g_autoptr(GString) gone = g_string_new(NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix(lines[i], "table ") && !g_str_has_prefix(lines[i], "table inet z"))
      g_string_append_printf(gone, "delete %s\n", lines[i]);
  g_free(out);
  out = run_program(directory, "nft -f -", gone->str);
  return out != NULL;
}

/* All that the case has loaded. => FALSE: it is still there. */
gboolean gen_rules_unload(const char *directory, const gen_case *c)
{
  return unload_rules(directory, c) && unload_sets(directory, c);
}
