// SPDX-License-Identifier: Apache-2.0

/// Formulas in the language of five-element models.
struct FiveElementText {
  private let graph: FormulaGraph
  private let names: [String]
  /// Brackets that a reader still accepts, less those of a row around the text.
  private static let depthLimit = ExpressionParser.depthLimit - 10
  private(set) var text = TextBuffer()
  /// Operations that a reader linearises or refuses.
  private(set) var replaced: Set<String> = []

  private enum Level: Int { case condition, comparison, sum, product, power, atom }

  /// Why a formula has no text.
  struct Obstacle: Error { var cause: String }

  init(_ graph: FormulaGraph, names: [String]) {
    self.graph = graph
    self.names = names
  }

  mutating func take() -> TextBuffer {
    defer { text = TextBuffer() }
    return text
  }

  /// offset + Σ weight·variable + node
  mutating func write(
    _ linear: [(weight: Double, column: Int)], _ node: FormulaGraph.Node?, offset: Double = 0
  ) throws(Obstacle) {
    var isFirst = true
    for term in linear where term.weight != 0 {
      try append(term.weight, &isFirst)
      text.append(names[term.column])
    }
    if let node { try terms(of: node, 1, &isFirst, 0) }
    if offset != 0 || isFirst { number(offset, &isFirst) }
  }

  private mutating func number(_ value: Double, _ isFirst: inout Bool) {
    text.append(isFirst ? (value < 0 ? "-" : "") : value < 0 ? " - " : " + ")
    text.append(abs(value))
    isFirst = false
  }

  /// The sign and the factor in front of a term.
  private mutating func append(_ weight: Double, _ isFirst: inout Bool) throws(Obstacle) {
    guard weight.isFinite else { throw Obstacle(cause: "a coefficient is \(weight)") }
    text.append(isFirst ? (weight < 0 ? "-" : "") : weight < 0 ? " - " : " + ")
    isFirst = false
    if abs(weight) != 1 {
      text.append(abs(weight))
      text.append(" * ")
    }
  }

  /// A node as terms of a sum that is under way.
  private mutating func terms(
    of node: FormulaGraph.Node, _ weight: Double, _ isFirst: inout Bool, _ depth: Int
  ) throws(Obstacle) {
    guard graph.operations[Int(node)] == .sum, weight == 1 else {
      try append(weight, &isFirst)
      return try write(node, .product, depth)
    }
    for p in graph.range(of: node) {
      try append(graph.weights[p], &isFirst)
      try write(graph.arguments[p], .product, depth)
    }
    let offset = graph.numbers[Int(node)]
    if offset != 0 { number(offset, &isFirst) }
  }

  private mutating func write(_ node: FormulaGraph.Node, _ level: Level, _ depth: Int) throws(Obstacle) {
    guard text.bytes.count <= DocumentLimits.bytes else {
      throw Obstacle(cause: "its text is longer than \(DocumentLimits.bytes) bytes, as shared parts are written out")
    }
    let operation = graph.operations[Int(node)]
    let needsBrackets = Self.level(operation, graph.numbers[Int(node)]).rawValue < level.rawValue
    let depth = needsBrackets || operation.arity != 0 ? depth + 1 : depth
    guard depth <= Self.depthLimit else { throw Obstacle(cause: "it is nested deeper than \(Self.depthLimit)") }
    if needsBrackets { text.append("(") }
    try writeBare(node, operation, depth)
    if needsBrackets { text.append(")") }
  }

  private static func level(_ operation: FormulaOperation, _ number: Double) -> Level {
    switch operation {
    case .constant: number < 0 || number.sign == .minus ? .sum : .atom
    case .sum: .sum
    case .product, .quotient: .product
    case .power, .constantPower, .square: .power
    case .less, .lessOrEqual, .equal, .greaterOrEqual, .greater, .notEqual, .and, .or, .not, .conditional: .condition
    default: .atom
    }
  }

