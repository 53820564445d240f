// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Known constraints as JSON:
///
///     {"sum": {"width": 2, "height": 1}, "max": 10}            2·width + height ≤ 10
///     {"not": {"act": "relu", "layers": {"low": 3}}}           not both; values as in "when"
extension SearchSpace {
  /// Combinations that one `not` may stand for.
  private static var mostCombinations: Int { 10_000 }

  /// The constraints of a list of descriptions. Throws what is wrong with which of them.
  public func known(json descriptions: [JSONValue]) throws(SpaceError) -> [KnownConstraint] {
    var all: [KnownConstraint] = []
    for (i, description) in descriptions.enumerated() {
      let who = "known constraint \(i)"
      if let sum = description["sum"] {
        all.append(try linear(sum, description["max"], who))
      } else if let not = description["not"] {
        all += try forbidden(not, who)
      } else {
        throw SpaceError("\(who) must have a \"sum\" and a \"max\", or a \"not\"")
      }
      guard all.count <= Self.mostCombinations else {
        throw SpaceError("the known constraints stand for more than \(Self.mostCombinations) combinations; give ranges")
      }
    }
    return all
  }

  private func linear(_ sum: JSONValue, _ most: JSONValue?, _ who: String) throws(SpaceError) -> KnownConstraint {
    guard let terms = sum.members, !terms.isEmpty else {
      throw SpaceError("\(who) needs an object such as {\"width\": 2} for \"sum\"")
    }
    guard let bound = most?.double, bound.isFinite else { throw SpaceError("\(who) needs a finite number \"max\"") }
    var coefficients = Vector.zeros(dimension)
    for term in terms {
      let (place, parameter) = try single(term.name, who)
      if case .categorical = parameter.values { throw SpaceError("\(who) cannot add \"\(term.name)\", a category") }
      guard let weight = term.value.double, weight.isFinite else {
        throw SpaceError("\(who) needs a finite number for \"\(term.name)\"")
      }
      coefficients[place] = weight
    }
    return .linear(coefficients: coefficients, bound: bound)
  }

  /// One constraint for each combination of the ranges.
  private func forbidden(_ not: JSONValue, _ who: String) throws(SpaceError) -> [KnownConstraint] {
    guard let parts = not.members, !parts.isEmpty else {
      throw SpaceError("\(who) needs an object such as {\"act\": \"relu\"} for \"not\"")
    }
    var combinations: [[KnownConstraint.Clause]] = [[]]
    for part in parts {
      let (place, parameter) = try single(part.name, who)
      let ranges = try Self.ranges(part.value, of: parameter, for: who)
      guard combinations.count * ranges.count <= Self.mostCombinations else {
        throw SpaceError("\(who) stands for more than \(Self.mostCombinations) combinations; give ranges")
      }
      combinations = combinations.flatMap { clauses in ranges.map { clauses + [.init(place, $0)] } }
    }
    return combinations.map { .forbidden($0) }
  }

  /// The place of a parameter that is one number and always matters.
  private func single(_ name: String, _ who: String) throws(SpaceError) -> (place: Int, parameter: SpaceParameter) {
    guard let i = parameters.firstIndex(where: { $0.name == name }) else {
      let near = nearest(to: name, among: parameters.map(\.name))
      throw SpaceError(
        "\(who) names \"\(name)\", which is no parameter" + (near.map { "; did you mean \"\($0)\"?" } ?? ""))
    }
    let parameter = parameters[i]
    guard parameter.width == 1, parameter.conditions.isEmpty else {
      throw SpaceError("\(who) cannot use \"\(name)\": only one number that always matters can be constrained")
    }
    return (range(of: i).lowerBound, parameter)
  }
}
