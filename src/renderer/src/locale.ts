import { computed, ref, watchEffect } from 'vue'
import { createI18n } from 'vue-i18n'
import { messages, type Locale, type MessageKey } from './locales'
import { pseudoText } from './locales/pseudo'

export type { Locale, MessageKey }

export type MessageValues = Readonly<Record<string, string | number>>

/** Each language is named in itself. */
export const languageNames = { en: 'English', 'zh-CN': '中文' } as const satisfies Record<Locale, string>

/** What the settings ask for; `auto` follows the browser or the system. */
export const chosenLanguage = ref<'auto' | Locale>('auto')

export const locale = computed<Locale>(() =>
  chosenLanguage.value === 'auto' ? preferred() : chosenLanguage.value,
)

/** `?pseudo` in the address marks every sentence, so that text without a key stands out. */
const isPseudo = typeof location !== 'undefined' && new URLSearchParams(location.search).has('pseudo')

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages,
  // Flat keys, and "a" may stand beside "a.b".
  messageResolver: (messagesOfLocale, key) => (messagesOfLocale as Record<string, string>)[key] ?? null,
})

// At once: a sentence that is asked for right after the change is in the new language.
watchEffect(
  () => {
    i18n.global.locale.value = locale.value
    if (typeof document !== 'undefined') document.documentElement.lang = locale.value
  },
  { flush: 'sync' },
)

/** Sentences without values: the same ones are asked for again with every row and button that is drawn. */
const fixed: Readonly<Record<Locale, Map<MessageKey, string>>> = { en: new Map(), 'zh-CN': new Map() }

/** The sentence of a key in the chosen language; a value named `n` chooses between its forms. */
export function t(key: MessageKey, values?: MessageValues): string {
  if (values !== undefined) return sentence(key, values)
  const known = fixed[i18n.global.locale.value]
  const text = known.get(key) ?? sentence(key, {})
  known.set(key, text)
  return text
}

function sentence(key: MessageKey, values: MessageValues): string {
  const { n } = values
  const shown = n === undefined ? values : { ...values, n: typeof n === 'number' ? formatCount(n) : n }
  const text =
    typeof n === 'number' ? i18n.global.t(key, n, { named: shown }) : i18n.global.t(key, { ...shown })
  return isPseudo ? pseudoText(text) : text
}

export function hasMessage(key: string): key is MessageKey {
  return key in messages.en
}

function formatCount(n: number): string {
  return new Intl.NumberFormat(locale.value).format(n)
}

function preferred(): Locale {
  const asked = typeof navigator === 'undefined' ? [] : navigator.languages
  return asked.some(language => language.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en'
}
