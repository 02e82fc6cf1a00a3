/** The unique number of one physical file, for ever: `FILE0000001`. */
export type FileReference = string & { readonly __brand: 'FileReference' };

export function fileReference(number: number): FileReference {
  return `FILE${String(number).padStart(7, '0')}` as FileReference;
}

/** The number of a file reference, or undefined where the text is none. */
export function fileReferenceNumber(text: string): number | undefined {
  const digits = /^FILE(\d{7,})$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
