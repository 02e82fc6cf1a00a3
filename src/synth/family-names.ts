import { HERITAGES, type Heritage } from './heritage.ts';
import { type Lookup, weighted } from './lookup.ts';

/** Commonest first, as the weights fall with the rank. */
const COMMON: Readonly<Record<Heritage, string>> = {
  british: `Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts
    Green Hall Wood Jackson Clarke Harris Clark Cooper Harrison Ward Turner Martin Hill Davis Moore Baker Morris King
    Parker Bennett Shaw Lee Morgan Cook Allen Carter Anderson Edwards Lewis Watson Scott Phillips Young Collins Mitchell
    Bailey Hughes Cox Richardson Marshall James Adams Bell Rogers Simpson Griffiths Webb Price Mills Palmer Barker Ellis
    Knight Stevens Chapman Hunt Powell Foster Rose Hunter Holmes Mason Lloyd Pearson Butler Barnes Fisher Reynolds
    Stewart Murray Matthews Gibson Andrews Graham Fletcher Atkinson Dixon Kelly Russell Murphy Watts Jenkins Ford Howard
    Payne Harvey Saunders Armstrong Cole Gray Elliott West Hudson Lawrence Berry Brooks Day Spencer Walsh Burton Gardner
    Rowe Stone Robertson Hart Woods Dawson Perry Fox Newman Porter Grant Bradley Lane Bird Bates Austin Burns Lowe
    Hayes Nicholson Carr Hawkins Cross Sutton Page Pearce Warren Parsons Cunningham Oliver Field Dean Long Wells Booth
    Duncan Jordan Gilbert Harding Barrett Sharp Osborne Francis Abbott Nelson Reed Gregory Bishop Ball Stephenson Holland
    Hewitt Rees Marsh Franklin Woodward Potter Read Hammond Kirk Goodwin Thomas Wallis Moss Bryan Burgess Cartwright
    Preston Norris Skinner Ashton Frost Lambert Coleman Slater Curtis Hopkins Weston Hodgson Todd Bolton Bond Sanders
    French Steele Swift Doyle Chambers Baldwin Rhodes Bull Haynes Thornton Gibbs Barlow Willis Parry Fuller Miles Bates
    Humphreys Talbot Kemp Waters Wheeler Norman Savage Farrell Garner Atkins Goddard Buckley Naylor Hobbs Dobson Howe
    Vincent Manning Whitehead Winter Sykes Hope Allan Holt Stokes Bartlett Hilton Wilkinson Wilkins Poole Tomlinson
    Arnold Yates Summers Freeman Chadwick Giles Rowley Pritchard Blackburn Nash Peacock Briggs Lamb Cooke Nixon Davey
    Dyer Charlton Leach Pickering Sheppard Bowen O'Neill O'Connor MacDonald McCarthy Mac_Leod St_John Smith-Jones
    Taylor-Brown Clarke-Evans Parker-Bowles Lloyd-Jones Evans-Hill Wood-Green Baker-Shaw`,
  irish: `Murphy Kelly O'Sullivan Walsh O'Brien Byrne Ryan O'Connor O'Neill O'Reilly Doyle McCarthy Gallagher Doherty
    Kennedy Lynch Murray Quinn Moore McLoughlin O'Carroll Connolly Daly Connell Wilson Dunne Brennan Burke Collins
    Campbell Clarke Johnston Hughes O'Farrell Fitzgerald Brown Martin Maguire Nolan Flynn Thompson O'Callaghan O'Donnell
    Duffy O'Mahony Boyle Healy O'Shea White Sweeney Hayes Kavanagh Power McGrath Moran Brady Casey Foley Fitzpatrick`,
  'eastern-european': `Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak
    Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Piotrowski Grabowski Pawłowski Michalski Król Popa Popescu
    Ionescu Stan Dumitru Radu Munteanu Rusu Constantin Ivanov Georgiev Dimitrov Petrov Petrova Kazlauskas Petrauskas
    Jankauskas Bērziņš Ozols Novák Svoboda Dvořák Horváth Kovács Nagy Tóth Szabó Kovalenko Shevchenko Bondarenko`,
  'southern-european': `Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Fernandes Gonçalves Gomes
    Lopes García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Rossi Russo Ferrari Esposito Bianchi
    Romano Colombo Ricci Marino Greco Papadopoulos Georgiou Ioannou Constantinou Christodoulou Nicolaou De_Souza
    Da_Silva Dos_Santos Di_Marco Della_Rosa Yılmaz Kaya Demir Şahin Çelik Öztürk Müller Schmidt Dubois Lefèvre`,
  indian: `Patel Singh Kaur Shah Sharma Mehta Kumar Desai Joshi Gill Sandhu Dhillon Sidhu Grewal Gupta Chauhan Parmar
    Solanki Mistry Modi Reddy Rao Nair Menon Iyer Krishnan Pillai Thomas Mathew George Varghese Fernandes D'Souza Das
    Sen Bose Chatterjee Mukherjee Banerjee Verma Kapoor Malhotra Chopra Bhatt Trivedi Pandya Lakhani Popat Dattani
    Thakkar Bains Johal Sohal Virdee Bhogal Rai Matharu Kalsi Panesar`,
  muslim: `Khan Ahmed Ali Hussain Begum Mohammed Iqbal Malik Hussein Mahmood Akhtar Rahman Miah Bibi Uddin Islam Shah
    Mirza Chowdhury Choudhury Hassan Aziz Butt Sheikh Qureshi Siddiqui Rashid Raja Rehman Saleem Sadiq Tariq Younis
    Javed Aslam Anwar Khatun Khanom Alam Hoque Haque Abdi Mohamed Osman Yusuf Ibrahim Warsame Omar Nur Farah Jama
    Al-Hassan El-Sayed Abdullah Abdul_Karim Abdulrahman Bashir Mahmoud Salah Haidari Karimi Hosseini`,
  african: `Okafor Okeke Adeyemi Adebayo Adeleke Ogunleye Balogun Eze Nwosu Obi Okoro Chukwu Olawale Oyewole Ojo Afolabi
    Mensah Owusu Boateng Osei Asante Appiah Agyeman Acheampong Amoah Ofori Sarpong Kamara Sesay Koroma Conteh Bangura
    Turay Moyo Ncube Sibanda Dube Ndlovu Mukasa Okello Mwangi Otieno Kamau Banda Phiri Tesfaye Haile Bekele Diallo Traore
    Kabongo Mbala Ade-Johnson Osei-Bonsu`,
  caribbean: `Campbell Brown Williams Johnson Thompson Gordon Grant Clarke Francis Morgan Reid Henry Bailey Edwards Lewis
    Powell Joseph Charles James Alexander Thomas Baptiste Pierre St_Louis Samuels Samuel Daley Beckford Barrett Blake
    Wright Stewart Walters Fraser McKenzie McLean Graham Hinds Greenidge Alleyne Sobers Gittens Cumberbatch Nurse
    Mohammed Ramsay Richards Roach Facey Lindo Dacosta`,
  chinese: `Wong Chan Li Chen Wang Zhang Liu Lee Lam Cheung Tang Ng Ho Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin
    Leung Chow Yip Mak Tsang Kwok Lau Fung Tse Yeung Nguyen Tran Le Pham Kim Park Choi Tanaka Santos Reyes Cruz
    De_la_Cruz`,
};

