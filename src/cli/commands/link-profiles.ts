import type { LinkSession } from '../../engine/link-session.ts';
import { link } from '../../linkage/link.ts';
import { linkRows } from '../../linkage/link-rows.ts';
import { compareProfiles } from '../../linkage/profiles/compare-profiles.ts';
import { linkByRules, type Profile, type RuleInput, type RuleLinks } from '../../linkage/profiles/profile.ts';
import { formatTable } from '../table.ts';
import type { CommandContext } from './command-context.ts';
import type { LinkFlags } from './link-flags.ts';

/** Links by one profile, or by two to compare them, and writes what was found. */
export async function linkByProfiles(
  { database, write }: LinkSession,
  { reporter, now }: CommandContext,
  sides: Omit<RuleInput, 'thisYear'>,
  { profile, compare, out }: LinkFlags,
): Promise<void> {
  const thisYear = now().getUTCFullYear();
  const one = await linksOf(profile);
  if (compare === undefined) {
    await write(`SELECT * FROM ${one.table}`, out);
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

  async function linksOf(which: Profile): Promise<RuleLinks> {
    reporter.event({ kind: 'step', step: `link by the profile ${which}` });
    if (which !== 'dars') return linkByRules(database, which, { ...sides, thisYear });
    const linkage = await link(database, { ...sides, thisYear, observe: () => {} });
    const table = '"#links dars"';
    await database.execute(
      `CREATE OR REPLACE TEMP TABLE ${table} AS ${await linkRows(database, linkage, undefined, sides.types)}`,
    );
    return { table, links: linkage.accepted, steps: [] };
  }
}
