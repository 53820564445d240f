// SPDX-License-Identifier: Apache-2.0

/// Writes the choice of an extraction as an ordinary graph: products in pairs, shared pairs first.
struct Lowering {
  private(set) var graph = FormulaGraph()
  private let egraph: EGraph
  private let extraction: Extraction
  /// By class; −1 where not yet written.
  private var image: [FormulaGraph.Node]
  /// How many of the products hold two classes as factors.
  private var pairs: [UInt64: Int32] = [:]

  init(_ egraph: EGraph, _ extraction: Extraction, variableCount: Int) {
    self.egraph = egraph
    self.extraction = extraction
    image = [FormulaGraph.Node](repeating: -1, count: egraph.graph.count)
    for j in 0..<variableCount { _ = graph.variable(j) }
  }

  /// The images of `roots`; nil where a class has no finite formula.
  mutating func write(_ roots: [EGraph.Class]) -> [FormulaGraph.Node]? {
    guard let order = order(roots) else { return nil }
    for node in order where egraph.graph.operations[Int(node.node)] == .product { count(node.node) }
    for (name, node) in order { image[Int(name)] = written(node) }
    return roots.map { image[Int(egraph.found($0))] }
  }

  /// Classes needed with their chosen nodes, arguments before users.
  private func order(_ roots: [EGraph.Class]) -> [(name: EGraph.Class, node: EGraph.Class)]? {
    var state = [UInt8](repeating: 0, count: egraph.graph.count)
    var result: [(name: EGraph.Class, node: EGraph.Class)] = []
    for root in roots {
      var stack = [egraph.found(root)]
      while let name = stack.last {
        guard let node = extraction.node(of: name) else { return nil }
        if state[Int(name)] == 0 {
          state[Int(name)] = 1
          for p in egraph.graph.range(of: node).reversed() {
            let argument = egraph.found(egraph.graph.arguments[p])
            if state[Int(argument)] == 0 { stack.append(argument) }
          }
        } else {
          stack.removeLast()
          if state[Int(name)] == 1 { result.append((name, node)) }
          state[Int(name)] = 2
        }
      }
    }
    return result
  }

  private static func key(_ a: EGraph.Class, _ b: EGraph.Class) -> UInt64 {
    UInt64(UInt32(bitPattern: min(a, b))) << 32 | UInt64(UInt32(bitPattern: max(a, b)))
  }

  /// Above this number of factors a product is multiplied in the order of its classes.
  private static let pairedFactors = 8

  /// The factors of a product with repetitions; powers above 3 stay whole.
  private func factors(_ node: EGraph.Class) -> (single: [EGraph.Class], whole: [(Double, EGraph.Class)]) {
    var single: [EGraph.Class] = []
    var whole: [(Double, EGraph.Class)] = []
    for p in egraph.graph.range(of: node) {
      let (exponent, argument) = (egraph.graph.weights[p], egraph.found(egraph.graph.arguments[p]))
      if exponent > 3 {
        whole.append((exponent, argument))
      } else {
        single += Array(repeating: argument, count: Int(exponent))
      }
    }
    return (single, whole)
  }

  private mutating func count(_ node: EGraph.Class) {
    let single = factors(node).single
    if single.count > Self.pairedFactors { return }
    var seen: Set<UInt64> = []
    for i in single.indices {
      for j in single.indices where j > i && seen.insert(Self.key(single[i], single[j])).inserted {
        pairs[Self.key(single[i], single[j]), default: 0] += 1
      }
    }
  }

  private mutating func multiplied(_ node: EGraph.Class) -> FormulaGraph.Node {
    let (classes, whole) = factors(node)
    var rest = classes
    var parts = whole.map { graph.power(image[Int($0.1)], exponent: $0.0) }
    while rest.count > 1, rest.count <= Self.pairedFactors {
      var best = (i: 0, j: 1, count: Int32(-1))
      for i in rest.indices {
        for j in rest.indices where j > i {
          let count = pairs[Self.key(rest[i], rest[j])] ?? 0
          if count > best.count { best = (i, j, count) }
        }
      }
      parts.append(graph.product(image[Int(rest[best.i])], image[Int(rest[best.j])]))
      rest.remove(at: best.j)
      rest.remove(at: best.i)
    }
    parts += rest.map { image[Int($0)] }
    return parts.dropFirst().reduce(parts[0]) { graph.product($0, $1) }
  }

  private mutating func written(_ node: EGraph.Class) -> FormulaGraph.Node {
    let source = egraph.graph
    let places = source.range(of: node)
    let number = source.numbers[Int(node)]
    func argument(_ k: Int) -> FormulaGraph.Node { image[Int(egraph.found(source.arguments[places.lowerBound + k]))] }
    switch source.operations[Int(node)] {
    case .constant: return graph.constant(number)
    case .variable: return graph.variable(Int(number))
    case .parameter: return graph.parameter(Int(number))
    case .sum:
      let terms = places.map { (weight: source.weights[$0], node: argument($0 - places.lowerBound)) }
      // A term of weight 0 is there to be undefined where it is; the canonical constructor would drop it.
      if terms.contains(where: { $0.weight == 0 }) {
        return graph.node(.sum, number: number, terms.map(\.node), weights: terms.map(\.weight))
      }
      return graph.sum(terms, offset: number)
    case .product: return multiplied(node)
    case .constantPower: return graph.power(argument(0), exponent: number)
    // 0/b is undefined where b is 0; the canonical constructor would call it 0.
    case .quotient where graph.constant(at: argument(0)) == 0: return graph.node(.quotient, [argument(0), argument(1)])
    case .conditional: return graph.conditional(argument(0), argument(1), argument(2))
    default:
      let operation = source.operations[Int(node)]
      return operation.arity == 1
        ? graph.unary(operation, argument(0)) : graph.binary(operation, argument(0), argument(1))
    }
  }
}
