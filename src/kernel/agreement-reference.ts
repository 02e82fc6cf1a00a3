/** The reference of one version of a data sharing agreement, `DARS-NIC-147750-8GS7S-v2.2`, in its parts. */
export interface AgreementReference {
  readonly text: string;
  /** The reference without the version; it stays for the agreement's life. */
  readonly stem: string;
  /** `NIC147750`, as file names carry it. */
  readonly nic: string;
  readonly major: number;
  readonly minor: number;
}

// A version has one spelling, or v2.2 and v2.02 would be two agreements with a frequency each.
const SHAPE = /^(DARS-NIC-(\d{4,7})-[A-Z0-9]{5})-v(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** The parts of a reference, or undefined where the text does not have the shape DARS gives them. */
export function parseAgreementReference(text: string): AgreementReference | undefined {
  const parts = SHAPE.exec(text);
  if (parts === null) return undefined;
  const [, stem = '', nic = '', major, minor] = parts;
  return { text, stem, nic: `NIC${nic}`, major: Number(major), minor: Number(minor) };
}

/** Whether `a` is a later version than `b`; both must have the same stem. */
export function isLaterVersion(a: AgreementReference, b: AgreementReference): boolean {
  return a.major > b.major || (a.major === b.major && a.minor > b.minor);
}
