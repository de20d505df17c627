import { Contrast, Cpu, HardDrive, Info, Keyboard, Languages, Layers } from '@lucide/vue'

export const sections = [
  { id: 'device', icon: Cpu },
  { id: 'keys', icon: Keyboard },
  { id: 'canvas', icon: Contrast },
  { id: 'cache', icon: Layers },
  { id: 'language', icon: Languages },
  { id: 'projects', icon: HardDrive },
  { id: 'about', icon: Info },
] as const

export type SettingsSection = (typeof sections)[number]['id']

export function isSection(id: string): id is SettingsSection {
  return sections.some(section => section.id === id)
}
