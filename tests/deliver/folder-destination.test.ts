import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFolderDestination } from '../../src/deliver/folder-destination.ts';
import { faultOf } from './support/fault-of.ts';
import { expectSilence } from './support/silence.ts';

// What is the same for every destination stands in destination-conformance.test.ts.

expectSilence();
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dars-folder-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('makes its folder, for its owner alone', async () => {
  const path = join(home, 'shelf/out');
  await using destination = await openFolderDestination({ path });
  expect(destination.label).toBe(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

it('says when the folder cannot be made', async () => {
  writeFileSync(join(home, 'shelf'), '');
  const fault = await faultOf(openFolderDestination({ path: join(home, 'shelf/out') }));
  expect(fault.code).toBe('refused');
  expect(fault.message).toContain(join(home, 'shelf/out'));
});
