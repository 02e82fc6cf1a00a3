import { type Ask, columnsAt, type Levels, type RiskSubject } from './risk-subject.ts';

/** People in classes of a size between two bounds, both included; no upper bound in the last. */
export interface SizeBand {
  readonly from: number;
  readonly to: number | null;
  /** People of the output whose class, of those in the output, has such a size. */
  readonly people: number;
  /** People of the output whose class, of all in the full source, has such a size. */
  readonly inPopulation: number;
}

/**
 * How easily people of an output are found by their quasi-identifiers. A class is everybody who has the same values; f
 * is its size in the output, F in the population. Names and formulas as the field has them (El Emam; ARX; sdcMicro).
 * Prosecutor: knows that somebody is in the output; 1/f. Journalist: knows that they are in the population; 1/F.
 * Marketer: wants as many as possible; the share of people found if each is guessed: (1/n) Σ f/F.
 */
export interface ClassRisk {
  readonly people: number;
  readonly population: number;
  readonly classes: number;
  readonly smallestClass: number;
  readonly smallestInPopulation: number;
  /** People alone in their class. */
  readonly uniques: number;
  readonly populationUniques: number;
  /** People in classes of fewer than k. */
  readonly belowK: number;
  readonly belowKInPopulation: number;
  readonly prosecutorHighest: number;
  readonly prosecutorAverage: number;
  readonly journalistHighest: number;
  readonly journalistAverage: number;
  readonly marketer: number;
}

/**
 * Classes of a choice of levels with f, and F as `whole` (names of columns compare without case). F counts people outside the output by all that the full source says of
 * them, so somebody with more values there than the class has is not counted: F is never too large, risk never too small.
 */
function classesSql(subject: RiskSubject, levels: Levels): string {
  const columns = columnsAt(subject, levels);
  if (columns.length === 0) {
    return `SELECT f, f + others AS whole FROM (SELECT count(*) AS f FROM ${subject.people}), (SELECT count(*) AS others FROM ${subject.others}) WHERE f > 0`;
  }
  const names = columns.join(', ');
  return `SELECT f, f + coalesce(others, 0) AS whole
    FROM (SELECT ${names}, count(*) AS f FROM ${subject.people} GROUP BY ${names})
    LEFT JOIN (SELECT ${names}, count(*) AS others FROM ${subject.others} GROUP BY ${names}) USING (${names})`;
}

export async function classRisk(subject: RiskSubject, levels: Levels, k: number, ask: Ask): Promise<ClassRisk> {
  const [row = {}] = await ask(
    `SELECT coalesce(sum(f), 0) AS people, count(*) AS classes, min(f) AS smallest, min(whole) AS smallest_pop,
       coalesce(sum(f) FILTER (WHERE f = 1), 0) AS uniques, coalesce(sum(f) FILTER (WHERE whole = 1), 0) AS uniques_pop,
       coalesce(sum(f) FILTER (WHERE f < ${k}), 0) AS below, coalesce(sum(f) FILTER (WHERE whole < ${k}), 0) AS below_pop,
       coalesce(sum(f / whole), 0) AS guessed, coalesce(sum(whole), 0) AS matched,
       (SELECT count(*) FROM ${subject.others}) AS others
     FROM (${classesSql(subject, levels)})`,
  );
  const value = (name: string): number => Number(row[name] ?? 0);
  const people = value('people');
  const of = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const marketer = of(value('guessed'), people);
  return {
    people,
    population: people + value('others'),
    classes: value('classes'),
    smallestClass: value('smallest'),
    smallestInPopulation: value('smallest_pop'),
    uniques: value('uniques'),
    populationUniques: value('uniques_pop'),
    belowK: value('below'),
    belowKInPopulation: value('below_pop'),
    prosecutorHighest: of(1, value('smallest')),
    prosecutorAverage: of(value('classes'), people),
    journalistHighest: of(1, value('smallest_pop')),
    journalistAverage: Math.max(of(value('classes'), value('matched')), marketer),
    marketer,
  };
}

const BANDS = [1, 2, 3, 5, 8, 10, 20, 50, 100, 1000] as const;

/** The k-histogram: people by the size of their class. */
export async function sizeBands(subject: RiskSubject, levels: Levels, ask: Ask): Promise<SizeBand[]> {
  const band = (size: string): string =>
    `CASE ${[...BANDS]
      .reverse()
      .map((from) => `WHEN ${size} >= ${from} THEN ${from}`)
      .join(' ')} END`;
  const counted = await ask(
    `WITH classes AS MATERIALIZED (${classesSql(subject, levels)})
     SELECT 'f' AS what, ${band('f')} AS band, sum(f) AS people FROM classes GROUP BY band
     UNION ALL SELECT 'F', ${band('whole')} AS band, sum(f) FROM classes GROUP BY band`,
  );
  const people = (what: string, from: number): number =>
    Number(counted.find((row) => row['what'] === what && Number(row['band']) === from)?.['people'] ?? 0);
  return BANDS.map((from, index) => {
    const next = BANDS[index + 1];
    return {
      from,
      to: next === undefined ? null : next - 1,
      people: people('f', from),
      inPopulation: people('F', from),
    };
  });
}

/** What one column alone tells: how many values there are, and how well it tells people apart. */
export interface ColumnRisk {
  readonly name: string;
  readonly values: number;
  /** Different values for each person. */
  readonly distinction: number;
  /** The share of pairs of people that the column tells apart. */
  readonly separation: number;
  /** People whom the column alone singles out. */
  readonly uniques: number;
}

export async function columnRisks(subject: RiskSubject, ask: Ask): Promise<ColumnRisk[]> {
  const found: ColumnRisk[] = [];
  for (const { name, levels } of subject.quasiIdentifiers) {
    found.push({ name, ...(await setRisk(subject.people, levels[0] === undefined ? [] : [levels[0].column], ask)) });
  }
  return found;
}

/** Distinction and separation of columns taken together (ARX: quasi-identifier risk). */
export async function setRisk(people: string, columns: readonly string[], ask: Ask): Promise<Omit<ColumnRisk, 'name'>> {
  const [row = {}] = await ask(
    `SELECT count(*) AS "values", sum(f) AS n, coalesce(sum(f::DOUBLE * (f - 1)), 0) AS same, count(*) FILTER (WHERE f = 1) AS uniques
     FROM (SELECT count(*) AS f FROM ${people} ${columns.length === 0 ? '' : `GROUP BY ${columns.join(', ')}`})`,
  );
  const [values, n] = [Number(row['values']), Number(row['n'] ?? 0)];
  return {
    values,
    distinction: n === 0 ? 0 : values / n,
    separation: n < 2 ? 0 : 1 - Number(row['same']) / (n * (n - 1)),
    uniques: Number(row['uniques']),
  };
}
