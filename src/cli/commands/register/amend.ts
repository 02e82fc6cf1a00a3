import type { Command } from 'commander';
import type { Json } from '../../../kernel/canonical-json.ts';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import { AMENDABLE, amendedValue } from '../../../ledger/amendable.ts';
import type { Entry } from '../../../ledger/ledger.ts';
import type { Amended } from '../../../ledger/register-entries.ts';
import { ledgerOf } from '../../wire-ledger.ts';
import { contextOf, openWorkspace } from '../command-context.ts';
import { recordedRegister, rowOrFault } from './recorded-register.ts';
import { personOf, textOf } from './register-options.ts';

interface AmendOptions {
  readonly field: string;
  readonly to: string;
  readonly reason: string;
  readonly by?: string;
  readonly edition?: string;
}

export function addAmend(register: Command): void {
  register
    .command('amend')
    .description('correct what the register says: a new entry with old, new and reason, which is published')
    .argument('<rows...>', 'file references, ids of imported rows, or references of agreement versions')
    .requiredOption('--field <field>', `what was wrong, of a file: ${Object.keys(AMENDABLE.file).join(', ')}`)
    .requiredOption('--to <value>', 'what it should have been')
    .requiredOption('--reason <reason>', 'why; it is published')
    .option('--by <person>', 'who says so; by default the present user; kept, not published')
    .option('--edition <days>', 'for ids of imported rows that several editions have: 2021-02')
    .addHelpText(
      'after',
      '\nExample:\n  dars register amend FILE0000123 --field legal_basis --to "Health and Social Care Act 2012 – s261(7)" --reason "section 251 support was left out"\n  dars register amend DSfC0001 --edition 2021-02 --field organisation --to "NHS Stockport CCG" --reason "…"',
    )
    .action(async (names: string[], options: AmendOptions, command: Command) => {
      const context = contextOf(command);
      const reason = textOf(options.reason, '--reason');
      const by = personOf(options.by);
      const workspace = await openWorkspace(context);
      const made: Amended[] = [];
      await ledgerOf(workspace, context.now).append((entries) => {
        made.splice(0);
        made.push(...names.flatMap((name) => amendment(entries, name, options, { reason, by }) ?? []));
        return made;
      });
      if (made.length === 0)
        throw new Fault(ExitCode.usage, 'no-change', `${options.field} is that already; nothing was recorded`);
      const lines = made.map(
        ({ file, agreement, field, from, to }) =>
          `Amended: ${file ?? agreement} ${field} from ${JSON.stringify(from)} to ${JSON.stringify(to)}`,
      );
      context.reporter.result(lines.join('\n'), { amended: made });
    });
}

/** The entry that amends a row or an agreement version; undefined where it says that already. */
function amendment(
  entries: readonly Entry[],
  name: string,
  { field, to, edition }: AmendOptions,
  why: { readonly reason: string; readonly by: string },
): Amended | undefined {
  const register = recordedRegister(entries);
  const version = register.versionNamed(name);
  const row = version === undefined ? rowOrFault(register, name, edition) : undefined;
  const value = amendedValue(row?.source ?? 'agreement', field, to);
  if (!value.ok) {
    throw new Fault(ExitCode.usage, 'amendment', `${name} can’t have this ${field}`, { hint: value.reason });
  }
  if (row !== undefined) {
    const from = row.values[field as keyof typeof row.values];
    if (from === undefined) throw new Error('a field that a row does not have was let through');
    const said = rawValue(entries, row.seq, name, field) ?? from;
    if (said === value.value) return undefined;
    return { kind: 'amended', file: name, entry: row.seq, field, from: said, to: value.value, ...why };
  }
  const from = (version?.facts[field as keyof typeof version.facts] ?? null) as Json;
  return from === value.value ? undefined : { kind: 'amended', agreement: name, field, from, to: value.value, ...why };
}

/** What was last said of a field, in the ledger's own words rather than in the register's. */
function rawValue(entries: readonly Entry[], seq: number, name: string, field: string): Json | undefined {
  const later = entries.findLast(
    (entry) => entry.kind === 'amended' && entry['file'] === name && entry['entry'] === seq && entry['field'] === field,
  );
  if (later !== undefined) return later['to'];
  const said = entries[seq - 1];
  const files = said?.kind === 'intended' ? (said['files'] as readonly Readonly<Record<string, Json>>[]) : undefined;
  return files?.find((file) => file['file'] === name)?.[field];
}
