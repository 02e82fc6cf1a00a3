import { HASH_BYTES } from './hash-list.ts';
import type { MerkleTree } from './merkle.ts';

/** Hashes in a full tile (C2SP tlog-tiles). */
const WIDTH = 256;

/** A tile of a log: its path below the log's prefix, and its hashes. */
export interface Tile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Every tile of a log of the tree's size: from these anybody can make any proof of inclusion or consistency. */
export function* tilesOf(tree: MerkleTree): Generator<Tile> {
  for (let [level, count, span] = [0, tree.size, 1]; count > 0; level += 1) {
    for (let index = 0; index * WIDTH < count; index += 1) {
      const width = Math.min(WIDTH, count - index * WIDTH);
      const hashes = Array.from({ length: width }, (_, at) => {
        const start = (index * WIDTH + at) * span;
        return tree.subtree(start, start + span);
      });
      yield { path: tilePath(level, index, width), bytes: Buffer.concat(hashes) };
    }
    [count, span] = [Math.floor(count / WIDTH), span * WIDTH];
  }
}

/** `tile/0/x001/x234/067`, and `tile/0/005.p/112` where the tile is not full. */
export function tilePath(level: number, index: number, width: number): string {
  const groups: string[] = [];
  for (let rest = index, last = true; last || rest > 0; rest = Math.floor(rest / 1000), last = false) {
    groups.unshift(`${last ? '' : 'x'}${String(rest % 1000).padStart(3, '0')}`);
  }
  return `tile/${level}/${groups.join('/')}${width === WIDTH ? '' : `.p/${width}`}`;
}

/** The paths of the tiles with the leaf hashes of a log of that size, in order. */
export function leafTilePaths(size: number): string[] {
  return Array.from({ length: Math.ceil(size / WIDTH) }, (_, index) =>
    tilePath(0, index, Math.min(WIDTH, size - index * WIDTH)),
  );
}

/** The hashes of a tile; undefined where it is not a whole number of them. */
export function hashesOf(tile: Uint8Array): Uint8Array[] | undefined {
  if (tile.length % HASH_BYTES !== 0) return undefined;
  return Array.from({ length: tile.length / HASH_BYTES }, (_, at) =>
    tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}
