// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// What the linearisation of one family of rows added.
struct LinearizationSummary {
  var binaries = 0
  var continuous = 0
  var largest = 0.0
  var example = ""
  var keptFunctions: Set<String> = []
}

/// Logic on variables as linear rows with binary variables.
///
/// δ = 1 ⇒ a ≤ 0 becomes a ≤ U·(1 − δ), with U the largest value of a over the bounds of its variables ("big M"); strict
/// inequalities need whole-number values: a < 0 is a ≤ −1. Only the direction that a row needs is written: a number that
/// is bounded from below may be understated, never overstated (Williams, Model Building in Mathematical Programming, ch. 9).
extension FiveElementReader {
  /// A binary variable or its complement; nil stands for "always".
  private struct Literal {
    var node: FormulaGraph.Node
    var isPositive: Bool
  }

  // MARK: Statements

  /// Adds rows that make a condition hold.
  func enforce(_ condition: ModelCondition, _ name: String, _ offset: Int) throws(ReadError) {
    if case .and(let parts) = condition {
      for (k, part) in parts.enumerated() { try imply(nil, part, "\(name).\(k + 1)", offset) }
    } else {
      try imply(nil, condition, name, offset)
    }
  }

  private func imply(
    _ literal: Literal?, _ condition: ModelCondition, _ name: String, _ offset: Int
  ) throws(ReadError) {
    try step(offset)
    switch condition {
    case .constant(true): return
    case .constant(false):
      guard let literal else { return addRow(model.store.graph.constant(1), name) }
      addRow(value(of: literal), name)
    case .and(let parts):
      for (k, part) in parts.enumerated() { try imply(literal, part, "\(name).\(k + 1)", offset) }
    case .or(let parts):
      var terms: [(weight: Double, node: FormulaGraph.Node)] = []
      var constant = 0.0
      for (k, part) in parts.enumerated() {
        let choice = newBinary()
        terms.append((-1, choice))
        try imply(Literal(node: choice, isPositive: true), part, "\(name).or\(k + 1)", offset)
      }
      if let literal { terms.append((1, value(of: literal))) } else { constant = 1 }
      addRow(flatSum(terms, offset: constant), name)
    case .comparison(let body, let sign, let offset):
      try implyComparison(literal, body, sign, name, offset)
    }
  }

  private func implyComparison(
    _ literal: Literal?, _ body: FormulaGraph.Node, _ sign: SyntaxTerm.Comparison, _ name: String, _ offset: Int
  ) throws(ReadError) {
    let negative = flatSum([(-1, body)])
    switch sign {
    case .lessOrEqual: try implyNonPositive(literal, body, name, offset)
    case .greaterOrEqual: try implyNonPositive(literal, negative, name, offset)
    case .equal:
      try implyNonPositive(literal, body, "\(name).below", offset)
      try implyNonPositive(literal, negative, "\(name).above", offset)
    case .less, .greater:
      let strict = sign == .less ? body : negative
      guard let affine = AffineForm(strict, in: model.store.graph), affine.isWhole(model.columns) else {
        throw error(
          offset, "a strict inequality on values that need not be whole",
          expected:
            "integer variables, or the sign that lets the boundary fall on the harmless side (> for >=, < for <=)")
      }
      try implyNonPositive(literal, flatSum([(1, strict)], offset: 1), name, offset)
    case .notEqual:
      let parts = [SyntaxTerm.Comparison.less, .greater].map {
        ModelCondition.comparison(body: body, sign: $0, offset: offset)
      }
      try imply(literal, .or(parts), name, offset)
    }
  }

  /// literal ⇒ body ≤ 0
  private func implyNonPositive(
    _ literal: Literal?, _ body: FormulaGraph.Node, _ name: String, _ offset: Int
  ) throws(ReadError) {
    guard let literal else { return addRow(body, name) }
    let bound = try largest(body, offset)
    if bound <= 0 { return }
    // body ≤ bound·(1 − literal)
    let graph = literal.isPositive ? [(1.0, body), (bound, literal.node)] : [(1.0, body), (-bound, literal.node)]
    addRow(flatSum(graph, offset: literal.isPositive ? -bound : 0), name)
    note { $0.largest = max($0.largest, bound) }
  }

