// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// Names that a format cannot hold, written with `%` and two hexadecimal digits for each byte in the way.
///
/// The first line of such a file is a comment that says so; our readers then restore the names, and other programs see
/// names that are legal for them. In such a file a `%` of the original becomes `%25`, an empty name `%` alone.
enum NameEncoding {
  static let remark = "Gradus: names are percent-encoded"

  /// True when the first line of the file is the remark behind a comment sign.
  static func isMarked(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let line = remark.utf8
    return bytes.count > line.count + 2 && bytes.dropFirst(2).starts(with: line) && bytes[1] == 0x20
      && bytes[2 + line.count] <= 0x20
  }

  static func encoded(_ name: String, isAllowed: (Int, UInt8) -> Bool) -> String {
    if name.isEmpty { return "%" }
    var result: [UInt8] = []
    for (i, byte) in name.utf8.enumerated() {
      if byte != 0x25 && isAllowed(i, byte) {
        result.append(byte)
      } else {
        result += [0x25, digit(byte >> 4), digit(byte & 15)]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The name that was encoded; nil when it is no encoding of a text.
  static func decoded(_ name: String) -> String? {
    if name == "%" { return "" }
    var result: [UInt8] = []
    var rest = Array(name.utf8)[...]
    while let byte = rest.popFirst() {
      if byte != 0x25 {
        result.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value) else { return nil }
      result.append(high << 4 | low)
    }
    return String(validating: result, as: UTF8.self)
  }

  /// The table with every name decoded. Two names that become one are an error, as is a broken code.
  static func decoded(_ table: NameTable, file: String) throws(ReadError) -> NameTable {
    var index = NameIndex()
    for name in table {
      guard let original = decoded(name), index.insert(original) != nil else {
        throw ReadError(
          file: file, line: 1, column: 1, cause: "the name \(name) is not percent-encoded",
          expected: "different names with % and two hexadecimal digits, or another first line")
      }
    }
    return index.names
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x37
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}

extension StandardForm {
  /// All names decoded, when a file says that they are encoded.
  mutating func decodeNames(file: String) throws(ReadError) {
    rowNames = try NameEncoding.decoded(rowNames, file: file)
    columnNames = try NameEncoding.decoded(columnNames, file: file)
    name = NameEncoding.decoded(name) ?? name
    objectiveName = NameEncoding.decoded(objectiveName) ?? objectiveName
    for i in specialOrderedSets.indices {
      specialOrderedSets[i].name = NameEncoding.decoded(specialOrderedSets[i].name) ?? specialOrderedSets[i].name
    }
  }
}
