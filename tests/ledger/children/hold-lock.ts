import { once } from 'node:events';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { Fault } from '../../../src/kernel/fault.ts';
import { withLock } from '../../../src/ledger/lock.ts';

// TIMES times takes the lock, creates MARKER (which fails if another has it), holds on for MS (-1: until its stdin ends).
const [path = '', marker = '', times = '', ms = '', waitMs = '30000'] = process.argv.slice(2);
try {
  for (let index = 0; index < Number(times); index += 1) {
    await withLock(
      path,
      async () => {
        closeSync(openSync(marker, 'wx'));
        writeSync(1, 'held\n');
        if (ms === '-1') await once(process.stdin.resume(), 'end');
        else await new Promise((done) => setTimeout(done, Number(ms)));
        unlinkSync(marker);
      },
      { waitMs: Number(waitMs) },
    );
  }
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  writeSync(1, `${error.exit} ${error.code} ${error.message}\n`);
}
