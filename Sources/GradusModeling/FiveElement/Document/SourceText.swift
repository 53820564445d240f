// SPDX-License-Identifier: Apache-2.0

/// The bytes of a model file, with the places of its lines: offsets inside, lines and columns outside.
package struct SourceText: Sendable {
  package let path: String
  /// The content without the line feed that `FileBytes` appends.
  package let bytes: [UInt8]
  private let lineStarts: [Int]

  /// Throws when the text is longer than `DocumentLimits.bytes` or is not UTF-8.
  package init(_ file: FileBytes) throws(ReadError) {
    path = file.path
    guard file.bytes.count - 1 <= DocumentLimits.bytes else {
      throw ReadError(
        file: path, cause: "the model is larger than \(DocumentLimits.bytes) bytes",
        expected: "a smaller model, with its tables in .csv files")
    }
    bytes = Array(file.bytes.dropLast())
    var starts = [0]
    for (i, byte) in bytes.enumerated() where byte == 10 { starts.append(i + 1) }
    lineStarts = starts
    if let bad = Self.firstInvalid(bytes) {
      throw error(at: bad, "the text is not UTF-8", expected: "a file saved as UTF-8")
    }
  }

  /// Line and column of an offset, both from 1; columns in bytes.
  package func place(of offset: Int) -> (line: Int, column: Int) {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return (low + 1, offset - lineStarts[low] + 1)
  }

  package func error(at offset: Int, _ cause: String, expected: String) -> ReadError {
    let place = place(of: min(max(0, offset), bytes.count))
    return ReadError(file: path, line: place.line, column: place.column, cause: cause, expected: expected)
  }

  /// The offset of the first byte that is not part of UTF-8.
  private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    var low = 0
    var high = bytes.count
    // The longest valid beginning; a cut inside one character is at most three bytes short.
    while low < high {
      let middle = (low + high + 1) / 2
      if (0...min(3, middle)).contains(where: { String(validating: bytes[..<(middle - $0)], as: UTF8.self) != nil }) {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return max(
      0,
      (0...min(3, low)).first { String(validating: bytes[..<(low - $0)], as: UTF8.self) != nil }.map { low - $0 } ?? 0)
  }
}

/// Sizes up to which models are read.
package enum DocumentLimits {
  /// Bytes of a five-element model: 64 MiB. Larger tables belong in `.csv` files.
  package static let bytes = 1 << 26
  /// Lists and mappings inside one another.
  package static let depth = 100
}
