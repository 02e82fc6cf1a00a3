import { z } from 'zod';
import { count, sha256, text } from './release-terms.ts';

/** A request to turn tokens back into numbers met every rule; appended before anything is computed. */
export type ReidentificationGranted = {
  readonly kind: 'reidentification-granted';
  /** As the request calls itself, and the SHA-256 of its bytes, which were signed. */
  readonly request: string;
  readonly sha256: string;
  /** The agreement's stem: tokens do not change between its versions. */
  readonly agreement: string;
  readonly requester: { readonly name: string; readonly fingerprint: string };
  readonly approvers: readonly { readonly name: string; readonly fingerprint: string }[];
  readonly reason: string;
  readonly legal_basis: string;
  readonly tokens: number;
  readonly key_version: number;
  readonly by: string;
};

/** It did not; nothing was computed. */
export type ReidentificationRefused = {
  readonly kind: 'reidentification-refused';
  readonly request: string;
  readonly sha256: string;
  readonly refusals: readonly { readonly code: string; readonly message: string }[];
  readonly by: string;
};

/** The answer was made, encrypted to the requester: how many of the tokens it could tell, and the digest of what left. */
export type Reidentified = {
  readonly kind: 'reidentified';
  readonly request: string;
  readonly sha256: string;
  readonly found: number;
  readonly answer_sha256: string;
  readonly by: string;
};

const named = z.strictObject({ name: text, fingerprint: text });

export const reidentificationBodies = {
  'reidentification-granted': z.strictObject({
    kind: z.literal('reidentification-granted'),
    request: text,
    sha256,
    agreement: text,
    requester: named,
    approvers: z.array(named).min(2),
    reason: text,
    legal_basis: text,
    tokens: count.min(1),
    key_version: count.min(1),
    by: text,
  }),
  'reidentification-refused': z.strictObject({
    kind: z.literal('reidentification-refused'),
    request: text,
    sha256,
    refusals: z.array(z.strictObject({ code: text, message: text })).min(1),
    by: text,
  }),
  reidentified: z.strictObject({
    kind: z.literal('reidentified'),
    request: text,
    sha256,
    found: count,
    answer_sha256: sha256,
    by: text,
  }),
} as const;
