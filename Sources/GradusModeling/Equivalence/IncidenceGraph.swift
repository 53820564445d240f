// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// A canonical model as a graph with labels: vertices for the objective, the variables, the expressions and the rows, edges from
/// users to what they use, with a role and a weight.
///
/// Two models are the same up to names and order exactly when their graphs are isomorphic. A row with two sides may be negated;
/// it is a vertex with two halves, one for each sign, so that both ways of writing it give the same graph.
struct IncidenceGraph {
  /// What a vertex is; raw values are labels.
  enum Kind: Int {
    case objective, contradiction, row, half, continuous, integer, semicontinuous, semiinteger
    /// Expressions: this and the code of the operation.
    case expression
  }

  struct Edge {
    var from: Int
    var to: Int
    /// 0 for terms, halves and operands without order; 1 + place for operands with one.
    var role: Int
    var weight: Double
  }

  private(set) var kinds: [Int] = []
  /// Bounds, sides, constants; 0 where there is none.
  private(set) var numbers: [(Double, Double)] = []
  private(set) var edges: [Edge] = []
  /// The column of a vertex that is a variable, and the place of one that is a row.
  private(set) var columns: [Int?] = []
  private(set) var rows: [Int?] = []

  var count: Int { kinds.count }

  init(_ model: CanonicalModel) {
    var places = [Int?](repeating: nil, count: model.graph.count)
    let root = vertex((model.isContradictory ? Kind.contradiction : .objective).rawValue, (model.offset, 0))
    for (j, variable) in model.variables.enumerated() {
      guard let variable else { continue }
      let kind: Kind =
        switch variable.kind {
        case .continuous: .continuous
        case .integer: .integer
        case .semicontinuous: .semicontinuous
        case .semiinteger: .semiinteger
        }
      places[j] = vertex(kind.rawValue, (variable.lower, variable.upper), column: j)
    }
    for i in Self.expressions(model) { addExpression(FormulaGraph.Node(i), model.graph, &places) }
    add(model.objective, to: root, sign: 1, places)
    for (k, row) in model.rows.enumerated() {
      let vertex: Int
      if row.lower == -.infinity {
        vertex = self.vertex(Kind.row.rawValue, (row.upper, 0), row: k)
        add(row.terms, to: vertex, sign: 1, places)
      } else {
        vertex = self.vertex(Kind.row.rawValue, (0, 0), row: k)
        for sign in [1.0, -1.0] {
          let half = self.vertex(Kind.half.rawValue, sign > 0 ? (row.lower, row.upper) : (-row.upper, -row.lower))
          edges.append(Edge(from: vertex, to: half, role: 0, weight: 1))
          add(row.terms, to: half, sign: sign, places)
        }
      }
    }
  }

  private mutating func vertex(_ kind: Int, _ numbers: (Double, Double), column: Int? = nil, row: Int? = nil) -> Int {
    kinds.append(kind)
    self.numbers.append(numbers)
    columns.append(column)
    rows.append(row)
    return kinds.count - 1
  }

  private mutating func add(_ terms: [CanonicalModel.Term], to vertex: Int, sign: Double, _ places: [Int?]) {
    for term in terms {
      guard let place = places[Int(term.atom)] else { continue }
      edges.append(Edge(from: vertex, to: place, role: 0, weight: sign * term.coefficient))
    }
  }

  private mutating func addExpression(_ node: FormulaGraph.Node, _ graph: FormulaGraph, _ places: inout [Int?]) {
    let operation = graph.operations[Int(node)]
    let number = graph.numbers[Int(node)]
    let place = vertex(Kind.expression.rawValue + Int(operation.rawValue), (number, 0))
    places[Int(node)] = place
    for (k, p) in graph.range(of: node).enumerated() {
      guard let argument = places[Int(graph.arguments[p])] else { continue }
      edges.append(
        Edge(from: place, to: argument, role: operation.isCommutative ? 0 : 1 + k, weight: graph.weights[p]))
    }
  }

  /// The expressions that the objective and the rows use, arguments first.
  private static func expressions(_ model: CanonicalModel) -> [Int] {
    let graph = model.graph
    var isUsed = [Bool](repeating: false, count: graph.count)
    for term in model.objective + model.rows.flatMap(\.terms) { isUsed[Int(term.atom)] = true }
    for i in stride(from: graph.count - 1, through: 0, by: -1) where isUsed[i] {
      for p in graph.range(of: FormulaGraph.Node(i)) { isUsed[Int(graph.arguments[p])] = true }
    }
    return isUsed.indices.filter { isUsed[$0] && graph.operations[$0] != .variable }
  }
}
