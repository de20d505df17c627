/** Everything that someone needs who finds the checkpoint in a year. */
export interface ModelCard {
  readonly name: string
  /** ISO 8601 */
  readonly created: string
  readonly program: string
  readonly base: {
    readonly id: string
    readonly source: string
    readonly licence: string
    readonly sha256?: string
  }
  readonly checkpoint: { readonly file: string; readonly sha256?: string; readonly epoch: number }
  readonly data: {
    readonly source: string
    readonly licence: string
    /** False when training and validation share groups */
    readonly independent: boolean
    readonly train: SplitPart
    readonly val: SplitPart
    /** Left out, with the reason */
    readonly skipped: readonly { readonly file: string; readonly reason: string }[]
  }
  readonly preset: string
  /** As stored in the run's configuration */
  readonly options: Readonly<Record<string, string | number | boolean | null>>
  /** Shares of the prompts in training, e.g. `{ 'box, up to 5 px loose': 0.5, 'inner point': 0.5 }` */
  readonly prompts: Readonly<Record<string, number>>
  readonly preprocessing: Readonly<Record<string, unknown>>
  readonly results: readonly CardResult[]
  readonly verdict: string
  readonly limits: readonly string[]
  /** Names of what must be credited, with licence */
  readonly attributions: readonly string[]
}

export interface SplitPart {
  readonly slices: number
  /** How many patients or volumes; never their names, which may be patients' */
  readonly groups: number
}

/** A row of the table: one kind of prompt and metric, measured on the same cases with each model. */
export interface CardResult {
  readonly prompt: string
  readonly metric: string
  readonly unit?: string
  readonly cases: number
  readonly base: CardFigure | null
  readonly tuned: CardFigure | null
  /** The plain ellipse in the box, which needs no network */
  readonly ellipse?: CardFigure | null
}

export interface CardFigure {
  readonly mean: number | null
  readonly interval?: readonly [low: number, high: number] | null
}

/** The model card of a fine-tuned model as Markdown. */
export function modelCard(card: ModelCard): string {
  const { base, checkpoint, data } = card
  const sections = [
    `# ${inline(card.name)}`,
    '**Research use only. Not a medical device; not for diagnosis or any clinical decision.**',
    inline(card.verdict),
    '## What it is',
    bullets([
      `Base model: ${inline(base.id)} (${inline(base.source)}), licence ${inline(base.licence)}${hash(base.sha256)}`,
      `Checkpoint: ${code(checkpoint.file)}, epoch ${checkpoint.epoch}${hash(checkpoint.sha256)}`,
      `Made ${inline(card.created)} by ${inline(card.program)}`,
    ]),
    '## Results on held-out slices',
    resultTable(card.results),
    'Intervals: 95 %, bootstrap over cases. An ellipse drawn in the box needs no network: a box figure below it is no success.',
    '## Data',
    bullets([
      `Source: ${inline(data.source)}, licence ${inline(data.licence)}`,
      `Training: ${part(data.train)}`,
      `Validation: ${part(data.val)}`,
      data.independent
        ? 'No group (patient, volume, or image where nothing tells patients apart) is in both parts.'
        : '**Not independent**: training and validation share a patient or volume; expect worse on new ones.',
      ...(data.skipped.length === 0 ? [] : [skippedList(data.skipped)]),
    ]),
    '## Training',
    bullets([
      `Preset: ${inline(card.preset)}`,
      `Prompts: ${Object.entries(card.prompts)
        .map(([kind, share]) => `${inline(kind)} ${Math.round(share * 100)} %`)
        .join(', ')}`,
    ]),
    settingTable('Option', card.options),
    '## Preprocessing',
    'Stored with the checkpoint and applied by every command:',
    settingTable('Setting', card.preprocessing),
    '## Limits',
    bullets(card.limits.map(inline)),
    '## Licences and credits',
    bullets(card.attributions.map(inline)),
  ]
  return `${sections.join('\n\n')}\n`
}

function resultTable(results: readonly CardResult[]): string {
  if (results.length === 0) return 'Nothing was measured.'
  const rows = results.map(({ prompt, metric, unit, cases, base, tuned, ellipse }) => [
    inline(prompt),
    inline(unit === undefined ? metric : `${metric} (${unit})`),
    String(cases),
    figure(base),
    figure(tuned),
    figure(ellipse ?? null),
  ])
  return table(['Prompt', 'Metric', 'Cases', 'Base', 'Tuned', 'Ellipse in the box'], rows)
}

function figure(value: CardFigure | null): string {
  if (value === null || value.mean === null) return '–'
  const interval = value.interval ? ` (${value.interval.map(end => end.toFixed(3)).join(' to ')})` : ''
  return `${value.mean.toFixed(3)}${interval}`
}

function settingTable(head: string, settings: Readonly<Record<string, unknown>>): string {
  return table(
    [head, 'Value'],
    Object.entries(settings).map(([name, value]) => [code(name), code(plain(value))]),
  )
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return 'not set'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function part({ slices, groups }: SplitPart): string {
  return `${slices} slices of ${groups} groups`
}

function skippedList(skipped: ModelCard['data']['skipped']): string {
  const lines = skipped.map(({ file, reason }) => `  - ${code(file)}: ${inline(reason)}`)
  return [`Left out: ${skipped.length}`, ...lines].join('\n')
}

function hash(sha256: string | undefined): string {
  return sha256 === undefined ? '' : `, sha256 ${code(sha256)}`
}

function bullets(items: readonly string[]): string {
  return items.length === 0 ? '- none stated' : items.map(item => `- ${item}`).join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map(cells => `| ${cells.map(cell => cell.replace(/(?<!\\)\|/gu, '\\|')).join(' | ')} |`)
    .join('\n')
}

/** Names come from the user's files: no line breaks, no table bars, no markup and no HTML in the card. */
function inline(content: string): string {
  return content
    .replace(/\s+/gu, ' ')
    .replace(/[\\`*_[\]<>|#]/gu, character => `\\${character}`)
    .trim()
}

/** As code; a backtick cannot be escaped inside, so it becomes a quote. */
function code(content: string): string {
  return `\`${content.replace(/\s+/gu, ' ').replace(/`/gu, "'")}\``
}
