// SPDX-License-Identifier: Apache-2.0

/// Decompresses a gzip stream that arrives in pieces; members that follow each other are joined, as gzip does.
///
/// Zero bytes after the last member are taken as padding. Belongs to one task.
public final class GzipInflater {
  private let zlib: Zlib
  // zlib keeps a pointer back to its stream, so the stream needs an address of its own.
  private let stream: UnsafeMutablePointer<ZStream>
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private let limit: Int
  private var read = 0
  private var written = 0
  private var state = Place.between

  private enum Place { case start, between, inside }

  /// nil when there is no memory for it. At most `limit` bytes are ever produced.
  public init?(_ zlib: Zlib, limit: Int) {
    self.zlib = zlib
    self.limit = limit
    state = .start
    stream = .allocate(capacity: 1)
    stream.initialize(to: ZStream())
    buffer = .allocate(capacity: 1 << 17)
    // 15 + 16: the largest window, and only the gzip wrapping.
    guard zlib.inflateStart(stream, 31, "1.2.0", Int32(MemoryLayout<ZStream>.size)) == 0 else {
      stream.pointee.state = nil
      return nil
    }
  }

  deinit {
    if stream.pointee.state != nil { _ = zlib.inflateEnd(stream) }
    stream.deallocate()
    buffer.deallocate()
  }

  /// Takes the next piece and hands out what it decompresses to, in pieces that are valid during the call.
  public func consume(
    _ input: UnsafeRawBufferPointer, _ yield: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(ZlibError) {
    var rest = input.bindMemory(to: UInt8.self)[...]
    while !rest.isEmpty {
      // avail_in has 32 bits.
      let piece = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
      try consume(piece: piece, yield)
      rest = rest.dropFirst(piece.count)
    }
  }

  private func consume(
    piece: UnsafeBufferPointer<UInt8>, _ yield: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(ZlibError) {
    stream.pointee.input = piece.baseAddress
    stream.pointee.inputCount = UInt32(piece.count)
    let before = read
    while true {
      read = before + piece.count - Int(stream.pointee.inputCount)
      if state != .inside {
        if state == .between { skipPadding() }
        if stream.pointee.inputCount == 0 { return }
        state = .inside
      }
      stream.pointee.output = buffer.baseAddress
      stream.pointee.outputCount = UInt32(buffer.count)
      let code = zlib.inflate(stream, 0)
      read = before + piece.count - Int(stream.pointee.inputCount)
      let count = buffer.count - Int(stream.pointee.outputCount)
      guard written + count <= limit else { throw .tooLarge(limit: limit) }
      if count > 0 { yield(UnsafeBufferPointer(start: buffer.baseAddress, count: count)) }
      written += count
      switch code {
      case ZStream.finished:
        state = .between
        guard zlib.inflateReset(stream) == 0 else { throw .outOfMemory }
      case 0, ZStream.noProgress:
        // A buffer that is not full means that the input is used up.
        if stream.pointee.inputCount == 0, stream.pointee.outputCount > 0 { return }
        if code == ZStream.noProgress { throw .corrupt("no progress", offset: read) }
      case ZStream.outOfMemory: throw .outOfMemory
      default:
        let cause = stream.pointee.message.map { String(cString: $0) } ?? "zlib error \(code)"
        throw .corrupt(cause, offset: read)
      }
    }
  }

  /// Says that no more input comes: an open member is an error, and so is a stream without any.
  public func finish() throws(ZlibError) {
    if state != .between { throw .truncated(offset: read) }
  }

  private func skipPadding() {
    while stream.pointee.inputCount > 0, let next = stream.pointee.input, next.pointee == 0 {
      stream.pointee.input = next + 1
      stream.pointee.inputCount -= 1
    }
  }
}
