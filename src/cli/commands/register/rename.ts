import { type Command, InvalidArgumentError } from 'commander';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import { nearest } from '../../../kernel/nearest.ts';
import type { Renamed } from '../../../ledger/register-entries.ts';
import { ledgerOf } from '../../wire-ledger.ts';
import { contextOf, openWorkspace } from '../command-context.ts';
import { recordedRegister } from './recorded-register.ts';
import { personOf, textOf } from './register-options.ts';

export function addRename(register: Command): void {
  register
    .command('rename')
    .description('an organisation or a dataset has another name now; shown as a rename, not as an amendment')
    .argument('<what>', 'organisation or dataset', whatOf)
    .argument('<from>', 'the name that the register has')
    .argument('<to>', 'the name that it has now')
    .requiredOption('--reason <reason>', 'why; it is published')
    .option('--by <person>', 'who says so; by default the present user; kept, not published')
    .addHelpText(
      'after',
      '\nExample:\n  dars register rename organisation "Public Health England" "UK Health Security Agency" --reason "its successor from October 2021"',
    )
    .action(
      async (
        what: Renamed['what'],
        from: string,
        to: string,
        options: { reason: string; by?: string },
        command: Command,
      ) => {
        const context = contextOf(command);
        const [reason, by, name] = [
          textOf(options.reason, '--reason'),
          personOf(options.by),
          textOf(to, 'the new name'),
        ];
        if (from === name) throw new Fault(ExitCode.usage, 'no-change', 'old and new name are the same');
        const workspace = await openWorkspace(context);
        await ledgerOf(workspace, context.now).append((entries) => {
          const register = recordedRegister(entries);
          const names = new Set<string>();
          for (const { values } of register.rows()) names.add(values[what]);
          if (what === 'organisation') for (const { facts } of register.versions()) names.add(facts.organisation);
          if (!names.has(from)) {
            const near = nearest(from, [...names]);
            throw new Fault(ExitCode.usage, 'no-such-name', `the register has no ${what} of this name`, {
              hint: near === undefined ? 'the name must be spelled as the register spells it' : `did you mean ${near}?`,
            });
          }
          return { kind: 'renamed', what, from, to: name, reason, by };
        });
        context.reporter.result(`Renamed: ${what} ${from} is ${name} from now on`, {
          renamed: { what, from, to: name },
        });
      },
    );
}

function whatOf(text: string): Renamed['what'] {
  if (text !== 'organisation' && text !== 'dataset') throw new InvalidArgumentError('It is organisation or dataset.');
  return text;
}
