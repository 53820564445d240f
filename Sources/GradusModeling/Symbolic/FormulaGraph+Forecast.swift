// SPDX-License-Identifier: Apache-2.0

extension FormulaGraph {
  /// What simplification may save of one evaluation of `roots`, guessed from what rules look for and without applying any:
  ///
  ///     × 3 for a weight or a factor that another term of the same sum has,  ÷ 24 for a divisor,
  ///     ÷ 21 for a divisor that another quotient has, and for quotients of quotients,
  ///     the functions themselves for exp·exp, exp log, log exp, √a², sin/cos and sin² + cos²
  ///
  /// Cheap enough to be done for every model that is read. Cost: linear in the nodes, without a table.
  func forecast(of roots: some Sequence<Node>) -> Double {
    var isNeeded = [Bool](repeating: false, count: count)
    for root in roots { isNeeded[Int(root)] = true }
    // By node: the sum in which it was seen last as a factor or term, and as a divisor.
    var factorOf = [Node](repeating: -1, count: count)
    var divisorOf = factorOf
    var divides = [Bool](repeating: false, count: count)
    var sizes: [Double] = []
    var saved = 0.0
    for i in stride(from: count - 1, through: 0, by: -1) where isNeeded[i] {
      let node = Node(i)
      for p in range(of: node) { isNeeded[Int(arguments[p])] = true }
      switch operations[i] {
      case .sum:
        saved += savings(ofWeights: range(of: node), &sizes)
        var waves = 0
        for p in range(of: node) {
          let term = arguments[p]
          saved += savings(of: term, in: node, &factorOf, &divisorOf)
          if operations[Int(term)] == .square {
            let wave = operations[Int(argument(0, of: term))]
            if wave == .sine || wave == .cosine { waves += 1 }
          }
        }
        if waves > 1 { saved += CostTable.cost(.sine) }
      case .product:
        let (a, b) = (operations[Int(argument(0, of: node))], operations[Int(argument(1, of: node))])
        if a == .exponential, b == .exponential { saved += CostTable.cost(.exponential) }
        if a == .constantPower, b == .constantPower { saved += CostTable.cost(.constantPower) }
      case .quotient:
        let (a, b) = (argument(0, of: node), argument(1, of: node))
        if operations[Int(a)] == .quotient || operations[Int(b)] == .quotient || divides[Int(b)] {
          saved += CostTable.division - CostTable.multiplication
        }
        divides[Int(b)] = true
        if operations[Int(a)] == .sine, operations[Int(b)] == .cosine { saved += CostTable.cost(.sine) }
      case .logarithm:
        if operations[Int(argument(0, of: node))] == .exponential { saved += CostTable.cost(.logarithm) }
      case .exponential:
        if operations[Int(argument(0, of: node))] == .logarithm { saved += CostTable.cost(.logarithm) }
      case .squareRoot:
        if operations[Int(argument(0, of: node))] == .square { saved += CostTable.cost(.squareRoot) }
      default: continue
      }
    }
    return saved
  }

  /// Multiplications by weights that equal others up to the sign.
  private func savings(ofWeights places: Range<Int>, _ sizes: inout [Double]) -> Double {
    sizes.removeAll(keepingCapacity: true)
    for p in places where abs(weights[p]) != 1 { sizes.append(abs(weights[p])) }
    if sizes.count < 2 { return 0 }
    sizes.sort()
    var saved = 0.0
    for k in 1..<sizes.count where sizes[k] == sizes[k - 1] { saved += CostTable.multiplication }
    return saved
  }

  /// Factors and divisors of a term that another term of the sum had.
  private func savings(of term: Node, in sum: Node, _ factorOf: inout [Node], _ divisorOf: inout [Node]) -> Double {
    var saved = 0.0
    func note(_ node: Node) {
      if factorOf[Int(node)] == sum { saved += CostTable.multiplication }
      factorOf[Int(node)] = sum
    }
    switch operations[Int(term)] {
    case .product:
      for p in range(of: term) {
        note(arguments[p])
        // One level more: xyz is written as (xy)z.
        if operations[Int(arguments[p])] == .product { for q in range(of: arguments[p]) { note(arguments[q]) } }
      }
    case .square: note(argument(0, of: term))
    case .quotient:
      let divisor = argument(1, of: term)
      if divisorOf[Int(divisor)] == sum { saved += CostTable.division }
      divisorOf[Int(divisor)] = sum
    default: note(term)
    }
    return saved
  }
}
