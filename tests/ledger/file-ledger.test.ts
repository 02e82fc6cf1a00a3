import { readlinkSync } from 'node:fs';
import {
  appendFile,
  type FileHandle,
  open,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { sha256Hex } from '../../src/kernel/digest.ts';
import { ExitCode } from '../../src/kernel/exit-code.ts';
import { EMPTY_HEAD, headOf, writeLine } from '../../src/ledger/chain.ts';
import { openFileLedger } from '../../src/ledger/file-ledger.ts';
import { all, emptyDirectory, faultOf, noon, note, SALT, tornFiles } from './support.ts';

/** A ledger with entries that say `one`, `two` …, and where its files are. */
async function ledgerOf(...texts: readonly string[]) {
  const directory = join(await emptyDirectory(), 'a', 'state');
  const ledger = openFileLedger({ directory, clock: noon, salt: () => SALT });
  for (const text of texts) await ledger.append(() => note(text));
  const at = (name: string) => join(directory, name);
  return {
    ledger,
    directory,
    file: at('ledger.jsonl'),
    head: at('ledger.head'),
    open: () => openFileLedger({ directory, clock: noon }),
  };
}

describe('what is written', () => {
  test('canonical lines, each with the hash of the one before, and the head beside them', async () => {
    const { file, head } = await ledgerOf('one', 'zwei – ü');
    const zeros = '0'.repeat(64);
    const first = `{"kind":"note","previous":"${zeros}","salt":"${SALT}","seq":1,"text":"one","time":"2026-11-22T12:00:00.000Z"}`;
    const second = `{"kind":"note","previous":"${sha256Hex(first)}","salt":"${SALT}","seq":2,"text":"zwei – ü","time":"2026-11-22T12:00:00.000Z"}`;
    expect(await readFile(file, 'utf8')).toBe(`${first}\n${second}\n`);
    expect(await readFile(head, 'utf8')).toBe(`{"hash":"${sha256Hex(second)}","size":2}\n`);
  });

  test('the directory and the files are for their owner alone', async () => {
    const { directory, file, head } = await ledgerOf('one');
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const path of [file, head, join(directory, 'ledger.lock')])
      expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('append gives the entry as it will be read, and reading gives it', async () => {
    const { ledger } = await ledgerOf('one');
    const entry = await ledger.append(() => ({
      kind: 'note',
      left_out: undefined,
      number: -0,
      nested: [{ b: 1, a: null }],
    }));
    expect(entry).toStrictEqual((await all(ledger))[1]);
    expect(entry).not.toHaveProperty('left_out');
  });

  test('an empty ledger reads as empty, and is not created by looking', async () => {
    const { ledger, directory } = await ledgerOf();
    expect(await all(ledger)).toEqual([]);
    expect(await ledger.verify()).toEqual({ head: EMPTY_HEAD, broken: undefined, torn: false, headRecord: 'agrees' });
    await expect(stat(directory)).rejects.toThrow('ENOENT');
  });

  test('verify and headOf give the head that a publication carries', async () => {
    const { ledger, file } = await ledgerOf('one', 'two', 'three');
    const hash = sha256Hex((await readFile(file, 'utf8')).trimEnd().split('\n')[2] ?? '');
    expect(await ledger.verify()).toEqual({
      head: { size: 3, hash },
      broken: undefined,
      torn: false,
      headRecord: 'agrees',
    });
    expect(headOf(await all(ledger))).toEqual({ size: 3, hash });
    expect(headOf([])).toEqual(EMPTY_HEAD);
  });
});

test.skipIf(process.platform !== 'linux')(
  'an entry is one write, synced before the head is, and both before append resolves (skipped without /proc)',
  async () => {
    const { ledger, directory, file } = await ledgerOf('one');
    const handle = await open(file);
    const prototype = Object.getPrototypeOf(handle);
    await handle.close();
    const calls: string[] = [];
    for (const method of ['write', 'writeFile', 'sync']) {
      const original = prototype[method];
      vi.spyOn(prototype, method).mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
        const path = readlinkSync(`/proc/self/fd/${this.fd}`);
        const result = await original.apply(this, args);
        if (!path.endsWith('.lock')) calls.push(`${method} ${path === directory ? 'directory' : basename(path)}`);
        return result;
      });
    }
    try {
      await ledger.append(() => note('two'));
      expect(calls).toEqual([
        'write ledger.jsonl',
        'sync ledger.jsonl',
        'writeFile ledger.head.next',
        'sync ledger.head.next',
        'sync directory',
      ]);
    } finally {
      vi.restoreAllMocks();
    }
  },
);

