import { PDS } from '../catalogue/catalogue.ts';
import { and, coalesce, column, truth } from '../relation/expression.ts';
import { filter, join, type Named, project, type Relation, table } from '../relation/relation.ts';
import { finished, ofRecord } from './column-values.ts';
import { currentPeople, place, Tables } from './compile.ts';
import { type FilePlan, type OutputColumn, stepOf } from './plan.ts';
import { inPeriods, inRows, read_ } from './row-conditions.ts';

/** The name of a part of the key by which a row of a dataset is known again. */
export const keyColumn = (index: number): string => `#key ${index}`;

/** What a report may tell of today, before it is held against what was told. */
export interface CompiledReport {
  /**
   * A row for everything that the sources have of a member: `#study`, `#member`, `#sensitive`, the columns of the
   * output, and for rows of a dataset the parts of their key.
   */
  readonly rows: Relation<'identified'>;
  /** How many parts the key has. */
  readonly keys: number;
  readonly columns: readonly OutputColumn[];
}

/** The rows of a tracking report. Pure. `lacks` names columns that the dataset's source lacks. */
export function compileReport(file: FilePlan, lacks: readonly string[]): CompiledReport {
  const read = stepOf(file.steps, 'read');
  const resolve = stepOf(file.steps, 'resolve');
  const columns = stepOf(file.steps, 'minimise')?.columns ?? [];
  if (read === undefined || resolve === undefined) throw new Error('a report without its source was let through');
  const participants = project(table(Tables.participants(file.product)), [
    own('#study'),
    { name: '#member', value: column('#participant') },
  ]);
  if (file.dataset === PDS) {
    const wanted = read.columns.filter(({ name }) => name !== 'nhs_number' && name !== 'confidentiality');
    const people = project(currentPeople([...wanted, { name: 'nhs_number', type: 'text' }]), [
      own('#person'),
      own('#sensitive'),
      ...read.columns
        .filter(({ name }) => name !== 'confidentiality')
        .map(({ name }) => ({ name: read_(name), value: column(name) })),
      ...columns.map((each) => ({ name: each.name, value: ofRecord(each) })),
    ]);
    const chosen = filter(people, inRows(file.steps, read.columns));
    const joined = join('inner', chosen, participants, '#m', [[column('#person'), '#member']]);
    const rows = project(joined, [
      own('#study'),
      own('#member'),
      own('#sensitive'),
      ...columns.map(({ name }) => own(name)),
    ]);
    return { rows, keys: 0, columns };
  }
  const key = (stepOf(file.steps, 'tell')?.key ?? []).filter((name) => !lacks.includes(name));
  const there = read.columns.filter(({ name }) => !lacks.includes(name));
  const selected = filter(
    place(read.dataset, there, resolve.key),
    and(inPeriods(file.steps, read.columns), inRows(file.steps, read.columns)),
  );
  const ofMembers = join('inner', selected, participants, '#m', [[column('#candidate'), '#member']]);
  const sensitive = join('left', ofMembers, project(currentPeople([]), [own('#person'), own('#sensitive')]), '#p', [
    [column('#member'), '#person'],
  ]);
  const rows = project(sensitive, [
    own('#study'),
    own('#member'),
    { name: '#sensitive', value: coalesce(column('#sensitive'), truth(false)) },
    ...key.map((name, index) => ({ name: keyColumn(index), value: column(read_(name)) })),
    ...columns.map((each) => ({ name: each.name, value: finished(each, resolve.demographics, read) })),
  ]);
  return { rows, keys: key.length, columns };
}

function own(name: string): Named {
  return { name, value: column(name) };
}
