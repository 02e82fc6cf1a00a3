import type { Dataset } from '../catalogue/dataset.ts';
import type {
  DimensionSpec,
  LevelSpec,
  MeasureSpec,
  TabulationSpec,
} from '../disclosure/tabulation/tabulation-spec.ts';
import {
  finestLevel,
  levelColumn,
  type Measure,
  measureColumn,
  type Tabulation,
} from '../pipeline/tabulation-schema.ts';

/** What a tabulation counts and shows, with names in place; `national` are the columns of national figures. */
export function tabulationSpec(product: Tabulation, dataset: Dataset, national: readonly string[]): TabulationSpec {
  const exempt = national.map((name) => name.toUpperCase());
  const dimensions = product.dimensions.map((dimension): DimensionSpec => {
    const { name, from, as, at } = dimension;
    const owner = /^pds\./i.test(from) ? '' : `${dataset.dataset}.`;
    return {
      name,
      title: dimension.title ?? spoken(name),
      meaning: [`${owner}${from}`.toUpperCase(), as ?? '', at?.toUpperCase() ?? ''].join(' ').trim(),
      levels: levelsOf(dimension),
      values: dimension.values,
      labels: dimension.labels,
      national: exempt.includes(from.toUpperCase()),
    };
  });
  const tables = product.tables.map(({ name, title, by, measures }) => ({
    name,
    title: title ?? spoken(name),
    by: by.map(({ dimension, levels }) => {
      const index = dimensions.findIndex((each) => each.name === dimension);
      const names = (dimensions[index]?.levels ?? []).map((level) => level.name);
      return {
        dimension: index,
        levels: names.flatMap((each, place) => ((levels?.includes(each) ?? true) ? [place] : [])),
      };
    }),
    measures: product.measures.flatMap((measure, index) => ((measures?.includes(measure.name) ?? true) ? [index] : [])),
  }));
  return {
    title: product.title ?? spoken(product.name),
    source: dataset.title,
    national: national.length > 0,
    dimensions,
    measures: product.measures.map(measureOf),
    tables,
  };
}

/** The columns of the tables as data: one row a cell and measure. */
export function tidyColumns({ dimensions }: Tabulation): string[] {
  const names = dimensions.map(({ name }) => name.toUpperCase());
  return ['TABLE', ...names.flatMap((name) => [name, `${name}_LEVEL`]), 'MEASURE', 'VALUE'];
}

function levelsOf(dimension: Tabulation['dimensions'][number]): LevelSpec[] {
  const { name, levels, groupings } = dimension;
  return [
    { name: finestLevel(dimension), column: levelColumn(name, undefined), groups: [] },
    ...levels.map((level) => ({ name: level, column: levelColumn(name, level), groups: [] })),
    ...Object.entries(groupings).map(([grouping, groups]) => ({
      name: grouping,
      column: undefined,
      groups: Object.entries(groups).map(([label, members]) => ({ label, members })),
    })),
  ];
}

const COUNTED = { people: 'People', rows: 'Records' } as const;

function measureOf(measure: Measure): MeasureSpec {
  const { name } = measure;
  const title = measure.title ?? titleOf(measure);
  switch (measure.kind) {
    case 'count':
      return { name, title, kind: 'count', of: measure.of };
    case 'percentage':
      return { name, title, kind: 'percentage', of: measure.of, within: measure.within };
    case 'rate':
      return { name, title, kind: 'rate', of: measure.of, over: measure.over, per: measure.per };
    case 'sum':
    case 'mean':
    case 'median':
      return { name, title, kind: measure.kind, column: measureColumn(name), from: measure.from };
  }
}

function titleOf(measure: Measure): string {
  switch (measure.kind) {
    case 'count':
      return COUNTED[measure.of];
    case 'percentage':
      return `${COUNTED[measure.of]}, per cent${measure.within.length === 0 ? '' : ` within ${measure.within.join(', ')}`}`;
    case 'rate':
      return `${COUNTED[measure.of]} per ${measure.per.toLocaleString('en-GB')} ${COUNTED[measure.over].toLowerCase()}`;
    case 'sum':
    case 'mean':
    case 'median':
      return `${measure.from.toUpperCase()}, ${measure.kind}`;
  }
}

/** `by-age-and-sex` -> `By age and sex` */
function spoken(name: string): string {
  const words = name.replaceAll(/[-_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
