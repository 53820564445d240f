// SPDX-License-Identifier: Apache-2.0

/// Why compressed bytes could not be read or written. Offsets count bytes of the compressed input from 0.
public enum ZlibError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The input ends inside a gzip member.
  case truncated(offset: Int)
  /// The input is not what gzip writes.
  case corrupt(String, offset: Int)
  /// The output would exceed the limit the caller gave, in bytes.
  case tooLarge(limit: Int)
  case outOfMemory

  public var description: String {
    switch self {
    case .truncated(let offset): "the gzip data ends in the middle of a member after \(offset) bytes"
    case .corrupt(let cause, let offset): "the gzip data is damaged at byte \(offset): \(cause)"
    case .tooLarge(let limit): "the decompressed data exceeds the limit of \(limit) bytes"
    case .outOfMemory: "there is not enough memory to decompress the data"
    }
  }
}
