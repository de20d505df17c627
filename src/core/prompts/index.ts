export { clicksToDice, firstClick, nextClick } from './clicks'
export type { ClickOptions, ClickRun } from './clicks'
export { ellipseInBox } from './ellipse'
export { looseBox } from './loose-box'
