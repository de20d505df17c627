/** The part of dcmjs that is used; it brings no types. */
declare module 'dcmjs' {
  /** Elements by tag */
  type Elements = Readonly<Record<string, unknown>>
  interface DicomDict {
    dict: Elements
    write(): ArrayBuffer
  }
  export const data: {
    readonly DicomDict: new (meta: Elements) => DicomDict
    readonly DicomMetaDictionary: {
      /** @param dataset - values by keyword */
      denaturalizeDataset(dataset: Readonly<Record<string, unknown>>): Elements
    }
  }
}
