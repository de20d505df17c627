import { EvaluateOptions } from '../domain/evaluation'
import { EmbedOptions, PredictOptions } from '../domain/prediction'
import { defineCommand } from './command'

export const evaluate = defineCommand({
  summary: 'Judge a model on slices whose masks are known',
  input: EvaluateOptions,
  examples: [
    'evaluate --data scans --prompt box',
    'evaluate --data scans --model runs/head-20260101-0900/medsam_lite_best.pth --prompt point',
    'evaluate --data scans --prompt clicks --json > scores.jsonl',
  ],
})

export const predict = defineCommand({
  summary: 'Write label maps for images, from boxes, points, coarse masks, or nothing at all',
  input: PredictOptions,
  examples: [
    'predict --images scans/images --boxes boxes.csv --out masks',
    'predict --images scans/images --points points.csv --model tuned.pth --out masks',
    'predict --images scans/images --from-masks coarse --prompt box --out masks',
    'predict --images scans/images --auto --model tuned.pth --out masks',
  ],
  check: options => {
    const files = [options.boxes, options.points, options.fromMasks].filter(source => source !== undefined)
    return files.length + Number(options.auto) === 1
      ? null
      : 'predict needs exactly one of --boxes FILE.csv, --points FILE.csv, --from-masks DIR and --auto.'
  },
})

export const embed = defineCommand({
  summary: 'Write what the image encoder makes of each image, as .npy (float32, [256, h, w])',
  input: EmbedOptions,
  examples: ['embed --images scans/images --out features'],
})
