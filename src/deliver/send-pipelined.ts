import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { readSource } from './read-fully.ts';
import type { RemoteFile } from './remote-files.ts';

const BLOCK_BYTES = 1024 * 1024;

export interface Passage {
  readonly from: number;
  readonly to: number;
  readonly writeBytes: number;
  readonly inFlight: number;
  /** Is fed the source from its very beginning, the part before `from` included. */
  readonly digest: Hash;
  /** Counts only what is stored without a gap. */
  readonly report: (stored: number) => void;
}

/**
 * Copies `from` up to `to`, with many writes under way at once: one at a time would wait a round trip for each.
 * Write number n waits for the answer to number n - inFlight, so what a broken connection leaves unknown is never more
 * than the last `inFlight * writeBytes` bytes; resuming relies on that. A source that ends early is for the digest to
 * find.
 */
export async function sendPipelined(source: FileHandle, target: RemoteFile, passage: Passage): Promise<void> {
  const { from, to, writeBytes, inFlight, report } = passage;
  await digestHead(source, passage);
  const writes: Promise<void>[] = [];
  let count = 0;
  report(from);
  try {
    const blockBytes = Math.max(writeBytes, BLOCK_BYTES - (BLOCK_BYTES % writeBytes));
    for (let start = from; start < to; start += blockBytes) {
      const block = await readSource(source, start, Math.min(blockBytes, to - start));
      passage.digest.update(block);
      for (let offset = 0; offset < block.length; offset += writeBytes) {
        const slot = count % inFlight;
        await writes[slot];
        if (slot === 0 && count > 0) report(from + (count - inFlight + 1) * writeBytes);
        const write = target.write(block.subarray(offset, offset + writeBytes), start + offset);
        // Its failure is seen when its slot comes round; until then nobody may call it unhandled.
        write.catch(() => undefined);
        writes[slot] = write;
        count += 1;
      }
    }
    await Promise.all(writes);
  } finally {
    await Promise.allSettled(writes);
  }
  report(to);
}

async function digestHead(source: FileHandle, { from, digest }: Passage): Promise<void> {
  for (let start = 0; start < from; start += BLOCK_BYTES) {
    digest.update(await readSource(source, start, Math.min(BLOCK_BYTES, from - start)));
  }
}
