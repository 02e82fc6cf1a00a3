import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { LinkFile } from '../../engine/link-file.ts';
import type { LinkSession } from '../../engine/link-session.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { type ClericalBand, clericalRows, DEFAULT_BAND } from '../../linkage/clerical.ts';
import { type ColumnMapping, columnNamed, mapColumns } from '../../linkage/column-mapping.ts';
import { type Explanation, explain, rowsOfPair } from '../../linkage/explain.ts';
import { DEFAULT_THRESHOLD, type Linkage, link } from '../../linkage/link.ts';
import { linkRows } from '../../linkage/link-rows.ts';
import { formatModel, type Model, modelHash, parseModel } from '../../linkage/model.ts';
import { linkPage } from '../../linkage/report/link-page.ts';
import { linkReport } from '../../linkage/report/link-report.ts';
import type { SourceTable } from '../../linkage/standardise/standardise.ts';
import { counted } from '../counted.ts';
import { formatTable } from '../table.ts';
import { linkSession } from '../wire.ts';
import { type CommandContext, contextOf } from './command-context.ts';

interface LinkFlags {
  readonly aId?: string;
  readonly bId?: string;
  readonly a?: string;
  readonly b?: string;
  readonly dedupe?: boolean;
  readonly out: string;
  readonly all?: number | boolean;
  readonly threshold?: number;
  readonly model?: string;
  readonly saveModel?: string;
  readonly report?: string;
  readonly explain?: string;
  readonly clerical?: string;
  readonly band?: ClericalBand;
  readonly withValues?: boolean;
  readonly decisions?: string;
  readonly delimiter?: string;
  readonly memory: string;
  readonly threads?: number;
}

/** The floor of `--all` where none is given. */
const DEFAULT_FLOOR = 0.01;

const HELP = `
Columns named as in PDS (nhs_number, given_name, family_name, date_of_birth, gender, postcode …) need no mapping, nor do
sex, address, city, county, place_of_birth, occupation, email, telephone; others are ignored unless they are mapped. Columns
are joined with +: date_of_birth=year+month+day, address=number+street. Nothing is learnt from labels; the threshold is a
probability of ${DEFAULT_THRESHOLD}.

Examples:
  dars link A.csv B.csv --a-id id --b-id id --a given_name=firstname,family_name=surname,date_of_birth=dob --out links.csv
  dars link A.csv --dedupe --a-id id --a given_name=firstname,family_name=surname,date_of_birth=y+m+d --out pairs.parquet`;

