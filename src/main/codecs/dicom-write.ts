export type DicomValue =
  string | number | ArrayBuffer | DicomItem | readonly (string | number | ArrayBuffer | DicomItem)[]

/** Values by the keywords of DICOM PS3.6 */
export interface DicomItem {
  readonly [keyword: string]: DicomValue
}

/** An object of its own: what names it is not optional. */
export interface DicomObject extends DicomItem {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
}

const explicitLittleEndian = '1.2.840.10008.1.2.1'

/** Of SliceTune: `dicomUid('SliceTune')` */
const implementation = '2.25.158249550503971635341170527131928600264'

/**
 * A DICOM file (PS3.10), explicit little endian. Texts are written as UTF-8, which the object has to say in its
 * SpecificCharacterSet.
 *
 * @param object - texts no longer than their type allows: see `dicomText`
 */
export async function writeDicom(object: DicomObject): Promise<Uint8Array> {
  // Its dictionary is large, and few exports need it.
  const { data } = await import('dcmjs')
  const dictionary = data.DicomMetaDictionary
  const meta = dictionary.denaturalizeDataset({
    FileMetaInformationVersion: Uint8Array.of(0, 1).buffer,
    MediaStorageSOPClassUID: object.SOPClassUID,
    MediaStorageSOPInstanceUID: object.SOPInstanceUID,
    TransferSyntaxUID: explicitLittleEndian,
    ImplementationClassUID: implementation,
    ImplementationVersionName: 'SLICETUNE',
  })
  const file = new data.DicomDict(meta)
  file.dict = dictionary.denaturalizeDataset({ ...object, _vrMap: { PixelData: 'OB' } })
  return new Uint8Array(file.write())
}

/** What a text of DICOM can hold: no backslash, which parts values, no control characters, and so many characters. */
export function dicomText(text: string, longest: number): string {
  const plain = text
    .replaceAll('\\', '/')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
  return Array.from(plain).slice(0, longest).join('').trim()
}
