import { hasMessage, t } from '../../locale'

/** What is done before and after the epochs. Stages come by their English names; one that is not known is shown so. */
export function stageText({ stage, done, total }: { stage: string; done: number; total: number }): string {
  const key = `tune.stage.${stage}`
  const name = hasMessage(key) ? t(key) : stage
  return t('tune.stage', { name, done, total })
}
