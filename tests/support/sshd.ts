import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface SshdOptions {
  /** More arguments of sftp-server(8): `['-R']` refuses every change, `['-P', 'read']` refuses to read. */
  readonly sftpServer?: readonly string[];
  /** More lines of sshd_config(5). */
  readonly config?: readonly string[];
}

/** A real OpenSSH server on loopback; everything it has lies under the temp directory of the OS. */
export interface Sshd extends AsyncDisposable {
  readonly port: number;
  /** `SHA256:…` as OpenSSH prints it. */
  readonly hostKey: string;
  readonly username: string;
  /** The one key that may log in: OpenSSH PEM, ed25519, no passphrase. */
  readonly privateKey: string;
  /** Where the key lies, for OpenSSH's own clients. */
  readonly privateKeyFile: string;
  /** The login directory. */
  readonly directory: string;
  log(): string;
  /** SIGKILL; `what` is everything, or the processes that serve files, so that sshd itself still answers. */
  kill(what: 'server' | 'files'): void;
  /** After the server was killed: starts it again, at the same port with the same keys and files. */
  restart(): Promise<void>;
  /** SIGSTOP. */
  freeze(what: 'server' | 'files'): void;
}

/** Works as root and, where the user has no locked password, as anybody: sshd then lets in that user alone. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const home = mkdtempSync(join(tmpdir(), 'dars-sshd-'));
  const directory = join(home, 'login');
  mkdirSync(directory);
  const hostKeyFile = join(home, 'host_key');
  const privateKeyFile = join(home, 'user_key');
  for (const file of [hostKeyFile, privateKeyFile]) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file], { stdio: 'pipe' });
  }
  const config = join(home, 'sshd_config');
  writeFileSync(
    config,
    [
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKeyFile}`,
      `AuthorizedKeysFile ${privateKeyFile}.pub`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      'AuthenticationMethods publickey',
      'PidFile none',
      'LogLevel VERBOSE',
      `Subsystem sftp internal-sftp -d ${directory} ${(options.sftpServer ?? []).join(' ')}`,
      ...(options.config ?? []),
      '',
    ].join('\n'),
  );
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  let running = await launch(config);
  const { port } = running;

  // A stopped session is no longer of the family once its parent has seen the connection break.
  const frozen: Process[] = [];
  const members = (what: 'server' | 'files'): Process[] => {
    const all = family(running.server);
    return what === 'server' ? all : leaves(all);
  };
  const killAll = (): void => signal([...members('server'), ...frozen], 'SIGKILL');
  process.once('exit', killAll);
  return {
    port,
    hostKey: fingerprint(`${hostKeyFile}.pub`),
    username: userInfo().username,
    privateKey: readFileSync(privateKeyFile, 'utf8'),
    privateKeyFile,
    directory,
    log: () => running.log(),
    async restart() {
      running = await launch(config, port);
    },
    kill: (what) => signal(members(what), 'SIGKILL'),
    freeze(what) {
      frozen.push(...members(what));
      signal(frozen, 'SIGSTOP');
    },
    async [Symbol.asyncDispose]() {
      const { server } = running;
      const gone = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : undefined;
      killAll();
      await gone;
      process.off('exit', killAll);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface Running {
  readonly server: ChildProcess;
  readonly port: number;
  readonly log: () => string;
}

/** sshd can't be asked for any free port; so one that was just free is tried, and another if somebody took it. */
async function launch(config: string, wanted?: number, tries = 5): Promise<Running> {
  const port = wanted ?? (await freePort());
  // sshd starts itself again for each connection and wants to be called by its full path for that.
  const server = spawn(sshdPath(), ['-D', '-e', '-f', config, '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  const listening = await new Promise<boolean>((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('Server listening')) resolve(true);
    });
    server.once('error', reject);
    server.once('close', () => resolve(false));
  });
  if (listening) return { server, port, log: () => log };
  if (tries > 1 && log.includes('Address already in use')) return launch(config, wanted, tries - 1);
  throw new Error(`sshd did not start:\n${log}`);
}

function sshdPath(): string {
  const found = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/sbin/sshd'].find((path) => existsSync(path));
  if (found === undefined) throw new Error('sshd is not installed; `npm test` runs tests/support/prepare.js first');
  return found;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function fingerprint(publicKeyFile: string): string {
  const line = execFileSync('ssh-keygen', ['-l', '-E', 'sha256', '-f', publicKeyFile], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  const found = /SHA256:\S+/.exec(line)?.[0];
  if (found === undefined) throw new Error(`no fingerprint in: ${line}`);
  return found;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
}

/** The server and its descendants. Sessions leave its process group, so they can only be found by their parents. */
function family(server: ChildProcess): Process[] {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return [];
  const everybody = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)));
  const found: Process[] = [{ pid: server.pid, parent: process.pid }];
  for (const { pid } of found) found.push(...everybody.filter(({ parent }) => parent === pid));
  return found;
}

function processOf(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid, parent: Number(parent) }];
  } catch {
    return []; // it ended meanwhile
  }
}

function leaves(processes: readonly Process[]): Process[] {
  return processes.filter(({ pid }) => !processes.some(({ parent }) => parent === pid));
}

function signal(processes: readonly Process[], name: 'SIGKILL' | 'SIGSTOP'): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended meanwhile.
    }
  }
}
