// SPDX-License-Identifier: Apache-2.0

/// Chooses one node of every class that `roots` need, cheap by `CostTable` where shared parts count once.
///
/// Without sharing the cheapest choice is found exactly, classes in the order of their cost (Knuth, *Inf. Process. Lett.*
/// 6 (1977) 1–5). With sharing the problem is NP-hard; here a few rounds follow in which a class costs each of its users
/// only the share it had in the choice before, and the best of all choices is kept. Cost: nodes × log nodes a round.
struct Extraction {
  private let egraph: EGraph
  private let roots: [EGraph.Class]
  /// Live nodes, their classes, and arguments as classes.
  private var nodes: [EGraph.Class] = []
  private var classes: [Int32] = []
  private var starts: [Int32] = [0]
  private var arguments: [Int32] = []
  private var ownCosts: [Double] = []
  private var userStarts: [Int32] = []
  private var userNodes: [Int32] = []
  /// By class: place in `nodes` of the chosen node, −1 for none.
  private(set) var choice: [Int32] = []
  /// Of the choice, with shared parts counted once; not a number where they were not to be.
  private(set) var cost = Double.infinity

  /// With `isShared` false parts count as often as they are written, and the choice is exact.
  init(_ egraph: EGraph, roots: [EGraph.Class], isShared: Bool = true, rounds: Int = 4) {
    self.egraph = egraph
    self.roots = roots.map { egraph.found($0) }
    index()
    if !isShared {
      let ones = [Double](repeating: 1, count: egraph.graph.count)
      choice = chosen(ones, [:])
      cost = .nan
      return
    }
    var shares = [Double](repeating: 1, count: egraph.graph.count)
    var scaled: [ScaledClass: Int] = [:]
    for _ in 0...rounds {
      let candidate = chosen(shares, scaled)
      let (total, uses, pairs) = appraise(candidate)
      if total < cost { (choice, cost) = (candidate, total) }
      for i in shares.indices { shares[i] = Double(max(1, uses[i])) }
      scaled = pairs
    }
  }

  /// weight·class up to the sign: a product that sums can share.
  private struct ScaledClass: Hashable {
    var weight: Double
    var node: Int32
  }

  private mutating func index() {
    let graph = egraph.graph
    var uses = [Int32](repeating: 0, count: graph.count + 1)
    for i in 0..<graph.count where !egraph.isStale[i] {
      let node = EGraph.Class(i)
      nodes.append(node)
      classes.append(egraph.found(node))
      let places = graph.range(of: node)
      for p in places {
        let argument = egraph.found(graph.arguments[p])
        arguments.append(argument)
        uses[Int(argument) + 1] += 1
      }
      starts.append(Int32(arguments.count))
      ownCosts.append(Self.ownCost(node, graph))
    }
    for i in 0..<graph.count { uses[i + 1] += uses[i] }
    userStarts = uses
    userNodes = [Int32](repeating: 0, count: arguments.count)
    for k in nodes.indices {
      for p in Int(starts[k])..<Int(starts[k + 1]) {
        let argument = Int(arguments[p])
        userNodes[Int(uses[argument])] = Int32(k)
        uses[argument] += 1
      }
    }
  }

  /// The cost of a node without its arguments; of sums without the multiplications by weights.
  private static func ownCost(_ node: EGraph.Class, _ graph: FormulaGraph) -> Double {
    let places = graph.range(of: node)
    switch graph.operations[Int(node)] {
    case .sum:
      return CostTable.sum(places.lazy.map { graph.weights[$0] < 0 ? -1 : 1 }, offset: graph.numbers[Int(node)])
    case .product:
      let inner = places.reduce(0) { $0 + CostTable.multiplications(exponent: graph.weights[$1]) }
      return (inner + Double(places.count - 1)) * CostTable.multiplication
    case .constantPower: return CostTable.power(exponent: graph.numbers[Int(node)])
    default: return CostTable.cost(graph.operations[Int(node)])
    }
  }