describe('deciding', () => {
  test('decide sees every entry so far; undefined appends nothing', async () => {
    const { ledger, open } = await ledgerOf('one', 'two');
    for (const each of [ledger, open()]) {
      const seen: unknown[] = [];
      expect(
        await each.append((entries) => {
          seen.push(...entries.map(({ seq, text }) => [seq, text]));
          return undefined;
        }),
      ).toBeUndefined();
      expect(seen).toEqual([
        [1, 'one'],
        [2, 'two'],
      ]);
    }
    expect((await ledger.verify()).head.size).toBe(2);
  });

  test('an error in decide appends nothing and leaves the lock free', async () => {
    const { ledger } = await ledgerOf('one');
    await expect(
      ledger.append(() => {
        throw new Error('of the caller');
      }),
    ).rejects.toThrow('of the caller');
    expect(await ledger.append((entries) => note(`after ${entries.length}`))).toMatchObject({
      seq: 2,
      text: 'after 1',
    });
  });

  test('what decide was given is its own: a later append does not grow it, changing it changes nothing', async () => {
    const { ledger } = await ledgerOf('one');
    let kept: readonly unknown[] = [];
    await ledger.append((entries) => {
      kept = entries;
      return note('two');
    });
    (kept as unknown[]).length = 0;
    await ledger.append((entries) => note(String(entries.length)));
    expect(kept).toEqual([]);
    expect((await all(ledger)).map(({ text }) => text)).toEqual(['one', 'two', '2']);
  });

  test.each(['seq', 'time', 'previous', 'salt'])('the member %s is the ledger’s to set', async (member) => {
    const { ledger } = await ledgerOf();
    await expect(ledger.append(() => ({ kind: 'note', [member]: 1 }))).rejects.toThrow(member);
    expect(await all(ledger)).toEqual([]);
  });

  test('several entries in one go: each continues the one before, and the last is given', async () => {
    const { ledger, file } = await ledgerOf('one');
    const last = await ledger.append((entries) => [note(`two after ${entries.length}`), note('three'), note('four')]);
    expect(last).toMatchObject({ seq: 4, text: 'four' });
    expect((await all(ledger)).map(({ text }) => text)).toEqual(['one', 'two after 1', 'three', 'four']);
    expect(await ledger.verify()).toMatchObject({ head: { size: 4 }, broken: undefined, headRecord: 'agrees' });
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(5);
    expect(await ledger.append(() => [])).toBeUndefined();
    expect(await ledger.append((entries) => note(String(entries.length)))).toMatchObject({ seq: 5, text: '4' });
  });

  test('of several entries one that could never be taken back lets none in', async () => {
    const { ledger } = await ledgerOf('one');
    await expect(ledger.append(() => [note('two'), { kind: 'abandoned', release: 'r1' }])).rejects.toThrow('because');
    expect((await all(ledger)).map(({ text }) => text)).toEqual(['one']);
  });

  test('each entry has a salt of its own, which no clock and no content tells', async () => {
    const ledger = openFileLedger({ directory: await emptyDirectory(), clock: noon });
    await ledger.append(() => [note('same'), note('same')]);
    const salts = (await all(ledger)).map(({ salt }) => salt);
    expect(new Set(salts).size).toBe(2);
    for (const salt of salts) expect(salt).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a known kind without its members is never written', async () => {
    const { ledger } = await ledgerOf();
    await expect(ledger.append(() => ({ kind: 'abandoned', release: 'r1' }))).rejects.toThrow('because');
    expect(await all(ledger)).toEqual([]);
  });
});

