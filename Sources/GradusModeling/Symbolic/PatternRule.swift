// SPDX-License-Identifier: Apache-2.0

/// left = right, for classical rewriting from left to right and for e-graphs.
///
///     PatternRule("sin/cos", .apply(.sine, "a") / .apply(.cosine, "a"), .apply(.tangent, "a"))
///
/// Both sides must have the same value wherever both are numbers; `counterexample` tries. In an e-graph a rule is applied
/// only where both sides are numbers under the same conditions; a classical rewriter applies it wherever it fits.
public struct PatternRule: Sendable, Hashable {
  public let name: String
  public let left: Pattern
  public let right: Pattern

  public init(_ name: String, _ left: Pattern, _ right: Pattern) {
    precondition(right.names.isSubset(of: left.names), "rule \(name) uses a name on the right that the left lacks")
    self.name = name
    self.left = left
    self.right = right
  }

  /// The right side for the first way in which the left fits `term`; nil when none does or nothing changes.
  public func applied<Term: SymbolicTerm>(to term: Term) -> Term? {
    var matcher = PatternMatcher(TermSpace<Term>(), limit: 1)
    matcher.match(left, term)
    guard let bindings = matcher.found.first else { return nil }
    let result = right.filled(bindings, like: term)
    return result == term ? nil : result
  }
}

/// Ordinary terms: one form each.
struct TermSpace<Term: SymbolicTerm>: PatternSpace {
  func forms(of term: Term) -> [(operation: FormulaOperation, arguments: [Term])] {
    term.isCompound ? [(term.operation, term.arguments)] : []
  }
  func number(of term: Term) -> Double? { term.number }
}

extension Pattern {
  /// The pattern with its slots filled.
  func filled<Term: SymbolicTerm>(_ bindings: Bindings<Term>, like term: Term) -> Term {
    switch self {
    case .slot(let name, _): return bindings[name] ?? term
    case .rest(let name): return term.makeSimilar(.sum, bindings.all(name) ?? [])
    case .number(let value): return term.makeNumber(value)
    case .compound(let operation, let parts):
      let arguments = parts.flatMap { part -> [Term] in
        if case .rest(let name) = part { return bindings.all(name) ?? [] }
        return [part.filled(bindings, like: term)]
      }
      if arguments.isEmpty { return term.makeNumber(operation == .product ? 1 : 0) }
      if arguments.count == 1, operation == .sum || operation == .product { return arguments[0] }
      return term.makeSimilar(operation, arguments)
    }
  }
}
