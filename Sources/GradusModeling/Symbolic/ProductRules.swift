// SPDX-License-Identifier: Apache-2.0

/// Rules for products and quotients.
enum ProductRules {
  static let all = [ratios, exponentials, powers, cancel, nested, named, reciprocal]

  /// The factors of a product, with current classes.
  private static func factors(
    of node: EGraph.Class, _ graph: EGraph
  ) -> [(exponent: Double, node: EGraph.Class)] {
    graph.graph.range(of: node).map { (graph.graph.weights[$0], graph.found(graph.graph.arguments[$0])) }
  }

  /// (a/b)·c = (a·c)/b
  static let ratios = EqualityRule("(a/b)c = ac/b", on: [.product]) { graph, node in
    var top: [(exponent: Double, node: EGraph.Class)] = []
    var bottom: [(exponent: Double, node: EGraph.Class)] = []
    for factor in factors(of: node, graph) {
      if let ratio = graph.member(of: factor.node, .quotient) {
        top.append((factor.exponent, graph.graph.argument(0, of: ratio)))
        bottom.append((factor.exponent, graph.graph.argument(1, of: ratio)))
      } else {
        top.append(factor)
      }
    }
    if bottom.isEmpty { return [] }
    let (numerator, denominator) = (graph.product(top), graph.product(bottom))
    return [graph.quotient(numerator, denominator)]
  }

  /// exp(a)ⁿ·exp(b) = exp(n·a + b)
  static let exponentials = EqualityRule("exp a · exp b = exp(a + b)", on: [.product], keepsDomain: true) {
    graph, node in
    var rest: [(exponent: Double, node: EGraph.Class)] = []
    var exponents: [(weight: Double, node: EGraph.Class)] = []
    for factor in factors(of: node, graph) {
      if let growth = graph.member(of: factor.node, .exponential) {
        exponents.append((factor.exponent, graph.graph.argument(0, of: growth)))
      } else {
        rest.append(factor)
      }
    }
    if exponents.isEmpty || exponents.count == 1 && exponents[0].weight == 1 { return [] }
    let total = graph.sum(exponents)
    rest.append((1, graph.unary(.exponential, total)))
    return [graph.product(rest)]
  }

  /// √a·√a = a, |a|·|a| = a², aˣ·aʸ = a^(x + y), tan·cos = sin; where the conditions agree.
  static let powers = EqualityRule("aˣ·aʸ = a^(x + y)", on: [.product]) { graph, node in
    let own = factors(of: node, graph)
    var result: [EGraph.Class] = []
    for (k, factor) in own.enumerated() {
      var others = own
      if factor.exponent >= 2 {
        if let root = graph.member(of: factor.node, .squareRoot) ?? graph.member(of: factor.node, .absolute) {
          let isRoot = graph.graph.operations[Int(root)] == .squareRoot
          others[k].exponent -= 2
          if others[k].exponent == 0 { others.remove(at: k) }
          others.append((isRoot ? 1 : 2, graph.graph.argument(0, of: root)))
          result.append(graph.product(others))
          continue
        }
      }
      if let tangent = graph.member(of: factor.node, .tangent) {
        let angle = graph.found(graph.graph.argument(0, of: tangent))
        for (j, other) in own.enumerated() where j != k {
          guard let cosine = graph.member(of: other.node, .cosine),
            graph.found(graph.graph.argument(0, of: cosine)) == angle
          else { continue }
          others[k].exponent -= 1
          others[j].exponent -= 1
          others.append((1, graph.unary(.sine, angle)))
          result.append(graph.product(others.filter { $0.exponent > 0 }))
          break
        }
      }
      guard let (base, exponent) = graph.fraction(factor.node) else { continue }
      for (j, other) in own.enumerated() where j != k {
        let second: Double
        if other.node == base {
          second = 1
        } else if j > k, let power = graph.fraction(other.node), power.base == base {
          second = power.exponent
        } else {
          continue
        }
        let total = factor.exponent * exponent + other.exponent * second
        var rest = own
        rest.remove(at: max(j, k))
        rest.remove(at: min(j, k))
        rest.append((1, graph.power(base, exponent: total)))
        result.append(graph.product(rest))
        break
      }
    }
    return result
  }

