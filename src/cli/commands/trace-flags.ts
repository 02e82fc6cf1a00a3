import type { Profile } from '../../linkage/profiles/profile.ts';

/** The options of `dars trace`. */
export interface TraceFlags {
  readonly profile: Profile;
  readonly compare?: Profile;
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
