import type { NameList } from '../store/name-list.ts';

/** What has pages of its own, by name: a number for each, and the name of its page. */
export class Subjects {
  readonly names: NameList;
  readonly #slugs: readonly string[];

  constructor(names: NameList) {
    this.names = names;
    const used = new Set<string>();
    this.#slugs = Array.from(names, (name) => newSlug(name, used));
  }

  get size(): number {
    return this.names.size;
  }

  slug(number: number): string {
    return this.#slugs[number] ?? '';
  }

  /** Undefined for a name that has no page. */
  slugOf(name: string): string | undefined {
    const number = this.names.find(name);
    return number === undefined ? undefined : this.#slugs[number];
  }
}

/** A name for a page: plain letters, digits and hyphens, each once. */
function newSlug(name: string, used: Set<string>): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replaceAll(/[\u0300-\u036f'’]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 80);
  const base = plain === '' ? 'unnamed' : plain;
  let slug = base;
  for (let count = 2; used.has(slug); count += 1) slug = `${base}-${count}`;
  used.add(slug);
  return slug;
}
