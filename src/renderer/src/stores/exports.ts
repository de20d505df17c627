import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ExportLimit } from '../../../shared/domain/export-limit'
import { blobAddress } from '../../../shared/contract/blob-address'
import type { ExportEvent, ExportFormatInfo, ExportReport } from '../../../shared/contract/exports'
import { client } from '../api/client'
import { errorText, isAbort, type ErrorText } from '../composables/error-text'
import { useProjectStore } from './project'

export type OptionValue = string | number | boolean

/** One option of a format, as its schema has it. */
export interface ExportOption {
  readonly name: string
  readonly kind: 'choice' | 'switch' | 'text'
  readonly choices: readonly string[]
  readonly default: OptionValue
  /** What a text has to be like */
  readonly pattern: RegExp | null
}

type Preview = Awaited<ReturnType<typeof client.exports.preview>>

/* eslint-disable max-lines-per-function -- a setup store is one function */
/** What the Export dialog offers, counts and does. Options are kept while the program is open. */
export const useExportsStore = defineStore('exports', () => {
  const project = useProjectStore()
  const formats = shallowRef<readonly ExportFormatInfo[]>([])
  const chosen = ref('')
  const values = ref<Record<string, OptionValue>>({})
  /** null: in the project */
  const folder = ref<string | null>(null)
  const preview = shallowRef<Preview | null>(null)
  /** What the format cannot hold; it comes a little after the counts */
  const limits = shallowRef<readonly ExportLimit[]>([])
  const progress = shallowRef<Extract<ExportEvent, { event: 'progress' }> | null>(null)
  const report = shallowRef<ExportReport | null>(null)
  const problem = shallowRef<ErrorText | null>(null)
  let stopping: AbortController | null = null
  let counting: AbortController | null = null

  const format = computed(() => formats.value.find(({ id }) => id === chosen.value) ?? null)
  const options = computed(() => (format.value === null ? [] : optionsOf(format.value)))
  /** Only those of the format that is chosen */
  const given = computed(() =>
    Object.fromEntries(
      options.value.map(option => [option.name, values.value[option.name] ?? option.default]),
    ),
  )
  /** An option whose text is not as it has to be */
  const wrong = computed(
    () =>
      options.value.find(({ name, pattern }) => pattern?.test(String(given.value[name])) === false) ?? null,
  )
  const isRunning = computed(() => progress.value !== null)
  /** Of the finished export, as a zip; null: it lies elsewhere */
  const download = computed(() => {
    const id = report.value?.id ?? null
    return id === null ? null : blobAddress({ kind: 'export', project: project.openId(), id })
  })

  async function load(): Promise<void> {
    begin()
    if (formats.value.length === 0) formats.value = await client.exports.formats()
    if (format.value === null) chosen.value = formats.value[0]?.id ?? ''
    await count()
  }

  async function count(): Promise<void> {
    const { id } = format.value ?? {}
    if (id === undefined) return
    counting?.abort()
    const own = new AbortController()
    counting = own
    limits.value = []
    const input = { project: project.openId(), format: id, options: given.value }
    const counted = await client.exports.preview(input)
    if (counting !== own) return
    preview.value = counted
    if (wrong.value) return
    try {
      const found = await client.exports.limits(input, { signal: own.signal })
      // A later count may have begun meanwhile.
      if (counting === own) limits.value = found
    } catch (error) {
      if (!isAbort(error)) throw error
    }
  }

  function set(name: string, value: OptionValue): void {
    values.value = { ...values.value, [name]: value }
  }

  async function run(): Promise<void> {
    const { id } = format.value ?? {}
    if (id === undefined || isRunning.value) return
    begin()
    stopping = new AbortController()
    progress.value = { event: 'progress', done: 0, total: preview.value?.slices ?? 0 }
    const input = { project: project.openId(), format: id, options: given.value, folder: folder.value }
    try {
      for await (const event of await client.exports.run(input, { signal: stopping.signal })) {
        if (event.event === 'progress') progress.value = event
        else if (event.event === 'report' && !event.interrupted) report.value = event
      }
    } catch (error) {
      if (!isAbort(error)) problem.value = errorText(error)
    } finally {
      progress.value = null
      stopping = null
    }
  }

  /** Nothing of a cancelled export is left. */
  function cancel(): void {
    stopping?.abort()
  }

  function begin(): void {
    report.value = null
    problem.value = null
  }

  return {
    formats,
    chosen,
    folder,
    preview,
    limits,
    progress,
    report,
    problem,
    format,
    options,
    given,
    wrong,
    isRunning,
    download,
    load,
    count,
    set,
    run,
    cancel,
    begin,
  }
})

/** The fields of a JSON schema that a form can show. */
function optionsOf({ options }: ExportFormatInfo): ExportOption[] {
  return Object.entries(recordOf(options['properties'])).flatMap(([name, schema]): ExportOption[] => {
    const { type, enum: choices, default: first, pattern } = recordOf(schema)
    const plain = { name, choices: [], pattern: null }
    if (type === 'boolean') return [{ ...plain, kind: 'switch', default: first === true }]
    const text = typeof first === 'string' ? first : ''
    if (Array.isArray(choices)) {
      const texts = choices.filter(choice => typeof choice === 'string')
      return [{ ...plain, kind: 'choice', choices: texts, default: text || (texts[0] ?? '') }]
    }
    if (type !== 'string') return []
    return [
      {
        ...plain,
        kind: 'text',
        pattern: typeof pattern === 'string' ? new RegExp(pattern) : null,
        default: text,
      },
    ]
  })
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