describe('several ledgers on one file', () => {
  test('in one process, appending at once: each sees what the others wrote, nothing is lost or doubled', async () => {
    const { ledger, open } = await ledgerOf();
    const ledgers = [ledger, open()];
    const appended = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        ledgers[index % 2]?.append((entries) => ({ kind: 'note', allotted: entries.length + 1 })),
      ),
    );
    expect(appended.map((entry) => entry?.seq).sort((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: 30 }, (_, i) => i + 1),
    );
    for (const entry of await all(ledger)) expect(entry['allotted']).toBe(entry.seq);
    expect((await open().verify()).broken).toBeUndefined();
  });

  test('a reader goes on undisturbed while others append', async () => {
    const { ledger, open } = await ledgerOf('one', 'two');
    const seen: number[] = [];
    for await (const entry of ledger.entries()) {
      seen.push(entry.seq);
      await open().append(() => note('more'));
    }
    expect(seen).toEqual([1, 2]);
    expect((await all(ledger)).length).toBe(4);
  });

  test('a ledger that was put in place of the one in memory is read anew', async () => {
    const { ledger, file, head } = await ledgerOf('one', 'two');
    const other = await ledgerOf('another');
    await rm(head);
    await rm(file);
    await writeFile(file, await readFile(other.file));
    expect(await ledger.append((entries) => note(`after ${entries[0]?.['text']}`))).toMatchObject({
      seq: 2,
      text: 'after another',
    });
  });
});

describe('a crash', () => {
  const half = '{"kind":"note","previ';

  test('an unfinished last line is not part of the ledger, and no break', async () => {
    const { ledger, file, open } = await ledgerOf('one', 'two');
    const before = await ledger.verify();
    await appendFile(file, half);
    expect(await open().verify()).toEqual({ ...before, torn: true });
    expect((await all(ledger)).length).toBe(2);
    expect(await readFile(file, 'utf8')).toContain(half);
  });

  test.each(['warm', 'cold'])('the next append sets it aside and goes on (%s)', async (memory) => {
    const { ledger, directory, file, open } = await ledgerOf('one');
    const next = memory === 'warm' ? ledger : open();
    for (const round of [1, 2]) {
      await appendFile(file, `${half}${round}`);
      await next.append(() => note(`after crash ${round}`));
    }
    expect((await all(ledger)).map(({ text }) => text)).toEqual(['one', 'after crash 1', 'after crash 2']);
    expect(await ledger.verify()).toMatchObject({ broken: undefined, torn: false, headRecord: 'agrees' });
    // The clock of this test stands still, so the second one needs another name.
    expect(await tornFiles(directory)).toEqual([
      'ledger.torn-20261122T120000.000Z',
      'ledger.torn-20261122T120000.000Z-2',
    ]);
    expect(await readFile(join(directory, 'ledger.torn-20261122T120000.000Z'), 'utf8')).toBe(`${half}1`);
    expect((await stat(join(directory, 'ledger.torn-20261122T120000.000Z'))).mode & 0o777).toBe(0o600);
  });

  test('a line cut at any byte is torn, until its line feed', async () => {
    const { file, ledger, open, directory } = await ledgerOf('one');
    const { size } = await stat(file);
    const { head } = await ledger.verify();
    const line = Buffer.from(`${writeLine(note('zwei – ü'), noon().toISOString(), SALT, head).line}\n`);
    for (let cut = 1; cut < line.length; cut += 1) {
      await appendFile(file, line.subarray(0, cut));
      expect(await open().verify()).toEqual({ head, broken: undefined, torn: true, headRecord: 'agrees' });
      await truncate(file, size);
    }
    await appendFile(file, line);
    expect(await open().verify()).toMatchObject({
      head: { size: 2 },
      broken: undefined,
      torn: false,
      headRecord: 'behind',
    });
    await open().append(() => undefined);
    expect(await ledger.verify()).toMatchObject({ head: { size: 2 }, headRecord: 'agrees' });
    expect(await tornFiles(directory)).toEqual([]);
  });

  test('a torn first line leaves an empty ledger', async () => {
    const { ledger, file, head, open } = await ledgerOf('one');
    await rm(head);
    await writeFile(file, half);
    expect(await open().verify()).toEqual({ head: EMPTY_HEAD, broken: undefined, torn: true, headRecord: 'agrees' });
    expect(await ledger.append(() => note('first'))).toMatchObject({ seq: 1 });
  });

  test('a torn line longer than what is read at once', async () => {
    const { ledger, file } = await ledgerOf('one');
    await appendFile(file, 'x'.repeat(700_000));
    expect(await ledger.verify()).toMatchObject({ head: { size: 1 }, torn: true });
    await ledger.append(() => note('y'.repeat(700_000)));
    expect((await all(ledger)).map(({ text }) => String(text).length)).toEqual([3, 700_000]);
  });

  test('a finished line that says nothing is broken, not torn', async () => {
    const { ledger, file, open } = await ledgerOf('one');
    await appendFile(file, `${half}\n`);
    expect(await ledger.verify()).toMatchObject({ head: { size: 1 }, broken: { line: 2 }, torn: false });
    for (const each of [ledger, open()]) {
      expect(await faultOf(each.append(() => note('more')))).toMatchObject({
        exit: ExitCode.ledger,
        code: 'ledger-broken',
      });
    }
    expect((await faultOf(all(ledger))).message).toContain('line 2');
  });

  test('one that hits between the entry and the head is mended by the next append', async () => {
    const { file, head, ledger, open } = await ledgerOf('one');
    const old = await readFile(head);
    await ledger.append(() => note('two'));
    await writeFile(head, old);
    expect(await ledger.verify()).toMatchObject({ broken: undefined, headRecord: 'behind' });
    await open().append(() => undefined);
    expect(await ledger.verify()).toMatchObject({ broken: undefined, headRecord: 'agrees' });
    expect((await readFile(file, 'utf8')).split('\n').length).toBe(3);
  });
});

