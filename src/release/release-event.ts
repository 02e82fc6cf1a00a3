/** What a release reports as it goes; never a value of a patient. */
export type ReleaseEvent =
  | {
      readonly kind: 'step';
      readonly step: string;
      readonly pipeline?: string;
      readonly release?: string;
      readonly product?: string;
      readonly dataset?: string;
      /** Where a step is done in several parts, which of them is begun, from 1. */
      readonly part?: { readonly number: number; readonly of: number };
    }
  | {
      readonly kind: 'progress';
      readonly step: string;
      readonly done: number;
      readonly of: number;
      readonly rows: number;
    }
  | {
      readonly kind: 'transfer';
      readonly release: string;
      readonly file: string;
      readonly bytes: number;
      readonly sent: number;
    };
