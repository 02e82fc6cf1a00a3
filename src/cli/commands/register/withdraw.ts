import type { Command } from 'commander';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { Withdrawn } from '../../../ledger/register-entries.ts';
import { ledgerOf } from '../../wire-ledger.ts';
import { contextOf, openWorkspace } from '../command-context.ts';
import { recordedRegister, rowOrFault } from './recorded-register.ts';
import { personOf, textOf } from './register-options.ts';

export function addWithdraw(register: Command): void {
  register
    .command('withdraw')
    .description('take rows out of the register, in the open: they are shown as withdrawn, with the reason')
    .argument('<rows...>', 'file references, or ids of imported rows')
    .requiredOption('--reason <reason>', 'why they should not stand there; it is published')
    .option('--by <person>', 'who says so; by default the present user; kept, not published')
    .option('--edition <days>', 'for ids of imported rows that several editions have: 2021-02')
    .addHelpText(
      'after',
      '\nExample:\n  dars register withdraw FILE0000123 --reason "a test of the delivery; no patient data were in it"',
    )
    .action(async (names: string[], options: { reason: string; by?: string; edition?: string }, command: Command) => {
      const context = contextOf(command);
      const reason = textOf(options.reason, '--reason');
      const by = personOf(options.by);
      const workspace = await openWorkspace(context);
      const made: Withdrawn[] = [];
      await ledgerOf(workspace, context.now).append((entries) => {
        made.splice(0);
        const register = recordedRegister(entries);
        for (const name of names) {
          const row = rowOrFault(register, name, options.edition);
          if (row.withdrawn !== undefined)
            throw new Fault(ExitCode.usage, 'withdrawn-before', `${name} was withdrawn on ${row.withdrawn.on}`);
          made.push({ kind: 'withdrawn', file: name, entry: row.seq, reason, by });
        }
        return made;
      });
      context.reporter.result(made.map(({ file }) => `Withdrawn: ${file}`).join('\n'), { withdrawn: made });
    });
}