  /// The upper end of a node over the bounds of its variables, or why there is none.
  private func largest(_ node: FormulaGraph.Node, _ offset: Int) throws(ReadError) -> Double {
    guard let affine = AffineForm(node, in: model.store.graph) else {
      throw error(
        offset, "a condition on a nonlinear formula cannot be linearised",
        expected: "a variable of its own for the formula, with bounds, and the condition on that")
    }
    let bound = affine.range(model.columns).upper
    if bound.isFinite { return bound }
    let column = affine.unbounded(upper: true, model.columns)
    let weight = column.flatMap { affine.weights[$0] } ?? 1
    let name = column.map { model.columns[$0].name } ?? "a variable"
    throw error(
      offset, "the condition cannot be linearised: \(name) has no \(weight > 0 ? "upper" : "lower") bound",
      expected: "lower and upper bounds for its variables")
  }

  /// body ≤ 0
  private func addRow(_ body: FormulaGraph.Node, _ name: String) {
    model.require(Relation(Formula(model.store, body), to: 0), unique(name))
  }

  private func unique(_ name: String) -> String {
    let own = name.hasPrefix(context) && !context.isEmpty ? name : context + "." + name
    let count = auxiliaryCounts["row " + own, default: 0]
    auxiliaryCounts["row " + own] = count + 1
    return count == 0 ? own : "\(own).\(count + 1)"
  }

  private func value(of literal: Literal) -> FormulaGraph.Node {
    literal.isPositive ? literal.node : flatSum([(-1, literal.node)], offset: 1)
  }

  private func auxiliary(_ what: String, _ lower: Double, _ upper: Double, _ kind: VariableKind) -> FormulaGraph.Node {
    let count = auxiliaryCounts[context + what, default: 0] + 1
    auxiliaryCounts[context + what] = count
    let owner = context == "the objective" ? "objective" : context
    let name = "\(owner).\(what)\(count)"
    let formula = model.variable(name, from: lower, to: upper, kind: kind)
    note {
      if kind == .integer { $0.binaries += 1 } else { $0.continuous += 1 }
      if $0.example.isEmpty { $0.example = name }
    }
    return formula.node(in: model.store)
  }

  private func newBinary() -> FormulaGraph.Node { auxiliary("if", 0, 1, .integer) }

  // MARK: Values

  /// if condition then first else second
  func conditional(
    _ condition: ModelCondition, _ first: SyntaxTerm, _ second: SyntaxTerm, _ exactness: Exactness, _ offset: Int
  ) throws(ReadError) -> FormulaGraph.Node {
    let a = try formula(first, exactness == .inside ? .exact : exactness)
    let b = try formula(second, exactness == .inside ? .exact : exactness)
    if let x = model.store.graph.constant(at: a), let y = model.store.graph.constant(at: b) {
      if x == y { return a }
      guard x.isFinite, y.isFinite else { throw error(offset, "an infinite value", expected: "finite numbers") }
      let choice = try indicator(condition, exactness.scaled(by: x - y), offset)
      return flatSum([(x - y, choice)], offset: y)
    }
    // b + δ·(a − b), the product by its four bounds (McCormick 1976, exact for a binary factor).
    let difference = flatSum([(1, a), (-1, b)])
    let upper = try largest(difference, offset)
    let lower = -(try largest(flatSum([(-1, difference)]), offset))
    let choice = try indicator(condition, .exact, offset)
    let product = auxiliary("then", min(0, lower), max(0, upper), .continuous)
    addRow(flatSum([(1, product), (-upper, choice)]), "product.1")
    addRow(flatSum([(-1, product), (lower, choice)]), "product.2")
    addRow(flatSum([(1, product), (-1, difference), (-lower, choice)], offset: lower), "product.3")
    addRow(flatSum([(-1, product), (1, difference), (upper, choice)], offset: -upper), "product.4")
    note { $0.largest = max($0.largest, abs(upper), abs(lower)) }
    return flatSum([(1, b), (1, product)])
  }

