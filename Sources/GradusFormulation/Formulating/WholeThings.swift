// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// Finds things that a text counts, and a model that cuts them.
///
/// Counted is what stands behind `how many` and `number of`, measures such as hours and kilograms apart; whole is what a text
/// calls so.
/// A hint, not a proof.
struct WholeThings {
  private static let measures = [
    "kg", "kilogram", "gram", "ton", "tonne", "pound", "ounce", "liter", "litre", "gallon", "barrel", "hour", "minute",
    "second", "day", "week", "month", "year", "dollar", "euro", "cent", "acre", "hectare", "meter", "metre",
    "kilometer",
    "mile", "percent", "mw", "mwh", "kwh", "watt", "calorie", "milligram", "cubic", "square", "share",
  ]
  private static let small = [
    "of", "the", "each", "such", "more", "additional", "different", "total", "new", "type", "types", "kind", "kinds",
    "to",
    "and", "or", "should", "units", "unit", "a", "an",
  ]

  /// What the text counts, in the singular; empty where nothing is.
  static func counted(in text: String) -> [String] {
    let words = text.lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init)
    var found: [String] = []
    for k in words.indices.dropFirst() {
      let pair = (words[k - 1], words[k])
      guard pair == ("how", "many") || pair == ("number", "of") else { continue }
      let next = words[(k + 1)...].prefix(4).filter { !small.contains($0) }
      // The first measure ends it: "how many kilograms of flour".
      guard let noun = next.first.map(singular), !measures.contains(noun), !found.contains(noun) else { continue }
      found.append(noun)
    }
    return found
  }

  /// The doubt that whole things may be cut; nil where there is none.
  static func doubt(_ text: String, _ document: JSONValue) -> FormulationDoubt? {
    let variables = document["variables"]?.members ?? []
    let cut = variables.filter { entry in
      let kind = entry.value.text ?? entry.value["kind"]?.text ?? "continuous"
      return kind == "continuous" || kind == "semicontinuous"
    }
    guard cut.count == variables.count, !variables.isEmpty else { return nil }
    let names = cut.prefix(5).map(\.name).joined(separator: ", ")
    let lower = text.lowercased()
    if ["integer", "whole number", "indivisible", "cannot be split", "fractional"].contains(where: {
      lower.contains($0)
    }) {
      return FormulationDoubt(.continuous, "the text speaks of whole things, and \(names) may take fractions")
    }
    guard let noun = counted(in: text).first else { return nil }
    return FormulationDoubt(.continuous, "the text counts \(noun)s (how many …), and \(names) may take fractions")
  }

  private static func singular(_ word: String) -> String {
    if word.hasSuffix("ies"), word.count > 4 { return word.dropLast(3) + "y" }
    if word.hasSuffix("ches") || word.hasSuffix("shes") || word.hasSuffix("xes") { return String(word.dropLast(2)) }
    return word.hasSuffix("s") && !word.hasSuffix("ss") && word.count > 3 ? String(word.dropLast()) : word
  }
}
