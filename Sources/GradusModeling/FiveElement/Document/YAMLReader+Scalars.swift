// SPDX-License-Identifier: Apache-2.0

/// Scalars and places.
extension YAMLReader {
  // MARK: Places

  /// The byte here; a line feed at the end of the text.
  var byte: UInt8 { position < bytes.count ? bytes[position] : 10 }

  /// How far this place is from the beginning of its line.
  var column: Int { position - lineStart }

  var isLineEnd: Bool { byte == 10 || (byte == 13 && (position + 1 >= bytes.count || bytes[position + 1] == 10)) }

  func isBlank(at i: Int) -> Bool {
    i >= bytes.count || i < 0 || bytes[i] == 0x20 || bytes[i] == 0x09 || bytes[i] == 10 || bytes[i] == 13
  }

  func isMarker(_ marker: String) -> Bool {
    column == 0 && bytes[position...].starts(with: marker.utf8) && isBlank(at: position + 3)
  }

  mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
  }

  mutating func skipLine() {
    while position < bytes.count, !isLineEnd { position += 1 }
  }

  mutating func nextLine() {
    skipLine()
    if byte == 13 { position += 1 }
    if position < bytes.count { position += 1 }
    lineStart = position
  }

  /// Goes to the next thing that is no blank and no comment, on this line or a later one.
  mutating func skipToContent() throws(ReadError) {
    while position < bytes.count {
      let start = position
      skipBlanks()
      if byte == UInt8(ascii: "#") { skipLine() }
      guard isLineEnd else {
        if start == lineStart { try refuseTab(from: start) }
        return
      }
      nextLine()
    }
  }

  func refuseTab(from start: Int) throws(ReadError) {
    if let tab = bytes[start..<position].firstIndex(of: 0x09) {
      throw source.error(at: tab, "a tab as indentation", expected: "blanks")
    }
  }

  func error(_ cause: String, expected: String) -> ReadError {
    source.error(at: position, cause, expected: expected)
  }

  /// What YAML has and a model does not.
  func refuseIndicators() throws(ReadError) {
    switch byte {
    case UInt8(ascii: "&"): throw error("anchors are not read", expected: "the value itself, or the text in quotes")
    case UInt8(ascii: "*"): throw error("aliases are not read", expected: "the value itself, or the text in quotes")
    case UInt8(ascii: "!"): throw error("tags are not read", expected: "the value alone, or the text in quotes")
    case UInt8(ascii: "?") where isBlank(at: position + 1):
      throw error("complex keys are not read", expected: "a key with a colon behind it")
    case UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "%"):
      throw error("\"\(Character(Unicode.Scalar(byte)))\" cannot begin a value", expected: "the text in quotes")
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
      throw error("\"\(Character(Unicode.Scalar(byte)))\" without its beginning", expected: "a value")
    default: break
    }
  }

  // MARK: Plain

  /// A scalar without quotes, on this line and on further ones that are indented deeper than `parent`.
  mutating func plain(parent: Int) throws(ReadError) -> DocumentScalar {
    let start = position
    var builder = ScalarBuilder()
    while true {
      let begin = position
      while !isLineEnd {
        if byte == UInt8(ascii: ":"), isBlank(at: position + 1) {
          throw error("a colon inside a value", expected: "the value in quotes")
        }
        if byte == UInt8(ascii: "#"), isBlank(at: position - 1) { break }
        position += 1
      }
      builder.append(bytes[begin..<position])
      builder.trimBlanks(downTo: 0)
      if !isLineEnd { break }
      let end = (position, lineStart)
      guard let blankLines = continuation(parent) else {
        (position, lineStart) = end
        break
      }
      builder.append(blankLines == 0 ? [0x20] : [UInt8](repeating: 10, count: blankLines), at: position - 1)
    }
    return builder.scalar(offset: start, isQuoted: false)
  }

  /// Goes to the next line that carries a plain scalar on; returns how many empty lines were passed.
  private mutating func continuation(_ parent: Int) -> Int? {
    var blankLines = 0
    while true {
      nextLine()
      if position >= bytes.count { return nil }
      let start = position
      while byte == 0x20 { position += 1 }
      let indent = position - start
      skipBlanks()
      if isLineEnd {
        blankLines += 1
        continue
      }
      if byte == UInt8(ascii: "#") || indent <= parent || isMarker("---") || isMarker("...") { return nil }
      return blankLines
    }
  }

  // MARK: Quoted

  /// A scalar in quotes, over any number of lines; single line ends inside become blanks.
  mutating func quoted() throws(ReadError) -> DocumentScalar {
    let quote = byte
    let start = position
    position += 1
    var builder = ScalarBuilder()
    // Blanks in front of a line end go, but not those that were written as escapes.
    var kept = 0
    while true {
      guard position < bytes.count else {
        throw source.error(at: start, "the quote has no end", expected: "a closing \(Character(Unicode.Scalar(quote)))")
      }
      if byte == quote {
        position += 1
        if quote == UInt8(ascii: "'"), byte == quote, position < bytes.count {
          builder.append([quote], at: position)
          position += 1
          continue
        }
        return builder.scalar(offset: start + 1, isQuoted: true)
      }
      if quote == UInt8(ascii: "\""), byte == UInt8(ascii: "\\") {
        try escape(&builder)
        kept = builder.bytes.count
      } else if isLineEnd {
        builder.trimBlanks(downTo: kept)
        fold(&builder)
        kept = builder.bytes.count
      } else {
        let begin = position
        while position < bytes.count, byte != quote, byte != UInt8(ascii: "\\"), !isLineEnd { position += 1 }
        if position == begin { position += 1 }
        builder.append(bytes[begin..<position])
      }
    }
  }

  /// One line end is a blank, n of them are n − 1 line ends.
  private mutating func fold(_ builder: inout ScalarBuilder) {
    let place = position
    var count = 0
    while position < bytes.count, isLineEnd {
      nextLine()
      skipBlanks()
      count += 1
    }
    builder.append(count == 1 ? [0x20] : [UInt8](repeating: 10, count: count - 1), at: place)
  }

  private mutating func escape(_ builder: inout ScalarBuilder) throws(ReadError) {
    let start = position
    position += 1
    if isLineEnd {
      nextLine()
      skipBlanks()
      return
    }
    let letter = byte
    position += 1
    let scalar: UInt32
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), 0x20, 0x09: scalar = UInt32(letter)
    case UInt8(ascii: "n"): scalar = 10
    case UInt8(ascii: "t"): scalar = 9
    case UInt8(ascii: "r"): scalar = 13
    case UInt8(ascii: "b"): scalar = 8
    case UInt8(ascii: "f"): scalar = 12
    case UInt8(ascii: "0"): scalar = 0
    case UInt8(ascii: "a"): scalar = 7
    case UInt8(ascii: "v"): scalar = 11
    case UInt8(ascii: "e"): scalar = 27
    case UInt8(ascii: "N"): scalar = 0x85
    case UInt8(ascii: "_"): scalar = 0xA0
    case UInt8(ascii: "L"): scalar = 0x2028
    case UInt8(ascii: "P"): scalar = 0x2029
    case UInt8(ascii: "x"): scalar = try hexDigits(2, start)
    case UInt8(ascii: "U"): scalar = try hexDigits(8, start)
    case UInt8(ascii: "u"):
      let first = try hexDigits(4, start)
      if (0xD800..<0xDC00).contains(first), byte == UInt8(ascii: "\\"), position + 1 < bytes.count,
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let second = try hexDigits(4, start)
        scalar = (0xDC00..<0xE000).contains(second) ? 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00) : first
      } else {
        scalar = first
      }
    default:
      throw source.error(at: start, "an unknown escape", expected: "\\\\ for a backslash, or single quotes")
    }
    guard let character = Unicode.Scalar(scalar) else {
      throw source.error(at: start, "an escape that is no character", expected: "a Unicode scalar")
    }
    builder.append(String(Character(character)).utf8, at: start)
  }

  private mutating func hexDigits(_ count: Int, _ start: Int) throws(ReadError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw source.error(at: start, "an incomplete escape", expected: "\(count) hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  // MARK: Literal and folded

  /// `|` keeps lines, `>` folds them; `+` and `-` say what becomes of the last line ends.
  mutating func blockScalar(parent: Int) throws(ReadError) -> DocumentScalar {
    let isFolded = byte == UInt8(ascii: ">")
    position += 1
    var keep: Int?
    var indent: Int?
    while !isBlank(at: position) {
      switch byte {
      case UInt8(ascii: "+") where keep == nil: keep = 1
      case UInt8(ascii: "-") where keep == nil: keep = 0
      case UInt8(ascii: "1")...UInt8(ascii: "9") where indent == nil:
        indent = max(parent, 0) + Int(byte - UInt8(ascii: "0"))
      default: throw error("unexpected text behind | or >", expected: "the text on the next lines")
      }
      position += 1
    }
    skipBlanks()
    var comment: Int?
    if byte == UInt8(ascii: "#") {
      comment = position
      skipLine()
    }
    guard isLineEnd else { throw error("unexpected text behind | or >", expected: "the text on the next lines") }
    var builder = ScalarBuilder()
    var pending = 0
    var wasIndented = true
    var first: Int?
    nextLine()
    while position < bytes.count {
      let begin = position
      while byte == 0x20, indent.map({ position - begin < $0 }) ?? true { position += 1 }
      let found = position - begin
      if isLineEnd {
        pending += 1
        nextLine()
        continue
      }
      if indent == nil, found > parent { indent = found }
      guard let wanted = indent, found >= wanted, found > parent else {
        position = begin
        break
      }
      try refuseTab(from: begin)
      let isIndented = byte == 0x20 || byte == 0x09
      if first == nil {
        builder.append([UInt8](repeating: 10, count: pending), at: position)
      } else if isFolded, !isIndented, !wasIndented {
        builder.append(pending == 0 ? [0x20] : [UInt8](repeating: 10, count: pending), at: position - 1)
      } else {
        builder.append([UInt8](repeating: 10, count: pending + 1), at: position - 1)
      }
      pending = 0
      wasIndented = isIndented
      first = first ?? position
      let start = position
      skipLine()
      builder.append(bytes[start..<position])
      nextLine()
    }
    if first != nil, keep != 0 {
      builder.append([UInt8](repeating: 10, count: keep == 1 ? pending + 1 : 1), at: position)
    }
    var scalar = builder.scalar(offset: first ?? position, isQuoted: true)
    scalar.comment = comment
    return scalar
  }
}
