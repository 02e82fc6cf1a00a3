import type { Command } from 'commander';
import { grantAnswer } from '../../../agreement/grant-answer.ts';
import type { LoadedAgreement } from '../../../agreement/loaded-agreement.ts';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import { isKind } from '../../../ledger/entries.ts';
import type { Entry } from '../../../ledger/ledger.ts';
import type { Accessed } from '../../../ledger/register-entries.ts';
import { describedEntries } from '../../../release/described-entry.ts';
import type { Workspace } from '../../../workspace/workspace.ts';
import { ledgerOf } from '../../wire-ledger.ts';
import { contextOf, openWorkspace } from '../command-context.ts';
import { personOf, RANGE_HELP, type RangeOptions, rangeOf, textOf } from './register-options.ts';

interface AccessOptions extends RangeOptions {
  readonly dataset: string;
  readonly late?: string;
  readonly by?: string;
}

export function addAccess(register: Command): void {
  register
    .command('access')
    .description('record system access: a recipient looked at a dataset in the custodian’s systems in these days')
    .argument('<agreement>', 'reference of the agreement version that grants it (system_access: true)')
    .requiredOption('--dataset <dataset>', 'a dataset of the agreement')
    .option(...RANGE_HELP.quarter)
    .option(...RANGE_HELP.month)
    .option(...RANGE_HELP.from)
    .option(...RANGE_HELP.to)
    .option('--late <reason>', 'the register of these days is out already: why this comes late')
    .option('--by <person>', 'who says so; by default the present user; kept, not published')
    .addHelpText(
      'after',
      '\nExample:\n  dars register access DARS-NIC-147750-8GS7S-v2.2 --dataset hes_apc --quarter 2026-Q3',
    )
    .action(async (reference: string, options: AccessOptions, command: Command) => {
      const context = contextOf(command);
      const { from, to } = rangeOf(options);
      const by = personOf(options.by);
      const late = options.late === undefined ? {} : { late: textOf(options.late, '--late') };
      const workspace = await openWorkspace(context);
      const agreement = agreementNamed(workspace, reference);
      const body = accessOf(agreement, workspace, options.dataset, { from, to });
      const entry = await ledgerOf(workspace, context.now).append((entries) => {
        const same = entries.some(
          (each) =>
            isKind(each, 'accessed') &&
            each.agreement === reference &&
            each.dataset === options.dataset &&
            each.period.from === from &&
            each.period.to === to,
        );
        if (same)
          throw new Fault(ExitCode.usage, 'accessed-before', `access to ${options.dataset} in these days is on record`);
        const file = `SystemAccess${String(nextAccess(entries)).padStart(4, '0')}`;
        return [...describedEntries(entries, agreement, workspace.catalogue), { ...body, file, ...late, by }];
      });
      const row = entry as Entry<Accessed>;
      context.reporter.result(`Recorded: ${row.file}, ${row.title} for ${row.organisation}, ${from} to ${to}`, row);
    });
}

export function agreementNamed({ agreements }: Workspace, reference: string): LoadedAgreement {
  const agreement = agreements.find((each) => each.reference.text === reference);
  if (agreement !== undefined) return agreement;
  throw new Fault(ExitCode.usage, 'unknown-agreement', `no agreement has the reference ${reference}`, {
    hint: 'dars agreement list shows those there are',
  });
}

/** What is recorded of the access; only what the agreement grants can have been looked at. */
function accessOf(
  { agreement }: LoadedAgreement,
  { catalogue }: Workspace,
  dataset: string,
  period: Accessed['period'],
): Omit<Accessed, 'file' | 'by'> {
  const grant = agreement.datasets.find((each) => each.dataset === dataset);
  const refuse = (code: string, message: string, hint: string): never => {
    throw new Fault(ExitCode.refused, code, message, { hint });
  };
  if (grant?.system_access !== true)
    return refuse(
      'no-system-access',
      `the agreement grants no system access to ${dataset}`,
      'see system_access of its datasets',
    );
  if (period.to < agreement.term.start || period.from > agreement.term.end)
    return refuse(
      'outside-term',
      `the agreement was not in force in these days`,
      `its term is ${agreement.term.start} to ${agreement.term.end}`,
    );
  const { identifiability = 'identifiable', common_law_duty = 'none', legal_basis = '' } = grant;
  return {
    kind: 'accessed',
    agreement: agreement.reference,
    organisation: agreement.applicant.name,
    dataset,
    title: catalogue.get(dataset)?.title ?? dataset,
    period,
    identifiability,
    sensitive: grant.sensitive,
    legal_basis,
    common_law_duty,
    opt_outs: grantAnswer(grant, identifiability),
  };
}

function nextAccess(entries: readonly Entry[]): number {
  let highest = 0;
  for (const entry of entries) {
    const id = isKind(entry, 'accessed') ? entry.file : isKind(entry, 'imported') ? (entry.cells[0] ?? '') : '';
    highest = Math.max(highest, Number(/^SystemAccess(\d{4,9})$/.exec(id)?.[1] ?? 0));
  }
  return highest + 1;
}
