import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ExitCode } from '../../src/kernel/exit-code.ts';
import { withLock } from '../../src/ledger/lock.ts';
import { type Child, emptyDirectory, faultOf, start } from './support.ts';

const SOON = 3_000;
const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

async function place() {
  const directory = await emptyDirectory();
  return { directory, path: join(directory, 'locks', 'x.lock'), marker: join(directory, 'marker') };
}

/** Resolves when so many processes wait for the lock: the kernel's list says it on Linux, elsewhere time has to do. */
async function waiters(path: string, count: number): Promise<void> {
  if (process.platform !== 'linux') return pause(2_000);
  const { ino } = await stat(path);
  const blocked = new RegExp(`-> FLOCK .*:${ino} `, 'g');
  while ((await readFile('/proc/locks', 'utf8')).match(blocked)?.length !== count) await pause(20);
}

/** A process that has the lock, until `end` or a kill. */
async function holder(
  path: string,
  marker: string,
  env: Record<string, string> = {},
): Promise<Child & { end(): void }> {
  const child = start('hold-lock', [path, marker, '1', '-1'], { env });
  await child.printed(1);
  expect(child.lines).toEqual(['held']);
  return { ...child, end: () => child.process.stdin?.end() };
}

describe('in one process', () => {
  test('callers exclude each other, and go in the order they came', async () => {
    const { path } = await place();
    const order: number[] = [];
    let inside = 0;
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        withLock(
          path,
          async () => {
            inside += 1;
            expect(inside).toBe(1);
            await pause(2);
            order.push(index);
            inside -= 1;
          },
          { waitMs: 30_000 },
        ),
      ),
    );
    expect(order).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });

  test('another spelling of the path is the same lock', async () => {
    const { directory, path } = await place();
    await mkdir(join(directory, 'locks'));
    await symlink(join(directory, 'locks'), join(directory, 'alias'));
    for (const other of [join(directory, 'alias', 'x.lock'), `${directory}/locks/../locks/x.lock`]) {
      const nested = withLock(path, () => withLock(other, async () => 'inside', { waitMs: 100 }), { waitMs: 0 });
      expect((await faultOf(nested)).code).toBe('lock-held');
    }
  });

  test('what the work returns or throws comes through, and the lock is free after', async () => {
    const { path } = await place();
    await expect(withLock(path, async () => 'result', { waitMs: 0 })).resolves.toBe('result');
    await expect(withLock(path, () => Promise.reject(new Error('of the work')), { waitMs: 0 })).rejects.toThrow(
      'of the work',
    );
    await expect(withLock(path, async () => 'again', { waitMs: 0 })).resolves.toBe('again');
  });

  test('one who gave up waiting lets those behind through in their turn', async () => {
    const { path } = await place();
    let free: () => void = () => {};
    const first = withLock(
      path,
      () =>
        new Promise<void>((done) => {
          free = done;
        }),
      { waitMs: 0 },
    );
    const impatient = faultOf(withLock(path, async () => {}, { waitMs: 20 }));
    const patient = withLock(path, async () => 'got it', { waitMs: 30_000 });
    expect((await impatient).code).toBe('lock-held');
    await expect(Promise.race([patient, pause(50).then(() => 'still waiting')])).resolves.toBe('still waiting');
    free();
    await first;
    await expect(patient).resolves.toBe('got it');
  });

  test('the file is for its owner alone, and says who holds it only while somebody does', async () => {
    const { directory, path } = await place();
    await withLock(
      path,
      async () => {
        expect(await readFile(path, 'utf8')).toContain(`process ${process.pid} on `);
      },
      { waitMs: 0 },
    );
    expect(await readFile(path, 'utf8')).toBe('');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'locks'))).mode & 0o777).toBe(0o700);
  });
});

