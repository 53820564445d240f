// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

extension FiveElementReader {
  static let variableKeys = ["over", "kind", "lower", "upper", "start", "unit"]
  static let kinds = ["continuous", "integer", "binary", "semicontinuous", "semiinteger"]

  private func variableFields(_ i: Int) throws(ReadError) -> [String: DocumentNode] {
    let name = variables[i].name
    switch variables[i].node.content {
    case .mapping(let entries): return try fields(entries, of: name, Self.variableKeys)
    case .absent: return [:]
    case .scalar: return ["kind": variables[i].node]
    case .sequence:
      throw source.error(
        at: variables[i].node.offset, "the variable \(name) is a list",
        expected: "{over: SET, kind: …, lower: …, upper: …}")
    }
  }

  func declareVariable(_ i: Int) throws(ReadError) {
    if variables[i].isDeclared { return }
    variables[i].isDeclared = true
    try enterLoad(variables[i].offset)
    defer { loadDepth -= 1 }
    let fields = try variableFields(i)
    variables[i].units = try units(fields["unit"])
    variables[i].domain = try over(fields["over"], variables[i].name).domain
  }

  /// Adds the columns of a variable to the model.
  func makeVariable(_ i: Int) throws(ReadError) {
    try declareVariable(i)
    let fields = try variableFields(i)
    let name = variables[i].name
    let word =
      try fields["kind"].map { node throws(ReadError) in try text(node, "one of \(Self.kinds.joined(separator: ", "))")
      }
      ?? "continuous"
    guard Self.kinds.contains(word) else {
      let near = NearestName.of(word, in: Self.kinds)
      throw source.error(
        at: fields["kind"]?.offset ?? variables[i].offset, "the kind \(word.prefix(60)) is unknown",
        expected: near.map { "\($0) (did you mean that?)" } ?? "one of \(Self.kinds.joined(separator: ", "))")
    }
    let kind: VariableKind = word == "binary" ? .integer : VariableKind(word) ?? .continuous
    let over = try over(fields["over"], name)
    variablesRefused = "a bound of \(name)"
    let lower = try bounds(fields["lower"], over, "lower of \(name)", word == "binary" ? 0 : -.infinity, i)
    let upper = try bounds(fields["upper"], over, "upper of \(name)", word == "binary" ? 1 : .infinity, i)
    let start = try fields["start"].map { node throws(ReadError) in
      try values(of: node, over, "start of \(name)", units: variables[i].units)
    }
    variables[i].firstColumn = model.columns.count
    for k in 0..<(over.domain.count ?? 0) {
      try step(variables[i].offset)
      let member = over.domain.member(at: k)
      let fullName = member.isEmpty ? name : "\(name)[\(shown(member))]"
      let low = kind == .semicontinuous || kind == .semiinteger ? max(lower[k], -.infinity) : lower[k]
      if low == .infinity || upper[k] == -.infinity {
        throw source.error(
          at: variables[i].offset, "\(fullName) has a bound at the wrong infinity",
          expected: "lower below inf, upper above -inf")
      }
      if let value = start?[k], !value.isFinite {
        throw source.error(at: variables[i].offset, "the start of \(fullName) is infinite", expected: "a finite number")
      }
      model.variable(fullName, from: low, to: upper[k], kind: kind, start: start?[k])
    }
  }

  private func bounds(
    _ node: DocumentNode?, _ over: DeclaredOver, _ owner: String, _ fallback: Double, _ i: Int
  ) throws(ReadError) -> [Double] {
    guard let node else { return [Double](repeating: fallback, count: over.domain.count ?? 0) }
    return try values(of: node, over, owner, units: variables[i].units).map { $0 ?? fallback }
  }
}

extension VariableKind {
  init?(_ word: String) {
    switch word {
    case "continuous": self = .continuous
    case "integer": self = .integer
    case "semicontinuous": self = .semicontinuous
    case "semiinteger": self = .semiinteger
    default: return nil
    }
  }
}
