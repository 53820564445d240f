// SPDX-License-Identifier: Apache-2.0
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the questions and answers of a run are written as they happen: one JSON line each, appended.
public protocol Journal: Sendable {
  /// Appends a line, which holds no line end.
  func append(_ line: [UInt8]) throws
  /// All whole lines so far. A last line without its end, as a killed process may leave, is not one.
  func lines() throws -> [[UInt8]]
}

/// How much of an answer a journal keeps.
public enum JournalDetail: String, Sendable, Codable {
  /// Everything: a resumed run needs no oracle for what was already answered.
  case answers
  /// Only a fingerprint: for answers too large to keep. A resumed run asks again and compares.
  case digests
}

/// A journal in memory.
public final class MemoryJournal: Journal {
  private let content = Mutex<[[UInt8]]>([])
  public init() {}
  /// Appends a line in memory.
  public func append(_ line: [UInt8]) { content.withLock { $0.append(line) } }
  /// All lines.
  public func lines() -> [[UInt8]] { content.withLock { $0 } }
}

/// A journal in an append-only file, locked against a second writer.
public final class FileJournal: Journal {
  private let path: String
  private let descriptor: Int32
  private let lock: FileLock
  private let whole: Mutex<Bool>

  /// Opens the file, or makes it. Throws when it cannot be opened, or another process writes to it.
  public init(_ path: String) throws {
    lock = try FileLock(beside: path)
    descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileFailure("open", path) }
    self.path = path
    whole = Mutex(false)
  }

  deinit { close(descriptor) }

  /// Appends a line to the file in one write; the first one cuts off what a killed process left half-written.
  public func append(_ line: [UInt8]) throws {
    try whole.withLock { whole in
      // A half-written line of a killed process is cut off before the first append.
      if !whole {
        let bytes = try AtomicFile.read(path)
        let end = (bytes.lastIndex(of: newline) ?? -1) + 1
        if end < bytes.count { guard ftruncate(descriptor, off_t(end)) == 0 else { throw FileFailure("repair", path) } }
        whole = true
      }
      try AtomicFile.writeAll(line + [newline], to: descriptor, path: path)
    }
  }

  /// All whole lines of the file as it is now.
  public func lines() throws -> [[UInt8]] {
    let bytes = try AtomicFile.read(path)
    guard let end = bytes.lastIndex(of: newline) else { return [] }
    return bytes[...end].split(separator: newline).map(Array.init)
  }
}

private let newline = UInt8(ascii: "\n")
