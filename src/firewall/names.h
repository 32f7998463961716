/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that stand for numbers in rules. The machine's own files (/etc/services, /etc/protocols) are never asked: the
 * same file means the same everywhere.
 */
#ifndef FIREWALL_NAMES_H
#define FIREWALL_NAMES_H

#include <glib.h>

typedef struct fw_name {
  const char *name; /* NULL ends a table */
  guint32 number;
} fw_name;

extern const fw_name fw_services[]; /* IANA's, as Debian 12 has them; any protocol; sorted by name */
extern const guint fw_n_services;
extern const fw_name fw_protocols[]; /* IANA's with aliases; sorted by name */
extern const guint fw_n_protocols;
extern const fw_name fw_saved_protocols[];   /* those that iptables 1.8.13 writes by name */
extern const fw_name fw_machine_protocols[]; /* what iptables 1.8.9 writes besides, by Debian 12's /etc/protocols */
extern const fw_name fw_levels[];            /* of syslog */
extern const fw_name fw_tos_names[];
extern const fw_name fw_dscp_classes[];

/* Exact; => FALSE: not there. */
gboolean fw_name_find(const fw_name *table, const char *name, guint32 *number);
/* Whatever the case of letters. */
gboolean fw_name_find_caseless(const fw_name *table, const char *name, guint32 *number);
/* => the first name of a number, NULL: none. */
const char *fw_name_of(const fw_name *table, guint32 number);

gboolean fw_service_find(const char *name, guint16 *port);
gboolean fw_protocol_find(const char *name, guint8 *protocol);
/* As saved: NULL where it is a number. */
const char *fw_protocol_saved(guint8 protocol);
/* The same of a rule that was written with a name: it was saved where the machine knew that. */
const char *fw_protocol_named(guint8 protocol);

#endif
