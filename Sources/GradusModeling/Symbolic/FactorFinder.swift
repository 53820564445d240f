// SPDX-License-Identifier: Apache-2.0

/// Finds the factors and divisors that terms of a sum have in common.
struct FactorFinder {
  /// One term without the factor: class^(exponent) of a product, with one less of the factor; or a numerator.
  struct Member {
    var term: Int
    /// The product the factor is taken from, with the place of the factor in it; −1 when the term is the factor itself.
    var product: EGraph.Class
    var place: Int

    func cofactor(in graph: inout EGraph) -> EGraph.Class {
      if product < 0 { return graph.constant(1) }
      if graph.graph.operations[Int(product)] == .quotient { return graph.graph.argument(0, of: product) }
      var factors: [(exponent: Double, node: EGraph.Class)] = []
      for p in graph.graph.range(of: product) {
        let exponent = graph.graph.weights[p] - (p == place ? 1 : 0)
        if exponent > 0 { factors.append((exponent, graph.graph.arguments[p])) }
      }
      return graph.product(factors)
    }
  }

  struct Group {
    var factor: EGraph.Class
    var isDivisor: Bool
    var members: [Member]
  }

  private var places: [UInt64: Int] = [:]
  private var groups: [Group] = []

  /// Registers what a term can be divided by.
  mutating func add(term: Int, _ node: EGraph.Class, _ graph: EGraph) {
    let node = graph.found(node)
    note(node, false, Member(term: term, product: -1, place: 0))
    var products = 0
    for member in graph.members(of: node) {
      switch graph.graph.operations[Int(member)] {
      case .product where products < 3:
        products += 1
        for p in graph.graph.range(of: member) {
          note(graph.found(graph.graph.arguments[p]), false, Member(term: term, product: member, place: p))
        }
      case .quotient where products < 3:
        products += 1
        let divisor = graph.found(graph.graph.argument(1, of: member))
        note(divisor, true, Member(term: term, product: member, place: 0))
      default: break
      }
    }
  }

  private mutating func note(_ factor: EGraph.Class, _ isDivisor: Bool, _ member: Member) {
    let key = UInt64(UInt32(bitPattern: factor)) << 1 | (isDivisor ? 1 : 0)
    if let k = places[key] {
      if groups[k].members.last?.term != member.term { groups[k].members.append(member) }
    } else {
      places[key] = groups.count
      groups.append(Group(factor: factor, isDivisor: isDivisor, members: [member]))
    }
  }

  /// Factors that at least two terms have, the most frequent first.
  var shared: [Group] {
    groups.enumerated().filter { $0.element.members.count > 1 }
      .sorted { ($1.element.members.count, $0.offset) < ($0.element.members.count, $1.offset) }.map(\.element)
  }

  /// Disjoint groups of at least two terms, each time the one with most terms left.
  func groups(termCount: Int) -> [Group] {
    var waiting: [Int: [Group]] = [:]
    for group in shared { waiting[group.members.count, default: []].append(group) }
    guard let most = waiting.keys.max() else { return [] }
    var isTaken = [Bool](repeating: false, count: termCount)
    var result: [Group] = []
    for size in stride(from: most, to: 1, by: -1) {
      // Groups that lost terms come again among those of their size; new ones only appear at smaller sizes.
      for var group in waiting[size] ?? [] {
        group.members.removeAll { isTaken[$0.term] }
        if group.members.count == size {
          for member in group.members { isTaken[member.term] = true }
          result.append(group)
        } else if group.members.count > 1 {
          waiting[group.members.count, default: []].append(group)
        }
      }
    }
    return result
  }
}
