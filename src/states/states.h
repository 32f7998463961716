/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A protocol's states as a drawing needs them: nodes and arcs, read from the code that runs. TCP's, SCTP's and DCCP's
 * come from the very tables of the profile; of protocols without a table the engine itself is asked, by sending it
 * packets and looking at the entry. So no picture can tell anything else than the program does.
 *
 * Life: states_machine_new; states_machine_count for each packet of a capture, where there is one; a states_put_
 * function; states_machine_free.
 */
#ifndef STATES_STATES_H
#define STATES_STATES_H

#include "conntrack/engine.h"
#include "conntrack/proto/proto.h"
#include "conntrack/trace.h"
#include "emit/text.h"

enum { STATES_NODES_MAX = 16, STATES_INPUTS_MAX = 16 };
enum { STATES_IGNORE = -1, STATES_INVALID = -2 }; /* states_arc.to: let through unchanged; class INVALID */

typedef struct states_node {
  char name[24];
  gint64 timeout_ns;  /* 0: none, the state before there is an entry */
  gint64 was_ns;      /* that of the machine it was compared with, where it is another; else 0 */
  const char *sysctl; /* static; NULL where there is none */
  gboolean entered;   /* something leads there */
} states_node;

typedef struct states_arc {
  guint from, dir, input;
  gint to;          /* a node, or STATES_ */
  guint64 count;    /* packets that took it */
  gboolean by_rule; /* not in the table: a rule beside it made this of a packet (window, exceptions) */
  char was[24];     /* where the same led in the machine it was compared with, if elsewhere; else "" */
} states_arc;

typedef struct states_machine {
  const char *protocol, *profile;
  guint8 proto;
  gboolean has_table;   /* TCP, SCTP, DCCP */
  gboolean many_inputs; /* a packet can hold more than one of its inputs */
  gboolean counted;     /* a capture was counted: arcs have figures */
  const char *other;    /* the profile that it was compared with; NULL: none */
  gboolean other_has_table;
  guint n_differing, n_undrawn; /* arcs that lead elsewhere there; of these, that no picture has: they stay, or end */
  guint64 packets;              /* of the protocol, that conntrack judged */
  guint n_nodes, n_inputs;
  states_node nodes[STATES_NODES_MAX]; /* the first is "no entry" */
  const char *inputs[STATES_INPUTS_MAX];
  GArray *arcs; /* states_arc, by node, direction, input */
} states_machine;

/*
 * The i-th protocol in the order of pictures: those with a state table first, then by what their ids are. NULL past the
 * end. profile NULL: whatever some kernel had; else a protocol that its kernel does not track comes last.
 */
const ct_proto *states_protocol(const ct_profile *profile, guint i);

/* => the machine of the protocol of that name under these params; NULL for names of none. */
states_machine *states_machine_new(const char *protocol, const ct_params *params);
void states_machine_free(states_machine *machine); /* NULL is fine */

/* Notes where other, of the same protocol in another kernel, has it otherwise. Before packets are counted. */
void states_machine_compare(states_machine *machine, const states_machine *other);

/*
 * One packet that the engine has tracked; after: its entry afterwards, or NULL. Packets of other protocols are passed
 * over.
 */
void states_machine_count(states_machine *machine, const ct_packet *packet, const ct_result *result,
                          const ct_trace *trace, const ct_view *after);

void states_put_text(emit_text *out, const states_machine *machine);
void states_put_markdown(emit_text *out, const states_machine *machine);
void states_put_dot(emit_text *out, const states_machine *machine);
void states_put_svg(emit_text *out, const states_machine *machine);

/*
 * The same picture within an HTML page, without figures, drawn once and shown many times: states_put_style inside a
 * <style>, states_put_defs once, then states_put_walk for each connection.
 */
typedef struct states_drawing states_drawing;
typedef struct states_step {
  guint from, to; /* nodes */
  guint input;    /* STATES_INPUTS_MAX: not known */
} states_step;

/* id: static; the beginning of its parts' names in the page. machine must outlive the drawing. */
states_drawing *states_drawing_new(const states_machine *machine, const char *id);
void states_drawing_free(states_drawing *drawing); /* NULL is fine */

void states_put_style(emit_text *out);
/* Entries of drawings may be NULL. */
void states_put_defs(emit_text *out, states_drawing *const *drawings, guint n);
/* The drawing with the steps' arcs marked and numbered from 1; words: its text alternative, escaped. */
void states_put_walk(emit_text *out, const states_drawing *drawing, const states_step *steps, guint n,
                     const char *words);

/* The node of an entry whose protocol has no table: it knows whether it was answered and whether it lasted. */
guint states_node_of_status(guint32 status);

#endif
