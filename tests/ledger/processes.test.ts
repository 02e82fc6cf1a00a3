import { spawnSync } from 'node:child_process';
import { mkdir, open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/kernel/canonical-json.ts';
import { EMPTY_HEAD, writeLine } from '../../src/ledger/chain.ts';
import { openFileLedger } from '../../src/ledger/file-ledger.ts';
import { all, emptyDirectory, noon, note, SALT, start, tornFiles } from './support.ts';

test('four processes that append 25 entries each: a hundred entries, one chain, nothing allotted twice', async () => {
  const directory = join(await emptyDirectory(), 'state');
  const children = ['a', 'b', 'c', 'd'].map((label) => start('append-loop', [directory, label, '25']));
  expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
  const ledger = openFileLedger({ directory, clock: noon });
  expect(await ledger.verify()).toMatchObject({
    head: { size: 100 },
    broken: undefined,
    torn: false,
    headRecord: 'agrees',
  });
  const entries = await all(ledger);
  for (const entry of entries) expect(entry['allotted']).toBe(entry.seq);
  for (const [index, label] of ['a', 'b', 'c', 'd'].entries()) {
    const seqs = entries.filter((entry) => entry['by'] === label).map(({ seq }) => String(seq));
    expect(seqs).toEqual(children[index]?.lines);
    expect(seqs.length).toBe(25);
  }
});

test('killed in mid-append, again and again: the chain is sound and every acknowledged entry is there', async () => {
  const directory = await emptyDirectory();
  const ledger = openFileLedger({ directory, clock: noon });
  let acknowledged = 0;
  for (let round = 0; round < 8; round += 1) {
    // Large entries, so that some of the kills hit while a line is being written.
    const child = start('append-loop', [directory, `round ${round}`, 'Infinity', '400000']);
    await child.printed(3);
    await new Promise((done) => setTimeout(done, Math.random() * 40));
    child.process.kill('SIGKILL');
    expect(await child.ended).toBe('SIGKILL');
    const { broken, head } = await ledger.verify();
    expect(broken).toBeUndefined();
    acknowledged = Math.max(acknowledged, ...child.lines.map(Number));
    // One more than was printed: killed after the entry was durable and before it was said.
    expect([acknowledged, acknowledged + 1]).toContain(head.size);
    const mended = await ledger.append((entries) => note(`after round ${round}, ${entries.length} entries`));
    expect(mended?.seq).toBe(head.size + 1);
    acknowledged = head.size + 1;
    expect(await ledger.verify()).toMatchObject({ broken: undefined, torn: false, headRecord: 'agrees' });
  }
  expect((await all(ledger)).map(({ seq }) => seq)).toEqual(
    Array.from({ length: acknowledged }, (_, index) => index + 1),
  );
});

test('a disk that takes only part of a line: the append fails, the part is taken back, the rest is sound', async () => {
  const directory = await emptyDirectory();
  // A limit on file size cuts a write short as a full disk does; tsx's own cache would be cut as well.
  const child = start('append-loop', [directory, 'limited', '1000', '3000'], {
    shell: 'ulimit -f 64',
    env: { TSX_DISABLE_CACHE: '1' },
  });
  expect(await child.ended).toBe(0);
  expect(child.lines.at(-1)).toBe('16 ledger-write');
  const ledger = openFileLedger({ directory, clock: noon });
  const written = child.lines.length - 1;
  expect(written).toBeGreaterThan(5);
  expect(await ledger.verify()).toMatchObject({ head: { size: written }, broken: undefined, torn: false });
  expect(await ledger.append(() => note('with more room'))).toMatchObject({ seq: written + 1 });
  expect(await tornFiles(directory)).toEqual([]);
});

test('a full disk: what was acknowledged is there, what failed is not, and room makes it go on', async (context) => {
  const directory = await emptyDirectory();
  const mount = spawnSync('sh', ['-c', 'mount -t tmpfs -o size=128k,mode=700 tmpfs "$1"', 'sh', directory]);
  if (mount.status !== 0) return context.skip('a small tmpfs can only be mounted by root');
  try {
    const ledger = openFileLedger({ directory, clock: noon });
    const filler = join(directory, 'filler');
    await writeFile(filler, 'x'.repeat(40_000));
    let written = 0;
    const failure = await (async () => {
      for (; written < 1000; written += 1) await ledger.append(() => note('y'.repeat(900)));
      return undefined;
    })().catch((error: unknown) => error);
    expect(failure).toMatchObject({ exit: 16, code: expect.stringMatching(/^ledger-(write|unavailable)$/) });
    expect(await ledger.verify()).toMatchObject({ head: { size: written }, broken: undefined });
    await writeFile(filler, '');
    expect(await ledger.append((entries) => note(String(entries.length)))).toMatchObject({
      seq: written + 1,
      text: String(written),
    });
    expect(await ledger.verify()).toMatchObject({ broken: undefined, torn: false, headRecord: 'agrees' });
  } finally {
    spawnSync('sh', ['-c', 'umount "$1"', 'sh', directory]);
  }
});

test('verify reads a ledger that is larger than its memory', async () => {
  const directory = join(await emptyDirectory(), 'state');
  await mkdir(directory);
  const file = await open(join(directory, 'ledger.jsonl'), 'w');
  let head = EMPTY_HEAD;
  for (let index = 0; index < 160; index += 1) {
    const written = writeLine(note(`${index} `.padEnd(500_000, 'z')), noon().toISOString(), SALT, head);
    await file.write(`${written.line}\n`);
    head = written.head;
  }
  await file.close();
  await writeFile(join(directory, 'ledger.head'), `${canonicalJson({ ...head })}\n`);
  expect((await stat(join(directory, 'ledger.jsonl'))).size).toBeGreaterThan(80_000_000);
  const child = start('verify', [directory], { node: ['--max-old-space-size=48'] });
  expect(await child.ended).toBe(0);
  expect(child.lines).toEqual([JSON.stringify({ head, torn: false, headRecord: 'agrees' })]);
});
