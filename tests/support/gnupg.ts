import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const GPG = 'gpg';

/** A key as `gpg --quick-generate-key` makes it. Without `encrypting` it has no subkey and can only sign. */
export interface GnupgKeyOptions {
  readonly name: string;
  /** An algorithm of gpg for the primary key: `ed25519`, `rsa2048`. */
  readonly signing: string;
  /** One for a subkey: `cv25519`, `rsa2048`. */
  readonly encrypting?: string;
  /** As gpg writes it, counted from `at`: `30d`, `never` (the default). */
  readonly expires?: string;
  readonly subkeyExpires?: string;
  readonly passphrase?: string;
  /** What the primary key may do; `sign`, if left out. */
  readonly usage?: 'sign' | 'cert';
  /** What the key says its owner can read: `AES SHA256 Uncompressed`; gpg's own list, if left out. */
  readonly preferences?: string;
  /** When gpg is to believe it is; now, if left out. */
  readonly at?: Date;
}

/** What gpg said: its exit code and its status lines, without the `[GNUPG:]` before them. */
interface GnupgVerdict {
  readonly code: number;
  readonly status: readonly string[];
}

/** A throw-away GnuPG home with an agent of its own. */
export interface Gnupg extends AsyncDisposable {
  /** The fingerprint of the new key. */
  generate(options: GnupgKeyOptions): Promise<string>;
  import(armoured: string): Promise<void>;
  exportPublic(fingerprint: string): Promise<string>;
  exportPrivate(fingerprint: string, passphrase?: string): Promise<string>;
  /** The private subkeys only: a custodian whose primary key lies in a safe. */
  exportPrivateSubkeys(fingerprint: string): Promise<string>;
  addSubkey(fingerprint: string, algorithm: string, usage: string): Promise<void>;
  /** Revokes the key in this home; `superseded` is a revocation that leaves what was done before it valid. */
  revoke(fingerprint: string, reason: 'compromised' | 'superseded', at?: Date): Promise<void>;
  decrypt(ciphertext: Uint8Array | Readable): Promise<GnupgVerdict & { readonly plaintext: Buffer }>;
  /** The same for what is too large for memory. */
  decryptTo(ciphertext: Readable, sink: Writable): Promise<GnupgVerdict>;
  verifyDetached(signature: string, data: Uint8Array): Promise<GnupgVerdict>;
  /** What an approver makes with `gpg --armor --detach-sign`; `digest` is one that gpg would not take by itself. */
  signDetached(fingerprint: string, data: Uint8Array, digest?: string): Promise<string>;
  /** What `gpg --list-packets` prints of a message that this home can decrypt. */
  packets(ciphertext: Uint8Array): Promise<string>;
}

