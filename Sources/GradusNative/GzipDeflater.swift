// SPDX-License-Identifier: Apache-2.0

/// Compresses pieces into one gzip member. Belongs to one task.
public final class GzipDeflater {
  private let zlib: Zlib
  private let stream: UnsafeMutablePointer<ZStream>
  private let buffer: UnsafeMutableBufferPointer<UInt8>

  /// nil when there is no memory for it. `level` runs from 0 (store) to 9 (smallest).
  public init?(_ zlib: Zlib, level: Int = 6) {
    precondition(0...9 ~= level, "compression levels run from 0 to 9")
    self.zlib = zlib
    stream = .allocate(capacity: 1)
    stream.initialize(to: ZStream())
    buffer = .allocate(capacity: 1 << 16)
    // Method 8 is deflate; 31 asks for gzip wrapping; 8 and 0 are zlib's defaults for memory and strategy.
    let code = zlib.deflateStart(stream, Int32(level), 8, 31, 8, 0, "1.2.0", Int32(MemoryLayout<ZStream>.size))
    guard code == 0 else {
      stream.pointee.state = nil
      return nil
    }
  }

  deinit {
    if stream.pointee.state != nil { _ = zlib.deflateEnd(stream) }
    stream.deallocate()
    buffer.deallocate()
  }

  /// Takes the next piece and hands out compressed pieces that are valid during the call.
  public func consume(
    _ input: UnsafeRawBufferPointer, _ yield: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(ZlibError) {
    var rest = input.bindMemory(to: UInt8.self)[...]
    while !rest.isEmpty {
      let piece = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
      stream.pointee.input = piece.baseAddress
      stream.pointee.inputCount = UInt32(piece.count)
      try drain(finishing: false, yield)
      rest = rest.dropFirst(piece.count)
    }
  }

  /// Writes what is left and the check sum.
  public func finish(_ yield: (UnsafeBufferPointer<UInt8>) -> Void) throws(ZlibError) {
    stream.pointee.input = nil
    stream.pointee.inputCount = 0
    try drain(finishing: true, yield)
  }

  private func drain(finishing: Bool, _ yield: (UnsafeBufferPointer<UInt8>) -> Void) throws(ZlibError) {
    while true {
      stream.pointee.output = buffer.baseAddress
      stream.pointee.outputCount = UInt32(buffer.count)
      let code = zlib.deflate(stream, finishing ? 4 : 0)
      guard code >= 0 || code == ZStream.noProgress else { throw .outOfMemory }
      let count = buffer.count - Int(stream.pointee.outputCount)
      if count > 0 { yield(UnsafeBufferPointer(start: buffer.baseAddress, count: count)) }
      if finishing ? code == ZStream.finished : stream.pointee.outputCount > 0 { return }
    }
  }
}
