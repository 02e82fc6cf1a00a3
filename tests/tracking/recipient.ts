import { expect } from 'vitest';
import type { TestWorkspace } from '../support/make-workspace.ts';
import { deliveredReports, type ReportRow } from './study.ts';

/** What a recipient has made of the reports: the last values of each event, by study id; registrations by event id. */
export interface Known {
  reported: boolean;
  readonly events: Map<string, string>;
  readonly registrations: Map<string, string>;
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  DEATH: ['death_status', 'date_of_death'],
  REMOVAL: ['reason_for_removal'],
  PRACTICE: ['gp_practice_code'],
  AREA: ['postcode'],
  NHS_NUMBER: ['nhs_number'],
};

function learn(known: Map<string, Known>, report: string, rows: readonly ReportRow[]): void {
  const before = new Set(known.keys());
  for (const row of rows) {
    const study = row['STUDY_ID'] ?? '';
    if (!known.has(study)) known.set(study, { reported: true, events: new Map(), registrations: new Map() });
    const of = known.get(study) as Known;
    const { EVENT: event = '', CHANGE: change = '', EVENT_ID: id = '' } = row;
    if (event === 'NO_LONGER_REPORTED') {
      expect(before.has(study) && of.reported, 'only who was reported on can be no longer').toBe(true);
      of.reported = false;
    } else if (event === 'REPORTED_AGAIN') {
      expect(of.reported).toBe(false);
      of.reported = true;
    } else if (report.startsWith('CAUSE_OF_DEATH')) {
      const values = change === 'ended' ? undefined : `${row['REG_DATE']} ${row['S_UNDERLYING_COD_ICD10']}`;
      expect(of.registrations.get(id), 'nothing is told twice').not.toBe(values);
      expect(of.registrations.has(id), `${change} of what is known`).toBe(change !== 'new');
      if (values === undefined) of.registrations.delete(id);
      else of.registrations.set(id, values);
    } else if (change === 'ended') {
      const ended = event === 'RE_ENTRY' ? 'REMOVAL' : event;
      expect(of.events.has(ended), `an end of ${ended} that was told`).toBe(true);
      of.events.delete(ended);
    } else {
      const values = (VALUES[event] ?? []).map((name) => row[name]).join(' ');
      expect(of.events.get(event), 'nothing is told twice').not.toBe(values);
      if (change === 'corrected') expect(of.events.has(event)).toBe(true);
      of.events.set(event, values);
    }
  }
}

/**
 * A recipient who reads every file that arrived and was not withdrawn, in order, and is surprised by what they know
 * already, by corrections of what they do not, and by whatever comes after the last word on somebody.
 */
export async function recipientOf(
  study: TestWorkspace,
  withdrawn: ReadonlySet<string>,
  out?: string,
): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  for (const [file, { report, rows }] of await deliveredReports(study, out))
    if (!withdrawn.has(file) && (report === 'EVENT_NOTIFICATION' || report.startsWith('CAUSE_OF_DEATH')))
      learn(known, report, rows);
  return known;
}