  /// ac/bc = a/b and a/a = 1 for c proved not to be 0, a/√a = √a for a proved positive.
  ///
  /// Equal conditions are not enough here: where c is 0 the left is not a number, and the right may be infinite.
  static let cancel = EqualityRule("ac/bc = a/b", on: [.quotient]) { graph, node in
    let top = graph.found(graph.graph.argument(0, of: node))
    let bottom = graph.found(graph.graph.argument(1, of: node))
    func isNonzero(_ node: EGraph.Class) -> Bool { DomainCondition.nonzero.holds(on: graph.range(of: node)) }
    if top == bottom { return isNonzero(bottom) ? [graph.constant(1)] : [] }
    var over = monomial(top, graph)
    var under = monomial(bottom, graph)
    var isSame = true
    for k in over.indices where isNonzero(over[k].node) {
      for j in under.indices where under[j].node == over[k].node {
        let common = min(over[k].exponent, under[j].exponent)
        over[k].exponent -= common
        under[j].exponent -= common
        isSame = false
      }
    }
    var result: [EGraph.Class] = []
    if !isSame {
      let numerator = graph.product(over.filter { $0.exponent > 0 })
      let denominator = graph.product(under.filter { $0.exponent > 0 })
      result.append(graph.quotient(numerator, denominator))
    }
    if let root = graph.member(of: bottom, .squareRoot), graph.found(graph.graph.argument(0, of: root)) == top,
      graph.range(of: top).lower > 0
    {
      result.append(bottom)
    }
    return result
  }

  private static func monomial(_ node: EGraph.Class, _ graph: EGraph) -> [(exponent: Double, node: EGraph.Class)] {
    let product = graph.productMember[Int(node)]
    return product >= 0 ? factors(of: product, graph) : [(1, node)]
  }

  /// (a/b)/c = a/(bc) and a/(b/c) = ac/b
  static let nested = EqualityRule("(a/b)/c = a/(bc)", on: [.quotient]) { graph, node in
    let (top, bottom) = (graph.graph.argument(0, of: node), graph.graph.argument(1, of: node))
    var result: [EGraph.Class] = []
    if let ratio = graph.member(of: graph.found(top), .quotient) {
      let below = graph.product([(1, graph.graph.argument(1, of: ratio)), (1, bottom)])
      result.append(graph.quotient(graph.graph.argument(0, of: ratio), below))
    }
    if let ratio = graph.member(of: graph.found(bottom), .quotient) {
      let above = graph.product([(1, top), (1, graph.graph.argument(1, of: ratio))])
      result.append(graph.quotient(above, graph.graph.argument(0, of: ratio)))
    }
    return result
  }

  /// sin/cos = tan, sinh/cosh = tanh, a/exp(b) = a·exp(−b)
  static let named = EqualityRule("sin/cos = tan", on: [.quotient]) { graph, node in
    let top = graph.found(graph.graph.argument(0, of: node))
    let bottom = graph.found(graph.graph.argument(1, of: node))
    if let growth = graph.member(of: bottom, .exponential) {
      let mirrored = graph.negated(graph.graph.argument(0, of: growth))
      let decay = graph.unary(.exponential, mirrored)
      return [graph.product([(1, top), (1, decay)])]
    }
    for (sine, cosine, tangent) in [
      (FormulaOperation.sine, FormulaOperation.cosine, FormulaOperation.tangent),
      (.hyperbolicSine, .hyperbolicCosine, .hyperbolicTangent),
    ] {
      if let s = graph.member(of: top, sine), let c = graph.member(of: bottom, cosine),
        graph.found(graph.graph.argument(0, of: s)) == graph.found(graph.graph.argument(0, of: c))
      {
        return [graph.unary(tangent, graph.graph.argument(0, of: s))]
      }
    }
    return []
  }

  /// a/q = a·(1/q), where other quotients have the same divisor.
  static let reciprocal = EqualityRule("a/q = a·(1/q)", on: [.quotient], keepsDomain: true) { graph, node in
    let (top, bottom) = (graph.graph.argument(0, of: node), graph.found(graph.graph.argument(1, of: node)))
    if graph.constant(of: top) != nil { return [] }
    var tops: Set<EGraph.Class> = []
    for user in graph.users[Int(bottom)]
    where graph.graph.operations[Int(user)] == .quotient && !graph.isStale[Int(user)]
      && graph.found(graph.graph.argument(1, of: user)) == bottom
    {
      tops.insert(graph.found(graph.graph.argument(0, of: user)))
      if tops.count > 1 { break }
    }
    if tops.count < 2 { return [] }
    let one = graph.constant(1)
    let inverse = graph.quotient(one, bottom)
    return [graph.product([(1, top), (1, inverse)])]
  }
}

extension EGraph {
  private func exponent(_ node: Class) -> Double { graph.numbers[Int(node)] }

  /// Base and exponent of a class that holds a power with a constant exponent that is no whole number, or a root.
  func fraction(_ node: Class) -> (base: Class, exponent: Double)? {
    if let power = member(of: node, .constantPower), exponent(power) != exponent(power).rounded() {
      return (found(graph.argument(0, of: power)), graph.numbers[Int(power)])
    }
    if let root = member(of: node, .squareRoot) { return (found(graph.argument(0, of: root)), 0.5) }
    return nil
  }
}
