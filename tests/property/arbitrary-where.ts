import fc from 'fast-check';
import { type CatalogueColumn, type Dataset, findColumn } from '../../src/catalogue/dataset.ts';
import type { Tree } from '../support/make-workspace.ts';
import { comparedIn } from './arbitrary-values.ts';

/** Conditions as agreements and pipelines write them, of every kind, over these columns of a dataset. */
export function arbitraryWhere(dataset: Dataset, names: readonly string[]): fc.Arbitrary<Tree> {
  const columns = names.flatMap((name) => findColumn(dataset, name) ?? []);
  const one = fc.oneof(
    ...columns.map((column) => comparison(column).map((operators) => ({ [column.name]: operators }))),
  );
  const some = fc.array(one, { minLength: 1, maxLength: 2 }).map((parts): Tree => Object.assign({}, ...parts));
  const { where } = fc.letrec<{ where: Tree }>((tie) => ({
    where: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 6, arbitrary: some },
      { weight: 2, arbitrary: fc.record({ not: tie('where') }) },
      { weight: 2, arbitrary: fc.record({ any_of: fc.array(tie('where'), { minLength: 1, maxLength: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ all_of: fc.array(tie('where'), { minLength: 1, maxLength: 2 }) }) },
      { weight: 1, arbitrary: fc.tuple(some, tie('where')).map(([part, not]): Tree => ({ ...part, not })) },
    ),
  }));
  return where;
}

function comparison(column: CatalogueColumn): fc.Arbitrary<Tree> {
  const value = comparedIn(column);
  const values = fc.array(value, { minLength: 1, maxLength: 4 });
  const kinds: fc.Arbitrary<Tree>[] = [
    fc.record({ in: values }),
    fc.record({ not_in: values }),
    fc.record({ between: fc.tuple(value, value) }),
    fc.record({ at_least: value }),
    fc.record({ at_most: value }),
    fc.record({ is_null: fc.boolean() }),
    fc.record({ at_least: value, not_in: values }),
  ];
  const prefix = value.map((text) => [...text].slice(0, 2).join(''));
  if (column.type === 'text') kinds.push(fc.record({ starts_with: fc.array(prefix, { minLength: 1, maxLength: 2 }) }));
  return fc.oneof(...kinds);
}
