// SPDX-License-Identifier: Apache-2.0

/// Cuts the text of an `.lp` file into tokens, with one token of look-ahead. A copy remembers a place to come back to.
///
/// Line ends count for two things only: a comment ends there, and a section begins behind one. Names consist of letters,
/// digits and ``!"#$%&(),.;?@_`'{}~|`` and do not begin with a digit or a point; `[…]` directly behind a name belongs to
/// it (`x[1]`), elsewhere it encloses a quadratic expression.
struct LPScanner {
  let path: String
  let base: UnsafePointer<UInt8>
  /// The place of the guarding line feed.
  let end: Int
  private(set) var token = LPToken(kind: .endOfFile, field: .empty, line: 1, column: 1)
  /// What a comment `\Problem name: …` says.
  private(set) var problemName = ""
  private var position = 0
  private var line = 1
  private var lineStart = 0
  private var isLineStart = true

  init(path: String, base: UnsafePointer<UInt8>, count: Int) throws(ReadError) {
    self.path = path
    self.base = base
    end = count - 1
    if end >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF { position = 3 }
    try advance()
  }

  func bytes(_ field: TextField) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: base + field.start, count: field.count)
  }

  func text(_ token: LPToken) -> String {
    switch token.kind {
    case .endOfFile: return "the end of the file"
    default:
      let shown = UnsafeBufferPointer(start: base + token.field.start, count: min(token.field.count, 60))
      return "\"" + String(decoding: shown, as: UTF8.self) + (token.field.count > 60 ? "…\"" : "\"")
    }
  }

  func error(_ token: LPToken, _ cause: String, expected: String) -> ReadError {
    ReadError(file: path, line: token.line, column: token.column, cause: cause, expected: expected)
  }

  /// The token at hand is not what the grammar asks for.
  func unexpected(_ expected: String) -> ReadError { error(token, "found \(text(token))", expected: expected) }

  /// True when the token is this word, in any case; `word` is in lower case.
  func isWord(_ word: StaticString) -> Bool {
    guard token.kind == .name, token.field.count == word.utf8CodeUnitCount else { return false }
    for k in 0..<token.field.count where base[token.field.start + k] | 0x20 != word.utf8Start[k] { return false }
    return true
  }

  mutating func advance() throws(ReadError) {
    try skipBlanks()
    let start = position
    if start >= end {
      token = LPToken(kind: .endOfFile, field: .empty, line: line, column: start - lineStart + 1)
      return
    }
    defer { isLineStart = false }
    if isLineStart {
      if let (section, stop) = sectionHere() {
        position = stop
        token = make(.section(section), start)
        return
      }
    }
    let c = base[start]
    switch c {
    case 0x2B: single(.plus)
    case 0x2A: single(.times)
    case 0x5E: single(.power)
    case 0x2F: single(.divide)
    case 0x5B: single(.open)
    case 0x5D: single(.close)
    case 0x2D where base[start + 1] == 0x3E: double(.arrow)
    case 0x2D: single(.minus)
    case 0x3A where base[start + 1] == 0x3A: double(.doubleColon)
    case 0x3A: single(.colon)
    case 0x3C where base[start + 1] == 0x3D: double(.less)
    case 0x3C: single(.less)
    case 0x3E where base[start + 1] == 0x3D: double(.greater)
    case 0x3E: single(.greater)
    case 0x3D where base[start + 1] == 0x3C: double(.less)
    case 0x3D where base[start + 1] == 0x3E: double(.greater)
    case 0x3D: single(.equal)
    case 0x30...0x39, 0x2E: try number()
    default: try name()
    }
  }

  private mutating func single(_ kind: LPToken.Kind) {
    position += 1
    token = make(kind, position - 1)
  }

  private mutating func double(_ kind: LPToken.Kind) {
    position += 2
    token = make(kind, position - 2)
  }

  private func make(_ kind: LPToken.Kind, _ start: Int) -> LPToken {
    LPToken(
      kind: kind, field: TextField(start: start, end: position), line: line, column: start - lineStart + 1,
      beginsLine: isLineStart)
  }

  private mutating func skipBlanks() throws(ReadError) {
    while position < end {
      switch base[position] {
      case 0x20, 0x09, 0x0D: position += 1
      case 0x0A:
        position += 1
        line += 1
        lineStart = position
        isLineStart = true
      case 0x5C: comment()
      default: return
      }
    }
  }

  private mutating func comment() {
    let start = position + 1
    while base[position] != 0x0A { position += 1 }
    let prefix: StaticString = "problem name:"
    guard problemName.isEmpty, position - start > prefix.utf8CodeUnitCount else { return }
    for k in 0..<prefix.utf8CodeUnitCount where base[start + k] | 0x20 != prefix.utf8Start[k] { return }
    var first = start + prefix.utf8CodeUnitCount
    var last = position
    while first < last, base[first] <= 0x20 { first += 1 }
    while last > first, base[last - 1] <= 0x20 { last -= 1 }
    guard last - first <= ReadLimits.nameBytes else { return }
    problemName = String(decoding: UnsafeBufferPointer(start: base + first, count: last - first), as: UTF8.self)
  }

  /// The section word at the start of this line, if there is one and no colon makes it a name.
  private func sectionHere() -> (LPSection, Int)? {
    for (word, section) in LPSection.words {
      guard var stop = match(word) else { continue }
      let after = stop
      guard base[after] <= 0x20 || base[after] == 0x5C else { continue }
      while base[stop] == 0x20 || base[stop] == 0x09 { stop += 1 }
      return base[stop] == 0x3A ? nil : (section, after)
    }
    return nil
  }

  private func match(_ word: String) -> Int? {
    var i = position
    for letter in word.utf8 {
      if letter == 0x20 {
        guard base[i] == 0x20 || base[i] == 0x09 else { return nil }
        while base[i] == 0x20 || base[i] == 0x09 { i += 1 }
      } else {
        guard base[i] == letter || letter >= 0x61 && base[i] | 0x20 == letter else { return nil }
        i += 1
      }
    }
    return i
  }

  private mutating func number() throws(ReadError) {
    let start = position
    while base[position] &- 0x30 <= 9 { position += 1 }
    if base[position] == 0x2E {
      position += 1
      while base[position] &- 0x30 <= 9 { position += 1 }
    }
    if base[position] | 0x20 == 0x65 {
      let isSigned = base[position + 1] == 0x2B || base[position + 1] == 0x2D
      let first = position + (isSigned ? 2 : 1)
      if first <= end, base[first] &- 0x30 <= 9 {
        position = first
        while base[position] &- 0x30 <= 9 { position += 1 }
      }
    }
    token = make(.number, start)
    token.value = DecimalNumber.parse(base, start, position)
    if token.value.isNaN { throw unexpected("a number") }
  }

  private mutating func name() throws(ReadError) {
    let start = position
    var depth = 0
    var high: UInt8 = 0
    while position < end {
      let c = base[position]
      if c == 0x5B && position > start {
        depth += 1
      } else if c == 0x5D && depth > 0 {
        depth -= 1
      } else if !LPScanner.isNameByte(c) {
        // Inside the brackets of a name, indices may be negative: x[-1].
        guard depth > 0, c == 0x2D || c == 0x2B || c == 0x3A || c == 0x2A || c == 0x2F else { break }
      }
      high |= c
      position += 1
    }
    token = make(.name, start)
    if position == start {
      throw error(
        token, "byte 0x\(String(base[start], radix: 16, uppercase: true)) does not belong here",
        expected: "a name, a number or a sign")
    }
    if depth > 0 { throw unexpected("a closing bracket in the name") }
    guard token.field.count <= ReadLimits.nameBytes else {
      throw error(
        token, "a name of \(token.field.count) bytes", expected: "at most \(ReadLimits.nameBytes) bytes in a name")
    }
    if high >= 0x80, String(validating: bytes(token.field), as: UTF8.self) == nil {
      throw error(token, "a name that is not UTF-8", expected: "text in UTF-8")
    }
    if isWord("inf") || isWord("infinity") {
      token.kind = .number
      token.value = .infinity
    }
  }

  /// Letters, digits and the signs that CPLEX allows in names, and everything beyond ASCII.
  static func isNameByte(_ c: UInt8) -> Bool {
    switch c {
    case 0x21...0x29, 0x2C, 0x2E, 0x30...0x39, 0x3B, 0x3F...0x5A, 0x5F...0x7E, 0x80...: true
    default: false
    }
  }
}
