-- SPDX-License-Identifier: GPL-2.0-or-later
-- INVALID by reason across all sites.
SELECT reason, sum(packets) AS packets, count() AS captures FROM invalid_all GROUP BY reason ORDER BY packets DESC, reason
