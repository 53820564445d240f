// SPDX-License-Identifier: Apache-2.0

/// A piece of the text: the bytes `start ..< end` of the file.
struct TextField: Hashable {
  var start: Int
  var end: Int

  var count: Int { end &- start }
  static let empty = TextField(start: 0, end: 0)
}

/// The lines of an MPS file cut into fields.
///
/// Free format separates fields by blanks. Fixed format puts them in columns 2–3, 5–12, 15–22, 25–39, 40–47 and from 50
/// on, so that names may hold blanks. Both deliver the same list of fields that are not empty, and everything behind the
/// scanner is common to both. Lines that are empty or begin with `*`, `&` (SIF's) or `$` are comments.
struct MPSScanner {
  static let capacity = 8

  let path: String
  let base: UnsafePointer<UInt8>
  /// One past the guarding line feed.
  let end: Int
  let isFixed: Bool
  /// The fields of the line; more than `capacity` are counted but not kept.
  let fields: UnsafeMutablePointer<TextField>
  private(set) var fieldCount = 0
  private(set) var line = 0
  private(set) var lineStart = 0
  private var next = 0

  /// Calls `body` with a scanner of `file`.
  static func scan<T>(_ file: FileBytes, isFixed: Bool, _ body: (MPSScanner) -> T) -> T {
    file.bytes.withUnsafeBufferPointer { bytes in
      withUnsafeTemporaryAllocation(of: TextField.self, capacity: capacity) { fields in
        guard let base = bytes.baseAddress, let slots = fields.baseAddress else {
          preconditionFailure("file bytes end with a line feed, so there is at least one")
        }
        slots.initialize(repeating: .empty, count: capacity)
        return body(MPSScanner(path: file.path, bytes: bytes, base: base, isFixed: isFixed, fields: slots))
      }
    }
  }

  private init(
    path: String, bytes: UnsafeBufferPointer<UInt8>, base: UnsafePointer<UInt8>, isFixed: Bool,
    fields: UnsafeMutablePointer<TextField>
  ) {
    self.path = path
    self.base = base
    end = bytes.count
    self.isFixed = isFixed
    self.fields = fields
  }

  /// True when the line begins in its first column, as section headers do.
  var isFlushLeft: Bool { base[lineStart] > 0x20 }

  func bytes(_ field: TextField) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: base + field.start, count: field.count)
  }

  func text(_ field: TextField) -> String {
    let shown = UnsafeBufferPointer(start: base + field.start, count: min(field.count, 60))
    return String(decoding: shown, as: UTF8.self) + (field.count > 60 ? "…" : "")
  }

  /// True when field `i` is `word`, letter for letter.
  func isWord(_ i: Int, _ word: StaticString) -> Bool {
    let field = fields[i]
    guard field.count == word.utf8CodeUnitCount else { return false }
    for k in 0..<field.count where base[field.start + k] != word.utf8Start[k] { return false }
    return true
  }

  func error(at offset: Int, _ cause: String, expected: String) -> ReadError {
    ReadError(file: path, line: max(line, 1), column: offset - lineStart + 1, cause: cause, expected: expected)
  }

  func error(_ field: TextField, _ cause: String, expected: String) -> ReadError {
    error(at: field.start, cause, expected: expected)
  }

  /// The place behind the last field of the line, where something is missing.
  func errorAtEnd(_ cause: String, expected: String) -> ReadError {
    let last = fieldCount > 0 ? fields[min(fieldCount, MPSScanner.capacity) - 1].end : lineStart
    return error(at: last, cause, expected: expected)
  }

  /// Moves to the next line with fields; false at the end of the file.
  mutating func advance() throws(ReadError) -> Bool {
    while next < end - 1 {
      lineStart = next
      line &+= 1
      let first = base[next]
      if first == 0x2A || first == 0x26 || first == 0x24 {
        skipLine()
        continue
      }
      if isFixed && first == 0x20 {
        try cutColumns()
      } else {
        try cutBlanks()
      }
      if fieldCount > 0 { return true }
    }
    return false
  }

  private mutating func skipLine() {
    var i = next
    while base[i] != 0x0A { i &+= 1 }
    next = i &+ 1
  }

  private mutating func cutBlanks() throws(ReadError) {
    var i = lineStart
    var count = 0
    while true {
      var c = base[i]
      while c == 0x20 || c == 0x09 {
        i &+= 1
        c = base[i]
      }
      if c > 0x20 {
        let start = i
        repeat {
          i &+= 1
          c = base[i]
        } while c > 0x20
        if count < MPSScanner.capacity { fields[count] = TextField(start: start, end: i) }
        count &+= 1
        if c == 0x20 { continue }
      }
      if c == 0x0A { break }
      if c == 0x0D && base[i + 1] == 0x0A {
        i &+= 1
        break
      }
      if c != 0x09 { throw control(at: i) }
    }
    fieldCount = count
    next = i &+ 1
  }

  private func control(at i: Int) -> ReadError {
    error(
      at: i, "byte 0x\(String(base[i], radix: 16, uppercase: true)) is not text", expected: "a text file in UTF-8")
  }

  private static let columns: [(first: Int, last: Int, gap: Int)] = [
    (1, 2, 3), (4, 11, 13), (14, 21, 23), (24, 38, 38), (39, 46, 48), (49, 71, 71),
  ]

  private mutating func cutColumns() throws(ReadError) {
    var stop = lineStart
    while base[stop] != 0x0A {
      if base[stop] < 0x20 {
        if base[stop] == 0x0D && base[stop + 1] == 0x0A { break }
        if base[stop] == 0x09 {
          throw error(at: stop, "a tab in fixed format", expected: "fields in fixed columns, separated by blanks")
        }
        throw control(at: stop)
      }
      stop &+= 1
    }
    next = base[stop] == 0x0A ? stop &+ 1 : stop &+ 2
    fieldCount = 0
    for (first, last, gap) in MPSScanner.columns {
      var a = lineStart + first
      var b = min(lineStart + last + 1, stop)
      if a >= b { break }
      var k = b
      while k < min(lineStart + gap + 1, stop) {
        if base[k] != 0x20 {
          throw error(at: k, "a character between two fields of fixed format", expected: "a blank")
        }
        k += 1
      }
      while a < b && base[a] == 0x20 { a += 1 }
      while b > a && base[b - 1] == 0x20 { b -= 1 }
      if a < b {
        fields[fieldCount] = TextField(start: a, end: b)
        fieldCount += 1
      }
    }
  }
}
