import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { CalendarDate } from '../kernel/calendar-date.ts';
import { problemAt } from '../kernel/document.ts';
import type { Refusal } from './refusal.ts';
import { sameName } from './same-name.ts';

/**
 * Every organisation that will hold the data (applicant, controllers, processors) has a security assurance that has
 * not lapsed; a DSPT counts only with standards met or exceeded. (DARS standard 2a.)
 */
export function securityRefusals({ agreement, document }: LoadedAgreement, today: CalendarDate): Refusal[] {
  const holders = [agreement.applicant, ...agreement.controllers, ...agreement.processors].map(({ name }) => name);
  const distinct = holders.filter((holder, index) => holders.findIndex((other) => sameName(other, holder)) === index);
  return distinct
    .filter(
      (holder) =>
        !agreement.security.some(
          (assurance) =>
            sameName(assurance.organisation, holder) &&
            assurance.valid_to >= today &&
            (assurance.kind !== 'DSPT' || /^standards (met|exceeded)$/i.test(assurance.outcome ?? '')),
        ),
    )
    .map((holder) =>
      problemAt(
        document,
        ['security'],
        'security-lapsed',
        `${holder} has no security assurance in force on ${today}`,
        'a DSPT with standards met, an ISO 27001 certificate or a reviewed system level security policy',
      ),
    );
}
