export { labelMapExporter } from './label-map'
export type { LabelMapExporter } from './label-map'
