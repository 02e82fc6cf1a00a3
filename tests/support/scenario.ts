import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { checkManifests, filesUnder, readDelivered } from './delivered.ts';
import { makeWorkspace, sftpTree, type TestWorkspace, type Tree } from './make-workspace.ts';
import type { Recipient } from './recipient.ts';
import { dars, darsHere, type Ran } from './run-dars.ts';
import { type Sshd, startSshd } from './sshd.ts';

/*
 * A scenario is a page of Markdown that is run. Lines indented by four spaces are a transcript, as of a terminal:
 *
 *     $ dars run diabetes-apc     a command; every page begins in a workspace of its own that is right in every way
 *     Delivered: release …        what it says on stdout; `…` stands for anything in a line, or alone for any lines
 *     ! - Deliver                 what it says on stderr; nothing is compared if no such line is there
 *     [12]                        its exit code, where that is not 0
 *
 * All other lines say what it is about. Besides `dars` there are
 *
 *     $ change FILE PATH [VALUE]  sets the value at PATH (datasets.0.frequency) of a YAML file, or takes it away
 *     $ write FILE                writes the lines that follow, each after `> `
 *     $ remove PATH
 *     $ server starts | stops     an OpenSSH server, which becomes the destination; down and up again
 *     $ recipient lists           the files that the recipient has
 *     $ recipient verifies        holds what is there against the signed manifests, with GnuPG
 *     $ recipient reads NAME      the rows of the file whose name begins so, decrypted and verified with GnuPG
 *
 * RELEASE stands for the release named last, WORKSPACE for the workspace's folder, PORT for the server's port.
 */

interface Step {
  readonly line: number;
  readonly command: string;
  readonly input: readonly string[];
  readonly expected: readonly string[];
}

/** Runs a page; fails where a transcript is not what it says. `asProcesses`: each `dars` in a process of its own. */
export async function runScenario(path: string, recipient: Recipient, asProcesses: boolean): Promise<void> {
  await using stage = await Stage.open(recipient, asProcesses);
  for (const step of stepsOf(readFileSync(path, 'utf8'))) {
    const told = await stage.run(step);
    if (matches(told, step.expected)) continue;
    expect(told.join('\n'), `${basename(path)}:${step.line}: $ ${step.command}`).toBe(step.expected.join('\n'));
  }
}

function stepsOf(page: string): Step[] {
  const steps: { line: number; command: string; input: string[]; expected: string[] }[] = [];
  page.split('\n').forEach((text, index) => {
    if (!text.startsWith('    ')) {
      // An empty line belongs to the transcript if the transcript goes on after it.
      if (text === '') steps.at(-1)?.expected.push('');
      return;
    }
    const line = text.slice(4);
    if (line.startsWith('$ ')) steps.push({ line: index + 1, command: line.slice(2), input: [], expected: [] });
    else if (line.startsWith('> ')) steps.at(-1)?.input.push(line.slice(2));
    else steps.at(-1)?.expected.push(line);
  });
  for (const { expected } of steps) while (expected.at(-1) === '') expected.pop();
  return steps;
}

function matches(told: readonly string[], expected: readonly string[]): boolean {
  const compared = expected.some((line) => line.startsWith('! '))
    ? told
    : told.filter((line) => !line.startsWith('! '));
  const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const pattern = expected.map((line) => {
    if (line === '…') return '(?:.*\\n)*?';
    if (line === '! …') return '(?:! .*\\n)*?';
    return `${line.split('…').map(literally).join('.*')}\\n`;
  });
  return new RegExp(`^${pattern.join('')}$`).test(compared.map((line) => `${line}\n`).join(''));
}

class Stage implements AsyncDisposable {
  readonly #workspace: TestWorkspace;
  readonly #recipient: Recipient;
  readonly #asProcesses: boolean;
  #server: Sshd | undefined;
  #release = '';

  private constructor(workspace: TestWorkspace, recipient: Recipient, asProcesses: boolean) {
    this.#workspace = workspace;
    this.#recipient = recipient;
    this.#asProcesses = asProcesses;
  }

  static async open(recipient: Recipient, asProcesses: boolean): Promise<Stage> {
    return new Stage(await makeWorkspace({ recipient }), recipient, asProcesses);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    this.#workspace[Symbol.dispose]();
  }

  /** What a terminal would show: stdout, then stderr after `! `, then an exit code that is not 0. */
  async run({ command, input }: Step): Promise<string[]> {
    const [program = '', ...args] = this.#words(command);
    switch (program) {
      case 'dars':
        return this.#shown(await (this.#asProcesses ? dars : darsHere)(this.#workspace.root, args));
      case 'write':
        this.#workspace.write(args[0] ?? '', input.map((line) => `${line}\n`).join(''));
        return [];
      case 'remove':
        rmSync(join(this.#workspace.root, args[0] ?? ''), { recursive: true });
        return [];
      case 'change':
        this.#change(args[0] ?? '', args[1] ?? '', args.length > 2 ? args.slice(2).join(' ') : undefined);
        return [];
      case 'server':
        await this.#serve(args[0] ?? '');
        return [];
      case 'recipient':
        return this.#receive(args[0] ?? '', args[1] ?? '');
      default:
        throw new Error(`a scenario knows no command ${program}`);
    }
  }

  #words(command: string): string[] {
    const text = command.replaceAll('RELEASE', this.#release).replaceAll('WORKSPACE', this.#workspace.root);
    if (text.startsWith('change ')) return text.split(' ');
    return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  }

  #shown({ status, stdout, stderr }: Ran): string[] {
    this.#release = /[a-z0-9_-]+-\d{8}T\d{4}-[0-9a-f]{8}/.exec(stdout + stderr)?.[0] ?? this.#release;
    const plain = (text: string): string[] => {
      const shown = text
        .replaceAll(this.#workspace.root, 'WORKSPACE')
        .replaceAll(this.#server === undefined ? '\0' : `:${this.#server.port}`, ':PORT');
      return shown === '' ? [] : shown.replace(/\n$/, '').split('\n');
    };
    return [
      ...plain(stdout),
      ...plain(stderr).map((line) => `! ${line}`),
      ...(status === 0 ? [] : [`[${status ?? 'killed'}]`]),
    ];
  }

  #change(file: string, path: string, value: string | undefined): void {
    this.#workspace.change(file, (tree) => {
      const steps = path.split('.');
      const last = steps.pop() ?? '';
      const parent = steps.reduce((inner, step) => inner[step] as Tree, tree);
      if (value !== undefined) parent[last] = parse(value);
      else if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else delete parent[last];
    });
  }

  async #serve(what: string): Promise<void> {
    if (what === 'stops') this.#server?.kill('server');
    else if (this.#server !== undefined) await this.#server.restart();
    else {
      const server = await startSshd();
      this.#server = server;
      this.#workspace.write('keys/sftp_ed25519', server.privateKey);
      this.#workspace.change('dars.yaml', (tree) => {
        tree['destinations'] = { shelf: sftpTree(server) };
      });
    }
  }

  async #receive(what: string, name: string): Promise<string[]> {
    const folder = this.#server?.directory ?? join(this.#workspace.root, 'out');
    const files = filesUnder(folder);
    if (what === 'lists') return files;
    if (what === 'verifies') {
      const found = await checkManifests(folder, this.#recipient);
      return found.map(({ name: file, rows, columns }) => `${file}: ${rows} rows, ${columns.length} columns`);
    }
    const file = files.find((path) => basename(path).startsWith(name));
    if (file === undefined) throw new Error(`the recipient has no ${name}, but ${files.join(', ')}`);
    return readDelivered(join(folder, file), this.#recipient);
  }
}
