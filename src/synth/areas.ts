/** A postcode area of England, with what people who live there have in common. */
export interface Area {
  readonly code: string;
  /** Post towns; the first has half of the districts. */
  readonly towns: readonly string[];
  readonly county: string;
  /** First letter of the codes of its GP practices, which the ODS gave by region. */
  readonly practiceLetter: string;
  /** How mixed the heritages are, 0 little to 3 very. */
  readonly mixture: number;
  /** Outcodes run from 1 to this. */
  readonly districts: number;
  /** People, in thousands. */
  readonly people: number;
  /** NHS trusts that most of its people are treated at. */
  readonly trusts: readonly string[];
}

/** area | towns | county | practice letter | mixture | districts | thousands of people | trusts */
const AREAS = `
AL|St Albans,Harpenden,Hatfield,Welwyn Garden City|Hertfordshire|E|1|10|250|RWG,RWH
B|Birmingham,Solihull,Sutton Coldfield,Halesowen,West Bromwich|West Midlands|M|3|98|1900|RRK,RXK,RQ3
BA|Bath,Frome,Radstock,Trowbridge,Yeovil|Somerset|L|0|22|430|RD1,RH5
BB|Blackburn,Accrington,Burnley,Nelson|Lancashire|P|2|12|490|RXR
BD|Bradford,Keighley,Shipley,Skipton|West Yorkshire|B|3|24|580|RAE,RCF
BH|Bournemouth,Poole,Christchurch,Wimborne|Dorset|J|0|25|550|R0D
BL|Bolton,Bury|Lancashire|P|2|9|380|RMC,RW6
BN|Brighton,Hove,Worthing,Eastbourne,Lewes|East Sussex|G|1|45|810|RYR,RXC
BR|Bromley,Beckenham,Orpington,Chislehurst|Kent|G|2|8|300|RJZ
BS|Bristol,Weston-super-Mare,Clevedon|Avon|L|1|49|950|RA7,RVJ
CA|Carlisle,Penrith,Whitehaven,Workington|Cumbria|A|0|28|320|RNN
CB|Cambridge,Ely,Newmarket,Haverhill|Cambridgeshire|D|1|25|430|RGT
CH|Chester,Birkenhead,Wallasey,Wirral|Merseyside|N|0|49|640|RJR,RBL
CM|Chelmsford,Brentwood,Braintree,Harlow,Witham|Essex|F|1|24|640|RAJ,RQW
CO|Colchester,Clacton-on-Sea,Halstead,Sudbury|Essex|F|0|16|410|RDE
CR|Croydon,Mitcham,Purley,Warlingham|Surrey|H|3|9|400|RJ6
CT|Canterbury,Margate,Ramsgate,Folkestone,Dover|Kent|G|0|21|470|RVV
CV|Coventry,Nuneaton,Rugby,Leamington Spa,Warwick|Warwickshire|M|2|47|820|RKB,RJC,RLT
CW|Crewe,Northwich,Nantwich,Winsford|Cheshire|N|0|12|300|RBT
DA|Dartford,Gravesend,Bexleyheath,Sidcup|Kent|G|2|18|420|RN7
DE|Derby,Burton-on-Trent,Belper,Ilkeston,Matlock|Derbyshire|C|1|24|740|RTG
DH|Durham,Chester le Street,Consett,Houghton le Spring|County Durham|A|0|9|300|RXP
DL|Darlington,Bishop Auckland,Northallerton,Richmond|County Durham|A|0|17|360|RXP
DN|Doncaster,Grimsby,Scunthorpe,Goole,Gainsborough|South Yorkshire|C|0|41|760|RP5,RJL
DT|Dorchester,Weymouth,Bridport,Sherborne|Dorset|J|0|11|220|RBD
DY|Dudley,Kidderminster,Stourbridge,Tipton|West Midlands|M|2|14|410|RNA,RWP
E|London|London|F|3|20|980|R1H,RQX
EC|London|London|F|2|4|40|R1H
EN|Enfield,Barnet,Potters Bar,Waltham Cross|Middlesex|F|3|11|350|RAP,RAL
EX|Exeter,Barnstaple,Exmouth,Tiverton,Bideford|Devon|L|0|39|570|RH8
FY|Blackpool,Fleetwood,Lytham St Annes|Lancashire|P|0|8|280|RXL
GL|Gloucester,Cheltenham,Stroud,Cirencester|Gloucestershire|L|1|56|640|RTE
GU|Guildford,Woking,Farnham,Aldershot,Camberley|Surrey|H|1|47|750|RA2,RDU
HA|Harrow,Edgware,Pinner,Wembley,Northwood|Middlesex|E|3|9|480|R1K
HD|Huddersfield,Brighouse,Holmfirth|West Yorkshire|B|2|9|270|RWY
HG|Harrogate,Knaresborough,Ripon|North Yorkshire|B|0|5|140|RCD
HP|Hemel Hempstead,High Wycombe,Aylesbury,Amersham|Buckinghamshire|K|1|27|500|RXQ,RWG
HR|Hereford,Ross-on-Wye,Leominster|Herefordshire|M|0|9|170|RLQ
HU|Hull,Beverley,Hessle|East Yorkshire|B|0|20|430|RWA
HX|Halifax,Hebden Bridge,Elland|West Yorkshire|B|1|7|160|RWY
IG|Ilford,Barking,Woodford Green,Chigwell|Essex|F|3|11|360|RF4
IP|Ipswich,Bury St Edmunds,Felixstowe,Stowmarket|Suffolk|D|0|33|600|RDE,RGR
KT|Kingston upon Thames,Epsom,Esher,Surbiton|Surrey|H|1|24|560|RAX,RVR
L|Liverpool,Bootle,Ormskirk,Prescot|Merseyside|N|1|40|870|REM,RBN
LA|Lancaster,Morecambe,Kendal,Barrow-in-Furness|Lancashire|P|0|23|330|RTX
LE|Leicester,Loughborough,Hinckley,Market Harborough|Leicestershire|C|3|19|1000|RWE
LN|Lincoln,Horncastle,Market Rasen|Lincolnshire|C|0|13|310|RWD
LS|Leeds,Wetherby,Pudsey,Otley|West Yorkshire|B|2|29|800|RR8
LU|Luton,Dunstable,Leighton Buzzard|Bedfordshire|E|3|7|350|RC9
M|Manchester,Salford,Sale|Lancashire|P|3|46|1230|R0A,RM3
ME|Rochester,Chatham,Maidstone,Gillingham,Sittingbourne|Kent|G|1|20|640|RPA,RWF
MK|Milton Keynes,Bedford,Newport Pagnell|Buckinghamshire|K|2|46|540|RD8,RC9
N|London|London|F|3|22|860|RKE,RRV
NE|Newcastle upon Tyne,Gateshead,North Shields,Morpeth|Tyne and Wear|A|1|71|1170|RTD,RTF,RR7
NG|Nottingham,Mansfield,Newark,Grantham,Sutton-in-Ashfield|Nottinghamshire|C|2|34|1180|RX1,RK5
NN|Northampton,Kettering,Corby,Wellingborough|Northamptonshire|K|1|18|700|RNS,RNQ
NR|Norwich,Great Yarmouth,Lowestoft,Dereham|Norfolk|D|0|35|750|RM1,RGP
NW|London|London|E|3|11|560|RAL,RRV
OL|Oldham,Rochdale,Ashton-under-Lyne,Todmorden|Lancashire|P|2|16|470|RM3,RMP
OX|Oxford,Banbury,Abingdon,Witney,Bicester|Oxfordshire|K|1|49|650|RTH
PE|Peterborough,King's Lynn,Huntingdon,Boston,Spalding|Cambridgeshire|D|1|38|920|RGN,RCX
PL|Plymouth,St Austell,Bodmin,Saltash|Devon|L|0|35|530|RK9,REF
PO|Portsmouth,Southsea,Fareham,Chichester,Newport|Hampshire|J|0|41|830|RHU,R1F
PR|Preston,Chorley,Southport,Leyland|Lancashire|P|1|12|520|RXN
RG|Reading,Basingstoke,Bracknell,Newbury,Wokingham|Berkshire|K|1|42|800|RHW,RN5
RH|Redhill,Crawley,Horsham,Haywards Heath,Dorking|Surrey|H|1|20|540|RTP
RM|Romford,Dagenham,Grays,Hornchurch|Essex|F|2|20|530|RF4
S|Sheffield,Rotherham,Barnsley,Chesterfield,Worksop|South Yorkshire|C|1|81|1380|RHQ,RFF,RFR
SE|London|London|G|3|28|1000|RJ1,RJZ,RJ2
SG|Stevenage,Hitchin,Hertford,Letchworth,Royston|Hertfordshire|E|1|19|420|RWH
SK|Stockport,Macclesfield,Cheadle,Hyde,Glossop|Cheshire|P|1|17|600|RWJ,RJN
SL|Slough,Maidenhead,Windsor,Marlow|Berkshire|K|3|9|380|RDU
SM|Sutton,Morden,Carshalton|Surrey|H|2|7|220|RVR
SN|Swindon,Chippenham,Devizes,Marlborough|Wiltshire|J|1|26|470|RN3
SO|Southampton,Winchester,Eastleigh,Romsey|Hampshire|J|1|35|680|RHM,RN5
SP|Salisbury,Andover,Shaftesbury|Wiltshire|J|0|11|240|RNZ
SR|Sunderland,Seaham,Peterlee|Tyne and Wear|A|0|9|240|R0B
SS|Southend-on-Sea,Basildon,Benfleet,Rochford|Essex|F|1|17|520|RAJ
ST|Stoke-on-Trent,Stafford,Newcastle,Leek|Staffordshire|M|1|21|660|RJE
SW|London|London|H|2|20|870|RJ7,RYJ,RQM
SY|Shrewsbury,Oswestry,Ludlow,Whitchurch|Shropshire|M|0|14|260|RXW
TA|Taunton,Bridgwater,Minehead,Wellington|Somerset|L|0|24|350|RH5
TF|Telford,Newport,Market Drayton|Shropshire|M|1|13|210|RXW
TN|Tonbridge,Tunbridge Wells,Ashford,Hastings,Sevenoaks|Kent|G|0|40|690|RWF,RXC
TQ|Torquay,Paignton,Newton Abbot,Brixham|Devon|L|0|14|300|RA9
TR|Truro,Falmouth,Penzance,Redruth,Newquay|Cornwall|L|0|26|320|REF
TS|Middlesbrough,Stockton-on-Tees,Hartlepool,Redcar|Cleveland|A|1|29|610|RTR,RVW
TW|Twickenham,Hounslow,Staines,Feltham,Richmond|Middlesex|E|3|20|500|RQM,RAX
UB|Southall,Hayes,Uxbridge,Greenford|Middlesex|E|3|11|390|RAS,R1K
W|London|London|E|2|14|560|RYJ,RQM
WA|Warrington,Widnes,Runcorn,Altrincham,St Helens|Cheshire|N|0|16|640|RWW,RBN
WC|London|London|F|2|2|40|RRV
WD|Watford,Borehamwood,Rickmansworth,Bushey|Hertfordshire|E|2|25|280|RWG
WF|Wakefield,Dewsbury,Pontefract,Castleford|West Yorkshire|B|1|17|520|RXF
WN|Wigan,Leigh,Skelmersdale|Lancashire|P|0|8|320|RRF
WR|Worcester,Malvern,Evesham,Droitwich,Pershore|Worcestershire|M|0|15|310|RWP
WS|Walsall,Cannock,Lichfield,Rugeley|West Midlands|M|2|15|470|RBK
WV|Wolverhampton,Bilston,Bridgnorth,Willenhall|West Midlands|M|3|16|420|RL4
YO|York,Scarborough,Selby,Bridlington,Malton|North Yorkshire|B|0|62|570|RCB
`;

export const areas: readonly Area[] = AREAS.trim()
  .split('\n')
  .map((line) => {
    const [code = '', towns = '', county = '', practiceLetter = '', mixture, districts, people, trusts = ''] =
      line.split('|');
    return {
      code,
      towns: towns.split(','),
      county,
      practiceLetter,
      mixture: Number(mixture),
      districts: Number(districts),
      people: Number(people),
      trusts: trusts.split(','),
    };
  });

/** Every trust once, in order. */
export const trusts: readonly string[] = [...new Set(areas.flatMap((area) => area.trusts))];
