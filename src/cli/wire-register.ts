import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { Secret } from '../kernel/secret.ts';
import { formatSigner, type NoteSigner, parseSigner } from '../ledger/signed-note.ts';
import { openPublication, writePublication } from '../publish/publication-folder.ts';
import { openScratchFile, type ScratchFile } from '../publish/scratch-file.ts';
import type { SiteAssets } from '../register/site/site-pages.ts';
import { readSecret } from '../workspace/read-secret.ts';
import type { Workspace } from '../workspace/workspace.ts';

/*
 * What the commands of the register need. Apart from the rest, since loading DuckDB, OpenPGP and SSH takes more memory
 * than a register does.
 */

/** The key that signs publications of the register. */
export async function registerSigner({ root, file }: Workspace): Promise<NoteSigner> {
  const source = file.keys.register;
  const hint = 'make one with: dars register key --name register.example.org/dars --out keys/register.key';
  if (source === undefined)
    throw new Fault(ExitCode.workspace, 'no-register-key', 'dars.yaml has no keys.register', { hint });
  const signer = parseSigner(await readSecret(root, source, 'keys.register'));
  if (signer === undefined)
    throw new Fault(ExitCode.workspace, 'secret', 'keys.register is not a key of the register', { hint });
  return signer;
}

/** Makes a key for publications and writes it into a new file, for its owner alone. Gives what the public is told of it. */
export async function makeRegisterKey(name: string, path: string): Promise<string> {
  const text = formatSigner(name, new Secret(randomBytes(32)));
  try {
    await writeFile(path, `${text.reveal()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'it is there already' : code;
    throw new Fault(ExitCode.usage, 'key-file', `the key can't be written to ${path}: ${why}`, {
      hint: 'name a new file with --out',
    });
  }
  return parseSigner(text)?.verifier.text ?? '';
}

/** The style and the script of the register's web site. */
export async function siteAssets(): Promise<SiteAssets> {
  const read = (name: string): Promise<string> =>
    readFile(new URL(`../register/site/assets/${name}`, import.meta.url), 'utf8');
  return { css: await read('register.css'), js: await read('register.js') };
}

/**
 * Room for what is public and need not stand in memory: in TMPDIR, or where large temporary files belong. `/tmp` is
 * memory on many a system.
 */
export function openScratch(): ScratchFile {
  const named = process.env['TMPDIR'];
  if (named !== undefined && named !== '') return openScratchFile(named);
  return openScratchFile(existsSync('/var/tmp') ? '/var/tmp' : tmpdir());
}

export { openPublication, writePublication };
