import { writeSync } from 'node:fs';
import { release } from '../../src/release.ts';
import { wiredWorld } from '../support/wired-world.ts';

/**
 * Releases the usual pipeline of a workspace, says each event on a line of its own, and dies by SIGKILL as the event
 * with the number `last` is observed (or, for `transfer:3`, the third of its kind): before the next thing is done, and
 * with no chance to tidy up. `Infinity` lives.
 */
export async function run(root: string, last: string): Promise<void> {
  const [kind, count] = last.includes(':') ? last.split(':') : [undefined, last];
  let seen = 0;
  const { pipeline, world } = await wiredWorld(root, (event) => {
    const name = event.kind === 'step' ? event.step : event.kind;
    writeSync(1, `${name}\n`);
    if (kind === undefined || kind === name) seen += 1;
    if (seen >= Number(count)) process.kill(process.pid, 'SIGKILL');
  });
  await release(pipeline, world);
}
