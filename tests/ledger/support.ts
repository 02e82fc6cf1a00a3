import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import { Fault } from '../../src/kernel/fault.ts';
import type { Entry, EntryBody, Ledger } from '../../src/ledger/ledger.ts';

/** What makes a line's hash unguessable, where a test wants to know every byte. */
export const SALT = '5a17'.repeat(8);

export const noon = () => new Date('2026-11-22T12:00:00.000Z');

const temporary: string[] = [];

/** An empty directory for a test, which goes when the test file is done. */
export async function emptyDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'dars-ledger-'));
  temporary.push(path);
  return path;
}

afterAll(async () => {
  for (const path of temporary.splice(0)) await rm(path, { recursive: true, force: true });
});

export async function all(ledger: Ledger): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of ledger.entries()) entries.push(entry);
  return entries;
}

export function note(text: string): EntryBody {
  return { kind: 'note', text };
}

/** The fault that a promise is rejected with; the test fails if there is none. */
export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Fault);
  return error as Fault;
}

export async function tornFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith('ledger.torn-')).sort();
}

/** A real process of its own that runs one of `children/`; `lines` fills as it prints. */
export interface Child {
  readonly process: ChildProcess;
  readonly lines: readonly string[];
  /** Resolves when it has printed `count` lines; rejects if it ends before. */
  printed(count: number): Promise<void>;
  /** Resolves with its exit code or signal. */
  readonly ended: Promise<number | string>;
}

const children = {
  'append-loop': new URL('./children/append-loop.ts', import.meta.url),
  'hold-lock': new URL('./children/hold-lock.ts', import.meta.url),
  verify: new URL('./children/verify.ts', import.meta.url),
};

export function start(
  script: keyof typeof children,
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly shell?: string; readonly node?: readonly string[] } = {},
): Child {
  const path = fileURLToPath(children[script]);
  const command = [process.execPath, ...(options.node ?? []), '--import', 'tsx', path, ...args];
  const [program = '', ...rest] =
    options.shell === undefined ? command : ['sh', '-c', `${options.shell}; exec "$@"`, 'sh', ...command];
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...options.env } });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let over = false;
  const wake = () => {
    for (const check of waiting) check();
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true;
    wake();
    return (code ?? signal) as number | string;
  });
  const printed = (count: number) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (lines.length < count && !over) return;
        waiting.delete(check);
        if (lines.length >= count) resolve();
        else reject(new Error(`${script} ended after ${lines.length} lines`));
      };
      waiting.add(check);
      check();
    });
  return { process: child, lines, printed, ended };
}
