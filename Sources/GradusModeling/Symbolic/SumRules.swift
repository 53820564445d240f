// SPDX-License-Identifier: Apache-2.0

/// Rules for sums: ax + ay = a(x + y), a/q + b/q = (a + b)/q, wx ± wy = w(x ± y), sin² + cos² = 1, (a + b) + c = a + b + c.
enum SumRules {
  static let all = [factor, weights, open, pythagoras]

  /// One alternative with all factors taken out greedily, the most frequent first; for short sums also one alternative for
  /// each factor alone.
  static let factor = EqualityRule("ax + ay = a(x + y)", on: [.sum], keepsDomain: true) { graph, node in
    let places = graph.graph.range(of: node)
    if places.count < 2 { return [] }
    var finder = FactorFinder()
    for (k, p) in places.enumerated() { finder.add(term: k, graph.graph.arguments[p], graph) }
    let offset = graph.graph.numbers[Int(node)]
    let terms = places.map { (weight: graph.graph.weights[$0], node: graph.graph.arguments[$0]) }
    var result: [EGraph.Class] = []
    let groups = finder.groups(termCount: terms.count)
    if groups.isEmpty { return [] }
    result.append(factored(terms, offset, groups, &graph))
    if terms.count <= 12, groups.count > 1 || finder.shared.count > 1 {
      for group in finder.shared.prefix(8) { result.append(factored(terms, offset, [group], &graph)) }
    }
    return result
  }

  private static func factored(
    _ terms: [(weight: Double, node: EGraph.Class)], _ offset: Double, _ groups: [FactorFinder.Group],
    _ graph: inout EGraph
  ) -> EGraph.Class {
    var isTaken = [Bool](repeating: false, count: terms.count)
    var rest: [(weight: Double, node: EGraph.Class)] = []
    for group in groups {
      var inner: [(weight: Double, node: EGraph.Class)] = []
      for member in group.members {
        isTaken[member.term] = true
        inner.append((terms[member.term].weight, member.cofactor(in: &graph)))
      }
      let sum = graph.sum(inner)
      rest.append(
        (1, group.isDivisor ? graph.quotient(sum, group.factor) : graph.product([(1, group.factor), (1, sum)])))
    }
    for (k, term) in terms.enumerated() where !isTaken[k] { rest.append(term) }
    return graph.sum(rest, offset: offset)
  }

  /// Terms whose weights agree up to the sign share one multiplication.
  static let weights = EqualityRule("wx ± wy = w(x ± y)", on: [.sum], keepsDomain: true) { graph, node in
    let places = graph.graph.range(of: node)
    if places.count < 2 { return [] }
    var counts: [Double: Int] = [:]
    for p in places { counts[abs(graph.graph.weights[p]), default: 0] += 1 }
    let shared = counts.filter { $0.value > 1 && $0.key != 1 && $0.key != 0 }
    if shared.isEmpty { return [] }
    var rest: [(weight: Double, node: EGraph.Class)] = []
    var groups: [Double: [(weight: Double, node: EGraph.Class)]] = [:]
    for p in places {
      let weight = graph.graph.weights[p]
      if shared[abs(weight)] != nil {
        groups[abs(weight), default: []].append((weight < 0 ? -1 : 1, graph.graph.arguments[p]))
      } else {
        rest.append((weight, graph.graph.arguments[p]))
      }
    }
    if rest.isEmpty, groups.count == 1, graph.graph.numbers[Int(node)] == 0, let (weight, terms) = groups.first {
      return [graph.sum([(weight, graph.sum(terms))])]
    }
    for weight in groups.keys.sorted() { rest.append((weight, graph.sum(groups[weight] ?? []))) }
    return [graph.sum(rest, offset: graph.graph.numbers[Int(node)])]
  }

  /// Sums inside sums, where both are short.
  static let open = EqualityRule("(a + b) + c = a + b + c", on: [.sum], keepsDomain: true) { graph, node in
    let places = graph.graph.range(of: node)
    if places.count > 64 { return [] }
    var terms: [(weight: Double, node: EGraph.Class)] = []
    var offset = graph.graph.numbers[Int(node)]
    var isOpened = false
    let own = graph.found(node)
    for p in places {
      let (weight, argument) = (graph.graph.weights[p], graph.found(graph.graph.arguments[p]))
      guard argument != own, let inner = graph.member(of: argument, .sum), graph.graph.range(of: inner).count <= 16,
        graph.graph.operations[Int(argument)] != .constant
      else {
        terms.append((weight, argument))
        continue
      }
      isOpened = true
      offset += weight * graph.graph.numbers[Int(inner)]
      for q in graph.graph.range(of: inner) {
        terms.append((weight * graph.graph.weights[q], graph.graph.arguments[q]))
      }
    }
    return isOpened ? [graph.sum(terms, offset: offset)] : []
  }

  /// v·sin² a + w·cos² a = w + (v − w)·sin² a
  static let pythagoras = EqualityRule("sin² + cos² = 1", on: [.sum], keepsDomain: true) { graph, node in
    let places = graph.graph.range(of: node)
    var sines: [EGraph.Class: Int] = [:]
    var cosines: [EGraph.Class: Int] = [:]
    for p in places {
      let product = graph.productMember[Int(graph.found(graph.graph.arguments[p]))]
      guard product >= 0, graph.graph.range(of: product).count == 1 else { continue }
      let place = graph.graph.range(of: product).lowerBound
      if graph.graph.weights[place] != 2 { continue }
      let wave = graph.found(graph.graph.arguments[place])
      if let sine = graph.member(of: wave, .sine) { sines[graph.found(graph.graph.argument(0, of: sine))] = p }
      if let cosine = graph.member(of: wave, .cosine) { cosines[graph.found(graph.graph.argument(0, of: cosine))] = p }
    }
    let pairs = sines.compactMap { angle, p in cosines[angle].map { (sine: p, cosine: $0) } }.sorted { $0 < $1 }
    if pairs.isEmpty { return [] }
    var weights = places.map { graph.graph.weights[$0] }
    var offset = graph.graph.numbers[Int(node)]
    for pair in pairs {
      let (s, c) = (pair.sine - places.lowerBound, pair.cosine - places.lowerBound)
      offset += weights[c]
      weights[s] -= weights[c]
      weights[c] = 0
    }
    // The waves are numbers wherever their angle is, which the other one keeps, or a term of weight 0.
    let terms = places.map { (weight: weights[$0 - places.lowerBound], node: graph.graph.arguments[$0]) }
    return [graph.sum(terms, offset: offset)]
  }
}
