// SPDX-License-Identifier: Apache-2.0

/// Powers, functions and folds.
extension FiveElementReader {
  func power(_ base: SyntaxTerm, _ exponent: SyntaxTerm, _ term: SyntaxTerm) throws(ReadError) -> ModelValue {
    if !term.hasVariables {
      let (a, b) = (try number(base), try number(exponent))
      let value = FormulaOperation.constantPower.value(a, number: b)
      guard value.isFinite else {
        let shown = a < 0 ? "(\(TextBuffer.shortest(a)))" : TextBuffer.shortest(a)
        throw error(
          term.offset,
          "\(shown)^\(TextBuffer.shortest(b)) is \(a == 0 ? "a division by zero" : "no finite number")",
          expected: "a power that exists")
      }
      return .number(value)
    }
    let a = try formula(base, .inside)
    if !exponent.hasVariables { return result(model.store.graph.power(a, exponent: try number(exponent))) }
    return result(model.store.graph.power(a, try formula(exponent, .inside)))
  }

  private func result(_ node: FormulaGraph.Node) -> ModelValue {
    model.store.graph.constant(at: node).map { .number($0) } ?? .node(node)
  }

  static let increasing: Set<FormulaOperation> = [
    .squareRoot, .exponential, .logarithm, .logarithm10, .arcTangent, .arcSine, .hyperbolicSine, .hyperbolicTangent,
    .inverseHyperbolicSine, .inverseHyperbolicTangent, .inverseHyperbolicCosine,
  ]
  static let discontinuous: Set<FormulaOperation> = [
    .floor, .ceiling, .round, .truncate, .remainder, .integerQuotient,
  ]

  func call(
    _ operation: FormulaOperation, _ arguments: [SyntaxTerm], _ exactness: Exactness, _ term: SyntaxTerm
  ) throws(ReadError) -> ModelValue {
    if !term.hasVariables {
      var values: [Double] = []
      for argument in arguments { values.append(try number(argument)) }
      var value = values[0]
      if operation.arity == 1 { value = operation.value(value) }
      for other in values.dropFirst() { value = operation.value(value, other) }
      guard value.isFinite || operation.isExtremum || operation == .absolute else {
        let shown = values.map(TextBuffer.shortest).joined(separator: ", ")
        throw error(
          term.offset, "\(operation.symbol)(\(shown)) is no finite number", expected: "arguments in the domain")
      }
      return .number(try checked(value, term, operation.symbol))
    }
    if Self.discontinuous.contains(operation) {
      throw error(
        term.offset, "\(operation.symbol) of variables jumps", expected: "an integer variable with two inequalities")
    }
    switch operation {
    case .minimum, .maximum, .absolute:
      var nodes: [FormulaGraph.Node] = []
      let isLower = operation == .minimum
      // A convex maximum bounds its arguments from the same side.
      let own: Exactness =
        operation == .absolute
        ? (exactness == .inside ? .inside : .exact)
        : exactness == (isLower ? .under : .over) ? exactness : exactness == .inside ? .inside : .exact
      for argument in arguments { nodes.append(try formula(argument, own)) }
      if operation == .absolute { nodes.append(flatSum([(-1, nodes[0])])) }
      return result(try extremum(isLower: isLower, nodes, exactness, term.offset, operation))
    default:
      if arguments.count == 1 {
        let isMonotone = Self.increasing.contains(operation)
        let a = try formula(arguments[0], isMonotone ? exactness.argument : .inside)
        return result(model.store.graph.unary(operation, a))
      }
      let (a, b) = (try formula(arguments[0], .inside), try formula(arguments[1], .inside))
      return result(model.store.graph.binary(operation, a, b))
    }
  }

  func fold(
    _ fold: SyntaxTerm.Fold, _ indexing: SyntaxIndexing, _ body: SyntaxTerm, _ exactness: Exactness, _ term: SyntaxTerm
  ) throws(ReadError) -> ModelValue {
    if fold == .prod {
      var factor = 1.0
      var rest = model.store.graph.constant(1)
      try forEach(indexing, term.offset) { () throws(ReadError) in
        switch try value(body, .inside) {
        case .number(let value): factor *= value
        case .element(let element): factor *= try number(of: element, body)
        case .node(let node): rest = model.store.graph.product(rest, node)
        default: _ = try number(body)
        }
      }
      return result(flatSum([(try checked(factor, term, "the product"), rest)]))
    }
    let isLower = fold == .min
    let own: Exactness = exactness == (isLower ? .under : .over) ? exactness : exactness == .inside ? .inside : .exact
    var nodes: [FormulaGraph.Node] = []
    var best: Double?
    try forEach(indexing, term.offset) { () throws(ReadError) in
      switch try value(body, own) {
      case .node(let node): nodes.append(node)
      case .number(let value): best = best.map { isLower ? min($0, value) : max($0, value) } ?? value
      case .element(let element):
        let value = try number(of: element, body)
        best = best.map { isLower ? min($0, value) : max($0, value) } ?? value
      default: _ = try number(body)
      }
    }
    if nodes.isEmpty {
      guard let best else {
        throw error(
          term.offset, "\(fold.rawValue) over an empty set", expected: "a set with a member, or a condition around it")
      }
      return .number(best)
    }
    if let best { nodes.append(model.store.graph.constant(best)) }
    return result(
      try extremum(isLower: isLower, nodes, exactness, term.offset, isLower ? .minimum : .maximum))
  }
}
