/** A flow of data, in the register's words or in ours: both spell the law so that it can be told apart. */
export interface DataFlow {
  readonly identifiability: string;
  readonly commonLawDuty: string;
  readonly legalBasis: string;
}

export interface OptOutDuty {
  /** Whether policy requires that national data opt-outs are applied to the flow. */
  readonly required: boolean;
  /** Why, as the register words it. */
  readonly reason: string;
}

export const UPHELD = 'patient objections upheld';

/**
 * Whether national data opt-outs must be applied (operational policy, chapter 6): to confidential patient information
 * that flows with support under section 251 (s251 of the NHS Act 2006, s261(7) of the Health and Social Care Act 2012)
 * and not to what is anonymised in line with the ICO's code, to what flows with consent, or to what a statute or a
 * notice under the COPI regulations requires. Of the 5,079 rows of the real register of February 2021, 5,049 say what
 * this rule says; the others are exemptions by name, and opt-outs applied beyond what is required.
 */
export function optOutDuty({ identifiability, commonLawDuty, legalBasis }: DataFlow): OptOutDuty {
  if (!/^identifiable$/i.test(identifiability.trim()))
    return { required: false, reason: 'data flow is not identifiable' };
  if (/section.251/i.test(commonLawDuty) || /s251|261\(7\)/.test(legalBasis)) return { required: true, reason: UPHELD };
  const law = `${commonLawDuty} ${legalBasis}`;
  if (/consent/i.test(commonLawDuty) && !/without consent/i.test(commonLawDuty))
    return { required: false, reason: 'consent provided by participants of research study' };
  if (/statutory|regulation|copi/i.test(law))
    return { required: false, reason: 'Statutory exemption to flow confidential data without consent' };
  return { required: false, reason: 'the flow is not of confidential patient information' };
}

/** What an agreement says of opt-outs: they are applied, or they are not, for a reason that is published. */
export type OptOutPolicyWords =
  | { readonly apply: true }
  | { readonly apply: false; readonly exempt: string; readonly because: string };

/**
 * What the register's column "Patient Opt-Outs applied" says of a file: `Yes - …` or `No - …`, with the reason. It tells
 * what was done: opt-outs are applied unless the agreement exempts the dataset, also where policy would not require it.
 */
export function optOutAnswer(flow: DataFlow, policy: OptOutPolicyWords): string {
  if (!policy.apply) return `No - ${policy.exempt}: ${policy.because}`;
  const { required, reason } = optOutDuty(flow);
  if (required) return `Yes - ${UPHELD}`;
  const though =
    reason === 'data flow is not identifiable' ? 'the data flow is not identifiable' : `not required: ${reason}`;
  return `Yes - ${UPHELD}, though ${though}`;
}

/** Whether an answer of the register says that opt-outs were applied. */
export function saysApplied(answer: string): boolean {
  return /^\s*yes\b/i.test(answer);
}
