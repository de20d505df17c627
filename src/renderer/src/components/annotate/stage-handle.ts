import { shallowRef } from 'vue'
import type { Stage } from './use-stage'

/** The stage on the screen, for commands that come from keys, menus and the palette; null: there is none. */
export const stageActions = shallowRef<(Stage & { focus(): void }) | null>(null)
