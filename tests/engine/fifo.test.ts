import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Fifo } from '../../src/engine/fifo.ts';

it('a reader closes its descriptor once: the number can be somebody else’s by the next moment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dars-fifo-'));
  try {
    for (let n = 0; n < 20; n += 1) {
      await using fifo = await Fifo.create(folder);
      const reader = await fifo.reader();
      const opened = new Promise<number[]>((resolve) => {
        reader.once('close', () => resolve([0, 1, 2].map(() => openSync(import.meta.filename, 'r'))));
      });
      reader.destroy();
      const others = await opened;
      await pause(5);
      for (const fd of others) expect(() => fstatSync(fd)).not.toThrow();
      others.forEach(closeSync);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
