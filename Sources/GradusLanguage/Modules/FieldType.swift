// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// What a field of a signature holds.
///
///     text, str · int · float · bool · json · list[T] · "a" | "b" | "c"
public indirect enum FieldType: Sendable, Codable, Hashable, CustomStringConvertible {
  case text, whole, number, truth, json
  /// One of these texts.
  case choice([String])
  case list(FieldType)

  /// As a signature says it; read back by `init(_:)`.
  public var description: String {
    switch self {
    case .text: "text"
    case .whole: "int"
    case .number: "float"
    case .truth: "bool"
    case .json: "json"
    case .choice(let choices): choices.map { JSONValue.string($0).description }.joined(separator: " | ")
    case .list(let element): "list[\(element)]"
    }
  }

  /// Throws what is wrong with the text.
  public init(_ text: String) throws(SignatureError) { self = try Self.read(text.trimmed, depth: 0) }

  private static func read(_ text: String, depth: Int) throws(SignatureError) -> FieldType {
    if let choices = try choices(text) { return .choice(choices) }
    if text.hasPrefix("list["), text.hasSuffix("]") {
      guard depth < 8 else {
        throw SignatureError("'\(text.prefix(40))…' is a list in a list in a list", expected: "fewer levels")
      }
      return .list(try read(String(text.dropFirst(5).dropLast()).trimmed, depth: depth + 1))
    }
    switch text.lowercased() {
    case "", "str", "text", "string": return .text
    case "int", "integer": return .whole
    case "float", "number": return .number
    case "bool", "boolean": return .truth
    case "json", "dict", "object": return .json
    default:
      throw SignatureError(
        "'\(text.prefix(40))' is no type", expected: "text, int, float, bool, json, list[T], or \"a\" | \"b\"")
    }
  }

  /// Texts in quotes with bars between them; nil for anything that begins otherwise.
  private static func choices(_ text: String) throws(SignatureError) -> [String]? {
    guard text.hasPrefix("\"") || text.hasPrefix("'") else { return nil }
    var choices: [String] = []
    var rest = text[...]
    while let quote = rest.first {
      guard quote == "\"" || quote == "'", let end = rest.dropFirst().firstIndex(of: quote) else {
        throw SignatureError("'\(text.prefix(40))' has a choice without quotes", expected: "\"a\" | \"b\"")
      }
      choices.append(String(rest[rest.index(after: rest.startIndex)..<end]))
      rest = rest[rest.index(after: end)...].drop(while: \.isWhitespace)
      guard !rest.isEmpty else { break }
      guard rest.first == "|" else {
        throw SignatureError("'\(text.prefix(40))' has choices without a bar between them", expected: "\"a\" | \"b\"")
      }
      rest = rest.dropFirst().drop(while: \.isWhitespace)
    }
    guard Set(choices).count == choices.count else {
      throw SignatureError("'\(text.prefix(40))' has a choice twice", expected: "different texts")
    }
    return choices
  }

  /// What a model is told of it.
  var hint: String {
    switch self {
    case .text: "text"
    case .whole: "a whole number"
    case .number: "a number"
    case .truth: "true or false"
    case .json: "a JSON value"
    case .choice(let choices): "one of " + choices.joined(separator: ", ")
    case .list: "a JSON list"
    }
  }

  /// The schema of a value.
  public var schema: JSONValue {
    switch self {
    case .text: ["type": "string"]
    case .whole: ["type": "integer"]
    case .number: ["type": "number"]
    case .truth: ["type": "boolean"]
    case .json: [:]
    case .choice(let choices): ["enum": JSONValue(strings: choices)]
    case .list(let element): ["type": "array", "items": element.schema]
    }
  }

  // MARK: Values

  /// What a model has written, as a value of this type; nil for anything that cannot be meant. Numbers may stand in a sentence: the
  /// last one is meant. A choice may stand among other words when it is the only one that does.
  public func value(in text: String) -> JSONValue? {
    let plain = text.trimmed
    switch self {
    case .text: return .string(plain)
    case .whole:
      guard let number = Self.number(in: plain), number == number.rounded(), let whole = Int(exactly: number) else {
        return nil
      }
      return .integer(whole)
    case .number: return Self.number(in: plain).map { .number($0) }
    case .truth:
      let words = Set(plain.lowercased().split { !$0.isLetter }.map(String.init))
      let (yes, no) = (!words.isDisjoint(with: ["true", "yes"]), !words.isDisjoint(with: ["false", "no"]))
      return yes == no ? nil : .bool(yes)
    case .json, .list:
      let source = JSONFinder.block(in: plain) ?? plain
      guard let value = (try? JSONValue(parsing: Array(source.utf8))) ?? JSONFinder.object(in: plain) else {
        return nil
      }
      return admits(value) ? value : nil
    case .choice(let choices): return Self.choice(choices, in: plain).map { .string($0) }
    }
  }

  /// Whether a value is of this type.
  public func admits(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.text, .string), (.whole, .integer), (.number, .integer), (.number, .number), (.truth, .bool), (.json, _):
      true
    case (.choice(let choices), .string(let text)): choices.contains(text)
    case (.list(let element), .array(let all)): all.allSatisfy { element.admits($0) }
    default: false
    }
  }

  /// The last number of a text; thousands may be separated by commas.
  static func number(in text: String) -> Double? {
    if let number = Double(text) { return number.isFinite ? number : nil }
    var last: Double?
    var word = ""
    func end() {
      while let c = word.last, c == "." || c == "," || c == "-" || c == "+" || c == "e" || c == "E" {
        word.removeLast()
      }
      if let number = Double(word.filter { $0 != "," }), number.isFinite { last = number }
      word = ""
    }
    for c in text {
      let isDigit = c.isASCII && c.isNumber
      if isDigit || (!word.isEmpty && (c == "." || c == ",")) {
        word.append(c)
      } else if word.last.map({ $0.isNumber }) ?? false, c == "e" || c == "E" {
        word.append(c)
      } else if c == "-" || c == "+", word.isEmpty || word.hasSuffix("e") || word.hasSuffix("E") {
        word.append(c)
      } else {
        end()
        if c == "-" { word = "-" }
      }
    }
    end()
    return last
  }

  private static func choice(_ choices: [String], in text: String) -> String? {
    let bare = text.lowercased().trimmingCharacters { !$0.isLetter && !$0.isNumber }
    func plain(_ choice: String) -> String { choice.lowercased().trimmingCharacters { !$0.isLetter && !$0.isNumber } }
    if let exact = choices.first(where: { $0 == text }) ?? choices.first(where: { plain($0) == bare }) { return exact }
    // In a sentence: whole words, and no second choice.
    let words = " " + text.lowercased().map { $0.isLetter || $0.isNumber ? String($0) : " " }.joined() + " "
    let found = choices.filter { words.contains(" \(plain($0)) ") }
    return found.count == 1 ? found[0] : nil
  }
}

extension String {
  /// Without such characters at both ends.
  fileprivate func trimmingCharacters(_ isOut: (Character) -> Bool) -> String {
    guard let first = firstIndex(where: { !isOut($0) }), let last = lastIndex(where: { !isOut($0) }) else { return "" }
    return String(self[first...last])
  }
}
