import { oc } from '@orpc/contract'
import { contractErrors } from './errors'

/** What every procedure of the contract begins with: the errors that a user can meet. */
export const procedure = oc.errors(contractErrors)
