// SPDX-License-Identifier: Apache-2.0

/// Rules for functions of one argument, and for choices that the range of their arguments decides.
enum FunctionRules {
  static let all = [inverses, roots, absolutes, choices]

  /// log exp a = a, exp log a = a, exp(w·log a) = a^w, log aⁿ = n·log a for odd n
  static let inverses = EqualityRule("exp log a = a", on: [.exponential, .logarithm]) { graph, node in
    let argument = graph.found(graph.graph.argument(0, of: node))
    if graph.graph.operations[Int(node)] == .exponential {
      let (weight, core) = graph.unscaled(argument)
      guard let inner = graph.member(of: core, .logarithm) else { return [] }
      let base = graph.graph.argument(0, of: inner)
      return [weight == 1 ? base : graph.power(base, exponent: weight)]
    }
    if let inner = graph.member(of: argument, .exponential) { return [graph.graph.argument(0, of: inner)] }
    if let (base, exponent) = graph.fraction(argument) {
      let value = graph.unary(.logarithm, base)
      return [graph.sum([(exponent, value)])]
    }
    let product = graph.productMember[Int(argument)]
    guard product >= 0, graph.graph.range(of: product).count == 1 else { return [] }
    let place = graph.graph.range(of: product).lowerBound
    let exponent = graph.graph.weights[place]
    let base = graph.found(graph.graph.arguments[place])
    guard exponent.truncatingRemainder(dividingBy: 2) == 1 || graph.range(of: base).lower >= 0 else { return [] }
    let value = graph.unary(.logarithm, base)
    return [graph.sum([(exponent, value)])]
  }

  /// √a² = |a|, √exp a = exp(a/2)
  static let roots = EqualityRule("√a² = |a|", on: [.squareRoot]) { graph, node in
    let argument = graph.found(graph.graph.argument(0, of: node))
    if let inner = graph.member(of: argument, .exponential) {
      let half = graph.sum([(0.5, graph.graph.argument(0, of: inner))])
      return [graph.unary(.exponential, half)]
    }
    let product = graph.productMember[Int(argument)]
    guard product >= 0, graph.graph.range(of: product).count == 1 else { return [] }
    let place = graph.graph.range(of: product).lowerBound
    let exponent = graph.graph.weights[place]
    guard exponent.truncatingRemainder(dividingBy: 2) == 0 else { return [] }
    let size = graph.unary(.absolute, graph.graph.arguments[place])
    return [graph.product([(exponent / 2, size)])]
  }

  /// |a| = ±a where the sign of a is known
  static let absolutes = EqualityRule("|a| = ±a", on: [.absolute], keepsDomain: true) { graph, node in
    let argument = graph.graph.argument(0, of: node)
    let range = graph.range(of: argument)
    if range.isEmpty { return [] }
    return range.lower >= 0 ? [argument] : range.upper <= 0 ? [graph.negated(argument)] : []
  }

  /// min, max and `if` that the ranges of their arguments decide
  static let choices = EqualityRule("min(a, b) = a", on: [.minimum, .maximum, .conditional]) { graph, node in
    let a = graph.graph.argument(0, of: node)
    let b = graph.graph.argument(1, of: node)
    let (first, second) = (graph.range(of: a), graph.range(of: b))
    if first.isEmpty || second.isEmpty { return [] }
    switch graph.graph.operations[Int(node)] {
    case .minimum: return first.upper <= second.lower ? [a] : second.upper <= first.lower ? [b] : []
    case .maximum: return first.upper <= second.lower ? [b] : second.upper <= first.lower ? [a] : []
    default:
      if first == Interval(0) { return [graph.graph.argument(2, of: node)] }
      return first.contains(0) ? [] : [b]
    }
  }
}
