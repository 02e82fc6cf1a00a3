import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startEmbeddedSftpServer } from '../../deliver/embedded-sftp-server.ts';
import { generateSshKeyPair } from '../../deliver/ssh-key-pair.ts';
import { decrypt } from '../../encrypt/decrypt.ts';
import { generateKeyPair, type KeyPair } from '../../encrypt/generate-key-pair.ts';
import { calendarPeriod, dayOf } from '../../kernel/calendar-date.ts';
import { parseDateRange } from '../../kernel/date-range.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { entriesOf, type ReleaseOutcome, release } from '../../release.ts';
import { writeCohort } from '../../synth/cohort.ts';
import { later, makeWorld } from '../../synth/world-file.ts';
import { loadWorkspace } from '../../workspace/load-workspace.ts';
import { publishRegister } from '../commands/register/publish.ts';
import { formatOutcome } from '../commands/run.ts';
import { group, type Reporter } from '../reporter.ts';
import { wire } from '../wire.ts';
import { makeRegisterKey } from '../wire-register.ts';
import { demoDocuments } from './demo-documents.ts';
import { FOLLOW_UP_NIC } from './follow-up-documents.ts';

const MARKER = '.dars-demo';

/**
 * The main job end to end on data and keys made for it: an SFTP server of our own on loopback takes an extract and a
 * linked product, and what arrived is decrypted as its recipient would. Leaves a workspace to look at.
 */
export async function runDemo(folder: string, people: number, reporter: Reporter): Promise<unknown> {
  const say = (text: string): void => reporter.note(text);
  await freshFolder(folder);
  const now = new Date();
  say(
    `1. Making a workspace in ${relative('.', folder) || '.'}: keys, ${group(people)} synthetic people and what hospitals know of them`,
  );
  const { custodian, recipient, ssh } = await makeKeys(folder, now);
  const data = await makeWorld({
    directory: join(folder, 'data'),
    people,
    seed: 1,
    asAt: dayOf(now),
    datasets: ['pds', 'opt_outs', 'hes_apc', 'hes_op', 'ecds', 'deaths'],
  });
  const pds = join(folder, 'data/pds.parquet');
  await writeCohort({ directory: join(folder, 'data'), pds, participants: 500, seed: 1, reference: FOLLOW_UP_NIC });
  say(`   ${group(data.rows)} rows in ${data.seconds.toFixed(1)} s`);

  const inbox = join(folder, 'recipient-inbox');
  await mkdir(inbox);
  await using server = await startEmbeddedSftpServer({
    folder: inbox,
    username: 'nic000001',
    publicKey: ssh.publicKey,
  });
  say(`2. Started the recipient's SFTP server on 127.0.0.1:${server.port}, host key ${server.hostKey}`);
  for (const [path, text] of Object.entries(
    demoDocuments({
      today: dayOf(now),
      fingerprint: recipient.fingerprint,
      port: server.port,
      hostKey: server.hostKey,
    }),
  )) {
    await put(folder, path, text);
  }

  const workspace = await loadWorkspace(folder);
  const outcomes: ReleaseOutcome[] = [];
  for (const [index, name] of ['diabetes-apc', 'diabetes-linked'].entries()) {
    say(`${3 + index}. dars run ${name}`);
    const pipeline = workspace.pipelines.find((each) => each.pipeline.pipeline === name);
    if (pipeline === undefined) throw new Error('the demo lost a pipeline');
    const outcome = await release(
      pipeline,
      wire(workspace, () => new Date(), reporter.event, pipeline),
    );
    outcomes.push(outcome);
    reporter.result(`\n${formatOutcome(outcome)}\n`, undefined);
  }

  say('5. What the recipient sees: the files as they arrived, decrypted with their key and verified with ours');
  const shown: { file: string; lines: string[] }[] = [];
  for (const { intended } of outcomes) {
    for (const file of intended.files) {
      const bytes = await decrypt(createReadStream(join(inbox, intended.release, file.name)), {
        privateKey: recipient.privateKey,
        signedBy: custodian.publicKey,
        at: new Date(),
        maxBytes: 64 << 20,
      });
      const lines = gunzipSync(bytes).toString('utf8').split('\n', 4);
      shown.push({ file: file.name, lines });
      reporter.result(`\n${file.name}\n${lines.map((line) => `  ${line}`).join('\n')}`, undefined);
    }
  }

  const today = dayOf(now);
  const quarter = calendarPeriod(today, 'quarter');
  const site = join(folder, 'register', quarter);
  say(`6. dars register publish --quarter ${quarter}: what the public gets, computed from the ledger alone`);
  const range = parseDateRange(quarter) ?? { from: today, to: today };
  const { written } = await publishRegister(workspace, () => new Date(), range, site);
  say(`   ${group(written.files)} files; open ${relative('.', site)}/index.html`);

  const ledger = wire(workspace, () => new Date(), reporter.event).ledger;
  const { head, broken } = await ledger.verify();
  const entry = (await entriesOf(ledger)).find(({ kind }) => kind === 'intended');
  reporter.result(
    `\nThe ledger ${broken === undefined ? 'verifies' : 'is broken'}: ${head.size} entries, head ${head.hash}`,
    undefined,
  );
  reporter.result(`Its entry of the first release:\n${JSON.stringify(entry, null, 2)}`, undefined);
  const at = relative('.', folder) || '.';
  reporter.result(
    [
      '',
      'Look next at',
      `  ${at}/agreements/demo.yaml     what was granted; ${at}/pipelines/*.yaml ask for parts of it`,
      `  ${at}/recipient-inbox          what the recipient got: ciphertext, MANIFEST.json and its signature`,
      `  ${at}/register/${quarter}/index.html      the public register: who received what, and why`,
      `  npx dars register verify ${at}/register/${quarter}      as anybody can, without the ledger`,
      `  npx dars ledger list --workspace ${at}`,
      `  npx dars run diabetes-apc --workspace ${at}      refused: once a quarter, says the agreement`,
      `  npx dars run follow-up --workspace ${at}      tracking: what became of the members of a study; then a quarter later:`,
      `  npx dars synth --advance 3 months --out ${at}/data && npx dars run follow-up --workspace ${at} --as-of ${later(today, '3 months')}`,
      '  npx dars plan diabetes-apc --sql --as-of 2026-11-20      every step and its reason, on the repository’s own fixtures',
      '  src/release.ts      what a release does, in order',
    ].join('\n'),
    undefined,
  );
  return { releases: outcomes.map(({ intended }) => intended), ledger: head, shown };
}

