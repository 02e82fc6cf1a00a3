/** Which rows a population is: what one must know to see that one contains another. Plain data. */
export interface Scope {
  readonly dataset: string;
  readonly from: string;
  readonly to: string;
  /** Conditions that all hold, each as canonical JSON. */
  readonly conditions: readonly string[];
  /** Who may be in it at all: cohort and opt-outs, as canonical JSON. */
  readonly people: string;
}

/** Whether everything of the one is in the other as well, as far as their terms tell; a later version of data counts so. */
export function isWithin(inner: Scope, outer: Scope): boolean {
  return (
    inner.dataset === outer.dataset &&
    inner.people === outer.people &&
    inner.from >= outer.from &&
    inner.to <= outer.to &&
    outer.conditions.every((condition) => inner.conditions.includes(condition))
  );
}
