import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { isLaterVersion } from '../kernel/agreement-reference.ts';
import type { CalendarDate } from '../kernel/calendar-date.ts';
import { problemAt } from '../kernel/document.ts';
import type { Refusal } from './refusal.ts';
import { sameName } from './same-name.ts';

/** Signed by every party, begun, not over, and not superseded. (DARS standard 1: not effective until all have signed.) */
export function inForceRefusals(
  loaded: LoadedAgreement,
  all: readonly LoadedAgreement[],
  custodian: string,
  today: CalendarDate,
): Refusal[] {
  const { agreement, document, reference } = loaded;
  const refusals: Refusal[] = unsignedParties(loaded, custodian, today).map((party) =>
    problemAt(
      document,
      ['signatures'],
      'unsigned',
      `the agreement is not signed by ${party}`,
      'every party signs before data may be released',
    ),
  );
  const { start, end } = agreement.term;
  if (today < start) {
    refusals.push(
      problemAt(
        document,
        ['term', 'start'],
        'not-started',
        `the agreement starts on ${start}; today is ${today}`,
        'nothing may be released before that day',
      ),
    );
  }
  if (today > end) {
    refusals.push(
      problemAt(
        document,
        ['term', 'end'],
        'expired',
        `the agreement ended on ${end}; today is ${today}`,
        'it needs a renewal with a new version',
      ),
    );
  }
  const later = all
    .filter((other) => other.reference.stem === reference.stem && isLaterVersion(other.reference, reference))
    .find((other) => isInForce(other, custodian, today));
  if (later !== undefined) {
    refusals.push(
      problemAt(
        document,
        ['reference'],
        'superseded',
        `${reference.text} is superseded by ${later.reference.text}, which is in force`,
        `point the pipeline at ${later.reference.text}`,
      ),
    );
  }
  return refusals;
}

function isInForce(loaded: LoadedAgreement, custodian: string, today: CalendarDate): boolean {
  const { start, end } = loaded.agreement.term;
  return start <= today && today <= end && unsignedParties(loaded, custodian, today).length === 0;
}

function unsignedParties({ agreement }: LoadedAgreement, custodian: string, today: CalendarDate): string[] {
  const parties = [agreement.applicant.name, ...agreement.controllers.map(({ name }) => name), custodian];
  const distinct = parties.filter((party, index) => parties.findIndex((other) => sameName(other, party)) === index);
  return distinct.filter(
    (party) => !agreement.signatures.some((signature) => sameName(signature.party, party) && signature.on <= today),
  );
}
