import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leafHash, MerkleTree, verifyConsistency, verifyInclusion } from '../../src/ledger/merkle.ts';
import { hashesOf, leafTilePaths, tilePath, tilesOf } from '../../src/ledger/tiles.ts';

/* Leaves, roots and proofs of the Certificate Transparency reference implementation (RFC 6962). */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const A = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const B = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
const C = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
const D = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';

function treeOf(leaves: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leafHash(leaf));
  return tree;
}

const reference = treeOf(LEAVES.map((hex) => Buffer.from(hex, 'hex')));
const hexes = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('hex'));

describe('as RFC 6962 says', () => {
  test('the root of each size', () => {
    expect(ROOTS.map((_, size) => reference.root(size).toString('hex'))).toEqual(ROOTS);
  });

  test.each([
    [0, 8, ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', A, B]],
    [5, 8, [C, D, ROOTS[4]]],
    [2, 3, [ROOTS[2]]],
  ])('the proof that leaf %i is in the tree of %i', (index, size, proof) => {
    expect(hexes(reference.inclusionProof(index, size))).toEqual(proof);
  });

  test.each([
    [1, 1, []],
    [6, 8, ['0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a', D, ROOTS[4]]],
    [2, 5, [A, C]],
    [2, 8, [A, B]],
  ])('the proof that the tree of %i begins the tree of %i', (first, second, proof) => {
    expect(hexes(reference.consistencyProof(first, second))).toEqual(proof);
  });
});

const someTree = fc.integer({ min: 1, max: 700 }).map((size) => ({
  size,
  tree: treeOf(Array.from({ length: size }, (_, index) => Buffer.from(`leaf ${index}`))),
}));

test('every proof of inclusion holds, and for no other leaf, place, size or root', () => {
  fc.assert(
    fc.property(someTree, fc.nat(), fc.nat(), ({ size, tree }, at, other) => {
      const index = at % size;
      const [proof, root] = [tree.inclusionProof(index), tree.root()];
      expect(verifyInclusion(tree.leaf(index), index, size, proof, root)).toBe(true);
      const place = other % (size + 1);
      if (place !== index) {
        expect(verifyInclusion(tree.leaf(index), place, size, proof, root)).toBe(false);
        if (place < size) expect(verifyInclusion(tree.leaf(place), index, size, proof, root)).toBe(false);
      }
      expect(verifyInclusion(tree.leaf(index), index, size, [...proof, root], root)).toBe(false);
      expect(verifyInclusion(tree.leaf(index), index, size, proof, leafHash(root))).toBe(false);
      if (proof.length > 0) expect(verifyInclusion(tree.leaf(index), index, size, proof.slice(1), root)).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test('every proof of consistency holds, and for no other roots', () => {
  fc.assert(
    fc.property(someTree, fc.nat(), ({ size, tree }, at) => {
      const first = 1 + (at % size);
      const proof = tree.consistencyProof(first);
      const [old, now] = [tree.root(first), tree.root()];
      expect(verifyConsistency(first, size, proof, old, now)).toBe(true);
      expect(verifyConsistency(first, size, proof, leafHash(old), now)).toBe(false);
      expect(verifyConsistency(first, size, proof, old, leafHash(now))).toBe(false);
      expect(verifyConsistency(first, size, [...proof, now], old, now)).toBe(false);
      if (first < size) expect(verifyConsistency(first + 1, size, proof, old, now)).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test('a root asked for again, after more leaves came, is the same', () => {
  const tree = new MerkleTree();
  const roots: string[] = [];
  for (let index = 0; index < 300; index += 1) {
    tree.append(leafHash(Buffer.from(String(index))));
    roots.push(tree.root().toString('hex'));
  }
  expect(roots.map((_, index) => tree.root(index + 1).toString('hex'))).toEqual(roots);
});

describe('tiles (C2SP tlog-tiles)', () => {
  test('paths are in groups of three digits', () => {
    expect(tilePath(0, 1_234_067, 256)).toBe('tile/0/x001/x234/067');
    expect(tilePath(2, 0, 17)).toBe('tile/2/000.p/17');
    expect(tilePath(1, 1000, 256)).toBe('tile/1/x001/000');
  });

  test('a tree of 70,000 has the tiles that the specification counts', () => {
    const tree = new MerkleTree();
    const leaf = leafHash(Buffer.from('leaf'));
    for (let index = 0; index < 70_000; index += 1) tree.append(leaf);
    const paths = [...tilesOf(tree)].map(({ path }) => path);
    const at = (level: number): string[] => paths.filter((path) => path.startsWith(`tile/${level}/`));
    expect([at(0).length, at(1).length, at(2).length, at(3).length]).toEqual([274, 2, 1, 0]);
    expect(paths).toContain('tile/0/273.p/112');
    expect(paths).toContain('tile/1/001.p/17');
    expect(paths).toContain('tile/2/000.p/1');
    expect(at(0)).toEqual(leafTilePaths(70_000));
  });

  test('a tree of 256 is one full tile and a partial one above', () => {
    const tiles = [...tilesOf(treeOf(Array.from({ length: 256 }, (_, index) => Buffer.from(String(index)))))];
    expect(tiles.map(({ path, bytes }) => [path, bytes.length])).toEqual([
      ['tile/0/000', 8192],
      ['tile/1/000.p/1', 32],
    ]);
  });

  test('the leaf hashes of the tiles make the root', () => {
    fc.assert(
      fc.property(someTree, ({ tree, size }) => {
        const tiles = new Map([...tilesOf(tree)].map(({ path, bytes }) => [path, bytes]));
        const again = new MerkleTree();
        for (const path of leafTilePaths(size))
          for (const hash of hashesOf(tiles.get(path) ?? Buffer.alloc(1)) ?? []) again.append(hash);
        expect(again.root().equals(tree.root())).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('what is no whole number of hashes is no tile', () => {
    expect(hashesOf(Buffer.alloc(33))).toBeUndefined();
  });
});
