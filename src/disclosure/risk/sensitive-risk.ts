import { type Ask, columnsAt, type Levels, type RiskSubject, type SensitiveColumn } from './risk-subject.ts';

/**
 * What is learnt of people without finding them, because their class tells it (l-diversity, t-closeness; formulas as in
 * pycanon). A person with several values counts for each of them.
 */
export interface SensitiveRisk {
  readonly name: string;
  /** Distinct l: the least number of different values in a class. */
  readonly distinct: number;
  /** Entropy l: the least exp(H) of a class. */
  readonly entropy: number;
  /** t: the farthest that a class's values are from everybody's: 0 the same, 1 as far as can be. */
  readonly closeness: number;
  /** The largest share of a class that has one value (alpha of (alpha, k)-anonymity). */
  readonly sameValue: number;
  /** People of whom a value is learnt for certain: all of their class have it. */
  readonly learnt: number;
}

export async function sensitiveRisk(
  subject: RiskSubject,
  sensitive: SensitiveColumn,
  levels: Levels,
  ask: Ask,
): Promise<SensitiveRisk> {
  const columns = columnsAt(subject, levels);
  const key = columns.length === 0 ? '1' : `hash(${columns.join(', ')})`;
  // All values that occur stand in an order; distance over it is what is moved past each of them (earth mover's).
  const distance = sensitive.ordered
    ? `SELECT class, sum(abs(running)) / greatest(max(m) - 1, 1) AS distance FROM (
         SELECT class, m, sum(coalesce(p, 0) - q) OVER (PARTITION BY class ORDER BY place ROWS UNBOUNDED PRECEDING) AS running FROM grid) GROUP BY class`
    : 'SELECT class, 0.5 * (sum(abs(p - q)) + 1 - sum(q)) AS distance FROM (SELECT s.class, s.p, e.q FROM shares s JOIN everybody e USING (value)) GROUP BY class';
  const grid = sensitive.ordered
    ? `, grid AS (SELECT c.class, e.place, e.m, e.q, s.p FROM (SELECT class FROM sizes) c CROSS JOIN (SELECT *, row_number() OVER (ORDER BY TRY_CAST(value AS DOUBLE) NULLS FIRST, value) AS place, count(*) OVER () AS m FROM everybody) e LEFT JOIN shares s USING (class, value))`
    : '';
  const [row = {}] = await ask(
    `WITH members AS MATERIALIZED (SELECT person, ${key} AS class FROM ${subject.people}),
       sizes AS MATERIALIZED (SELECT class, count(*) AS f FROM members GROUP BY class),
       held AS MATERIALIZED (SELECT class, value, count(*) AS n FROM (SELECT class, v.value FROM members m JOIN ${sensitive.table} v USING (person)) GROUP BY class, value),
       totals AS (SELECT class, sum(n) AS total FROM held GROUP BY class),
       shares AS MATERIALIZED (SELECT class, value, n, n / total AS p FROM held JOIN totals USING (class)),
       everybody AS MATERIALIZED (SELECT value, sum(n) / (SELECT sum(n) FROM held) AS q FROM held GROUP BY value)${grid},
       classes AS (SELECT class, count(*) AS l, exp(-sum(p * ln(p))) AS entropy, max(n / f) AS same, max(f) AS f
                   FROM shares JOIN sizes USING (class) GROUP BY class),
       distances AS (${distance})
     SELECT min(l) AS l, min(entropy) AS entropy, max(same) AS same, coalesce(sum(f) FILTER (WHERE same >= 1), 0) AS learnt,
       (SELECT max(distance) FROM distances) AS closeness FROM classes`,
  );
  const value = (name: string): number => Number(row[name] ?? 0);
  return {
    name: sensitive.name,
    distinct: value('l'),
    entropy: value('entropy'),
    closeness: value('closeness'),
    sameValue: value('same'),
    learnt: value('learnt'),
  };
}
