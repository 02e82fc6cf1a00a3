import type { Command } from 'commander';
import { counted } from '../../kernel/counted.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { type ReleaseOutcome, release } from '../../release.ts';
import { formatTable } from '../table.ts';
import { wire } from '../wire.ts';
import { writeMetrics } from '../wire-monitoring.ts';
import { contextOf, findPipeline, openWorkspace } from './command-context.ts';

export function addRun(program: Command): void {
  program
    .command('run')
    .description('make, check, encrypt, deliver and record one release; safe to repeat after any failure')
    .argument('<pipeline>', 'name or file')
    .option('--replaces <file>', 'the reference of a delivered file that this release stands in for')
    .option('--because <reason>', 'why it is replaced; goes into the ledger')
    .addHelpText(
      'after',
      '\nExample:\n  dars run pipelines/diabetes-apc.yaml\n  dars run diabetes-apc --replaces FILE0000001 --because "the recipient could not read it"',
    )
    .action(async (name: string, options: { replaces?: string; because?: string }, command: Command) => {
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      const pipeline = await findPipeline(workspace, name);
      const world = wire(workspace, context.now, context.reporter.event, pipeline);
      const outcome = await release(pipeline, world, replacementOf(options)).finally(() =>
        writeMetrics(workspace, context),
      );
      context.reporter.result(formatOutcome(outcome), outcomeJson(outcome));
    });
}

function replacementOf({
  replaces,
  because,
}: {
  replaces?: string;
  because?: string;
}): { file: string; because: string } | undefined {
  if (replaces === undefined && because === undefined) return undefined;
  if (replaces === undefined || because === undefined || because.trim() === '') {
    throw new Fault(ExitCode.usage, 'replacement', '--replaces and --because go together', {
      hint: 'the reason is recorded and published',
    });
  }
  return { file: replaces, because };
}

/** What a release came to, for people: files, waterfall, and what was recorded. */
export function formatOutcome({ intended, destination, resumed, insteadOf }: ReleaseOutcome): string {
  const lines = [
    ...(insteadOf === undefined
      ? []
      : [`The opt-out list is another one by now: ${insteadOf}, which waited, was given up and made again.`]),
    `${resumed ? 'Delivered what waited' : 'Delivered'}: release ${intended.release} to ${destination}`,
  ];
  for (const file of intended.files) {
    lines.push(
      '',
      `${file.name}`,
      `  ${counted(file.rows, 'row')}, ${counted(file.columns.length, 'column')}, ${counted(file.bytes, 'byte')} encrypted, sha256 ${file.sha256}`,
    );
    const table = formatTable(
      ['', 'rows', 'people'],
      file.waterfall.map(({ step, rows, people }) => [step, rows, people]),
    );
    lines.push(...table.split('\n').map((line) => `  ${line}`));
  }
  lines.push('', `Recorded in the ledger as entry ${intended.seq}; agreement ${intended.agreement}.`);
  return lines.join('\n');
}

export function outcomeJson({ intended, destination, resumed, insteadOf }: ReleaseOutcome): unknown {
  return {
    release: intended.release,
    delivered: true,
    resumed,
    ...(insteadOf === undefined ? {} : { instead_of: insteadOf }),
    destination,
    agreement: intended.agreement,
    ledger_sequence: intended.seq,
    files: intended.files,
  };
}
