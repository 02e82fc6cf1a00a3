import { z } from 'zod';
import { parseAgreementReference } from '../../kernel/agreement-reference.ts';
import { type Parsed, parseWith, readDocument } from '../../kernel/document.ts';
import { calendarDate, words } from '../../kernel/schema-parts.ts';

/** `DARS-NIC-147750-8GS7S`, or with a version, which makes no difference to tokens. */
const agreement = words
  .transform((text) => parseAgreementReference(text)?.stem ?? parseAgreementReference(`${text}-v1.0`)?.stem)
  .refine((stem) => stem !== undefined, 'expected a reference such as DARS-NIC-147750-8GS7S')
  .transform((stem) => stem ?? '');

const token = z
  .string({ error: 'expected a token, 32 hex digits' })
  .regex(/^[0-9A-F]{32}$/, 'expected a token: 32 hex digits in upper case');

/** A request to learn whom tokens stand for. Its bytes are what the approvers sign. */
const requestSchema = z
  .strictObject({
    request: z
      .string({ error: 'expected a name of letters, digits and hyphens' })
      .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, 'expected a name of letters, digits and hyphens')
      .describe('what the ledger calls it; each is answered once'),
    agreement: agreement.describe('whose tokens they are'),
    requester: words.describe('who is to be told, by the name in dars.yaml'),
    reason: words.describe('why; goes into the ledger, so without anything of a patient'),
    legal_basis: words,
    valid_until: calendarDate.describe('the last day on which it may be answered'),
    tokens: z
      .array(token)
      .min(1)
      .refine((list) => new Set(list).size === list.length, 'a token stands twice'),
  })
  .describe('a request to learn whom tokens stand for');

export type ReidentificationRequest = z.output<typeof requestSchema>;

export function parseRequest(text: string, file: string): Parsed<ReidentificationRequest> {
  const document = readDocument(text, file);
  return document.ok ? parseWith(requestSchema, document.value) : document;
}
