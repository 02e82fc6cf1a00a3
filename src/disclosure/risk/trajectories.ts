import type { Ask, RiskSubject } from './risk-subject.ts';

/** How many people one, two or three things that happened to them single out. */
export interface TrajectoryRisk {
  readonly known: number;
  /** People with so many events who were looked at. */
  readonly people: number;
  /** Of these, people whom the events single out. */
  readonly uniques: number;
}

export const KNOWN_EVENTS = [1, 2, 3] as const;

/** More people than these say nothing more: the share is known to half a per cent. */
const SAMPLE = 10_000;

/**
 * Of people with k events, k are drawn; somebody is found if nobody else has all of them. The draw is a digest of person
 * and event, so the same people have the same events each time.
 */
export async function trajectories(
  subject: RiskSubject,
  ask: Ask,
  run: (sql: string) => Promise<void>,
): Promise<TrajectoryRisk[]> {
  if (subject.events === undefined) return [];
  const { table } = subject.events;
  await run(
    `CREATE OR REPLACE TEMP TABLE "#drawn" AS SELECT person, event, row_number() OVER (PARTITION BY person ORDER BY md5(person::VARCHAR || '.' || event::VARCHAR), event) AS place, count(*) OVER (PARTITION BY person) AS events
     FROM ${table} SEMI JOIN (SELECT person FROM (SELECT DISTINCT person FROM ${table}) ORDER BY md5('person ' || person::VARCHAR), person LIMIT ${SAMPLE}) USING (person)
     QUALIFY place <= ${KNOWN_EVENTS.length}`,
  );
  await run(
    `CREATE OR REPLACE TEMP TABLE "#holders" AS SELECT event, count(*) AS holders FROM ${table} SEMI JOIN "#drawn" USING (event) GROUP BY event`,
  );
  const found: TrajectoryRisk[] = [];
  for (const known of KNOWN_EVENTS) {
    // Who else could it be? Those who have the rarest of the events, and all the others.
    const [row = {}] = await ask(
      `WITH asked AS MATERIALIZED (SELECT person, event, holders FROM "#drawn" JOIN "#holders" USING (event) WHERE events >= ${known} AND place <= ${known}),
         rarest AS (SELECT person, arg_min(event, (holders, event)) AS event, min(holders) AS holders FROM asked GROUP BY person),
         pairs AS (SELECT r.person, t.person AS other FROM rarest r JOIN ${table} t USING (event) WHERE r.holders > 1),
         alike AS (SELECT p.person, p.other FROM pairs p JOIN asked a ON a.person = p.person JOIN ${table} t ON t.person = p.other AND t.event = a.event
                   GROUP BY p.person, p.other HAVING count(*) = ${known}),
         counted AS (SELECT person, count(*) AS n FROM alike GROUP BY person)
       SELECT count(*) AS people, count(*) FILTER (WHERE r.holders = 1 OR c.n = 1) AS uniques FROM rarest r LEFT JOIN counted c USING (person)`,
    );
    found.push({ known, people: Number(row['people']), uniques: Number(row['uniques']) });
  }
  await run('DROP TABLE "#drawn"');
  await run('DROP TABLE "#holders"');
  return found;
}
