import { Activity, Box, CircleDot, Maximize2, Minimize2 } from '@lucide/vue'
import type { Component } from 'vue'
import type { EditAction } from '../../../../shared/domain/project'
import { fillHoles } from '../../../../shared/masks/fill-holes'
import { grow, shrink } from '../../../../shared/masks/grow-shrink'
import { keepLargest } from '../../../../shared/masks/keep-largest'
import { smooth } from '../../../../shared/masks/smooth'
import type { MessageKey } from '../../locale'

export interface Repair {
  readonly action: EditAction
  readonly labelKey: MessageKey
  readonly icon: Component
  readonly change: (mask: Uint8Array, height: number, width: number) => Uint8Array
}

/** Pixels of the slice that one press grows or shrinks a mask by, and the radius in which it is smoothed. */
const growRadius = 1
const smoothRadius = 2

/** In the order of the panel; another one is a line here. */
export const repairs: readonly Repair[] = [
  {
    action: 'grow',
    labelKey: 'annotate.repair.grow',
    icon: Maximize2,
    change: (mask, height, width) => grow(mask, height, width, growRadius),
  },
  {
    action: 'shrink',
    labelKey: 'annotate.repair.shrink',
    icon: Minimize2,
    change: (mask, height, width) => shrink(mask, height, width, growRadius),
  },
  {
    action: 'smooth',
    labelKey: 'annotate.repair.smooth',
    icon: Activity,
    change: (mask, height, width) => smooth(mask, height, width, smoothRadius),
  },
  { action: 'fill-holes', labelKey: 'annotate.repair.fillHoles', icon: CircleDot, change: fillHoles },
  { action: 'keep-largest', labelKey: 'annotate.repair.keepLargest', icon: Box, change: keepLargest },
]
