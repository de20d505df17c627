import { ref, watchEffect } from 'vue'
import en from './locales/en.json'
import zhCN from './locales/zh-CN.json'

export type MessageKey = keyof typeof en

/** A locale that lacks a sentence, or has one more, does not compile. */
const locales = { en, 'zh-CN': zhCN } as const satisfies Record<string, Record<MessageKey, string>>

export type Locale = keyof typeof locales

/** Each language is named in itself. */
export const languageNames = { en: 'English', 'zh-CN': '中文' } as const satisfies Record<Locale, string>

export const locale = ref<Locale>(preferred())

watchEffect(() => {
  document.documentElement.lang = locale.value
})

/** The sentence of a key in the chosen language, with `{name}` replaced by the value of that name. */
export function t(key: MessageKey, values: Readonly<Record<string, string>> = {}): string {
  return locales[locale.value][key].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}

function preferred(): Locale {
  return navigator.languages.some(language => language.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en'
}
