import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Dataset } from '../catalogue/dataset.ts';
import type { RestrictedCodes } from '../catalogue/restricted-codes.ts';

/**
 * A catalogue whose entries are read when somebody asks for them: dars brings datasets with hundreds of columns, a
 * command needs two or three, and reading them all is most of what a start would take.
 */
export class LazyCatalogue implements Catalogue {
  readonly #entries: Map<string, Dataset | (() => Dataset)>;
  readonly restrictedCodes: RestrictedCodes | undefined;

  constructor(entries: ReadonlyMap<string, Dataset | (() => Dataset)>, restricted: RestrictedCodes | undefined) {
    this.#entries = new Map(entries);
    this.restrictedCodes = restricted;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): Dataset | undefined {
    const entry = this.#entries.get(name);
    if (typeof entry !== 'function') return entry;
    const dataset = entry();
    this.#entries.set(name, dataset);
    return dataset;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  keys(): MapIterator<string> {
    return this.#entries.keys();
  }

  values(): MapIterator<Dataset> {
    return this.#all().values();
  }

  entries(): MapIterator<[string, Dataset]> {
    return this.#all().entries();
  }

  [Symbol.iterator](): MapIterator<[string, Dataset]> {
    return this.entries();
  }

  forEach(visit: (dataset: Dataset, name: string, catalogue: Catalogue) => void): void {
    for (const [name, dataset] of this.#all()) visit(dataset, name, this);
  }

  #all(): Map<string, Dataset> {
    return new Map([...this.#entries.keys()].map((name) => [name, this.get(name) as Dataset]));
  }
}
