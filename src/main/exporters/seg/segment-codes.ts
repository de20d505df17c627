import { createHash } from 'node:crypto'
import { dicomText } from '../../codecs/dicom-write'

/** An item of a code sequence */
export type CodedConcept = Readonly<Record<'CodeValue' | 'CodingSchemeDesignator' | 'CodeMeaning', string>>

export interface SegmentCodes {
  readonly category: CodedConcept
  readonly type: CodedConcept
}

const sct = (value: string, meaning: string): CodedConcept => ({
  CodeValue: value,
  CodingSchemeDesignator: 'SCT',
  CodeMeaning: meaning,
})

const anatomy = sct('123037004', 'Anatomical Structure')
const altered = sct('49755003', 'Morphologically Altered Structure')
const tissue = sct('85756007', 'Tissue')

/** Names that labels have, in English and Chinese, with the code of DICOM PS3.16 (CID 7150 and below) that they mean */
const table: readonly (readonly [names: string, category: CodedConcept, code: string, meaning: string])[] = [
  ['liver,肝,肝脏', anatomy, '10200004', 'Liver'],
  ['spleen,脾,脾脏', anatomy, '78961009', 'Spleen'],
  ['pancreas,胰,胰腺', anatomy, '15776009', 'Pancreas'],
  ['kidney,kidneys,肾,肾脏', anatomy, '64033007', 'Kidney'],
  ['left kidney,左肾', anatomy, '18639004', 'Left kidney'],
  ['right kidney,右肾', anatomy, '9846003', 'Right kidney'],
  ['heart,心脏', anatomy, '80891009', 'Heart'],
  ['lung,lungs,肺', anatomy, '39607008', 'Lung'],
  ['left lung,左肺', anatomy, '44029006', 'Left lung'],
  ['right lung,右肺', anatomy, '3341006', 'Right lung'],
  ['brain,脑', anatomy, '12738006', 'Brain'],
  ['bladder,urinary bladder,膀胱', anatomy, '89837001', 'Bladder'],
  ['gallbladder,胆囊', anatomy, '28231008', 'Gallbladder'],
  ['stomach,胃', anatomy, '69695003', 'Stomach'],
  ['esophagus,oesophagus,食管', anatomy, '32849002', 'Esophagus'],
  ['trachea,气管', anatomy, '44567001', 'Trachea'],
  ['aorta,主动脉', anatomy, '15825003', 'Aorta'],
  ['prostate,前列腺', anatomy, '41216001', 'Prostate'],
  ['uterus,子宫', anatomy, '35039007', 'Uterus'],
  ['thyroid,甲状腺', anatomy, '69748006', 'Thyroid'],
  ['spinal cord,脊髓', anatomy, '2748008', 'Spinal cord'],
  ['skin,皮肤', anatomy, '39937001', 'Skin'],
  ['bone,骨,骨骼', anatomy, '272673000', 'Bone'],
  ['nerve,神经', anatomy, '3057000', 'Nerve'],
  ['vessel,blood vessel,血管', anatomy, '59820001', 'Blood vessel'],
  ['artery,动脉', anatomy, '51114001', 'Artery'],
  ['vein,静脉', anatomy, '29092000', 'Vein'],
  ['tumor,tumour,neoplasm,肿瘤', altered, '108369006', 'Neoplasm'],
  ['lesion,病变,病灶', altered, '52988006', 'Lesion'],
  ['nodule,结节', altered, '27925004', 'Nodule'],
  ['cyst,囊肿', altered, '103552005', 'Cyst'],
  ['edema,oedema,水肿', altered, '79654002', 'Edema'],
]

const known = new Map(
  table.flatMap(([names, category, code, meaning]) =>
    names.split(',').map(name => [name, { category, type: sct(code, meaning) }] as const),
  ),
)

/**
 * What a label means, as DICOM wants it: a SNOMED CT code for names that everybody uses; else "Tissue", and a code of our own
 * scheme (`99SLICETUNE`) that is made from the name, so that the same name has the same code in every file.
 */
export function segmentCodes(name: string): SegmentCodes {
  const plain = name
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim()
  const own = createHash('sha256').update(name).digest('hex').slice(0, 12).toUpperCase()
  const meaning = dicomText(name, 64) || own
  return (
    known.get(plain) ?? {
      category: tissue,
      type: { CodeValue: own, CodingSchemeDesignator: '99SLICETUNE', CodeMeaning: meaning },
    }
  )
}
