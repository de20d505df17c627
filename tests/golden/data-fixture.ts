import { readNpy } from '../../src/main/codecs/npy'
import type { Tensor } from '../../src/core/tensor/tensor'
import { fixtureBytes } from './npy-fixture'

/** The bytes of a file of group 5. */
export function dataBytes(path: string): Uint8Array {
  return fixtureBytes(`5-data/${path}`)
}

/** An array of group 5 in its own type. */
export function dataArray(path: string): Tensor {
  return readNpy(dataBytes(path), path)
}

export interface DataManifest {
  readonly resize_longest_side: readonly {
    name: string
    image: string
    dtype: string
    target: number
    out_shape: number[]
  }[]
  readonly nearest: readonly { name: string; source: string; target: number; out_shape: number[] }[]
  readonly samples: readonly {
    name: string
    src_shape: [number, number, number]
    src_dtype: string
    target: number
    label_ids: number[]
    label: number
    bbox_no_jitter: Corners
    flip_lr_bbox: Corners
    new_size: [number, number]
    original_size: [number, number]
  }[]
  readonly boxes: readonly {
    rows: [number, number]
    cols: [number, number]
    size: number
    box: Sides
    jitter: Sides
    seed_box: Sides
    corrected_box: Sides
  }[]
  readonly interp: readonly {
    name: string
    mode: 'bilinear' | 'bicubic'
    in_shape: Shape4
    out_shape: Shape4
  }[]
  readonly postprocess: readonly {
    name: string
    new_size: [number, number]
    original_size: [number, number]
    positive: number
  }[]
}

type Corners = [[x0: number, y0: number], [x1: number, y1: number]]
type Sides = [number, number, number, number]
type Shape4 = [number, number, number, number]

export function dataManifest(): DataManifest {
  return JSON.parse(new TextDecoder().decode(dataBytes('manifest.json'))) as DataManifest
}
