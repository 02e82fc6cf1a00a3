import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { audit, isExact } from '../../disclosure/audit/audit.ts';
import { Contradiction } from '../../disclosure/audit/contradiction.ts';
import type { Interval } from '../../disclosure/audit/publication.ts';
import type { Instance } from '../../disclosure/instance/instance.ts';
import { parseInstance } from '../../disclosure/instance/parse-instance.ts';
import { type Protected, protect } from '../../disclosure/protect.ts';
import { ownPattern, publicationOf } from '../../disclosure/published-pattern.ts';
import type { Solver } from '../../disclosure/solver.ts';
import { Unprotectable } from '../../disclosure/suppress/arrange.ts';
import type { Progress } from '../../disclosure/suppress/branch-and-cut.ts';
import { type Pattern, WEIGHTS, type Weight } from '../../disclosure/suppress/suppression.ts';
import { counted } from '../../kernel/counted.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { formatTable } from '../table.ts';
import { openSolver } from '../wire.ts';
import { type CommandContext, contextOf } from './command-context.ts';
import { writeOutput } from './output-file.ts';

const FORMS = `
An instance is a file with tables and their true values, in one of three forms:
  JJ      the field's exchange format: cells with value, weight, status, bounds and protection levels, then relations
  JSON    {"inner": rows with freq, "publish": rows with freq, "members": for each the inner rows it sums, "maxN": 7};
          rows of publish may say primary, suppressed, fixed, weight, lpl, upl, spl, lower, upper
  JSON    {"cells": rows with n, "tables": {"T1": "Total > county > region"}, "rule": "primary if 1..3"}
Cells are numbered from 0 in the order of the file.`;

/** Suppression and audit on anybody's tables; no workspace is needed. */
export function addDisclosure(program: Command): void {
  const disclosure = program
    .command('disclosure')
    .description('hide what tables must not give away, and find out what they give away, on anybody’s tables');
  disclosure
    .command('protect')
    .description('hide cells, at the least cost, so that none that is too small can be derived')
    .argument('<instance>', 'a file with tables and their true values')
    .option('--weight <weight>', `what hiding a cell costs: ${WEIGHTS.join(', ')} (of the file)`, 'value')
    .option('--zeros <hide|keep>', 'whether cells of zero may be hidden so that others stay hidden', 'hide')
    .option('--effort <n>', 'how long to look for the optimum and its proof: 0 not at all, 10 ten times as long', '1')
    .requiredOption('--out <file>', 'where the result goes, as JSON')
    .addHelpText(
      'after',
      `${FORMS}\n\nExample:\n  dars disclosure protect tables.json --weight value --out pattern.json`,
    )
    .action(async (path: string, given: Readonly<Record<string, string>>, command: Command) => {
      const context = contextOf(command);
      const terms = termsOf(given);
      const instance = await readInstance(path);
      const solver = await openSolver();
      const result = protectedBy(instance, path, () =>
        protect(instance, terms, solver, reportTo(context, terms.effort)),
      );
      const json = resultOf(instance, path, terms.weight, result, solver);
      await writeResult(given['out'] ?? '', json);
      context.reporter.result(summaryOf(json), json);
    });
  disclosure
    .command('audit')
    .description('say what can be derived of the hidden cells of a given pattern: the file’s own, or another')
    .argument('<instance>', 'a file with tables and a pattern: what it marks as suppressed, or u and x in JJ')
    .option('--pattern <file>', 'the pattern of this file instead, as protect writes it')
    .option('--out <file>', 'write the result as JSON as well')
    .option('--strict', 'end with exit code 13 where a cell can be derived')
    .addHelpText('after', `${FORMS}\n\nExample:\n  dars disclosure audit tables.json --pattern pattern.json`)
    .action(async (path: string, given: { pattern?: string; out?: string; strict?: boolean }, command: Command) => {
      const context = contextOf(command);
      const instance = await readInstance(path);
      const pattern = given.pattern === undefined ? ownPattern(instance) : await readPattern(given.pattern, instance);
      const solver = await openSolver();
      const json = { instance: path, ...audited(instance, path, pattern, solver), solver: solver.name };
      if (given.out !== undefined) await writeResult(given.out, json);
      context.reporter.result(auditText(json, instance), json);
      if (given.strict === true && json.exact.length > 0) {
        const what = `${counted(json.exact.length, 'hidden cell')} can be derived exactly`;
        throw new Fault(ExitCode.disclosure, 'derivable', what, {
          hint: 'dars disclosure protect hides what it takes',
        });
      }
    });
}

function termsOf(given: Readonly<Record<string, string>>) {
  const weight = WEIGHTS.find((each) => each === given['weight']);
  if (weight === undefined) throw usage(`--weight is one of ${WEIGHTS.join(', ')}`);
  const zeros = given['zeros'] ?? 'hide';
  if (zeros !== 'hide' && zeros !== 'keep') throw usage('--zeros is hide or keep');
  const effort = Number(given['effort'] ?? '1');
  if (!Number.isFinite(effort) || effort < 0) throw usage('--effort is a number, 0 or more');
  return { weight, hideZeros: zeros === 'hide', effort };
}

function usage(message: string): Fault {
  return new Fault(ExitCode.usage, 'usage', message, { hint: 'dars disclosure protect --help' });
}

async function readInstance(path: string): Promise<Instance> {
  const text = await readText(path);
  try {
    return parseInstance(text);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(
      error.exit,
      error.code,
      `${path}: ${error.message}`,
      error.hint === undefined ? {} : { hint: error.hint },
    );
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new Fault(ExitCode.usage, 'no-file', `there is no file ${path} that can be read`, {
      hint: 'the path is meant from the present folder',
    });
  }
}

