// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// The nodes of one nonlinear function of MathOptFormat: operations that refer to earlier ones by their number.
struct MOFNodeList {
  struct Obstacle: Error { var cause: String }

  private let graph: FormulaGraph
  private let columns: [String]
  private(set) var nodes: [JSONValue] = []
  private var index: [FormulaGraph.Node: JSONValue] = [:]

  init(_ graph: FormulaGraph, _ columns: [String]) {
    self.graph = graph
    self.columns = columns
  }

  /// Writes all that `node` needs into the list and returns the whole sum.
  mutating func root(
    _ linear: [(weight: Double, column: Int)], _ node: FormulaGraph.Node, _ offset: Double
  ) throws(Obstacle) -> JSONValue {
    // Arguments stand before their users in the graph, so that one pass in order is enough.
    var needed = Set<FormulaGraph.Node>([node])
    var stack = [node]
    while let next = stack.popLast() {
      for p in graph.range(of: next) where needed.insert(graph.arguments[p]).inserted {
        stack.append(graph.arguments[p])
      }
    }
    for next in needed.sorted() { index[next] = try value(of: next) }
    let own = index[node] ?? .integer(0)
    var terms = linear.map { weighted($0.weight, .string(columns[$0.column])) }
    terms.append(own)
    if offset != 0 { terms.append(.number(offset)) }
    // A root is an operation, never a leaf.
    return terms.count == 1 && isOperation(own) ? own : Self.operation("+", terms)
  }

  private func isOperation(_ value: JSONValue) -> Bool {
    if case .object = value { true } else { false }
  }

  private static func operation(_ name: String, _ arguments: [JSONValue]) -> JSONValue {
    .object([JSONValue.Member("type", .string(name)), JSONValue.Member("args", .array(arguments))])
  }

  private mutating func append(_ name: String, _ arguments: [JSONValue]) -> JSONValue {
    nodes.append(Self.operation(name, arguments))
    return .object([JSONValue.Member("type", "node"), JSONValue.Member("index", .integer(nodes.count))])
  }

  private mutating func weighted(_ weight: Double, _ value: JSONValue) -> JSONValue {
    weight == 1 ? value : append("*", [.number(weight), value])
  }

  private mutating func value(of node: FormulaGraph.Node) throws(Obstacle) -> JSONValue {
    let operation = graph.operations[Int(node)]
    let number = graph.numbers[Int(node)]
    var arguments: [JSONValue] = []
    for p in graph.range(of: node) { arguments.append(index[graph.arguments[p]] ?? .integer(0)) }
    switch operation {
    case .constant:
      guard number.isFinite else { throw Obstacle(cause: "it holds the number \(number)") }
      return .number(number)
    case .variable: return .string(columns[Int(number)])
    case .parameter: throw Obstacle(cause: "it holds a number that is not set")
    case .sum:
      let weights = graph.range(of: node).map { graph.weights[$0] }
      var terms: [JSONValue] = []
      for (weight, argument) in zip(weights, arguments) { terms.append(weighted(weight, argument)) }
      if number != 0 { terms.append(.number(number)) }
      return append("+", terms)
    case .square: return append("^", [arguments[0], .integer(2)])
    case .constantPower: return append("^", [arguments[0], .number(number)])
    case .and: return append("&&", arguments)
    case .or: return append("||", arguments)
    case .conditional: return append("ifelse", arguments)
    case .not, .arcTangent2, .floor, .ceiling, .round, .truncate, .remainder, .integerQuotient:
      guard operation == .floor || operation == .ceiling else {
        if operation == .arcTangent2 { return append("atan", arguments) }
        throw Obstacle(cause: "MathOptFormat has no \(operation.symbol)")
      }
      return append(operation.symbol, arguments)
    default: return append(operation.symbol, arguments)
    }
  }
}
