import { SaxesParser } from 'saxes';

/** What is told of an XML document as it is read; local names only, since workbooks come with and without prefixes. */
export interface XmlHandlers {
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly text?: (text: string) => void;
  readonly close?: (name: string) => void;
}

/** Reads an XML document in UTF-8 piece by piece; throws where it is none, or has a document type. */
export class XmlEvents {
  readonly #parser = new SaxesParser({ fragment: false });
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  constructor({ open, text, close }: XmlHandlers) {
    const parser = this.#parser;
    const local = (name: string): string => name.slice(name.indexOf(':') + 1);
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('doctype', () => {
      throw new Error('a workbook has no document type');
    });
    parser.on('opentag', ({ name, attributes }) => open?.(local(name), attributes as Record<string, string>));
    parser.on('text', (piece) => text?.(piece));
    parser.on('cdata', (piece) => text?.(piece));
    parser.on('closetag', ({ name }) => close?.(local(name)));
  }

  write(bytes: Uint8Array): void {
    this.#parser.write(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.#parser.write(this.#decoder.decode());
    this.#parser.close();
  }
}
