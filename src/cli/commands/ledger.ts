import type { Command } from 'commander';
import { counted } from '../../kernel/counted.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { isKind, type Kind } from '../../ledger/entries.ts';
import type { Entry } from '../../ledger/ledger.ts';
import { entriesOf } from '../../release.ts';
import { formatTable } from '../table.ts';
import { ledgerOf } from '../wire-ledger.ts';
import { contextOf, openWorkspace } from './command-context.ts';

const KINDS: readonly Kind[] = [
  'refused',
  'described',
  'intended',
  'delivered',
  'failed',
  'abandoned',
  'accessed',
  'amended',
  'withdrawn',
  'renamed',
  'edition',
  'imported',
  'reidentification-granted',
  'reidentification-refused',
  'reidentified',
];

export function addLedger(program: Command): void {
  const ledger = program
    .command('ledger')
    .description('the append-only record of everything that was decided and released');
  ledger
    .command('verify')
    .description('walk the whole ledger; exit 16 where it breaks')
    .addHelpText('after', '\nExample:\n  dars ledger verify')
    .action(async (_options, command: Command) => {
      const context = contextOf(command);
      const found = await ledgerOf(await openWorkspace(context), context.now).verify();
      if (found.broken !== undefined) {
        throw new Fault(
          ExitCode.ledger,
          'ledger-broken',
          `ledger.jsonl breaks at line ${found.broken.line}: ${found.broken.reason}`,
          {
            hint: 'nothing is released on a broken ledger; compare it with a copy or with a published checkpoint',
          },
        );
      }
      const { head } = found;
      context.reporter.result(
        `The ledger verifies: ${head.size} ${head.size === 1 ? 'entry' : 'entries'}, head ${head.hash}`,
        { ok: true, ...found },
      );
    });
  ledger
    .command('list')
    .description('what the ledger holds, an entry a line')
    .option('--kind <kind>', 'only entries of a kind: intended, delivered, failed, refused …')
    .addHelpText('after', '\nExample:\n  dars ledger list --kind delivered\n  dars ledger list --json')
    .action(async (options: { kind?: string }, command: Command) => {
      const context = contextOf(command);
      const all = await entriesOf(ledgerOf(await openWorkspace(context), context.now));
      const kinds = new Set([...KINDS, ...all.map(({ kind }) => kind)]);
      if (options.kind !== undefined && !kinds.has(options.kind)) {
        throw new Fault(ExitCode.usage, 'unknown-kind', `there are no entries of the kind ${options.kind}`, {
          hint: `the kinds are ${[...kinds].join(', ')}`,
        });
      }
      const entries = all.filter(({ kind }) => options.kind === undefined || kind === options.kind);
      if (context.options.json === true) {
        for (const entry of entries) context.reporter.result('', entry);
      } else if (entries.length === 0) {
        const what = options.kind === undefined ? 'is empty' : `holds no entry of the kind ${options.kind}`;
        context.reporter.result(`The ledger ${what}.`, undefined);
      } else {
        context.reporter.result(
          formatTable(
            ['#', 'time', 'kind', 'what'],
            entries.map((entry) => [entry.seq, entry.time.slice(0, 19), entry.kind, summary(entry)]),
          ),
          undefined,
        );
      }
    });
}

function summary(entry: Entry): string {
  if (isKind(entry, 'refused'))
    return `${entry.pipeline} under ${entry.agreement}: ${entry.refusals.map(({ code }) => code).join(', ')}`;
  if (isKind(entry, 'intended')) {
    const files = entry.files.map(({ file, dataset, rows }) => `${file} ${dataset} ${counted(rows, 'row')}`).join(', ');
    return `${entry.release}: ${files}${entry.replaces === undefined ? '' : ` in place of ${entry.replaces}`}`;
  }
  if (isKind(entry, 'delivered')) return `${entry.release} to ${entry.destination}`;
  if (isKind(entry, 'failed')) return `${entry.release}: ${entry.message}`;
  if (isKind(entry, 'abandoned')) return `${entry.release}: ${entry.because}`;
  if (isKind(entry, 'amended')) return `${entry.file ?? entry.agreement} ${entry.field}: ${entry.reason}`;
  if (isKind(entry, 'withdrawn')) return `${entry.file}: ${entry.reason}`;
  if (isKind(entry, 'renamed')) return `${entry.what} ${entry.from} to ${entry.to}`;
  if (isKind(entry, 'described')) return `${entry.agreement}: ${entry.title ?? entry.organisation}`;
  if (isKind(entry, 'accessed')) return `${entry.file} ${entry.dataset} by ${entry.organisation}`;
  if (isKind(entry, 'edition'))
    return `${entry.name}: ${counted(entry.rows, 'row')}, ${counted(entry.agreements, 'agreement')}`;
  if (isKind(entry, 'imported')) return `${entry.cells[0] ?? ''} ${entry.cells[2] ?? ''} for ${entry.cells[1] ?? ''}`;
  if (isKind(entry, 'reidentification-granted'))
    return `${entry.request}: ${counted(entry.tokens, 'token')} of ${entry.agreement} for ${entry.requester.name}, approved by ${entry.approvers.map(({ name }) => name).join(' and ')}`;
  if (isKind(entry, 'reidentification-refused'))
    return `${entry.request}: ${entry.refusals.map(({ code }) => code).join(', ')}`;
  if (isKind(entry, 'reidentified')) return `${entry.request}: ${entry.found} found`;
  return '';
}
