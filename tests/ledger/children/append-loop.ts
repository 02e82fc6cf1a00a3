import { writeSync } from 'node:fs';
import { Fault } from '../../../src/kernel/fault.ts';
import { openFileLedger } from '../../../src/ledger/file-ledger.ts';

// Appends COUNT entries of BYTES each, and prints the seq of each once its append has returned.
const [directory = '', label = '', count = '', bytes = '0'] = process.argv.slice(2);
const ledger = openFileLedger({ directory, clock: () => new Date() });
try {
  for (let index = 0; index < Number(count); index += 1) {
    const entry = await ledger.append((entries) => ({
      kind: 'note',
      by: label,
      allotted: entries.length + 1,
      padding: 'x'.repeat(Number(bytes)),
    }));
    writeSync(1, `${entry?.seq}\n`);
  }
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  writeSync(1, `${error.exit} ${error.code}\n`);
}
