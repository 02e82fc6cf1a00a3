import type { Command } from 'commander';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { Described } from '../../../ledger/register-entries.ts';
import { describedEntries } from '../../../release/described-entry.ts';
import { ledgerOf } from '../../wire-ledger.ts';
import { contextOf, openWorkspace } from '../command-context.ts';
import { agreementNamed } from './access.ts';
import { personOf, textOf } from './register-options.ts';

export function addDescribe(register: Command): void {
  register
    .command('describe')
    .description('record what the register says of agreement versions, where it is new or has changed')
    .argument('<references...>', 'agreement versions of the workspace; releases describe theirs by themselves')
    .option('--reason <reason>', 'why it changed; it is published')
    .option('--by <person>', 'who says so; by default the present user; kept, not published')
    .addHelpText(
      'after',
      '\nExample:\n  dars register describe DARS-NIC-147750-8GS7S-v2.2 --reason "the controller’s name was misspelled"',
    )
    .action(async (references: string[], options: { reason?: string; by?: string }, command: Command) => {
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      const agreements = references.map((reference) => agreementNamed(workspace, reference));
      for (const { agreement } of agreements) {
        if (agreement.signatures.length > 0) continue;
        throw new Fault(ExitCode.refused, 'unsigned', `${agreement.reference} is signed by nobody`, {
          hint: 'the register says what was agreed, not what is planned',
        });
      }
      const by = personOf(options.by);
      const why = options.reason === undefined ? undefined : { reason: textOf(options.reason, '--reason'), by };
      const made: Described[] = [];
      await ledgerOf(workspace, context.now).append((entries) => {
        made.splice(0);
        made.push(...agreements.flatMap((each) => describedEntries(entries, each, workspace.catalogue, why)));
        return made;
      });
      const lines = made.map(({ agreement, title }) => `Described: ${agreement}: ${title ?? ''}`);
      context.reporter.result(lines.join('\n') || 'The register says all of it already.', { described: made });
    });
}
