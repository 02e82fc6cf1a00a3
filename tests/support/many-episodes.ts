import { HES_HEADER, PDS_HEADER } from './make-workspace.ts';

/** Sources of some size: people, one episode or more each, all of whom are selected by the usual pipeline. */
export interface ManyEpisodes {
  readonly pds: string;
  readonly hes: string;
}

/** `people` people with `each` episodes a person; nobody in it is opted out, sensitive or superseded. */
export function manyEpisodes(people: number, each: number): ManyEpisodes {
  const pds = [PDS_HEADER];
  const hes = [HES_HEADER];
  for (let person = 0; person < people; person += 1) {
    const number = String(1_000_000_000 + person * 7);
    pds.push(`${number},,,FAMILY${person},GIVEN,,1970-01-01,${1 + (person % 2)},,,,,,LS1 4AP,A81001,,,,`);
    for (let episode = 0; episode < each; episode += 1) {
      const key = 500_000_000_000 + person * each + episode;
      hes.push(`${key}|${number}|2024-05-01|2024-05-01|2024-05-03|E110|I10X|1|011970|E01000001|L`);
    }
  }
  return { pds: `${pds.join('\n')}\n`, hes: `${hes.join('\n')}\n` };
}
