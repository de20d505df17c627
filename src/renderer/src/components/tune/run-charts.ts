import type { TrainingRun } from '../../../../shared/domain/training-run'
import { formatNumber, formatScore } from '../../composables/format'
import { t } from '../../locale'
import type { Chart } from '../charts/chart'

const three = (value: number): string =>
  formatNumber(value, { minimumFractionDigits: 1, maximumFractionDigits: 3 })

const rate = (value: number): string => (value === 0 ? '0' : value.toExponential(1).replace('.0e', 'e'))

function bestOf({ bestEpoch }: TrainingRun, line: number | null): Chart['best'] {
  return bestEpoch === null ? null : { x: bestEpoch, label: t('tune.chart.best', { epoch: bestEpoch }), line }
}

/** Train dashed grey, validation solid; x runs to the planned end, so that the empty part is what is left. */
export function lossChart(run: TrainingRun): Chart {
  return {
    x: run.epochs.map(({ epoch }) => epoch),
    xMax: run.plannedEpochs,
    yLeast: [0, 0.1],
    format: three,
    lines: [
      {
        label: t('tune.chart.val'),
        ...{ colour: '--c-val', width: 2 },
        values: run.epochs.map(({ valLoss }) => valLoss),
      },
      {
        label: t('tune.chart.train'),
        ...{ colour: '--c-train', width: 1.5, dash: [5, 4] },
        values: run.epochs.map(({ trainLoss }) => trainLoss),
      },
    ],
    best: bestOf(run, null),
  }
}

/** Begins with the base at epoch 0. */
export function diceChart(run: TrainingRun, xMax = run.plannedEpochs): Chart {
  const { baseDice, epochs } = run
  const values = [baseDice, ...epochs.map(({ valDice }) => valDice)]
  const lowest = Math.min(...values.filter(value => value !== null), 0.8)
  return {
    x: [0, ...epochs.map(({ epoch }) => epoch)],
    xMax,
    yLeast: [Math.floor(lowest * 10) / 10, 1],
    format: three,
    lines: [{ label: '', colour: '--c-val', width: 2, values }],
    level:
      baseDice === null
        ? null
        : { value: baseDice, label: t('tune.chart.base', { dice: formatScore(baseDice, 3) }) },
    best: bestOf(run, 0),
  }
}

export function rateChart(run: TrainingRun): Chart {
  const rates = run.epochs.map(({ learningRate }) => learningRate)
  return {
    x: run.epochs.map(({ epoch }) => epoch),
    xMax: run.plannedEpochs,
    yLeast: [0, Math.max(1e-6, ...rates)],
    format: rate,
    lines: [{ label: '', colour: '--c-train', width: 1.5, values: rates }],
  }
}
