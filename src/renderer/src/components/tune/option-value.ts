import type { OptionField } from '../../../../shared/contract/training'

export type OptionValue = OptionField['defaults'][keyof OptionField['defaults']]
