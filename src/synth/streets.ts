import { words } from './family-names.ts';
import { type Lookup, weighted } from './lookup.ts';

const STREETS =
  words(`High Station Church Park Victoria Green Main London New Mill King Queen Albert North South West East
  School York Grange Manor Windsor George Alexandra Grove Chapel Springfield Kings Queens Oak Beech Elm Ash Cedar Lime Maple
  Willow Hawthorn Meadow Highfield Woodland Orchard Garden Bridge Castle Priory Abbey St_John's St_Mary's St_Peter's
  Nelson Wellington Stanley Cromwell Churchill Gladstone Cambridge Oxford Durham Lincoln Salisbury Warwick Richmond
  Chester Derby Clarence Cavendish Devonshire Norfolk Rutland Sandringham Balmoral Hill River Brook Lake Field Farm
  Heath Moor Wood Forest Warren Chestnut Sycamore Laburnum Primrose Rose Ivy Holly Poplar Kestrel Skylark Swallow`);
const WAYS = words('Road Street Avenue Close Lane Drive Way Crescent Gardens Grove Court Place Terrace Rise Walk Mews');
const LOCALITIES = words(`Westfield Eastfield Northgate Southgate Newtown Old_Town Parkside Riverside Hillside Broomhill
  Woodside Lower_Green Upper_Green Church_End Mill_Hill Kingsmead Longfield Brookside Moorside Fairfield Highbury Oakwood
  Stonebridge Whitehall Greenhill Summerfield Ashfield Foxhill Beechwood Thornhill`);

const streetLookup: Lookup = {
  name: 'streets',
  columns: { street: 'CODE' },
  rows: weighted(
    STREETS.flatMap((street, s) => WAYS.map((way, w) => ({ name: `${street} ${way}`, weight: 1 / (s + 8) / (w + 2) }))),
    (street) => street.weight,
    8192,
    0,
    (street) => [street.name],
  ),
};

const localityLookup: Lookup = {
  name: 'localities',
  columns: { locality: 'CODE' },
  rows: weighted(
    LOCALITIES,
    () => 1,
    64,
    0,
    (locality) => [locality],
  ),
};

export const streetLookups: readonly Lookup[] = [streetLookup, localityLookup];
