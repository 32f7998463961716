/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ip(8) prints of addresses and links: its text, one-line text (-o), and its JSON. */
#include "internal.h"

#include <string.h>

enum { NAME_MOST = 15, MASTERS_MOST = 4, DOWN_MOST_BYTES = 60 };

/* ---- words ---- */

/* The next word of a line, which it is taken from. => FALSE: there is none. */
gboolean box_next_word(const char **at, char word[BOX_WORD_MOST])
{
  gsize n;

  *at += strspn(*at, " \t\\");
  n = strcspn(*at, " \t\\\n\r");
  box_copy(word, BOX_WORD_MOST, *at, n);
  *at += n;
  return n > 0;
}

gboolean box_is_name(const char *name)
{
  gsize n = strlen(name);

  return n <= NAME_MOST && box_is_word(name) && strpbrk(name, "=@/\"'") == NULL;
}

/* "2: eth0@if5:" => its index and name. */
static gboolean read_head(const char **at, guint32 *index, char name[BOX_WORD_MOST])
{
  const char *p = *at;
  char word[BOX_WORD_MOST];
  guint64 number;
  gsize n;

  if (!box_next_word(&p, word) || !g_str_has_suffix(word, ":"))
    return FALSE;
  word[strlen(word) - 1] = '\0';
  if (!g_ascii_string_to_unsigned(word, 10, 1, G_MAXUINT32, &number, NULL) || !box_next_word(&p, name))
    return FALSE;
  n = strcspn(name, "@:");
  name[n] = '\0';
  *index = (guint32)number;
  *at = p;
  return box_is_name(name);
}

static void add_interface(box *b, guint32 index, const char *name)
{
  if (g_hash_table_size(b->interfaces) < BOX_LISTED_MOST ||
      g_hash_table_contains(b->interfaces, GUINT_TO_POINTER(index)))
    g_hash_table_replace(b->interfaces, GUINT_TO_POINTER(index), g_strdup(name));
  else
    b->left_out++;
}

/*
 * Frames that come by a port of a bridge, or of a bond, are their master's where IP's hooks see them. Devices of VRF
 * are masters too, but see packets a second time; they have no ARP, by which they are told from the others. Open
 * vSwitch takes frames to devices of its own.
 */
static void add_master(box *b, const char *name, const char *master)
{
  if (!box_is_name(name) || !box_is_name(master) || strcmp(master, "ovs-system") == 0 || strcmp(name, master) == 0)
    return;
  if (g_hash_table_size(b->masters) < BOX_LISTED_MOST && !g_hash_table_contains(b->masters, name))
    g_hash_table_insert(b->masters, g_strdup(name), g_strdup(master));
}

static void add_without_arp(box *b, const char *name)
{
  if (box_is_name(name) && g_hash_table_size(b->masters) < BOX_LISTED_MOST)
    g_hash_table_replace(b->masters, g_strdup(name), g_strdup(""));
}

static const char *master_of(const box *b, const char *name)
{
  const char *master = g_hash_table_lookup(b->masters, name);
  const char *of_master = master != NULL && *master != '\0' ? g_hash_table_lookup(b->masters, master) : NULL;

  return of_master != NULL && *of_master == '\0' ? NULL : master;
}

void box_settle_ports(box *b)
{
  GHashTableIter iter;
  gpointer key, value;
  guint i;

  g_hash_table_iter_init(&iter, b->interfaces);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    const char *name = value, *master;

    for (i = 0; i < MASTERS_MOST && (master = master_of(b, name)) != NULL && *master != '\0'; i++)
      name = master;
    if (name != value)
      g_hash_table_iter_replace(&iter, g_strdup(name));
  }
}

static gboolean is_single(const char *length) { return strcmp(length, "32") == 0 || strcmp(length, "128") == 0; }

/* An address with a network says more than a single one of thousands, of which the last goes. => FALSE: none is left.
 */
static gboolean make_room(box *b)
{
  while (b->single_before > 0) {
    const char *text = g_ptr_array_index(b->locals, --b->single_before), *slash = strchr(text, '/');
    char length[8];

    box_copy(length, sizeof length, slash + 1, strcspn(slash + 1, "@"));
    if (!is_single(length))
      continue;
    g_ptr_array_remove_index(b->locals, b->single_before);
    b->left_out++;
    return TRUE;
  }
  return FALSE;
}

/* Each once, and a few of them: its addresses are read one behind the other. */
static void note_down(box *b, const char *address, const char *name)
{
  if (!b->is_down || g_str_has_prefix(address, "fe80:") || b->down->len > DOWN_MOST_BYTES ||
      g_str_has_suffix(b->down->str, name))
    return;
  g_string_append_printf(b->down, "%s%s", b->down->len > 0 ? ", " : "", name);
}

static void add_local(box *b, const char *address, const char *length, const char *name)
{
  if (!box_is_name(name) || !box_is_word(address) || strpbrk(address, "@=") != NULL || !box_is_word(length))
    return;
  note_down(b, address, name);
  if (b->locals->len < BOX_LISTED_MOST)
    g_ptr_array_add(b->locals, g_strdup_printf("%s/%s@%s", address, length, name));
  else if (is_single(length) || !make_room(b))
    b->left_out++;
  else
    add_local(b, address, length, name);
}

/* What was said of a file, and how much of it there was no room for. text is taken. */
char *box_with_left_out(box *b, char *text)
{
  char *all;

  if (b->left_out == 0)
    return text;
  all = g_strdup_printf("%s; %u more %s left out: %u are the most", text, b->left_out, b->left_out == 1 ? "is" : "are",
                        (guint)BOX_LISTED_MOST);
  b->left_out = 0;
  g_free(text);
  return all;
}