export function addLink(program: Command): void {
  program
    .command('link')
    .description('link the people of two files, or find those that one has twice; learns from the files alone')
    .argument('<a>', 'CSV or Parquet')
    .argument('[b]', 'CSV or Parquet')
    .option('--a-id <column>', 'what identifies a row of A (default: its number)')
    .option('--b-id <column>', 'what identifies a row of B')
    .option('--a <mapping>', 'columns of A: field=column,field=column+column')
    .option('--b <mapping>', 'columns of B')
    .option('--dedupe', 'find pairs within A')
    .requiredOption('--out <file>', 'the links: CSV, or Parquet by its name')
    .option('--all [floor]', `every compared pair from this probability on (default ${DEFAULT_FLOOR})`, share)
    .option('--threshold <probability>', `accept from here (default ${DEFAULT_THRESHOLD})`, share)
    .option('--model <file>', 'a trained model to use instead of learning one')
    .option('--save-model <file>', 'write the model that was used')
    .option('--report <file>', 'how good the links are thought to be: a page, or JSON by its name')
    .option('--explain <a,b>', 'what each field of this pair of identifiers adds')
    .option('--clerical <file>', 'pairs for people to decide')
    .option('--band <from-to>', `their probabilities (default ${DEFAULT_BAND.from}-${DEFAULT_BAND.to})`, bandOf)
    .option('--with-values', 'with the values of both records, which identify people')
    .option('--decisions <file>', 'the same file with its decisions, which then stand')
    .option('--delimiter <character>', 'of CSV (default: as the first line says)')
    .option('--memory <size>', 'what may be used', '4GB')
    .option('--threads <n>', 'processors to use', (text) => Math.max(1, Number(text) || 1))
    .addHelpText('after', HELP)
    .action(async (a: string, b: string | undefined, flags: LinkFlags, command: Command) => {
      const context = contextOf(command);
      checkFlags(b, flags);
      const model = flags.model === undefined ? undefined : await readModel(flags.model);
      await using session = await linkSession({ memory: flags.memory, threads: flags.threads });
      try {
        const left = await openSide(session, context, a, 'A', flags.aId, flags.a, flags.delimiter);
        const right =
          b === undefined ? undefined : await openSide(session, context, b, 'B', flags.bId, flags.b, flags.delimiter);
        noteOneSided(context, left, right);
        if (flags.decisions !== undefined) await loadDecisions(session, flags.decisions, flags.delimiter);
        const started = Date.now();
        const linkage = await link(session.database, {
          left: left.table,
          right: right?.table,
          thisYear: context.now().getUTCFullYear(),
          ...(model === undefined ? {} : { model }),
          ...(flags.decisions === undefined ? {} : { decisions: DECISIONS }),
          ...(flags.threshold === undefined ? {} : { threshold: flags.threshold }),
          observe: (step) => context.reporter.event({ kind: 'step', step: `link ${step}` }),
        });
        const floor = flags.all === true ? DEFAULT_FLOOR : typeof flags.all === 'number' ? flags.all : undefined;
        const types = { a: left.idType, b: right?.idType ?? left.idType };
        const rows = await linkRows(session.database, linkage, floor, types);
        await session.write(rows, flags.out);
        if (flags.saveModel !== undefined) await save(flags.saveModel, formatModel(linkage.model));
        if (flags.clerical !== undefined) {
          const band = flags.band ?? DEFAULT_BAND;
          await session.write(
            await clericalRows(session.database, linkage, band, flags.withValues === true),
            flags.clerical,
          );
        }
        const example =
          flags.explain === undefined ? undefined : await explainPair(session, linkage, flags.explain, context);
        if (flags.report !== undefined) {
          const quality = await linkReport(session.database, linkage, example);
          const names = [a, ...(b === undefined ? [] : [b])].map((path) => basename(path));
          const isJson = /\.json$/i.test(flags.report);
          await save(flags.report, isJson ? `${JSON.stringify(quality, undefined, 2)}\n` : linkPage(quality, names));
        }
        report(context, linkage, flags.out, (Date.now() - started) / 1000);
      } catch (error) {
        throw error instanceof Fault && error.code === 'memory' ? memoryFault(flags.memory) : error;
      }
    });
}

/** A file that was opened and loaded. */
interface Side {
  readonly mapping: ColumnMapping;
  /** The SQL type of its identifiers, which links give out again. */
  readonly idType: string;
  readonly table: SourceTable;
}

async function openSide(
  session: LinkSession,
  { reporter }: CommandContext,
  path: string,
  side: 'A' | 'B',
  id: string | undefined,
  text: string | undefined,
  delimiter: string | undefined,
): Promise<Side> {
  const option = `--${side.toLowerCase()}`;
  const file: LinkFile = await session.open(path, delimiter);
  const idColumn = id === undefined ? undefined : columnNamed(id, file.columns, `${option}-id`);
  const mapping = mapColumns(
    text,
    file.columns.filter((column) => column !== idColumn),
    option,
  );
  const { fields, asText } = mapping;
  if (fields.length === 0) {
    throw new Fault(ExitCode.usage, 'no-fields', `${file.name}: no column is mapped or named as a known field`, {
      hint: `its columns are ${file.columns.join(', ')}; map them with ${option} field=column,…`,
    });
  }
  for (const name of asText) reporter.note(`${option}: ${name} is no known field; it is compared as plain text`);
  const table = `#file ${side}`;
  const used = fields.flatMap(({ columns }) => columns);
  const loaded = await file.load(table, [...new Set(idColumn === undefined ? used : [idColumn, ...used])]);
  if (loaded.isLatin1) reporter.note(`${file.name} is not UTF-8; it was read as Latin-1`);
  const names = fields.map(({ field, columns }) =>
    columns.join('+') === field.name ? field.name : `${field.name}=${columns.join('+')}`,
  );
  reporter.note(`${side}: ${file.name}, ${counted(loaded.rows, 'row')}: ${names.join(', ')}`);
  return {
    mapping,
    idType: idColumn === undefined ? 'BIGINT' : file.typeOf(idColumn),
    table: { label: file.name, table, id: idColumn, fields, lists: file.lists },
  };
}

function checkFlags(b: string | undefined, flags: LinkFlags): void {
  const usage = (message: string, hint: string): Fault => new Fault(ExitCode.usage, 'link-options', message, { hint });
  if (b === undefined && flags.dedupe !== true) {
    throw usage('one file and no --dedupe', 'name a second file, or add --dedupe to find who is in it twice');
  }
  if (b !== undefined && flags.dedupe === true) {
    throw usage('--dedupe takes one file', 'join them into one first, or leave --dedupe out to link them');
  }
  if (b === undefined && (flags.b !== undefined || flags.bId !== undefined)) {
    throw usage('--b and --b-id want a second file', 'with --dedupe there is only A');
  }
}

