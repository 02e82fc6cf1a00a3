import { createHash } from 'node:crypto';

/*
 * The Merkle tree of RFC 6962, section 2.1, over SHA-256: leaves and nodes are hashed with different prefixes, so that
 * neither can be passed off as the other; a tree splits at the largest power of two below its size.
 */

export const HASH_BYTES = 32;

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** MTH of one leaf. */
export function leafHash(data: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF).update(data).digest();
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** Leaf hashes, one behind the other, and roots of whatever part of them. Appending is cheap, and so is a second root. */
export class MerkleTree {
  #leaves = Buffer.alloc(256 * HASH_BYTES);
  #size = 0;
  /** Roots of full subtrees of 2^level leaves, level by level; they never change. */
  readonly #full = new Map<string, Buffer>();

  get size(): number {
    return this.#size;
  }

  append(hash: Uint8Array): void {
    const at = this.#size * HASH_BYTES;
    if (at === this.#leaves.length) this.#leaves = Buffer.concat([this.#leaves, Buffer.alloc(this.#leaves.length)]);
    this.#leaves.set(hash, at);
    this.#size += 1;
  }

  leaf(index: number): Buffer {
    return this.#leaves.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }

  /** The root of the first `size` leaves. */
  root(size = this.#size): Buffer {
    return size === 0 ? createHash('sha256').digest() : this.subtree(0, size);
  }

  /** MTH(D[start:end]). */
  subtree(start: number, end: number): Buffer {
    if (end - start === 1) return this.leaf(start);
    const width = end - start;
    const isFull = (width & (width - 1)) === 0 && start % width === 0 && width >= 16;
    const key = isFull ? `${start} ${width}` : '';
    const known = isFull ? this.#full.get(key) : undefined;
    if (known !== undefined) return known;
    const split = start + splitOf(width);
    const hash = nodeHash(this.subtree(start, split), this.subtree(split, end));
    if (isFull) this.#full.set(key, hash);
    return hash;
  }

  /** PATH(index, D[0:size]): the hashes with which a leaf leads to the root, from the leaf upwards. */
  inclusionProof(index: number, size = this.#size): Buffer[] {
    const walk = (start: number, end: number): Buffer[] => {
      if (end - start === 1) return [];
      const split = start + splitOf(end - start);
      return index < split
        ? [...walk(start, split), this.subtree(split, end)]
        : [...walk(split, end), this.subtree(start, split)];
    };
    return walk(0, size);
  }

  /** PROOF(first, D[0:size]): the hashes with which the root of the first leaves leads to the root of more of them. */
  consistencyProof(first: number, size = this.#size): Buffer[] {
    const walk = (start: number, end: number, whole: boolean): Buffer[] => {
      if (first === end) return whole ? [] : [this.subtree(start, end)];
      const split = start + splitOf(end - start);
      return first <= split
        ? [...walk(start, split, whole), this.subtree(split, end)]
        : [...walk(split, end, false), this.subtree(start, split)];
    };
    return first === 0 || first === size ? [] : walk(0, size, true);
  }
}

function splitOf(width: number): number {
  let split = 1;
  while (split * 2 < width) split *= 2;
  return split;
}

/** Whether a leaf stands at `index` in the tree with that root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (index < 0 || index >= size) return false;
  let [node, last] = [index, size - 1];
  let hash: Buffer = Buffer.from(leaf);
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}

/** Whether the tree with the second root begins with the one with the first (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(
  first: number,
  second: number,
  proof: readonly Uint8Array[],
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
): boolean {
  if (first > second) return false;
  if (first === second) return proof.length === 0 && Buffer.from(firstRoot).equals(secondRoot);
  if (first === 0) return proof.length === 0;
  const isPower = (first & (first - 1)) === 0;
  const [start, ...rest] = isPower ? [firstRoot, ...proof] : proof;
  if (start === undefined) return false;
  let [node, last] = [first - 1, second - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let [old, now]: [Buffer, Buffer] = [Buffer.from(start), Buffer.from(start)];
  for (const hash of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      [old, now] = [nodeHash(hash, old), nodeHash(hash, now)];
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      now = nodeHash(now, hash);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && old.equals(firstRoot) && now.equals(secondRoot);
}
