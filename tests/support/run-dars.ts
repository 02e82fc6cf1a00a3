import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.ts';
import { TODAY } from './make-workspace.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/dars.js', import.meta.url));

/** What a command came to. A process that was killed has no status. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ran>;
}

/** Starts the program in a process of its own, as of `TODAY` unless the arguments say another day. */
export function startDars(root: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [PROGRAM, ...complete(root, args)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const told = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told.stderr += text;
  });
  return { process: child, ended: once(child, 'close').then(([status]) => ({ status, ...told })) };
}

/** Runs the program in a process of its own, to its end. */
export function dars(root: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return startDars(root, args, env).ended;
}

/**
 * Runs the same command in this process: all of it but `bin/` and the handlers of `entry.ts`, at a tenth of the cost.
 * One at a time, since what is written to the terminal is caught while it runs.
 */
export async function darsHere(root: string, args: readonly string[]): Promise<Ran> {
  const told = { stdout: '', stderr: '' };
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write] as const;
  const catching =
    (stream: keyof typeof told): typeof stdout.write =>
    (text: string | Uint8Array) => {
      told[stream] += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
      return true;
    };
  stdout.write = catching('stdout');
  stderr.write = catching('stderr');
  try {
    return { status: await main(complete(root, args)), ...told };
  } finally {
    [stdout.write, stderr.write] = writes;
  }
}

function complete(root: string, args: readonly string[]): string[] {
  return ['--workspace', root, ...(args.includes('--as-of') ? [] : ['--as-of', TODAY]), ...args];
}
