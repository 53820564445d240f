// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Lines of a file descriptor, without waiting for more than the next one.
struct LineReader {
  enum Line {
    case content([UInt8])
    /// Longer than the limit; its content is thrown away.
    case tooLong
  }

  static let limit = 1 << 28

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var scanned = 0
  private var isSkipping = false

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// The next line without its end; nil at the end of the input. A last line need not be ended.
  mutating func next() -> Line? {
    while true {
      if let end = lineEnd() {
        let content = Array(buffer[start..<end])
        start = end + 1
        scanned = start
        defer { isSkipping = false }
        return isSkipping ? .tooLong : .content(content)
      }
      if buffer.count - start > Self.limit {
        isSkipping = true
        buffer.removeAll(keepingCapacity: false)
        (start, scanned) = (0, 0)
      }
      guard fill() else {
        guard start < buffer.count || isSkipping else { return nil }
        let rest = Array(buffer[start...])
        buffer.removeAll()
        (start, scanned) = (0, 0)
        defer { isSkipping = false }
        return isSkipping ? .tooLong : .content(rest)
      }
    }
  }

  private mutating func lineEnd() -> Int? {
    let found = buffer.withUnsafeBytes { raw -> Int? in
      guard let base = raw.baseAddress, scanned < raw.count else { return nil }
      guard let place = memchr(base + scanned, 0x0A, raw.count - scanned) else { return nil }
      return UnsafeRawPointer(place) - base
    }
    scanned = buffer.count
    return found
  }

  /// Reads once; false at the end of the input.
  private mutating func fill() -> Bool {
    if start > 0 {
      buffer.removeSubrange(..<start)
      scanned -= start
      start = 0
    }
    let chunk = 1 << 16
    var count = 0
    let old = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: chunk))
    repeat {
      count = buffer.withUnsafeMutableBytes { raw in raw.baseAddress.map { read(descriptor, $0 + old, chunk) } ?? 0 }
    } while count < 0 && errno == EINTR
    buffer.removeLast(chunk - max(0, count))
    return count > 0
  }
}
