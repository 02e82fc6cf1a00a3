import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { namedKeys } from '../../src/cli/wire.ts';
import { type AnswerPlace, reidentify } from '../../src/release/reidentification/reidentify.ts';
import type { World } from '../../src/release.ts';
import { type Gnupg, openGnupg } from '../support/gnupg.ts';
import { makeWorkspace, type TestWorkspace, type Tree, testKeys } from '../support/make-workspace.ts';
import { darsHere, type Ran } from '../support/run-dars.ts';
import { wiredWorld } from '../support/wired-world.ts';

const PERCIVAL = '843287198F2DC012AFFA4D5155344F2A';
const OLWEN = '9D85469637B330A8A21EF8D5649283F3';
const NOBODY = '00000000000000000000000000000000';

/** Approvers and the requester, with keys and signatures as their own GnuPG makes them. */
let gnupg: Gnupg;
const prints = new Map<string, string>();
beforeAll(async () => {
  gnupg = await openGnupg();
  const at = new Date('2026-01-01T00:00:00Z');
  for (const name of ['Caldicott', 'Siro', 'Stranger'])
    prints.set(name, await gnupg.generate({ name, signing: 'ed25519', at }));
  prints.set('Asker', await gnupg.generate({ name: 'Asker', signing: 'ed25519', encrypting: 'cv25519', at }));
  await gnupg.import((await testKeys()).custodian.publicKey);
});
afterAll(() => gnupg[Symbol.asyncDispose]());

let workspace: TestWorkspace;
beforeEach(async () => {
  const named = (name: string): Tree => ({ name, fingerprint: print(name), key: `keys/${name}.asc` });
  const files: Record<string, string> = {};
  for (const [name, fingerprint] of prints) files[`keys/${name}.asc`] = await gnupg.exportPublic(fingerprint);
  workspace = await makeWorkspace({
    files,
    workspace: (file) => {
      file['reidentification'] = {
        cap: 3,
        approvers: [named('Caldicott'), named('Siro')],
        requesters: [named('Asker')],
      };
    },
  });
});
afterEach(() => workspace[Symbol.dispose]());

function print(name: string): string {
  return prints.get(name) ?? '';
}

function request(changes: Tree = {}): Buffer {
  return Buffer.from(
    stringify({
      request: 'RE-2026-001',
      agreement: 'DARS-NIC-147750-8GS7S',
      requester: 'Asker',
      reason: 'A trial found that a drug harms those who took it',
      legal_basis: 'Duty of care',
      valid_until: '2026-12-31',
      tokens: [OLWEN, NOBODY, PERCIVAL],
      ...changes,
    }),
  );
}

interface Asking {
  readonly bytes?: Buffer;
  /** Who signs, and what, if not the request. */
  readonly signatures?: readonly (readonly [who: string, what?: Buffer | undefined, digest?: string])[];
  readonly args?: readonly string[];
}

/** Asks in a workspace whose agreement has released something, where the test does not stop before that matters. */
async function ask(asking: Asking = {}): Promise<Ran> {
  if (!existsSync(join(workspace.root, 'state'))) {
    expect((await darsHere(workspace.root, ['run', 'diabetes-apc'])).status).toBe(0);
  }
  return askOnly(asking);
}

async function askOnly({
  bytes = request(),
  signatures = [['Caldicott'], ['Siro']],
  args = [],
}: Asking = {}): Promise<Ran> {
  workspace.write('request.yaml', bytes);
  const paths: string[] = [];
  for (const [index, [who, what, digest]] of signatures.entries()) {
    const path = `${index}.asc`;
    workspace.write(path, await gnupg.signDetached(print(who), what ?? bytes, digest));
    paths.push(join(workspace.root, path));
  }
  return darsHere(workspace.root, [
    ...['reidentify', join(workspace.root, 'request.yaml'), '--signature', ...paths],
    ...['--out', join(workspace.root, 'answer.gpg'), ...args],
  ]);
}

