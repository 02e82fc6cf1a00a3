/** The reports of a tracking product, as the service's own are called (Medical Research Information Service). */
export const reportKinds = [
  'event-notification',
  'cause-of-death',
  'registrations',
  'current-status',
  'list-cleaning',
] as const;
export type ReportKind = (typeof reportKinds)[number];

/** The dataset that a report is made of; undefined where the pipeline has to name one. */
export function datasetOfReport(report: ReportKind): string | undefined {
  switch (report) {
    case 'event-notification':
    case 'current-status':
    case 'list-cleaning':
      return 'pds';
    case 'cause-of-death':
      return 'deaths';
    case 'registrations':
      return undefined;
  }
}

/** Reports that tell what changed; the others tell everything each time. */
export function tellsChanges(report: ReportKind): boolean {
  return report !== 'current-status' && report !== 'list-cleaning';
}

/** What a PDS record can tell of a member over time. */
export type PdsEvent = 'DEATH' | 'REMOVAL' | 'PRACTICE' | 'AREA' | 'NHS_NUMBER' | 'IDENTITY';

/** Events that happen, and are corrected when their values change; the others are states that follow each other. */
export const OCCURRENCES: readonly PdsEvent[] = ['DEATH', 'REMOVAL'];

const EVENT_OF: Readonly<Record<string, PdsEvent>> = {
  date_of_death: 'DEATH',
  death_status: 'DEATH',
  reason_for_removal: 'REMOVAL',
  removal_date: 'REMOVAL',
  gp_practice_code: 'PRACTICE',
  address_line_1: 'AREA',
  address_line_2: 'AREA',
  address_line_3: 'AREA',
  address_line_4: 'AREA',
  address_line_5: 'AREA',
  postcode: 'AREA',
  nhs_number: 'NHS_NUMBER',
  family_name: 'IDENTITY',
  given_name: 'IDENTITY',
  other_given_name: 'IDENTITY',
  date_of_birth: 'IDENTITY',
  gender: 'IDENTITY',
};

/** The event that a PDS column tells of; undefined where its changes are none. */
export function eventOf(column: string): PdsEvent | undefined {
  return EVENT_OF[column.toLowerCase()];
}

/** Columns that a tracking report has besides those asked for, in order, before them. */
export function columnsOfReport(report: ReportKind): readonly string[] {
  if (tellsChanges(report)) return ['STUDY_ID', 'EVENT_ID', 'EVENT', 'CHANGE'];
  return report === 'list-cleaning' ? ['STUDY_ID', 'DIFFERS'] : ['STUDY_ID'];
}
