-- SPDX-License-Identifier: GPL-2.0-or-later
SELECT count() AS connections, sum(packets) AS packets, sum(bytes) AS bytes, sum(one_way) AS one_way FROM flows_all
