// SPDX-License-Identifier: Apache-2.0
import GradusNative

/// What can go wrong between a program and its helper.
package enum HelperError: Error, Sendable, Hashable {
  /// The other side is gone.
  case closed
  /// What arrived is not a message.
  case damaged
  /// The system refused, with its error number.
  case system(Int32)
}

/// One message between a program and its helper: small fields and whole arrays.
///
///     kind u32 | bytes of fields u32 | arrays of numbers u32 | arrays of integers u32 | counts u64 … | fields | arrays …
///
/// Arrays travel as they lie in memory: the two processes run the same file on the same machine.
package struct HelperMessage {
  package enum Kind: UInt32 {
    case model = 1
    case question, interrupt
    /// HiGHS cannot be used.
    case missing = 16
    /// HiGHS does not know an option, or its value.
    case complaint
    case interim
    /// The answer as it is known before its proof.
    case provisional
    case answer
  }

  package var kind: Kind
  package var fields: [UInt8] = []
  package var numbers: [[Double]] = []
  package var integers: [[Int32]] = []

  package init(kind: Kind) { self.kind = kind }

  /// No array of a credible message is longer: 2³¹ − 1 is what HiGHS can index.
  package static let longest = Int(Int32.max)

  /// Sends the message from where its arrays lie, without a copy of its own.
  package func send<E: Error>(
    over channel: ByteChannel, idle: () throws(E) -> Void
  ) throws(E) -> Result<Void, ChannelError> {
    var head: [UInt8] = []
    for word in [kind.rawValue, UInt32(fields.count), UInt32(numbers.count), UInt32(integers.count)] {
      withUnsafeBytes(of: word) { head.append(contentsOf: $0) }
    }
    for count in numbers.map(\.count) + integers.map(\.count) {
      withUnsafeBytes(of: UInt64(count)) { head.append(contentsOf: $0) }
    }
    head += fields
    if case .failure(let error) = try deliver(head, channel, idle) { return .failure(error) }
    for array in numbers { if case .failure(let error) = try deliver(array, channel, idle) { return .failure(error) } }
    for array in integers { if case .failure(let error) = try deliver(array, channel, idle) { return .failure(error) } }
    return .success(())
  }

  /// The next message. `limit` bounds the elements of each array: more is damage, not memory.
  package static func receive(
    from channel: ByteChannel, limit: Int = longest, idle: () throws -> Void
  ) throws -> HelperMessage {
    let words: [UInt32] = try array(4, channel, idle)
    guard let kind = Kind(rawValue: words[0]), words[1] <= 1 << 30, words[2] <= 16, words[3] <= 16 else {
      throw HelperError.damaged
    }
    let counts: [UInt64] = try array(Int(words[2] + words[3]), channel, idle)
    guard counts.allSatisfy({ $0 <= UInt64(limit) }) else { throw HelperError.damaged }
    var message = HelperMessage(kind: kind)
    message.fields = try array(Int(words[1]), channel, idle)
    for count in counts.prefix(Int(words[2])) { message.numbers.append(try array(Int(count), channel, idle)) }
    for count in counts.dropFirst(Int(words[2])) { message.integers.append(try array(Int(count), channel, idle)) }
    return message
  }

  private func deliver<T: BitwiseCopyable, E: Error>(
    _ array: [T], _ channel: ByteChannel, _ idle: () throws(E) -> Void
  ) throws(E) -> Result<Void, ChannelError> {
    try array.span.withUnsafeBytes { bytes throws(E) in try channel.send(bytes, idle: idle) }
  }

  /// `count` elements straight into their array, without clearing it first.
  private static func array<T: BitwiseCopyable>(
    _ count: Int, _ channel: ByteChannel, _ idle: () throws -> Void
  ) throws -> [T] {
    try [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      let bytes = UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(count * MemoryLayout<T>.stride)])
      switch try channel.receive(bytes, idle: idle) {
      case .success: initialized = count
      case .failure(.closed): throw HelperError.closed
      case .failure(.system(let code)): throw HelperError.system(code)
      }
    }
  }
}
