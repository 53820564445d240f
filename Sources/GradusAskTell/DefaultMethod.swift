// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Which method serves somebody outside.
enum DefaultMethod {
  /// The method that the description names, or else `preferred`, or else one that fits the description.
  ///
  /// Throws when the method cannot be answered from outside, or not for so many objectives.
  static func choose(_ description: AskTellDescription, preferred: String?) throws -> MethodEntry {
    guard let name = description.method ?? preferred else { return try fitting(description) }
    let entry = try entry(named: name)
    guard let kind = entry.outsideName else {
      throw Unsuitable(
        method: name, needs: entry.needs, found: "somebody outside, who can only be shown points",
        remedy: "Choose a method that asks for values, gradients or rankings.")
    }
    if description.objectives > 1, kind != "values" {
      throw Unsuitable(
        method: name, needs: "one objective", found: "\(description.objectives) objectives",
        remedy: "Combine them into one.")
    }
    return entry
  }

  /// Methods that keep as many numbers as the square of the dimension.
  private static let square: Set = [
    "cma-es", "nelder-mead", "bayesian-optimization", "model-trust-region",
  ]
  private static let largestSquare = 10_000

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

  /// Whether exact values of numbers between bounds are told one at a time, and more than a hundred of them.
  private static func isForOneAtATime(_ description: AskTellDescription) -> Bool {
    guard let budget = description.budget, budget > 100, description.space.box != nil else { return false }
    return description.batch == 1 && !description.isNoisy && description.constraints == 0
  }

  /// A method for what is described when nobody named one.
  private static func fitting(_ description: AskTellDescription) throws -> MethodEntry {
    let wanted = description.objectives > 1 ? "values" : "value"
    let names: [String]
    switch description.objectives {
    case 1 where description.space.dimension > largestSquare: names = ["differential-evolution", "random-search"]
    // It asks one point at a time, which suits a caller who said so and has evaluations enough for more than one method.
    case 1 where isForOneAtATime(description): names = ["automatic", "cma-es"]
    case 1: names = ["cma-es", "nelder-mead", "random-search"]
    // The exact hypervolume is cheap for two and three objectives; directions do not mind how many there are.
    case ...3: names = ["sms-emoa"]
    default: names = ["nsga3"]
    }
    guard
      let found = names.lazy.compactMap({ Catalog.entry(named: $0) }).first(where: { $0.outsideName == wanted })
        ?? Catalog.all.first(where: { $0.outsideName == wanted })
    else {
      throw Unsuitable(
        method: "gradus ask-tell", needs: "a method for \(description.objectives) objectives", found: "none yet",
        remedy: "Combine the objectives into one.")
    }
    return found
  }
}
