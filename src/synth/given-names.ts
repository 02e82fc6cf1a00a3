import { words, zipf } from './family-names.ts';
import { HERITAGES, type Heritage } from './heritage.ts';
import { type Lookup, type LookupRow, weighted } from './lookup.ts';

/** The first birth year of each cohort; names of the British change with it, those of others are the same in all. */
export const COHORTS = [1880, 1945, 1965, 1985, 2005] as const;

interface Names {
  readonly female: readonly string[];
  readonly male: readonly string[];
}

const BRITISH: readonly Names[] = [
  {
    female:
      words(`Mary Margaret Doris Dorothy Kathleen Florence Elsie Edith Elizabeth Winifred Gladys Annie Alice Phyllis
      Hilda Lilian Ivy Violet Marjorie Ethel Nellie Joan Jean Joyce Irene Vera Edna Ellen Betty Sheila Barbara Sylvia
      Audrey Beryl Rose Ruby Constance Muriel Olive Eileen Peggy Nora Daphne Mavis`),
    male: words(`John William George James Thomas Albert Frederick Charles Arthur Ernest Robert Harold Alfred Joseph
      Henry Ronald Leslie Kenneth Dennis Reginald Stanley Eric Frank Walter Leonard Sidney Herbert Norman Donald Raymond
      Peter Edward Cyril Gordon Percy Bernard Roy Douglas Victor Gerald Derek Jack Samuel Wilfred`),
  },
  {
    female: words(`Susan Linda Christine Margaret Carol Jennifer Janet Patricia Barbara Ann Sandra Pamela Pauline Jean
      Jacqueline Kathleen Sheila Valerie Maureen Gillian Marilyn Elizabeth Lesley Catherine Brenda Wendy Angela Rosemary
      Shirley Diane Joan Jane Lynne Irene Janice Elaine Heather Marion June Eileen Denise Doreen Judith Sylvia`),
    male: words(`David John Peter Michael Alan Robert Stephen Paul Brian Graham Philip Anthony Colin Christopher Geoffrey
      William James Keith Terence Barry Malcolm Richard Ian Derek Roger Raymond Kenneth Andrew Trevor Martin Kevin Ronald
      Leslie Charles George Thomas Nigel Dennis Roy Neil Gordon Clive Stuart Patrick`),
  },
  {
    female: words(`Sarah Claire Nicola Emma Lisa Joanne Michelle Helen Samantha Karen Amanda Rachel Louise Julie Clare
      Rebecca Sharon Victoria Caroline Susan Alison Catherine Elizabeth Deborah Donna Tracey Tracy Angela Jane Zoe Kerry
      Melanie Sally Jennifer Andrea Dawn Paula Lorraine Kelly Anna Siân Heidi Wendy Tina`),
    male: words(`Paul David Andrew Mark Stephen Simon Richard Darren Christopher Michael Jason Robert Matthew James Lee
      Neil Ian Stuart Daniel Gary Kevin Steven Anthony John Craig Jonathan Martin Philip Wayne Stewart Adam Graham Peter
      Timothy Nicholas Benjamin Justin Carl Dean Adrian Nigel Gareth Russell Barry`),
  },
  {
    female: words(`Jessica Laura Sarah Emma Rebecca Charlotte Gemma Lauren Amy Emily Chloe Hannah Sophie Rachel Megan
      Samantha Stephanie Jennifer Danielle Bethany Victoria Kelly Georgia Katie Lucy Natalie Eleanor Jade Shannon Holly
      Olivia Alice Abigail Molly Paige Kirsty Natasha Zoë Naomi Ellie Amber Leanne Kayleigh Daisy`),
    male: words(`Daniel Christopher Thomas James Matthew Michael Joshua Jack Luke Adam Ryan Samuel Benjamin Joseph
      Alexander Andrew Jordan Robert David Liam Jake Connor William Callum Nathan Lewis Kieran Aaron Ashley Kyle Bradley
      Oliver George Charles Harry Sean Scott Dean Ben Max Dominic Jamie Reece Elliot`),
  },
  {
    female: words(`Olivia Amelia Emily Isla Ava Ella Jessica Isabella Mia Poppy Sophie Lily Grace Freya Evie Charlotte
      Sophia Ruby Daisy Alice Florence Sienna Matilda Chloe Evelyn Willow Elsie Rosie Phoebe Ivy Millie Harper Isabelle
      Eva Lucy Maya Zara Imogen Erin Summer Esme Aria Nancy Beatrice`),
    male: words(`Oliver Jack Harry George Noah Charlie Jacob Oscar Muhammad William Leo Henry Joshua Freddie Archie Ethan
      Isaac Alexander Joseph Edward Samuel Max Logan Lucas Daniel Theo Arthur Harrison Benjamin Mason Finley Sebastian
      Adam Dylan Zachary Riley Teddy Louie Toby Elijah Reuben Jude Albie Hugo`),
  },
];

