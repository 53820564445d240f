// SPDX-License-Identifier: Apache-2.0

extension OperationReader {
  /// Walks over the members of an object, or the elements of an array, without looking into their values.
  struct Members {
    private let text: Text
    // The same places as in `text`, without its second check of bounds.
    private let bytes: UnsafeBufferPointer<UInt8>
    private let end: Int
    private var place: Int
    private var isFirst = true
    private var isEnded = false

    init(text: Text) {
      self.text = text
      bytes = text.base
      end = text.endIndex
      place = text.startIndex
    }

    mutating func open() -> Bool { take(UInt8(ascii: "{")) }

    mutating func openList() -> Bool { take(UInt8(ascii: "[")) }

    /// Whether nothing but blanks stands behind the end.
    var isClosed: Bool {
      guard isEnded else { return false }
      return text[place...].allSatisfy { Self.isBlank($0) }
    }

    /// The next member: its name without quotes, escapes as they stand, and its value.
    mutating func next() throws(OperationError) -> (Text, Text)? {
      guard try begins(before: UInt8(ascii: "}")) else { return nil }
      skipBlanks()
      let start = place
      try skipString()
      let name = text[(start + 1)..<(place - 1)]
      guard take(UInt8(ascii: ":")) else { throw OperationError(cause: "expected ':'") }
      return (name, try value())
    }

    mutating func nextElement() throws(OperationError) -> Text? {
      guard try begins(before: UInt8(ascii: "]")) else { return nil }
      return try value()
    }

    /// Steps over a comma; false at the end.
    private mutating func begins(before last: UInt8) throws(OperationError) -> Bool {
      guard !isEnded else { return false }
      if take(last) {
        isEnded = true
        return false
      }
      if !isFirst, !take(UInt8(ascii: ",")) { throw OperationError(cause: "expected ','") }
      isFirst = false
      return true
    }

    private mutating func value() throws(OperationError) -> Text {
      skipBlanks()
      let start = place
      guard place < end else { throw OperationError(cause: "expected a value") }
      switch bytes[place] {
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["): try skipNested()
      default:
        while place < end, !Self.endsWord(bytes[place]) { place += 1 }
        if place == start { throw OperationError(cause: "expected a value") }
      }
      return text[start..<place]
    }

    private mutating func skipString() throws(OperationError) {
      guard place < end, bytes[place] == UInt8(ascii: "\"") else {
        throw OperationError(cause: "expected '\"'")
      }
      place += 1
      while place < end {
        let byte = bytes[place]
        place += byte == UInt8(ascii: "\\") ? 2 : 1
        if byte == UInt8(ascii: "\"") { return }
      }
      throw OperationError(cause: "a string has no end")
    }

    private mutating func skipNested() throws(OperationError) {
      var depth = 0
      while place < end {
        switch bytes[place] {
        case UInt8(ascii: "\""):
          try skipString()
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
        place += 1
        if depth == 0 { return }
      }
      throw OperationError(cause: "a value has no end")
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      skipBlanks()
      guard place < end, bytes[place] == byte else { return false }
      place += 1
      return true
    }

    private mutating func skipBlanks() {
      while place < end, Self.isBlank(bytes[place]) { place += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

    private static func endsWord(_ byte: UInt8) -> Bool {
      isBlank(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
    }
  }
}
