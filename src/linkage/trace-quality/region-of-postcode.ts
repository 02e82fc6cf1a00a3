import { quoteText } from '../../relation/print-sql.ts';

/** Postcode areas by the region that most of each lies in: good enough to see whether links favour one. */
const REGIONS: Readonly<Record<string, string>> = {
  'North East': 'DH DL NE SR TS',
  'North West': 'BB BL CA CH CW FY L LA M OL PR SK WA WN',
  'Yorkshire and The Humber': 'BD DN HD HG HU HX LS S WF YO',
  'East Midlands': 'DE LE LN NG NN',
  'West Midlands': 'B CV DY HR ST TF WR WS WV',
  'East of England': 'AL CB CM CO IP LU NR PE SG SS WD',
  London: 'BR CR DA E EC EN HA IG KT N NW RM SE SM SW TW UB W WC',
  'South East': 'BN CT GU HP ME MK OX PO RG RH SL SO TN',
  'South West': 'BA BH BS DT EX GL PL SN SP TA TQ TR',
};

/** SQL: the region of a postcode, `elsewhere` for those of other countries, null where there is none. */
export function regionOf(postcode: string): string {
  const area = `regexp_extract(upper(${postcode}), '^[A-Z]{1,2}')`;
  const cases = Object.entries(REGIONS).map(
    ([region, areas]) => `WHEN ${area} IN (${areas.split(' ').map(quoteText).join(', ')}) THEN ${quoteText(region)}`,
  );
  return `CASE WHEN ${postcode} IS NULL THEN NULL ${cases.join(' ')} ELSE 'elsewhere' END`;
}