describe('lines taken off the end', () => {
  test('show against the recorded head, to readers, to verify and to appends warm and cold', async () => {
    const { ledger, file, open } = await ledgerOf('one', 'two', 'three');
    const text = await readFile(file, 'utf8');
    await truncate(file, text.indexOf('\n') + 1);
    expect((await ledger.verify()).broken).toEqual({ line: 2, reason: expect.stringContaining('3 entries') });
    for (const each of [ledger, open()]) {
      expect(await faultOf(each.append(() => note('more')))).toMatchObject({
        exit: ExitCode.ledger,
        code: 'ledger-broken',
      });
      expect((await faultOf(all(each))).message).toContain('line 2');
    }
    expect(await readFile(file, 'utf8')).toBe(text.slice(0, text.indexOf('\n') + 1));
  });

  test('show when the whole ledger is gone', async () => {
    const { ledger, file, open } = await ledgerOf('one', 'two');
    await rm(file);
    expect((await ledger.verify()).broken).toEqual({ line: 1, reason: expect.stringContaining('2 entries') });
    expect((await faultOf(open().append(() => note('more')))).code).toBe('ledger-broken');
    expect((await ledger.verify()).broken?.line).toBe(1);
  });

  test('show when the last line lost its end as well', async () => {
    const { ledger, file, directory, open } = await ledgerOf('one', 'two');
    await truncate(file, (await stat(file)).size - 1);
    expect(await ledger.verify()).toMatchObject({ broken: { line: 2 }, torn: true });
    expect((await faultOf(open().append(() => note('more')))).code).toBe('ledger-broken');
    expect(await tornFiles(directory)).toEqual([]);
  });

  test('show in a ledger that was written anew from there', async () => {
    const { ledger, file, open } = await ledgerOf('one', 'two', 'three');
    const text = await readFile(file, 'utf8');
    await truncate(file, text.lastIndexOf('\n', text.length - 2) + 1);
    const { head } = await ledger.verify();
    const forged = writeLine(note('forged'), noon().toISOString(), SALT, head);
    await appendFile(
      file,
      `${forged.line}\n${writeLine(note('more'), noon().toISOString(), SALT, forged.head).line}\n`,
    );
    expect(await ledger.verify()).toMatchObject({ head: { size: 2 }, broken: { line: 3 } });
    for (const each of [ledger, open()])
      expect((await faultOf(each.append(() => note('x')))).message).toContain('line 3');
  });

  test.each([1, 2])('a recorded head that is another than the one of line %i is refused', async (size) => {
    const { ledger, head, open } = await ledgerOf('one', 'two');
    await writeFile(head, `{"hash":"${'f'.repeat(64)}","size":${size}}\n`);
    expect(await ledger.verify()).toMatchObject({ head: { size: size - 1 }, broken: { line: size } });
    for (const each of [ledger, open()]) {
      expect((await faultOf(each.append(() => note('x')))).message).toContain(`line ${size}`);
    }
  });

  test('do not show when the recorded head went too; verify says that nothing vouches for the end', async () => {
    const { ledger, file, head, open } = await ledgerOf('one', 'two', 'three');
    const text = await readFile(file, 'utf8');
    await truncate(file, text.lastIndexOf('\n', text.length - 2) + 1);
    await rm(head);
    expect(await ledger.verify()).toMatchObject({ head: { size: 2 }, broken: undefined, headRecord: 'missing' });
    expect(await open().append(() => note('goes on'))).toMatchObject({ seq: 3 });
    expect(await ledger.verify()).toMatchObject({ headRecord: 'agrees' });
  });

  test.each(['', 'rubbish', '{"hash":"00","size":1}\n', '{"size":2,"hash":"x"}'])(
    'a damaged head %j is refused',
    async (damage) => {
      const { ledger, head, open } = await ledgerOf('one', 'two');
      await writeFile(head, damage);
      expect((await ledger.verify()).broken).toEqual({ line: 2, reason: expect.stringContaining('ledger.head') });
      for (const each of [ledger, open()])
        expect((await faultOf(each.append(() => note('x')))).exit).toBe(ExitCode.ledger);
      expect((await faultOf(all(ledger))).message).toContain('ledger.head is damaged');
    },
  );
});

