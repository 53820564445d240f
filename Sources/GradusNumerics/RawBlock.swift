// SPDX-License-Identifier: Apache-2.0

/// Bytes that something else already has in memory: the elements of an array, or a stretch of a file that was read. Nothing is
/// copied; an array that is written to afterwards is copied then.
package struct RawBlock: Sendable {
  package let count: Int
  private let access: @Sendable ((UnsafeRawBufferPointer) -> Void) -> Void

  /// The elements of an array, in the order of their bytes in memory.
  package init<Element: BitwiseCopyable & Sendable>(_ elements: [Element]) {
    count = elements.count * MemoryLayout<Element>.stride
    access = { body in elements.withUnsafeBytes(body) }
  }

  /// A stretch of bytes.
  package init(_ bytes: [UInt8], _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "the stretch ends behind the bytes")
    count = range.count
    access = { body in bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) } }
  }

  /// Calls `body` with the bytes in place.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var result: Swift.Result<Result, Failure>?
    access { bytes in
      do throws(Failure) { result = .success(try body(bytes)) } catch { result = .failure(error) }
    }
    guard let result else { preconditionFailure("the bytes of a block were not reached") }
    return try result.get()
  }

  /// A copy.
  package var bytes: [UInt8] { withBytes { [UInt8]($0) } }
}
