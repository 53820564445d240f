// SPDX-License-Identifier: Apache-2.0

/// φ, ∇φ and ∇²φ of one shape, as formulas of its variables and numbers.
///
/// Derivatives are built once by reverse mode and edge pushing (see `CurvatureProgram`) on a graph, whose constructors
/// fold constants and share equal terms: for φ = 100(x₁ − x₀²)² there remain
///
///     u = x₁ − x₀²;   ∂₀₀ = 800x₀² − 400u,   ∂₀₁ = −400x₀,   ∂₁₁ = 200
struct ElementFormula {
  /// The first nodes are the variables of the element; parameters are its numbers that differ between elements.
  private(set) var graph = FormulaGraph()
  private(set) var value: FormulaGraph.Node = 0
  /// ∂φ/∂x_k where it is not always zero.
  private(set) var gradient: [(variable: Int, node: FormulaGraph.Node)] = []
  /// ∂²φ/∂x_j∂x_k, j ≤ k, where it is not always zero.
  private(set) var hessian: [(first: Int, second: Int, node: FormulaGraph.Node)] = []
  /// The cost of φ before and after simplification, where it was simplified.
  private(set) var savings: FormulaSavings?

  private typealias Node = FormulaGraph.Node
  private typealias Terms = [(weight: Double, node: FormulaGraph.Node)]

  /// `numbers[k]` is the number that all elements have in place k, or nil where they differ.
  init(_ shape: ElementShape, variableCount: Int, numbers: [Double?], _ simplification: Simplification? = nil) {
    for j in 0..<variableCount { _ = graph.variable(j) }
    let places = numbers.enumerated().map { place, number in
      number.map { graph.constant($0) } ?? graph.parameter(place)
    }
    var inner: [Node] = []
    for node in shape.nodes {
      let arguments = node.arguments.map { argument -> Node in
        switch argument {
        case .inner(let k): inner[k]
        case .variable(let k): Node(k)
        case .number(let k): places[k]
        }
      }
      inner.append(build(node, arguments, places))
    }
    let weight = places[numbers.count - 1]
    value = graph.product(weight, inner[inner.count - 1])
    if let simplification { simplify(variableCount, simplification) }
    differentiate(variableCount)
  }

  /// Takes a simpler formula for φ where it has only operations that elements have.
  private mutating func simplify(_ variableCount: Int, _ simplification: Simplification) {
    guard simplification.pays(on: graph, roots: [value], variableCount: variableCount) else { return }
    let simpler = graph.simplified([value], variableCount: variableCount, simplification)
    guard simpler.costAfter < simpler.costBefore else { return }
    let operations = simpler.graph.operations
    let isElement = operations.indices.allSatisfy {
      operations[$0] == .constant || operations[$0] == .variable || operations[$0] == .parameter
        || operations[$0].standsInElements
    }
    guard isElement, operations[Int(simpler.roots[0])].standsInElements else { return }
    graph = simpler.graph
    value = simpler.roots[0]
    savings = FormulaSavings(costBefore: simpler.costBefore, costAfter: simpler.costAfter, isWhole: false)
  }

  private mutating func build(_ node: ElementShape.Node, _ arguments: [Node], _ places: [Node]) -> Node {
    switch node.operation {
    case .sum:
      var terms: Terms = [(1, places[node.firstNumber])]
      for (k, argument) in arguments.enumerated() {
        terms.append((1, graph.product(places[node.firstNumber + 1 + k], argument)))
      }
      return graph.sum(terms)
    case .constantPower: return graph.power(arguments[0], exponent: node.exponent)
    case .square: return graph.power(arguments[0], exponent: 2)
    default:
      return node.operation.arity == 1
        ? graph.unary(node.operation, arguments[0]) : graph.binary(node.operation, arguments[0], arguments[1])
    }
  }

  /// The two halves of the matrix of pushed edges: terms by later and earlier node.
  private struct Edges {
    var rows: [Node: [Node: Terms]] = [:]

    mutating func add(_ a: Node, _ b: Node, _ weight: Double, _ node: Node) {
      rows[max(a, b), default: [:]][min(a, b), default: []].append((weight, node))
    }

