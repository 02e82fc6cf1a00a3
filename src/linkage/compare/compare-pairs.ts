import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { quoteName } from '../../relation/print-sql.ts';
import type { Dependence } from '../train/parameters.ts';
import { BIT, type Comparison, left, mentions, right, type Side } from './comparison.ts';

/**
 * SQL: for each pair (`a`, `b`, row numbers of records) how well its fields agree. `g0`, `g1` … are the levels of the
 * comparisons, `v0`, `v1` … how rare the values are that agree, in sixty-fourths of a bit; null where that does not count.
 */
export function compareFields(
  comparisons: readonly Comparison[],
  pairs: string,
  sides: { readonly left: string; readonly right: string },
  more: readonly string[] = [],
): string {
  const features = [...new Set(comparisons.flatMap((comparison) => comparison.features))];
  const read = (record: string, side: Side): string[] =>
    features
      .filter((feature) => mentions(comparisons, side(feature)))
      .map((feature) => `${record}.${quoteName(feature)} AS ${side(feature)}`);
  const both = [...read('l', left), ...read('r', right)];
  const kept = ['a', 'b', ...more];
  const lookups = comparisons.flatMap((comparison) => comparison.lookups ?? []);
  const columns = [
    ...kept.map((column) => `p.${column}`),
    ...both,
    ...lookups.map(({ column, sql: value }) => `${value} AS ${column}`),
  ];
  let sql = `SELECT ${columns.join(', ')} FROM ${pairs} p JOIN ${sides.left} l ON l.rid = p.a JOIN ${sides.right} r ON r.rid = p.b ${lookups.map(({ join }) => join).join(' ')}`;
  for (const step of derivedSteps(comparisons)) {
    const derived = Object.entries(step).map(([name, value]) => `${value} AS ${name}`);
    sql = `SELECT *, ${derived.join(', ')} FROM (${sql})`;
  }
  const levels = comparisons.map(({ missing, levels: each }, index) => {
    const cases = each.map(({ when }, level) => `WHEN ${when} THEN ${level + 1}`);
    return `CAST(CASE WHEN ${missing} THEN 0 ${cases.join(' ')} END AS TINYINT) AS g${index}`;
  });
  const values = comparisons.flatMap(({ levels: each }, index) => {
    const cases = each.flatMap(({ rarity }, level) =>
      rarity === undefined ? [] : [`WHEN ${level + 1} THEN ${rarity}`],
    );
    return cases.length === 0 ? [] : [`CASE g${index} ${cases.join(' ')} END AS v${index}`];
  });
  const graded = comparisons.map((_, index) => `g${index}`);
  return `SELECT ${[...kept, ...graded, ...values].join(', ')} FROM (SELECT *, ${levels.join(', ')} FROM (${sql}))`;
}

/**
 * SQL: what {@link compareFields} gave, summed up: `pattern`, all levels as one number (see {@link levelsOf}), `household`
 * and `personal`, how rare the agreeing values are of fields that a household shares, and of the others, and `names`, of
 * those among both that are a name. A field whose
 * agreement another explains is worth less: where its parent agrees, it agrees by that with probability `copied`, and by
 * chance otherwise.
 */
export function sumUp(
  comparisons: readonly Comparison[],
  compared: string,
  dependence: readonly (Dependence | undefined)[],
  more: readonly string[] = [],
): string {
  const sum = (counts: (comparison: Comparison) => boolean): string => {
    const terms = comparisons.flatMap((comparison, index) =>
      counts(comparison) && comparison.levels.some(({ rarity }) => rarity !== undefined)
        ? [`coalesce(${explained(`v${index}`, dependence[index])}, 0)`]
        : [],
    );
    return `CAST(${terms.length === 0 ? '0' : terms.join(' + ')} AS INTEGER)`;
  };
  return `SELECT ${['a', 'b', ...more].join(', ')}, ${patternSql(comparisons)} AS pattern,
    ${sum(({ isShared }) => isShared === true)} AS household, ${sum(({ isShared }) => isShared !== true)} AS personal, ${sum(({ isName }) => isName === true)} AS names FROM ${compared}`;
}

/** The levels of a pattern, one a comparison; 0 where nothing can be said. */
export function levelsOf(pattern: number, comparisons: readonly { readonly levels: readonly unknown[] }[]): number[] {
  let rest = pattern;
  return comparisons.map(({ levels }) => {
    const level = rest % (levels.length + 1);
    rest = Math.floor(rest / (levels.length + 1));
    return level;
  });
}

function patternSql(comparisons: readonly Comparison[]): string {
  let radix = 1;
  const digits = comparisons.map(({ levels }, index) => {
    const digit = `CAST(g${index} AS BIGINT) * ${radix}`;
    radix *= levels.length + 1;
    return digit;
  });
  if (radix > Number.MAX_SAFE_INTEGER) {
    throw new Fault(ExitCode.usage, 'fields', `${comparisons.length} fields are too many to compare at once`, {
      hint: 'leave out those that say least, by not mapping them',
    });
  }
  return digits.length === 0 ? '0' : digits.join(' + ');
}

/** Every step once: comparisons of one kind share what they compute first. */
function derivedSteps(comparisons: readonly Comparison[]): Record<string, string>[] {
  const deepest = Math.max(0, ...comparisons.map(({ derived }) => derived.length));
  const steps: Record<string, string>[] = [];
  for (let depth = 0; depth < deepest; depth += 1) {
    steps.push(Object.assign({}, ...comparisons.map(({ derived }) => derived[depth] ?? {})) as Record<string, string>);
  }
  return steps;
}

function explained(rarity: string, dependence: Dependence | undefined): string {
  if (dependence === undefined) return rarity;
  const cases = dependence.copied.flatMap((share, index) =>
    share < 1e-6
      ? []
      : [`WHEN ${index + 1} THEN round(-${BIT} * log2(${share} + ${1 - share} * pow(2, -${rarity} / ${BIT}.0)))`],
  );
  return cases.length === 0 ? rarity : `CASE g${dependence.parent} ${cases.join(' ')} ELSE ${rarity} END`;
}
