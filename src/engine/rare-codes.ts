import { type CodeForm, codeForm, codeIn, codeSystem, RELEASED, Tables } from '../plan/compile.ts';
import { type FilePlan, type OutputColumn, type Step, stepOf } from '../plan/plan.ts';
import { ofEverybody } from '../plan/risk-file.ts';
import { call, column } from '../relation/expression.ts';
import { printExpression, quoteName, quoteText } from '../relation/print-sql.ts';
import type { SessionState } from './duckdb-engine.ts';
import { eachPass, type Locate } from './each-pass.ts';
import type { EngineProgress } from './engine.ts';
import { execute } from './sql.ts';

type RareStep = Extract<Step, { kind: 'coarsen-rare-codes' }>;
type System = 'icd10' | 'opcs4';

const FORMS: readonly CodeForm[] = ['as it is', '3_characters', 'chapter'];

/**
 * Finds the codes of few people, and what goes out instead of each: for every system and form that the file has, the
 * table `Tables.rareCodes`. People are counted in the full source, in the file's years, over every position; opted-out
 * people count as well.
 *
 * What a rare code rolls up to must have enough people behind it of itself: somebody who knows the counts knows that a
 * code which is printed in three characters is one of the rare ones below it, so only the people of those count.
 */
export async function findRareCodes(
  state: SessionState,
  file: FilePlan,
  progress: EngineProgress,
  located: Locate,
): Promise<void> {
  const step = stepOf(file.steps, 'coarsen-rare-codes');
  if (step === undefined) return;
  const { connection, facts } = state;
  const lacking = facts.lacks(file.dataset);
  const positions = step.positions.filter(({ name }) => !lacking.includes(name));
  const everybody = ofEverybody(file, positions.map(positionColumn), true);
  const systems = [...new Set(positions.map(({ system }) => system))];

  await execute(
    connection,
    'CREATE OR REPLACE TEMP TABLE "#code people" (system VARCHAR, form VARCHAR, code VARCHAR, people BIGINT)',
  );
  await eachPass(state, everybody, 'codes', progress, located, async () => {
    for (const system of systems) {
      for (const form of FORMS) {
        await execute(
          connection,
          `INSERT INTO "#code people" SELECT ${quoteText(system)}, ${quoteText(form)}, code, count(DISTINCT person) FROM (${held(positions, system, form)}) GROUP BY code`,
        );
      }
    }
  });
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE "#few" AS SELECT system, form, code FROM "#code people" GROUP BY ALL HAVING sum(people) < ${step.below}`,
  );
  await execute(connection, 'DROP TABLE "#code people"');
  // Few codes of few people: this stays small whatever the size of the data.
  await execute(
    connection,
    'CREATE OR REPLACE TEMP TABLE "#holders of few" (system VARCHAR, form VARCHAR, person BIGINT, code VARCHAR)',
  );
  await eachPass(state, everybody, 'codes', progress, located, async () => {
    for (const system of systems) {
      for (const form of FORMS) {
        const few = `SELECT code FROM "#few" WHERE system = ${quoteText(system)} AND form = ${quoteText(form)}`;
        await execute(
          connection,
          `INSERT INTO "#holders of few" SELECT ${quoteText(system)}, ${quoteText(form)}, person, code FROM (${held(positions, system, form)}) SEMI JOIN (${few}) USING (code)`,
        );
      }
    }
  });
  for (const system of ['icd10', 'opcs4'] as const) {
    for (const form of FORMS) {
      if (asks(file, step, system, form)) await execute(connection, givenInstead(step, system, form));
    }
  }
  await execute(connection, 'DROP TABLE "#few"');
  await execute(connection, 'DROP TABLE "#holders of few"');
}

function asks(file: FilePlan, step: RareStep, system: System, form: CodeForm): boolean {
  const columns = stepOf(file.steps, 'minimise')?.columns ?? [];
  return columns.some(
    (each) => step.columns.includes(each.name) && codeSystem(each) === system && codeForm(each) === form,
  );
}

function positionColumn({ name, system }: RareStep['positions'][number], index: number): OutputColumn {
  return {
    name: `p${index}`,
    type: 'text',
    of: 'own',
    from: name,
    sourceType: 'text',
    concept: system,
    withheld: false,
  };
}

/** Each person with each code that some position of their rows holds, in a form. */
function held(positions: RareStep['positions'], system: System, form: CodeForm): string {
  const names = positions.flatMap((each, index) => (each.system === system ? [`p${index}`] : []));
  const code = printExpression(codeIn(form, system, call('bare_code', column('value'))));
  return `SELECT DISTINCT person, code FROM (SELECT person, ${code} AS code FROM (
    SELECT "#person" AS person, unnest([${names.join(', ')}]) AS value FROM ${quoteName(Tables.staged)} WHERE "#step" = ${RELEASED})) WHERE code <> ''`;
}

/** Up one form at a time, as long as too few people stand behind it. */
function givenInstead(step: RareStep, system: System, form: CodeForm): string {
  const name = quoteName(Tables.rareCodes(system, form));
  const rare = `SELECT code FROM "#few" WHERE system = ${quoteText(system)} AND form = ${quoteText(form)}`;
  if (step.instead === 'blank' || form === 'chapter')
    return `CREATE OR REPLACE TEMP TABLE ${name} AS SELECT code, CAST(NULL AS VARCHAR) AS given FROM (${rare})`;
  const holders = `SELECT person, code FROM "#holders of few" WHERE system = ${quoteText(system)} AND form = ${quoteText(form)}`;
  const chapterOf = printExpression(codeIn('chapter', system, column('code')));
  const threeOf = form === 'as it is' ? printExpression(codeIn('3_characters', system, column('code'))) : 'NULL';
  return `CREATE OR REPLACE TEMP TABLE ${name} AS
    WITH holders AS (SELECT person, code, ${threeOf} AS three, ${chapterOf} AS chapter FROM (${holders})),
      threes AS (SELECT three FROM holders WHERE three IS NOT NULL GROUP BY three HAVING count(DISTINCT person) >= ${step.below}),
      chapters AS (SELECT chapter FROM (SELECT * FROM holders ANTI JOIN threes USING (three)) WHERE chapter IS NOT NULL GROUP BY chapter HAVING count(DISTINCT person) >= ${step.below})
    SELECT c.code, coalesce(t.three, x.chapter) AS given FROM (SELECT code, ${threeOf} AS three, ${chapterOf} AS chapter FROM (${rare})) c
    LEFT JOIN threes t ON c.three = t.three LEFT JOIN chapters x ON c.chapter = x.chapter`;
}
