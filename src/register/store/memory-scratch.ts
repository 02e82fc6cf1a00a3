import type { Scratch } from './scratch.ts';

/** For whoever holds the whole ledger in memory anyway. */
export function memoryScratch(): Scratch {
  let bytes = Buffer.alloc(1 << 16);
  let size = 0;
  return {
    append(added) {
      const place = size;
      if (size + added.length > bytes.length) bytes = Buffer.concat([bytes], 2 * (size + added.length));
      bytes.set(added, place);
      size += added.length;
      return place;
    },
    read: (place, length) => bytes.subarray(place, place + length),
  };
}