describe('between processes', () => {
  test('four processes are never inside together', async () => {
    const { path, marker } = await place();
    const children = Array.from({ length: 4 }, () => start('hold-lock', [path, marker, '15', '2']));
    expect(await Promise.all(children.map((child) => child.ended))).toEqual([0, 0, 0, 0]);
    for (const child of children) expect(child.lines).toEqual(Array(15).fill('held'));
  });

  test('waiting too long is a fault that names the holder', async () => {
    const { path, marker } = await place();
    const child = await holder(path, marker);
    const fault = await faultOf(withLock(path, async () => {}, { waitMs: 150 }));
    expect(fault).toMatchObject({ exit: ExitCode.ledger, code: 'lock-held' });
    expect(fault.message).toContain(`process ${child.process.pid} on `);
    expect((await faultOf(withLock(path, async () => {}, { waitMs: 0 }))).code).toBe('lock-held');
    child.end();
    expect(await child.ended).toBe(0);
    await withLock(path, async () => {}, { waitMs: 0 });
  });

  test('a killed holder blocks nobody, and of those who waited one at a time goes in', async () => {
    const { path, marker } = await place();
    const child = await holder(path, marker);
    const waiting = [1, 2, 3].map(() => start('hold-lock', [path, marker, '2', '20']));
    await waiters(path, 3);
    expect(waiting.flatMap(({ lines }) => lines)).toEqual([]);
    await rm(marker);
    child.process.kill('SIGKILL');
    await child.ended;
    const killed = performance.now();
    await Promise.race(waiting.map((each) => each.printed(1)));
    expect(performance.now() - killed).toBeLessThan(SOON);
    expect(await Promise.all(waiting.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    expect(waiting.map(({ lines }) => lines)).toEqual(Array(3).fill(['held', 'held']));
  });

  test('a process that is killed while it waits takes nothing with it', async () => {
    const { path, marker } = await place();
    const child = await holder(path, marker);
    const waiting = start('hold-lock', [path, marker, '1', '-1']);
    await waiters(path, 1);
    waiting.process.kill('SIGKILL');
    await waiting.ended;
    child.end();
    await child.ended;
    await withLock(path, async () => {}, { waitMs: SOON });
  });

  test('a lock file that was deleted and made anew while waiting is waited for again', async () => {
    const { directory, path, marker } = await place();
    const first = await holder(path, marker);
    const waiting = start('hold-lock', [path, join(directory, 'other-marker'), '1', '0']);
    await waiters(path, 1);
    await rm(path);
    const second = await holder(path, join(directory, 'second-marker'));
    first.end();
    await first.ended;
    await pause(300);
    expect(waiting.lines).toEqual([]);
    second.end();
    expect(await waiting.ended).toBe(0);
    expect(waiting.lines).toEqual(['held']);
  });
});

describe('the program that locks', () => {
  const perl = spawnSync('sh', ['-c', 'command -v perl']).stdout.toString().trim();

  test.skipIf(perl === '')('perl and flock exclude each other (skipped where there is no perl)', async () => {
    const { directory, path, marker } = await place();
    const bin = join(directory, 'bin');
    await mkdir(bin);
    await symlink(perl, join(bin, 'perl'));
    const child = await holder(path, marker, { PATH: bin });
    expect((await faultOf(withLock(path, async () => {}, { waitMs: 100 }))).code).toBe('lock-held');
    const other = start('hold-lock', [path, marker, '1', '0', '100'], { env: { PATH: bin } });
    await other.ended;
    expect(other.lines).toEqual([expect.stringMatching(/^16 lock-held /)]);
    child.process.kill('SIGKILL');
    await child.ended;
    await withLock(path, async () => {}, { waitMs: SOON });
  });

  test('without any there is no lock, and no work', async () => {
    const { directory, path, marker } = await place();
    const child = start('hold-lock', [path, marker, '1', '0'], { env: { PATH: directory } });
    await child.ended;
    expect(child.lines).toEqual([expect.stringMatching(/^16 lock-unavailable /)]);
  });
});
