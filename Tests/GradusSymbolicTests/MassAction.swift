// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import GradusNumerics

/// The right-hand side of a random mass-action network: species i changes at Σ_r νᵢᵣ·k_r·(product of the reactants of r).
struct MassAction {
  var graph = FormulaGraph()
  var roots: [FormulaGraph.Node] = []

  init(seed: Int, species: Int = 30, reactions: Int = 90) {
    var random = RandomStream(seed: UInt64(seed))
    func below(_ n: Int) -> Int { Int(random.next() % UInt64(n)) }
    let x = (0..<species).map { graph.variable($0) }
    var changes: [[(weight: Double, node: FormulaGraph.Node)]] = Array(repeating: [], count: species)
    for _ in 0..<reactions {
      let rate = 0.1 + 9.9 * Double(random.next() >> 11) * 0x1p-53
      let reactants = (0..<(1 + below(2))).map { _ in below(species) }
      let products = (0..<(1 + below(2))).map { _ in below(species) }
      let flux = reactants.dropFirst().reduce(x[reactants[0]]) { graph.product($0, x[$1]) }
      for s in reactants { changes[s].append((-rate, flux)) }
      for s in products { changes[s].append((rate, flux)) }
    }
    roots = changes.map { graph.sum($0) }
  }
}

/// Random formulas that are undefined in places: logarithms, roots and quotients of whatever there is.
struct PartialFormulas {
  var graph = FormulaGraph()
  var roots: [FormulaGraph.Node] = []
  private var random: RandomStream

  init(seed: Int, variables: Int = 3, operations: Int = 30) {
    random = RandomStream(seed: UInt64(seed))
    var pool = (0..<variables).map { graph.variable($0) }
    for _ in 0..<operations { pool.append(combined(pool)) }
    roots = Array(pool.suffix(6))
  }

  mutating func below(_ n: Int) -> Int { Int(random.next() % UInt64(n)) }
  mutating func number() -> Double { Double(random.next() >> 11) * 0x1p-53 * 6 - 3 }

  private mutating func combined(_ pool: [FormulaGraph.Node]) -> FormulaGraph.Node {
    let a = pool[below(pool.count)]
    let b = pool[below(pool.count)]
    switch below(20) {
    case 0: return graph.sum([(1, a), (-1, b)])
    case 1: return graph.sum([(2, a), (0.5, b)], offset: 1)
    case 2, 3: return graph.product(a, b)
    case 4, 5: return graph.quotient(a, b)
    case 6: return graph.unary(.logarithm, a)
    case 7: return graph.unary(.squareRoot, a)
    case 8: return graph.power(a, exponent: 2)
    case 9: return graph.power(a, exponent: 1.5)
    case 10: return graph.power(a, exponent: -1)
    case 11: return graph.unary(.sine, a)
    case 12: return graph.unary(.cosine, a)
    case 13:
      let bounded = graph.unary(.sine, a)
      return graph.unary(.exponential, bounded)
    case 14: return graph.unary(.absolute, a)
    case 15:
      let (s, c) = (graph.unary(.sine, a), graph.unary(.cosine, a))
      return graph.quotient(s, c)
    case 16:
      let s = graph.power(graph.unary(.sine, a), exponent: 2)
      let c = graph.power(graph.unary(.cosine, a), exponent: 2)
      return graph.sum([(1, s), (1, c), (1, b)])
    case 17: return graph.binary(.minimum, a, b)
    case 18:
      let test = graph.binary(.less, a, b)
      return graph.conditional(test, a, b)
    default: return graph.quotient(graph.product(a, b), a)
    }
  }
}
