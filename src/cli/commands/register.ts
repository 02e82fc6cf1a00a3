import type { Command } from 'commander';
import { addAccess } from './register/access.ts';
import { addAmend } from './register/amend.ts';
import { addDescribe } from './register/describe.ts';
import { addImport } from './register/import.ts';
import { addKey } from './register/key.ts';
import { addPublish } from './register/publish.ts';
import { addRename } from './register/rename.ts';
import { addVerify } from './register/verify.ts';
import { addWithdraw } from './register/withdraw.ts';

export function addRegister(program: Command): void {
  const register = program
    .command('register')
    .description('the public register: publish it from the ledger, correct it in the open, verify what was published')
    .addHelpText(
      'after',
      [
        '',
        'Four times a year:',
        '  dars register publish --quarter 2026-Q3 --out out/2026-Q3 --after out/2026-Q2',
        'Corrections are entries of their own, with a reason, and are published:',
        '  dars register amend FILE0000123 --field legal_basis --to "…" --reason "…"',
        'Anybody, with no access to the ledger:',
        '  dars register verify out/2026-Q2 out/2026-Q3',
      ].join('\n'),
    );
  for (const add of [
    addPublish,
    addVerify,
    addAmend,
    addWithdraw,
    addRename,
    addAccess,
    addDescribe,
    addImport,
    addKey,
  ])
    add(register);
}
