// SPDX-License-Identifier: Apache-2.0

/// Compresses pieces into one gzip member. Belongs to one task.
public final class GzipDeflater {
  private let zlib: Zlib
  private let stream: ZlibStream

  /// nil when there is no memory for it. `level` runs from 0 (store) to 9 (smallest).
  public init?(_ zlib: Zlib, level: Int = 6) {
    precondition(0...9 ~= level, "compression levels run from 0 to 9")
    // Method 8 is deflate; 31 asks for gzip wrapping; 8 and 0 are zlib's defaults for memory and strategy.
    let stream = ZlibStream(bufferBytes: 1 << 16, end: zlib.deflateEnd) {
      zlib.deflateStart($0, Int32(level), 8, 31, 8, 0, "1.2.0", Int32(MemoryLayout<ZStream>.size))
    }
    guard let stream else { return nil }
    self.zlib = zlib
    self.stream = stream
  }

  /// Takes the next piece and hands out compressed pieces that are valid during the call.
  public func consume(
    _ input: UnsafeRawBufferPointer, _ yield: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(ZlibError) {
    try stream.feed(input) { _ throws(ZlibError) in try drain(finishing: false, yield) }
  }

  /// Writes what is left and the check sum.
  public func finish(_ yield: (UnsafeBufferPointer<UInt8>) -> Void) throws(ZlibError) {
    stream.state.pointee.input = nil
    stream.state.pointee.inputCount = 0
    try drain(finishing: true, yield)
  }

  private func drain(finishing: Bool, _ yield: (UnsafeBufferPointer<UInt8>) -> Void) throws(ZlibError) {
    while true {
      let (code, output) = stream.turn(zlib.deflate, finishing ? 4 : 0)
      guard code >= 0 || code == ZStream.noProgress else { throw .outOfMemory }
      if !output.isEmpty { yield(output) }
      if finishing ? code == ZStream.finished : stream.hasRoom { return }
    }
  }
}
