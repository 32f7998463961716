-- SPDX-License-Identifier: GPL-2.0-or-later
-- Which box needs a larger table: whose table was full, or evicted somebody who was missed.
SELECT capture, peak, dropped, early_drop, cut FROM runs_all ANY LEFT JOIN (SELECT capture, count() AS cut FROM flows_all WHERE evicted = 1 AND missed > 0 GROUP BY capture) USING capture WHERE dropped + early_drop > 0 ORDER BY dropped + early_drop DESC, capture
