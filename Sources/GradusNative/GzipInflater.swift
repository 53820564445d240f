// SPDX-License-Identifier: Apache-2.0

/// Decompresses a gzip stream that arrives in pieces; members that follow each other are joined, as gzip does.
///
/// Zero bytes after the last member are taken as padding. Belongs to one task.
public final class GzipInflater {
  private let zlib: Zlib
  private let stream: ZlibStream
  private let limit: Int
  private var read = 0
  private var written = 0
  private var place = Place.start

  private enum Place { case start, between, inside }

  /// nil when there is no memory for it. At most `limit` bytes are ever produced.
  public init?(_ zlib: Zlib, limit: Int) {
    // 15 + 16: the largest window, and only the gzip wrapping.
    let stream = ZlibStream(bufferBytes: 1 << 17, end: zlib.inflateEnd) {
      zlib.inflateStart($0, 31, "1.2.0", Int32(MemoryLayout<ZStream>.size))
    }
    guard let stream else { return nil }
    self.zlib = zlib
    self.limit = limit
    self.stream = stream
  }

  /// Takes the next piece and hands out what it decompresses to, in pieces that are valid during the call.
  public func consume(
    _ input: UnsafeRawBufferPointer, _ yield: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(ZlibError) {
    try stream.feed(input) { count throws(ZlibError) in try consume(count: count, yield) }
  }

  /// Works off the `count` bytes that zlib was given.
  private func consume(count: Int, _ yield: (UnsafeBufferPointer<UInt8>) -> Void) throws(ZlibError) {
    let state = stream.state
    let before = read
    while true {
      read = before + count - Int(state.pointee.inputCount)
      if place != .inside {
        if place == .between { skipPadding() }
        if state.pointee.inputCount == 0 { return }
        place = .inside
      }
      let (code, output) = stream.turn(zlib.inflate, 0)
      read = before + count - Int(state.pointee.inputCount)
      guard written + output.count <= limit else { throw .tooLarge(limit: limit) }
      if !output.isEmpty { yield(output) }
      written += output.count
      switch code {
      case ZStream.finished:
        place = .between
        guard zlib.inflateReset(state) == 0 else { throw .outOfMemory }
      case 0, ZStream.noProgress:
        // A buffer that is not full means that the input is used up.
        if state.pointee.inputCount == 0, stream.hasRoom { return }
        if code == ZStream.noProgress { throw .corrupt("no progress", offset: read) }
      case ZStream.outOfMemory: throw .outOfMemory
      default:
        let cause = state.pointee.message.map { String(cString: $0) } ?? "zlib error \(code)"
        throw .corrupt(cause, offset: read)
      }
    }
  }

  /// Says that no more input comes: an open member is an error, and so is a stream without any.
  public func finish() throws(ZlibError) {
    if place != .between { throw .truncated(offset: read) }
  }

  private func skipPadding() {
    let state = stream.state
    while state.pointee.inputCount > 0, let next = state.pointee.input, next.pointee == 0 {
      state.pointee.input = next + 1
      state.pointee.inputCount -= 1
    }
  }
}
