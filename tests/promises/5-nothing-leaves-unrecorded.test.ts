import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesUnder } from '../support/delivered.ts';
import { darsHere } from '../support/run-dars.ts';
import { released } from './released.ts';

/** Promise 5: nothing leaves without a ledger entry; no entry is ever changed. */

test('every delivered file is in the ledger, with its digest, before and after', async () => {
  using release = await released();
  const entries = readFileSync(join(release.workspace.root, 'state/ledger.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; files?: { name: string }[] });
  expect(entries.map(({ kind }) => kind)).toEqual(['intended', 'delivered']);
  const sent = filesUnder(join(release.workspace.root, 'out'))
    .map((path) => path.split('/').at(-1))
    .filter((name) => name?.endsWith('.gpg'));
  expect(entries[0]?.files?.map(({ name }) => name)).toEqual(sent);
});

test('a ledger of which a letter was changed is refused, and nothing is released on it', async () => {
  using release = await released();
  const path = join(release.workspace.root, 'state/ledger.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace('University of Example', 'University of Exemple'));
  expect((await darsHere(release.workspace.root, ['ledger', 'verify'])).status).toBe(16);
  expect((await darsHere(release.workspace.root, ['run', 'diabetes-apc', '--as-of', '2027-01-01'])).status).toBe(16);
});
