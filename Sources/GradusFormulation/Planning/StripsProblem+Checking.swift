// SPDX-License-Identifier: Apache-2.0

extension StripsProblem {
  /// Longest horizon, most objects and most parts of any list.
  static let limits = (horizon: 200, objects: 1000, list: 10_000)

  /// Throws the first thing that makes no sense: a name twice, an unknown type, predicate or object, a wrong number of arguments.
  public func check() throws(PlanningError) {
    guard 1...Self.limits.horizon ~= horizon else {
      throw PlanningError("horizon", "\(horizon) steps", expected: "1 to \(Self.limits.horizon)")
    }
    guard objects.count <= Self.limits.objects else {
      throw PlanningError("objects", "\(objects.count) of them", expected: "at most \(Self.limits.objects)")
    }
    try unique(objects.map(\.name), "objects")
    try unique(predicates.map(\.name), "predicates")
    try unique(actions.map(\.name), "actions")
    guard !actions.isEmpty else { throw PlanningError("actions", "none", expected: "at least one") }
    guard !goal.isEmpty else { throw PlanningError("goal", "no fact", expected: "at least one fact") }
    for (k, schema) in actions.enumerated() {
      let place = "actions[\(k)]"
      try unique(schema.parameters.map(\.name), "\(place).parameters")
      guard schema.parameters.count <= 8 else {
        throw PlanningError("\(place).parameters", "\(schema.parameters.count) of them", expected: "at most 8")
      }
      for (name, atoms) in [("needs", schema.needs), ("adds", schema.adds), ("deletes", schema.deletes)] {
        for (i, atom) in atoms.enumerated() { try check(atom, "\(place).\(name)[\(i)]", schema.parameters) }
      }
    }
    for (i, atom) in initial.enumerated() { try check(atom, "initial[\(i)]", []) }
    for (i, atom) in goal.enumerated() { try check(atom, "goal[\(i)]", []) }
  }

  private func unique(_ names: [String], _ place: String) throws(PlanningError) {
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      throw PlanningError(place, "'\(name)' is there twice", expected: "a name of its own for each")
    }
  }

  private func check(_ atom: Atom, _ place: String, _ parameters: [Object]) throws(PlanningError) {
    guard let predicate = predicates.first(where: { $0.name == atom.name }) else {
      let known = predicates.prefix(10).map(\.name).joined(separator: ", ")
      throw PlanningError(place, "no predicate is called '\(atom.name)'", expected: known.isEmpty ? "one" : known)
    }
    guard predicate.parameters.count == atom.arguments.count else {
      throw PlanningError(
        place, "\(atom) has \(atom.arguments.count) arguments", expected: "\(predicate.parameters.count)")
    }
    for (argument, type) in zip(atom.arguments, predicate.parameters) {
      guard let object = (parameters + objects).first(where: { $0.name == argument }) else {
        throw PlanningError(place, "'\(argument)' in \(atom) is no object", expected: "an object or a parameter")
      }
      guard object.type == type else {
        throw PlanningError(place, "'\(argument)' in \(atom) is a \(object.type)", expected: "a \(type)")
      }
    }
  }
}