/** Opens a GnuPG home (0700) under the temporary directory; dispose of it, or its agent lives on. */
export async function openGnupg(): Promise<Gnupg> {
  if (spawnSync(GPG, ['--version']).error !== undefined) {
    throw new Error('gpg cannot be run: install the Debian package gnupg');
  }
  const home = await mkdtemp(join(tmpdir(), 'dars-gpg-')); // 0700, and short: a socket's path has 107 characters at most
  // A passphrase of a test needs no second of hashing, which is what the agent would calibrate itself to.
  await writeFile(join(home, 'gpg-agent.conf'), 's2k-count 65536\n');
  const base = ['--homedir', home, '--batch', '--no-tty', '--yes', '--trust-model', 'always'];

  const run = (args: readonly string[], more: RunOptions = {}) => spawnGpg([...base, ...args], more);
  const succeed = async (args: readonly string[], more: RunOptions = {}): Promise<string> => {
    const out = collector();
    const { code, stderr } = await run(args, { ...more, stdout: out.sink });
    if (code !== 0) throw new Error(`gpg ${args.join(' ')} ended with ${code}: ${stderr}`);
    return out.bytes().toString('utf8');
  };
  const unlocked = (passphrase = '') => ['--pinentry-mode', 'loopback', '--passphrase', passphrase];

  const decryptTo = async (ciphertext: Readable, sink: Writable): Promise<GnupgVerdict> => {
    const { code, status } = await run(['--decrypt'], { stdin: ciphertext, stdout: sink });
    return { code, status };
  };

  return {
    async generate(options) {
      const when = options.at === undefined ? [] : ['--faked-system-time', gpgTime(options.at)];
      const head = [...when, ...unlocked(options.passphrase)];
      const user = `${options.name} <${options.name}@example.org>`;
      const { status, code, stderr } = await run([
        ...head,
        ...(options.preferences === undefined ? [] : ['--default-preference-list', options.preferences]),
        ...['--quick-generate-key', user, options.signing, options.usage ?? 'sign', options.expires ?? 'never'],
      ]);
      const fingerprint = status.find((line) => line.startsWith('KEY_CREATED'))?.split(' ')[2];
      if (fingerprint === undefined) throw new Error(`gpg made no key (${code}): ${stderr}`);
      if (options.encrypting !== undefined) {
        const expires = options.subkeyExpires ?? 'never';
        await succeed([...head, '--quick-add-key', fingerprint, options.encrypting, 'encr', expires]);
      }
      return fingerprint;
    },
    async import(armoured) {
      await succeed(['--import'], { stdin: Readable.from([Buffer.from(armoured)]) });
    },
    exportPublic: (fingerprint) => succeed(['--armor', '--export', fingerprint]),
    exportPrivate: (fingerprint, passphrase) =>
      succeed([...unlocked(passphrase), '--armor', '--export-secret-keys', fingerprint]),
    exportPrivateSubkeys: (fingerprint) => succeed([...unlocked(), '--armor', '--export-secret-subkeys', fingerprint]),
    async addSubkey(fingerprint, algorithm, usage) {
      await succeed([...unlocked(), '--quick-add-key', fingerprint, algorithm, usage, 'never']);
    },
    async revoke(fingerprint, reason, at) {
      const when = at === undefined ? [] : ['--faked-system-time', gpgTime(at)];
      // What a person types: really, the reason's number, no description, really.
      const answers = `y\n${reason === 'compromised' ? 1 : 2}\n\ny\n`;
      const interactive = base.filter((argument) => argument !== '--batch' && argument !== '--yes');
      const out = collector();
      const { code, stderr } = await spawnGpg(
        [...interactive, ...when, ...unlocked(), '--command-fd', '0', '--gen-revoke', fingerprint],
        { stdin: Readable.from([Buffer.from(answers)]), stdout: out.sink },
      );
      if (code !== 0) throw new Error(`gpg made no revocation (${code}): ${stderr}`);
      await succeed([...when, '--import'], { stdin: Readable.from([out.bytes()]) });
    },
    decryptTo,
    async decrypt(ciphertext) {
      const out = collector();
      const verdict = await decryptTo(asReadable(ciphertext), out.sink);
      return { ...verdict, plaintext: out.bytes() };
    },
    async verifyDetached(signature, data) {
      const { code, status } = await run(['--enable-special-filenames', '--verify', '--', '-&4', '-'], {
        stdin: asReadable(data),
        extra: Buffer.from(signature),
      });
      return { code, status };
    },
    signDetached: (fingerprint, data, digest) =>
      succeed(
        [
          ...unlocked(),
          ...(digest === undefined ? [] : ['--digest-algo', digest]),
          ...['--armor', '--local-user', `${fingerprint}!`, '--detach-sign'],
        ],
        { stdin: asReadable(data) },
      ),
    packets: (ciphertext) => succeed(['--list-packets'], { stdin: asReadable(ciphertext) }),
    async [Symbol.asyncDispose]() {
      await spawnProgram('gpgconf', ['--homedir', home, '--kill', 'all'], {});
      await rm(home, { recursive: true, force: true });
    },
  };
}

interface RunOptions {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  /** Handed over as file descriptor 4. */
  readonly extra?: Buffer;
}

interface Finished extends GnupgVerdict {
  readonly stderr: string;
}

function spawnGpg(args: readonly string[], options: RunOptions): Promise<Finished> {
  return spawnProgram(GPG, ['--status-fd', '3', ...args], options);
}

async function spawnProgram(program: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  });
  const [stdin, stdout, stderr, status, extra] = child.stdio as unknown as [
    Writable,
    Readable,
    Readable,
    Readable,
    Writable,
  ];
  const ended = new Promise<number>((resolve, reject) => {
    child.once('close', (code) => resolve(code ?? -1));
    child.once('error', reject);
  });
  const said = collector();
  const told = collector();
  extra.on('error', () => {});
  extra.end(options.extra);
  const [code, fed] = await Promise.all([
    ended,
    // gpg may stop reading (a broken message, a key it lacks): its verdict says more than our broken pipe does.
    pipeline(options.stdin ?? Readable.from([]), stdin).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error,
    ),
    pipeline(stdout, options.stdout ?? collector().sink),
    pipeline(stderr, said.sink),
    pipeline(status, told.sink),
  ]);
  if (fed !== undefined && fed.code !== 'EPIPE' && fed.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw fed;
  return {
    code,
    stderr: said.bytes().toString('utf8'),
    status: told
      .bytes()
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace('[GNUPG:] ', '')),
  };
}

function collector(): { readonly sink: Writable; readonly bytes: () => Buffer } {
  const parts: Buffer[] = [];
  const sink = new Writable({
    write(part: Buffer, _encoding, done) {
      parts.push(part);
      done();
    },
  });
  return { sink, bytes: () => Buffer.concat(parts) };
}

function asReadable(bytes: Uint8Array | Readable): Readable {
  return bytes instanceof Readable ? bytes : Readable.from([Buffer.from(bytes)]);
}

/** `20260131T120000!`; the mark makes time stand still. */
function gpgTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}!`;
}
