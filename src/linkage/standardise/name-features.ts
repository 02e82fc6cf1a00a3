import { quoteName, quoteText } from '../../relation/print-sql.ts';
import { NICKNAME_PAIRS } from '../compare/name-comparisons.ts';
import { type LinkageDatabase, oneNumber } from '../database.ts';
import { NICKNAMES } from '../nicknames.ts';
import type { FeatureSql } from './feature-sql.ts';
import { soundex } from './name-sql.ts';

/** Soundex and nicknames by distinct name: there are far fewer names than people. */
export async function joinNames(database: LinkageDatabase, build: FeatureSql, first: string): Promise<void> {
  if (build.features.has('given_name_rest') && !build.features.has('other_given_name')) {
    build.add('second', { other_given_name: 't.given_name_rest' });
  }
  if (build.features.has('given_name')) {
    await makeNicknames(database);
    build.joins.push(`LEFT JOIN "#nicknames" gn ON t.given_name = gn.name`);
    build.add('second', { given_name_nick: 'gn.id' });
  }
  if (!build.forBlocks) return;
  if (build.features.has('given_name')) {
    await makeSounds(database, first, 'given_name');
    build.joins.push(`LEFT JOIN "#given_name sounds" gs ON t.given_name = gs.name`);
    build.addForBlocks({
      given_name_sound: 'gs.sound',
      given_name_start: 'left(t.given_name, 2)',
      given_name_root: 'coalesce(gn.root, t.given_name)',
    });
  }
  if (build.features.has('family_name')) {
    await makeSounds(database, first, 'family_name');
    build.joins.push(`LEFT JOIN "#family_name sounds" fs ON t.family_name = fs.name`);
    build.addForBlocks({
      family_name_sound: 'fs.sound',
      family_name_start: 'left(t.family_name, 3)',
      family_name_end: 'right(t.family_name, 3)',
    });
  }
}

async function makeSounds(database: LinkageDatabase, first: string, column: string): Promise<void> {
  // A name that Soundex can't read stands for itself by its first letters.
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${quoteName(`#${column} sounds`)} AS SELECT name, coalesce(${soundex('name')}, left(name, 3)) AS sound
     FROM (SELECT DISTINCT ${column} AS name FROM ${first} WHERE ${column} IS NOT NULL)`,
  );
}

/** `#nicknames` (`name`, `id`, `root`, the first of its groups' heads) and the pairs of ids that share a group. */
async function makeNicknames(database: LinkageDatabase): Promise<void> {
  const made = await oneNumber(database, `SELECT count(*) FROM duckdb_tables() WHERE table_name = '#nicknames'`);
  if (made > 0) return;
  // One text is parsed in no time, where four thousand rows of values are not.
  const groups = quoteText(NICKNAMES.map((names) => names.join(' ')).join('|'));
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#nickname groups" AS SELECT DISTINCT name, head, CAST(dense_rank() OVER (ORDER BY name) AS SMALLINT) AS id
     FROM (SELECT unnest(names) AS name, names[1] AS head FROM (SELECT string_split(unnest(string_split(${groups}, '|')), ' ') AS names))`,
  );
  await database.execute(
    `CREATE TEMP TABLE "#nicknames" AS SELECT name, id, min(head) AS root FROM "#nickname groups" GROUP BY name, id`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${NICKNAME_PAIRS} AS SELECT DISTINCT x.id AS one, y.id AS other FROM "#nickname groups" x JOIN "#nickname groups" y USING (head) WHERE x.id <> y.id`,
  );
}