/* ---- JSON, as ip -j writes it: members in a fixed order, no escapes in what is asked for ---- */

/* The next "key": of the text, and its value without quotes. => FALSE: there is none. */
gboolean box_next_member(const char **at, char key[BOX_WORD_MOST], char value[BOX_WORD_MOST])
{
  for (;;) {
    const char *quote = strchr(*at, '"'), *end = quote != NULL ? strchr(quote + 1, '"') : NULL;
    gsize n;

    if (end == NULL)
      return FALSE;
    *at = end + 1;
    if (**at != ':')
      continue;
    box_copy(key, BOX_WORD_MOST, quote + 1, (gsize)(end - quote) - 1);
    (*at)++;
    if (**at == '"')
      n = strcspn(++*at, "\"");
    else
      n = strcspn(*at, ",}]");
    box_copy(value, BOX_WORD_MOST, *at, n);
    *at += n;
    if (**at == '"')
      (*at)++;
    return TRUE;
  }
}

gboolean box_is_json(const box_file *f) { return f->text->len > 0 && f->text->str[strspn(f->text->str, " \n")] == '['; }

static void json_addresses(box *b, const char *at)
{
  char key[BOX_WORD_MOST], value[BOX_WORD_MOST], name[BOX_WORD_MOST] = "", address[BOX_WORD_MOST] = "";
  guint64 index = 0;

  while (box_next_member(&at, key, value)) {
    if (strcmp(key, "ifindex") == 0 && g_ascii_string_to_unsigned(value, 10, 1, G_MAXUINT32, &index, NULL))
      continue;
    if (strcmp(key, "ifname") == 0) {
      g_strlcpy(name, value, sizeof name);
      b->is_down = FALSE;
      if (index != 0 && box_is_name(name))
        add_interface(b, (guint32)index, name);
    } else if (strcmp(key, "flags") == 0 && g_str_has_prefix(value, "[\"NOARP\"")) {
      add_without_arp(b, name);
    } else if (strcmp(key, "master") == 0) {
      add_master(b, name, value);
    } else if (strcmp(key, "operstate") == 0) {
      b->is_down = strcmp(value, "DOWN") == 0;
    } else if (strcmp(key, "local") == 0) {
      g_strlcpy(address, value, sizeof address);
    } else if (strcmp(key, "prefixlen") == 0 && *address != '\0') {
      add_local(b, address, value, name);
      *address = '\0';
    }
  }
}

/* ---- addresses ---- */

/* "<BROADCAST,UP> mtu 1500 qdisc noqueue master br0 state UP", behind the name. */
static void text_link(box *b, const char *at, const char *name)
{
  char word[BOX_WORD_MOST];

  while (box_next_word(&at, word)) {
    if (g_str_has_prefix(word, "<NOARP"))
      add_without_arp(b, name);
    else if (strcmp(word, "master") == 0 && box_next_word(&at, word))
      add_master(b, name, word);
    else if (strcmp(word, "state") == 0 && box_next_word(&at, word))
      b->is_down = strcmp(word, "DOWN") == 0;
  }
}

static void text_line(box *b, const char *line, guint32 *index, char name[BOX_WORD_MOST], gboolean addresses)
{
  char word[BOX_WORD_MOST];
  const char *at = line;

  if (g_ascii_isdigit(*line) && read_head(&at, index, name)) {
    add_interface(b, *index, name);
    b->is_down = FALSE;
    text_link(b, at, name);
  }
  if (!addresses || *index == 0)
    return;
  while (box_next_word(&at, word)) {
    char *slash;

    if (strcmp(word, "inet") != 0 && strcmp(word, "inet6") != 0)
      continue;
    if (!box_next_word(&at, word))
      return;
    slash = strchr(word, '/');
    if (slash != NULL)
      *slash = '\0';
    add_local(b, word, slash != NULL ? slash + 1 : strchr(word, ':') != NULL ? "128" : "32", name);
    return;
  }
}

static void text_lines(box *b, const char *text, gboolean addresses)
{
  char name[BOX_WORD_MOST] = "";
  guint32 index = 0;

  while (*text != '\0') {
    char *line = g_strndup(text, MIN(strcspn(text, "\n"), (gsize)BOX_LINE_MOST));

    text_line(b, line, &index, name, addresses);
    g_free(line);
    text += strcspn(text, "\n");
    text += *text == '\n';
  }
}

void box_read_addresses(box *b, box_file *f)
{
  guint before = b->locals->len;

  b->single_before = BOX_LISTED_MOST;
  if (box_is_json(f))
    json_addresses(b, f->text->str);
  else
    text_lines(b, f->text->str, TRUE);
  if (b->locals->len == before) {
    box_say(f, FALSE, g_strdup("not used: no address in it"));
    return;
  }
  box_say(f, TRUE,
          box_with_left_out(b, g_strdup_printf("%u address%s of the box's own", b->locals->len - before,
                                               b->locals->len - before == 1 ? "" : "es")));
}

void box_read_links(box *b, box_file *f)
{
  guint before = g_hash_table_size(b->interfaces);

  if (box_is_json(f))
    json_addresses(b, f->text->str);
  else
    text_lines(b, f->text->str, FALSE);
  if (g_hash_table_size(b->interfaces) == 0) {
    box_say(f, FALSE, g_strdup("not used: no interface in it"));
    return;
  }
  box_say(
    f, TRUE,
    box_with_left_out(
      b, g_strdup_printf("%u interface%s, %u of them from the addresses", g_hash_table_size(b->interfaces),
                         g_hash_table_size(b->interfaces) == 1 ? " by its number" : "s by their numbers", before)));
}
