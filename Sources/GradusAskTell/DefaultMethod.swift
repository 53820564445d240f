// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Which method serves somebody outside.
enum DefaultMethod {
  /// A method, the settings that go with it, and why it was chosen; no reasons where the caller named it.
  struct Choice {
    var entry: MethodEntry
    var settings: [(name: String, value: String)] = []
    var reasons: [String] = []
  }

  /// The method that the description names, or else `preferred`, or else the one that `SearchChoice` finds; that is also what
  /// `automatic` means as long as nobody gives settings of the method of that name.
  ///
  /// Throws when the method cannot be answered from outside, or not for so many objectives.
  static func choose(_ description: AskTellDescription, preferred: String?) throws -> Choice {
    let name = description.method ?? preferred
    let choice = SearchChoice(for: description.traits)
    guard let name, name != "automatic" || !description.settings.isEmpty else {
      return Choice(entry: try entry(named: choice.method), settings: choice.settings, reasons: choice.reasons)
    }
    let entry = try entry(named: name)
    guard let kind = entry.outsideName else {
      throw Unsuitable(
        method: name, needs: entry.needs, found: "somebody outside, who can only be shown points",
        remedy: "Choose a method that asks for values, gradients or rankings.")
    }
    if description.objectives > 1, kind != "values" {
      throw Unsuitable(
        method: name, needs: "one objective", found: "\(description.objectives) objectives",
        remedy: "Combine them into one, or choose a method for several: nsga2, nsga3, moead, sms-emoa.")
    }
    return Choice(entry: entry, settings: name == choice.method ? choice.settings : [])
  }

  /// Methods that keep as many numbers as the square of the dimension.
  private static let square: Set = [
    "cma-es", "nelder-mead", "bayesian-optimization", "model-trust-region", "dual-annealing", "trust-region-bo",
  ]
  private static let largestSquare = SearchChoice.largestSquare

  /// Throws where the method would keep more than a machine has.
  static func checkSize(_ entry: MethodEntry, _ dimension: Int) throws(Unsuitable) {
    guard square.contains(entry.card.name), dimension > largestSquare else { return }
    throw Unsuitable(
      method: entry.card.name, needs: "at most \(largestSquare) dimensions, since it keeps their square",
      found: "\(dimension)", remedy: "Choose differential-evolution, random-search, or a method with gradients.")
  }

  /// The catalogued method. Throws with the nearest name.
  static func entry(named name: String) throws(AskTellError) -> MethodEntry {
    if let entry = Catalog.entry(named: name) { return entry }
    let near = nearest(to: name, among: Catalog.all.map(\.card.name))
    throw AskTellError(
      .unsuitable,
      "there is no method '\(name)'" + (near.map { "; did you mean '\($0)'?" } ?? "; 'gradus methods' lists them"))
  }
}