describe('the ledger in memory', () => {
  test('notices an old line changed in place, size and modification time as before', async () => {
    const { ledger, file, open } = await ledgerOf('one', 'two', 'three');
    const { atime, mtime } = await stat(file);
    await writeFile(file, (await readFile(file, 'utf8')).replace('"one"', '"eno"'));
    await utimes(file, atime, mtime);
    for (const each of [ledger, open()])
      expect((await faultOf(each.append(() => note('x')))).message).toContain('line 1');
  });

  test('notices another file in its place that ends as it does and goes on', async () => {
    const { ledger, file, open } = await ledgerOf('one', 'two');
    await open().append(() => note('three'));
    await writeFile(`${file}.other`, (await readFile(file, 'utf8')).replace('"one"', '"eno"'));
    await rename(`${file}.other`, file);
    expect((await faultOf(ledger.append(() => note('x')))).message).toContain('line 1');
  });

  test('holds nothing twice after it failed on the way', async () => {
    const { ledger, file, open } = await ledgerOf('one');
    await open().append(() => note('two'));
    const sound = await readFile(file);
    await appendFile(file, 'rubbish\n');
    expect((await faultOf(ledger.append(() => note('x')))).message).toContain('line 3');
    await writeFile(file, sound);
    expect(await ledger.append((entries) => note(entries.map(({ text }) => text).join()))).toMatchObject({
      text: 'one,two',
    });
  });

  test('is not trusted after a failure', async () => {
    const { ledger, file } = await ledgerOf('one', 'two');
    const sound = await readFile(file, 'utf8');
    await writeFile(file, sound.replace('"two"', '"owt"'));
    expect((await faultOf(ledger.append(() => note('x')))).message).toContain('line 2');
    await writeFile(file, sound);
    expect(await ledger.append((entries) => note(String(entries.length)))).toMatchObject({ seq: 3, text: '2' });
  });
});

test('what the system refuses is a fault that says so', async () => {
  const { open, file } = await ledgerOf('one');
  await rm(file);
  const other = openFileLedger({ directory: join(file, '..', 'ledger.head'), clock: noon }); // a file, not a directory
  for (const use of [() => other.append(() => note('x')), () => other.verify(), () => all(other)]) {
    expect(await faultOf(use())).toMatchObject({ exit: ExitCode.ledger, code: 'ledger-unavailable' });
  }
  expect((await open().verify()).broken?.line).toBe(1);
});
