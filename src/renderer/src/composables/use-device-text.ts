import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import type { Device } from '../../../shared/contract/system'
import { hasMessage, t } from '../locale'
import { formatDuration } from './format'

export interface DeviceText {
  /** "CPU, 2 threads: 1.9 s a slice, a mask in 80 ms" */
  readonly speed: ComputedRef<string>
  /** Why this device, and what it is good for */
  readonly reason: ComputedRef<string>
}

export function useDeviceText(given: MaybeRefOrGetter<Device>): DeviceText {
  const speed = computed(() => {
    const device = toValue(given)
    const name = t('shell.device', { name: device.name, n: device.threads })
    const { secondsPerSlice, millisecondsPerMask } = device
    if (secondsPerSlice === null) return t('device.notMeasured', { device: name })
    const slice = formatDuration(secondsPerSlice)
    return millisecondsPerMask === null
      ? t('device.slice', { device: name, slice })
      : t('device.sliceAndMask', { device: name, slice, mask: formatDuration(millisecondsPerMask / 1000) })
  })
  const reason = computed(() => {
    const device = toValue(given)
    const key = `device.reason.${device.reason ?? 'chosen'}`
    const why = hasMessage(key) ? t(key) : ''
    return device.secondsPerSlice === null ? why : t('device.goodFor', { why })
  })
  return { speed, reason }
}
