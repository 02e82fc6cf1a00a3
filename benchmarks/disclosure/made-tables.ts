/** A dimension: its base categories, and groupings of them, nested or not. A group lists the categories it sums. */
export interface MadeDimension {
  readonly name: string;
  readonly size: number;
  /** Each grouping deals the categories into groups of about this size, shifted, so that groupings overlap. */
  readonly groupings: readonly { readonly of: number; readonly shift: number }[];
}

export interface MadeTables {
  readonly dimensions: readonly MadeDimension[];
  readonly maxN: number;
  /** The mean of a base cell; most are below it, as in tables of people. */
  readonly mean: number;
  readonly seed: number;
}

/** Tables over a base grid with every crossing of all groups, in the grid form. The same seed makes the same tables. */
export function makeTables({ dimensions, maxN, mean, seed }: MadeTables) {
  const random = randomFrom(seed);
  const nodes = dimensions.map(({ name, size, groupings }) => {
    const list = [{ label: 'Total', members: Array.from({ length: size }, (_, index) => index) }];
    for (const [index, { of, shift }] of groupings.entries()) {
      const groups = new Map<number, number[]>();
      for (let member = 0; member < size; member += 1) {
        const group = Math.floor(((member + shift) % size) / of);
        groups.set(group, [...(groups.get(group) ?? []), member]);
      }
      for (const [group, members] of groups) list.push({ label: `${name}-g${index}-${group}`, members });
    }
    for (let member = 0; member < size; member += 1) list.push({ label: `${name}-${member}`, members: [member] });
    return list;
  });
  const sizes = dimensions.map(({ size }) => size);
  const effects = sizes.map((size) => Array.from({ length: size }, () => Math.exp(1.2 * normal(random))));
  const cells = sizes.reduce((product, size) => product * size, 1);
  const scale = sizes.length === 0 ? 1 : mean / Math.exp((1.2 ** 2 * sizes.length) / 2);
  const inner = Array.from({ length: cells }, (_, index) => {
    const at = coordinates(index, sizes);
    const expected = at.reduce((product, each, dimension) => product * (effects[dimension]?.[each] ?? 1), scale);
    const labels = dimensions.map(({ name }, dimension) => [name, `${name}-${at[dimension] ?? 0}`]);
    return { ...Object.fromEntries(labels), freq: poisson(expected, random) };
  });
  const publish: Record<string, unknown>[] = [];
  const members: number[][] = [];
  const walk = (dimension: number, labels: Record<string, string>, set: readonly number[]): void => {
    const { name } = dimensions[dimension] ?? {};
    if (name === undefined) {
      const freq = set.reduce((sum, index) => sum + (inner[index]?.freq ?? 0), 0);
      const primary = freq >= 1 && freq <= maxN;
      publish.push({ ...labels, freq, primary, suppressed: primary });
      members.push([...set]);
      return;
    }
    const size = sizes[dimension] ?? 1;
    for (const node of nodes[dimension] ?? []) {
      walk(
        dimension + 1,
        { ...labels, [name]: node.label },
        set.flatMap((each) => node.members.map((m) => each * size + m)),
      );
    }
  };
  walk(0, {}, [0]);
  return { name: `made-${seed}`, maxN, protectZeros: false, inner, publish, members };
}

function coordinates(index: number, sizes: readonly number[]): number[] {
  const at: number[] = [];
  let rest = index;
  for (const size of [...sizes].reverse()) {
    at.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return at;
}

/** Mulberry32: small, seeded, the same everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function poisson(mean: number, random: () => number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let product = random();
  let count = 0;
  for (; product > limit; count += 1) product *= random();
  return count;
}
