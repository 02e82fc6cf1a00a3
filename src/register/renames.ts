import type { FactsOf } from '../ledger/published-facts.ts';

/** A rename and the entry that says it. */
export type Rename = FactsOf<'renamed'> & { readonly seq: number };

interface Described {
  readonly seq: number;
  readonly facts: FactsOf<'described'>;
}

/** What something is called now that was called `name` in the entry `seq`. */
export type NameOf = (what: 'organisation' | 'dataset', name: string, seq: number) => string;

/** What was said of a version in entry `seq`, under the names that organisations and datasets have now. */
export function renamedFacts({ seq, facts }: Described, nameOf: NameOf): FactsOf<'described'> {
  const { organisation, controllers, processors, datasets } = facts;
  return {
    ...facts,
    organisation: nameOf('organisation', organisation, seq),
    ...(controllers === undefined
      ? {}
      : { controllers: controllers.map((each) => ({ ...each, name: nameOf('organisation', each.name, seq) })) }),
    ...(processors === undefined ? {} : { processors: processors.map((name) => nameOf('organisation', name, seq)) }),
    ...(datasets === undefined
      ? {}
      : { datasets: datasets.map((each) => ({ ...each, title: nameOf('dataset', each.title, seq) })) }),
  };
}

/** What something that was called `name` in entry `seq` is called now: a rename concerns what was said before it. */
export function renamer(renames: readonly Rename[]): NameOf {
  const byName = new Map<string, Rename[]>();
  for (const rename of renames) byName.set(key(rename), [...(byName.get(key(rename)) ?? []), rename]);
  return (what, name, seq) => {
    let [now, at] = [name, seq];
    for (;;) {
      const next = byName.get(`${what} ${now}`)?.find((rename) => rename.seq > at);
      if (next === undefined) return now;
      [now, at] = [next.to, next.seq];
    }
  };
}

function key({ what, from }: Rename): string {
  return `${what} ${from}`;
}