  /// A binary variable that is 1 only where the condition holds (under), 0 only where it does not (over), or both.
  private func indicator(
    _ condition: ModelCondition, _ exactness: Exactness, _ offset: Int
  ) throws(ReadError) -> FormulaGraph.Node {
    let choice = newBinary()
    let name = "\(context).if\(auxiliaryCounts[context + "if"] ?? 0)"
    if exactness != .over {
      try imply(Literal(node: choice, isPositive: true), condition, "\(name).true", offset)
    }
    if exactness != .under {
      try imply(Literal(node: choice, isPositive: false), condition.negated, "\(name).false", offset)
    }
    return choice
  }

  /// min or max of nodes: by rows alone where the direction is convex, by binary variables where bounds allow, and as it
  /// stands elsewhere, which is said in the notes.
  func extremum(
    isLower: Bool, _ nodes: [FormulaGraph.Node], _ exactness: Exactness, _ offset: Int, _ operation: FormulaOperation
  ) throws(ReadError) -> FormulaGraph.Node {
    let graph = model.store.graph
    if nodes.allSatisfy({ graph.constant(at: $0) != nil }) || nodes.count == 1 {
      return nodes.dropFirst().reduce(nodes[0]) { model.store.graph.binary(isLower ? .minimum : .maximum, $0, $1) }
    }
    let sign = isLower ? -1.0 : 1.0
    let forms = nodes.map { AffineForm($0, in: graph) }
    // Everything as a maximum of sign·node.
    let ranges = forms.map { form -> (lower: Double, upper: Double) in
      guard let range = form?.range(model.columns) else { return (-.infinity, .infinity) }
      return isLower ? (-range.upper, -range.lower) : range
    }
    let lower = ranges.map(\.lower).max() ?? -.infinity
    let upper = ranges.map(\.upper).max() ?? .infinity
    let isConvex = exactness == (isLower ? .under : .over)
    guard exactness != .inside, isConvex || (lower.isFinite && upper.isFinite) else {
      note { $0.keptFunctions.insert(operation.symbol) }
      if operation == .absolute { return model.store.graph.unary(.absolute, nodes[0]) }
      return nodes.dropFirst().reduce(nodes[0]) { model.store.graph.binary(isLower ? .minimum : .maximum, $0, $1) }
    }
    let low = isLower ? -upper : lower
    let high = isLower ? -lower : upper
    let result = auxiliary(operation.symbol, low, high, .continuous)
    let count = auxiliaryCounts[context + operation.symbol] ?? 0
    for (k, node) in nodes.enumerated() {
      addRow(
        flatSum([(sign, node), (-sign, result)]), "\(context).\(operation.symbol)\(count).\(k + 1)")
    }
    if isConvex { return result }
    // result ≤ node + (U − Lₖ)·(1 − δₖ), one δₖ is 1
    var choices: [(weight: Double, node: FormulaGraph.Node)] = []
    for (k, node) in nodes.enumerated() {
      let choice = newBinary()
      choices.append((-1, choice))
      let bound = upper - ranges[k].lower
      addRow(
        flatSum([(sign, result), (-sign, node), (bound, choice)], offset: -bound),
        "\(context).\(operation.symbol)\(count).attained\(k + 1)")
      note { $0.largest = max($0.largest, bound) }
    }
    addRow(flatSum(choices, offset: 1), "\(context).\(operation.symbol)\(count).attained")
    return result
  }

  // MARK: Notes

  private func note(_ change: (inout LinearizationSummary) -> Void) {
    let family = context.split(separator: "[", maxSplits: 1).first.map(String.init) ?? context
    if linearizations[family] == nil { linearizationOrder.append(family) }
    change(&linearizations[family, default: LinearizationSummary()])
  }

  func appendLinearizationNotes() {
    for family in linearizationOrder {
      guard let summary = linearizations[family] else { continue }
      if summary.binaries + summary.continuous > 0 {
        let size = summary.largest > 0 ? ", big-M up to \(TextBuffer.shortest(summary.largest)) from the bounds" : ""
        notes.append(
          "\(family): linearised with \(summary.binaries) binary and \(summary.continuous) continuous variables such as "
            + "\(summary.example)\(size)")
      }
      for function in summary.keptFunctions.sorted() {
        notes.append("\(family): \(function) of variables stays as it is and is not smooth")
      }
    }
  }
}
