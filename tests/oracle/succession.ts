import { normaliseNhsNumber } from '../../src/kernel/nhs-number.ts';
import type { SourceTable } from './oracle-inputs.ts';
import { codeOf, readValue } from './values.ts';

interface PdsRecord {
  readonly number: string;
  readonly invalid: boolean;
  readonly superseded: boolean;
  /** The number that supersedes it; undefined also where what is written is no number. */
  readonly successor: string | undefined;
}

/** Who is who by PDS (design, section 4, step 3). Numbers are ten digits. */
export interface Succession {
  /** The current number of the person a number leads to; undefined where it leads to nobody. */
  personOf(number: string): string | undefined;
  /** Every number that succession joins with this one, whichever way it points, by whatever records. */
  treeOf(number: string): ReadonlySet<string>;
  /** Where succession from a number ends; of a circle its least number. */
  endOf(number: string): string;
}

/** Reads succession off the records of PDS. */
export function successionOf(pds: SourceTable): Succession {
  const records = pds.records.flatMap((record): PdsRecord[] => {
    const number = normaliseNhsNumber(record['nhs_number'] ?? '');
    const replacedBy = readValue(record, { name: 'replaced_by', type: 'text' });
    const invalid = codeOf(readValue(record, { name: 'confidentiality', type: 'text' })) === 'I';
    const successor = normaliseNhsNumber(replacedBy ?? '');
    return number === undefined ? [] : [{ number, invalid, superseded: replacedBy !== undefined, successor }];
  });
  const recordOf = new Map(records.map((record) => [record.number, record]));

  /** The numbers from one to where it ends, and whether it comes back to one of them. */
  const pathFrom = (number: string): { path: string[]; circle: string[] } => {
    const path = [number];
    for (;;) {
      const next = recordOf.get(path.at(-1) ?? '')?.successor;
      if (next === undefined) return { path, circle: [] };
      if (path.includes(next)) return { path, circle: path.slice(path.indexOf(next)) };
      path.push(next);
    }
  };

  return {
    personOf: (number) => {
      const { path, circle } = pathFrom(number);
      const end = recordOf.get(path.at(-1) ?? '');
      if (circle.length > 0 || end === undefined || end.superseded) return undefined;
      return path.some((each) => recordOf.get(each)?.invalid) ? undefined : end.number;
    },
    treeOf: (number) => {
      const tree = new Set([number]);
      for (let before = 0; before < tree.size; ) {
        before = tree.size;
        for (const { number: own, successor } of records) {
          if (successor === undefined) continue;
          if (tree.has(own) || tree.has(successor)) tree.add(own).add(successor);
        }
      }
      return tree;
    },
    endOf: (number) => {
      const { path, circle } = pathFrom(number);
      return [...circle].sort()[0] ?? path.at(-1) ?? number;
    },
  };
}
