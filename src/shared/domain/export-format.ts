/** IDs of the export formats, in the order in which they are offered; each has a file in main/exporters. */
export const exportFormats = [
  'coco',
  'yolo',
  'labelme',
  'nifti',
  'nrrd',
  'dicom-seg',
  'nnunet',
  'png',
  'npy',
  'csv',
] as const
export type ExportFormat = (typeof exportFormats)[number]
