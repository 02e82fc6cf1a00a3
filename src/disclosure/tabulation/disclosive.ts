/** Cells whose true small count could be derived whatever is withheld; by their names. */
export class Disclosive extends Error {
  readonly cells: readonly string[];

  constructor(cells: readonly string[]) {
    super('small counts could be derived');
    this.cells = cells;
  }
}
