/** The published values contradict each other: no tables at all could have led to them. */
export class Contradiction extends Error {
  constructor() {
    super('the published values contradict each other');
  }
}
