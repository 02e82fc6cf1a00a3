import { monthLabel } from '../../kernel/date-range.ts';
import { type Html, html, number } from '../../kernel/html.ts';
import type { RegisterRow } from '../register-row.ts';
import { again } from '../store/again.ts';
import { answerMark, dataTable } from './parts.ts';
import type { SiteModel } from './site-model.ts';

/** As many as a page can bear; the CSV files have all. */
const MOST = 500;

type Column = 'row' | 'month' | 'organisation' | 'agreement' | 'dataset' | 'form' | 'opt-outs';

const HEADS: Readonly<Record<Column, string>> = {
  row: 'File or row',
  month: 'Month',
  organisation: 'Organisation',
  agreement: 'Agreement',
  dataset: 'Dataset',
  form: 'Type of data',
  'opt-outs': 'Opt-outs',
};

/** Rows of the register by their numbers, the newest first. Withdrawn ones are struck through, with the reason. */
export function* rowTable(
  caption: string,
  rows: Int32Array,
  columns: readonly Column[],
  model: SiteModel,
): Generator<Html> {
  const { register, periods, periodOf } = model.indexed;
  const lastDay = (row: number): string => periods[periodOf[row] ?? -1]?.to ?? '';
  const newest = rows.slice().sort((a, b) => {
    const [x, y] = [lastDay(a), lastDay(b)];
    return x === y ? b - a : x < y ? 1 : -1;
  });
  const cells = again(function* () {
    for (const number of newest.subarray(0, MOST)) {
      const row = register.row(number);
      yield columns.map((column) => cell(row, column, model));
    }
  });
  yield* dataTable(
    caption,
    columns.map((column) => HEADS[column]),
    cells,
  );
  yield html`
${rows.length > MOST ? html`<p class="quiet">The newest ${number(MOST)} of ${number(rows.length)} are shown; <a href="../data-uses-register.DataReleases.csv" download>the CSV file has all</a>.</p>` : undefined}`;
}

function cell(row: RegisterRow, column: Column, { organisations, datasets }: SiteModel): Html {
  const { values, released } = row;
  switch (column) {
    case 'row':
      return identified(row);
    case 'month': {
      const [from, to] = [monthLabel(released.from), monthLabel(released.to)];
      return html`<span class="ref">${from === to ? to : `${from} to ${to}`}</span>`;
    }
    case 'organisation':
      return html`<a href="../organisation/${organisations.slugOf(values.organisation) ?? ''}.html">${values.organisation}</a>`;
    case 'agreement':
      return html`${values.agreement}`;
    case 'dataset':
      return html`<a href="../dataset/${datasets.slugOf(values.dataset) ?? ''}.html">${values.dataset}</a>`;
    case 'form':
      return html`${values.identifiability}${values.sensitive === '' ? '' : `, ${values.sensitive.toLowerCase()}`}`;
    case 'opt-outs':
      return answerMark(values.opt_outs);
  }
}

function identified({ id, withdrawn, amendments, late, replaces, replacedBy, values }: RegisterRow): Html {
  const notes = [
    withdrawn === undefined ? undefined : html`withdrawn: ${withdrawn.reason}`,
    amendments.length === 0 ? undefined : html`amended`,
    late === undefined ? undefined : html`added late`,
    replacedBy === undefined ? undefined : html`replaced by ${replacedBy}`,
    replaces === undefined ? undefined : html`in place of ${replaces.id}`,
    values.frequency === 'System Access' ? html`system access` : undefined,
  ].filter((note) => note !== undefined);
  const name = withdrawn === undefined ? html`${id}` : html`<del>${id}</del>`;
  return html`${name}${notes.map((note) => html` <span class="tag">${note}</span>`)}`;
}
