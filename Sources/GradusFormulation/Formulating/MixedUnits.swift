// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
import GradusNumerics

/// Finds quantities of one kind that a text gives in several units, and a model that adds them up as they are.
///
///     30 kg, 500 g  →  the factor of g and kg is 1000; converted is a model with 1000 or 0.001, or with a number that no text says
///                      and that is a number of the text times or by 1000
///
/// Units are masses, lengths, volumes, hours with their parts, money, energy and power, behind a number or one word behind it, or
/// in a heading: `(minutes)`. Days and longer are not: five days of eight hours need no 24. A hint, not a proof.
struct MixedUnits {
  private struct Unit {
    var dimension: Int
    /// How many of the smallest.
    var scale: Double
    var name: String
  }

  private static let dimensions: [[(Double, [String])]] = [
    [
      (1, ["mg", "milligram", "milligrams"]), (1e3, ["g", "gram", "grams"]),
      (1e6, ["kg", "kgs", "kilogram", "kilograms", "kilo", "kilos"]), (1e9, ["t", "ton", "tons", "tonne", "tonnes"]),
    ],
    [(1, ["oz", "ounce", "ounces"]), (16, ["lb", "lbs", "pound", "pounds"])],
    [
      (1, ["mm", "millimeter", "millimeters", "millimetre", "millimetres"]),
      (10, ["cm", "centimeter", "centimeters", "centimetre", "centimetres"]),
      (1e3, ["m", "meter", "meters", "metre", "metres"]),
      (1e6, ["km", "kilometer", "kilometers", "kilometre", "kilometres"]),
    ],
    [(1, ["in", "inch", "inches"]), (12, ["ft", "foot", "feet"]), (36, ["yd", "yard", "yards"])],
    [
      (1, ["ml", "milliliter", "milliliters", "millilitre", "millilitres"]), (10, ["cl", "centiliter", "centilitre"]),
      (1e3, ["l", "liter", "liters", "litre", "litres"]),
    ],
    [
      (1, ["s", "sec", "second", "seconds"]), (60, ["min", "mins", "minute", "minutes"]),
      (3600, ["h", "hr", "hrs", "hour", "hours"]),
    ],
    [(1, ["cent", "cents", "¢"]), (100, ["dollar", "dollars", "$", "euro", "euros", "€"])],
    [(1, ["wh"]), (1e3, ["kwh"]), (1e6, ["mwh"]), (1e9, ["gwh"])],
    [(1, ["w", "watt", "watts"]), (1e3, ["kw", "kilowatt", "kilowatts"]), (1e6, ["mw", "megawatt", "megawatts"])],
  ]

  private static let units: [String: Unit] = {
    var all: [String: Unit] = [:]
    for (k, dimension) in dimensions.enumerated() {
      for (scale, names) in dimension {
        for name in names { all[name] = Unit(dimension: k, scale: scale, name: names[0]) }
      }
    }
    return all
  }()

  /// Behind a number these are followed by something else than its unit.
  private static let joints: Set<String> = [
    "per", "a", "an", "of", "and", "or", "each", "to", "every", "in", "for", "than",
  ]

  private struct Quantity {
    /// As the text has it; empty for a heading.
    var number = ""
    var unit: Unit

    var text: String { number.isEmpty ? unit.name : "\(number) \(unit.name)" }
  }

  /// The doubts that a text with these numbers raises against a model.
  static func doubts(_ problem: WordProblem, _ document: JSONValue) -> [FormulationDoubt] {
    let quantities = quantities(problem) + headings(problem.text)
    guard !quantities.isEmpty else { return [] }
    let said = Set(problem.numbers.flatMap(\.readings).map { abs($0) })
    let numbers = StatementNumbers(document)
    var doubts: [FormulationDoubt] = []
    for dimension in dimensions.indices {
      let own = quantities.filter { $0.unit.dimension == dimension }
      guard let first = own.first, let other = own.first(where: { $0.unit.scale != first.unit.scale }) else { continue }
      let factor = max(first.unit.scale, other.unit.scale) / min(first.unit.scale, other.unit.scale)
      let isConverted = numbers.uses.contains { use in
        if Self.equal(use.value, factor) || Self.equal(use.value * factor, 1) { return true }
        guard !said.contains(use.value) else { return false }
        return said.contains { Self.equal($0 * factor, use.value) || Self.equal($0, use.value * factor) }
      }
      if !isConverted {
        doubts.append(
          FormulationDoubt(
            .units,
            "the text gives \(first.text) and \(other.text), and no number of the model converts one into the other; the factor is "
              + NumberJudge.shown(factor)))
      }
    }
    return doubts
  }

  private static func equal(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-6 * max(abs(a), abs(b)) }

  /// Numbers with units, without those that are one quantity with the number before: 1 hour 30 minutes.
  private static func quantities(_ problem: WordProblem) -> [Quantity] {
    let bytes = Array(problem.text.utf8)
    var found: [Quantity] = []
    var end = -1
    for number in problem.numbers where number.isCertain {
      let behind = number.offset + number.text.utf8.count
      let isCurrency = number.offset > 0 && bytes[number.offset - 1] == UInt8(ascii: "$")
      guard let (unit, place) = isCurrency ? units["$"].map({ ($0, behind) }) : unit(bytes, behind) else { continue }
      let between = end < 0 ? "." : String(decoding: bytes[end..<number.offset], as: UTF8.self).trimmed
      let joined = between.isEmpty || between == "and"
      if let last = found.last, joined, last.unit.dimension == unit.dimension, last.unit.scale > unit.scale {
        found.removeLast()
      } else {
        found.append(Quantity(number: number.text, unit: unit))
      }
      end = place
    }
    return found
  }

  /// Units of tables and lists: `(minutes)`, `in minutes`, `number of minutes`.
  private static func headings(_ text: String) -> [Quantity] {
    let words = text.lowercased().split { $0.isWhitespace || $0 == "|" }
    var found: [Quantity] = []
    for (k, word) in words.enumerated() {
      let name = word.filter { $0.isLetter }
      let isHeading =
        word.hasPrefix("(") && word.contains(")")
        || name.count > 2 && k > 0
          && (words[k - 1] == "in" || k > 1 && words[k - 1] == "of" && words[k - 2] == "number")
      if isHeading, let unit = units[name] { found.append(Quantity(unit: unit)) }
    }
    return found
  }

  /// The unit behind a place, at once or one word later, and where it ends.
  private static func unit(_ bytes: [UInt8], _ place: Int) -> (Unit, Int)? {
    var begin = place
    for isSecond in [false, true] {
      while begin < bytes.count, begin <= place + 30, bytes[begin] == 0x20 || bytes[begin] == UInt8(ascii: "-") {
        begin += 1
      }
      var end = begin
      while end < bytes.count, end - begin < 20, (bytes[end] | 0x20) &- 0x61 <= 25 || bytes[end] >= 0x80 { end += 1 }
      guard end > begin else { return nil }
      let word = String(decoding: bytes[begin..<end], as: UTF8.self).lowercased()
      // "5 in total" and "3 s" are rarely inches and seconds behind another word.
      if let unit = units[word], !isSecond || word.utf8.count > 2 { return word == "in" ? nil : (unit, end) }
      if joints.contains(word) { return nil }
      begin = end
    }
    return nil
  }
}