  private func price(_ k: Int, _ costs: [Double], _ shares: [Double], _ scaled: [ScaledClass: Int]) -> Double {
    let graph = egraph.graph
    var total = ownCosts[k]
    let isSum = graph.operations[Int(nodes[k])] == .sum
    let first = graph.range(of: nodes[k]).lowerBound
    for (j, p) in (Int(starts[k])..<Int(starts[k + 1])).enumerated() {
      let argument = Int(arguments[p])
      total += costs[argument] / shares[argument]
      if isSum, abs(graph.weights[first + j]) != 1 {
        let users = scaled[ScaledClass(weight: abs(graph.weights[first + j]), node: arguments[p])] ?? 1
        total += CostTable.multiplication / Double(users)
      }
    }
    return total
  }

  /// The cheapest node of every class when class i costs each user its cost divided by `shares[i]`.
  private func chosen(_ shares: [Double], _ scaled: [ScaledClass: Int]) -> [Int32] {
    var choice = [Int32](repeating: -1, count: egraph.graph.count)
    var costs = [Double](repeating: 0, count: egraph.graph.count)
    var missing = (0..<nodes.count).map { starts[$0 + 1] - starts[$0] }
    var heap = CostHeap()
    for k in nodes.indices where missing[k] == 0 { heap.push(ownCosts[k], Int32(k)) }
    while let (cost, k) = heap.pop() {
      let node = Int(classes[Int(k)])
      if choice[node] >= 0 { continue }
      choice[node] = k
      costs[node] = cost
      for p in Int(userStarts[node])..<Int(userStarts[node + 1]) {
        let user = Int(userNodes[p])
        missing[user] -= 1
        if missing[user] == 0, choice[Int(classes[user])] < 0 {
          heap.push(price(user, costs, shares, scaled), Int32(user))
        }
      }
    }
    return choice
  }

  /// Cost with sharing, uses of each class, and uses of each scaled class.
  private func appraise(_ choice: [Int32]) -> (cost: Double, uses: [Int32], scaled: [ScaledClass: Int]) {
    let graph = egraph.graph
    var uses = [Int32](repeating: 0, count: graph.count)
    var scaled: [ScaledClass: Int] = [:]
    var total = 0.0
    var stack = roots
    for root in roots { uses[Int(root)] += 1 }
    var isDone = [Bool](repeating: false, count: graph.count)
    while let node = stack.popLast() {
      if isDone[Int(node)] { continue }
      isDone[Int(node)] = true
      let k = Int(choice[Int(node)])
      if k < 0 { return (.infinity, uses, scaled) }
      total += ownCosts[k]
      let isSum = graph.operations[Int(nodes[k])] == .sum
      let first = graph.range(of: nodes[k]).lowerBound
      for (j, p) in (Int(starts[k])..<Int(starts[k + 1])).enumerated() {
        uses[Int(arguments[p])] += 1
        stack.append(arguments[p])
        if isSum, abs(graph.weights[first + j]) != 1 {
          scaled[ScaledClass(weight: abs(graph.weights[first + j]), node: arguments[p]), default: 0] += 1
        }
      }
    }
    return (total + Double(scaled.count) * CostTable.multiplication, uses, scaled)
  }

  /// The chosen node of a class.
  func node(of root: EGraph.Class) -> EGraph.Class? {
    let k = choice[Int(egraph.found(root))]
    return k < 0 ? nil : nodes[Int(k)]
  }
}

/// The cheapest first; of equally cheap ones the one that came first.
private struct CostHeap {
  private var items: [(cost: Double, order: Int, node: Int32)] = []
  private var count = 0

  mutating func push(_ cost: Double, _ node: Int32) {
    items.append((cost, count, node))
    count += 1
    var i = items.count - 1
    while i > 0, isBefore(i, (i - 1) / 2) {
      items.swapAt(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  mutating func pop() -> (Double, Int32)? {
    guard let top = items.first, let last = items.popLast() else { return nil }
    if items.isEmpty { return (top.cost, top.node) }
    items[0] = last
    var i = 0
    while true {
      var least = i
      let (first, second) = (2 * i + 1, 2 * i + 2)
      if first < items.count, isBefore(first, least) { least = first }
      if second < items.count, isBefore(second, least) { least = second }
      if least == i { return (top.cost, top.node) }
      items.swapAt(i, least)
      i = least
    }
  }

  private func isBefore(_ i: Int, _ j: Int) -> Bool {
    items[i].cost < items[j].cost || items[i].cost == items[j].cost && items[i].order < items[j].order
  }
}