function ledger(): Tree[] {
  if (!existsSync(join(workspace.root, 'state/ledger.jsonl'))) return [];
  return workspace
    .read('state/ledger.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Tree)
    .filter(({ kind }) => String(kind).startsWith('reidentif'));
}

test('with two approvals the requester, and nobody else, learns whom tokens stand for; the ledger has all of it', async () => {
  const ran = await ask();
  expect(ran.stderr).toBe('');
  expect(ran.status).toBe(0);
  expect(ran.stdout).toContain('Answered: request RE-2026-001, 2 of 3 found; approved by Caldicott and Siro');
  const answer = readFileSync(join(workspace.root, 'answer.gpg'));
  const { plaintext, status } = await gnupg.decrypt(answer);
  expect(plaintext.toString('utf8').split('\n')).toEqual([
    'TOKEN_PERSON_ID|NHS_NUMBER|CURRENT_NHS_NUMBER',
    `${OLWEN}|9990000026|9990000026`,
    `${NOBODY}||`,
    `${PERCIVAL}|9990000018|9990000018`,
    '',
  ]);
  const { fingerprint } = (await testKeys()).custodian;
  expect(status.some((line) => line.startsWith(`VALIDSIG ${fingerprint}`))).toBe(true);
  expect(statSync(join(workspace.root, 'answer.gpg')).mode & 0o777).toBe(0o600);
  expect(ledger()).toMatchObject([
    {
      kind: 'reidentification-granted',
      request: 'RE-2026-001',
      agreement: 'DARS-NIC-147750-8GS7S',
      requester: { name: 'Asker', fingerprint: print('Asker') },
      approvers: [
        { name: 'Caldicott', fingerprint: print('Caldicott') },
        { name: 'Siro', fingerprint: print('Siro') },
      ],
      reason: 'A trial found that a drug harms those who took it',
      tokens: 3,
      key_version: 1,
    },
    { kind: 'reidentified', request: 'RE-2026-001', found: 2 },
  ]);
  for (const secret of ['9990000018', '9990000026', PERCIVAL, OLWEN]) {
    expect(workspace.read('state/ledger.jsonl') + ran.stdout + ran.stderr).not.toContain(secret);
  }
  expect((await darsHere(workspace.root, ['ledger', 'verify'])).status).toBe(0);
});

test('a token made of a number that was superseded since leads to the person’s number of today', async () => {
  workspace.write('data/pds.csv', workspace.read('data/pds.csv').replace('9990000018,,,', '9990000018,9990000026,,'));
  expect((await ask({ bytes: request({ tokens: [PERCIVAL] }) })).status).toBe(0);
  const { plaintext } = await gnupg.decrypt(readFileSync(join(workspace.root, 'answer.gpg')));
  expect(plaintext.toString('utf8')).toContain(`${PERCIVAL}|9990000018|9990000026`);
});

describe('nobody is identified, and the ledger says why', () => {
  const other = request({ tokens: [PERCIVAL] });
  test.each<[string, string, Asking]>([
    ['one approval only', 'two-approvers', { signatures: [['Caldicott']] }],
    ['the same approver twice', 'two-approvers', { signatures: [['Caldicott'], ['Caldicott']] }],
    ['a stranger for the second', 'bad-signature', { signatures: [['Caldicott'], ['Stranger']] }],
    ['the requester for the second', 'bad-signature', { signatures: [['Caldicott'], ['Asker']] }],
    ['a signature over another request', 'bad-signature', { signatures: [['Caldicott'], ['Siro', other]] }],
    [
      'a signature with a digest that can be forged',
      'bad-signature',
      { signatures: [['Caldicott'], ['Siro', undefined, 'SHA1']] },
    ],
    ['two good signatures and a bad one', 'bad-signature', { signatures: [['Caldicott'], ['Siro'], ['Stranger']] }],
    [
      'more tokens than the cap',
      'cap',
      { bytes: request({ tokens: [OLWEN, PERCIVAL, NOBODY, NOBODY.replace('0', '1')] }) },
    ],
    ['a request that has lapsed', 'lapsed', { bytes: request({ valid_until: '2026-11-19' }) }],
    ['a requester whom nobody named', 'requester', { bytes: request({ requester: 'Stranger' }) }],
    ['an agreement that released nothing', 'no-release', { bytes: request({ agreement: 'DARS-NIC-000001-AAAAA' }) }],
  ])('%s', async (_, code, asking) => {
    const ran = await ask(asking);
    expect(ran.status).toBe(12);
    expect(ran.stderr).toContain('dars: refused; nobody was identified');
    expect(existsSync(join(workspace.root, 'answer.gpg'))).toBe(false);
    const [entry, ...more] = ledger();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ kind: 'reidentification-refused', request: 'RE-2026-001' });
    const refusals = (entry?.['refusals'] ?? []) as { code: string }[];
    expect(refusals.map((each) => each.code)).toContain(code);
  });

  test('an approver who is the requester as well, by name or by key, approves nothing', async () => {
    workspace.change('dars.yaml', (file) => {
      const settings = file['reidentification'] as { approvers: Tree[]; requesters: Tree[] };
      settings.requesters = [{ name: 'Asker', fingerprint: print('Siro'), key: 'keys/Siro.asc' }];
    });
    expect((await ask()).status).toBe(12);
    expect(ledger()[0]?.['refusals']).toMatchObject([{ code: 'two-approvers' }, { code: 'requester-key' }]);
  });

  test('an approver’s key of another fingerprint than dars.yaml says approves nothing', async () => {
    workspace.write('keys/Siro.asc', await gnupg.exportPublic(print('Stranger')));
    expect((await ask({ signatures: [['Caldicott'], ['Stranger']] })).status).toBe(12);
  });

  test('a key that was revoked after it signed approves nothing, whatever the reason', async () => {
    const fingerprint = await gnupg.generate({
      name: 'Leaver',
      signing: 'ed25519',
      at: new Date('2026-01-01T00:00:00Z'),
    });
    workspace.change('dars.yaml', (file) => {
      const [first] = (file['reidentification'] as { approvers: Tree[] }).approvers;
      (file['reidentification'] as Tree)['approvers'] = [
        first,
        { name: 'Leaver', fingerprint, key: 'keys/Leaver.asc' },
      ];
    });
    prints.set('Leaver', fingerprint);
    workspace.write('keys/Leaver.asc', await gnupg.exportPublic(fingerprint));
    const signature = await gnupg.signDetached(fingerprint, request());
    await gnupg.revoke(fingerprint, 'superseded');
    const revoked = await gnupg.exportPublic(fingerprint);
    prints.delete('Leaver');
    workspace.write('leaver.asc', signature);
    const asking = { signatures: [['Caldicott']] as const, args: ['--signature', join(workspace.root, 'leaver.asc')] };
    workspace.write('keys/Leaver.asc', revoked);
    expect((await ask(asking)).status).toBe(12);
    expect(existsSync(join(workspace.root, 'answer.gpg'))).toBe(false);
    expect(ledger()[0]?.['refusals']).toMatchObject([{ code: 'bad-signature' }, { code: 'two-approvers' }]);
  });

  test('a request is answered once, under its name or with its bytes', async () => {
    expect((await ask()).status).toBe(0);
    const again = await ask({ args: ['--out', join(workspace.root, 'second.gpg')] });
    expect(again.status).toBe(12);
    const changed = await ask({
      bytes: request({ tokens: [PERCIVAL] }),
      args: ['--out', join(workspace.root, 'third.gpg')],
    });
    expect(changed.status).toBe(12);
    expect(ledger().map(({ kind }) => kind)).toEqual([
      'reidentification-granted',
      'reidentified',
      'reidentification-refused',
      'reidentification-refused',
    ]);
  });
});

