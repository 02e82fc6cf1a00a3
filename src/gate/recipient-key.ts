import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { problemAt } from '../kernel/document.ts';
import type { Refusal } from './refusal.ts';

/** What looking at the recipient's key found (see the encryptor port); no defects means that it can be used today. */
export interface RecipientKeyFacts {
  readonly defects: readonly ('absent' | 'fingerprint' | 'expired' | 'revoked' | 'cannot-encrypt' | 'private')[];
}

const SENTENCES = {
  absent: 'the recipient’s key is missing or is not an OpenPGP public key',
  fingerprint: 'the recipient’s key has another fingerprint than the agreement names',
  expired: 'the recipient’s key has expired',
  revoked: 'the recipient’s key was revoked',
  'cannot-encrypt': 'the recipient’s key has no part that can encrypt today',
  private: 'the file holds the recipient’s private key, which nobody but the recipient may have',
} as const;

export function recipientKeyRefusals({ document }: LoadedAgreement, facts: RecipientKeyFacts): Refusal[] {
  return facts.defects.map((defect) =>
    problemAt(
      document,
      ['recipient', defect === 'fingerprint' ? 'openpgp_fingerprint' : 'key'],
      `recipient-key-${defect}`,
      SENTENCES[defect],
      'ask the recipient for their present public key and compare its fingerprint by another way than e-mail',
    ),
  );
}