    mutating func take(_ node: Node) -> [(other: Node, terms: Terms)] {
      (rows.removeValue(forKey: node) ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
  }

  private mutating func differentiate(_ variableCount: Int) {
    let count = Int(value) + 1
    // Nodes that move with some variable; parameters and constants do not.
    var isActive = [Bool](repeating: false, count: count)
    for i in 0..<count {
      isActive[i] = i < variableCount || graph.range(of: Node(i)).contains { isActive[Int(graph.arguments[$0])] }
    }
    var adjoints = [Terms](repeating: [], count: count)
    var edges = Edges()
    if isActive[Int(value)] { adjoints[Int(value)] = [(1, graph.constant(1))] }
    for i in stride(from: count - 1, through: variableCount, by: -1) where isActive[i] {
      let node = Node(i)
      let adjoint = graph.sum(adjoints[i])
      adjoints[i] = []
      let pushed = edges.take(node)
      if graph.constant(at: adjoint) == 0, pushed.isEmpty { continue }
      var arguments: [(node: Node, slope: Node)] = []
      for (k, p) in graph.range(of: node).enumerated() where isActive[Int(graph.arguments[p])] {
        arguments.append((graph.arguments[p], slope(of: node, by: k)))
      }
      push(node, pushed, arguments, &edges)
      for argument in arguments {
        adjoints[Int(argument.node)].append((1, graph.product(argument.slope, adjoint)))
      }
      if graph.operations[i].isCurved { bend(node, adjoint, isActive, &edges) }
    }
    for j in 0..<variableCount {
      let total = graph.sum(adjoints[j])
      if graph.constant(at: total) != 0 { gradient.append((j, total)) }
    }
    for k in 0..<variableCount {
      for (j, terms) in edges.take(Node(k)) {
        let total = graph.sum(terms)
        if graph.constant(at: total) != 0 { hessian.append((Int(j), k, total)) }
      }
    }
  }

  private mutating func push(
    _ node: Node, _ pushed: [(other: Node, terms: Terms)], _ arguments: [(node: Node, slope: Node)],
    _ edges: inout Edges
  ) {
    for (other, terms) in pushed {
      let edge = graph.sum(terms)
      for (k, a) in arguments.enumerated() {
        let half = graph.product(a.slope, edge)
        if other != node {
          edges.add(a.node, other, a.node == other ? 2 : 1, half)
          continue
        }
        for (l, b) in arguments[k...].enumerated() {
          // A node that occurs twice contributes its cross term twice to the one diagonal edge.
          edges.add(a.node, b.node, l > 0 && a.node == b.node ? 2 : 1, graph.product(half, b.slope))
        }
      }
    }
  }

  /// Adds adjoint·∂²f/∂c∂d for the arguments c, d of a node.
  private mutating func bend(_ node: Node, _ adjoint: Node, _ isActive: [Bool], _ edges: inout Edges) {
    let a = graph.argument(0, of: node)
    if graph.range(of: node).count == 1 {
      let bent = curvature(of: node)
      edges.add(a, a, 1, graph.product(bent, adjoint))
      return
    }
    let b = graph.argument(1, of: node)
    let (aa, ab, bb) = curvatures(of: node)
    if isActive[Int(a)] { edges.add(a, a, 1, graph.product(aa, adjoint)) }
    if isActive[Int(b)] { edges.add(b, b, 1, graph.product(bb, adjoint)) }
    if isActive[Int(a)], isActive[Int(b)] { edges.add(a, b, a == b ? 2 : 1, graph.product(ab, adjoint)) }
  }
}

/// Derivatives of single operations as formulas: what `FormulaOperation.slope` and its companions compute.
extension ElementFormula {
  private mutating func slope(of node: Node, by k: Int) -> Node {
    let operation = graph.operations[Int(node)]
    if operation == .sum { return graph.constant(graph.weights[graph.range(of: node).lowerBound + k]) }
    let a = graph.argument(0, of: node)
    let one = graph.constant(1)
    switch operation {
    case .product: return graph.argument(1 - k, of: node)
    case .quotient:
      let b = graph.argument(1, of: node)
      let inverse = graph.quotient(one, b)
      return k == 0 ? inverse : graph.negated(graph.quotient(node, b))
    case .power:
      let b = graph.argument(1, of: node)
      if k == 1 { return graph.product(node, graph.unary(.logarithm, a)) }
      return graph.product(b, graph.binary(.power, a, graph.sum([(1, b)], offset: -1)))
    case .square: return graph.sum([(2, a)])
    case .constantPower:
      let exponent = graph.numbers[Int(node)]
      return graph.sum([(exponent, graph.power(a, exponent: exponent - 1))])
    case .squareRoot: return graph.quotient(graph.constant(0.5), node)
    case .exponential: return node
    case .logarithm: return graph.quotient(one, a)
    case .logarithm10: return graph.quotient(graph.constant(0.43429448190325182765), a)
    case .sine: return graph.unary(.cosine, a)
    case .cosine: return graph.negated(graph.unary(.sine, a))
    case .tangent: return graph.sum([(1, square(node))], offset: 1)
    case .arcSine: return graph.quotient(one, graph.power(complement(a), exponent: 0.5))
    case .arcCosine: return graph.quotient(graph.constant(-1), graph.power(complement(a), exponent: 0.5))
    case .arcTangent: return graph.quotient(one, onePlusSquare(a))
    case .hyperbolicSine: return graph.unary(.hyperbolicCosine, a)
    case .hyperbolicCosine: return graph.unary(.hyperbolicSine, a)
    case .hyperbolicTangent: return complement(node)
    case .inverseHyperbolicSine: return graph.quotient(one, graph.power(onePlusSquare(a), exponent: 0.5))
    case .inverseHyperbolicCosine: return graph.quotient(one, graph.power(graph.negated(bounds(a)), exponent: 0.5))
    case .inverseHyperbolicTangent: return graph.quotient(one, bounds(a))
    default: preconditionFailure("\(operation) is no operation of an element")
    }
  }

