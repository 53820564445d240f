// SPDX-License-Identifier: Apache-2.0

/// zlib's stream with a buffer for its output: what compressing and decompressing have in common. Belongs to one task.
final class ZlibStream {
  // zlib keeps a pointer back to its stream, so the stream needs an address of its own.
  let state: UnsafeMutablePointer<ZStream>
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private let end: Zlib.Act

  /// nil when `start` does not return 0, which means no memory, or another layout.
  init?(bufferBytes: Int, end: @escaping Zlib.Act, start: (UnsafeMutablePointer<ZStream>) -> Int32) {
    self.end = end
    state = .allocate(capacity: 1)
    state.initialize(to: ZStream())
    buffer = .allocate(capacity: bufferBytes)
    guard start(state) == 0 else {
      state.pointee.state = nil
      return nil
    }
  }

  deinit {
    if state.pointee.state != nil { _ = end(state) }
    state.deallocate()
    buffer.deallocate()
  }

  /// Hands `input` to zlib and calls `body` with the size of each piece: zlib counts input with 32 bits.
  func feed(_ input: UnsafeRawBufferPointer, _ body: (Int) throws(ZlibError) -> Void) throws(ZlibError) {
    var rest = input.bindMemory(to: UInt8.self)[...]
    while !rest.isEmpty {
      let piece = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
      state.pointee.input = piece.baseAddress
      state.pointee.inputCount = UInt32(piece.count)
      try body(piece.count)
      rest = rest.dropFirst(piece.count)
    }
  }

  /// Lets zlib work into the empty buffer: its code, and what it wrote, valid until the next call.
  func turn(_ advance: Zlib.Advance, _ flush: Int32) -> (code: Int32, output: UnsafeBufferPointer<UInt8>) {
    state.pointee.output = buffer.baseAddress
    state.pointee.outputCount = UInt32(buffer.count)
    let code = advance(state, flush)
    return (code, UnsafeBufferPointer(rebasing: buffer[..<(buffer.count - Int(state.pointee.outputCount))]))
  }

  /// True when the last turn left room in the buffer: there was nothing more to write.
  var hasRoom: Bool { state.pointee.outputCount > 0 }
}
