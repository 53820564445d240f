// SPDX-License-Identifier: Apache-2.0
import GradusCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Requests with their replies in a file, one JSON line each, appended: a cache that outlives runs, or a recording to replay.
///
///     {"path":"chat/completions","request":{…},"service":"http://127.0.0.1:8077/v1","reply":{…}}
///
/// A request is found by everything that it states. Equal requests may stand there more than once, as a recording of a model
/// that answers differently each time: they are given in turn, and the last one from then on. In memory lie a mark and a place
/// for each line. Cost: opening reads the file once; a reply is found by its mark and read by itself.
public final class Cassette: Sendable {
  private struct Entry {
    var offset: Int
    var count: Int
  }

  private struct State {
    var entries: [UInt64: [Entry]] = [:]
    /// How many of the equal requests were given.
    var given: [UInt64: Int] = [:]
    var end = 0
    var count = 0
  }

  public let path: String
  private let descriptor: Int32
  private let state = Mutex(State())

  /// Opens a file, or makes it where `creates` is true. A last line without its end, as a killed process may leave, is cut off
  /// before the first line is added. Throws `FileFailure`, or `CassetteError` for a file that is no recording.
  public init(_ path: String, creates: Bool = true) throws {
    self.path = path
    descriptor = open(path, (creates ? O_RDWR | O_CREAT : O_RDONLY) | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure("open", path) }
    do { try state.withLock { try readNew(&$0) } } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  private static func failure(_ action: String, _ path: String) -> FileFailure {
    FileFailure(path: path, action: action, cause: String(cString: strerror(errno)))
  }

  /// Lines that were read or written.
  public var count: Int { state.withLock { $0.count } }

  /// What a line begins with: the request, and who was asked unless anybody will do.
  private static func head(_ request: ModelRequest, _ service: String?) -> [UInt8] {
    var members: [JSONValue.Member] = [.init("path", .string(request.path)), .init("request", request.json)]
    if let service { members.append(.init("service", .string(service))) }
    var writer = JSONWriter()
    writer.write(.object(members))
    return writer.bytes.dropLast()
  }

  private static func mark(_ head: [UInt8]) -> UInt64 {
    var mark = Fingerprint()
    mark.mix(bytes: head)
    return mark.value
  }

  /// The reply of `service`, or of anybody, to a request, the next one of equal requests; nil when there is none.
  public func reply(to request: ModelRequest, of service: String? = nil) throws -> ModelReply? {
    let head = Self.head(request, service)
    let mark = Self.mark(head)
    return try state.withLock { state in
      guard let entries = state.entries[mark] else { return nil }
      let turn = state.given[mark, default: 0]
      state.given[mark] = turn + 1
      let entry = entries[min(turn, entries.count - 1)]
      let line = try read(entry)
      // 64 bits may agree by chance.
      guard line.starts(with: head) else { return nil }
      guard let reply = (try? JSONValue(parsing: line))?["reply"].flatMap({ ModelReply(json: $0) }) else {
        throw CassetteError(path: path, cause: "a line has no reply")
      }
      return reply
    }
  }

  /// Adds a reply. In one write, so that several processes may add to one file.
  public func add(_ reply: ModelReply, to request: ModelRequest, of service: String) throws {
    let head = Self.head(request, service)
    let line = head + Array(",\"reply\":".utf8) + Array(reply.json.description.utf8) + Array("}\n".utf8)
    try state.withLock { state in
      flock(descriptor, LOCK_EX)
      defer { flock(descriptor, LOCK_UN) }
      try readNew(&state)
      // What others began and did not end is no line.
      guard ftruncate(descriptor, off_t(state.end)) == 0 else { throw Self.failure("repair", path) }
      try AtomicFile.writeAll(line, to: descriptor, path: path)
      for mark in [Self.mark(head), Self.mark(Self.head(request, nil))] {
        state.entries[mark, default: []].append(Entry(offset: state.end, count: line.count - 1))
        // What was just said is not given again before what was said earlier.
        state.given[mark, default: 0] += 1
      }
      state.end += line.count
      state.count += 1
    }
  }

  private func read(_ entry: Entry) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: entry.count)
    var done = 0
    while done < entry.count {
      let count = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + done }, entry.count - done, off_t(entry.offset + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.failure("read", path) }
      done += count
    }
    return bytes
  }

  /// Takes in the whole lines that have come since.
  private func readNew(_ state: inout State) throws {
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw Self.failure("read", path) }
    let size = Int(information.st_size)
    guard size > state.end else { return }
    let bytes = try read(Entry(offset: state.end, count: size - state.end))
    var begin = 0
    while let end = bytes[begin...].firstIndex(of: UInt8(ascii: "\n")) {
      guard let heads = Self.heads(bytes[begin..<end]) else {
        throw CassetteError(path: path, cause: "line \(state.count + 1) is not a request with its reply")
      }
      for head in heads {
        state.entries[Self.mark(Array(head)), default: []].append(Entry(offset: state.end + begin, count: end - begin))
      }
      state.count += 1
      begin = end + 1
    }
    state.end += begin
  }

  /// What stands before the service, and before the reply: members of the outermost object, so neither in a text nor deeper.
  private static func heads(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
    guard line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}") else { return nil }
    var heads: [ArraySlice<UInt8>] = []
    var depth = 0, isText = false, k = line.startIndex
    while k < line.endIndex {
      let byte = line[k]
      if isText {
        if byte == UInt8(ascii: "\\") { k += 1 } else if byte == UInt8(ascii: "\"") { isText = false }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isText = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: ",") where depth == 1 && line[k...].starts(with: marks[heads.count]):
          heads.append(line[..<k])
          if heads.count == marks.count { return heads }
        default: break
        }
      }
      k += 1
    }
    return nil
  }

  private static let marks = [Array(",\"service\":".utf8), Array(",\"reply\":".utf8)]
}

/// A file of replies that cannot be used.
public struct CassetteError: Error, Sendable, Hashable, CustomStringConvertible {
  public var path: String
  public var cause: String

  public init(path: String, cause: String) {
    self.path = path
    self.cause = cause
  }

  public var description: String { "\(path): \(cause); record it anew, or name another file" }
}