const OTHERS: Readonly<Record<Exclude<Heritage, 'british'>, Names>> = {
  irish: {
    female: words(`Mary Bridget Margaret Kathleen Siobhán Aoife Niamh Ciara Sinéad Áine Deirdre Maeve Orla Róisín Eileen
      Nora Catherine Patricia Bernadette Noreen Grainne Caoimhe Saoirse Clodagh`),
    male: words(`Patrick John Michael James Seán Liam Brendan Declan Kevin Niall Conor Eoin Cian Ciarán Padraig Eamonn
      Daniel Thomas Martin Dermot Gerard Aidan Ronan Oisín`),
  },
  'eastern-european': {
    female: words(`Anna Maria Katarzyna Agnieszka Małgorzata Monika Magdalena Joanna Aleksandra Elena Ioana Andreea
      Mihaela Cristina Natalia Zuzanna Olga Oksana Iryna Jana Eva Petra Ivana Gabriela Simona Rasa Ilze Zofia Maja`),
    male: words(`Piotr Krzysztof Andrzej Tomasz Paweł Marcin Michał Jakub Adam Marek Andrei Alexandru Ion Mihai Cristian
      Ivan Georgi Dimitar Jan Pavel Tomáš László Gábor Oleksandr Viktor Jonas Mantas Jānis Łukasz Filip`),
  },
  'southern-european': {
    female: words(`Maria Ana Sofia Francesca Giulia Chiara Elena Carmen Isabel Lucía Paula Inês Joana Beatriz Catarina
      Alessandra Valentina Eleni Georgia Despina Ayşe Fatma Emine Zeynep Elif Claire Camille Marta`),
    male: words(`José António João Manuel Pedro Carlos Luís Miguel Paulo Marco Luca Andrea Francesco Giuseppe Antonio
      Alejandro Javier Andreas Georgios Costas Panayiotis Mehmet Mustafa Ahmet Ali Hans Pierre Julien`),
  },
  indian: {
    female: words(`Priya Anita Sunita Harpreet Manpreet Jaspreet Neha Pooja Meera Nisha Rekha Kiran Hansa Kavita Asha
      Lakshmi Deepa Anjali Shreya Ananya Aisha Jasmine Simran Gurpreet Rajinder Surinder Usha Nirmala Kamla Diya`),
    male: words(`Raj Amit Sanjay Harjit Gurpreet Manjit Vijay Rakesh Ashok Suresh Mahesh Dinesh Anil Ravi Arjun Rohan
      Aarav Nikhil Kiran Balbir Jaswinder Sukhdev Bhavesh Hitesh Jayesh Krishna Vikram Thomas Dev Ishaan`),
  },
  muslim: {
    female:
      words(`Fatima Aisha Ayesha Maryam Zainab Khadija Nasreen Shazia Farah Sana Amina Halima Hafsa Safiya Noor Iqra
      Nadia Rukhsana Shabana Samina Yasmin Parveen Rahima Shahida Sultana Hodan Ifrah Zahra Leila Inaya`),
    male: words(`Mohammed Muhammad Mohammad Ahmed Ali Abdul Hassan Hussain Ibrahim Yusuf Omar Usman Imran Asif Khalid
      Tariq Kamran Bilal Hamza Zain Faisal Nadeem Shahid Rashid Abdullah Abdirahman Mahamed Mustafa Reza Syed`),
  },
  african: {
    female:
      words(`Grace Blessing Faith Mercy Patience Comfort Abena Ama Akosua Adwoa Funmilayo Folake Ngozi Chioma Ifeoma
      Chidinma Adaeze Esther Ruth Deborah Tendai Rudo Amina Fatou Mariam Hawa Selam Wanjiru Precious Temitope`),
    male: words(`Emmanuel Samuel Daniel David Kwame Kofi Kwabena Yaw Chidi Emeka Chukwuemeka Obinna Oluwaseun Babatunde
      Olumide Tunde Ayodele Michael Joseph Isaac Ibrahim Abubakar Tendai Tatenda Farai Abel Yonas Kamau Otieno Moses`),
  },
  caribbean: {
    female:
      words(`Sharon Marcia Beverley Yvonne Claudette Marva Gloria Joy Merle Icilda Natasha Keisha Shanice Chantelle
      Tanisha Jade Simone Michelle Donna Paulette Hyacinth Alicia Naomi Ebony`),
    male: words(`Winston Delroy Trevor Leroy Errol Carlton Neville Desmond Everton Clive Marlon Jermaine Tyrone Andre
      Dwayne Nathan Marcus Isaiah Jayden Michael Anthony Carl Devon Aaron`),
  },
  chinese: {
    female: words(`Mei Ling Li_Hua Xiu_Ying Yan Jing Wai_Yee Siu_Fong Mei_Ling Emily Grace Yuki Ji-Woo Thi_Hoa Lan Linh
      Michelle Joyce Karen Vivian Ying Hui Maria Jasmine`),
    male: words(`Wei Jun Ming Kwok_Wai Chi_Ming Wing Hao Jian Tao Feng David Jason Kevin Daniel Ka_Ho Minh Van_Hung Duc
      Ji-Hoon Kenji Jose Raymond Andrew Eric`),
  },
};

/** Slots of each heritage, cohort and sex. */
export const GIVEN_NAME_SLOTS = 512;
const BRITISH_RATE = { british: 1, irish: 0.5, caribbean: 0.5, chinese: 0.3 } as const;

/** Slot: ((heritage × 5 + cohort) × 2 + 1 if male) × 512 + 9 random bits. */
export const givenNameLookup: Lookup = {
  name: 'given_names',
  columns: { name: 'CODE' },
  rows: HERITAGES.flatMap((heritage, h) =>
    BRITISH.flatMap((british, cohort) =>
      (['female', 'male'] as const).flatMap((sex, s): readonly LookupRow[] => {
        const own = heritage === 'british' ? [] : OTHERS[heritage][sex];
        const rate = heritage in BRITISH_RATE ? BRITISH_RATE[heritage as keyof typeof BRITISH_RATE] : 0.12;
        const names = [
          ...own.map((name, rank) => ({ name, weight: zipf(rank) * (1 - rate) })),
          ...british[sex].map((name, rank) => ({ name, weight: zipf(rank) * rate })),
        ];
        return weighted(
          names,
          (item) => item.weight,
          GIVEN_NAME_SLOTS,
          ((h * COHORTS.length + cohort) * 2 + s) * GIVEN_NAME_SLOTS,
          (item) => [item.name],
        );
      }),
    ),
  ),
};
