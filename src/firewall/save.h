/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing rules in the form of iptables-save 1.8.13. */
#ifndef FIREWALL_SAVE_H
#define FIREWALL_SAVE_H

#include "firewall/extension.h"

/* A word, quoted by need: any byte beside letters, digits, '_' and '-' asks for it. */
void fw_save_word(GString *out, const char *word);
void fw_save_quoted(GString *out, const char *word);
/* As it is, where the tools quote nothing; quoted only where it would not be read as one word again. */
void fw_save_bare(GString *out, const char *word);
void fw_save_address(GString *out, fw_family family, const fw_address *address);
/* "1.2.3.4/24"; a mask that is no prefix in full. */
void fw_save_network(GString *out, fw_family family, const fw_address *address, const fw_address *mask);
/* As many of iptables' extensions write a mask: nothing where it is full, "/24" or "/255.0.255.0". */
void fw_save_mask(GString *out, fw_family family, const fw_address *mask);
void fw_save_mac(GString *out, const guint8 mac[6]);
void fw_save_interface(GString *out, const fw_interface *interface);
/* " !" */
void fw_save_invert(GString *out, gboolean invert);

/* " --option value" of each option with FW_OPTION_SAVE, by an extension's table. */
void fw_save_options(GString *out, fw_family family, const fw_option *options, fw_bits given, fw_bits invert,
                     const void *data);

/* "-A CHAIN ..." without a line's end. */
void fw_save_rule(GString *out, const fw_rule *rule);
/* All of a rule behind its chain's name, each part with a blank before it. */
void fw_save_rule_words(GString *out, const fw_rule *rule);

typedef struct fw_save_style {
  gboolean counters; /* as -c */
  /* Counters in place of those that were read; NULL: those. */
  fw_counters (*rule)(const fw_rule *rule, gpointer user);
  fw_counters (*policy)(const fw_chain *chain, gpointer user);
  gpointer user;
} fw_save_style;

/* A table as iptables-save writes it, without banners (they hold a date). */
void fw_save_table(GString *out, const fw_table *table, const fw_save_style *style);

#endif
