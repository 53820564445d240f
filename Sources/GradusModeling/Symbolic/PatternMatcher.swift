// SPDX-License-Identifier: Apache-2.0

/// What can be matched: a term has any number of forms (one for an ordinary term, one a node for a class of an e-graph).
protocol PatternSpace {
  associatedtype Term: Hashable
  func forms(of term: Term) -> [(operation: FormulaOperation, arguments: [Term])]
  func number(of term: Term) -> Double?
}

/// Finds all ways in which a pattern fits, up to a limit; in sums and products modulo order.
struct PatternMatcher<Space: PatternSpace> {
  let space: Space
  /// Of attempts to fit an argument: products of many equal slots fit in factorially many ways.
  var budget = 20_000
  private(set) var found: [Bindings<Space.Term>] = []
  private let limit: Int

  init(_ space: Space, limit: Int = 16) {
    self.space = space
    self.limit = limit
  }

  /// A part of the work left: fit a pattern to a term, or what stands in a list to a list.
  private enum Goal {
    case one(Pattern, Space.Term)
    case ordered(ArraySlice<Pattern>, ArraySlice<Space.Term>)
    case unordered(ArraySlice<Pattern>, [Space.Term], rest: String?)
  }

  mutating func match(_ pattern: Pattern, _ term: Space.Term) {
    solve([.one(pattern, term)], Bindings())
  }

  /// One form of a term against a compound pattern.
  mutating func match(_ patterns: [Pattern], form operation: FormulaOperation, _ arguments: [Space.Term]) {
    solve([Self.goal(operation, patterns, arguments)], Bindings())
  }

  private static func goal(
    _ operation: FormulaOperation, _ patterns: [Pattern], _ arguments: [Space.Term]
  ) -> Goal {
    guard operation == .sum || operation == .product else { return .ordered(patterns[...], arguments[...]) }
    var rest: String?
    var parts: [Pattern] = []
    for pattern in patterns {
      if case .rest(let name) = pattern, rest == nil { rest = name } else { parts.append(pattern) }
    }
    // Narrow parts first: they leave less to try.
    parts.sort { Self.width($0) < Self.width($1) }
    return .unordered(parts[...], arguments, rest: rest)
  }

  private static func width(_ pattern: Pattern) -> Int {
    switch pattern {
    case .number: 0
    case .compound: 1
    case .slot(_, .any): 3
    case .slot: 2
    case .rest: 4
    }
  }

  private mutating func solve(_ goals: [Goal], _ bindings: Bindings<Space.Term>) {
    if found.count >= limit { return }
    budget -= 1
    if budget < 0 { return }
    var goals = goals
    guard let goal = goals.popLast() else {
      if !found.contains(bindings) { found.append(bindings) }
      return
    }
    switch goal {
    case .one(let pattern, let term): solveOne(pattern, term, goals, bindings)
    case .ordered(let patterns, let terms): solveOrdered(patterns, terms, goals, bindings)
    case .unordered(let patterns, let terms, let rest): solveUnordered(patterns, terms, rest, goals, bindings)
    }
  }

  private mutating func solveOne(
    _ pattern: Pattern, _ term: Space.Term, _ goals: [Goal], _ bindings: Bindings<Space.Term>
  ) {
    switch pattern {
    case .slot(let name, let type):
      if takes(type, term), let next = bindings.binding(name, to: [term]) { solve(goals, next) }
    case .rest(let name):
      if let next = bindings.binding(name, to: [term]) { solve(goals, next) }
    case .number(let value):
      if space.number(of: term) == value { solve(goals, bindings) }
    case .compound(let operation, let patterns):
      for form in space.forms(of: term) where form.operation == operation {
        solve(goals + [Self.goal(operation, patterns, form.arguments)], bindings)
      }
    }
  }

  private func takes(_ type: Pattern.SlotType, _ term: Space.Term) -> Bool {
    switch type {
    case .any: true
    case .number: space.number(of: term) != nil
    case .wholeNumber: space.number(of: term).map { $0 == $0.rounded() } ?? false
    case .nonNumber: space.number(of: term) == nil
    case .symbol: space.number(of: term) == nil && space.forms(of: term).allSatisfy { $0.operation.arity == 0 }
    case .compound(let operation): space.forms(of: term).contains { $0.operation == operation }
    }
  }

  private mutating func solveOrdered(
    _ patterns: ArraySlice<Pattern>, _ terms: ArraySlice<Space.Term>, _ goals: [Goal],
    _ bindings: Bindings<Space.Term>
  ) {
    guard let first = patterns.first else {
      if terms.isEmpty { solve(goals, bindings) }
      return
    }
    if case .rest(let name) = first {
      for count in 0...terms.count {
        guard let next = bindings.binding(name, to: Array(terms.prefix(count))) else { continue }
        solve(goals + [.ordered(patterns.dropFirst(), terms.dropFirst(count))], next)
      }
    } else if let term = terms.first {
      solve(goals + [.ordered(patterns.dropFirst(), terms.dropFirst()), .one(first, term)], bindings)
    }
  }

  private mutating func solveUnordered(
    _ patterns: ArraySlice<Pattern>, _ terms: [Space.Term], _ rest: String?, _ goals: [Goal],
    _ bindings: Bindings<Space.Term>
  ) {
    guard let first = patterns.first else {
      if let rest {
        if let next = bindings.binding(rest, to: terms) { solve(goals, next) }
      } else if terms.isEmpty {
        solve(goals, bindings)
      }
      return
    }
    if terms.count < patterns.count { return }
    for k in terms.indices {
      var others = terms
      let term = others.remove(at: k)
      solve(goals + [.unordered(patterns.dropFirst(), others, rest: rest), .one(first, term)], bindings)
    }
  }
}
