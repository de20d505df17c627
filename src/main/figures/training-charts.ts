import type { Chart } from './chart'
import { lineChart } from './chart'
import { chartColours } from './palette'
import { renderPng } from './render-png'
import { document, element } from './svg'

/** One line of a run's log, as far as the charts need it. */
export interface EpochFigures {
  /** Counted from 1 */
  readonly epoch: number
  readonly trainLoss: number
  /** Null where no validation took place */
  readonly valLoss: number | null
  readonly valDice: number | null
  readonly seconds: number
  readonly learningRate?: number
}

export interface ChartOptions {
  readonly title: string
  /** The planned number of epochs: the empty part of the chart is what is left */
  readonly epochs?: number
  readonly bestEpoch?: number
  /** Dice of the model before training, drawn dotted */
  readonly baseDice?: number | null
}

const size = { width: 760, height: 400 } as const

/** `train_loss.png`: training and validation loss by epoch. */
export function lossChart(epochs: readonly EpochFigures[], options: ChartOptions): Uint8Array {
  return figure([lossPanel(epochs, options)])
}

/** `val_dice.png`: validation Dice by epoch, beside the base and, where it changed, the learning rate. */
export function diceChart(epochs: readonly EpochFigures[], options: ChartOptions): Uint8Array {
  const { baseDice = null } = options
  const dices = epochs.flatMap(({ valDice }) => (valDice === null ? [] : [valDice]))
  const rates = epochs.flatMap(({ learningRate }) => (learningRate === undefined ? [] : [learningRate]))
  const rateChanged = new Set(rates).size > 1
  const lowest = Math.min(1, baseDice ?? 1, ...dices.filter(Number.isFinite))
  const end = Math.max(options.epochs ?? 1, ...epochs.map(({ epoch }) => epoch))
  const start = Math.min(1, ...epochs.map(({ epoch }) => epoch))
  return figure([
    {
      title: options.title,
      x: { label: 'Epoch', end },
      // Steps of a fixed kind: the axis does not move with every epoch.
      left: {
        label: 'Validation Dice',
        domain: [lowest < 0.5 ? 0 : lowest < 0.8 ? 0.5 : 0.8, 1],
        format: dice,
      },
      right: rateChanged
        ? { label: 'Rate', domain: [0, Math.max(...rates)], format: exponential }
        : undefined,
      mark: bestMark(options),
      series: [
        ...(baseDice === null
          ? []
          : [
              {
                label: 'Base',
                look: 'base' as const,
                points: [
                  [start, baseDice],
                  [end, baseDice],
                ] as const,
              },
            ]),
        ...(rateChanged
          ? [
              {
                label: 'Rate',
                look: 'other' as const,
                axis: 'right' as const,
                points: epochs.map(({ epoch, learningRate }) => [epoch, learningRate ?? null] as const),
              },
            ]
          : []),
        { label: 'Val', look: 'val', points: epochs.map(({ epoch, valDice }) => [epoch, valDice]) },
      ],
    },
  ])
}

/** `log.png`: loss above, seconds an epoch below, as the original multi-GPU script draws them. */
export function logChart(epochs: readonly EpochFigures[], options: ChartOptions): Uint8Array {
  const longest = Math.max(0, ...epochs.map(({ seconds }) => seconds).filter(Number.isFinite))
  return figure([
    lossPanel(epochs, options),
    {
      title: 'Seconds per epoch',
      x: { label: 'Epoch', end: options.epochs },
      left: { label: 'Seconds', domain: [0, longest > 0 ? longest * 1.1 : 1], format: seconds },
      series: [{ label: 'Time', look: 'val', points: epochs.map(record => [record.epoch, record.seconds]) }],
    },
  ])
}

function lossPanel(epochs: readonly EpochFigures[], options: ChartOptions): Chart {
  const hasValidation = epochs.some(({ valLoss }) => valLoss !== null)
  return {
    title: options.title,
    x: { label: 'Epoch', end: options.epochs },
    left: { label: 'Loss' },
    mark: bestMark(options),
    series: [
      { label: 'Train', look: 'train', points: epochs.map(({ epoch, trainLoss }) => [epoch, trainLoss]) },
      ...(hasValidation
        ? [{ label: 'Val', look: 'val' as const, points: epochs.map(r => [r.epoch, r.valLoss] as const) }]
        : []),
    ],
  }
}

function bestMark({ bestEpoch }: ChartOptions): Chart['mark'] {
  return bestEpoch === undefined ? undefined : { x: bestEpoch, label: `Best: epoch ${bestEpoch}` }
}

function figure(panels: readonly Chart[]): Uint8Array {
  const { width, height } = size
  const drawn = panels.map((panel, i) =>
    element('g', { transform: `translate(0 ${i * height})` }, lineChart(panel, size)),
  )
  return renderPng(document(width, height * panels.length, chartColours.background, ...drawn))
}

const dice = (value: number): string => value.toFixed(2)
const seconds = (value: number): string =>
  value < 1000 ? String(Number(value.toPrecision(3))) : value.toFixed(0)
const exponential = (value: number): string => (value === 0 ? '0' : value.toExponential(1))
