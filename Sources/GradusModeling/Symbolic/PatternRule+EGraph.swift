// SPDX-License-Identifier: Apache-2.0

/// A class of an e-graph as a pattern sees it: also a multiple or a power of one, as sums and products hold them.
enum ClassTerm: Hashable {
  case whole(EGraph.Class)
  case multiple(Double, EGraph.Class)
  case power(EGraph.Class, Double)
  case number(Double)
}

/// An e-graph as a space of patterns: every live node of a class is a form of it.
struct ClassSpace: PatternSpace {
  let egraph: EGraph

  func number(of term: ClassTerm) -> Double? {
    switch term {
    case .whole(let node): egraph.constant(of: node)
    case .number(let value): value
    case .multiple, .power: nil
    }
  }

  func forms(of term: ClassTerm) -> [(operation: FormulaOperation, arguments: [ClassTerm])] {
    switch term {
    case .whole(let node): egraph.members(of: egraph.found(node)).map { form(ofNode: $0) }
    case .multiple(let weight, let node):
      [(.product, [.number(weight)] + factors(of: node))]
    case .power(let node, let exponent): [(.power, [.whole(node), .number(exponent)])]
    case .number: []
    }
  }

  private func factors(of node: EGraph.Class) -> [ClassTerm] {
    let node = egraph.found(node)
    let product = egraph.productMember[Int(node)]
    return product >= 0 ? form(ofNode: product).arguments : [.whole(node)]
  }

  func form(ofNode node: EGraph.Class) -> (operation: FormulaOperation, arguments: [ClassTerm]) {
    let graph = egraph.graph
    let places = graph.range(of: node)
    let number = graph.numbers[Int(node)]
    func argument(_ p: Int) -> EGraph.Class { egraph.found(graph.arguments[p]) }
    switch graph.operations[Int(node)] {
    case .sum:
      if number == 0, places.count == 1 {
        return (.product, [.number(graph.weights[places.lowerBound])] + factors(of: argument(places.lowerBound)))
      }
      return (
        .sum,
        (number == 0 ? [] : [.number(number)])
          + places.map { graph.weights[$0] == 1 ? .whole(argument($0)) : .multiple(graph.weights[$0], argument($0)) }
      )
    case .product:
      let factors = places.map { p -> ClassTerm in
        graph.weights[p] == 1 ? .whole(argument(p)) : .power(argument(p), graph.weights[p])
      }
      if factors.count == 1, case .power(let base, let exponent) = factors[0] {
        return (.power, [.whole(base), .number(exponent)])
      }
      return (.product, factors)
    case .constantPower: return (.power, [.whole(argument(places.lowerBound)), .number(number)])
    default: return (graph.operations[Int(node)], places.map { .whole(argument($0)) })
    }
  }
}

extension EqualityRule {
  /// A rule stated by patterns. At each node at most 16 ways to fit are used.
  package init(_ rule: PatternRule) {
    guard case .compound(let operation, let patterns) = rule.left else {
      self.init(rule.name, on: []) { _, _ in [] }
      return
    }
    // A multiple is stored as a sum with one term, a power with a whole exponent as a product.
    let stored: [FormulaOperation] =
      switch operation {
      case .product: [.product, .sum]
      case .power: [.power, .constantPower, .product]
      default: [operation]
      }
    let right = rule.right
    self.init(rule.name, on: stored) { graph, node in
      let space = ClassSpace(egraph: graph)
      let form = space.form(ofNode: node)
      if form.operation != operation { return [] }
      var matcher = PatternMatcher(space)
      matcher.match(patterns, form: operation, form.arguments)
      return matcher.found.map { right.built($0, &graph) }
    }
  }
}

extension Pattern {
  /// The class of the pattern with its slots filled.
  fileprivate func built(_ bindings: Bindings<ClassTerm>, _ graph: inout EGraph) -> EGraph.Class {
    switch self {
    case .slot(let name, _): return bindings[name].map { Self.node($0, &graph) } ?? graph.constant(.nan)
    case .rest(let name):
      let terms = (bindings.all(name) ?? []).map { (weight: 1.0, node: Self.node($0, &graph)) }
      return graph.sum(terms)
    case .number(let value): return graph.constant(value)
    case .compound(let operation, let parts):
      var arguments: [EGraph.Class] = []
      for part in parts {
        if case .rest(let name) = part {
          for term in bindings.all(name) ?? [] { arguments.append(Self.node(term, &graph)) }
        } else {
          arguments.append(part.built(bindings, &graph))
        }
      }
      switch operation {
      case .sum: return graph.sum(arguments.map { (1, $0) })
      case .product: return graph.product(arguments.map { (1, $0) })
      case .conditional: return graph.conditional(arguments[0], arguments[1], arguments[2])
      default:
        return operation.arity == 1
          ? graph.unary(operation, arguments[0]) : graph.binary(operation, arguments[0], arguments[1])
      }
    }
  }

  private static func node(_ term: ClassTerm, _ graph: inout EGraph) -> EGraph.Class {
    switch term {
    case .whole(let node): node
    case .multiple(let weight, let node): graph.sum([(weight, node)])
    case .power(let node, let exponent): graph.product([(exponent, node)])
    case .number(let value): graph.constant(value)
    }
  }
}