/** Fields that one side alone has help nobody; that is worth a word, since a mapping may have been forgotten. */
function noteOneSided({ reporter }: CommandContext, left: Side, right: Side | undefined): void {
  if (right === undefined) return;
  const names = ({ mapping }: Side): string[] => mapping.fields.map(({ field }) => field.name);
  const [a, b] = [names(left), names(right)];
  if (!a.some((name) => b.includes(name))) {
    throw new Fault(ExitCode.usage, 'no-fields', 'the two files have no field in common', {
      hint: `A has ${a.join(', ')}; B has ${b.join(', ')}`,
    });
  }
  for (const [side, only] of [
    ['A', a.filter((name) => !b.includes(name))],
    ['B', b.filter((name) => !a.includes(name))],
  ] as const) {
    if (only.length > 0) reporter.note(`only ${side} has ${only.join(', ')}`);
  }
}

function report({ reporter }: CommandContext, linkage: Linkage, out: string, seconds: number): void {
  const { sides, candidates, model, accepted, left, right } = linkage;
  const unreadable = [left, right].flatMap(({ unreadableDates }) => Object.entries(unreadableDates));
  for (const [field, count] of new Map(unreadable)) {
    if (count > 0)
      reporter.note(`${field}: ${counted(count, 'value')} could not be read as dates and count as missing`);
  }
  const rows: [string, string | number][] = [
    ['rows', sides.isOne ? sides.leftRows : `${sides.leftRows} and ${sides.rightRows}`],
    ['pairs compared', candidates.pairs],
    [sides.isOne ? 'pairs found' : 'links', accepted],
    ['seconds', Number(seconds.toFixed(1))],
    ['model', modelHash(model).slice(0, 16)],
    ['written to', out],
  ];
  reporter.result(formatTable(['', ''], rows), {
    rows: sides.isOne ? [sides.leftRows] : [sides.leftRows, sides.rightRows],
    compared: candidates.pairs,
    accepted,
    seconds,
    model: modelHash(model),
    out,
  });
}

const DECISIONS = '#decisions';

async function loadDecisions(session: LinkSession, path: string, delimiter: string | undefined): Promise<void> {
  const file = await session.open(path, delimiter);
  await file.load(
    DECISIONS,
    ['a_id', 'b_id', 'decision'].map((name) => columnNamed(name, file.columns, '--decisions')),
  );
}

/** Says on stderr what each field of a pair adds; the result is the links. */
async function explainPair(
  session: LinkSession,
  linkage: Linkage,
  pair: string,
  { reporter }: CommandContext,
): Promise<Explanation> {
  const found = await rowsOfPair(session.database, linkage, pair.split(','));
  if (found === undefined) {
    throw new Fault(ExitCode.usage, 'explain', '--explain wants the identifiers of a row of A and one of B', {
      hint: 'as --explain 17,42; the identifiers as the files have them',
    });
  }
  const explanation = await explain(session.database, linkage, found.a, found.b);
  const rows = explanation.contributions.map(({ part, says, bits }) => [part, says, Number(bits.toFixed(2))]);
  const weight = [
    'weight',
    `probability ${explanation.probability.toPrecision(4)}`,
    Number(explanation.weight.toFixed(2)),
  ];
  reporter.note(formatTable([`pair ${pair}`, '', 'bits'], [...rows, weight]));
  return explanation;
}

function bandOf(text: string): ClericalBand {
  const [from = 0, to = 0] = text.split('-').map(Number);
  if (!(from > 0 && to < 1 && from < to)) throw new InvalidArgumentError('It is two probabilities, as 0.05-0.95.');
  return { from, to };
}

async function save(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch {
    throw new Fault(ExitCode.usage, 'output', `${path} can’t be written`, { hint: 'does its folder exist?' });
  }
}

async function readModel(path: string): Promise<Model> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Fault(ExitCode.usage, 'no-file', `there is no file ${path}`);
  });
  return parseModel(text, basename(path));
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('It is a probability between 0 and 1.');
  return value;
}

function memoryFault(memory: string): Fault {
  return new Fault(ExitCode.workspace, 'memory', `the work does not fit into ${memory}`, {
    hint: 'give it more with --memory',
  });
}
