import path from 'node:path'

/** What is exported of the volumes and of the pictures, with options where there are any */
const exported = {
  v: [['nifti'], ['nrrd'], ['dicom-seg'], ['nnunet']],
  p: [
    ['coco'],
    ['labelme'],
    ['labelme', 'shape=polygons', 'labelme-polygons'],
    ['yolo'],
    ['png'],
    ['npy'],
    ['nnunet'],
  ],
}

/** Where the masks lie in each export that comes back, and the format in which they are compared then */
const back = {
  v: { nifti: 'labels', nrrd: 'labels', 'dicom-seg': 'segmentations', nnunet: '.' },
  p: { coco: '.', labelme: 'images', png: 'masks', nnunet: '.' },
}
const compared = { v: 'nifti', p: 'png' }

/**
 * Imports the images and masks that write_sources.py made, exports them twice in every format, and attaches what was exported to
 * the same images in new projects.
 *
 * @param {string} folder
 * @param {(...args: string[]) => string} slicetune
 */
export function fillExports(folder, slicetune) {
  /** @param {string[]} names */
  const at = (...names) => path.join(folder, ...names)
  for (const [kind, images, labels] of /** @type {const} */ ([
    ['v', 'volumes', 'volume-labels'],
    ['p', 'pictures', 'picture-labels'],
  ])) {
    /** @param {string} name @param {string} masks */
    const project = (name, masks) => {
      slicetune('project', 'create', at(name), '--json')
      // Else series of DICOM files are called by kind and number.
      slicetune('project', 'import', at(name), '--from', at(images), '--keep-tags', '--json')
      slicetune('project', 'labels', at(name), '--from', masks, '--json')
      return at(name)
    }
    /** @param {string} from @param {string} format @param {string} out @param {string} options */
    const exportTo = (from, format, out, options = '') => {
      const all = [options, format === 'nnunet' ? '' : 'slices=accepted'].filter(Boolean).join(',')
      slicetune('project', 'export', from, '--format', format, '--out', at(out), '--options', all, '--json')
    }
    const own = project(`${kind}-project`, at(labels))
    for (const [format = '', options = '', name = format] of exported[kind]) {
      exportTo(own, format, `${kind}-${name}`, options)
      exportTo(own, format, `${kind}-${name}-again`, options)
    }
    for (const [format, masks] of Object.entries(back[kind])) {
      const again = project(`${kind}-back-${format}`, at(`${kind}-${format}`, masks))
      exportTo(again, compared[kind], `back-${format}-${kind}`)
    }
  }
}
