// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The lock of optuna's journal, a symbolic link `FILE.lock`, and one of the system's in front of it.
///
/// The link excludes optuna, which takes it away from somebody who has not changed the file for half a minute. The system's lock
/// excludes others of ours and ends with its process, so that a link of ours that somebody killed left behind is known to be
/// nobody's at once: whoever has the system's lock finds no link of ours that counts.
struct JournalLock {
  private let path: String
  private let link: String
  /// Where links of ours point to: the file, in a spelling that optuna does not use.
  private let target: String
  private let descriptor: Int32

  /// Seconds after which a link of somebody else whose file does not change is taken away.
  static let grace = 30.0
  /// Seconds to wait for the system's lock.
  private let patience: Double

  /// `path` must be absolute.
  init(path: String, descriptor: Int32, patience: Double) {
    self.path = path
    self.patience = patience
    self.descriptor = descriptor
    link = path + ".lock"
    let name = path.split(separator: "/", omittingEmptySubsequences: true).last ?? ""
    target = path.dropLast(name.utf8.count) + "./" + name
  }

  func acquire() throws {
    try acquireSystemLock()
    do { try acquireLink() } catch {
      flock(descriptor, LOCK_UN)
      throw error
    }
  }

  func release() {
    remove()
    flock(descriptor, LOCK_UN)
  }

  private func acquireSystemLock() throws {
    var pause = 200.0
    let deadline = MonotonicTime.now + patience
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw FileFailure(path: path, action: "lock", cause: String(cString: strerror(errno)))
      }
      guard MonotonicTime.now < deadline else { throw StorageError.locked(path, seconds: patience) }
      usleep(UInt32(pause))
      pause = min(1.5 * pause, 20_000)
    }
  }

  private func acquireLink() throws {
    var pause = 500.0
    var (seen, since) = (changes, MonotonicTime.now)
    while symlink(target, link) != 0 {
      guard errno == EEXIST else {
        throw FileFailure(path: link, action: "make", cause: String(cString: strerror(errno)))
      }
      // Ours, and nobody of ours is alive with it.
      if destination == target {
        remove()
        continue
      }
      let now = changes
      if now != seen { (seen, since) = (now, MonotonicTime.now) }
      if MonotonicTime.now - since > Self.grace {
        remove()
        continue
      }
      usleep(UInt32(pause))
      pause = min(1.5 * pause, 50_000)
    }
  }

  /// When the link and the file were last changed.
  private var changes: [Int] {
    [link, path].flatMap { path -> [Int] in
      var status = stat()
      guard lstat(path, &status) == 0 else { return [] }
      #if canImport(Darwin)
        return [status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec]
      #else
        return [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
      #endif
    }
  }

  private var destination: String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes { raw in
      raw.withMemoryRebound(to: CChar.self) { text in text.baseAddress.map { readlink(link, $0, text.count) } ?? -1 }
    }
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : ""
  }

  /// Of two who remove the same link only one can rename it, so nobody removes a link that was made in between.
  private func remove() {
    let aside = "\(link).\(getpid()).rename"
    if rename(link, aside) == 0 { unlink(aside) }
  }
}