  private mutating func curvature(of node: Node) -> Node {
    let operation = graph.operations[Int(node)]
    let a = graph.argument(0, of: node)
    let d = slope(of: node, by: 0)
    switch operation {
    case .square: return graph.constant(2)
    case .constantPower:
      let exponent = graph.numbers[Int(node)]
      return graph.sum([(exponent * (exponent - 1), graph.power(a, exponent: exponent - 2))])
    case .squareRoot: return graph.sum([(-0.5, graph.quotient(d, a))])
    case .exponential, .hyperbolicSine, .hyperbolicCosine: return node
    case .logarithm, .logarithm10: return graph.negated(graph.quotient(d, a))
    case .sine, .cosine: return graph.negated(node)
    case .tangent: return graph.sum([(2, graph.product(node, d))])
    case .arcSine, .arcCosine: return graph.quotient(graph.product(a, d), bounds(a))
    case .arcTangent: return graph.sum([(-2, graph.product(a, square(d)))])
    case .hyperbolicTangent: return graph.sum([(-2, graph.product(node, d))])
    case .inverseHyperbolicSine: return graph.negated(graph.quotient(graph.product(a, d), onePlusSquare(a)))
    case .inverseHyperbolicCosine: return graph.quotient(graph.product(a, d), bounds(a))
    case .inverseHyperbolicTangent: return graph.sum([(2, graph.product(a, square(d)))])
    default: preconditionFailure("\(operation) is no operation of an element")
    }
  }

  /// ∂²f/∂a², ∂²f/∂a∂b, ∂²f/∂b².
  private mutating func curvatures(of node: Node) -> (Node, Node, Node) {
    let a = graph.argument(0, of: node)
    let b = graph.argument(1, of: node)
    let zero = graph.constant(0)
    let one = graph.constant(1)
    switch graph.operations[Int(node)] {
    case .product: return (zero, one, zero)
    case .quotient:
      let squared = square(b)
      return (zero, graph.quotient(graph.constant(-1), squared), graph.quotient(graph.sum([(2, node)]), squared))
    case .power:
      let l = graph.unary(.logarithm, a)
      let u = graph.binary(.power, a, graph.sum([(1, b)], offset: -1))
      let factor = graph.product(b, graph.sum([(1, b)], offset: -1))
      return (
        graph.quotient(graph.product(factor, u), a), graph.product(u, graph.sum([(1, graph.product(b, l))], offset: 1)),
        graph.product(node, square(l))
      )
    default: preconditionFailure("\(graph.operations[Int(node)]) is no operation of an element")
    }
  }

  private mutating func square(_ a: Node) -> Node { graph.power(a, exponent: 2) }
  /// 1 − a²
  private mutating func complement(_ a: Node) -> Node { graph.sum([(-1, square(a))], offset: 1) }
  private mutating func onePlusSquare(_ a: Node) -> Node { graph.sum([(1, square(a))], offset: 1) }
  /// (1 − a)(1 + a), exact near ±1
  private mutating func bounds(_ a: Node) -> Node {
    graph.product(graph.sum([(-1, a)], offset: 1), graph.sum([(1, a)], offset: 1))
  }
}