/** The long tail of English family names is made of places; so is ours. One person in five has such a name. */
const STARTS = `Ash Black Brad Brom Bur Carl Chad Clay Cran Dar Den Dun East Eld Fair Farn Gal Glen Had Ham Hather Hay
  Hazel High Hol Kel Lang Lang Ley Lin Lock Mar Mid Nor North Oak Oxen Pem Pres Rad Raven Red Row Rush Sel Shel Stan
  Stock Stret Sud Swin Thorn Thurl Up Wad Wal Wark West Whit Wim Win Wood`;
const ENDS =
  'bourne bridge burn bury by combe cott croft dale den field ford gate ham hurst land ley low more shaw stead ton well wick wood worth';

const TAIL_SHARE = 0.2;

/** Slots of each heritage. */
export const FAMILY_NAME_SLOTS = 8192;

/** Slot: heritage × 8192 + 13 random bits. */
export const familyNameLookup: Lookup = {
  name: 'family_names',
  columns: { name: 'CODE' },
  rows: HERITAGES.flatMap((heritage, index) => {
    const common = words(COMMON[heritage]);
    const tail = heritage === 'british' ? words(STARTS).flatMap((start) => words(ENDS).map((end) => start + end)) : [];
    const total = common.reduce((sum, _, rank) => sum + zipf(rank), 0);
    const each = tail.length === 0 ? 0 : (total * TAIL_SHARE) / (1 - TAIL_SHARE) / tail.length;
    return weighted(
      [...common, ...tail],
      (_, rank) => (rank < common.length ? zipf(rank) : each),
      FAMILY_NAME_SLOTS,
      index * FAMILY_NAME_SLOTS,
      (name) => [name],
    );
  }),
};

/** The weight of the name of that rank; flatter than Zipf's law at the head, as English family names are. */
export function zipf(rank: number): number {
  return 1 / (rank + 4) ** 0.85;
}

/** Words of a list; an underscore stands for a blank. Each word once. */
export function words(list: string): readonly string[] {
  return [...new Set(list.trim().split(/\s+/))].map((word) => word.replaceAll('_', ' '));
}