function writeResult(path: string, json: unknown): Promise<void> {
  return writeOutput(path, `${JSON.stringify(json, null, 1)}\n`);
}

/** The pattern of a file that `protect` wrote: `suppressed`, the numbers of cells. */
async function readPattern(path: string, { cells, system }: Instance): Promise<Pattern> {
  const wrong = (what: string): Fault => new Fault(ExitCode.workspace, 'broken-pattern', `${path}: ${what}`);
  let document: unknown;
  try {
    document = JSON.parse(await readText(path));
  } catch (error) {
    throw error instanceof Fault ? error : wrong('it is no valid JSON');
  }
  const list = (document as { suppressed?: unknown } | null)?.suppressed;
  if (!Array.isArray(list)) throw wrong('it has no list suppressed');
  const hidden = new Set<unknown>(list);
  for (const each of hidden) {
    if (typeof each !== 'number' || cells[each] === undefined) throw wrong('it names a cell that the instance lacks');
  }
  const pattern = new Uint8Array(system.columns).fill(1);
  for (const [index, { column }] of cells.entries()) if (!hidden.has(index)) pattern[column] = 0;
  return pattern;
}

/** Says what went wrong with tables in a sentence, and which cells it is about. */
function protectedBy<T>({ cells }: Instance, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Contradiction)
      throw new Fault(ExitCode.workspace, 'contradiction', `${path}: ${error.message}`);
    if (!(error instanceof Unprotectable)) throw error;
    const columns = new Set(error.demands.map(({ column }) => column));
    const problems = cells
      .map((cell, index) => ({ cell, index }))
      .filter(({ cell }) => columns.has(cell.column))
      .map(({ cell, index }) => ({
        code: 'unprotectable',
        message: `cell ${index} (${cell.name}) stays derivable, whatever else is hidden`,
      }));
    throw new Fault(ExitCode.disclosure, 'unprotectable', `${counted(problems.length, 'cell')} can't be protected`, {
      hint: 'allow more cells to be hidden, ask for less protection, or merge categories',
      problems,
    });
  }
}

function reportTo(context: CommandContext, effort: number): (progress: Progress) => void {
  let last = Date.now();
  return ({ bound, cost, nodes }) => {
    if (Date.now() - last < 5_000 || effort === 0) return;
    last = Date.now();
    context.reporter.note(
      `  best so far ${figure(cost)}, no pattern below ${figure(bound)}; ${counted(nodes, 'node')}`,
    );
  };
}

/** An end of an interval; one that does not end is null. */
function intervalOf(index: number, { lower, upper, possibleLower, possibleUpper }: Interval) {
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const attained = possibleLower <= lower && possibleUpper >= upper;
  return { cell: index, lower: finite(lower), upper: finite(upper), attained };
}

function intervalsOf({ cells }: Instance, intervals: readonly Interval[]) {
  const byColumn = new Map(intervals.map((interval) => [interval.column, interval]));
  return cells.flatMap(({ column }, index) => {
    const interval = byColumn.get(column);
    return interval === undefined ? [] : [intervalOf(index, interval)];
  });
}

function resultOf(instance: Instance, path: string, weight: Weight, result: Protected, solver: Solver) {
  const { cells, notes } = instance;
  const { pattern, cost, lowerBound, proven, method, intervals } = result;
  return {
    instance: path,
    weight,
    cells: cells.length,
    primary: cells.flatMap(({ status }, index) => (status === 'primary' ? [index] : [])),
    suppressed: cells.flatMap(({ column }, index) => (pattern[column] === 1 ? [index] : [])),
    cost: tidy(cost),
    lower_bound: tidy(lowerBound),
    proven,
    method,
    intervals: intervalsOf(instance, intervals),
    notes,
    solver: solver.name,
  };
}

function audited(instance: Instance, path: string, pattern: Pattern, solver: Solver) {
  const columns = [
    ...new Set(
      instance.cells.filter(({ hidden, column }) => hidden || pattern[column] === 1).map(({ column }) => column),
    ),
  ];
  const intervals = protectedBy(instance, path, () => audit(publicationOf(instance, pattern), columns, solver));
  const exact = new Set(intervals.filter(isExact).map(({ column }) => column));
  return {
    cells: instance.cells.length,
    exact: instance.cells.flatMap(({ column }, index) => (exact.has(column) ? [index] : [])),
    intervals: intervalsOf(instance, intervals),
    notes: instance.notes,
  };
}

function summaryOf(json: ReturnType<typeof resultOf>): string {
  const hidden = json.suppressed.length;
  return [
    `${counted(json.cells, 'cell')}, ${json.primary.length} of them too small; ${hidden} hidden, at a cost of ${figure(json.cost)} by ${json.weight}`,
    json.proven
      ? 'no pattern costs less: proven'
      : `not proven to be the cheapest; no pattern costs less than ${figure(json.lower_bound)}`,
    'audited: no hidden cell can be derived exactly',
    ...json.notes,
  ].join('\n');
}

function auditText(json: ReturnType<typeof audited>, { cells }: Instance): string {
  const exact = new Set(json.exact);
  const rows = json.intervals.map(({ cell, lower, upper }) => [
    cell,
    cells[cell]?.name ?? '',
    lower ?? '-∞',
    upper ?? '∞',
    exact.has(cell) ? 'derivable' : '',
  ]);
  const found =
    json.exact.length === 0
      ? 'no hidden cell can be derived exactly'
      : `${counted(json.exact.length, 'hidden cell')} can be derived exactly: ${json.exact.join(', ')}`;
  return [formatTable(['cell', 'name', 'at least', 'at most', ''], rows), found, ...json.notes].join('\n');
}

function tidy(cost: number): number {
  return Number(cost.toPrecision(12));
}

function figure(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 2 });
}
