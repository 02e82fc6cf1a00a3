import type { LoggedEntry } from '../../ledger/log-leaf.ts';

/** What an entry says, short: the row that a reader of a register knows. */
export function entryInWords(entry: LoggedEntry): string {
  if (!('facts' in entry)) return `of the kind ${entry.kind}`;
  const { facts } = entry;
  switch (facts.kind) {
    case 'intended':
      return `${facts.files.map(({ file, dataset }) => `${file} (${dataset})`).join(', ')} to ${facts.recipient}`;
    case 'delivered':
      return `the delivery of release ${facts.release} on ${facts.day}`;
    case 'imported':
      return `row ${facts.cells[0] ?? ''} (${facts.cells[2] ?? ''} to ${facts.cells[1] ?? ''})`;
    case 'accessed':
      return `${facts.file} (${facts.title} for ${facts.organisation})`;
    case 'described':
      return `what was said of agreement ${facts.agreement}`;
    case 'amended':
      return `an amendment of ${facts.file ?? facts.agreement ?? ''}`;
    case 'withdrawn':
      return `the withdrawal of ${facts.file}`;
    case 'renamed':
      return `the renaming of ${facts.from}`;
    case 'edition':
      return `the imported edition ${facts.name}`;
  }
}
