// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// What a running command prints, taken in as it comes: of any amount only the values and the last lines are kept.
///
/// Values are those of the last line that is a JSON object, and of lines `NAME=VALUE`; a later one takes the place of an earlier
/// one. Lines longer than a megabyte are not looked at.
package struct TrialWords {
  /// The values so far.
  package private(set) var metrics: [String: Double] = [:]
  /// Members of JSON lines that are no numbers, for the record.
  package private(set) var notes: [String: JSONValue] = [:]
  private var line: [UInt8] = []
  private var isTooLong = false
  private static let longestLine = 1 << 20

  package init() {}

  /// Takes in what was printed. `each` hears of every line with values, as it ends.
  package mutating func take(_ bytes: [UInt8], each: ([String: Double]) throws -> Void) rethrows {
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: 10) {
      append(bytes[start..<end])
      try endLine(each)
      start = end + 1
    }
    append(bytes[start...])
  }

  /// The last line may lack its end.
  package mutating func finish(each: ([String: Double]) throws -> Void) rethrows { try endLine(each) }

  private mutating func append(_ bytes: ArraySlice<UInt8>) {
    guard !isTooLong, line.count + bytes.count <= Self.longestLine else {
      isTooLong = true
      return line.removeAll(keepingCapacity: true)
    }
    line += bytes
  }

  private mutating func endLine(_ each: ([String: Double]) throws -> Void) rethrows {
    defer {
      line.removeAll(keepingCapacity: true)
      isTooLong = false
    }
    let content = line.drop { $0 == 32 || $0 == 9 }
    var found: [String: Double] = [:]
    if content.first == UInt8(ascii: "{") {
      guard let members = PythonJSON.value(Array(content))?.members else { return }
      for member in members {
        if let number = member.value.double {
          found[member.name] = number
        } else {
          notes[member.name] = member.value
        }
      }
    } else if let sign = content.firstIndex(of: UInt8(ascii: "=")) {
      let name = String(decoding: content[..<sign], as: UTF8.self)
      let text = String(decoding: content[(sign + 1)...], as: UTF8.self)
      guard Self.isName(name), let value = Self.number(text) else { return }
      found[name] = value
    }
    guard !found.isEmpty else { return }
    metrics.merge(found) { $1 }
    try each(found)
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter || first == "_" else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || "_./".contains($0) }
  }

  private static func number(_ text: String) -> Double? {
    let word = text.drop { $0 == " " }.prefix { !$0.isWhitespace }
    return Double(word)
  }
}

/// The last bytes of a stream of any length.
package struct StreamTail {
  package private(set) var bytes: [UInt8] = []
  package private(set) var isCut = false
  package let limit: Int

  package init(limit: Int = 1 << 14) { self.limit = limit }

  package mutating func take(_ more: [UInt8]) {
    bytes += more.suffix(limit)
    if more.count > limit || bytes.count > 2 * limit { isCut = true }
    if bytes.count > 2 * limit { bytes.removeFirst(bytes.count - limit) }
  }

  /// At most `limit` bytes, from the beginning of a line where something was left out.
  package var text: String {
    let end = bytes.suffix(limit)
    guard isCut || bytes.count > limit else { return String(decoding: end, as: UTF8.self) }
    let line = end.firstIndex(of: 10).map { end[($0 + 1)...] } ?? end
    return "[…]\n" + String(decoding: line.isEmpty ? end : line, as: UTF8.self)
  }
}
