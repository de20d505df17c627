import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { client } from '../api/client'

/** Licence texts of what SliceTune is made of; loaded when they are looked at. */
export const useLicencesStore = defineStore('licences', () => {
  const licences = shallowRef<Awaited<ReturnType<typeof client.system.licences>>>([])

  async function load(): Promise<void> {
    if (licences.value.length === 0) licences.value = await client.system.licences()
  }

  return { licences, load }
})
