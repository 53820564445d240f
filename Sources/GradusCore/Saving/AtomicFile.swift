// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file could not be read, written or locked.
public struct FileFailure: Error, Sendable, Hashable, CustomStringConvertible {
  public var path: String
  public var action: String
  public var cause: String

  public init(path: String, action: String, cause: String) {
    self.path = path
    self.action = action
    self.cause = cause
  }

  init(_ action: String, _ path: String) {
    self.init(path: path, action: action, cause: String(cString: strerror(errno)))
  }

  public var description: String { "cannot \(action) \(path): \(cause)" }
}

/// Files that are either the old or the new content, never a part of it.
public enum AtomicFile {
  /// Writes beside the target, flushes to the disk and renames. On failure the old file is untouched and nothing is left.
  public static func write(_ parts: [[UInt8]], to path: String) throws(FileFailure) {
    try write(to: path) { (file) throws(FileFailure) in
      for part in parts { try writeAll(part, to: file.descriptor, path: path) }
    }
  }

  /// A file that is being written.
  struct Target {
    fileprivate let descriptor: Int32
    fileprivate let path: String

    func append(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
      try writeAll(bytes, to: descriptor, path: path)
    }
  }

  /// The same for what `body` appends.
  static func write(to path: String, _ body: (Target) throws(FileFailure) -> Void) throws(FileFailure) {
    let temporary = "\(path).\(getpid()).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileFailure("write", path) }
    do throws(FileFailure) {
      try body(Target(descriptor: descriptor, path: path))
      guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else { throw FileFailure("flush", path) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let failure = FileFailure("replace", path)
      unlink(temporary)
      throw failure
    }
  }

  package static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(FileFailure) {
    try RawBlock(bytes).withBytes { (raw) throws(FileFailure) in try writeAll(raw, to: descriptor, path: path) }
  }

  package static func writeAll(_ raw: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws(FileFailure) {
    guard let base = raw.baseAddress else { return }
    var offset = 0
    while offset < raw.count {
      let written = systemWrite(descriptor, base + offset, raw.count - offset)
      if written < 0 {
        if errno == EINTR { continue }
        throw FileFailure("write", path)
      }
      offset += written
    }
  }

  /// The whole file. Refuses folders and files above `limit` bytes.
  public static func read(_ path: String, limit: Int = 1 << 36) throws(FileFailure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure("read", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileFailure("read", path) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw FileFailure(path: path, action: "read", cause: "it is a folder")
    }
    let size = Int(status.st_size)
    guard size <= limit else { throw tooLarge(path, limit) }
    // As many bytes as the file says it has, straight to their place; it may grow meanwhile, or not know its size.
    var failed = false
    var bytes = [UInt8](unsafeUninitializedCapacity: size) { target, count in
      while count < size, let base = target.baseAddress {
        let got = systemRead(descriptor, base + count, size - count)
        if got < 0, errno == EINTR { continue }
        failed = got < 0
        if got <= 0 { break }
        count += got
      }
    }
    if failed { throw FileFailure("read", path) }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = chunk.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileFailure("read", path)
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else { throw tooLarge(path, limit) }
    }
  }

  private static func tooLarge(_ path: String, _ limit: Int) -> FileFailure {
    FileFailure(path: path, action: "read", cause: "it is larger than \(limit) bytes")
  }
}

#if canImport(Glibc)
  private func systemWrite(_ d: Int32, _ p: UnsafeRawPointer, _ n: Int) -> Int { Glibc.write(d, p, n) }
  private func systemRead(_ d: Int32, _ p: UnsafeMutableRawPointer?, _ n: Int) -> Int { Glibc.read(d, p, n) }
#else
  private func systemWrite(_ d: Int32, _ p: UnsafeRawPointer, _ n: Int) -> Int { Darwin.write(d, p, n) }
  private func systemRead(_ d: Int32, _ p: UnsafeMutableRawPointer?, _ n: Int) -> Int { Darwin.read(d, p, n) }
#endif

/// A lock on a file that lasts as long as this value or the process.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Throws when another process (or another lock of this one) holds it.
  public init(beside path: String) throws(FileFailure) {
    let lock = path + ".lock"
    descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileFailure("lock", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw FileFailure(
        path: path, action: "lock", cause: "another run is using it; wait for that run or copy the file")
    }
  }

  deinit {
    // A process just being started may hold a copy of the descriptor for a moment; unlocking counts for copies as well.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
