// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A log that is a file with a line for each operation: what optuna calls a journal.
///
/// All lines of a change but the last one say that more follows, in a member that optuna skips: the system shows a long write to
/// others in parts. A last line without its end, or a last change without its last line, is one that somebody was killed over; it
/// was never acknowledged, readers leave it, and the next writer cuts it off.
package final class JournalFile: OperationLog {
  package let name: String
  package var isSeenInParts: Bool { true }
  private let path: String
  private let descriptor: Int32
  private let isReadOnly: Bool
  private let lock: JournalLock
  private var buffer: [UInt8] = []
  /// Bytes that were read, up to the end of a line.
  private var offset = 0

  /// Opens the file. Throws `FileFailure`; where `creates` is false, also when there is none. `patience`: seconds to
  /// wait for others.
  package init(_ given: String, creates: Bool, patience: Double = 60) throws(FileFailure) {
    name = given
    path = Self.absolute(given)
    var found = open(path, O_RDWR | O_APPEND | O_CLOEXEC | (creates ? O_CREAT : 0), 0o644)
    let denied = found < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)
    if denied { found = open(path, O_RDONLY | O_CLOEXEC) }
    guard found >= 0 else { throw FileFailure(path: given, action: "open", cause: String(cString: strerror(errno))) }
    isReadOnly = denied
    descriptor = found
    lock = JournalLock(path: path, descriptor: found, patience: patience)
  }

  deinit { close(descriptor) }

  /// The same file from every folder.
  package static func absolute(_ path: String) -> String {
    FilePath.real(path) ?? FilePath.absolute(path)
  }

  package func rewind() { offset = 0 }

  package func read(_ take: (OperationReader.Text) throws -> Void) throws {
    let size = try self.size()
    guard size >= offset else {
      throw StorageError("\(name) has become shorter while it was in use; open it again, or restore it")
    }
    var room = min(size - offset, 1 << 22)
    // What is new is mostly short; the room for the first time is given back.
    defer { if buffer.count > 1 << 16 { buffer = [] } }
    while offset < size {
      room = min(room, size - offset)
      if buffer.count < room { buffer = [UInt8](repeating: 0, count: room) }
      let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, room, off_t(offset)) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("read") }
      let taken = try buffer.withUnsafeBufferPointer { try Self.lines($0[..<count], take) }
      offset += taken
      if taken == 0 {
        // A line that is longer than the buffer, or the last one without its end.
        guard count < size - offset else { return }
        room *= 2
      }
    }
  }

  private static let more = Array(",\"more\":true}".utf8)

  /// Hands over the lines of complete changes; the bytes they have with their ends.
  private static func lines(_ bytes: OperationReader.Text, _ take: (OperationReader.Text) throws -> Void) throws -> Int
  {
    var (taken, start) = (bytes.startIndex, bytes.startIndex)
    var waiting: [OperationReader.Text] = []
    while start < bytes.endIndex, let base = bytes.base.baseAddress,
      let end = memchr(base + start, 10, bytes.endIndex - start)
    {
      let place = UnsafeRawPointer(end) - UnsafeRawPointer(base)
      let line = bytes.base[start..<place]
      start = place + 1
      if line.count > more.count, line.suffix(more.count).elementsEqual(more) {
        waiting.append(line)
        continue
      }
      for line in waiting { try take(line) }
      waiting.removeAll(keepingCapacity: true)
      if !line.isEmpty { try take(line) }
      taken = start
    }
    return taken - bytes.startIndex
  }

  package func append(isDurable: Bool, _ body: () throws -> [UInt8]) throws {
    guard !isReadOnly else { throw FileFailure(path: name, action: "write", cause: String(cString: strerror(EACCES))) }
    try lock.acquire()
    defer { lock.release() }
    let bytes = try body()
    guard !bytes.isEmpty else { return }
    if try size() > offset { try cut() }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let failure = failure("write")
        try cut()
        throw failure
      }
      written += count
    }
    if isDurable, fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP {
      let failure = failure("flush")
      try cut()
      throw failure
    }
    offset += bytes.count
  }

  /// Takes away what stands behind the last line that was read.
  private func cut() throws(FileFailure) {
    guard ftruncate(descriptor, off_t(offset)) == 0 else { throw failure("cut") }
  }

  private func size() throws -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("read") }
    guard status.st_nlink > 0 else {
      throw StorageError("\(name) was removed while it was in use; nothing was written")
    }
    return Int(status.st_size)
  }

  private func failure(_ action: String) -> FileFailure {
    FileFailure(path: name, action: action, cause: String(cString: strerror(errno)))
  }
}
