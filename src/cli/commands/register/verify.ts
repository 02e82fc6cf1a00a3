import type { Command } from 'commander';
import { counted } from '../../../kernel/counted.ts';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { Problem } from '../../../kernel/problem.ts';
import { type NoteVerifier, parseVerifier } from '../../../ledger/signed-note.ts';
import { rangeName } from '../../../register/publication-note.ts';
import { rowsSince, verifyExtension } from '../../../register/verify/verify-extension.ts';
import { type VerifiedPublication, verifyPublication } from '../../../register/verify/verify-publication.ts';
import { readInput } from '../../read-input.ts';
import { group } from '../../reporter.ts';
import { openPublication, openScratch } from '../../wire-register.ts';
import { contextOf } from '../command-context.ts';

export function addVerify(register: Command): void {
  register
    .command('verify')
    .description('prove, without the ledger, that every row is in it and that later publications extend earlier ones')
    .argument('<publications...>', 'folders that were published, or checkpoints kept of them')
    .option('--key <key>', 'the custodian’s key, name+id+…, or a file with it; learnt by another way than these files')
    .addHelpText(
      'after',
      '\nExample:\n  dars register verify out/2026-Q2 out/2026-Q3\n  dars register verify last-quarter/checkpoint out/2026-Q3 --key register.example.org/dars+ab12cd34+…\n\nExit 16 where anything does not hold; the row is named.',
    )
    .action(async (folders: string[], options: { key?: string }, command: Command) => {
      const { reporter } = contextOf(command);
      const key = options.key === undefined ? undefined : await keyOf(options.key);
      const problems: Problem[] = [];
      const sound: VerifiedPublication[] = [];
      using scratch = openScratch();
      for (const folder of folders) {
        const found = await verifyPublication(await openPublication(folder), key, scratch);
        problems.push(...found.problems);
        if ('checkpoint' in found) sound.push(found);
      }
      const inOrder = sound
        .map((each, index) => ({ each, index }))
        .sort((a, b) => a.each.checkpoint.size - b.each.checkpoint.size || a.index - b.index)
        .map(({ each }) => each);
      const lines: string[] = [];
      for (const [index, later] of inOrder.entries()) {
        const earlier = inOrder[index - 1];
        if (earlier !== undefined) problems.push(...(await verifyExtension(earlier, later)));
        lines.push(...describe(later, earlier));
      }
      if (problems.length > 0) {
        const count = counted(problems.length, 'problem');
        throw new Fault(ExitCode.ledger, problems[0]?.code ?? 'publication', `this does not verify: ${count}`, {
          problems,
        });
      }
      const last = inOrder.at(-1);
      if (key === undefined && last !== undefined) {
        lines.push(
          `Checked with the key that lies beside the files: ${last.verifier.text}`,
          'Compare it with the one that the custodian announced, or give that one with --key.',
        );
      }
      reporter.result(lines.join('\n'), {
        ok: true,
        key: last?.verifier.text,
        key_given: key !== undefined,
        publications: inOrder.map((each) => ({
          publication: each.label,
          size: each.checkpoint.size,
          root: Buffer.from(each.checkpoint.root).toString('base64'),
          rows: rowCount(each),
        })),
      });
    });
}

function rowCount({ register }: VerifiedPublication): number {
  return register?.rowCount ?? 0;
}

function describe(later: VerifiedPublication, earlier: VerifiedPublication | undefined): string[] {
  const { label, note, checkpoint } = later;
  const rows = rowCount(later);
  const lines =
    note === undefined
      ? [`${label}: a checkpoint of ${counted(checkpoint.size, 'entry', 'entries')}, signed`]
      : [
          `${label}: ${rangeName(note.range)}, published by ${note.custodian}`,
          `  every file is as signed; the log has all ${counted(checkpoint.size, 'entry', 'entries')}, and ${counted(rows, 'row')} ${rows === 1 ? 'is' : 'are'} what they say`,
        ];
  if (earlier === undefined) return lines;
  const since = rowsSince(earlier, later);
  lines.push(`  it goes on from ${earlier.label}: nothing was removed or rewritten`);
  if (since !== undefined) {
    const { unchanged, changed, withdrawn, added } = since;
    lines.push(
      `  rows since then: ${group(unchanged)} as before, ${group(changed)} amended or renamed by an entry, ${group(withdrawn)} withdrawn by an entry, ${group(added)} new`,
    );
  }
  return lines;
}

async function keyOf(text: string): Promise<NoteVerifier> {
  const direct = parseVerifier(text);
  if (direct !== undefined) return direct;
  const key = text.includes('+')
    ? undefined
    : parseVerifier(Buffer.from((await readInput(text)).bytes).toString('utf8'));
  if (key === undefined) {
    throw new Fault(ExitCode.usage, 'key', '--key is no key of a custodian', {
      hint: 'it looks like register.example.org/dars+ab12cd34+AbCd…; dars register publish prints it',
    });
  }
  return key;
}
