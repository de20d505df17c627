import annotate from './en/annotate.json'
import errors from './en/errors.json'
import exporting from './en/export.json'
import labels from './en/labels.json'
import models from './en/models.json'
import review from './en/review.json'
import settings from './en/settings.json'
import shell from './en/shell.json'
import start from './en/start.json'
import tune from './en/tune.json'
import zhAnnotate from './zh-CN/annotate.json'
import zhErrors from './zh-CN/errors.json'
import zhExport from './zh-CN/export.json'
import zhLabels from './zh-CN/labels.json'
import zhModels from './zh-CN/models.json'
import zhReview from './zh-CN/review.json'
import zhSettings from './zh-CN/settings.json'
import zhShell from './zh-CN/shell.json'
import zhStart from './zh-CN/start.json'
import zhTune from './zh-CN/tune.json'

/**
 * One file an area and language, with flat keys. A key that one language lacks, or that two areas claim, fails
 * tests/unit/renderer/locales.test.ts. Sentences with a number `n` may have two English forms: "1 slice | {n} slices".
 */
const en = {
  ...shell,
  ...start,
  ...annotate,
  ...tune,
  ...models,
  ...review,
  ...exporting,
  ...labels,
  ...settings,
  ...errors,
}

export type MessageKey = keyof typeof en

const zhCN: Partial<Record<MessageKey, string>> = {
  ...zhShell,
  ...zhStart,
  ...zhAnnotate,
  ...zhTune,
  ...zhModels,
  ...zhReview,
  ...zhExport,
  ...zhLabels,
  ...zhSettings,
  ...zhErrors,
}

export const messages = { en, 'zh-CN': zhCN } as const

export type Locale = keyof typeof messages