describe('the ledger comes first', () => {
  /** What was done with the answer, where the world is another one than it should be. */
  async function answered(change: (world: World) => Partial<World>): Promise<{ steps: string[]; ended: unknown }> {
    expect((await darsHere(workspace.root, ['run', 'diabetes-apc'])).status).toBe(0);
    const { world } = await wiredWorld(workspace.root);
    const { approvers = [], requesters = [] } = world.workspace.file.reidentification ?? {};
    const bytes = request();
    const steps: string[] = [];
    const step = (name: string) => async (): Promise<void> => {
      steps.push(`${name} after ${ledger().map(({ kind }) => kind)}`);
    };
    const place: AnswerPlace = { stage: step('stage'), keep: step('keep'), discard: step('discard') };
    const asked = {
      file: 'request.yaml',
      bytes,
      signatures: await Promise.all(['Caldicott', 'Siro'].map((who) => gnupg.signDetached(print(who), bytes))),
      approvers: await namedKeys(world.workspace, approvers),
      requesters: await namedKeys(world.workspace, requesters),
      cap: 3,
      by: 'tester',
    };
    const ended = await reidentify(asked, place, { ...world, ...change(world) }).catch((error: unknown) => error);
    return { steps, ended };
  }

  test('it has that it was granted before anybody is looked up, and the answer’s digest before anybody has it', async () => {
    const looked: unknown[] = [];
    const { steps } = await answered(({ engine }) => ({
      engine: {
        ...engine,
        findPeople: (...args) => {
          looked.push(ledger().map(({ kind }) => kind));
          return engine.findPeople(...args);
        },
      },
    }));
    expect(looked).toEqual([['reidentification-granted']]);
    expect(steps).toEqual(['stage after reidentification-granted', 'keep after reidentification-granted,reidentified']);
  });

  test('where it can’t have the digest, nobody has the answer', async () => {
    const { steps, ended } = await answered(({ ledger: kept }) => ({
      ledger: {
        ...kept,
        entries: () => kept.entries(),
        append: (decide) =>
          kept.append((entries) => {
            const decided = decide(entries);
            if (JSON.stringify(decided).includes('"reidentified"')) throw new Error('the disk is full');
            return decided;
          }),
      },
    }));
    expect(ended).toMatchObject({ message: 'the disk is full' });
    expect(steps).toEqual(['stage after reidentification-granted', 'discard after reidentification-granted']);
  });
});

