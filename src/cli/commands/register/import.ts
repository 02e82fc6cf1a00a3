import { basename } from 'node:path';
import type { Command } from 'commander';
import { counted } from '../../../kernel/counted.ts';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import { isKind } from '../../../ledger/entries.ts';
import type { Entry, EntryBody } from '../../../ledger/ledger.ts';
import { importEdition } from '../../../register/import-edition.ts';
import { readWorkbook } from '../../../spreadsheet/read-workbook.ts';
import { readInput } from '../../read-input.ts';
import { ledgerOf } from '../../wire-ledger.ts';
import { contextOf, openWorkspace } from '../command-context.ts';
import { personOf, RANGE_HELP, type RangeOptions, rangeOf, textOf } from './register-options.ts';

export function addImport(register: Command): void {
  register
    .command('import')
    .description('take a register that was published before into the ledger, cell by cell')
    .argument('<workbook>', 'XLSX in the layout of the Data Release Register (2014 to 2021)')
    .option(...RANGE_HELP.quarter)
    .option(...RANGE_HELP.month)
    .option(...RANGE_HELP.from)
    .option(...RANGE_HELP.to)
    .option('--late <reason>', 'these rows were never published: show them as late additions, for this reason')
    .option('--by <person>', 'who imports it; by default the present user; kept, not published')
    .addHelpText('after', '\nExample:\n  dars register import DataReleaseRegister_Feb21.xlsx --month 2021-02')
    .action(async (path: string, options: RangeOptions & { late?: string; by?: string }, command: Command) => {
      const context = contextOf(command);
      const period = rangeOf(options);
      const by = personOf(options.by);
      const late = options.late === undefined ? undefined : textOf(options.late, '--late');
      const workspace = await openWorkspace(context);
      const { bytes, sha256 } = await readInput(path);
      const sheets = readWorkbook(bytes);
      if (sheets === undefined) {
        throw new Fault(ExitCode.source, 'no-workbook', `${path} is no workbook, or a broken one`, {
          hint: 'save it as XLSX',
        });
      }
      const edition = importEdition(sheets, { name: basename(path), sha256, period, late, by });
      if (!edition.ok) {
        const count = counted(edition.problems.length, 'problem');
        throw new Fault(ExitCode.source, 'edition', `${path} has ${count}; nothing was imported`, {
          problems: edition.problems,
        });
      }
      let added = 0;
      await ledgerOf(workspace, context.now).append((entries) => {
        const bodies = missing(entries, edition.bodies, sha256);
        added = bodies.length;
        return bodies;
      });
      const rows = edition.bodies.filter(({ kind }) => kind === 'imported').length;
      const agreements = edition.bodies.filter(({ kind }) => kind === 'described').length;
      if (added === 0) {
        context.reporter.result(`Nothing to do: this edition is in the ledger already.`, { edition: sha256, added });
        return;
      }
      context.reporter.result(
        `Imported: ${counted(rows, 'row')} and ${counted(agreements, 'agreement')} of ${basename(path)}, ${period.from} to ${period.to}`,
        { edition: sha256, rows, agreements, added },
      );
    });
}

/** What the ledger lacks of an edition: all of it, or, after a crash in the middle, what comes after the last entry. */
function missing(entries: readonly Entry[], bodies: readonly EntryBody[], sha256: string): readonly EntryBody[] {
  const own = entries.filter(
    (entry) =>
      (isKind(entry, 'edition') || isKind(entry, 'imported') || isKind(entry, 'described')) && entry.edition === sha256,
  );
  return bodies.slice(own.length);
}
