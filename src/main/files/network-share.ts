import { execFile } from 'node:child_process'
import { readFile, realpath } from 'node:fs/promises'
import { promisify } from 'node:util'

/** File systems of other computers, as Linux and macOS name them. */
const shared =
  /^(nfs\d*|cifs|smb\w*|sshfs|fuse\.(sshfs|s3fs|rclone|glusterfs|smbnetfs)|9p|afpfs|webdav|davfs2?|afs|ceph|glusterfs|ncpfs|prl_fs|vboxsf)$/

/** Where a file system is mounted, and of which type it is. */
export interface Mount {
  readonly folder: string
  readonly type: string
}

/**
 * Whether a folder lies on a network share, where the locks that SQLite's journal needs cannot be trusted; false where the
 * system does not say.
 */
export async function isOnNetworkShare(folder: string): Promise<boolean> {
  if (process.platform === 'win32') return isUnc(folder)
  const real = await realpath(folder).catch(() => folder)
  return shared.test(mountOf(real, await mounts())?.type ?? '')
}

/** `\\server\share\…`, also in its long form; a drive letter of a share is not told apart. */
export function isUnc(folder: string): boolean {
  return /^\\\\(?![?.]\\(?!UNC\\))/i.test(folder)
}

/** The innermost mount that holds the folder; of two at one place the later one covers the other. */
export function mountOf(folder: string, all: readonly Mount[]): Mount | null {
  const holds = (mount: string): boolean =>
    mount === '/' || folder === mount || folder.startsWith(`${mount}/`)
  return all
    .filter(mount => holds(mount.folder))
    .reduce<Mount | null>(
      (best, mount) => (best === null || mount.folder.length >= best.folder.length ? mount : best),
      null,
    )
}

async function mounts(): Promise<Mount[]> {
  if (process.platform === 'darwin') {
    const { stdout } = await promisify(execFile)('/sbin/mount').catch(() => ({ stdout: '' }))
    return macMounts(stdout)
  }
  return linuxMounts(await readFile('/proc/mounts', 'utf8').catch(() => ''))
}

/** Lines of `/proc/mounts`: device, folder, type, options; blanks in a folder are octal (fstab(5)). */
export function linuxMounts(text: string): Mount[] {
  return text.split('\n').flatMap(line => {
    const [, folder, type] = line.split(' ')
    if (folder === undefined || type === undefined) return []
    const plain = folder.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
    return [{ folder: plain, type }]
  })
}

/** Lines of `mount`: `//user@server/share on /Volumes/share (smbfs, nodev, nosuid)`. */
export function macMounts(text: string): Mount[] {
  return text.split('\n').flatMap(line => {
    const [, folder, type] = /^.* on (\/.*) \((\w+)/.exec(line) ?? []
    return folder === undefined || type === undefined ? [] : [{ folder, type }]
  })
}
