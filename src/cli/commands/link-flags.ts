import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import type { ClericalBand } from '../../linkage/clerical.ts';
import type { SideFlags } from './link-side.ts';
import { checkCompared, checkModelOptions, type ProfileFlags } from './profile-options.ts';

/** The options of `dars link`. */
export interface LinkFlags extends ProfileFlags {
  readonly aId?: string;
  readonly bId?: string;
  readonly a?: string;
  readonly b?: string;
  readonly aHistory?: string | true;
  readonly bHistory?: string | true;
  readonly dedupe?: boolean;
  readonly out: string;
  readonly all?: number | boolean;
  readonly threshold?: number;
  readonly model?: string;
  readonly saveModel?: string;
  readonly report?: string;
  readonly explain?: string;
  readonly clerical?: string;
  readonly band?: ClericalBand;
  readonly withValues?: boolean;
  readonly decisions?: string;
  readonly delimiter?: string;
  readonly memory: string;
  readonly threads?: number;
}

/** Whether a profile of rules has a say. */
export function isByRules({ profile, compare }: LinkFlags): boolean {
  return profile !== 'dars' || compare !== undefined;
}

export function sideFlags(flags: LinkFlags): readonly [SideFlags, SideFlags] {
  const { delimiter } = flags;
  return [
    { id: flags.aId, mapping: flags.a, history: flags.aHistory, delimiter },
    { id: flags.bId, mapping: flags.b, history: flags.bHistory, delimiter },
  ];
}

/** Options that only the model of the profile dars understands. */
const OF_THE_MODEL = [
  'all',
  'threshold',
  'model',
  'saveModel',
  'report',
  'explain',
  'clerical',
  'decisions',
] as const satisfies readonly (keyof LinkFlags)[];

/** Throws a Fault of usage for options that don't go together. */
export function checkFlags(b: string | undefined, flags: LinkFlags): void {
  const usage = (message: string, hint: string): Fault => new Fault(ExitCode.usage, 'link-options', message, { hint });
  if (b === undefined && flags.dedupe !== true) {
    throw usage('one file and no --dedupe', 'name a second file, or add --dedupe to find who is in it twice');
  }
  if (b !== undefined && flags.dedupe === true) {
    throw usage('--dedupe takes one file', 'join them into one first, or leave --dedupe out to link them');
  }
  if (isByRules(flags)) {
    if (b === undefined) throw usage('profiles of rules link two files', 'name PDS, or what stands for it, as B');
    checkCompared(flags, 'link-options');
    checkModelOptions(flags, OF_THE_MODEL, 'link-options', 'leave it out, or leave out --profile and --compare');
  }
  if (b === undefined && [flags.b, flags.bId, flags.bHistory].some((flag) => flag !== undefined)) {
    throw usage('--b, --b-id and --b-history want a second file', 'with --dedupe there is only A');
  }
  for (const [side, id, history] of [
    ['a', flags.aId, flags.aHistory],
    ['b', flags.bId, flags.bHistory],
  ]) {
    if (history !== undefined && id === undefined) {
      throw usage(`--${side}-history wants --${side}-id`, 'the column that says whose history a row is of');
    }
  }
}
