// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
import GradusNumerics

/// The numbers of a five-element model in JSON: data and those of its expressions, each with its place; those of sets apart.
struct StatementNumbers {
  struct Use: Hashable {
    var value: Double
    /// As in `cost[2]` or `the objective`.
    var place: String
  }

  /// Of parameters, bounds, objective and constraints.
  private(set) var uses: [Use] = []
  /// Elements and ends of sets, subscripts, exponents: not data, but what a text may count or name.
  private(set) var names: [Double] = []
  /// Parameters that nothing in the model uses; their numbers say nothing.
  private(set) var idle: [String] = []
  private var mentioned: Set<String> = []
  /// How many elements, variables and constraints there are.
  private(set) var counts: [Double] = []

  /// More are not looked at.
  static let limit = 20_000

  init(_ document: JSONValue) {
    var parameters: [JSONValue.Member] = []
    for section in document.members ?? [] {
      switch section.name {
      case "sets":
        for set in section.value.members ?? [] {
          counts.append(Double(set.value.elements?.count ?? 0))
          gatherNames(set.value, depth: 0)
        }
      case "parameters":
        parameters = section.value.members ?? []
      case "variables":
        let all = section.value.members ?? []
        counts.append(Double(all.count))
        for entry in all {
          for field in entry.value.members ?? [] where ["lower", "upper", "start"].contains(field.name) {
            gather(field.value, "\(field.name) of \(entry.name)", depth: 0)
          }
        }
      case "minimize", "maximize": gather(section.value, "the objective", depth: 0)
      case "subject to":
        let all = section.value.members ?? []
        counts.append(Double(all.count))
        for entry in all {
          expression(entry.name, "the indices of \(entry.name)")
          gather(entry.value, entry.name, depth: 0)
        }
      default: break
      }
    }
    // What a parameter is made of stands in other parameters, so that these go last, and twice.
    let before = self
    for entry in parameters { parameter(entry) }
    let all = mentioned
    self = before
    mentioned = all
    for entry in parameters {
      if mentioned.contains(entry.name) { parameter(entry) } else { idle.append(entry.name) }
    }
  }

  private mutating func parameter(_ entry: JSONValue.Member) {
    guard let fields = entry.value.members else { return gather(entry.value, entry.name, depth: 0) }
    for field in fields where ["values", "value", "default"].contains(field.name) {
      gather(field.value, entry.name, depth: 0)
    }
  }

  private mutating func add(_ value: Double, _ place: String) {
    guard value.isFinite, uses.count < Self.limit else { return }
    uses.append(Use(value: abs(value), place: place))
  }

  private mutating func gather(_ value: JSONValue, _ place: String, depth: Int) {
    guard depth < 20, uses.count < Self.limit else { return }
    switch value {
    case .integer(let number): add(Double(number), place)
    case .number(let number): add(number, place)
    case .string(let text):
      if let number = Double(text.trimmed) { add(number, place) } else { expression(text, place) }
    case .array(let elements):
      for (k, element) in elements.enumerated() {
        gather(element, depth == 0 && elements.count > 1 ? "\(place)[\(k + 1)]" : place, depth: depth + 1)
      }
    case .object(let members):
      for member in members {
        gather(member.value, depth == 0 ? "\(place)[\(member.name)]" : place, depth: depth + 1)
      }
    case .null, .bool: break
    }
  }

  private mutating func gatherNames(_ value: JSONValue, depth: Int) {
    guard depth < 20, names.count < Self.limit else { return }
    switch value {
    case .integer(let number): names.append(abs(Double(number)))
    case .number(let number): names.append(abs(number))
    case .string(let text):
      for word in text.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") }) {
        mentioned.insert(String(word))
      }
      names += WordNumber.all(in: text.replacing("..", with: " ")).flatMap(\.readings).map { abs($0) }
    case .array(let elements): for element in elements { gatherNames(element, depth: depth + 1) }
    case .object, .null, .bool: break
    }
  }

  /// The numbers of an expression. Names, texts in quotes, subscripts and exponents are no data.
  private mutating func expression(_ text: String, _ place: String) {
    let bytes = Array(text.utf8)
    var k = 0
    var brackets = 0
    var last: UInt8 = 0x20
    func isPart(_ byte: UInt8) -> Bool {
      byte &- 0x30 <= 9 || (byte | 0x20) &- 0x61 <= 25 || byte == 0x5F || byte >= 0x80
    }
    while k < bytes.count {
      let byte = bytes[k]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
        k += 1
        let start = k
        while k < bytes.count, bytes[k] != byte { k += 1 }
        if byte == UInt8(ascii: "`") {
          mentioned.insert(String(decoding: bytes[start..<min(k, bytes.count)], as: UTF8.self))
        }
      case UInt8(ascii: "["): brackets += 1
      case UInt8(ascii: "]"): brackets = max(0, brackets - 1)
      case 0x30...0x39,
        UInt8(ascii: ".") where k + 1 < bytes.count && bytes[k + 1] &- 0x30 <= 9 && last != UInt8(ascii: "."):
        let start = k
        while k < bytes.count, bytes[k] &- 0x30 <= 9 || bytes[k] == UInt8(ascii: ".") && !isRange(bytes, k) { k += 1 }
        if k + 1 < bytes.count, bytes[k] | 0x20 == UInt8(ascii: "e"),
          bytes[k + 1] &- 0x30 <= 9 || bytes[k + 1] == UInt8(ascii: "-")
        {
          k += 2
          while k < bytes.count, bytes[k] &- 0x30 <= 9 { k += 1 }
        }
        if let value = Double(String(decoding: bytes[start..<k], as: UTF8.self)) {
          if brackets > 0 || last == UInt8(ascii: "^") { names.append(value) } else { add(value, place) }
        }
        last = 0x30
        continue
      case _ where isPart(byte):
        let start = k
        while k < bytes.count, isPart(bytes[k]) { k += 1 }
        mentioned.insert(String(decoding: bytes[start..<k], as: UTF8.self))
        last = byte
        continue
      default: break
      }
      if byte != 0x20 { last = byte }
      k += 1
    }
  }

  private func isRange(_ bytes: [UInt8], _ k: Int) -> Bool {
    k + 1 < bytes.count && bytes[k + 1] == UInt8(ascii: ".") || k > 0 && bytes[k - 1] == UInt8(ascii: ".")
  }
}
