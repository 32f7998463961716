/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of switches_table.c: what neither a recording nor a scenario shows yet, as "tcp_overshoot linux-6.1",. None. */