/** Only a folder of an earlier demo is ever cleared. */
async function freshFolder(folder: string): Promise<void> {
  if (existsSync(folder) && !existsSync(join(folder, MARKER)) && (await readdir(folder)).length > 0) {
    throw new Fault(ExitCode.usage, 'demo-folder', `${folder} is not empty and not of an earlier demo`, {
      hint: 'name another folder with --dir',
    });
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, MARKER), 'Made by dars demo, which clears this folder when it runs again.\n');
}

async function makeKeys(
  folder: string,
  at: Date,
): Promise<{ custodian: KeyPair; recipient: KeyPair; ssh: ReturnType<typeof generateSshKeyPair> }> {
  const custodian = await generateKeyPair({
    name: 'Custodian of the demo',
    email: 'custodian@example.org',
    type: 'ecc',
    at,
  });
  const recipient = await generateKeyPair({
    name: 'Recipient of the demo',
    email: 'recipient@example.org',
    type: 'ecc',
    at,
    expiresInDays: 365,
  });
  const ssh = generateSshKeyPair();
  await put(folder, 'keys/pseudonym.key', `${randomBytes(32).toString('hex')}\n`);
  await put(folder, 'keys/custodian.private.asc', custodian.privateKey.reveal());
  await put(folder, 'keys/custodian.public.asc', custodian.publicKey);
  await put(folder, 'keys/recipient.public.asc', recipient.publicKey);
  await put(folder, 'keys/recipient.private.asc', recipient.privateKey.reveal());
  await put(folder, 'keys/sftp_ed25519', ssh.privateKey);
  await makeRegisterKey('register.example.org/demo', join(folder, 'keys/register.key'));
  return { custodian, recipient, ssh };
}

async function put(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text, { mode: path.startsWith('keys/') ? 0o600 : 0o644 });
}
