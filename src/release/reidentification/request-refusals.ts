import type { CalendarDate } from '../../kernel/calendar-date.ts';
import { isKind } from '../../ledger/entries.ts';
import type { Entry } from '../../ledger/ledger.ts';
import type { ReidentificationRequest } from './request.ts';

/** Somebody whom dars.yaml names, with their public key. */
export interface NamedKey {
  readonly name: string;
  readonly fingerprint: string;
  /** Undefined where it can't be read. */
  readonly armoured: string | undefined;
}

/** What is decided on; nothing else. */
export interface RequestFacts {
  readonly request: ReidentificationRequest;
  readonly sha256: string;
  readonly today: CalendarDate;
  readonly cap: number;
  /** Who made each of the signatures that came along; undefined for one that is nobody's, or not over these bytes. */
  readonly signers: readonly (NamedKey | undefined)[];
  readonly requester: NamedKey | undefined;
  /** Why the requester's key can't be encrypted to; empty where it can. */
  readonly keyDefects: readonly string[];
  readonly hasReleased: boolean;
  readonly entries: readonly Entry[];
}

export interface RequestRefusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Every reason not to answer, all at once; none means yes. Pure. */
export function requestRefusals(facts: RequestFacts): RequestRefusal[] {
  const { request, signers, requester } = facts;
  const refusals: RequestRefusal[] = [];
  const refuse = (code: string, message: string, hint: string): void => {
    refusals.push({ code, message, hint });
  };
  if (signers.some((signer) => signer === undefined)) {
    refuse(
      'bad-signature',
      'a signature is not of a named approver, or not over this request as it stands',
      'sign the file as it is, after its last change: gpg --armor --detach-sign REQUEST',
    );
  }
  const approvers = approversOf(signers, requester);
  if (approvers.length < 2) {
    refuse(
      'two-approvers',
      `${approvers.length === 0 ? 'nobody has' : 'only one person has'} approved it; two named approvers must, other than the requester`,
      'give two signatures, of two people: --signature A.asc B.asc',
    );
  }
  if (requester === undefined) {
    refuse('requester', 'the requester is not one that dars.yaml names', 'see reidentification.requesters');
  } else if (facts.keyDefects.length > 0) {
    refuse(
      'requester-key',
      `the requester’s key can’t be encrypted to: ${facts.keyDefects.join(', ')}`,
      'see reidentification.requesters',
    );
  }
  if (request.tokens.length > facts.cap) {
    refuse('cap', `it names ${request.tokens.length} tokens; ${facts.cap} are allowed`, 'see reidentification.cap');
  }
  if (request.valid_until < facts.today) {
    refuse('lapsed', `it could be answered until ${request.valid_until}`, 'ask again, and have it signed again');
  }
  if (!facts.hasReleased) {
    refuse('no-release', `nothing pseudonymised was released under ${request.agreement}`, 'is it another agreement’s?');
  }
  if (isAnswered(facts)) {
    refuse('answered', `request ${request.request} was answered before`, 'ask again under another name');
  }
  return refusals;
}

/** Two signatures of one person are one approval, and nobody approves what they ask for. */
export function approversOf(signers: readonly (NamedKey | undefined)[], requester: NamedKey | undefined): NamedKey[] {
  const distinct = new Map(signers.filter((each) => each !== undefined).map((each) => [plain(each.fingerprint), each]));
  return [...distinct.values()].filter(
    ({ name, fingerprint }) =>
      requester === undefined || (name !== requester.name && plain(fingerprint) !== plain(requester.fingerprint)),
  );
}

/** A request is answered once, whatever became of its name or its bytes. */
export function isAnswered({
  request,
  sha256,
  entries,
}: Pick<RequestFacts, 'request' | 'sha256' | 'entries'>): boolean {
  return entries.some(
    (entry) => isKind(entry, 'reidentified') && (entry.request === request.request || entry.sha256 === sha256),
  );
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(/\s/g, '').toUpperCase();
}
