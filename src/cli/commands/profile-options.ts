import { Option } from 'commander';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { PROFILES, type Profile } from '../../linkage/profiles/profile.ts';

/** By which profile a command works, and by which other it does so too. */
export interface ProfileFlags {
  readonly profile: Profile;
  readonly compare?: Profile;
}

export function profileOption(verb: 'link' | 'trace'): Option {
  return new Option('--profile <name>', `${verb} by this program’s model, or by the rules of a national service`)
    .choices(PROFILES)
    .default('dars');
}

export function compareOption(description: string): Option {
  return new Option('--compare <profile>', description).choices(PROFILES);
}

/** Throws a Fault of usage where a profile is compared with itself. */
export function checkCompared({ profile, compare }: ProfileFlags, code: string): void {
  if (profile === compare)
    throw new Fault(ExitCode.usage, code, 'a profile was to be compared with itself', { hint: 'name another' });
}

/** Throws a Fault of usage for the first of `names` that is given: the model of the profile dars alone understands them. */
export function checkModelOptions<Flags extends object>(
  flags: Flags,
  names: readonly (keyof Flags & string)[],
  code: string,
  hint: string,
): void {
  const odd = names.find((name) => flags[name] !== undefined);
  if (odd === undefined) return;
  const option = odd.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new Fault(ExitCode.usage, code, `--${option} goes with the profile dars alone`, { hint });
}
