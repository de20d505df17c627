/** What stands in place of a value that must not be empty (PS3.15 E.1.1, "D"). @returns '' where there is nothing harmless */
export function harmlessText(vr: string): string {
  if (vr === 'PN') return 'Anonymous'
  if (vr === 'IS' || vr === 'DS') return '0'
  if (vr === 'AS') return '000Y'
  return ['AE', 'CS', 'LO', 'LT', 'SH', 'ST', 'UC', 'UT'].includes(vr) ? 'REMOVED' : ''
}