  private mutating func writeBare(
    _ node: FormulaGraph.Node, _ operation: FormulaOperation, _ depth: Int
  ) throws(Obstacle) {
    let number = graph.numbers[Int(node)]
    func argument(_ k: Int) -> FormulaGraph.Node { graph.argument(k, of: node) }
    switch operation {
    case .constant:
      guard number.isFinite else { throw Obstacle(cause: "it holds the number \(number)") }
      text.append(number)
    case .variable: text.append(names[Int(number)])
    case .parameter: throw Obstacle(cause: "it holds a number that is not set")
    case .sum:
      var isFirst = true
      try terms(of: node, 1, &isFirst, depth)
    case .product: try product(node, depth)
    case .quotient:
      try write(argument(0), .product, depth)
      text.append(" / ")
      try write(argument(1), .power, depth)
    case .square, .constantPower:
      try write(argument(0), .atom, depth)
      text.append("^")
      text.append(operation == .square ? 2 : number)
    case .power:
      try write(argument(0), .atom, depth)
      text.append("^")
      try write(argument(1), .atom, depth)
    case .floor, .ceiling, .round, .truncate, .remainder, .integerQuotient:
      throw Obstacle(cause: "\(operation.symbol) of variables has no place in a five-element model")
    case .less, .lessOrEqual, .equal, .greaterOrEqual, .greater, .notEqual, .and, .or:
      try logic(node, operation, depth)
    case .not:
      text.append("if ")
      try condition(argument(0), depth)
      text.append(" then 0 else 1")
    case .conditional:
      replaced.insert("if")
      text.append("if ")
      try condition(argument(0), depth)
      text.append(" then ")
      try write(argument(1), .sum, depth)
      text.append(" else ")
      try write(argument(2), .sum, depth)
    default:
      if operation.isExtremum || operation == .absolute { replaced.insert(operation.symbol) }
      text.append(operation.symbol)
      text.append("(")
      for (k, p) in graph.range(of: node).enumerated() {
        if k > 0 { text.append(", ") }
        try write(graph.arguments[p], .sum, depth)
      }
      text.append(")")
    }
  }

  /// Products of products as one chain.
  private mutating func product(_ node: FormulaGraph.Node, _ depth: Int) throws(Obstacle) {
    var stack = [node]
    var isFirst = true
    while let next = stack.popLast() {
      if graph.operations[Int(next)] == .product {
        stack.append(graph.argument(1, of: next))
        stack.append(graph.argument(0, of: next))
      } else {
        if !isFirst { text.append(" * ") }
        isFirst = false
        try write(next, .power, depth)
      }
    }
  }

  /// A truth value as a number.
  private mutating func logic(
    _ node: FormulaGraph.Node, _ operation: FormulaOperation, _ depth: Int
  ) throws(Obstacle) {
    replaced.insert("if")
    text.append("if ")
    try condition(node, depth)
    text.append(" then 1 else 0")
  }

  private mutating func condition(_ node: FormulaGraph.Node, _ depth: Int) throws(Obstacle) {
    guard depth + 1 <= Self.depthLimit else { throw Obstacle(cause: "it is nested deeper than \(Self.depthLimit)") }
    let operation = graph.operations[Int(node)]
    switch operation {
    case .and, .or:
      text.append("(")
      try condition(graph.argument(0, of: node), depth + 1)
      text.append(" \(operation.symbol) ")
      try condition(graph.argument(1, of: node), depth + 1)
      text.append(")")
    case .not:
      text.append("not (")
      try condition(graph.argument(0, of: node), depth + 1)
      text.append(")")
    case .less, .lessOrEqual, .equal, .greaterOrEqual, .greater, .notEqual:
      try write(graph.argument(0, of: node), .sum, depth + 1)
      text.append(" \(operation.symbol) ")
      try write(graph.argument(1, of: node), .sum, depth + 1)
    default:
      try write(node, .sum, depth + 1)
      text.append(" != 0")
    }
  }
}
