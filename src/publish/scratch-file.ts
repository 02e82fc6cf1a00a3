import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';

/** What waits to be written; what is read at once, at the least, and at the most where one reads on and on. */
const WAITING = 1 << 18;
const LEAST = 1 << 10;
const MOST = 1 << 17;

/** Bytes laid aside in a file that has no name: the system takes it back when it is closed, however the process ends. */
export interface ScratchFile extends Disposable {
  append(bytes: Uint8Array): number;
  read(place: number, length: number): Buffer;
}

/** Opens one in a folder, for this process alone; a Fault (exit 2) where that can't be. */
export function openScratchFile(folder: string): ScratchFile {
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new Fault(ExitCode.usage, 'scratch', `there can be no temporary file in ${folder} (${code})`, {
        hint: 'it takes about as much room as the ledger; name another folder in the variable TMPDIR',
      });
    }
  };
  const file = guarded(() => openNameless(folder));
  const waiting = Buffer.allocUnsafe(WAITING);
  const window = Buffer.allocUnsafe(MOST);
  let [written, filled, windowAt, windowEnd, ahead] = [0, 0, 0, 0, LEAST];

  const write = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length; )
      done += guarded(() => writeSync(file, bytes, done, bytes.length - done, written + done));
    written += bytes.length;
  };
  const readInto = (target: Buffer, place: number, length: number): number => {
    let done = 0;
    while (done < length) {
      const count = guarded(() => readSync(file, target, done, length - done, place + done));
      if (count === 0) break;
      done += count;
    }
    return done;
  };

  return {
    append(bytes) {
      const place = written + filled;
      if (filled + bytes.length > WAITING) {
        write(waiting.subarray(0, filled));
        filled = 0;
      }
      if (bytes.length > WAITING) write(bytes);
      else {
        waiting.set(bytes, filled);
        filled += bytes.length;
      }
      return place;
    },
    read(place, length) {
      if (place >= written) return waiting.subarray(place - written, place - written + length);
      if (place + length > written) {
        write(waiting.subarray(0, filled));
        filled = 0;
      }
      if (place < windowAt || place + length > windowEnd) {
        if (length > MOST) {
          const long = Buffer.allocUnsafe(length);
          readInto(long, place, length);
          return long;
        }
        const readsOn = place >= windowAt && place <= windowEnd;
        ahead = readsOn ? Math.min(2 * ahead, MOST) : LEAST;
        const wanted = Math.min(Math.max(length, ahead), written - place);
        windowEnd = place + readInto(window, place, wanted);
        windowAt = place;
      }
      return window.subarray(place - windowAt, place - windowAt + length);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

function openNameless(folder: string): number {
  const path = join(folder, `dars-scratch-${randomBytes(8).toString('hex')}`);
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  rmSync(path);
  return file;
}
