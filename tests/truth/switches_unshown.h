/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of switches.c: what neither a recording nor a scenario shows yet. */