describe('mistakes get one sentence', () => {
  test.each<[string, Tree, string]>([
    ['a token cut short', { tokens: ['843287198F2DC012'] }, 'tokens[0]: expected a token: 32 hex digits in upper case'],
    ['an NHS number for a token', { tokens: ['9990000018'] }, 'tokens[0]: expected a token'],
    ['the same token twice', { tokens: [PERCIVAL, PERCIVAL] }, 'tokens: a token stands twice'],
    ['no reason', { reason: undefined }, '"reason" is missing'],
    ['a key that nobody knows', { approved_by: 'me' }, 'there is no key "approved_by" here'],
  ])('%s', async (_, changes, says) => {
    const ran = await askOnly({ bytes: request(changes) });
    expect(ran.status).toBe(10);
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).not.toContain('9990000018');
    expect(ledger()).toEqual([]);
  });

  test('an answer is never written over anything', async () => {
    workspace.write('answer.gpg', 'something');
    const ran = await askOnly();
    expect(ran.status).toBe(2);
    expect(workspace.read('answer.gpg')).toBe('something');
    expect(ledger()).toEqual([]);
  });

  test('without the settings nobody may; with one approver, or one key twice, dars.yaml is wrong', async () => {
    const named = (name: string, key: string): Tree => ({ name, fingerprint: print(key), key: `keys/${key}.asc` });
    const settle = (approvers: Tree[] | undefined): void =>
      workspace.change('dars.yaml', (file) => {
        if (approvers === undefined) delete file['reidentification'];
        else (file['reidentification'] as Tree)['approvers'] = approvers;
      });
    settle([named('Caldicott', 'Caldicott')]);
    expect((await askOnly()).stderr).toContain('two approvers sign each request, so name at least two');
    settle([named('Caldicott', 'Caldicott'), named('Siro', 'Caldicott')]);
    expect((await askOnly()).stderr).toContain('it would count as two people');
    settle(undefined);
    const ran = await askOnly();
    expect([ran.status, ran.stderr]).toEqual([12, expect.stringContaining('nobody may have tokens turned back here')]);
  });
});
