/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of src/box. */
#ifndef BOX_INTERNAL_H
#define BOX_INTERNAL_H

#include "box.h"

enum {
  BOX_FILE_MOST = 256 << 20,
  BOX_ALL_MOST = 1 << 30, /* all that is kept, and an archive unpacked */
  BOX_NAMES_MOST = 1 << 20,
  BOX_FILES_MOST = 20000, /* of those whose names are known */
  BOX_DEPTH_MOST = 12,
  BOX_LINE_MOST = 4096,
  BOX_WORD_MOST = 64,    /* of what ip(8) prints */
  BOX_LISTED_MOST = 4096 /* addresses, routes, interfaces */
};

/* names.c: by its path in the box. => FALSE: it is nothing that is known. */
gboolean box_kind_of(const char *name, box_kind *kind);
/* The part behind the last slash. */
const char *box_base(const char *name);
/* names.c: n bytes, or as many as fit, with a closing zero. g_strlcpy would go to the end of a long text each time. */
void box_copy(char *to, gsize size, const char *from, gsize n);
/* names.c: something that can be seen, and nothing else: blanks and control characters are in no value that is taken.
 */
gboolean box_is_word(const char *text);
/* file.c: takes text. => FALSE and error where it is more than is read. */
gboolean box_add(box *b, box_kind kind, const char *name, GString *text, GError **error);
/* file.c: of a box_file. */
void box_file_free(gpointer file);
/*
 * walk.c: adds the files of a folder that are known by their paths, and those of folders in it, BOX_DEPTH_MOST deep;
 * what cannot be read is passed over. => FALSE and error: the folder itself cannot be opened, or there is more than is
 * read.
 */
gboolean box_walk(box *b, const char *path, GError **error);
/* tar.c: the same of an archive, its compression taken off. => FALSE and error where it breaks off, or holds too much.
 */
gboolean box_untar(box *b, const GString *archive, GError **error);
/* Whether a file that begins with these n bytes is one: ustar, or GNU's. */
gboolean box_is_tar(const char *bytes, gsize n);
/* rules.c: which tables iptables-save tells, before anything is said of rules. */
void box_find_told(box *b);
void box_say_rules(const box *b, box_file *f);
/* facts.c: what all files say. */
void box_find_facts(box *b);
/* network.c: takes over what a file says (of `ip addr`, `link`, `route`, `rule`), as text or JSON, and says of the file
 * what was used. */
void box_read_addresses(box *b, box_file *f);
void box_read_links(box *b, box_file *f);
/* When all files have been read: a port of a bridge or a bond is called as what it is a port of. */
void box_settle_ports(box *b);
/* The next word of a line, which it is taken from. => FALSE: there is none. */
gboolean box_next_word(const char **at, char word[BOX_WORD_MOST]);
/* The next "key": of JSON's text, and its value without quotes. => FALSE: there is none. */
gboolean box_next_member(const char **at, char key[BOX_WORD_MOST], char value[BOX_WORD_MOST]);
gboolean box_is_json(const box_file *f);
/* Whether a device may have that name. */
gboolean box_is_name(const char *name);
/* What was said of a file, and how much of it there was no room for. text is taken. */
char *box_with_left_out(box *b, char *text);
/* routes.c */
void box_read_routes(box *b, box_file *f);
/* policy.c: before routes are read, which depend on it. */
void box_read_policy(box *b, box_file *f);
/* When all files have been read: what no route of a family leads anywhere ends, where that is known. */
void box_settle_routes(box *b);

/* file.c: sets what the file says, and whether it is used; the text is taken. */
void box_say(box_file *f, gboolean used, char *text);

#endif
