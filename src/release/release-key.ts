import { parseAgreementReference } from '../kernel/agreement-reference.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { keyCheck } from '../kernel/pseudonym.ts';
import type { AgreementKey } from '../keys/key-provider.ts';
import { type Intended, isKind, type ReleasedFile } from '../ledger/entries.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { World } from '../release.ts';

interface PastKey {
  readonly version: number;
  readonly check: string | undefined;
}

/** The version of the key that an agreement's tokens have been made with; undefined before its first release. */
export function pastKey(entries: readonly Entry[], stem: string): PastKey | undefined {
  return latestKey(entries, stem, ({ identifiability }) => identifiability === 'pseudonymised');
}

/** Whether what a file says, or what is remembered of it, joins to other releases only by the same key. */
export function keepsKey({ identifiability, tells }: Pick<ReleasedFile, 'identifiability' | 'tells'>): boolean {
  return identifiability === 'pseudonymised' || tells !== undefined;
}

function latestKey(
  entries: readonly Entry[],
  stem: string,
  isMade: (file: ReleasedFile) => boolean,
): PastKey | undefined {
  const given = new Set(entries.filter((entry) => isKind(entry, 'abandoned')).map(({ release }) => release));
  const made = entries.filter(
    (entry): entry is Entry<Intended> =>
      isKind(entry, 'intended') &&
      !given.has(entry.release) &&
      parseAgreementReference(entry.agreement)?.stem === stem &&
      entry.files.some(isMade),
  );
  // Releases of before there were versions were made with the first.
  const latest = made.at(-1);
  return latest === undefined ? undefined : { version: latest.key?.version ?? 1, check: latest.key?.check };
}

/**
 * The key of an agreement: the version that its first release was made with, for as long as it lives, so that tokens of
 * all its releases join, and tracking knows what it told. Another key under the same version is a Fault (exit 12): tokens would look right and join nothing.
 */
export async function releaseKey(
  stem: string,
  entries: readonly Entry[],
  { keys }: Pick<World, 'keys'>,
): Promise<AgreementKey> {
  const past = latestKey(entries, stem, keepsKey);
  const found = await keys.agreementKey(stem, past?.version);
  if (past?.check !== undefined && keyCheck(found.key) !== past.check) {
    throw new Fault(
      ExitCode.refused,
      'key-changed',
      `version ${found.version} of keys.pseudonym is not the key that earlier releases of ${stem} were made with`,
      { hint: 'the recipient could not join them; put the earlier key back, and give a new one a version of its own' },
    );
  }
  return found;
}
