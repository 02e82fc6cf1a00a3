import type { FilePlan } from '../plan/plan.ts';

const COMPRESSED = { none: '', gzip: '.gz', zstd: '.zst' } as const;

/** As DARS names files: `FILE0000001_NIC147750_HES_APC_20240401_20250331.csv.gz.gpg`. */
export function fileName(reference: string, nic: string, file: FilePlan): string {
  const period =
    file.period === undefined ? [] : [file.period.from, file.period.to].map((day) => day.replaceAll('-', ''));
  return `${[reference, nic, file.abbreviation, ...period].join('_')}.${file.format}${COMPRESSED[file.compression]}.gpg`;
}
