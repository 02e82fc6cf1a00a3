import { writeSync } from 'node:fs';
import { openFileLedger } from '../../../src/ledger/file-ledger.ts';

const [directory = ''] = process.argv.slice(2);
writeSync(1, `${JSON.stringify(await openFileLedger({ directory, clock: () => new Date() }).verify())}\n`);
