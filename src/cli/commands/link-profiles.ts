import type { LinkSession } from '../../engine/link-session.ts';
import { compareProfiles } from '../../linkage/profiles/compare-profiles.ts';
import { linkByProfile, type Profile, type ProfileInput, type ProfileLinks } from '../../linkage/profiles/profile.ts';
import { formatTable } from '../table.ts';
import type { CommandContext } from './command-context.ts';
import type { LinkFlags } from './link-flags.ts';

/** Links by one profile, or by two to compare them, and writes what was found. */
export async function linkByProfiles(
  { database, write }: LinkSession,
  { reporter, now }: CommandContext,
  sides: Omit<ProfileInput, 'thisYear'>,
  { profile, compare, out }: LinkFlags,
): Promise<void> {
  const thisYear = now().getUTCFullYear();
  const one = await linksOf(profile);
  if (compare === undefined) {
    await write(one.rows, out);
    const rows: [string, number][] = one.steps.map(({ step, rows: count }) => [step, count]);
    reporter.result(formatTable([`profile ${profile}`, 'rows'], [...rows, ['links', one.links]]), {
      profile,
      links: one.links,
      steps: Object.fromEntries(rows),
      out,
    });
    return;
  }
  const other = await linksOf(compare);
  const { rows, counts } = await compareProfiles(database, one.table, other.table, [profile, compare]);
  await write(rows, out);
  reporter.result(
    formatTable(
      [`${profile} and ${compare}`, 'records'],
      counts.map(({ agreement, records }) => [agreement, records]),
    ),
    {
      profile,
      compare,
      records: Object.fromEntries(counts.map(({ agreement, records }) => [agreement, records])),
      out,
    },
  );

  async function linksOf(which: Profile): Promise<ProfileLinks> {
    reporter.event({ kind: 'step', step: `link by the profile ${which}` });
    return linkByProfile(database, which, { ...sides, thisYear });
  }
}
