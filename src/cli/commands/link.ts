import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { LinkSession } from '../../engine/link-session.ts';
import { counted } from '../../kernel/counted.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { type ClericalBand, clericalRows, DEFAULT_BAND } from '../../linkage/clerical.ts';
import { columnNamed } from '../../linkage/column-mapping.ts';
import { type Explanation, explain, rowsOfPair } from '../../linkage/explain.ts';
import { DEFAULT_THRESHOLD, type Linkage, link } from '../../linkage/link.ts';
import { linkRows } from '../../linkage/link-rows.ts';
import { formatModel, type Model, modelHash, parseModel } from '../../linkage/model.ts';
import { linkPage } from '../../linkage/report/link-page.ts';
import { linkReport } from '../../linkage/report/link-report.ts';
import { formatTable } from '../table.ts';
import { linkSession } from '../wire.ts';
import { countOf, memorySize } from './arguments.ts';
import { type CommandContext, contextOf } from './command-context.ts';
import { checkFlags, isByRules, type LinkFlags, sideFlags } from './link-flags.ts';
import { linkByProfiles } from './link-profiles.ts';
import { noteOneSided, openSide } from './link-side.ts';
import { isJsonFile, writeJson, writeOutput } from './output-file.ts';
import { compareOption, profileOption } from './profile-options.ts';

/** The floor of `--all` where none is given. */
const DEFAULT_FLOOR = 0.01;

const HELP = `
Columns named as in PDS (nhs_number, given_name, family_name, date_of_birth, gender, postcode …) need no mapping, nor do
sex, address, city, county, place_of_birth, occupation, email, telephone; others are ignored unless they are mapped. Columns
are joined with +: date_of_birth=year+month+day, address=number+street. Nothing is learnt from labels; the threshold is a
probability of ${DEFAULT_THRESHOLD}. The profiles mps (Master Person Service) and hes-ons (eight ranks) link by rules instead.

Examples:
  dars link A.csv B.csv --a-id id --b-id id --a given_name=firstname,family_name=surname,date_of_birth=dob --out links.csv
  dars link A.csv --dedupe --a-id id --a given_name=firstname,family_name=surname,date_of_birth=y+m+d --out pairs.parquet
  dars link cohort.csv pds.parquet --a-id study_id --b-id nhs_number --b-history valid_from --compare mps --out traced.csv`;

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
    .option('--a-history [column]', 'rows of one identifier are one person’s over time, the last being the present')
    .option('--b-history [column]', 'the same of B; ordered by this column if not as they stand')
    .option('--dedupe', 'find pairs within A')
    .requiredOption('--out <file>', 'the links: CSV, or Parquet by its name')
    .option('--all [floor]', `every compared pair from this probability on (default ${DEFAULT_FLOOR})`, share)
    .addOption(profileOption('link'))
    .addOption(compareOption('link by this profile too, and say record by record what it found'))
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
    .option('--memory <size>', 'what may be used', memorySize, '4GB')
    .option('--threads <n>', 'processors to use', countOf)
    .addHelpText('after', HELP)
    .action(async (a: string, b: string | undefined, flags: LinkFlags, command: Command) => {
      const context = contextOf(command);
      checkFlags(b, flags);
      const model = flags.model === undefined ? undefined : await readModel(flags.model);
      await using session = await linkSession({ memory: flags.memory, threads: flags.threads });
      try {
        const [ofA, ofB] = sideFlags(flags);
        const left = await openSide(session, context, a, 'A', ofA);
        const right = b === undefined ? undefined : await openSide(session, context, b, 'B', ofB);
        noteOneSided(context, left, right);
        if (flags.decisions !== undefined) await loadDecisions(session, flags.decisions, flags.delimiter);
        const floor = flags.all === true ? DEFAULT_FLOOR : typeof flags.all === 'number' ? flags.all : undefined;
        const started = Date.now();
        const types = { a: left.idType, b: right?.idType ?? left.idType };
        if (right !== undefined && isByRules(flags)) {
          await linkByProfiles(session, context, { left: left.table, right: right.table, types }, flags);
          return;
        }
        const linkage = await link(session.database, {
          left: left.table,
          right: right?.table,
          thisYear: context.now().getUTCFullYear(),
          ...(model === undefined ? {} : { model }),
          ...(flags.decisions === undefined ? {} : { decisions: DECISIONS }),
          ...(floor === undefined ? {} : { floor }),
          ...(flags.threshold === undefined ? {} : { threshold: flags.threshold }),
          observe: (step) => context.reporter.event({ kind: 'step', step: `link ${step}` }),
        });
        const rows = await linkRows(session.database, linkage, floor, types);
        await session.write(rows, flags.out);
        if (flags.saveModel !== undefined) await writeOutput(flags.saveModel, formatModel(linkage.model));
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
          if (isJsonFile(flags.report)) await writeJson(flags.report, quality);
          else await writeOutput(flags.report, linkPage(quality, names));
        }
        report(context, linkage, flags.out, (Date.now() - started) / 1000);
      } catch (error) {
        throw error instanceof Fault && error.code === 'memory' ? memoryFault(flags.memory) : error;
      }
    });
}

function report({ reporter }: CommandContext, linkage: Linkage, out: string, seconds: number): void {
  const { sides, candidates, model, accepted, left, right } = linkage;
  for (const [side, { unreadableDates }] of Object.entries(sides.isOne ? { A: left } : { A: left, B: right })) {
    for (const [field, count] of Object.entries(unreadableDates)) {
      if (count === 0) continue;
      reporter.note(`${side}: ${counted(count, 'value')} of ${field} could not be read as dates and count as missing`);
    }
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

async function readModel(path: string): Promise<Model> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Fault(ExitCode.usage, 'no-file', `there is no file ${path}`, {
      hint: '--model names one that --save-model wrote',
    });
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
