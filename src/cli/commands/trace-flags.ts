import type { ProfileFlags } from './profile-options.ts';

/** The options of `dars trace`. */
export interface TraceFlags extends ProfileFlags {
  readonly agreement?: string;
  readonly check?: boolean;
  readonly validation?: string;
  readonly out?: string;
  readonly clerical?: string;
  readonly decisions?: string;
  readonly report?: string;
  readonly saveModel?: string;
  readonly withNumbers?: boolean;
}
