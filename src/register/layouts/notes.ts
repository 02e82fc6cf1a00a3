type Cells = readonly (readonly [place: string, text: string])[];

/** What a reader of the workbook is told first: what a row is, and how references are made. */
export function readmeCells(custodian: string): Cells {
  return [
    ['A1', `Data Release Register - Data released from ${custodian}`],
    [
      'A3',
      [
        'What a row is',
        '',
        '- Extracts: one row for each physical file that was sent, so a monthly flow has twelve rows a year. RowID is the reference of the file, and stays its own for ever.',
        '- System Access: the recipient looks at data in the custodian’s own systems and receives no file. One row for each dataset and agreement means that the data were looked at at least once in the period.',
        '- Frequent ad hoc flows: event-driven or daily flows have one row for each dataset and agreement, which means that data flowed at least once in the period.',
        '',
        'Whether national data opt-outs are applied depends on the data items and on the legal basis together, so the same dataset can be given out with and without them; the column says which, and why.',
        '',
        'Rows of earlier registers that were corrected, and rows that they lacked, are in AmendmentsToPreviousRegisters; the file of changes beside this workbook says what was changed, from what, to what and why.',
        '',
        'That no file is recorded for an agreement does not mean that no data were shared under it before this register began.',
      ].join('\n'),
    ],
    [
      'A5',
      [
        'Reference numbers (NIC Number)',
        '',
        'DARS-NIC-nnnnnnn-AAAAA-vX.Y: nnnnnnn has four to seven digits, AAAAA five letters or digits. X grows when an agreement is renewed, amended or extended; Y counts the rounds of an application on its way to approval. What stands before the version stays for the life of the agreement.',
      ].join('\n'),
    ],
  ];
}

/** What the terms of the register mean. */
export function termsCells(custodian: string): Cells {
  const bases: readonly (readonly [string, string])[] = [
    ['Health and Social Care Act 2012 - s261(2)(c)', 'The individuals consented to the release.'],
    [
      'Health and Social Care Act 2012 - s261(7)',
      'Released with support under section 251 of the NHS Act 2006 and the Health Service (Control of Patient Information) Regulations 2002, which set the common law duty of confidentiality aside.',
    ],
    [
      'Health and Social Care Act 2012 - s261(1) and s261(2)(b)(ii)',
      'Released in the public interest, in a form that does not identify the individuals.',
    ],
    ['Health and Social Care Act 2012 - s261(5)(d)', 'Released for functions that legislation gives to the recipient.'],
    [
      'Health and Social Care Act 2012 - s261(4)',
      'Released to a body that could have received the data in the first place.',
    ],
    [
      'Regulation 3(4), Health Service (Control of Patient Information) Regulations 2002',
      'Released under a notice for the management of risks to public health.',
    ],
  ];
  return [
    ['A2', 'Legal Basis for Provision of Data (Dissemination)'],
    ['B2', 'Explanation'],
    ...bases.flatMap(
      ([basis, meaning], index): Cells => [
        [`A${index + 3}`, basis],
        [`B${index + 3}`, meaning],
      ],
    ),
    ['A11', 'Common law duty of confidentiality'],
    [
      'A12',
      `Confidential information is used and given out only as the person would expect, or with their consent. ${custodian} releases it otherwise only with support under section 251 of the NHS Act 2006, or where a statute requires it.`,
    ],
  ];
}
