/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key of the hashes that only find (conntrack/tuple.h): with people's time zone a setting of the whole process. */
#ifndef PKT_HASH_KEY_H
#define PKT_HASH_KEY_H

/*
 * Draws it, once in a process however often it is called, from any thread: to be called before anything is hashed.
 * Where the system has no random bytes ready, the built-in key has to do: it is only speed that somebody could take.
 */
void pkt_hash_key_draw(void);

#endif
