import { describe, expect, it } from 'vitest'
import {
  isOnNetworkShare,
  isUnc,
  linuxMounts,
  macMounts,
  mountOf,
} from '../../../../src/main/files/network-share'
import { folderWith } from '../support/folders'

describe('the mount of a folder', () => {
  const mounts = linuxMounts(
    [
      'overlay / overlay rw 0 0',
      'server:/export /data nfs4 rw,vers=4.2 0 0',
      '/dev/sdb1 /data/local\\040disk ext4 rw 0 0',
      '//nas/share /mnt/nas cifs rw 0 0',
      '//nas/share /database ext4 rw 0 0',
      'tmpfs /data/covered tmpfs rw 0 0',
      'host:/x /data/covered fuse.sshfs rw 0 0',
    ].join('\n'),
  )

  it.each([
    ['/home/me', 'overlay'],
    ['/data', 'nfs4'],
    ['/data/set/one', 'nfs4'],
    ['/data/local disk/set', 'ext4'],
    ['/database/x', 'ext4'],
    ['/mnt/nas/a', 'cifs'],
    ['/data/covered/a', 'fuse.sshfs'],
  ])('%s is of the type %s', (folder, type) => {
    expect(mountOf(folder, mounts)?.type).toBe(type)
  })

  it('is read from what macOS prints', () => {
    expect(
      macMounts(
        '/dev/disk1s1 on / (apfs, local, journaled)\n//me@nas/on (x) on /Volumes/on (x) (smbfs, nodev, nosuid)\n',
      ),
    ).toEqual([
      { folder: '/', type: 'apfs' },
      { folder: '/Volumes/on (x)', type: 'smbfs' },
    ])
  })

  it('is that of a server where Windows names one', () => {
    expect(
      ['\\\\server\\share\\a', '\\\\?\\UNC\\server\\share', 'C:\\data', '\\\\?\\C:\\data'].map(isUnc),
    ).toEqual([true, true, false, false])
  })

  it('is no share where the tests run', async () => {
    expect(await isOnNetworkShare(folderWith({}))).toBe(false)
  })
})
