import type { Register } from './register.ts';
import { NameList } from './store/name-list.ts';

/** What is asked of all agreement versions at once, by their number; texts are names. */
export class VersionColumns {
  /** Titles of the datasets that they grant, in the order of the first version that does. */
  readonly granted = new NameList();
  readonly #organisations = new NameList();
  readonly #types = new NameList();
  readonly #organisationOf: Int32Array;
  readonly #typeOf: Int32Array;
  /** Those that were renamed, which are few. */
  readonly #formerOrganisations = new Map<number, string>();

  /** `references` are given the numbers of the versions. */
  constructor(register: Register, references: NameList) {
    this.#organisationOf = new Int32Array(register.versionCount);
    this.#typeOf = new Int32Array(register.versionCount);
    for (const { reference, facts, formerOrganisation } of register.versions()) {
      const number = references.numberOf(reference);
      this.#organisationOf[number] = this.#organisations.numberOf(facts.organisation);
      this.#typeOf[number] = this.#types.numberOf(facts.organisation_type ?? '');
      if (formerOrganisation !== undefined) this.#formerOrganisations.set(number, formerOrganisation);
      for (const { title } of facts.datasets ?? []) this.granted.numberOf(title);
    }
  }

  organisation(version: number): string {
    return this.#organisations.name(this.#organisationOf[version] ?? -1);
  }

  /** The type of the organisation; `''` where it is not given. */
  type(version: number): string {
    return this.#types.name(this.#typeOf[version] ?? -1);
  }

  formerOrganisation(version: number): string | undefined {
    return this.#formerOrganisations.get(version);
  }
}
