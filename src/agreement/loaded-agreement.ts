import type { AgreementReference } from '../kernel/agreement-reference.ts';
import type { Document } from '../kernel/document.ts';
import type { Agreement } from './agreement-schema.ts';

/** An agreement version together with the file that it was read from. */
export interface LoadedAgreement {
  readonly agreement: Agreement;
  readonly reference: AgreementReference;
  readonly document: Document;
}
