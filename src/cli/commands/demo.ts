import { resolve } from 'node:path';
import type { Command } from 'commander';
import { contextOf } from './command-context.ts';

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('the main job end to end, on data, keys and an SFTP server made for it; nothing to set up')
    .option('--dir <dir>', 'folder for the demo’s workspace; cleared if it is of an earlier demo', 'out/demo')
    .option('--people <n>', 'synthetic people', (text) => Math.max(1000, Number(text) || 0), 20_000)
    .addHelpText('after', '\nExample:\n  dars demo')
    .action(async (options: { dir: string; people: number }, command: Command) => {
      // Only here: every other command would wait for what it does not need.
      const { runDemo } = await import('../demo/run-demo.ts');
      const { reporter, options: global } = contextOf(command);
      const quiet = { ...reporter, result: () => {} };
      const result = await runDemo(resolve(options.dir), options.people, global.json === true ? quiet : reporter);
      if (global.json === true) reporter.result('', result);
    });
}
