import { monthLabel } from '../../kernel/date-range.ts';
import { type Html, html, number } from '../../kernel/html.ts';
import type { RegisterRow } from '../register-row.ts';
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

/** Rows of the register, the newest first. Withdrawn ones are struck through, with the reason. */
export function rowTable(
  caption: string,
  rows: readonly RegisterRow[],
  columns: readonly Column[],
  model: SiteModel,
): Html {
  const newest = rows.map((row, index) => ({ row, index }));
  newest.sort((a, b) =>
    a.row.released.to === b.row.released.to ? b.index - a.index : a.row.released.to < b.row.released.to ? 1 : -1,
  );
  const shown = newest.slice(0, MOST).map(({ row }) => row);
  const cells = shown.map((row) => columns.map((column) => cell(row, column, model)));
  return html`${dataTable(
    caption,
    columns.map((column) => HEADS[column]),
    cells,
  )}
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
      return html`<a href="../organisation/${organisations.get(values.organisation)?.slug ?? ''}.html">${values.organisation}</a>`;
    case 'agreement':
      return html`${values.agreement}`;
    case 'dataset':
      return html`<a href="../dataset/${datasets.get(values.dataset)?.slug ?? ''}.html">${values.dataset}</a>`;
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
