// SPDX-License-Identifier: Apache-2.0

/// Functions, and pieces of JSON.
extension MOFReader {
  func function(_ node: DocumentNode) throws(ReadError) -> FormulaGraph.Node {
    let fields = try object(node, "a function")
    let type = try text(try member(fields, "type", node))
    switch type {
    case "Variable": return model.store.graph.variable(try column(try member(fields, "name", node)))
    case "SingleVariable": return model.store.graph.variable(try column(try member(fields, "variable", node)))
    case "ScalarAffineFunction":
      let terms = try affineTerms(try member(fields, "terms", node))
      return model.store.graph.sum(terms, offset: try number(try member(fields, "constant", node)))
    case "ScalarQuadraticFunction":
      var terms = try affineTerms(try member(fields, "affine_terms", node))
      for item in try list(try member(fields, "quadratic_terms", node)) {
        let term = try object(item, "a quadratic term")
        let weight = try number(try member(term, "coefficient", item))
        let first = try column(try member(term, "variable_1", item))
        let second = try column(try member(term, "variable_2", item))
        let (a, b) = (model.store.graph.variable(first), model.store.graph.variable(second))
        // Coefficients are those of Q in ½ xᵀQx.
        terms.append((first == second ? 0.5 * weight : weight, model.store.graph.product(a, b)))
      }
      return model.store.graph.sum(terms, offset: try number(try member(fields, "constant", node)))
    case "ScalarNonlinearFunction":
      var nodes: [FormulaGraph.Node] = []
      for item in try list(try member(fields, "node_list", node)) { nodes.append(try operation(item, nodes)) }
      return try operation(try member(fields, "root", node), nodes)
    default:
      throw error(
        node, "the function \(type.prefix(60)) is not held",
        "Variable, ScalarAffineFunction, ScalarQuadraticFunction or ScalarNonlinearFunction")
    }
  }

  private func affineTerms(
    _ node: DocumentNode
  ) throws(ReadError) -> [(weight: Double, node: FormulaGraph.Node)] {
    var terms: [(weight: Double, node: FormulaGraph.Node)] = []
    for item in try list(node) { terms.append(try affineTerm(item)) }
    return terms
  }

  func affineTerm(_ item: DocumentNode) throws(ReadError) -> (weight: Double, node: FormulaGraph.Node) {
    let term = try object(item, "a term")
    let weight = try number(try member(term, "coefficient", item))
    return (weight, model.store.graph.variable(try column(try member(term, "variable", item))))
  }

  // MARK: Nonlinear

  private static let operations: [String: FormulaOperation] = {
    var table = ExpressionParser.functions
    table["&&"] = .and
    table["||"] = .or
    for operation in FormulaOperation.allCases where operation.isLogical && operation.arity == 2 {
      if operation != .and, operation != .or { table[operation.symbol] = operation }
    }
    for name in ["round", "trunc", "mod", "div"] { table[name] = nil }
    return table
  }()

