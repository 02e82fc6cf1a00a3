import { nameKey } from '../name-key.ts';

/** The places of names as people look them up: without case, numbers by their value; the same on every machine. */
export function nameOrder(names: Iterable<string>): number[] {
  const all = Array.from(names, (name, index) => ({ name, key: nameKey(name), index }));
  return all
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ index }) => index);
}
