import { DuckDBInstance } from '@duckdb/node-api';

/** What links came to, held against the truth: every true pair is in the denominator of recall, found by a block or not. */
export interface Score {
  readonly truePairs: number;
  readonly linked: number;
  readonly correct: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Files with the truth in them. `person` is SQL of what says who a row is of. */
export interface Truth {
  readonly a: string;
  readonly aId: string;
  /** Undefined where pairs within A are sought. */
  readonly b?: string | undefined;
  readonly bId?: string | undefined;
  readonly person: string;
}

/**
 * Scores a file of links as it was accepted, and gives the best F1 that any other cut of `all`, every pair that was
 * weighed, would have had.
 */
export async function evaluate(
  truth: Truth,
  links: string,
  all: string,
): Promise<{ readonly fixed: Score; readonly best: Score & { readonly from: number } }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '4GB' });
  const connection = await instance.connect();
  try {
    const people = (file: string, id: string): string =>
      `SELECT trim(CAST("${id}" AS VARCHAR)) AS id, ${truth.person} AS person FROM ${reading(file)}`;
    await connection.run(`CREATE TABLE a AS ${people(truth.a, truth.aId)}`);
    await connection.run(`CREATE TABLE b AS ${people(truth.b ?? truth.a, truth.bId ?? truth.aId)}`);
    await connection.run(
      `CREATE TABLE judged AS SELECT 'links' AS file, match_weight, a.person = b.person AS is_true FROM ${reading(links)} l JOIN a ON a.id = a_id JOIN b ON b.id = b_id
       UNION ALL SELECT 'all', match_weight, a.person = b.person FROM ${reading(all)} l JOIN a ON a.id = a_id JOIN b ON b.id = b_id`,
    );
    const sizes =
      truth.b === undefined
        ? 'SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM a GROUP BY person)'
        : 'SELECT count(*) FROM a JOIN b USING (person)';
    const truePairs = await numberOf(sizes);
    const fixed = scoreOf(
      truePairs,
      await numberOf(`SELECT count(*) FROM judged WHERE file = 'links'`),
      await numberOf(`SELECT count(*) FROM judged WHERE file = 'links' AND is_true`),
    );
    const [best] = await rowsOf(
      `SELECT weight, linked, correct FROM (
         SELECT weight, sum(n) OVER cut AS linked, sum(correct) OVER cut AS correct
         FROM (SELECT CAST(match_weight AS DOUBLE) AS weight, count(*) AS n, count(*) FILTER (WHERE is_true) AS correct FROM judged WHERE file = 'all' GROUP BY weight)
         WINDOW cut AS (ORDER BY weight DESC))
       ORDER BY 2 * correct / (linked + ${truePairs}) DESC, weight DESC LIMIT 1`,
    );
    const cut = scoreOf(truePairs, Number(best?.['linked'] ?? 0), Number(best?.['correct'] ?? 0));
    return { fixed, best: { ...cut, from: Number(best?.['weight'] ?? 0) } };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }

  async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
    return (await connection.runAndReadAll(sql)).getRowObjects();
  }

  async function numberOf(sql: string): Promise<number> {
    const [row] = await rowsOf(sql);
    return Number(Object.values(row ?? {})[0] ?? 0);
  }
}

function scoreOf(truePairs: number, linked: number, correct: number): Score {
  const precision = correct / Math.max(linked, 1);
  const recall = correct / Math.max(truePairs, 1);
  const f1 = (2 * correct) / Math.max(linked + truePairs, 1);
  return { truePairs, linked, correct, precision, recall, f1 };
}

function reading(file: string): string {
  const path = `'${file.replaceAll("'", "''")}'`;
  return file.endsWith('.parquet') ? `read_parquet(${path})` : `read_csv(${path}, all_varchar = true, header = true)`;
}
