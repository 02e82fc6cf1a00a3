import { createHash } from 'node:crypto';
import { HashList } from './hash-list.ts';

/*
 * The Merkle tree of RFC 6962, section 2.1, over SHA-256: leaves and nodes are hashed with different prefixes, so that
 * neither can be passed off as the other; a tree splits at the largest power of two below its size.
 */

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** MTH of one leaf. */
export function leafHash(data: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF).update(data).digest();
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** Full subtrees of 2^4 leaves and more are kept; smaller ones are hashed again where they are wanted. */
const KEPT_LEVEL = 4;

/**
 * Leaf hashes, and roots of whatever part of them: 36 bytes a leaf. Appending is cheap, and so is a second root.
 */
export class MerkleTree {
  readonly #leaves = new HashList();
  /** Roots of full subtrees of 2^(KEPT_LEVEL + index) leaves; they never change. */
  readonly #full: HashList[] = [];

  get size(): number {
    return this.#leaves.size;
  }

  append(hash: Uint8Array): void {
    this.#leaves.push(hash);
    const { size } = this;
    for (let level = KEPT_LEVEL, width = 1 << level; size % width === 0; level += 1, width *= 2) {
      const roots = this.#full[level - KEPT_LEVEL] ?? new HashList();
      this.#full[level - KEPT_LEVEL] = roots;
      roots.push(this.#joined(size - width, size - width / 2, size));
    }
  }

  leaf(index: number): Buffer {
    return this.#leaves.get(index);
  }

  /** The root of the first `size` leaves. */
  root(size = this.size): Buffer {
    return size === 0 ? createHash('sha256').digest() : this.subtree(0, size);
  }

  /** MTH(D[start:end]). */
  subtree(start: number, end: number): Buffer {
    const width = end - start;
    if (width === 1) return this.leaf(start);
    const level = Math.log2(width);
    const roots = Number.isInteger(level) && start % width === 0 ? this.#full[level - KEPT_LEVEL] : undefined;
    if (roots !== undefined && start / width < roots.size) return roots.get(start / width);
    return this.#joined(start, start + splitOf(width), end);
  }

  #joined(start: number, split: number, end: number): Buffer {
    return nodeHash(this.subtree(start, split), this.subtree(split, end));
  }

  /** PATH(index, D[0:size]): the hashes with which a leaf leads to the root, from the leaf upwards. */
  inclusionProof(index: number, size = this.size): Buffer[] {
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
  consistencyProof(first: number, size = this.size): Buffer[] {
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