  /// A node of the tree: a number, a name, a reference to an earlier node, or an operation. Depth is limited by the reader
  /// of JSON.
  private func operation(
    _ node: DocumentNode, _ known: [FormulaGraph.Node]
  ) throws(ReadError) -> FormulaGraph.Node {
    if let scalar = node.scalar {
      return scalar.isQuoted
        ? model.store.graph.variable(try column(node)) : model.store.graph.constant(try number(node))
    }
    let fields = try object(node, "a node")
    let typeNode = try member(fields, "type", node)
    let type = try text(typeNode)
    switch type {
    case "real": return model.store.graph.constant(try number(try member(fields, "value", node)))
    case "variable": return model.store.graph.variable(try column(try member(fields, "name", node)))
    case "node":
      let index = try number(try member(fields, "index", node))
      guard index >= 1, index <= Double(known.count), index == index.rounded() else {
        throw error(
          node, "node \(TextBuffer.shortest(index)) does not stand before this one", "the number of an earlier node")
      }
      return known[Int(index) - 1]
    default: break
    }
    var arguments: [FormulaGraph.Node] = []
    for item in try list(try member(fields, "args", node)) { arguments.append(try operation(item, known)) }
    guard let first = arguments.first else { throw error(node, "\(type.prefix(60)) without arguments", "one or more") }
    let rest = arguments.dropFirst()
    func require(_ count: Int) throws(ReadError) {
      guard arguments.count == count else {
        throw error(node, "\(type.prefix(60)) has \(arguments.count) arguments", "\(count)")
      }
    }
    switch type {
    case "+": return model.store.graph.sum(arguments.map { (1, $0) })
    case "-":
      return rest.isEmpty
        ? model.store.graph.negated(first) : model.store.graph.sum([(1, first)] + rest.map { (-1, $0) })
    case "*": return rest.reduce(first) { model.store.graph.product($0, $1) }
    case "/":
      try require(2)
      return model.store.graph.quotient(first, arguments[1])
    case "^":
      try require(2)
      return model.store.graph.power(first, arguments[1])
    case "ifelse":
      try require(3)
      return model.store.graph.conditional(first, arguments[1], arguments[2])
    case "atan" where arguments.count == 2: return model.store.graph.binary(.arcTangent2, first, arguments[1])
    default: break
    }
    guard let operation = Self.operations[type], let arity = operation.arity else {
      let near = NearestName.of(type, in: Self.operations.keys.sorted())
      throw error(
        typeNode, "the operation \(type.prefix(60)) is not held",
        near.map { "\($0) (did you mean that?)" } ?? "an operation of formulas")
    }
    if operation.isExtremum || operation == .and || operation == .or {
      return rest.reduce(first) { model.store.graph.binary(operation, $0, $1) }
    }
    try require(arity)
    return arity == 1
      ? model.store.graph.unary(operation, first) : model.store.graph.binary(operation, first, arguments[1])
  }

  // MARK: Pieces

  func error(_ node: DocumentNode, _ cause: String, _ expected: String) -> ReadError {
    source.error(at: node.offset, cause, expected: expected)
  }

  func object(_ node: DocumentNode, _ what: String) throws(ReadError) -> [String: DocumentNode] {
    guard case .mapping(let entries) = node.content else { throw error(node, "\(what) is \(node.what)", "an object") }
    var fields: [String: DocumentNode] = [:]
    for entry in entries { fields[entry.key.text] = entry.value }
    return fields
  }

  func member(
    _ fields: [String: DocumentNode], _ name: String, _ owner: DocumentNode
  ) throws(ReadError) -> DocumentNode {
    guard let node = fields[name] else { throw error(owner, "the member \(name) is missing", "\"\(name)\": …") }
    return node
  }

  func list(_ node: DocumentNode) throws(ReadError) -> [DocumentNode] {
    guard case .sequence(let items) = node.content else { throw error(node, "\(node.what)", "a list") }
    return items
  }

  func text(_ node: DocumentNode) throws(ReadError) -> String {
    guard let scalar = node.scalar, scalar.isQuoted else {
      throw error(node, "\(node.what) that is no string", "a string")
    }
    return scalar.text
  }

  func number(_ node: DocumentNode, mayBeInfinite: Bool = false) throws(ReadError) -> Double {
    let scalar = node.scalar
    if mayBeInfinite, let scalar, scalar.isQuoted {
      switch scalar.text.lowercased() {
      case "inf", "infinity": return .infinity
      case "-inf", "-infinity": return -.infinity
      default: break
      }
    }
    guard let scalar, !scalar.isQuoted, let value = ElementTable.number(scalar.text), value.isFinite else {
      throw error(node, "\(node.what) that is no finite number", "a number")
    }
    return value
  }

  func numbers(_ node: DocumentNode) throws(ReadError) -> [Double] {
    var result: [Double] = []
    for item in try list(node) { result.append(try number(item)) }
    return result
  }

  func column(_ node: DocumentNode) throws(ReadError) -> Int {
    let name = try text(node)
    guard let column = columns[name] else {
      let near = NearestName.of(name, in: columns.keys.sorted())
      throw error(
        node, "the variable \(name.prefix(60)) is unknown",
        near.map { "\($0) (did you mean that?)" } ?? "a declared variable")
    }
    return column
  }
}
