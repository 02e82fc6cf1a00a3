import type { Command } from 'commander';
import { counted } from '../../../kernel/counted.ts';
import type { DateRange } from '../../../kernel/date-range.ts';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { NoteSigner } from '../../../ledger/signed-note.ts';
import { type LedgerLog, ledgerLog } from '../../../register/ledger-log.ts';
import { publication } from '../../../register/publication.ts';
import { rangeName } from '../../../register/publication-note.ts';
import { RegisterFold } from '../../../register/register-fold.ts';
import type { Scratch } from '../../../register/store/scratch.ts';
import { verifyExtension } from '../../../register/verify/verify-extension.ts';
import { verifyPublication } from '../../../register/verify/verify-publication.ts';
import type { Workspace } from '../../../workspace/workspace.ts';
import { group } from '../../reporter.ts';
import { ledgerOf } from '../../wire-ledger.ts';
import { openPublication, openScratch, registerSigner, siteAssets, writePublication } from '../../wire-register.ts';
import { contextOf, openWorkspace } from '../command-context.ts';
import { RANGE_HELP, type RangeOptions, rangeOf } from './register-options.ts';

export function addPublish(register: Command): void {
  register
    .command('publish')
    .description(
      'compute a publication from the ledger: workbooks, CSV, JSON, a web site, and the log to check them by',
    )
    .option(...RANGE_HELP.quarter)
    .option(...RANGE_HELP.month)
    .option(...RANGE_HELP.from)
    .option(...RANGE_HELP.to)
    .requiredOption('--out <dir>', 'folder to write; an earlier publication there is replaced')
    .option('--after <publication>', 'the last publication: refuse (exit 16) unless this one goes on from it')
    .addHelpText(
      'after',
      '\nExample:\n  dars register publish --quarter 2026-Q3 --out out/2026-Q3\n  dars register publish --month 2021-02 --out out/2021-02',
    )
    .action(async (options: RangeOptions & { out: string; after?: string }, command: Command) => {
      const context = contextOf(command);
      const range = rangeOf(options);
      const workspace = await openWorkspace(context);
      const { log, signer, written } = await publishRegister(workspace, context.now, range, options.out, options.after);
      const root = log.tree.root().toString('base64');
      context.reporter.result(
        [
          `Published ${rangeName(range)} in ${options.out}: ${group(written.files)} files, ${group(written.bytes)} bytes`,
          `  open it     ${options.out}/index.html`,
          `  ledger      ${counted(log.head.size, 'entry', 'entries')}, head ${log.head.hash}`,
          `  checkpoint  ${signer.name}, root ${root}`,
          `  note        sha256 ${written.sha256}`,
          `  key         ${signer.verifier.text}`,
        ].join('\n'),
        {
          range,
          out: options.out,
          ...written,
          ledger: log.head,
          checkpoint: { origin: signer.name, size: log.tree.size, root },
          verifier_key: signer.verifier.text,
        },
      );
    });
}

/** Computes a publication from the ledger and writes it; `after` is one that it must go on from. */
export async function publishRegister(
  workspace: Workspace,
  now: () => Date,
  range: DateRange,
  out: string,
  after: string | undefined = undefined,
) {
  const signer = await registerSigner(workspace);
  using scratch = openScratch();
  const fold = new RegisterFold(range, scratch);
  const log = await ledgerLog(ledgerOf(workspace, now).entries(), scratch, fold);
  if (after !== undefined) await assertAfter(after, log, signer, scratch);
  const custodian = workspace.file.custodian.name;
  const assets = await siteAssets();
  const register = fold.register();
  const written = await writePublication(out, publication({ log, register, custodian, signer, assets }));
  return { log, signer, written };
}

/** That the ledger goes on from a publication: what was published is never taken back by publishing again. */
async function assertAfter(
  folder: string,
  { tree }: LedgerLog,
  { name, verifier }: NoteSigner,
  scratch: Scratch,
): Promise<void> {
  const earlier = await verifyPublication(await openPublication(folder), verifier, scratch);
  const checkpoint = { origin: name, size: tree.size, root: tree.root() };
  const problems =
    'checkpoint' in earlier
      ? [...earlier.problems, ...(await verifyExtension(earlier, { label: 'the ledger', verifier, checkpoint, tree }))]
      : earlier.problems;
  if (problems.length === 0) return;
  throw new Fault(ExitCode.ledger, 'not-after', `the ledger does not go on from ${folder}; nothing was published`, {
    problems,
  });
}
