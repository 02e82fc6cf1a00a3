import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { Secret } from '../kernel/secret.ts';
import { operatorPath } from './workspace-path.ts';
import type { SecretSource } from './workspace-schema.ts';

const run = promisify(execFile);

/** Reads a secret from where `dars.yaml` says it lies, without blanks around it. `name` is how messages call it. */
export async function readSecret(root: string, source: SecretSource, name: string): Promise<Secret<string>> {
  const text = (await read(root, source, name)).trim();
  if (text === '') throw missing(name, 'is empty');
  return new Secret(text);
}

async function read(root: string, source: SecretSource, name: string): Promise<string> {
  if ('env' in source) {
    const value = process.env[source.env];
    if (value === undefined) {
      // Shown only where it looks like a name, for the reason given below.
      const variable = /^[A-Z][A-Z0-9_]{0,39}$/.test(source.env) ? source.env : 'variable that it names';
      throw missing(name, `is not set: the environment has no ${variable}`);
    }
    return value;
  }
  if ('file' in source) {
    const path = operatorPath(root, source.file);
    if (path === undefined) throw missing(name, 'leads out of the workspace');
    // The path is not shown: a secret that was written in its place by mistake would be.
    return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw missing(name, `can't be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.code}`);
    });
  }
  const [command = '', ...rest] = source.command;
  return run(command, rest, { cwd: root, timeout: 60_000, maxBuffer: 1 << 20 }).then(
    ({ stdout }) => stdout,
    () => {
      throw missing(name, "can't be had: its command failed");
    },
  );
}

function missing(name: string, what: string): Fault {
  return new Fault(ExitCode.workspace, 'secret', `${name} ${what}`, {
    hint: `see ${name} in dars.yaml; it says { file: … }, { env: NAME } or { command: [ … ] }`,
  });
}

/** The 32 bytes of the master key for pseudonyms, from 64 hex digits. */
export function parseMasterKey(text: Secret<string>): Secret<Uint8Array> {
  if (!/^[0-9a-fA-F]{64}$/.test(text.reveal())) {
    throw new Fault(ExitCode.workspace, 'secret', 'keys.pseudonym is not 32 bytes as 64 hex digits', {
      hint: 'make one with: openssl rand -hex 32',
    });
  }
  return new Secret(new Uint8Array(Buffer.from(text.reveal(), 'hex')));
}
